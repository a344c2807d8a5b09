package imapwatch

import (
	"context"
	"fmt"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/internal/imapconn"
)

// box is a selected mailbox.
type box struct {
	target
	cursor Cursor
	reset  bool
	size   int // messages in the next range
	empty  int // ranges in a row of which nothing came
}

// examine opens a mailbox read-only and brings its cursor in line with it.
func (s *scanner) examine(ctx context.Context, t target) (*box, error) {
	var data *imap.SelectData
	s.open = true
	err := s.conn.Do(ctx, "open "+t.Name, s.w.pace.command, func(c *imapclient.Client) (err error) {
		data, err = c.Select(t.Name, &imap.SelectOptions{ReadOnly: true}).Wait()
		if err != nil || data.UIDNext != 0 {
			return err
		}
		// RFC 3501 section 6.3.1 lets servers leave it out.
		status, err := c.Status(t.Name, &imap.StatusOptions{UIDNext: true}).Wait()
		data.UIDNext = status.UIDNext
		return err
	})
	if _, refused := imapconn.Refused(err); refused {
		return nil, fmt.Errorf("%w: %w", errClosed, err) // deleted since, or closed to us
	}
	if err != nil {
		return nil, err
	}
	t.UIDValidity, t.UIDNext, t.Messages = data.UIDValidity, uint32(data.UIDNext), data.NumMessages
	if t.UIDNext == 0 || t.UIDValidity == 0 {
		return nil, fmt.Errorf("open %s: %w: no UIDNEXT or UIDVALIDITY", t.Name, imapconn.ErrGarbled)
	}
	b := &box{target: t, cursor: s.w.cursor(t.Name), size: firstRange}
	b.align()
	return b, nil
}

// unselect leaves the open mailbox, where the server can do that without
// removing anything (RFC 3691). Of one that is open, STATUS may tell what was
// true when it was opened (RFC 9051 section 6.3.11): Dovecot goes on so for ever
// when it was replaced by another one.
func (s *scanner) unselect(ctx context.Context) error {
	if caps := s.conn.Caps(); !s.open || !caps.Has(imap.CapUnselect) && !caps.Has(imap.CapIMAP4rev2) {
		return nil
	}
	s.open = false
	err := s.conn.Do(ctx, "leave the mailbox", s.w.pace.command, func(c *imapclient.Client) error { return c.Unselect().Wait() })
	if _, refused := imapconn.Refused(err); refused {
		return nil // it is gone already
	}
	return err
}

// align brings the cursor in line with what the server says. Under another
// UIDVALIDITY, or when UIDNEXT has gone back, which the protocol rules out,
// nothing that was read before holds: the mailbox is scanned again.
func (b *box) align() {
	if b.cursor.UIDValidity != b.UIDValidity || b.UIDNext <= b.cursor.High {
		b.reset = b.cursor.UIDValidity != 0
		b.cursor = Cursor{UIDValidity: b.UIDValidity}
	}
	if b.cursor.High == 0 {
		// Nothing was read yet: the scan starts at the newest message and goes down.
		b.cursor.Low, b.cursor.High = b.UIDNext, b.UIDNext-1
	}
}

// end gives how far a mailbox has been read when its last message is uid. A
// UIDNEXT beyond that means that later messages are gone already; but one that
// is far beyond is none, and mail would come below it.
func (b *box) end(uid uint32) uint32 {
	if last := b.UIDNext - 1; last > uid && last-uid <= maxGap {
		return last
	}
	return uid
}
