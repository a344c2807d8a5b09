package mailer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/contact"
	"regards/internal/imapconn"
)

// TryMove finds out whether drafts can be moved out of Drafts, as into an outbox:
// it lays a message there, moves it into a mailbox that it makes for that, and
// removes both again. Message are its bytes, and it has that Message-ID. ErrLeft
// means that this server offers no way; any other error says what went wrong.
// Nobody else may be laying letters meanwhile: see SettleAll.
func (d *Drafts) TryMove(ctx context.Context, message Outgoing, now time.Time) (err error) {
	if !d.CanMove() {
		return ErrLeft
	}
	box := d.prefix() + "Regards check"
	if err := d.change(ctx, "create "+box, func(c *imapclient.Client) error { return c.Create(box, nil).Wait() }); err != nil {
		return err
	}
	defer func() {
		remove := func(c *imapclient.Client) error { return c.Delete(box).Wait() }
		err = errors.Join(err, d.change(ctx, "remove "+box, remove))
	}()
	attempt, err := d.LookIn(ctx, d.box, now)
	if err != nil {
		return err
	}
	places, errs := d.PutAll(ctx, d.box, []Outgoing{message}, attempt)
	if errs[0] != nil {
		return errs[0]
	}
	_, err = d.Move(ctx, places[0], message.MessageID, box)
	left, found, findErr := d.FindIn(ctx, d.box, message.MessageID)
	if findErr != nil {
		return errors.Join(err, findErr)
	}
	if err == nil && found {
		err = fmt.Errorf("the server copied the draft instead of moving it")
	}
	if found {
		err = errors.Join(err, d.expunge(ctx, left))
	}
	return err
}

// change does something to the list of mailboxes, with none of them open: some
// servers end the session when one is deleted that is.
func (d *Drafts) change(ctx context.Context, what string, do func(*imapclient.Client) error) error {
	if err := d.leave(ctx); err != nil {
		return err
	}
	return d.conn.Do(ctx, what, imapconn.Timeout, do)
}

// expunge removes a message that is regards' own for good.
func (d *Drafts) expunge(ctx context.Context, place contact.Place) error {
	if !d.conn.Caps().Has(imap.CapUIDPlus) {
		return fmt.Errorf("%w: delete the draft of this test in %s yourself", ErrLeft, place.Mailbox)
	}
	if err := d.openAt(ctx, place, false); err != nil {
		return err
	}
	uid := imap.UIDSetNum(imap.UID(place.UID))
	return d.conn.Do(ctx, "remove the draft of a test", imapconn.Timeout, func(c *imapclient.Client) error {
		err := c.Store(uid, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close()
		if err != nil {
			return err
		}
		return c.UIDExpunge(uid).Close()
	})
}
