package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// lookups does what the sink asks to be looked for in mail already read.
func (s *scanner) lookups(ctx context.Context, targets []target) error {
	wanted, err := s.w.sink.Lookups(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", errSink, err)
	}
	for _, t := range targets {
		l, asked := wanted[t.Name]
		if !asked || l.Done() || t.Problem != "" || s.w.tooSoon(t.Name, l) {
			continue
		}
		if err := s.lookFor(ctx, t, l); err != nil {
			return err
		}
	}
	return nil
}

// errand is a lookup under way.
type errand struct {
	Lookup
	all bool // SEARCH cost the connection: everything is read instead
}

// lookFor looks for one thing. That it cannot be done says nothing of the mail
// that comes in; it is tried again later.
func (s *scanner) lookFor(ctx context.Context, t target, l Lookup) error {
	s.doubt = doubt{}
	e := &errand{l, s.w.failure(t.Name).all}
	err := s.insist(ctx, func() Cursor { return Cursor{e.UIDValidity, e.Low, e.High} },
		func() error { return s.lookUp(ctx, t, e) })
	if ctx.Err() != nil || errors.Is(err, errSink) {
		return err
	}
	s.w.learn(t.Name, e, err)
	if errors.Is(err, errMailbox) {
		s.cut = err
		return nil
	}
	return err
}

// failure is how a lookup in a mailbox failed the last time. Who asks for it
// once a second must not make us log in once a second.
type failure struct {
	validity  uint32
	addresses []string
	all       bool
	pause     time.Duration
	until     time.Time // before it is not tried again
}

func (w *Watcher) failure(mailbox string) failure {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failures[mailbox]
}

// tooSoon reports whether just that was looked for in vain, a short while ago.
func (w *Watcher) tooSoon(mailbox string, l Lookup) bool {
	f := w.failure(mailbox)
	return time.Now().Before(f.until) && f.validity == l.UIDValidity && slices.Equal(f.addresses, l.Addresses)
}

// learn notes what has become of a lookup.
func (w *Watcher) learn(mailbox string, e *errand, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		delete(w.failures, mailbox)
		return
	}
	pause := min(max(2*w.failures[mailbox].pause, w.pace.firstDelay), w.pace.round)
	w.failures[mailbox] = failure{e.UIDValidity, slices.Clone(e.Addresses), e.all, pause, time.Now().Add(pause)}
}

// lookUp hands over the messages that l asks for, the newest first, and keeps
// in l what remains. Under another UIDVALIDITY the mailbox is read anew anyway.
func (s *scanner) lookUp(ctx context.Context, t target, l *errand) error {
	b, err := s.examine(ctx, t)
	if err != nil || b.UIDValidity != l.UIDValidity {
		return err
	}
	uids, err := s.find(ctx, b, l)
	if err != nil {
		return err
	}
	for !l.Done() {
		part, rest := uids.last(s.rangeSize(b))
		var batch Batch
		spoiled, err := s.gather(ctx, b, part, &batch)
		if err != nil {
			return err
		}
		l.High = 0
		if rest.count > 0 {
			l.High = part.min - 1
		}
		remaining := l.Lookup
		batch.Lookup = &remaining
		if err := errors.Join(s.hand(ctx, b, batch), spoiled); err != nil {
			return err
		}
		uids = rest
	}
	return s.flush(ctx)
}

// find gives the messages to be read for l: those that SEARCH finds, or all of
// the range where no SEARCH is sure to find enough, or the server refuses it or
// breaks down over it.
func (s *scanner) find(ctx context.Context, b *box, l *errand) (found span, err error) {
	r := imap.UIDRange{Start: imap.UID(max(l.Low, 1)), Stop: imap.UID(l.High)}
	if l.all {
		return s.search(ctx, b, r)
	}
	asked := queries(r, l.Addresses)
	for _, q := range asked {
		uids, err := s.searchFor(ctx, b, q)
		if refusedOnly(err) {
			asked = nil
			break
		}
		if err != nil {
			l.all = true
			return span{}, err
		}
		found = found.union(uids)
	}
	if len(asked) == 0 {
		return s.search(ctx, b, r)
	}
	return b.plausible(found, r)
}
