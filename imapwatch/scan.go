package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

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
	bytes     []byte // memory for one header or body
	doubt     doubt
	delay     time.Duration // before the next connection
	good      int           // ranges read since the last one
	polls     bool          // IDLE does not work with this server
	open      bool          // a mailbox may be open
	cut       error         // how a connection was lost or a lookup failed, the last time; nil: none
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
	case gap <= maxRange && s.doubt.size == 0:
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
	arrived := func(uid uint32) {
		after.High = max(after.High, uid)
		if uid >= b.UIDNext { // since it was opened
			b.Messages++
		}
	}
	for _, m := range batch.Messages {
		arrived(m.UID)
	}
	for uid := range batch.Unreadable {
		arrived(uid)
	}
	b.cursor = after
	return errors.Join(s.commit(ctx, b, batch), spoiled)
}

// gather fetches a part of a mailbox into a batch. When it cannot be read, and
// that may be due to one message, less is asked for, until that one is found.
// Then the batch holds it as unreadable, and spoiled says why, and perhaps that
// the connection is lost.
func (s *scanner) gather(ctx context.Context, b *box, part span, batch *Batch) (spoiled, err error) {
	if err := s.fetch(ctx, part.set, batch); err != nil {
		return s.blame(part, batch, err)
	}
	if err := s.bodies(ctx, b, batch); err != nil {
		return nil, err
	}
	s.fetched(batch)
	b.size = min(b.size*4, maxRange)
	if b.empty++; part.count == 0 || len(batch.Messages)+len(batch.Unreadable) > 0 {
		b.empty = 0
	}
	if b.empty == maxEmpty {
		return nil, fmt.Errorf("%w: %w: it lists messages that it does not give", errMailbox, imapconn.ErrGarbled)
	}
	return nil, nil
}
