package mailsim

import (
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// controlTimeout bounds one session of the server with itself: go-imap's
// client waits for ever for a server that says nothing.
const controlTimeout = time.Minute

var errNoMessage = errors.New("there is no such message")

// control is an IMAP session of its own, for one task. It sees all of the
// server's capabilities, also hidden ones.
type control struct {
	*imapclient.Client
	guard  *time.Timer
	exists uint32 // messages in the open mailbox; Client.Mailbox may still be nil after SELECT
}

// session runs do in a new session.
func (s *Server) session(do func(*control) error) error {
	conn, err := net.DialTimeout("tcp", s.backend.controlAddr(), controlTimeout)
	if err != nil {
		return fmt.Errorf("is the server stopped? %w", err)
	}
	defer conn.Close()
	c := &control{
		Client: imapclient.New(conn, nil),
		guard:  time.AfterFunc(controlTimeout, func() { conn.Close() }),
	}
	defer c.guard.Stop()
	defer c.Client.Close()
	if err := c.Login(s.User(), password).Wait(); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	return do(c)
}

// in runs do in a new session which has a mailbox open, read-only or not.
func (s *Server) in(mailbox string, readOnly bool, do func(*control) error) error {
	return s.session(func(c *control) error {
		data, err := c.Select(s.names.wire(mailbox), &imap.SelectOptions{ReadOnly: readOnly}).Wait()
		if err != nil {
			return err
		}
		c.exists = data.NumMessages
		return do(c)
	})
}

// extend gives a session that makes progress its full time again.
func (c *control) extend() { c.guard.Reset(controlTimeout) }

// put starts an APPEND. The answer is still to be waited for.
func (c *control) put(mailbox string, msg Message) (*imapclient.AppendCommand, error) {
	raw := crlf(msg.Raw)
	cmd := c.Append(mailbox, int64(len(raw)), &imap.AppendOptions{Time: msg.Time, Flags: toFlags(msg.Flags)})
	_, err := cmd.Write(raw)
	if closeErr := cmd.Close(); err == nil {
		err = closeErr
	}
	return cmd, err
}

// read fetches all messages of the open mailbox.
func (c *control) read() ([]Message, error) {
	whole := &imap.FetchItemBodySection{Peek: true}
	cmd := c.Fetch(imap.UIDSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{
		UID: true, Flags: true, InternalDate: true,
		BodySection: []*imap.FetchItemBodySection{whole},
	})
	var messages []Message
	for data := cmd.Next(); data != nil; data = cmd.Next() {
		msg, err := readMessage(data)
		if err != nil {
			cmd.Close()
			return nil, err
		}
		c.extend()
		messages = append(messages, msg)
	}
	return messages, cmd.Close()
}

func readMessage(data *imapclient.FetchMessageData) (Message, error) {
	var msg Message
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			msg.UID = uint32(item.UID)
		case imapclient.FetchItemDataFlags:
			msg.Flags = fromFlags(item.Flags)
		case imapclient.FetchItemDataInternalDate:
			msg.Time = item.Time
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			raw, err := io.ReadAll(item.Literal)
			if err != nil {
				return Message{}, err
			}
			msg.Raw = raw
		}
	}
	return msg, nil
}

// newUID returns the UID that a COPY or MOVE of one message gave it.
func newUID(uids imap.NumSet) (uint32, error) {
	set, _ := uids.(imap.UIDSet)
	nums, ok := set.Nums()
	if !ok || len(nums) != 1 {
		return 0, errNoMessage
	}
	return uint32(nums[0]), nil
}
