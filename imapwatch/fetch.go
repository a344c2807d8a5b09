package imapwatch

import (
	"context"
	"io"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/classify"
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
// those that were answered without.
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
			header, err := s.literal(item.Literal)
			if err != nil {
				s.end()
				continue
			}
			m.Header, parseErr = classify.Parse(header)
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

// literal reads a header, up to headerLimit; the library drains the rest. The
// bytes are good until the next one is read.
func (s *scanner) literal(r imap.LiteralReader) ([]byte, error) {
	n := int(min(r.Size(), headerLimit))
	s.header = slices.Grow(s.header[:0], n)[:n]
	_, err := io.ReadFull(r, s.header)
	return s.header, err
}

// end ends the connection and waits until the library has noticed, when the
// connection broke off within a header: otherwise the library would read on in
// the literal, here and in its own goroutine at the same time.
func (s *scanner) end() {
	s.conn.Close()
	<-s.conn.Closed()
}
