package mailsim

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// Message is a message in a mailbox.
type Message struct {
	UID   uint32    // given by the server; Append ignores it
	Flags []string  // sorted, without \Recent; keywords in the server's spelling
	Time  time.Time // INTERNALDATE, in whole seconds; for Append, zero means now
	Raw   []byte    // Append turns a bare LF into CRLF, as on its way through SMTP
}

// Append puts a message into a mailbox as a delivery would: through a session
// of its own, so that other sessions hear of it by EXISTS. It returns the UID.
func (s *Server) Append(mailbox string, msg Message) (uint32, error) {
	var uid imap.UID
	err := s.session(func(c *control) error {
		cmd, writeErr := c.put(s.names.wire(mailbox), msg)
		data, err := cmd.Wait()
		uid = data.UID
		return errors.Join(err, writeErr)
	})
	if err != nil {
		return 0, fmt.Errorf("mailsim: append to %s: %w", mailbox, err)
	}
	return uint32(uid), nil
}

// Messages returns everything in a mailbox by UID. It reads by EXAMINE and
// BODY.PEEK[], so it changes no flag.
func (s *Server) Messages(mailbox string) ([]Message, error) {
	var messages []Message
	err := s.in(mailbox, true, func(c *control) (err error) {
		if c.exists > 0 {
			messages, err = c.read()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("mailsim: read %s: %w", mailbox, err)
	}
	slices.SortFunc(messages, func(a, b Message) int { return int(int64(a.UID) - int64(b.UID)) })
	return messages, nil
}

// SetFlags replaces the flags of a message, as a mail program does in which the
// owner reads or marks it.
func (s *Server) SetFlags(mailbox string, uid uint32, flags ...string) error {
	err := s.in(mailbox, false, func(c *control) error { return c.store(uid, imap.StoreFlagsSet, flags) })
	if err != nil {
		return fmt.Errorf("mailsim: set flags of UID %d in %s: %w", uid, mailbox, err)
	}
	return nil
}

// Move moves a message by UID MOVE and returns its new UID. Where there is no
// MOVE, it copies and expunges.
func (s *Server) Move(mailbox string, uid uint32, to string) (moved uint32, err error) {
	err = s.in(mailbox, false, func(c *control) error {
		if !c.Caps().Has(imap.CapMove) {
			if moved, err = c.copy(uid, s.names.wire(to)); err != nil {
				return err
			}
			return c.remove(uid)
		}
		data, err := c.Client.Move(imap.UIDSetNum(imap.UID(uid)), s.names.wire(to)).Wait()
		if err != nil {
			return err
		}
		moved, err = newUID(data.DestUIDs)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("mailsim: move UID %d from %s to %s: %w", uid, mailbox, to, err)
	}
	return moved, nil
}

// Copy copies a message and returns the UID of the copy.
func (s *Server) Copy(mailbox string, uid uint32, to string) (copied uint32, err error) {
	err = s.in(mailbox, true, func(c *control) (err error) {
		copied, err = c.copy(uid, s.names.wire(to))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("mailsim: copy UID %d from %s to %s: %w", uid, mailbox, to, err)
	}
	return copied, nil
}

// Remove deletes a message for good, by \Deleted and UID EXPUNGE.
func (s *Server) Remove(mailbox string, uid uint32) error {
	err := s.in(mailbox, false, func(c *control) error { return c.remove(uid) })
	if err != nil {
		return fmt.Errorf("mailsim: remove UID %d from %s: %w", uid, mailbox, err)
	}
	return nil
}

func (c *control) copy(uid uint32, to string) (copied uint32, err error) {
	data, err := c.Client.Copy(imap.UIDSetNum(imap.UID(uid)), to).Wait()
	if err != nil {
		return 0, err
	}
	return newUID(data.DestUIDs)
}

func (c *control) remove(uid uint32) error {
	if err := c.store(uid, imap.StoreFlagsAdd, []string{string(imap.FlagDeleted)}); err != nil {
		return err
	}
	return c.UIDExpunge(imap.UIDSetNum(imap.UID(uid))).Close()
}

// store changes the flags of a message; that it is there shows in the answer.
func (c *control) store(uid uint32, op imap.StoreFlagsOp, flags []string) error {
	cmd := c.Client.Store(imap.UIDSetNum(imap.UID(uid)), &imap.StoreFlags{Op: op, Flags: toFlags(flags)}, nil)
	changed, err := cmd.Collect()
	if err == nil && len(changed) == 0 {
		err = errNoMessage
	}
	return err
}

func toFlags(names []string) []imap.Flag {
	var flags []imap.Flag
	for _, name := range names {
		flags = append(flags, imap.Flag(name))
	}
	return flags
}

// fromFlags drops \Recent, which belongs to a session and not to a message.
func fromFlags(flags []imap.Flag) []string {
	var names []string
	for _, flag := range flags {
		if flag != `\Recent` {
			names = append(names, string(flag))
		}
	}
	slices.Sort(names)
	return names
}

func crlf(raw []byte) []byte {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
}
