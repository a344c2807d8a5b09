package daemon

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"regards/classify"
	"regards/contact"
	"regards/imapwatch"
	"regards/plan"
	"regards/store"
)

// sink takes what the watcher of one account finds.
type sink struct {
	d       *Daemon
	account Account
	asked   int64                       // the version of the address book for which Lookups answered last
	read    map[string]imapwatch.Cursor // by mailbox, how far it had been read
}

// readiness is what the service knows of an account since it started.
type readiness struct {
	watched []string             // its mailboxes
	synced  map[string]time.Time // those that have been read to the end, and when
	refused map[string]bool      // those that the server does not open
	broken  map[string]trouble   // those that cannot be read otherwise
	failed  time.Time            // since when its mail is not known to the end; zero once all was read
	lost    bool                 // there is no connection

	connected bool   // it was, once
	why       string // why it was lost, as the log has it
}

// trouble is what is wrong with a mailbox.
type trouble struct {
	since     time.Time
	essential bool // INBOX or Sent, or what stands for them
}

// giveUpAfter is how long letters wait for an account: one whose server lets us in and
// then hangs or lies counts like one that cannot be reached.
const giveUpAfter = 10 * time.Minute

// ready reports whether the mail of every account is known, so that no letter
// is written that mail still unread makes needless.
func (d *Daemon) ready() bool {
	for _, a := range d.settings.Accounts {
		r := d.synced[a.Name]
		if r == nil {
			return false
		}
		if d.givenUp(r) {
			continue
		}
		unread := func(name string) bool {
			t, broken := r.broken[name]
			return !d.fresh(r, name) && !(broken && d.now().Sub(t.since) >= giveUpAfter)
		}
		if len(r.watched) == 0 || slices.ContainsFunc(r.watched, unread) {
			return false
		}
	}
	return true
}

// unknown gives an account, and a mailbox there, whose mail is not known as of now,
// so that silence cannot be told: the account cannot be reached, or the mailbox has
// not been read. One that is broken is passed over, but not INBOX or Sent. The
// mailbox is "" for an account as a whole; both are when all is known.
func (d *Daemon) unknown() (account, mailbox string) {
	for _, a := range d.settings.Accounts {
		if mailbox, known := d.known(a.Name); !known {
			return a.Name, mailbox
		}
	}
	return "", ""
}

// known reports whether the mail of an account is; if not, for which mailbox, or ""
// for all of it.
func (d *Daemon) known(account string) (mailbox string, known bool) {
	r := d.synced[account]
	if r == nil || r.lost || len(r.watched) == 0 {
		return "", false
	}
	for _, name := range r.watched {
		if t, broken := r.broken[name]; !d.fresh(r, name) && (!broken || t.essential) {
			return name, false
		}
	}
	return "", true
}

// doWithout reports whether one pass need not wait for the mail that is not known:
// there is an account whose mail is, and the others have been out of reach for long.
// One pass has no ten minutes to see whether they come back.
func (d *Daemon) doWithout(ctx context.Context) (bool, error) {
	states, err := d.store.AccountStates(ctx)
	if err != nil {
		return false, err
	}
	some := false
	for _, a := range d.settings.Accounts {
		mailbox, known := d.known(a.Name)
		if mailbox != "" || !known && d.now().Sub(states[a.Name].LastSync) < giveUpAfter {
			return false, nil
		}
		some = some || known
	}
	return some, nil
}

// policy gives the owner's, as far as what is known allows: letters that rest on
// silence wait until it is certain, those that the owner asked for do not.
func (d *Daemon) policy() plan.Policy {
	if account, _ := d.unknown(); account != "" {
		return d.settings.Policy.WithoutProposals()
	}
	return d.settings.Policy
}

// staleAfter is how old what is known of a mailbox may be when letters are
// planned. By the wall clock: that of the machine stands still while it sleeps.
const staleAfter = time.Hour

// fresh reports whether a mailbox has lately been read to its end, or is one that
// the server does not open.
func (d *Daemon) fresh(r *readiness, mailbox string) bool {
	at, read := r.synced[mailbox]
	return read && (r.refused[mailbox] || d.now().Round(0).Sub(at.Round(0)) < staleAfter)
}

// givenUp reports whether letters no longer wait for an account.
func (d *Daemon) givenUp(r *readiness) bool {
	return !r.failed.IsZero() && d.now().Sub(r.failed) >= giveUpAfter
}

// lookedUp reports whether the history of every contact is known, as far as the
// accounts can be reached and their mailboxes opened. Letters do not wait for
// ever for what cannot be found.
func (d *Daemon) lookedUp(ctx context.Context) (bool, error) {
	missing, err := d.lookupsDue(ctx)
	if err != nil {
		return false, err
	}
	switch {
	case !missing:
		d.lookingSince = time.Time{}
	case d.lookingSince.IsZero():
		d.lookingSince = d.now()
	}
	return !missing || d.now().Sub(d.lookingSince) >= giveUpAfter, nil
}

// lookupsDue reports whether something is still to be looked for.
func (d *Daemon) lookupsDue(ctx context.Context) (bool, error) {
	for _, a := range d.settings.Accounts {
		r := d.synced[a.Name]
		if r == nil || d.givenUp(r) {
			continue
		}
		due, err := d.store.Lookups(ctx, a.Name)
		if err != nil {
			return false, err
		}
		for mailbox := range due {
			if !r.refused[mailbox] {
				return true, nil
			}
		}
	}
	return false, nil
}

func (s *sink) readiness() *readiness { return s.d.readiness(s.account.Name) }

func (d *Daemon) readiness(account string) *readiness {
	r := d.synced[account]
	if r == nil {
		r = &readiness{synced: map[string]time.Time{}, refused: map[string]bool{}, broken: map[string]trouble{}}
		d.synced[account] = r
	}
	return r
}

// Watched implements imapwatch.Sink: it forgets mailboxes that are gone.
func (s *sink) Watched(ctx context.Context, mailboxes []string) error {
	return s.d.decide(ctx, func(ctx context.Context) error {
		s.readiness().watched = mailboxes
		known, err := s.d.store.Mailboxes(ctx)
		if err != nil {
			return err
		}
		var gone []string
		for _, m := range known {
			if m.Account == s.account.Name && !slices.Contains(mailboxes, m.Name) {
				gone = append(gone, m.Name)
			}
		}
		if len(gone) == 0 {
			return nil
		}
		s.d.log.Info("mailboxes are no longer there", "account", s.account.Name, "mailboxes", strings.Join(gone, ", "))
		return s.d.store.ForgetMailboxes(ctx, s.account.Name, gone)
	})
}

// Lookups implements imapwatch.Sink.
func (s *sink) Lookups(ctx context.Context) (map[string]imapwatch.Lookup, error) {
	var due map[string]store.Lookup
	err := s.d.decide(ctx, func(ctx context.Context) (err error) {
		due, err = s.d.store.Lookups(ctx, s.account.Name)
		for _, l := range due {
			s.asked = l.Book // the same in all of them
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make(map[string]imapwatch.Lookup, len(due))
	for mailbox, l := range due {
		look := imapwatch.Lookup{UIDValidity: l.UIDValidity, Low: l.Low, High: l.High}
		for _, a := range l.Addresses {
			look.Addresses = append(look.Addresses, a.Addr)
		}
		all[mailbox] = look
	}
	return all, nil
}

// nextTry stands before the time of it in the problem of an account.
const nextTry = "; next try at "

// Report implements imapwatch.Sink.
func (s *sink) Report(ctx context.Context, state imapwatch.State) error {
	return s.d.decide(ctx, func(ctx context.Context) error {
		a := store.AccountState{Name: s.account.Name, Connected: state.Connected,
			RoundTrips: state.RoundTrips, BytesIn: state.BytesIn}
		r := s.readiness()
		switch {
		case state.Problem != nil:
			a.Problem = state.Problem.Error()
			if state.Retry > 0 {
				a.Problem += nextTry + s.d.now().Add(state.Retry).In(s.d.settings.Policy.Location).Format("15:04:05")
				level := slog.LevelWarn
				if why := state.Problem.Error(); why == r.why { // it was said when that began
					level = slog.LevelDebug
				} else {
					r.why = why
				}
				s.d.log.Log(ctx, level, "account is offline", "account", a.Name, "error", state.Problem, "retry", state.Retry.Round(time.Second).String())
			}
			if state.Synced {
				break // all was read in the end
			}
			now := s.d.now()
			if r.lost = true; r.failed.IsZero() {
				r.failed = now
			}
			a.OfflineSince, a.OfflineSeen = now, now
			clear(r.synced) // mail may come that is not known
		case state.Connected:
			if !r.connected || r.lost {
				s.d.log.Info("account is connected", "account", a.Name)
			}
			r.connected, r.lost, r.why = true, false, ""
			s.d.wakeDeliverer()
		}
		if state.Synced {
			a.LastSync, r.failed, r.lost = s.d.now(), time.Time{}, false
		}
		return s.d.store.SetAccountState(ctx, a)
	})
}

// Commit implements imapwatch.Sink: it decides about every message and stores
// what came of it together with the cursors.
func (s *sink) Commit(ctx context.Context, batches []imapwatch.Batch) error {
	return s.d.decide(ctx, func(ctx context.Context) error {
		read := make([]imapwatch.Batch, 0, len(batches))
		for _, b := range batches {
			if b.Refused == "" {
				read = append(read, b)
			} else if err := s.unread(ctx, b); err != nil {
				return err
			}
		}
		if len(read) == 0 {
			return nil
		}
		err := s.record(ctx, read)
		for errors.Is(err, store.ErrStale) { // a command has changed the contacts
			if err = s.d.reload(ctx); err == nil {
				err = s.record(ctx, read)
			}
		}
		return err
	})
}

// unread notes that a mailbox cannot be read now. Letters do not wait for one
// that the server refuses to open; for one that breaks they wait a while.
func (s *sink) unread(ctx context.Context, b imapwatch.Batch) error {
	r := s.readiness()
	if _, known := r.broken[b.Mailbox]; b.Broken && !known {
		r.broken[b.Mailbox] = trouble{s.d.now(), b.Sent || b.InOnly || b.Mailbox == "INBOX"}
	}
	if r.refused[b.Mailbox] = !b.Broken; b.Broken {
		delete(r.synced, b.Mailbox)
	} else {
		r.synced[b.Mailbox] = s.d.now()
	}
	s.d.log.Warn("a mailbox cannot be read; if it need not be, name it in ignore",
		"account", s.account.Name, "mailbox", b.Mailbox, "reason", b.Refused)
	return s.d.store.SetMailboxProblem(ctx, s.account.Name, b.Mailbox, b.Refused)
}

// record decides about batches with the address book as it is known, and
// stores the outcome if that still holds.
func (s *sink) record(ctx context.Context, batches []imapwatch.Batch) error {
	scans := make([]store.Scan, len(batches))
	var touches []contact.Touch
	var reports []contact.Finding
	for i, b := range batches {
		var err error
		if scans[i], err = s.scan(ctx, b); err != nil {
			return err
		}
		touches = append(touches, scans[i].Touches...)
		reports = append(reports, scans[i].Findings...)
	}
	ends, answers, err := s.d.endings(ctx, touches, reports)
	if err != nil {
		return err
	}
	scans[0].Ends, scans[0].Answers = ends, answers
	added, err := s.d.store.Record(ctx, s.d.bookVersion, scans...)
	if err != nil {
		return err
	}
	s.note(batches, scans, added)
	if len(ends) > 0 || slices.ContainsFunc(scans, func(sc store.Scan) bool { return len(sc.Instructions) > 0 }) {
		s.d.wakeDeliverer()
	}
	return nil
}

// note keeps the counts of this pass and which mailboxes have been read.
func (s *sink) note(batches []imapwatch.Batch, scans []store.Scan, added []contact.Touch) {
	for i, b := range batches {
		delete(s.readiness().refused, b.Mailbox)
		delete(s.readiness().broken, b.Mailbox)
		if b.Synced {
			s.readiness().synced[b.Mailbox] = s.d.now()
		}
		if b.Lookup == nil {
			if s.read == nil {
				s.read = map[string]imapwatch.Cursor{}
			}
			s.read[b.Mailbox] = b.Cursor
			s.d.report.add(s.account.Name, b, scans[i].LeftOut)
		}
		// A scan that goes on is waited for, however long it takes: it ends.
		if r := s.readiness(); b.Left > 0 && len(b.Messages) > 0 && !r.failed.IsZero() {
			r.failed = s.d.now()
		}
		if len(b.Messages) > 0 {
			s.d.progress(Progress{s.account.Name, b.Mailbox, len(b.Messages), b.Left})
		}
	}
	for _, t := range added {
		if t.Direction == contact.Out && t.Medium == contact.Email {
			s.d.heardOfMail()
		}
		s.d.report.touch(s.account.Name, t.Mailbox)
		s.d.log.Debug("touch", "contact", t.ContactID, "direction", t.Direction, "at", t.At, "mailbox", t.Mailbox)
	}
}

// scan decides about the messages of one batch.
func (s *sink) scan(ctx context.Context, b imapwatch.Batch) (store.Scan, error) {
	sc := store.Scan{
		Account: s.account.Name, Mailbox: b.Mailbox, Cursor: store.Cursor(b.Cursor), Reset: b.Reset,
		Messages: b.Exists, At: s.d.now(), Synced: b.Synced, Unreadable: b.Unreadable,
		LeftOut: map[string]int{}, PassedOver: map[string][]store.PassedOver{}, Peers: map[string]*store.Peer{},
	}
	if b.Lookup != nil {
		sc.Lookup = &store.Lookup{UIDValidity: b.Lookup.UIDValidity, Low: b.Lookup.Low, High: b.Lookup.High, Book: s.asked}
		for _, addr := range b.Lookup.Addresses {
			sc.Lookup.Addresses = append(sc.Lookup.Addresses, contact.Address{Addr: addr, Key: plan.AddressKey(addr)})
		}
	}
	if n := len(b.Unreadable); n > 0 {
		sc.LeftOut[string(classify.Unparsable)] += n
	}
	seen, err := s.answeredBy(ctx, b)
	if err != nil {
		return sc, err
	}
	for _, m := range b.Messages {
		msg := s.message(b, m, seen)
		s.judge(&sc, b, msg)
		s.tell(&sc, m, msg)
		if b.Lookup != nil {
			continue
		}
		in, is, err := s.instruction(ctx, b, s.read[b.Mailbox], m, msg)
		if err != nil {
			return sc, err
		}
		if is {
			sc.Instructions = append(sc.Instructions, in)
		}
	}
	return sc, nil
}

// judge enters what becomes of one message.
func (s *sink) judge(sc *store.Scan, b imapwatch.Batch, msg plan.Message) {
	outcome := s.d.book.Touches(msg)
	for _, t := range outcome.Touches {
		t.Account, t.Mailbox = s.account.Name, b.Mailbox
		sc.Touches = append(sc.Touches, t)
	}
	if outcome.LeftOut != "" {
		sc.LeftOut[outcome.LeftOut]++
		for _, id := range outcome.Concerned {
			sc.PassedOver[id] = append(sc.PassedOver[id], s.passedOver(b, msg, outcome.LeftOut))
		}
		return
	}
	if outcome.Elsewhere && s.d.now().Sub(msg.At) < absenceWithin {
		sc.Findings = append(sc.Findings, contact.Finding{ContactID: msg.Answered, Key: msg.Key, Kind: contact.Elsewhere, At: msg.At, Address: msg.From.Addr})
	}
	h := store.History{At: msg.At, Subject: msg.Subject, Key: msg.Key, Alone: outcome.Alone}
	for _, p := range outcome.Peers {
		peer := sc.Peers[p.Key]
		if peer == nil {
			peer = &store.Peer{Addr: p.Addr, Name: p.Name}
			sc.Peers[p.Key] = peer
		}
		if outcome.Direction == contact.In {
			if peer.In.Count == 0 && p.Name != "" {
				peer.Name = p.Name // as they write it themselves
			}
			peer.In.Add(h)
		} else {
			peer.Out.Add(h)
		}
	}
}

// thread gives the references of a message, with what it answers at the end
// (RFC 5322 section 3.6.4).
func thread(h classify.Header) []string {
	refs := h.References
	if len(refs) == 0 && len(h.InReplyTo) == 1 {
		refs = h.InReplyTo
	}
	return refs
}
