// Package daemon is the service: it brings watchers, decisions, the store and
// the drafts together.
//
// One goroutine owns every decision. Watchers hand it what they read and wait
// until it is stored; the deliverer asks it before and tells it after each act;
// both do so by decide. Nothing else writes while it decides, so each decision
// sees the whole of what was known before it.
//
// It promises that a message is a touch once, together with the cursor that
// says it was read; and that a letter's bytes are stored under its key before
// the first byte goes to a server, so that whatever interrupts the work, the
// next run settles it. What commands write into the store takes effect within
// two seconds.
//
// Only this package and the commands read a clock, and it is given to them.
package daemon

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"regards/classify"
	"regards/imapwatch"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

// Account is one of the owner's mail accounts.
type Account struct {
	Name       string
	Address    string // From of letters that go through it
	Letters    bool   // letters may lie there
	Drafts     string // "" finds it by its role
	Sent       string // likewise
	Outbox     string
	Ignore     []string
	AuthservID string
	Server     imapconn.Server
	SMTP       *mailer.SMTPServer // nil: nothing is sent through it
}

// Settings are what the owner configured, as far as the service goes.
type Settings struct {
	Owner      templates.Owner
	Addresses  []string // all of the owner's
	Languages  []string // of letters, the preferred first
	Recipients int      // a message to more people is no personal touch; 0: no limit
	Templates  []fs.FS  // wording, the preferred first
	Policy     plan.Policy
	Accounts   []Account
	// Rehearse lays no draft and takes none back.
	Rehearse bool
	// Pretended is set when the time is not the true one: no server's clock can
	// agree with it.
	Pretended bool
	// Hurry is how many times as often as usual it is looked and connected anew;
	// 0 stands for 1. See imapwatch.Watcher.Hurry.
	Hurry int
	// NextPlan gives the next time after t to look whether letters are due.
	NextPlan func(t time.Time) time.Time
	Digest   DigestSettings
	Backups  string // the folder for a daily backup; "": there is none
	Book     BookSettings
	// Alive hears every second that Run goes on, with the number of accounts that
	// are offline: the clock was looked at, and decisions are made. It runs among
	// them, and may be nil.
	Alive func(offline int)
	// Obey carries out an order that the owner gave by mail, and notes it in the
	// store in the same transaction. What says what it was in words, where the order
	// does not. It may be nil: then none is carried out.
	Obey func(ctx context.Context, once store.Order, order plan.Order) (what string, err error)
}

// DigestSettings says when the digest is made, and how it reaches the owner.
type DigestSettings struct {
	Next    func(t time.Time) time.Time // the first time after t for a digest; the zero time: never. It may be nil
	Evening func(t time.Time) time.Time // likewise, for the evening note
	// Milestones gives the first time after t to ask for news to tell; the digest
	// that comes next does so. It may be nil.
	Milestones func(t time.Time) time.Time
	Mailed     bool // by SMTP; else they are laid into INBOX
	To         string
}

// Writer makes the writer of letters of a database with a secret.
func (s Settings) Writer(secret []byte) Writer {
	return Writer{Owner: s.Owner, Languages: s.Languages, Templates: s.Templates,
		wordings: map[[2]string]*templates.Wording{},
		Accounts: s.Accounts, Location: s.Policy.Location, Secret: secret}
}

// Daemon is the service, or one pass of it.
type Daemon struct {
	settings Settings
	store    *store.Store
	now      func() time.Time
	log      *slog.Logger
	progress func(Progress)

	calls  chan call
	report *tally

	// Owned by the goroutine of decisions.
	watching    []*imapwatch.Watcher // while Run does
	book        *plan.Book
	bookVersion int64
	overruled   map[store.Overruled]bool // verdicts of the owner's
	synced      map[string]*readiness
	scanned     sync.Once
	// lookingSince is since when mail of contacts is being looked up; zero when
	// nothing is.
	lookingSince time.Time
	greetings    greetings
	answerable   map[string]store.Sent // notices, by Message-ID and by anchor

	// Of the goroutines that deliver, one for each account.
	mu       sync.Mutex         // guards what follows
	memories map[string]*memory // by account
	refusals map[string]refusal // by key of a letter, or by what else a server refuses

	asking  sync.Mutex // held while the store is asked whether a visit is worth it
	sending sync.Mutex // held while a letter is chosen and sent: the caps count what others send
	leaving bool       // see Leave
}

// Progress is how far the scan of a mailbox has come.
type Progress struct {
	Account, Mailbox string
	Read, Left       int
}

// New makes the service. Now tells the time; progress, which may be nil, hears
// how a scan goes on.
func New(settings Settings, st *store.Store, now func() time.Time, log *slog.Logger, progress func(Progress)) *Daemon {
	if progress == nil {
		progress = func(Progress) {}
	}
	return &Daemon{
		settings: settings, store: st, now: now, log: log, progress: progress,
		calls: make(chan call), report: newTally(), synced: map[string]*readiness{},
		greetings: greetings{known: map[string]string{}, wanted: map[string][]greetingWant{}},
		memories:  map[string]*memory{}, refusals: map[string]refusal{}, answerable: map[string]store.Sent{},
	}
}

// call is a decision to be made.
type call struct {
	ctx  context.Context
	f    func(context.Context) error
	done chan error
}

// decide runs f on the goroutine of decisions and gives its result.
func (d *Daemon) decide(ctx context.Context, f func(context.Context) error) error {
	c := call{ctx, f, make(chan error, 1)}
	select {
	case d.calls <- c:
		return <-c.done
	case <-ctx.Done():
		return ctx.Err()
	}
}

// decisions makes them, one after the other, until ctx ends.
func (d *Daemon) decisions(ctx context.Context) {
	for {
		select {
		case c := <-d.calls:
			// What has begun is finished also when the service is told to end.
			c.done <- c.f(context.WithoutCancel(c.ctx))
		case <-ctx.Done():
			return
		}
	}
}

// with runs f beside the goroutine of decisions, which outlives it: what f and
// its goroutines have done can still be recorded when ctx has ended.
func (d *Daemon) with(ctx context.Context, f func(context.Context) error) error {
	if err := d.reload(ctx); err != nil {
		return err
	}
	loop, stop := context.WithCancel(context.WithoutCancel(ctx))
	var g errgroup.Group
	g.Go(func() error { d.decisions(loop); return nil })
	err := f(ctx)
	stop()
	return errors.Join(err, g.Wait())
}

// Sync makes one pass of watching over every account and gives what it found.
// An account that fails does not keep the others from being read.
func (d *Daemon) Sync(ctx context.Context) ([]AccountReport, error) {
	err := d.with(ctx, d.syncAll)
	d.store.FreshenPasts(ctx) // now, since the owner waits for what comes next
	return d.report.accounts(d.settings.Accounts), err
}

func (d *Daemon) syncAll(ctx context.Context) error {
	watchers, err := d.watchers(ctx)
	if err != nil {
		return err
	}
	errs := make([]error, len(watchers))
	var g errgroup.Group
	for i, w := range watchers {
		g.Go(func() error {
			if err := w.Sync(ctx); err != nil {
				errs[i] = accountError{d.settings.Accounts[i].Name, err}
			}
			return nil
		})
	}
	return errors.Join(append(errs, g.Wait())...)
}

// accountError says which account an error is about.
type accountError struct {
	account string
	err     error
}

func (e accountError) Error() string { return "account " + e.account + ": " + e.err.Error() }
func (e accountError) Unwrap() error { return e.err }

// watchers makes a watcher for each account, which goes on where the store says.
func (d *Daemon) watchers(ctx context.Context) ([]*imapwatch.Watcher, error) {
	boxes, err := d.store.Mailboxes(ctx)
	if err != nil {
		return nil, err
	}
	var all []*imapwatch.Watcher
	for _, a := range d.settings.Accounts {
		cursors := map[string]imapwatch.Cursor{}
		for _, m := range boxes {
			if m.Account == a.Name {
				cursors[m.Name] = imapwatch.Cursor(m.Cursor)
			}
		}
		w := imapwatch.New(a.watch(), cursors, &sink{d: d, account: a, read: maps.Clone(cursors)})
		w.Hurry(max(d.settings.Hurry, 1))
		all = append(all, w)
	}
	return all, nil
}

// Once makes one full pass: sync, orders, plan, deliver, settle what was interrupted.
func (d *Daemon) Once(ctx context.Context) error {
	return d.with(ctx, func(ctx context.Context) error {
		syncErr := d.syncAll(ctx)
		obeyErr := d.obeyAll(ctx)
		err := d.decide(ctx, func(ctx context.Context) error { return errors.Join(d.planWhatIsKnown(ctx), d.planNotices(ctx, 0)) })
		if err != nil {
			return err
		}
		syncErr = errors.Join(syncErr, obeyErr)
		if d.settings.Rehearse {
			return errors.Join(syncErr, d.greetAll(ctx))
		}
		err = d.deliverAll(ctx)
		if d.woken() { // more has been planned
			err = errors.Join(err, d.deliverAll(ctx))
		}
		d.backup(ctx)
		d.readBook(ctx)
		return errors.Join(syncErr, err)
	})
}

// planWhatIsKnown plans if all mail has been read, but for the mailboxes that
// cannot be: a letter that mail still unread makes needless must not be written.
// INBOX and Sent are not to be missed. An account that has been out of reach for long
// keeps only those letters back that rest on silence.
func (d *Daemon) planWhatIsKnown(ctx context.Context) error {
	account, mailbox := d.unknown()
	if mailbox != "" {
		d.log.Warn("no letter is planned: not all mail is known", "account", account, "mailbox", mailbox)
	}
	if account != "" {
		if without, err := d.doWithout(ctx); err != nil || !without {
			return err
		}
	}
	return d.planLetters(ctx)
}

// planAgain plans what waited for something else than mail, unless it waits for
// mail now.
func (d *Daemon) planAgain(ctx context.Context) error {
	if d.watching == nil {
		return d.planWhatIsKnown(ctx)
	}
	known, err := d.lookedUp(ctx)
	if err != nil || !known || !d.ready() {
		return err
	}
	return d.planLetters(ctx)
}

// Run is the service. It ends without error when ctx ends.
func (d *Daemon) Run(ctx context.Context) error {
	err := d.with(ctx, func(ctx context.Context) error {
		watchers, err := d.watchers(ctx)
		if err != nil {
			return err
		}
		d.watching = watchers
		for _, a := range d.settings.Accounts {
			d.readiness(a.Name).failed = d.now()
		}
		g, ctx := errgroup.WithContext(ctx)
		for _, w := range watchers {
			g.Go(func() error { return w.Run(ctx) })
		}
		g.Go(func() error { return d.tick(ctx) })
		for _, a := range d.settings.Accounts {
			g.Go(func() error { return d.deliveries(ctx, a) })
		}
		g.Go(func() error { return d.backups(ctx) })
		g.Go(func() error { return d.addressBooks(ctx) })
		return g.Wait()
	})
	if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())) {
		return nil
	}
	return err
}

// How often the service looks at the store and at the clock. The wall clock is
// asked each time, so that a sleep of the machine is noticed as it ends.
const tickEvery = time.Second

// tick plans on schedule and whenever somebody else has changed the store.
func (d *Daemon) tick(ctx context.Context) error {
	watch, err := d.store.Watch(ctx)
	if err != nil {
		return err
	}
	defer watch.Close()
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	var version int64
	var last, next time.Time
	for {
		v, err := watch.Version(ctx)
		if err != nil {
			return err
		}
		// A clock that was set back makes next mean nothing.
		now := d.now()
		due := v != version || !now.Before(next) || now.Before(last)
		if last = now; due {
			version, next = v, d.settings.nextLook(now)
			if err := d.decide(ctx, d.replan); err != nil {
				return err
			}
		}
		if err := d.decide(ctx, d.beat); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// beat tells whoever wants to know that decisions are made. Nobody is told while one
// hangs.
func (d *Daemon) beat(context.Context) error {
	if d.settings.Alive == nil {
		return nil
	}
	offline := 0
	for _, r := range d.synced {
		if !r.failed.IsZero() {
			offline++
		}
	}
	d.settings.Alive(offline)
	return nil
}

// waitingGC is how much the heap may grow, in percent, before it is collected,
// once the first scan is through.
const waitingGC = 40

// replan takes in what commands have written and plans, once the mail is known.
func (d *Daemon) replan(ctx context.Context) error {
	if err := errors.Join(d.reload(ctx), d.again(ctx)); err != nil {
		return err
	}
	known, err := d.lookedUp(ctx)
	if err != nil {
		return err
	}
	if !known {
		for _, w := range d.watching {
			w.Look()
		}
	}
	if !known || !d.ready() {
		return d.planNotices(ctx, digestPatience)
	}
	d.scanned.Do(func() {
		// From now on the service mostly waits, on a machine that it shares with
		// others: memory matters more than speed.
		debug.SetGCPercent(waitingGC)
		debug.FreeOSMemory()
	})
	err = errors.Join(d.planLetters(ctx), d.planNotices(ctx, 0))
	if err == nil {
		d.wakeDeliverer()
	}
	return err
}

// again has accounts that were lost tried anew at once of which a command has struck
// out what was wrong: their owner has logged in, and need not wait an hour.
func (d *Daemon) again(ctx context.Context) error {
	states, err := d.store.AccountStates(ctx)
	for i, w := range d.watching {
		name := d.settings.Accounts[i].Name
		if r := d.synced[name]; err == nil && r != nil && r.lost && states[name].Problem == "" {
			w.Again()
		}
	}
	return err
}

// reload reads the address book.
func (d *Daemon) reload(ctx context.Context) error {
	version, err := d.store.BookVersion(ctx)
	if err != nil {
		return err
	}
	contacts, err := d.store.Contacts(ctx)
	if err != nil {
		return err
	}
	overruled, err := d.store.Overruled(ctx)
	if err != nil {
		return err
	}
	d.overruled = overruled
	d.bookVersion, d.book = version, plan.NewBook(d.settings.Addresses, contacts, d.settings.Recipients)
	notices, err := d.store.SentNotices(ctx)
	for id, n := range notices {
		d.answers(id, n)
	}
	return err
}

func (a Account) watch() imapwatch.Account {
	return imapwatch.Account{Name: a.Name, Server: a.Server, Drafts: a.Drafts,
		Sent: a.Sent, Outbox: a.Outbox, Ignore: a.Ignore, Policy: classify.Policy{AuthservID: a.AuthservID}}
}
