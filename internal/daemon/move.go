package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
)

// toMove reports whether a letter whose sending was ordered lies in Drafts still.
func (v *visit) toMove(l contact.Letter) bool {
	return !v.held && v.account.SMTP != nil && l.State == contact.Approved && l.Sending.IsZero() &&
		l.Place.Mailbox != "" && !imapconn.IsNamed(l.Place.Mailbox, v.account.Outbox) && !v.d.unmovable[v.account.Name] &&
		!v.d.refusedLately(v.outbox()) && !v.d.refusedLately("move "+l.Key)
}

// move brings letters whose sending was ordered into the outbox, where the owner
// sees what is to go. Where drafts cannot be moved they are sent from where they lie.
func (v *visit) move(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toMove, contact.Approved)
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range letters {
		if !v.toMove(l) {
			continue // what kept another from being moved keeps it, too
		}
		if held, err := v.d.held(ctx); err != nil || held {
			return errors.Join(append(errs, err)...)
		}
		err := v.at(ctx, func(drafts *mailer.Drafts) error { return v.moveOne(ctx, drafts, l) })
		if err != nil && answered(err) {
			v.d.refused("move " + l.Key)
		}
		if errs = append(errs, err); errors.Is(err, errUnreached) {
			break
		}
	}
	return errors.Join(errs...)
}

func (v *visit) moveOne(ctx context.Context, drafts *mailer.Drafts, l contact.Letter) error {
	if !drafts.CanMove() {
		v.d.unmovable[v.account.Name] = true
		return nil
	}
	if err := v.ensureOutbox(ctx, drafts); err != nil {
		return err
	}
	place, err := drafts.Move(ctx, l.Place, keptAs(l), v.account.Outbox)
	if errors.Is(err, mailer.ErrGone) {
		return nil // the next look tells where it is
	}
	if err != nil {
		return fmt.Errorf("letter %s: %w", l.Key, err)
	}
	from := l.Place
	return v.update(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
		if l.Place != from {
			return l, nil
		}
		l.Place = place
		return l, nil
	})
}

// outbox is what the making of an account's outbox is called among refusals and
// troubles.
func (v *visit) outbox() string { return "mailbox/" + v.account.Name }

// ensureOutbox makes the outbox unless it is there. Where there can be none the
// owner has to name another, and the server is left alone with it for a while.
func (v *visit) ensureOutbox(ctx context.Context, drafts *mailer.Drafts) error {
	err := drafts.EnsureOutbox(ctx, v.account.Outbox)
	if errors.Is(err, mailer.ErrOutbox) {
		v.d.refused(v.outbox())
		return errors.Join(err, v.tell(ctx, v.outbox(), err.Error(), wordsOf(err)))
	}
	if err != nil {
		return err
	}
	v.d.taken(v.outbox())
	return v.tell(ctx, v.outbox(), "", "")
}

// keptAs gives the Message-ID under which a letter lies where it lies.
func keptAs(l contact.Letter) string { return cmp.Or(l.DraftID, l.MessageID) }
