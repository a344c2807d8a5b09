package imapwatch

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"regards/internal/imapconn"
)

// loginTries is how often in a row a login may be refused before a long pause.
const loginTries = 3

// Run watches until ctx ends, which is no error, or the sink fails. It connects
// anew whenever the connections are lost: after a second at first, then more and
// more rarely.
func (w *Watcher) Run(ctx context.Context) error {
	delay, refused := w.pace.firstDelay, 0
	for {
		started := time.Now()
		w.entered = false
		err := w.session(ctx)
		if ctx.Err() != nil {
			return w.report(context.WithoutCancel(ctx), State{})
		}
		if errors.Is(err, errSink) {
			return err
		}
		if time.Since(started) > w.pace.longSession {
			delay = w.pace.firstDelay
		}
		wait := time.Duration(float64(delay) * (0.8 + 0.4*rand.Float64()))
		// Where a password is wrong, many servers say in between that it was tried
		// too often: only who was let in starts anew.
		switch out := errors.Is(err, imapconn.ErrLogin); {
		case out && refused+1 >= loginTries:
			wait, refused = w.pace.loginPause, 0
		case out:
			refused++
		case w.entered:
			refused = 0
		}
		if err := w.report(ctx, State{Problem: err, Retry: wait}); err != nil {
			return err
		}
		delay = min(2*delay, w.pace.maxDelay)
		w.pause(ctx, wait) // the next session will find out if ctx has ended
	}
}

// pause waits for the next try, which Again may bring forward.
func (w *Watcher) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.again:
	case <-ctx.Done():
	}
}

// session watches over one set of connections until they are lost.
func (w *Watcher) session(ctx context.Context) error {
	s, targets, err := w.connect(ctx)
	if err != nil {
		return err
	}
	if err := w.report(ctx, State{Connected: true}); err != nil {
		s.close(ctx)
		return err
	}
	if err := s.readSent(ctx, targets); err != nil {
		s.close(ctx)
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	v := newVacancies()
	for _, t := range targets {
		if t.attended() {
			v.tried.Add(1)
			g.Go(func() error { return w.attend(ctx, t, v) })
		}
	}
	g.Go(func() error {
		defer s.close(ctx) // together with the others: each goodbye may take a second
		return s.rounds(ctx, targets, v)
	})
	return g.Wait()
}

// readSent reads what was sent before the first scan of anything else.
func (s *scanner) readSent(ctx context.Context, targets []target) error {
	scanned := func(t target) bool {
		cursor := s.w.cursor(t.Name)
		_, quiet := s.w.quiet(t) // it is empty
		return !t.sent || quiet || cursor.UIDValidity != 0 && cursor.Done()
	}
	if targets = slices.DeleteFunc(slices.Clone(targets), scanned); len(targets) == 0 {
		return nil
	}
	if err := s.round(ctx, targets); err != nil {
		return err
	}
	return s.unselect(ctx)
}

// errChanged means that a mailbox that is waited on is gone, or is another one
// under the same name. Not every server tells who has it open.
var errChanged = errors.New("the mailboxes have changed")

// rounds looks at the mailboxes that nobody attends to, every ten minutes, and
// more often at those that nobody can attend to.
func (s *scanner) rounds(ctx context.Context, targets []target, v *vacancies) error {
	v.tried.Wait() // what comes in is read before the archives
	for first := attended(targets); ; {
		if !maps.Equal(attended(targets), first) {
			return errChanged
		}
		if err := s.fillIn(ctx, targets, v); err != nil {
			return err
		}
		if err := s.round(ctx, slices.DeleteFunc(slices.Clone(targets), target.attended)); err != nil {
			return err
		}
		if err := s.w.tell(ctx); err != nil {
			return err
		}
		if err := s.lookups(ctx, targets); err != nil {
			return err
		}
		if err := s.rest(ctx, targets, v); err != nil {
			return err
		}
		var err error
		if targets, err = s.w.list(ctx, s.conn); err != nil {
			return err
		}
	}
}

// attended gives the mailboxes that are waited on, with their UIDVALIDITY.
func attended(targets []target) map[string]uint32 {
	validities := map[string]uint32{}
	for _, t := range targets {
		if t.attended() {
			validities[t.Name] = t.UIDValidity
		}
	}
	return validities
}

// rest waits for the next round, with no mailbox open in the end, and does
// meanwhile what Look asks for and what nobody else can.
func (s *scanner) rest(ctx context.Context, targets []target, v *vacancies) error {
	timer, poll := time.NewTimer(s.w.pace.round), time.NewTicker(s.w.pace.poll)
	defer timer.Stop()
	defer poll.Stop()
	for {
		var err error
		select {
		case <-timer.C:
			return s.unselect(ctx)
		case <-ctx.Done():
			return ctx.Err()
		case <-s.w.look:
			err = s.lookups(ctx, targets)
		case <-poll.C:
			err = s.fillIn(ctx, targets, v)
		case <-v.news:
			err = s.fillIn(ctx, targets, v)
		}
		if err != nil {
			return err
		}
	}
}

// attend reads one mailbox over a connection of its own and waits there for more.
func (w *Watcher) attend(ctx context.Context, t target, v *vacancies) error {
	news := make(chan struct{}, 1)
	server := w.account.Server
	server.NewMail = func() {
		select {
		case news <- struct{}{}:
		default:
		}
	}
	s, err := w.takePost(ctx, server, t.Name, v)
	if err != nil {
		return err
	}
	defer func() { s.close(ctx) }()
	for last, pause := (Cursor{}), w.pace.firstDelay; ; {
		b, err := s.visit(ctx, t)
		switch {
		case errors.Is(err, errMailbox):
			if err := s.leave(ctx, t, err, pause); err != nil {
				return err
			}
			pause = min(2*pause, w.pace.round)
			continue
		case err != nil:
			return err
		}
		if err := w.settled(ctx, t, nil); err != nil {
			return err
		}
		if b.cursor != last {
			pause = w.pace.firstDelay
		} else { // a server that announces what is not there must not keep us busy
			if err := sleep(ctx, pause); err != nil {
				return err
			}
			pause = min(2*pause, w.pace.poll)
		}
		last = b.cursor
		err = s.wait(ctx, b, news)
		if errors.Is(err, errAside) {
			s.close(ctx)
			v.add(t.Name)
			var back *scanner
			if back, err = w.awaitPost(ctx, server, t.Name, v, w.pace.poll); err == nil {
				s = back
			}
		}
		if err != nil {
			return err
		}
	}
}

// leave says why an attended mailbox cannot be read, and waits until it is time
// to try again. What the server refuses once it will refuse for a while, and who
// has tried to single out messages as often as is good goes on later.
func (s *scanner) leave(ctx context.Context, t target, why error, pause time.Duration) error {
	if err := s.note(ctx, t.unread(why)); err != nil {
		return err
	}
	if err := s.w.settled(ctx, t, why); err != nil {
		return err
	}
	if !lost(why) || errors.Is(why, errSuspect) {
		pause = s.w.pace.round
	}
	return sleep(ctx, pause)
}

// settled notes what has become of an attended mailbox, and reports what
// follows for the account.
func (w *Watcher) settled(ctx context.Context, t target, err error) error {
	w.settle(t.Name, err)
	return w.tell(ctx)
}
