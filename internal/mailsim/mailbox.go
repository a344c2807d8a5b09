package mailsim

import (
	"errors"
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
		data, err := c.Client.Status(s.names.wire(mailbox), &imap.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true}).Wait()
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
			if !slices.Contains(data.Attrs, imap.MailboxAttrNoSelect) {
				names = append(names, s.names.plain(data.Mailbox))
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("mailsim: list mailboxes: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

// Create makes a mailbox. The separator of levels is "/". A standard name gets
// its special use, where the server has special uses and none has it already.
func (s *Server) Create(mailbox string) error {
	err := s.session(func(c *control) error { return s.create(c, mailbox) })
	if err != nil {
		return fmt.Errorf("mailsim: create %s: %w", mailbox, err)
	}
	return nil
}

// create is Create in a session. Cyrus keeps a special use with the mailbox, the
// others with the name: on Cyrus a renamed mailbox may have it still, and no
// other one can get it. Dovecot makes the folder of a mailbox for whoever looks at it
// at that very moment, and then says that it was there.
func (s *Server) create(c *control, mailbox string) error {
	before, err := c.List("", s.names.wire(mailbox), nil).Collect()
	if err != nil {
		return err
	}
	var refused *imap.Error
	err = s.createOn(c, mailbox)
	if len(before) == 0 && errors.As(err, &refused) && refused.Code == imap.ResponseCodeAlreadyExists {
		return nil
	}
	return err
}

func (s *Server) createOn(c *control, mailbox string) error {
	var refused *imap.Error
	if c.Caps().Has(imap.CapCreateSpecialUse) {
		err := c.Client.Create(s.names.wire(mailbox), &imap.CreateOptions{SpecialUse: specialUse(mailbox)}).Wait()
		if !errors.As(err, &refused) || refused.Code != "USEATTR" {
			return err
		}
	}
	return c.Client.Create(s.names.wire(mailbox), nil).Wait()
}

func specialUse(mailbox string) []imap.MailboxAttr {
	for _, m := range standard { // the embedded server knows its own by name
		if m.name == mailbox {
			return []imap.MailboxAttr{imap.MailboxAttr(m.use)}
		}
	}
	return nil
}

// Delete removes a mailbox with all that is in it. INBOX can't be deleted.
func (s *Server) Delete(mailbox string) error {
	err := s.session(func(c *control) error { return c.Client.Delete(s.names.wire(mailbox)).Wait() })
	if err != nil {
		return fmt.Errorf("mailsim: delete %s: %w", mailbox, err)
	}
	return nil
}

// Rename renames a mailbox; its UIDVALIDITY stays, but on Courier, which gives
// it another one. A special use stays with the old name, but on Cyrus, where it
// goes with the mailbox. Renaming INBOX moves its mail and leaves an empty
// INBOX; the error is errors.ErrUnsupported on Courier, which refuses that, and
// on Cyrus, which crashes.
func (s *Server) Rename(mailbox, to string) error {
	err := errors.ErrUnsupported
	if _, fixed := s.backend.(inboxRenewer); !fixed || mailbox != inbox {
		err = s.session(func(c *control) error { return c.rename(s.names.wire(mailbox), s.names.wire(to)) })
	}
	if err != nil {
		return fmt.Errorf("mailsim: rename %s to %s: %w", mailbox, to, err)
	}
	return nil
}

// rename renames a mailbox that exists; of any other Courier says OK.
func (c *control) rename(mailbox, to string) error {
	list, err := c.List("", mailbox, nil).Collect()
	if err == nil && len(list) == 0 {
		err = errors.New("there is no such mailbox")
	}
	if err != nil {
		return err
	}
	return c.Client.Rename(mailbox, to, nil).Wait()
}

// Recreate deletes a mailbox and creates it anew with the messages of keep.
// Its UIDVALIDITY is another one then, and the UIDs begin at 1. INBOX, which
// can't be deleted, is renamed away; on Cyrus and Courier its files are replaced
// while the server is stopped.
func (s *Server) Recreate(mailbox string, keep []Message) error {
	if err := s.renew(mailbox); err != nil {
		return fmt.Errorf("mailsim: re-create %s: %w", mailbox, err)
	}
	return s.AppendAll(mailbox, slices.Values(keep))
}

// renew empties a mailbox and changes its UIDVALIDITY.
func (s *Server) renew(mailbox string) error {
	if mailbox != inbox {
		return s.session(func(c *control) error {
			if err := c.Client.Delete(s.names.wire(mailbox)).Wait(); err != nil {
				return err
			}
			return s.create(c, mailbox)
		})
	}
	if backend, ok := s.backend.(inboxRenewer); ok {
		return s.whileStopped(backend.renewInbox)
	}
	return s.session(func(c *control) error {
		const away = "mailsim-old-inbox"
		if err := c.Client.Rename(inbox, away, nil).Wait(); err != nil {
			return err
		}
		return c.Client.Delete(away).Wait()
	})
}

// createFirst makes the mailboxes that the server begins with.
func (s *Server) createFirst() error {
	err := s.session(func(c *control) error {
		for _, mailbox := range providers[s.provider].mailboxes {
			if err := s.create(c, mailbox.name); err != nil {
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
