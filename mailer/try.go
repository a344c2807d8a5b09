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

// TryDraft finds out whether letters can be laid: it lays a message into Drafts,
// finds it by its Message-ID, and removes it for good. With move it tries as well
// whether a draft can be moved out of there, as into an outbox, by a mailbox that it
// makes for that and removes again. Message are its bytes, and it has that
// Message-ID. Received is when it came by the server's clock; zero if the server does
// not tell. ErrLeft means that this server offers no way to remove one message, and
// that nothing was laid, or with move that none can be moved; any other error says
// what went wrong. Nobody else may be laying letters meanwhile: see SettleAll.
func (d *Drafts) TryDraft(ctx context.Context, message Outgoing, now time.Time, move bool) (received time.Time, err error) {
	caps := d.conn.Caps()
	switch {
	case !d.movable():
		return time.Time{}, ErrLeft
	case !d.CanMove():
		received, err = d.tryLaid(ctx, message, now, d.expungeFromTrash)
		if err == nil && move {
			err = ErrLeft
		}
		return received, err
	case !move && caps.Has(imap.CapUIDPlus):
		return d.tryLaid(ctx, message, now, func(ctx context.Context, place contact.Place, _ string) error { return d.expunge(ctx, place) })
	}
	return d.tryMove(ctx, message, now)
}

// tryMove is TryDraft where removing is moving.
func (d *Drafts) tryMove(ctx context.Context, message Outgoing, now time.Time) (received time.Time, err error) {
	// Of its own: two accounts that are one mailbox are tried at the same time.
	box := d.prefix() + "Regards check " + message.MessageID[:min(6, len(message.MessageID))]
	if err := d.change(ctx, "create "+box, func(c *imapclient.Client) error { return c.Create(box, nil).Wait() }); err != nil {
		return time.Time{}, err
	}
	defer func() {
		remove := func(c *imapclient.Client) error { return c.Delete(box).Wait() }
		err = errors.Join(err, d.change(context.WithoutCancel(ctx), "remove "+box, remove))
	}()
	return d.tryLaid(ctx, message, now, func(ctx context.Context, place contact.Place, id string) error {
		return d.moveAway(ctx, place, id, box)
	})
}

// tryLaid lays a message, looks for it, and removes it.
func (d *Drafts) tryLaid(ctx context.Context, message Outgoing, now time.Time,
	remove func(context.Context, contact.Place, string) error) (received time.Time, err error) {
	attempt, err := d.LookIn(ctx, d.box, now)
	if err != nil {
		return time.Time{}, err
	}
	places, errs := d.PutAll(ctx, d.box, []Outgoing{message}, attempt)
	if errs[0] != nil {
		return time.Time{}, errs[0]
	}
	_, found, err := d.FindIn(ctx, d.box, message.MessageID)
	if err == nil && !found {
		err = fmt.Errorf("the server took the draft, but does not find it again by its Message-ID")
	}
	if err == nil {
		received, err = d.Received(ctx, places[0])
	}
	// Also when the owner has had enough meanwhile.
	return received, errors.Join(err, remove(context.WithoutCancel(ctx), places[0], message.MessageID))
}

// moveAway moves a draft, and makes sure that it is gone.
func (d *Drafts) moveAway(ctx context.Context, place contact.Place, messageID, box string) error {
	_, err := d.Move(ctx, place, messageID, box)
	left, found, findErr := d.FindIn(ctx, d.box, messageID)
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

// expungeFromTrash removes a draft on Gmail, where only what lies in Trash is removed
// for good.
func (d *Drafts) expungeFromTrash(ctx context.Context, place contact.Place, messageID string) error {
	trash, ok := d.Name(imapconn.Trash)
	if !ok {
		return d.expunge(ctx, place)
	}
	moved, err := d.Move(ctx, place, messageID, trash)
	if err != nil {
		return err
	}
	return d.expunge(ctx, moved)
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
