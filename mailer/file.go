package mailer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/contact"
	"regards/internal/imapconn"
)

// FilesSent reports whether the server is known to lay what is sent by SMTP into
// the mailbox of sent mail, if a few seconds late: Gmail does.
func (d *Drafts) FilesSent() bool { return d.conn.Caps().Has("X-GM-EXT-1") }

// FindSent looks for a message that was sent, given its bytes, in the mailbox of
// sent mail, and says where it lies and under which Message-ID: Exchange gives
// what it sends another one, so that its Date, subject and recipients tell, too.
// The Message-ID is "" when it is not there, or there is no such mailbox.
func (d *Drafts) FindSent(ctx context.Context, raw []byte, messageID string) (contact.Place, string, error) {
	sent, ok := d.Name(imapconn.Sent)
	if !ok {
		return contact.Place{}, "", nil
	}
	place, found, err := d.FindIn(ctx, sent, messageID)
	switch {
	case errors.Is(err, ErrNoMailbox):
		return contact.Place{}, "", nil
	case err != nil:
		return contact.Place{}, "", err
	case found:
		return place, messageID, nil
	}
	return d.likeSent(ctx, sent, readDraft(raw))
}

// mostSent is how many messages of a day are compared.
const mostSent = 200

// likeSent looks for a message of the same Date, subject and recipients.
func (d *Drafts) likeSent(ctx context.Context, sent string, m Draft) (contact.Place, string, error) {
	data, err := d.open(ctx, sent, true)
	if err != nil || data.NumMessages == 0 || m.Date.IsZero() {
		return contact.Place{}, "", err
	}
	const day = 24 * time.Hour // searches know days only, and no time zones (RFC 9051 section 6.4.4)
	uids, err := d.search(ctx, "what was sent", &imap.SearchCriteria{SentSince: m.Date.Add(-day), SentBefore: m.Date.Add(2 * day)})
	if err != nil {
		return contact.Place{}, "", err
	}
	all, err := d.drafts(ctx, Box{Name: sent, UIDValidity: data.UIDValidity}, uids[max(0, len(uids)-mostSent):])
	for _, other := range all {
		if other.MessageID != "" && other.Date.Equal(m.Date) && other.Subject == m.Subject && slices.Equal(other.To, m.To) {
			return other.Place, other.MessageID, nil
		}
	}
	return contact.Place{}, "", err
}

// File lays a message that was sent into the mailbox of sent mail, marked as
// seen, and says where it lies and under which Message-ID. Where FindSent finds it
// it is not laid again. After ErrUnknown it may have been laid; File may be called
// again, since it looks first.
func (d *Drafts) File(ctx context.Context, raw []byte, messageID string) (place contact.Place, id string, err error) {
	sent, ok := d.Name(imapconn.Sent)
	if !ok {
		return place, "", fmt.Errorf("%w: none is marked as sent; name it in the account: sent = \"…\"", ErrNoMailbox)
	}
	place, id, err = d.FindSent(ctx, raw, messageID)
	if err != nil || id != "" {
		return place, id, err
	}
	place, err = d.layOne(ctx, sent, raw, messageID, imap.FlagSeen)
	return place, messageID, err
}

// Inbox is the mailbox that every account has (RFC 9051 section 5.1).
const Inbox = "INBOX"

// Notify lays a message for the owner into INBOX, unseen, as if it had just come.
// After ErrUnknown it may lie there; after an answer of the server it does not.
func (d *Drafts) Notify(ctx context.Context, raw []byte, messageID string) error {
	_, err := d.layOne(ctx, Inbox, raw, messageID)
	return err
}

// layOne lays a message into a mailbox, and says where it lies.
func (d *Drafts) layOne(ctx context.Context, mailbox string, raw []byte, messageID string, flags ...imap.Flag) (place contact.Place, err error) {
	if err := d.leave(ctx); err != nil {
		return contact.Place{}, err
	}
	err = d.conn.Do(ctx, "lay a message into "+mailbox, imapconn.Timeout, func(c *imapclient.Client) error {
		cmd, writeErr := begin(c, mailbox, raw, flags)
		data, err := cmd.Wait()
		if err != nil {
			return err // the server's own words tell most
		}
		place = contact.Place{Mailbox: mailbox, UIDValidity: data.UIDValidity, UID: uint32(data.UID)}
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
	place, found, err := d.FindIn(ctx, mailbox, messageID)
	if err == nil && !found {
		err = fmt.Errorf("%w: it was laid into %s, but is not found there", ErrUnknown, mailbox)
	}
	return place, err
}
