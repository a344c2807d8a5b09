package mailer

import (
	"context"
	"fmt"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/contact"
	"regards/internal/imapconn"
)

// File lays a message that was sent into the mailbox of sent mail, marked as
// seen, and says where it lies. Where it is already it is not laid again: Gmail
// and Exchange file what they send themselves. After ErrUnknown it may have been
// laid; File may be called again, since it looks first.
func (d *Drafts) File(ctx context.Context, raw []byte, messageID string) (contact.Place, error) {
	sent, ok := d.Name(imapconn.Sent)
	if !ok {
		return contact.Place{}, fmt.Errorf("%w: none is marked as sent; name it in the account: sent = \"…\"", ErrNoMailbox)
	}
	place, found, err := d.FindIn(ctx, sent, messageID)
	if err != nil || found {
		return place, err
	}
	if err := d.leave(ctx); err != nil {
		return contact.Place{}, err
	}
	err = d.conn.Do(ctx, "file a letter in "+sent, imapconn.Timeout, func(c *imapclient.Client) error {
		cmd, writeErr := begin(c, sent, raw, []imap.Flag{imap.FlagSeen})
		data, err := cmd.Wait()
		if err != nil {
			return err // the server's own words tell most
		}
		place = contact.Place{Mailbox: sent, UIDValidity: data.UIDValidity, UID: uint32(data.UID)}
		return writeErr
	})
	if _, refused := imapconn.Refused(err); refused {
		return contact.Place{}, err
	}
	if err != nil {
		return contact.Place{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	if place.UID != 0 {
		return place, nil
	}
	place, found, err = d.FindIn(ctx, sent, messageID)
	if err == nil && !found {
		err = fmt.Errorf("%w: it was laid into %s, but is not found there", ErrUnknown, sent)
	}
	return place, err
}
