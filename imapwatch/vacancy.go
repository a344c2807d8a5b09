package imapwatch

import (
	"context"
	"errors"
	"sync"
	"time"

	"regards/internal/imapconn"
)

// vacancies are the mailboxes that somebody ought to wait in while no connection
// can be had for that: a provider may allow two at a time, and the owner's other
// programs want some, too. The rounds read them instead.
type vacancies struct {
	tried sync.WaitGroup // until a connection for each mailbox was asked for once
	news  chan struct{}  // there is one more

	mu    sync.Mutex // held while one of them is read, too: nobody takes over in the middle
	names map[string]bool
}

func newVacancies() *vacancies {
	return &vacancies{news: make(chan struct{}, 1), names: map[string]bool{}}
}

// add leaves a mailbox to the rounds.
func (v *vacancies) add(mailbox string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.names[mailbox] = true
	select {
	case v.news <- struct{}{}:
	default:
	}
}

// fill takes a mailbox back from the rounds once there is a connection for it.
func (v *vacancies) fill(mailbox string, open func() (*scanner, error)) (*scanner, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, err := open()
	if err == nil {
		delete(v.names, mailbox)
	}
	return s, err
}

// read reads a mailbox if it is left to the rounds.
func (v *vacancies) read(mailbox string, read func() error) (left bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.names[mailbox] {
		return false, nil
	}
	return true, read()
}

// takePost connects for somebody who is to wait in a mailbox. As long as the
// server has no connection for that the mailbox is left to the rounds: they find
// out whether the server is away altogether.
func (w *Watcher) takePost(ctx context.Context, server imapconn.Server, mailbox string, v *vacancies) (*scanner, error) {
	s, err := w.open(ctx, server)
	if errors.Is(err, imapconn.ErrAway) {
		v.add(mailbox)
	}
	v.tried.Done()
	if errors.Is(err, imapconn.ErrAway) {
		return w.awaitPost(ctx, server, mailbox, v, w.pace.firstDelay)
	}
	return s, err
}

// awaitPost connects for somebody who is to wait in a mailbox that is left to the
// rounds, as soon as that is possible. A server that was just starting anew has a
// connection soon, a provider that allows two has none for long.
func (w *Watcher) awaitPost(ctx context.Context, server imapconn.Server, mailbox string, v *vacancies, pause time.Duration) (s *scanner, err error) {
	for {
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
		s, err = v.fill(mailbox, func() (*scanner, error) { return w.open(ctx, server) })
		if !errors.Is(err, imapconn.ErrAway) {
			return s, err
		}
		pause = min(2*pause, max(w.pace.round, w.pace.poll))
	}
}

// GiveWay has somebody who waits in a mailbox give their connection up for a minute,
// for who needs one and gets none: a provider may allow few. The mailbox is left to
// the rounds meanwhile. It reports whether anybody did.
func (w *Watcher) GiveWay(ctx context.Context) bool {
	gone := make(chan struct{})
	select {
	case w.aside <- gone:
	default:
		return false // nobody waits now
	}
	select {
	case <-gone:
		return true
	case <-ctx.Done():
		return false
	}
}

// errAside means that a post was left to give way.
var errAside = errors.New("the connection was given up for another one")

// standAside says goodbye, and tells so.
func (s *scanner) standAside(ctx context.Context, gone chan<- struct{}) error {
	s.conn.Logout(ctx)
	close(gone)
	return errAside
}

// fillIn reads the mailboxes that are left to the rounds. It opens them whatever
// the list said: that may have been a while ago.
func (s *scanner) fillIn(ctx context.Context, targets []target, v *vacancies) error {
	some := false
	for _, t := range targets {
		if !t.attended() {
			continue
		}
		t.UIDValidity, t.UIDNext = 0, 0
		left, err := v.read(t.Name, func() error { return s.round(ctx, []target{t}) })
		if err != nil {
			return err
		}
		some = some || left
	}
	if !some {
		return nil
	}
	return s.w.tell(ctx)
}
