package mailer

import (
	"context"
	"errors"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/contact"
	"regards/internal/imapconn"
)

// Received gives when the message at a place came there by the server's clock
// (INTERNALDATE, RFC 9051 section 2.3.3); zero when it is not there any more, or the
// server does not say. Of what PutAll has just laid, it is what that clock shows.
func (d *Drafts) Received(ctx context.Context, place contact.Place) (time.Time, error) {
	err := d.openAt(ctx, place, true)
	if errors.Is(err, ErrGone) || errors.Is(err, ErrNoMailbox) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return d.received(ctx, imap.UIDSetNum(imap.UID(place.UID)))
}

// Newest gives the same of the message that was put into INBOX last. That need not
// be the server's clock: a message that was moved there keeps its date.
func (d *Drafts) Newest(ctx context.Context) (time.Time, error) {
	data, err := d.open(ctx, Inbox, true)
	if err != nil || data.NumMessages == 0 {
		return time.Time{}, err
	}
	return d.received(ctx, imap.SeqSetNum(data.NumMessages))
}

// received reads the date of one message in the open mailbox.
func (d *Drafts) received(ctx context.Context, one imap.NumSet) (at time.Time, err error) {
	err = d.conn.Do(ctx, "read when a message came", imapconn.Timeout, func(c *imapclient.Client) error {
		all, err := c.Fetch(one, &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
		for _, m := range all {
			at = m.InternalDate
		}
		return err
	})
	return at, err
}
