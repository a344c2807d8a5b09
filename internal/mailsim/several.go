package mailsim

import (
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// Contents returns everything in several mailboxes by UID, as Messages does but
// in one session. A mailbox that does not exist holds nothing.
func (s *Server) Contents(mailboxes ...string) (map[string][]Message, error) {
	all := map[string][]Message{}
	err := s.each(mailboxes, true, func(c *control, mailbox string) error {
		messages, err := c.read()
		slices.SortFunc(messages, func(a, b Message) int { return int(int64(a.UID) - int64(b.UID)) })
		all[mailbox] = messages
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("mailsim: read %q: %w", mailboxes, err)
	}
	return all, nil
}

// Empty removes for good all that lies in the mailboxes that exist of these.
func (s *Server) Empty(mailboxes ...string) error {
	err := s.each(mailboxes, false, func(c *control, _ string) error {
		all := imap.UIDSet{{Start: 1, Stop: 0}}
		store := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}, Silent: true}
		if err := c.Client.Store(all, store, nil).Close(); err != nil {
			return err
		}
		return c.Expunge().Close()
	})
	if err != nil {
		return fmt.Errorf("mailsim: empty %q: %w", mailboxes, err)
	}
	return nil
}

// each runs do in those of the mailboxes that exist and hold something.
func (s *Server) each(mailboxes []string, readOnly bool, do func(c *control, mailbox string) error) error {
	return s.session(func(c *control) error {
		list, err := c.List("", "*", nil).Collect()
		if err != nil {
			return err
		}
		for _, mailbox := range mailboxes {
			wire := s.names.wire(mailbox)
			if !slices.ContainsFunc(list, func(l *imap.ListData) bool { return l.Mailbox == wire }) {
				continue
			}
			data, err := c.Select(wire, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
			if err == nil && data.NumMessages > 0 {
				err = do(c, mailbox)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
