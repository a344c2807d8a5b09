package mailer

import (
	"bytes"
	"context"
	"errors"

	"regards/contact"
)

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
	all, err := d.FindAll(ctx, []string{l.MessageID})
	if err != nil {
		return contact.Place{}, "", err
	}
	found, ok := all[l.MessageID]
	if !ok {
		return contact.Place{}, contact.Uncertain, nil
	}
	if found.State != contact.Drafted && found.State != contact.Approved {
		return contact.Place{}, found.State, nil
	}
	if same, err := d.reads(ctx, found.Place, l.Raw); err != nil || !same {
		return contact.Place{}, contact.Drafted, err
	}
	return found.Place, contact.Drafted, nil
}

// RemoveCopy moves from Drafts to the mailbox of deleted mail what is left there of
// a letter that was sent, given the bytes that went: a move that was cut short
// after its COPY leaves one. What reads otherwise stays. Its errors are those of
// Remove.
func (d *Drafts) RemoveCopy(ctx context.Context, l Outgoing) error {
	place, found, err := d.FindIn(ctx, d.box, l.MessageID)
	if err != nil || !found {
		return err
	}
	if same, err := d.reads(ctx, place, l.Raw); err != nil || !same {
		return err
	}
	return d.Remove(ctx, place, l.MessageID)
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

// reads reports whether the message at a place still reads as it was laid: a
// mail program that saves an edited draft may keep its Message-ID.
func (d *Drafts) reads(ctx context.Context, place contact.Place, laid []byte) (bool, error) {
	if len(laid) == 0 {
		return false, nil
	}
	raw, err := d.Read(ctx, place, 2*len(laid)+maxHeader)
	if errors.Is(err, ErrGone) {
		return false, nil
	}
	return err == nil && readsSame(raw, laid), err
}

// readsSame compares what a reader sees of two messages: the text, and the
// headers that are shown. Line ends, and headers that servers add, do not count.
func readsSame(a, b []byte) bool {
	fieldsA, bodyA, errA := splitMessage(a)
	fieldsB, bodyB, errB := splitMessage(b)
	if errA != nil || errB != nil || !bytes.Equal(lines(bodyA), lines(bodyB)) {
		return false
	}
	for _, name := range []string{"From", "To", "Cc", "Bcc", "Subject", "Content-Type", "Content-Transfer-Encoding", "In-Reply-To"} {
		if decode(valueOf(fieldsA, name)) != decode(valueOf(fieldsB, name)) {
			return false
		}
	}
	return true
}

// lines gives a text with bare line feeds, and none at its end.
func lines(text []byte) []byte {
	return bytes.TrimRight(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), "\n")
}
