package daemon_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/plan"
)

// letter is what the world knows of a letter of regards, by looking into the
// mailboxes; of its row in the store it knows the key alone.
type letter struct {
	key, practice string
	id            string // the practice and the person, for an order that depends on the seed alone
	p             *person
	ids           []string // Message-IDs under which it ever lay, or went, that the service can know of
	subject       string   // as the service has seen it last
	made          time.Time
	where         string // the mailbox that it lies in; "" when it lies nowhere
	uid           uint32
	touched       bool   // by the owner's mail program
	ordered       bool   // by command, to be sent
	laid          int    // how often regards has laid it
	gone          string // why it is where it was no more: sent, trash, expunged, taken back
	goneAt        time.Time
	rested        time.Time // since when it is known to lie in the outbox
	sentAt        time.Time
	smtp          bool // regards sent it
	dismissed     bool // by command
	restored      bool // likewise
	snoozed       time.Time
	renewed       bool // Drafts was made anew while it lay there, or before it could be known that it was gone
	answered      time.Time
	ended         time.Time // the pass at which its row was seen to have ended
	fated         bool
}

// item is a message in the ledger.
type item struct {
	raw, flags string
	id         string
	l          *letter // whose version it is; nil for other mail
	owners     bool    // the owner, or a delivery, has put it there
}

// sight is what a pass has changed in the mailboxes: what came and what went,
// with what nobody but regards can have done.
type sight struct {
	fresh map[string][]*seen
	gone  map[string]map[*item]bool
}

type seen struct {
	uid uint32
	*item
}

// look compares the mailboxes with the ledger, and explains every difference by
// what regards may do: laws 1, 2, 3 and 6.
func (w *world) look(boxes ...string) {
	s := sight{fresh: map[string][]*seen{}, gone: map[string]map[*item]bool{}}
	for _, box := range boxes {
		w.compare(&s, box)
	}
	w.departures(&s)
	for _, box := range []string{drafts, outbox} {
		for _, m := range s.fresh[box] {
			w.arrival(&s, box, m)
		}
	}
	for _, m := range s.fresh[trash] {
		w.takenBack(&s, m)
	}
	for _, m := range s.fresh[sent] {
		if l := w.ids[m.id]; l == nil || !l.smtp || m.owners {
			w.fail(nil, "law 2: regards laid <%s> into %s, which it has not sent", m.id, sent)
		}
	}
	for _, box := range boxes {
		for it := range s.gone[box] {
			var p *person
			if it.l != nil {
				p = it.l.p
			}
			w.fail(p, "law 2: a message is gone from %s that regards must not touch: %.300s", box, it.raw)
		}
	}
}

// compare reads a mailbox: what the ledger has must be there, byte for byte.
func (w *world) compare(s *sight, box string) {
	messages, err := w.server.Messages(box)
	if err != nil && box == outbox {
		return // not made yet
	}
	must(w.tb, err)
	s.gone[box] = map[*item]bool{}
	ledger, there := w.box(box), map[uint32]bool{}
	for _, m := range messages {
		there[m.UID] = true
		it := ledger[m.UID]
		if it == nil {
			s.fresh[box] = append(s.fresh[box], w.enter(box, m))
			continue
		}
		if it.raw != string(m.Raw) || it.flags != strings.Join(m.Flags, " ") {
			w.fail(nil, "law 2: UID %d in %s has changed: %s %.200q, was %s %.200q", m.UID, box, m.Flags, m.Raw, it.flags, it.raw)
		}
	}
	for uid, it := range ledger {
		if !there[uid] {
			s.gone[box][it] = true
			delete(ledger, uid)
		}
	}
}

// enter puts into the ledger what regards has laid.
func (w *world) enter(box string, m mailsim.Message) *seen {
	h, _ := w.header(string(m.Raw))
	it := &item{raw: string(m.Raw), flags: strings.Join(m.Flags, " "), id: bare(h.Get("Message-ID"))}
	w.box(box)[m.UID] = it
	return &seen{m.UID, it}
}

// departures checks what the SMTP server got (law 1).
func (w *world) departures(s *sight) {
	all := w.server.Sent()
	for _, m := range all[w.mailed:] {
		h, _ := w.header(string(m.Data))
		id := bare(h.Get("Message-ID"))
		l := w.ids[id]
		if l == nil {
			if l = w.newcomer(id); l == nil || l.practice != plan.CloseTheLoop {
				w.fail(nil, "law 1: something was sent that is no letter, or was never seen: %s", m.Data)
			}
			l.where, l.rested, l.made = outbox, w.now, w.now
			w.reads(l, string(m.Data))
		}
		w.departs(s, l, m)
	}
	w.mailed = len(all)
}

// departs checks one letter that regards sent.
func (w *world) departs(s *sight, l *letter, m mailsim.SMTPMessage) {
	p := l.p
	if l.where == drafts && l.ordered {
		w.moved(s, l) // and sent at once, as it has rested since the order
	}
	laidThere := l.practice == plan.FollowUp || l.practice == plan.CloseTheLoop
	switch {
	case !l.sentAt.IsZero():
		w.fail(p, "law 3: %s was sent twice", l.key)
	case l.where != outbox || !l.touched && !l.ordered && !laidThere:
		w.fail(p, "law 1: %s was sent from %q without the owner", l.key, l.where)
	case m.From != owner || !slices.Equal(m.To, []string{p.addr}):
		w.fail(p, "law 1: %s went from %s to %s", l.key, m.From, m.To)
	case !p.writable(w.now) || w.now.Before(w.held):
		w.fail(p, "law 7: %s was sent to %s, who is %s, hold until %s", l.key, p.name, p.status, w.held)
	case !w.window(w.now, w.zone) || p.zone != "" && !w.window(w.now, location(w.tb, p.zone)):
		w.fail(p, "law 7: %s was sent outside of the window", l.key)
	case w.rest(l.rested, w.now) < 4*time.Hour && l.practice != plan.CloseTheLoop:
		w.fail(p, "law 1: %s rested for %s only, since %s", l.key, w.rest(l.rested, w.now), l.rested)
	case w.now.Before(l.snoozed):
		w.fail(p, "%s was sent, which is snoozed", l.key)
	}
	for it := range s.gone[outbox] {
		if it.l != l {
			continue
		}
		if bodyOf(it.raw) != bodyOf(string(m.Data)) {
			w.fail(p, "law 1: what was sent of %s is not what lay there: %s", l.key, m.Data)
		}
		delete(s.gone[outbox], it)
	}
	l.smtp = true
	w.left(l, string(m.Data), "regards sends")
}

// arrival checks a message that has come into Drafts or the outbox.
func (w *world) arrival(s *sight, box string, m *seen) {
	l := w.ids[m.id]
	if l == nil {
		l = w.newcomer(m.id)
	}
	if l == nil {
		w.fail(nil, "law 3: in %s lies a message that is no letter: %s", box, m.raw)
	}
	m.l = l
	from := l.where
	if from == drafts && box == outbox && l.ordered { // regards moves what was approved by command
		w.moved(s, l)
		l.uid = m.uid
		return
	}
	d := w.duty(l.key)
	again := l.restored && l.laid == 1 && from != drafts && from != outbox
	switch {
	case l.laid > 0 && !again:
		w.fail(l.p, "law 3: %s lies twice: now in %s, and %q since %s (%s)", l.key, box, from, l.made, l.gone)
	case w.now.Before(w.held):
		w.fail(l.p, "%s was laid though nothing is to be drafted until %s", l.key, w.held)
	case !l.p.writable(w.now):
		w.fail(l.p, "law 7: %s was laid though %s is %s", l.key, l.p.name, l.p.status)
	case d != nil && !again && w.moot(d):
		w.fail(l.p, "law 7: %s was laid though its cause was seen to", l.key)
	case box == outbox && l.practice != plan.FollowUp && l.practice != plan.CloseTheLoop:
		w.fail(l.p, "law 1: %s was laid into the outbox", l.key)
	}
	l.where, l.uid, l.gone, l.touched = box, m.uid, "", false
	if box == outbox && l.rested.IsZero() {
		l.rested = w.now
	}
	if l.laid++; !again {
		l.made = w.now
		w.reads(l, m.raw)
	}
	w.tell(l.p, "regards lays %s into %s <%s>", l.key, box, m.id)
	w.counts[l.practice]++
}

// moved notes that regards has moved a letter that was approved by command.
func (w *world) moved(s *sight, l *letter) {
	for it := range s.gone[drafts] {
		if it.l == l {
			delete(s.gone[drafts], it)
			l.where = outbox
			w.tell(l.p, "regards moves %s to %s", l.key, outbox)
		}
	}
}

// takenBack checks a message that has come into Trash.
func (w *world) takenBack(s *sight, m *seen) {
	l := w.ids[m.id]
	if l == nil {
		w.fail(nil, "law 2: regards laid <%s> into Trash", m.id)
	}
	if l.smtp && l.where == "" {
		m.l, m.owners = l, true // taken out of the outbox, when it was sent
		return
	}
	was := l.where
	byItself := was == outbox && (l.practice == plan.FollowUp || l.practice == plan.CloseTheLoop)
	if l.touched && !l.dismissed || was != drafts && !byItself {
		w.fail(l.p, "law 2: regards removed %s, which the owner has been at, from %q", l.key, was)
	}
	for it := range s.gone[was] {
		if it.l == l {
			delete(s.gone[was], it)
		}
	}
	m.l, m.owners = l, true // from now on it is nobody's business
	l.where, l.gone, l.goneAt = "", "taken back", w.now
	w.tell(l.p, "regards takes %s back: %s", l.key, w.rows[l.key].Reason)
	w.counts["taken back"]++
}

// newcomer makes the letter of a row that has that Message-ID.
func (w *world) newcomer(id string) *letter {
	for _, row := range w.rows {
		if row.MessageID == id {
			l := w.letter(row)
			w.named(l, id)
			return l
		}
	}
	return nil
}

// letter gives what is known of the letter of a row.
func (w *world) letter(row contact.Letter) *letter {
	l := w.letters[row.Key]
	if l == nil {
		p := w.byID[row.ContactID]
		l = &letter{key: row.Key, practice: row.Practice, p: p, made: w.now}
		l.id = l.practice + " " + p.id
		p.letters = append(p.letters, l)
		w.letters[row.Key] = l
	}
	return l
}

// reads checks the text of a new letter as its contact will read it (law 6).
func (w *world) reads(l *letter, raw string) {
	h, body := w.header(raw)
	p := l.p
	text := strings.ReplaceAll(decoded(w.tb, h, body), "\r\n", "\n")
	first, rest, _ := strings.Cut(text, "\n")
	to, err := h.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != p.addr || h.Get("Cc") != "" || h.Get("Bcc") != "" {
		w.fail(p, "law 6: %s is to %v, %v", l.key, to, err)
	}
	if from, err := h.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != owner {
		w.fail(p, "law 6: %s is from %v, %v", l.key, from, err)
	}
	if w.subjectOf(h) == "" || len(strings.TrimSpace(rest)) < 20 {
		w.fail(p, "law 6: %s lacks something:\n%s", l.key, raw)
	}
	for _, rubbish := range []string{"<no value>", "{{", "}}", "%!", "<nil>", "0001", " ,", " .", "regards/", "\n\n\n"} {
		if strings.Contains(strings.ToLower(text), rubbish) || strings.Contains(h.Get("Subject"), rubbish) {
			w.fail(p, "law 6: %q in %s:\n%s", rubbish, l.key, raw)
		}
	}
	if greets := strings.Contains(first, p.given); !greets || !p.trusted && p.greeting == "" {
		w.fail(p, "law 6: %s begins with %q", l.key, first)
	}
	for name := range h {
		if strings.HasPrefix(name, "X-") || name == "User-Agent" || name == "Auto-Submitted" {
			w.fail(p, "law 9: %s has a header %s", l.key, name)
		}
	}
}

// window reports whether letters may be sent at a time.
func (w *world) window(t time.Time, zone *time.Location) bool {
	t = t.In(zone)
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && t.Hour() >= 9 && t.Hour() < 18
}

// rest gives how much sending time lies between two times.
func (w *world) rest(from, to time.Time) (d time.Duration) {
	for t := from; t.Before(to) && d < 5*time.Hour; t = t.Add(time.Minute) {
		if w.window(t, w.zone) {
			d += time.Minute
		}
	}
	return d
}

// sorted gives letters in an order that depends on the seed alone.
func sorted(all []*letter) []*letter {
	slices.SortFunc(all, func(a, b *letter) int { return cmp.Or(cmp.Compare(a.id, b.id), a.made.Compare(b.made)) })
	return all
}

// audit looks into every mailbox, and compares the touches (laws 2 and 4).
func (w *world) audit() {
	w.look(slices.Collect(maps.Keys(w.boxes))...)
	stored, err := w.store.Touches(w.ctx, "")
	must(w.tb, err)
	got := map[string][]string{}
	for _, t := range stored {
		got[t.ContactID] = append(got[t.ContactID], touch{at: t.At, in: t.Direction == contact.In, medium: t.Medium, subject: t.Subject, id: t.MessageID}.String())
	}
	for _, p := range w.people {
		var want []string
		for _, t := range p.touches {
			if p.known && (t.pass == 0 || t.pass < w.passes) {
				want = append(want, t.String())
			}
		}
		slices.Sort(want)
		slices.Sort(got[p.id])
		if !slices.Equal(want, got[p.id]) {
			w.fail(p, "law 4: the touches are\n%s\nand ought to be\n%s", strings.Join(got[p.id], "\n"), strings.Join(want, "\n"))
		}
	}
}
