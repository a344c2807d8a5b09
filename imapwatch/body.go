package imapwatch

import (
	"context"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// How much of bodies is read: of one, and with one command.
const (
	bodyLimit    = 64 << 10
	bodiesAtOnce = 50
)

// bodies reads the start of those bodies of a batch that the sink asks for, and has
// them judged: what is kept of a body is what follows from it. A body that the server
// does not give costs nothing but itself. Where the connection is lost over them they
// are asked for one by one, to find out which it is; after a few more losses the mailbox
// is read without: headers tell what is needed most.
func (s *scanner) bodies(ctx context.Context, b *box, batch *Batch) error {
	if len(batch.Messages) == 0 || s.doubt.bodiless {
		return nil
	}
	about := *batch
	about.Mailbox, about.Sent, about.InOnly = b.Name, b.sent, b.inOnly
	wanted, err := s.w.sink.Bodies(ctx, about)
	if err != nil {
		return fmt.Errorf("%w: %w", errSink, err)
	}
	wanted = slices.DeleteFunc(wanted, func(uid uint32) bool { return s.w.costly(costly{b.Name, b.UIDValidity, uid}) })
	size := bodiesAtOnce
	if s.doubt.bodies > 0 {
		size = 1
	}
	for some := range slices.Chunk(wanted, size) {
		err := s.readBodies(ctx, some, batch)
		switch {
		case err == nil, refusedOnly(err) && !passing(err):
		case refusedOnly(err):
			return fmt.Errorf("%w: %w", errMailbox, err)
		case lost(err):
			return s.blameBodies(b, some, err)
		default:
			return err
		}
	}
	return nil
}

// maxBodyLosses is how often the connection may be lost over bodies in one visit.
const maxBodyLosses = 4

// blameBodies says what is to follow from a connection that was lost over some bodies:
// a network may have failed, or one of them is what the server, or we, break over.
func (s *scanner) blameBodies(b *box, uids []uint32, err error) error {
	if len(uids) == 1 && s.doubt.bodies > 0 {
		s.w.markCostly(costly{b.Name, b.UIDValidity, uids[0]})
	}
	s.doubt.bodies++
	s.doubt.bodiless = s.doubt.bodies >= maxBodyLosses
	return fmt.Errorf("%w: its body: %w", errSuspect, err)
}

// costly is a message whose body cost a connection.
type costly struct {
	mailbox  string
	validity uint32
	uid      uint32
}

func (w *Watcher) costly(m costly) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bodies[m]
}

func (w *Watcher) markCostly(m costly) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bodies[m] = true
}

func (s *scanner) readBodies(ctx context.Context, uids []uint32, batch *Batch) error {
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	options := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{
		Specifier: imap.PartSpecifierText, Partial: &imap.SectionPartial{Size: bodyLimit}, Peek: true,
	}}}
	return s.conn.Do(ctx, "fetch bodies", s.w.pace.command, func(c *imapclient.Client) error {
		cmd := c.Fetch(set, options)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			s.takeBody(data, batch)
		}
		return cmd.Close()
	})
}

// takeBody has one body judged.
func (s *scanner) takeBody(data *imapclient.FetchMessageData, batch *Batch) {
	var uid uint32
	var body []byte
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal != nil && body == nil {
				body = s.literal(item.Literal, bodyLimit)
			}
		}
	}
	if i := slices.IndexFunc(batch.Messages, func(m Message) bool { return m.UID == uid }); i >= 0 && body != nil {
		report := batch.Messages[i].Header.Read(body, s.w.account.Policy)
		batch.Messages[i].Report = &report
	}
}
