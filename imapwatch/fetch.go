package imapwatch

import (
	"context"
	"io"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/internal/imapconn"
)

// headerLimit is how much of one header is kept: the fields that we ask for
// are longer only in an attack.
const headerLimit = 1 << 20

// arenaLimit is how much memory of a batch is kept for the next one.
const arenaLimit = 4 << 20

// arena is the memory of one batch, used again and again.
type arena struct {
	messages []Message
	bytes    []byte
}

// arena gives memory for the next batch.
func (s *scanner) arena() arena {
	if n := len(s.spare); n > 0 {
		a := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return arena{a.messages[:0], a.bytes[:0]}
	}
	return arena{}
}

// fetch reads the headers of a set of messages into a batch. A server may send
// a FETCH of its own for a message that we asked for, which the library takes
// for the answer: what lacks its header is asked for once more.
func (s *scanner) fetch(ctx context.Context, set imap.UIDSet, batch *Batch, mem *arena) error {
	if err := s.fetchOnce(ctx, set, mem); err != nil {
		return err
	}
	var again imap.UIDSet
	mem.messages = slices.DeleteFunc(mem.messages, func(m Message) bool {
		if m.Header == nil {
			again.AddNum(imap.UID(m.UID))
		}
		return m.Header == nil
	})
	if again != nil {
		if err := s.fetchOnce(ctx, again, mem); err != nil {
			return err
		}
	}
	for _, m := range mem.messages {
		if m.Header == nil {
			if batch.Unreadable == nil {
				batch.Unreadable = map[uint32]string{}
			}
			batch.Unreadable[m.UID] = "the server does not give its header"
		}
	}
	batch.Messages = slices.DeleteFunc(mem.messages, func(m Message) bool { return m.Header == nil })
	return nil
}

func (s *scanner) fetchOnce(ctx context.Context, set imap.UIDSet, mem *arena) error {
	options := &imap.FetchOptions{UID: true, Flags: true, InternalDate: true, BodySection: []*imap.FetchItemBodySection{{
		Specifier: imap.PartSpecifierHeader, HeaderFields: s.w.account.Fields, Peek: true,
	}}}
	return s.conn.Do(ctx, "fetch headers", imapconn.Timeout, func(c *imapclient.Client) error {
		cmd := c.Fetch(set, options)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			if m, ok := mem.take(data); ok {
				mem.messages = append(mem.messages, m)
			}
		}
		return cmd.Close()
	})
}

// take reads one answer; ok is false when it is not about a message with a UID.
func (a *arena) take(data *imapclient.FetchMessageData) (m Message, ok bool) {
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			m.UID = uint32(item.UID)
		case imapclient.FetchItemDataFlags:
			m.Draft = slices.Contains(item.Flags, imap.FlagDraft)
		case imapclient.FetchItemDataInternalDate:
			m.Received = item.Time
		case imapclient.FetchItemDataBodySection:
			if item.Literal != nil {
				m.Header = a.copy(item.Literal)
			}
		}
	}
	return m, m.UID != 0
}

// copy keeps a header, up to headerLimit; the library drains the rest. The
// bytes stay where they are when the arena grows: older slices keep the old one.
func (a *arena) copy(r imap.LiteralReader) []byte {
	n := int(min(r.Size(), headerLimit))
	if cap(a.bytes)-len(a.bytes) < n {
		a.bytes = make([]byte, 0, max(n, min(2*cap(a.bytes), arenaLimit), 256<<10))
	}
	start := len(a.bytes)
	a.bytes = a.bytes[:start+n]
	// A literal cut short ends the command with an error: nothing of it is used.
	read, _ := io.ReadFull(r, a.bytes[start:])
	return a.bytes[start : start+read : start+read]
}
