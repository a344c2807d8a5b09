package imapwatch

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"

	"regards/internal/imapconn"
)

// lookups does what the sink asks to be looked for in mail already read.
func (s *scanner) lookups(ctx context.Context, targets []target) error {
	wanted, err := s.w.sink.Lookups(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", errSink, err)
	}
	for _, t := range targets {
		l, asked := wanted[t.Name]
		if !asked || l.Done() || t.Problem != "" {
			continue
		}
		s.doubt = 0
		err := s.insist(ctx, func() Cursor { return Cursor{l.UIDValidity, l.Low, l.High} },
			func() error { return s.lookUp(ctx, t, &l) })
		if errors.Is(err, errMailbox) {
			s.w.settle(t.Name, err)
			err = s.note(ctx, t.unread(err))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lookUp hands over the messages that l asks for, the newest first, and keeps
// in l what remains. Under another UIDVALIDITY the mailbox is read anew anyway.
func (s *scanner) lookUp(ctx context.Context, t target, l *Lookup) error {
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
		remaining := *l
		batch.Lookup = &remaining
		if err := errors.Join(s.hand(ctx, b, batch), spoiled); err != nil {
			return err
		}
		uids = rest
	}
	return s.flush(ctx)
}

// find gives the messages to be read for l: those that SEARCH finds, or all of
// the range where no SEARCH is sure to find enough, or the server refuses it.
func (s *scanner) find(ctx context.Context, b *box, l *Lookup) (found span, err error) {
	r := imap.UIDRange{Start: imap.UID(max(l.Low, 1)), Stop: imap.UID(l.High)}
	asked := queries(r, l.Addresses)
	for _, q := range asked {
		uids, err := s.searchFor(ctx, b, q)
		if _, refused := imapconn.Refused(err); refused {
			asked = nil
			break
		}
		if err != nil {
			return span{}, err
		}
		found = found.union(uids)
	}
	if len(asked) == 0 {
		return s.search(ctx, b, r)
	}
	return b.plausible(found, r)
}
