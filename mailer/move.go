package mailer

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/contact"
	"regards/internal/imapconn"
)

// EnsureOutbox makes the outbox, and subscribes to it so that mail programs show
// it, unless it is there. From then on Outbox tells its name on the server,
// which may have a prefix.
func (d *Drafts) EnsureOutbox(ctx context.Context, name string) error {
	d.names.Outbox = name
	if _, ok := d.Outbox(); ok {
		return nil
	}
	if err := d.leave(ctx); err != nil {
		return err
	}
	wire := d.prefix() + name
	err := d.conn.Do(ctx, "create "+wire, imapconn.Timeout, func(c *imapclient.Client) error {
		created := c.Create(wire, nil).Wait()
		if _, refused := imapconn.Refused(c.Subscribe(wire).Wait()); created == nil && refused {
			return nil // it is there; a mail program may hide it
		}
		return created
	})
	if _, refused := imapconn.Refused(err); err != nil && !refused {
		return err
	}
	boxes, listErr := d.conn.Mailboxes(ctx)
	if listErr != nil {
		return listErr
	}
	d.boxes = boxes
	if _, ok := d.Outbox(); ok {
		return nil // also when somebody else made it meanwhile
	}
	if err == nil {
		err = fmt.Errorf("%w: %q was created, but the server does not list it", ErrNoMailbox, wire)
	}
	return err
}

// CanMove reports whether a draft can be moved into the outbox: not on Gmail,
// which lets no draft have a label.
func (d *Drafts) CanMove() bool {
	return d.movable() && !d.conn.Caps().Has("X-GM-EXT-1")
}

// movable is true where one message can be moved without touching any other.
func (d *Drafts) movable() bool {
	caps := d.conn.Caps()
	return caps.Has(imap.CapMove) || caps.Has(imap.CapUIDPlus)
}

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

// TakeBack is TakeBackLetter without the letter's bytes.
func (d *Drafts) TakeBack(ctx context.Context, messageID string, place contact.Place) (contact.State, error) {
	return d.TakeBackLetter(ctx, Outgoing{MessageID: messageID}, place)
}

// TakeBackLetter removes a draft that regards laid and that nobody has touched
// since, by moving it to the mailbox of deleted mail. It gives Superseded when it
// is gone to there, Sent when it turns out to have been sent, and Dismissed when
// it is no longer where it was put: then the owner has been at it, and it is left
// alone. When its mailbox was made anew, its place says nothing: it is removed if
// it still reads as it was laid, and left alone if not, or if its bytes were not
// given; Uncertain when it is not found. Drafted means that it was left: this
// server offers no way to move one message, or nobody can tell whose words it
// has.
func (d *Drafts) TakeBackLetter(ctx context.Context, l Outgoing, place contact.Place) (contact.State, error) {
	err := d.openAt(ctx, place, true)
	if errors.Is(err, ErrGone) || errors.Is(err, ErrNoMailbox) {
		var state contact.State
		if place, state, err = d.findLaid(ctx, l); err == nil && state != contact.Drafted {
			return state, nil
		}
		if err == nil && place.UID == 0 {
			return contact.Drafted, nil
		}
	}
	if err != nil {
		return "", err
	}
	err = d.Remove(ctx, place, l.MessageID)
	switch {
	case errors.Is(err, ErrLeft):
		return contact.Drafted, nil
	case errors.Is(err, ErrGone):
		return d.goneWhere(ctx, l.MessageID)
	case err != nil:
		return "", err
	}
	return contact.Superseded, nil
}

// findLaid finds a draft whose place says nothing any more. The place is zero
// when it is there but does not read as it was laid.
func (d *Drafts) findLaid(ctx context.Context, l Outgoing) (contact.Place, contact.State, error) {
	state, place, err := d.Find(ctx, l.MessageID)
	if err != nil || state != contact.Drafted && state != contact.Approved {
		return contact.Place{}, state, err
	}
	if same, err := d.reads(ctx, place, l.Raw); err != nil || !same {
		return contact.Place{}, contact.Drafted, err
	}
	return place, contact.Drafted, nil
}

// goneWhere tells what became of a draft that is not where it was put.
func (d *Drafts) goneWhere(ctx context.Context, messageID string) (contact.State, error) {
	all, err := d.findIn(ctx, d.elsewhere(), []string{messageID})
	f, ok := all[messageID]
	switch {
	case err != nil:
		return "", err
	case !ok:
		return contact.Dismissed, nil
	case f.State == contact.Dismissed:
		return contact.Superseded, nil // it lies in Trash, where it was to go
	}
	return f.State, nil
}
