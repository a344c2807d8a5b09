package mailer

import (
	"context"
	"fmt"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/contact"
	"regards/internal/imapconn"
)

// Move moves a message, after making sure that it is the expected one, and says
// where it lies then. The errors are ErrGone when another message lies there or
// none, or when it is marked as deleted; ErrLeft when the server offers no way;
// ErrNoMailbox when the mailbox that it lay in is gone; and the server's refusal.
func (d *Drafts) Move(ctx context.Context, place contact.Place, messageID, to string) (contact.Place, error) {
	to, _ = d.lookup(to)
	if err := d.expect(ctx, place, messageID); err != nil {
		return contact.Place{}, err
	}
	if !d.movable() {
		return contact.Place{}, fmt.Errorf("%w: it stays in %s", ErrLeft, place.Mailbox)
	}
	moved, err := d.move(ctx, place, to)
	if err != nil || moved.UID != 0 {
		return moved, err
	}
	moved, found, err := d.FindIn(ctx, to, messageID)
	if err == nil && !found {
		err = fmt.Errorf("%w: it was moved to %s, but is not found there", ErrGone, to)
	}
	return moved, err
}

// expect opens the mailbox of a place for writing, and makes sure that a message
// lies there and is not marked as deleted.
func (d *Drafts) expect(ctx context.Context, place contact.Place, messageID string) error {
	if err := d.openAt(ctx, place, false); err != nil {
		return err
	}
	ids, err := d.messageIDs(ctx, []uint32{place.UID})
	if err != nil {
		return err
	}
	if id := ids[place.UID]; id == "" || id != messageID {
		return fmt.Errorf("%w: UID %d in %s", ErrGone, place.UID, place.Mailbox)
	}
	return d.checkLive(ctx, place)
}

// move moves a message of the open mailbox; where there is no MOVE, by COPY, and
// only once that has succeeded by UID EXPUNGE. The place is zero when the server
// does not tell it.
func (d *Drafts) move(ctx context.Context, place contact.Place, to string) (moved contact.Place, err error) {
	uid := imap.UIDSetNum(imap.UID(place.UID))
	err = d.conn.Do(ctx, "move a letter to "+to, imapconn.Timeout, func(c *imapclient.Client) error {
		if d.conn.Caps().Has(imap.CapMove) {
			data, err := c.Move(uid, to).Wait()
			if err == nil {
				moved = placeOf(to, data.UIDValidity, data.DestUIDs)
			}
			return err
		}
		data, err := c.Copy(uid, to).Wait()
		if err != nil {
			return err
		}
		moved = placeOf(to, data.UIDValidity, data.DestUIDs)
		err = c.Store(uid, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close()
		if err != nil {
			return err
		}
		return c.UIDExpunge(uid).Close()
	})
	return moved, err
}

// placeOf is where COPYUID says that one message went (RFC 4315 section 3).
func placeOf(mailbox string, validity uint32, uids imap.NumSet) contact.Place {
	set, _ := uids.(imap.UIDSet)
	if all := nums(set); len(all) == 1 {
		return contact.Place{Mailbox: mailbox, UIDValidity: validity, UID: uint32(all[0])}
	}
	return contact.Place{}
}

// Remove moves a letter to the mailbox of deleted mail. Its errors are those of
// Move; ErrLeft also when there is no such mailbox.
func (d *Drafts) Remove(ctx context.Context, place contact.Place, messageID string) error {
	if err := d.expect(ctx, place, messageID); err != nil {
		return err
	}
	trash, ok := d.Name(imapconn.Trash)
	if !ok {
		return fmt.Errorf("%w: there is no mailbox of deleted mail", ErrLeft)
	}
	if !d.movable() {
		return ErrLeft
	}
	_, err := d.move(ctx, place, trash)
	return err
}
