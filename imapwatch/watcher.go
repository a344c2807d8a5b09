package imapwatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"regards/internal/imapconn"
)

// pace says how long things take and how often they are done.
type pace struct {
	command     time.Duration // until a command is answered
	idleAnswer  time.Duration // until IDLE begins or ends
	renewIdle   time.Duration // some networks drop connections that are idle for 8 minutes
	poll        time.Duration // where the server has no IDLE
	round       time.Duration // between looks at the mailboxes that nobody waits on
	firstDelay  time.Duration // after a lost connection; doubled each time
	maxDelay    time.Duration
	maxRenew    time.Duration // the same for a connection of a session that lives
	longSession time.Duration // after which the delay is the first again
	loginPause  time.Duration // after loginTries refusals: trying on would lock the account
}

var usualPace = pace{
	command:     imapconn.Timeout,
	idleAnswer:  30 * time.Second,
	renewIdle:   7 * time.Minute,
	poll:        time.Minute,
	round:       10 * time.Minute,
	firstDelay:  time.Second,
	maxDelay:    5 * time.Minute,
	maxRenew:    time.Minute,
	longSession: time.Minute,
	loginPause:  time.Hour,
}

// Watcher watches one account.
type Watcher struct {
	account  Account
	sink     Sink
	counters imapconn.Counters
	pace     pace
	look     chan struct{} // there may be something to look for
	again    chan struct{} // a login may succeed by now
	aside    chan chan struct{}
	entered  bool // the session under way has logged in; Run's own

	mu       sync.Mutex
	cursors  map[string]Cursor
	watched  []string
	outcomes map[string]error // since it was connected: nil for a mailbox that was read to its end
	failures map[string]failure
	bodies   map[costly]bool // those that are not asked for again
}

// New makes a watcher that goes on from the cursors given, by mailbox. It does
// no I/O.
func New(account Account, cursors map[string]Cursor, sink Sink) *Watcher {
	w := &Watcher{account: account, sink: sink, pace: usualPace,
		look: make(chan struct{}, 1), again: make(chan struct{}, 1), aside: make(chan chan struct{}),
		cursors: map[string]Cursor{}, failures: map[string]failure{}, bodies: map[costly]bool{}}
	maps.Copy(w.cursors, cursors)
	w.account.Server.Counters = &w.counters
	return w
}

// Hurry makes the watcher wait a fraction as long between its looks, renewals and
// new connections, so that days pass in minutes; how long a server may take to
// answer stays as it is. It is for a soak, and called before Sync and Run.
func (w *Watcher) Hurry(times int) {
	for _, d := range []*time.Duration{&w.pace.renewIdle, &w.pace.poll, &w.pace.round, &w.pace.firstDelay,
		&w.pace.maxDelay, &w.pace.maxRenew, &w.pace.longSession, &w.pace.loginPause} {
		*d /= time.Duration(times)
	}
}

// Look tells Run that the sink may have something to be looked for; it asks
// soon. It never blocks.
func (w *Watcher) Look() {
	select {
	case w.look <- struct{}{}:
	default:
	}
}

// Again tells Run that what kept it from connecting may be over, such as a refused
// login by a new one of the owner: the pause before the next try, long as it may
// be, ends. It never blocks.
func (w *Watcher) Again() {
	select {
	case w.again <- struct{}{}:
	default:
	}
}

// Sync makes one pass over all mailboxes, looks for what the sink asks for, and
// returns. It is no error when some mailboxes cannot be read, which the sink is
// told, as long as others can; but it is when the server goes away. Where only a
// connection was lost, all is read over another one, and the error says so in
// the end.
func (w *Watcher) Sync(ctx context.Context) error {
	cut, err := w.pass(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	problem := cmp.Or(err, cut)
	return errors.Join(problem, w.report(ctx, State{Synced: err == nil, Problem: problem}))
}

// pass reads everything once. Cut tells how a connection was lost that could be
// replaced, or why something that was asked for could not be looked for.
func (w *Watcher) pass(ctx context.Context) (cut, err error) {
	s, targets, err := w.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer s.close(ctx)
	if err := s.round(ctx, sentFirst(targets)); err != nil {
		return nil, err
	}
	if _, err := w.standing(); err != nil {
		return nil, err
	}
	if err := s.lookups(ctx, targets); err != nil {
		return nil, err
	}
	return s.cut, nil
}

// connect dials and lists the mailboxes to be watched.
func (w *Watcher) connect(ctx context.Context) (*scanner, []target, error) {
	s, err := w.open(ctx, w.account.Server)
	if err != nil {
		return nil, nil, err
	}
	w.entered = true
	w.mu.Lock()
	w.outcomes = map[string]error{}
	w.mu.Unlock()
	targets, err := w.list(ctx, s.conn)
	if err != nil {
		s.close(ctx)
		return nil, nil, err
	}
	return s, targets, nil
}

// list finds the mailboxes to be watched, and tells the sink.
func (w *Watcher) list(ctx context.Context, conn *imapconn.Conn) ([]target, error) {
	all, err := conn.Mailboxes(ctx)
	if err != nil {
		return nil, err
	}
	targets := w.account.choose(all, conn.Caps())
	names := named(targets)
	if err := w.sink.Watched(ctx, names); err != nil {
		return nil, fmt.Errorf("%w: %w", errSink, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watched = names
	maps.DeleteFunc(w.cursors, func(name string, _ Cursor) bool { return !slices.Contains(names, name) })
	return targets, nil
}

// settle notes what has become of a mailbox: nil when it was read to its end.
func (w *Watcher) settle(mailbox string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outcomes[mailbox] = err
}

// standing tells whether every mailbox has been read to its end since the
// watcher connected, or cannot be read. When none can be read, err says why.
func (w *Watcher) standing() (synced bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	readable := len(w.watched) == 0
	for _, name := range w.watched {
		outcome, known := w.outcomes[name]
		if !known {
			return false, nil
		}
		readable = readable || outcome == nil
		err = cmp.Or(err, outcome)
	}
	if readable {
		return true, nil
	}
	return false, err
}

// tell reports that the watcher is connected, and whether it has read all.
func (w *Watcher) tell(ctx context.Context) error {
	synced, err := w.standing()
	if err != nil {
		return err
	}
	return w.report(ctx, State{Connected: true, Synced: synced})
}

// report tells the sink about the connections, with the counters.
func (w *Watcher) report(ctx context.Context, s State) error {
	s.RoundTrips, s.BytesIn = w.counters.RoundTrips.Load(), w.counters.BytesIn.Load()
	if err := w.sink.Report(ctx, s); err != nil {
		return fmt.Errorf("%w: %w", errSink, err)
	}
	return nil
}

func (w *Watcher) cursor(mailbox string) Cursor {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cursors[mailbox]
}

func (w *Watcher) advance(mailbox string, c Cursor) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cursors[mailbox] = c
}

// sleep waits, but not beyond the end of ctx, which is an error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}
