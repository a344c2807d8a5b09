package mailsim

import (
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// Status is what STATUS tells of a mailbox.
type Status struct {
	Messages    uint32
	UIDNext     uint32
	UIDValidity uint32
}

// Status returns a mailbox's counters.
func (s *Server) Status(mailbox string) (Status, error) {
	var status Status
	err := s.session(func(c *control) error {
		data, err := c.Client.Status(mailbox, &imap.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true}).Wait()
		if err == nil {
			status = Status{Messages: *data.NumMessages, UIDNext: uint32(data.UIDNext), UIDValidity: data.UIDValidity}
		}
		return err
	})
	if err != nil {
		return Status{}, fmt.Errorf("mailsim: status of %s: %w", mailbox, err)
	}
	return status, nil
}

// Mailboxes returns the names of all mailboxes, sorted.
func (s *Server) Mailboxes() ([]string, error) {
	var names []string
	err := s.session(func(c *control) error {
		list, err := c.List("", "*", nil).Collect()
		for _, data := range list {
			names = append(names, data.Mailbox)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("mailsim: list mailboxes: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

// Create makes a mailbox. The separator of levels is "/".
func (s *Server) Create(mailbox string) error {
	err := s.session(func(c *control) error { return c.Client.Create(mailbox, nil).Wait() })
	if err != nil {
		return fmt.Errorf("mailsim: create %s: %w", mailbox, err)
	}
	return nil
}

// Delete removes a mailbox with all that is in it. INBOX can't be deleted.
func (s *Server) Delete(mailbox string) error {
	err := s.session(func(c *control) error { return c.Client.Delete(mailbox).Wait() })
	if err != nil {
		return fmt.Errorf("mailsim: delete %s: %w", mailbox, err)
	}
	return nil
}

// Rename renames a mailbox; its UIDVALIDITY stays. A special use stays with
// the old name. Renaming INBOX moves its mail and leaves an empty INBOX.
func (s *Server) Rename(mailbox, to string) error {
	err := s.session(func(c *control) error { return c.Client.Rename(mailbox, to, nil).Wait() })
	if err != nil {
		return fmt.Errorf("mailsim: rename %s to %s: %w", mailbox, to, err)
	}
	return nil
}

// Recreate deletes a mailbox and creates it anew with the messages of keep.
// Its UIDVALIDITY is another one then, and the UIDs begin at 1. INBOX, which
// can't be deleted, is renamed away.
func (s *Server) Recreate(mailbox string, keep []Message) error {
	err := s.session(func(c *control) error {
		if mailbox != inbox {
			if err := c.Client.Delete(mailbox).Wait(); err != nil {
				return err
			}
			return c.Client.Create(mailbox, nil).Wait()
		}
		const away = "mailsim-old-inbox"
		if err := c.Client.Rename(inbox, away, nil).Wait(); err != nil {
			return err
		}
		return c.Client.Delete(away).Wait()
	})
	if err != nil {
		return fmt.Errorf("mailsim: re-create %s: %w", mailbox, err)
	}
	return s.AppendAll(mailbox, slices.Values(keep))
}

// createStandard makes the mailboxes that every server begins with.
func (s *Server) createStandard() error {
	err := s.session(func(c *control) error {
		for _, mailbox := range standard {
			if err := c.Client.Create(mailbox.name, nil).Wait(); err != nil {
				return fmt.Errorf("%s: %w", mailbox.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mailsim: create the first mailboxes: %w", err)
	}
	return nil
}
