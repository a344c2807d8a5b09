package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

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
	longSession: time.Minute,
	loginPause:  time.Hour,
}

const loginTries = 3

// maxGarbled bounds how often it is connected anew in a row to find messages
// that cannot be read.
const maxGarbled = 500

// Watcher watches one account.
type Watcher struct {
	account  Account
	sink     Sink
	counters imapconn.Counters
	pace     pace
	look     chan struct{} // there may be something to look for

	mu       sync.Mutex
	cursors  map[string]Cursor
	suspects map[string]int // mailboxes with something unreadable: how many messages to ask for at once
}

// New makes a watcher that goes on from the cursors given, by mailbox. It does
// no I/O.
func New(account Account, cursors map[string]Cursor, sink Sink) *Watcher {
	w := &Watcher{account: account, sink: sink, pace: usualPace, look: make(chan struct{}, 1), cursors: map[string]Cursor{}, suspects: map[string]int{}}
	for name, c := range cursors {
		w.cursors[name] = c
	}
	w.account.Server.Counters = &w.counters
	return w
}

// Look tells Run that the sink may have something to be looked for; it asks
// soon. It never blocks.
func (w *Watcher) Look() {
	select {
	case w.look <- struct{}{}:
	default:
	}
}

// Sync makes one pass over all mailboxes and returns.
func (w *Watcher) Sync(ctx context.Context) error {
	var err error
	for range maxGarbled {
		if err = w.pass(ctx); !errors.Is(err, errSuspect) {
			break
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(err, w.report(ctx, State{Synced: err == nil, Problem: err}))
}

func (w *Watcher) pass(ctx context.Context) error {
	conn, boxes, err := w.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := w.round(ctx, conn, boxes); err != nil {
		return err
	}
	conn.Logout(ctx)
	return nil
}

// connect dials and lists the mailboxes to be watched.
func (w *Watcher) connect(ctx context.Context) (*imapconn.Conn, []imapconn.Mailbox, error) {
	conn, err := imapconn.Dial(ctx, w.account.Server)
	if err != nil {
		return nil, nil, err
	}
	boxes, err := w.list(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return conn, boxes, nil
}

func (w *Watcher) list(ctx context.Context, conn *imapconn.Conn) ([]imapconn.Mailbox, error) {
	all, err := conn.Mailboxes(ctx)
	if err != nil {
		return nil, err
	}
	var boxes []imapconn.Mailbox
	var names []string
	for _, m := range all {
		if w.account.watched(m) {
			boxes, names = append(boxes, m), append(names, m.Name)
		}
	}
	slices.SortStableFunc(boxes, func(a, b imapconn.Mailbox) int { return w.rank(a) - w.rank(b) })
	if err := w.sink.Watched(ctx, names); err != nil {
		return nil, fmt.Errorf("%w: %w", errSink, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	maps.DeleteFunc(w.cursors, func(name string, _ Cursor) bool { return !slices.Contains(names, name) })
	return boxes, nil
}

// rank puts INBOX and Sent first: there the latest touches are.
func (w *Watcher) rank(m imapconn.Mailbox) int {
	switch {
	case m.Role == imapconn.Inbox:
		return 0
	case w.account.isSent(m):
		return 1
	}
	return 2
}

// round reads what is new in the given mailboxes; those without news are
// committed together.
func (w *Watcher) round(ctx context.Context, conn *imapconn.Conn, boxes []imapconn.Mailbox) error {
	s := &scanner{w: w, conn: conn}
	defer s.drain()
	var quiet []Batch
	for _, m := range boxes {
		cursor := w.cursor(m.Name)
		if m.UIDValidity != 0 && m.UIDNext == 1 && cursor.High == 0 {
			cursor = Cursor{UIDValidity: m.UIDValidity, Low: 1} // empty from the start
		}
		if cursor.UIDValidity == m.UIDValidity && cursor.High+1 == m.UIDNext && cursor.Done() {
			quiet = append(quiet, Batch{Mailbox: m.Name, Sent: w.account.isSent(m), Cursor: cursor,
				Exists: m.Messages, Synced: true})
			continue
		}
		b, err := s.examine(ctx, m)
		if err != nil {
			text, refused := imapconn.Refused(err)
			if !refused {
				return err
			}
			quiet = append(quiet, Batch{Mailbox: m.Name, Refused: text}) // deleted since, or closed to us
			continue
		}
		if err := s.catchUp(ctx, b); err != nil {
			return err
		}
	}
	if err := w.sink.Commit(ctx, quiet); err != nil {
		return fmt.Errorf("%w: %w", errSink, err)
	}
	for _, q := range quiet {
		if q.Refused == "" {
			w.advance(q.Mailbox, q.Cursor)
		}
	}
	return nil
}

// Run watches until ctx ends, which is no error, or the sink fails. It connects
// anew whenever a connection is lost: after a second at first, then more and
// more rarely; but soon while a message is looked for that cannot be read.
func (w *Watcher) Run(ctx context.Context) error {
	delay, refused, garbled := w.pace.firstDelay, 0, 0
	for {
		started := time.Now()
		err := w.session(ctx)
		if ctx.Err() != nil {
			return w.report(context.WithoutCancel(ctx), State{})
		}
		if errors.Is(err, errSink) {
			return err
		}
		if time.Since(started) > w.pace.longSession {
			delay, refused = w.pace.firstDelay, 0
		}
		if garbled++; !errors.Is(err, errSuspect) {
			garbled = 0
		} else if garbled < maxGarbled {
			delay = w.pace.firstDelay
		}
		wait := time.Duration(float64(delay) * (0.8 + 0.4*rand.Float64()))
		if refused++; !errors.Is(err, imapconn.ErrLogin) {
			refused = 0
		} else if refused >= loginTries {
			wait, refused = w.pace.loginPause, 0
		}
		if err := w.report(ctx, State{Problem: err, Retry: wait}); err != nil {
			return err
		}
		delay = min(2*delay, w.pace.maxDelay)
		sleep(ctx, wait)
	}
}

// session watches over one set of connections until one of them fails.
func (w *Watcher) session(ctx context.Context) error {
	conn, boxes, err := w.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := w.report(ctx, State{Connected: true}); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	attended := map[string]uint32{} // with their UIDVALIDITY
	for _, m := range boxes {
		if m.Role == imapconn.Inbox || w.account.isSent(m) {
			attended[m.Name] = m.UIDValidity
			g.Go(func() error { return w.attend(ctx, m) })
		}
	}
	g.Go(func() error { return w.rounds(ctx, conn, boxes, attended) })
	return g.Wait()
}

// errChanged means that a mailbox that is waited on is gone, or is another one
// under the same name. Not every server tells who has it open.
var errChanged = errors.New("the mailboxes have changed")

// rounds looks at the mailboxes that nobody attends to, every ten minutes.
func (w *Watcher) rounds(ctx context.Context, conn *imapconn.Conn, boxes []imapconn.Mailbox, attended map[string]uint32) error {
	for {
		others, same := []imapconn.Mailbox(nil), 0
		for _, m := range boxes {
			if validity, ok := attended[m.Name]; !ok {
				others = append(others, m)
			} else if validity == m.UIDValidity {
				same++
			}
		}
		if same < len(attended) {
			return errChanged
		}
		if err := w.round(ctx, conn, others); err != nil {
			return err
		}
		if err := w.report(ctx, State{Connected: true, Synced: true}); err != nil {
			return err
		}
		if sleep(ctx, w.pace.round); ctx.Err() != nil {
			return ctx.Err()
		}
		var err error
		if boxes, err = w.list(ctx, conn); err != nil {
			return err
		}
	}
}

// attend reads one mailbox over a connection of its own and waits there for more.
func (w *Watcher) attend(ctx context.Context, m imapconn.Mailbox) error {
	news := make(chan struct{}, 1)
	server := w.account.Server
	server.NewMail = func() {
		select {
		case news <- struct{}{}:
		default:
		}
	}
	conn, err := imapconn.Dial(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close()
	s := &scanner{w: w, conn: conn}
	defer s.drain()
	for last := (Cursor{}); ; {
		b, err := s.examine(ctx, m)
		if text, refused := imapconn.Refused(err); refused {
			if err := w.sink.Commit(ctx, []Batch{{Mailbox: m.Name, Refused: text}}); err != nil {
				return fmt.Errorf("%w: %w", errSink, err)
			}
			if sleep(ctx, w.pace.round); ctx.Err() != nil {
				return ctx.Err()
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := s.catchUp(ctx, b); err != nil {
			return err
		}
		if b.cursor == last {
			// A server that announces what is not there must not keep us busy.
			sleep(ctx, w.pace.firstDelay)
		}
		last = b.cursor
		if err := s.wait(ctx, b, news); err != nil {
			return err
		}
	}
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

// suspect notes that n messages of a mailbox, asked for at once, could not be
// read; 0 stands for an unknown number.
func (w *Watcher) suspect(mailbox string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n == 0 {
		n = maxRange
	}
	w.suspects[mailbox] = max(n/2, 1)
}

// suspicious reports whether something in a mailbox could not be read and has
// not been singled out yet.
func (w *Watcher) suspicious(mailbox string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.suspects[mailbox] > 0
}

// rangeSize says how many messages to ask for next. A mailbox under suspicion
// regains trust with every range asked for.
func (w *Watcher) rangeSize(b *box) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, suspected := w.suspects[b.Name]
	if !suspected {
		return b.size
	}
	if w.suspects[b.Name] = 2 * n; 2*n > maxRange {
		delete(w.suspects, b.Name)
	}
	return min(n, b.size)
}

// sleep waits, but not beyond the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
