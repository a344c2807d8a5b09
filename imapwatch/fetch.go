package imapwatch

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/classify"
	"regards/internal/imapconn"
)

// headerLimit is how much of one header is read: the fields that we ask for
// are longer only in an attack.
const headerLimit = 1 << 20

// noHeader is why a message cannot be read when the server keeps its header back.
const noHeader = "the server does not give its header"

// fetch reads the headers of a set of messages into a batch. A server may send
// a FETCH of its own for a message that we asked for, which the library takes
// for the answer: what lacks its header is asked for once more.
func (s *scanner) fetch(ctx context.Context, set imap.UIDSet, batch *Batch) error {
	if len(set) == 0 {
		return nil // everything in this range is gone
	}
	missing, err := s.fetchOnce(ctx, set, batch)
	if err != nil || len(missing) == 0 {
		return err
	}
	if missing, err = s.fetchOnce(ctx, imap.UIDSetNum(missing...), batch); err != nil {
		return err
	}
	for _, uid := range missing {
		batch.unreadable(uint32(uid), noHeader)
	}
	return nil
}

// fetchOnce asks for the headers of a set of messages, and gives the UIDs of
// those that were answered without. Of UIDs that were not asked for the library
// tells nothing; but above the cursor there are four billion to answer with, and
// the connection is given up when more come than are ever asked for.
func (s *scanner) fetchOnce(ctx context.Context, set imap.UIDSet, batch *Batch) (missing []imap.UID, err error) {
	options := &imap.FetchOptions{UID: true, Flags: true, InternalDate: true, BodySection: []*imap.FetchItemBodySection{{
		Specifier: imap.PartSpecifierHeader, HeaderFields: headerFields, Peek: true,
	}}}
	err = s.conn.Do(ctx, "fetch headers", s.w.pace.command, func(c *imapclient.Client) error {
		cmd := c.Fetch(set, options)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			if uid, complete := s.take(data, batch); uid != 0 && !complete {
				missing = append(missing, uid)
			}
			if len(batch.Messages)+len(batch.Unreadable)+len(missing) > maxRange {
				s.conn.Close() // what has come already has to be taken off the library
				_ = cmd.Close()
				return fmt.Errorf("%w: more than %d messages in one answer", imapconn.ErrGarbled, maxRange)
			}
		}
		return cmd.Close()
	})
	return missing, err
}

var headerFields = classify.Fields()

// take enters one answer into a batch; complete is false when it had no header.
func (s *scanner) take(data *imapclient.FetchMessageData, batch *Batch) (uid imap.UID, complete bool) {
	var m Message
	var parseErr error
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid, m.UID = item.UID, uint32(item.UID)
		case imapclient.FetchItemDataFlags:
			m.Draft = slices.Contains(item.Flags, imap.FlagDraft)
		case imapclient.FetchItemDataInternalDate:
			m.Received = item.Time
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			m.Header, parseErr = classify.Parse(s.literal(item.Literal, headerLimit))
			complete = true
		}
	}
	switch {
	case uid == 0 || !complete:
	case parseErr != nil:
		batch.unreadable(m.UID, parseErr.Error())
	default:
		batch.Messages = append(batch.Messages, m)
	}
	return uid, complete
}

// literal reads a header or body, up to a limit; the library drains the rest. None
// breaks off: package imapconn hands over whole answers only. The bytes are good
// until the next one is read.
func (s *scanner) literal(r imap.LiteralReader, limit int64) []byte {
	n := int(min(r.Size(), limit))
	s.bytes = slices.Grow(s.bytes[:0], n)[:n]
	n, _ = io.ReadFull(r, s.bytes)
	return s.bytes[:n]
}
