package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/emersion/go-imap/v2"

	"regards/internal/imapconn"
)

// The number of messages in a range: small first, so that something shows at
// once, then growing while all goes well.
const (
	firstRange = 200
	maxRange   = 2000
)

// Where a server stops being believed.
const (
	maxGap   = 1 << 20 // UIDs between the last message and UIDNEXT
	maxEmpty = 5       // ranges in a row of which nothing comes
)

// scanner reads mailboxes over one connection, and over the next one when it is lost.
type scanner struct {
	w      *Watcher
	server imapconn.Server
	conn   *imapconn.Conn
	// committed receives the result of the one commit under way; nil when there is none.
	committed chan error
	header    []byte // memory for one header
	// doubt is how many messages to ask for at once in the mailbox at hand, where
	// something is that cannot be read and has not been singled out; 0 for nothing.
	doubt int
	polls bool  // IDLE does not work with this server
	open  bool  // a mailbox may be open
	cut   error // how a connection was lost, the last time; nil: none was
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
	case gap <= maxRange && s.doubt == 0:
		return s.fresh(ctx, b)
	}
	uids, err := s.search(ctx, b, imap.UIDRange{Start: imap.UID(b.cursor.High + 1)})
	if err != nil {
		return err
	}
	for {
		part, rest := uids.first(s.rangeSize(b))
		high := part.max
		if rest.count == 0 {
			high = b.end(max(high, b.cursor.High)) // whatever lay there is gone already
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
	return s.read(ctx, b, above, 0, Cursor{b.UIDValidity, b.cursor.Low, b.end(b.cursor.High)})
}

// history goes on with the first scan, from where it stands down to the oldest message.
func (s *scanner) history(ctx context.Context, b *box) error {
	uids, err := s.search(ctx, b, imap.UIDRange{Start: 1, Stop: imap.UID(b.cursor.Low - 1)})
	if err != nil {
		return err
	}
	if b.cursor.Low > b.cursor.High { // it begins here
		b.cursor.High = b.end(uids.max)
	}
	for !b.cursor.Done() {
		part, rest := uids.last(s.rangeSize(b))
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

// read fetches a part of a mailbox and commits it with the cursor after it.
func (s *scanner) read(ctx context.Context, b *box, part span, left int, after Cursor) error {
	batch := Batch{Left: left}
	spoiled, err := s.gather(ctx, b, part, &batch)
	if err != nil {
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
	return errors.Join(s.commit(ctx, b, batch), spoiled)
}

// gather fetches a part of a mailbox into a batch. An answer that cannot be
// parsed costs the connection; the range is then halved, connection by
// connection, until the one message that spoils it is found. Then the batch
// holds it as unreadable, and spoiled says that the connection is lost.
func (s *scanner) gather(ctx context.Context, b *box, part span, batch *Batch) (spoiled, err error) {
	err = s.fetch(ctx, part.set, batch)
	switch {
	case errors.Is(err, imapconn.ErrGarbled):
		s.suspect(part.count)
		err = fmt.Errorf("%w: %w", errSuspect, err)
		if part.count != 1 {
			return nil, err
		}
		batch.Messages, batch.Unreadable = nil, map[uint32]string{part.min: err.Error()}
		spoiled = err
	case err != nil:
		if lost(err) { // a connection that breaks again and again gets on with less
			s.suspect(part.count)
		}
		return nil, err
	}
	b.size = min(b.size*4, maxRange)
	if b.empty++; part.count == 0 || len(batch.Messages)+len(batch.Unreadable) > 0 {
		b.empty = 0
	}
	if b.empty == maxEmpty {
		return nil, fmt.Errorf("%w: %w: it lists messages that it does not give", errMailbox, imapconn.ErrGarbled)
	}
	return spoiled, nil
}

// suspect notes that n messages, asked for at once, could not be read; 0 stands
// for an unknown number.
func (s *scanner) suspect(n int) {
	if n == 0 {
		n = maxRange
	}
	s.doubt = max(n/2, 1)
}

// rangeSize says how many messages to ask for next. A mailbox in doubt regains
// trust with every range asked for.
func (s *scanner) rangeSize(b *box) int {
	if s.doubt == 0 {
		return b.size
	}
	n := s.doubt
	if s.doubt *= 2; s.doubt > maxRange {
		s.doubt = 0
	}
	return min(n, b.size)
}

// errSuspect means that a message among those asked for cannot be read. Which
// it is, the next connections find out.
var errSuspect = errors.New("a message cannot be read")
