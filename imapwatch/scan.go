package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/internal/imapconn"
)

// The number of messages in a range: small first, so that something shows at
// once, then growing while all goes well.
const (
	firstRange = 200
	maxRange   = 2000
)

// scanner reads mailboxes over one connection.
type scanner struct {
	w    *Watcher
	conn *imapconn.Conn
	// committed receives the result of the one commit under way; nil when there is none.
	committed chan error
	header    []byte // memory for one header
}

// box is a selected mailbox.
type box struct {
	imapconn.Mailbox
	cursor Cursor
	reset  bool
	size   int // messages in the next range
}

// examine opens a mailbox read-only and brings its cursor in line with it.
func (s *scanner) examine(ctx context.Context, m imapconn.Mailbox) (*box, error) {
	var data *imap.SelectData
	err := s.conn.Do(ctx, "open "+m.Name, s.w.pace.command, func(c *imapclient.Client) (err error) {
		data, err = c.Select(m.Name, &imap.SelectOptions{ReadOnly: true}).Wait()
		if err != nil || data.UIDNext != 0 {
			return err
		}
		// RFC 3501 section 6.3.1 lets servers leave it out.
		status, err := c.Status(m.Name, &imap.StatusOptions{UIDNext: true}).Wait()
		data.UIDNext = status.UIDNext
		return err
	})
	if err != nil {
		return nil, err
	}
	m.UIDValidity, m.UIDNext, m.Messages = data.UIDValidity, uint32(data.UIDNext), data.NumMessages
	if m.UIDNext == 0 || m.UIDValidity == 0 {
		return nil, fmt.Errorf("open %s: %w: no UIDNEXT or UIDVALIDITY", m.Name, imapconn.ErrGarbled)
	}
	b := &box{Mailbox: m, cursor: s.w.cursor(m.Name), size: firstRange}
	b.align()
	return b, nil
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

// catchUp reads everything that is new in an open mailbox, then what is left of
// the first scan.
func (s *scanner) catchUp(ctx context.Context, b *box) error {
	if err := s.news(ctx, b); err != nil {
		return err
	}
	if !b.cursor.Done() {
		if err := s.history(ctx, b); err != nil {
			return err
		}
	}
	return s.flush(ctx)
}

// news reads the messages above the cursor, oldest first. A few are fetched
// unseen; for many, and where something could not be read, it is asked first
// which there are.
func (s *scanner) news(ctx context.Context, b *box) error {
	switch gap := b.UIDNext - 1 - b.cursor.High; {
	case gap == 0 && !b.cursor.Done():
		return nil
	case gap == 0:
		return s.commit(ctx, b, Batch{})
	case gap <= maxRange && !s.w.suspicious(b.Name):
		return s.fresh(ctx, b)
	}
	uids, err := s.search(ctx, imap.UIDRange{Start: imap.UID(b.cursor.High + 1)}, b.Messages)
	if err != nil {
		return err
	}
	for {
		part, rest := uids.first(s.w.rangeSize(b))
		high := part.max
		if rest.count == 0 {
			high = max(high, b.UIDNext-1) // whatever lay there is gone already
		}
		if err := s.read(ctx, b, part, rest.count, Cursor{b.UIDValidity, b.cursor.Low, high}); err != nil {
			return err
		}
		if uids = rest; uids.count == 0 {
			return nil
		}
	}
}

// fresh reads whatever lies above the cursor.
func (s *scanner) fresh(ctx context.Context, b *box) error {
	above := span{set: imap.UIDSet{{Start: imap.UID(b.cursor.High + 1)}}} // up to *
	// A UIDNEXT beyond the last message means that later ones are gone already.
	return s.read(ctx, b, above, 0, Cursor{b.UIDValidity, b.cursor.Low, max(b.cursor.High, b.UIDNext-1)})
}

// history goes on with the first scan, from where it stands down to the oldest message.
func (s *scanner) history(ctx context.Context, b *box) error {
	uids, err := s.search(ctx, imap.UIDRange{Start: 1, Stop: imap.UID(b.cursor.Low - 1)}, b.Messages)
	if err != nil {
		return err
	}
	for !b.cursor.Done() {
		part, rest := uids.last(s.w.rangeSize(b))
		after := Cursor{b.UIDValidity, part.min, b.cursor.High}
		if rest.count == 0 {
			after.Low = 1
		}
		if err := s.read(ctx, b, part, rest.count, after); err != nil {
			return err
		}
		uids = rest
	}
	return nil
}

// search asks which UIDs of a range exist. More than the mailbox has messages
// is a lie that would have us ask for ever.
func (s *scanner) search(ctx context.Context, r imap.UIDRange, exists uint32) (span, error) {
	var data *imap.SearchData
	err := s.conn.Do(ctx, "search", s.w.pace.command, func(c *imapclient.Client) (err error) {
		criteria := &imap.SearchCriteria{UID: []imap.UIDSet{{r}}}
		var options *imap.SearchOptions
		if caps := s.conn.Caps(); caps.Has(imap.CapESearch) || caps.Has(imap.CapIMAP4rev2) {
			options = &imap.SearchOptions{ReturnAll: true}
		}
		data, err = c.UIDSearch(criteria, options).Wait()
		return err
	})
	if err != nil {
		return span{}, err
	}
	set, _ := data.All.(imap.UIDSet)
	all := newSpan(set).from(uint32(r.Start))
	if all.count > int(exists)+maxRange {
		return span{}, fmt.Errorf("%w: it claims %d messages in a mailbox of %d", imapconn.ErrGarbled, all.count, exists)
	}
	return all, nil
}

// read fetches a part of a mailbox and commits it with the cursor after it. An
// answer that cannot be parsed costs the connection; the range is then halved,
// connection by connection, until the one message that spoils it is found,
// which is committed as unreadable.
func (s *scanner) read(ctx context.Context, b *box, part span, left int, after Cursor) error {
	batch := Batch{Left: left}
	err := s.fetch(ctx, part.set, &batch)
	if errors.Is(err, imapconn.ErrGarbled) {
		s.w.suspect(b.Name, part.count)
		if err = fmt.Errorf("%w: %w", errSuspect, err); part.count != 1 {
			return err
		}
		batch.Unreadable = map[uint32]string{part.min: err.Error()}
		batch.Messages = nil
	} else if err != nil {
		return err
	}
	// "n:*" holds the last message even when it is below n (RFC 9051 section 6.4.9).
	known := func(uid uint32) bool { return b.cursor.Low <= uid && uid <= b.cursor.High }
	batch.Messages = slices.DeleteFunc(batch.Messages, func(m Message) bool { return known(m.UID) })
	maps.DeleteFunc(batch.Unreadable, func(uid uint32, _ string) bool { return known(uid) })
	for _, m := range batch.Messages {
		after.High = max(after.High, m.UID)
	}
	for uid := range batch.Unreadable {
		after.High = max(after.High, uid)
	}
	b.cursor = after
	b.size = min(b.size*4, maxRange)
	return errors.Join(s.commit(ctx, b, batch), err)
}

// commit hands a batch to the sink while the next one is read. The result of
// the one before is awaited first: cursors are stored in order.
func (s *scanner) commit(ctx context.Context, b *box, batch Batch) error {
	if err := s.flush(ctx); err != nil {
		return err
	}
	batch.Mailbox, batch.Sent = b.Name, s.w.account.isSent(b.Mailbox)
	batch.Cursor, batch.Reset, batch.Exists = b.cursor, b.reset, b.Messages
	batch.Synced = b.cursor.Done() && batch.Left == 0
	b.reset = false
	done := make(chan error, 1)
	s.committed = done
	go func() {
		err := s.w.sink.Commit(ctx, []Batch{batch})
		if err == nil {
			s.w.advance(batch.Mailbox, batch.Cursor)
		}
		done <- err
	}()
	return nil
}

// flush waits until all that was read has been committed.
func (s *scanner) flush(ctx context.Context) error {
	if s.committed == nil {
		return nil
	}
	err := <-s.committed
	s.committed = nil
	if err != nil {
		return fmt.Errorf("%w: %w", errSink, err)
	}
	return ctx.Err()
}

// drain waits for a commit under way when an error has cut the work short: what
// it stores counts, and the next connection must know.
func (s *scanner) drain() {
	if s.committed != nil {
		<-s.committed
	}
}

// errSuspect means that a message among those asked for cannot be read. Which
// it is, the next connections find out.
var errSuspect = errors.New("a message cannot be read")

// errSink means that the consumer cannot take any more: not the server's fault.
var errSink = errors.New("store what was read")
