package daemon

import (
	"context"
	"errors"
	"fmt"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/plan"
)

// withdrawn gives a letter as it is when it may no longer be sent.
func (v *visit) withdrawn(l contact.Letter) contact.Letter {
	cannot := ""
	if v.account.SMTP == nil {
		cannot = fmt.Sprintf("the account %q has no server to send by; send it from your mail program", v.account.Name)
	}
	return plan.Withdrawn(v.d.settings.Policy, l, cannot)
}

// toWithdraw reports whether a letter is approved no longer.
func (v *visit) toWithdraw(l contact.Letter) bool { return v.withdrawn(l).State != l.State }

// toMoveBack reports whether a letter lies in the outbox that is not to be sent:
// nobody approved it, or no longer.
func (v *visit) toMoveBack(l contact.Letter) bool {
	open := l.State == contact.Drafted || l.State == contact.Edited
	return open && !l.TakeBack && l.Missing.IsZero() && l.Sending.IsZero() && imapconn.IsNamed(l.Place.Mailbox, v.account.Outbox) &&
		!v.memory().unmovable && !v.d.refusedLately(l.Key)
}

// withdraw makes drafts of the letters that may no longer be sent, and brings what
// is not to be sent from the outbox back to Drafts. Until that is done, it lies in
// the outbox and is not sent.
func (v *visit) withdraw(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toWithdraw)
	if err != nil {
		return err
	}
	err = v.update(ctx, keysOf(letters), func(l contact.Letter) (contact.Letter, error) { return v.withdrawn(l), nil })
	if err != nil {
		return err
	}
	if letters, err = v.letters(ctx, v.toMoveBack, contact.Drafted, contact.Edited); err != nil {
		return err
	}
	var errs []error
	for _, l := range letters {
		if held, err := v.d.held(ctx); err != nil || held {
			return errors.Join(append(errs, err)...)
		}
		err := v.at(ctx, func(drafts *mailer.Drafts) error { return v.moveBack(ctx, drafts, l) })
		if errs = append(errs, err); errors.Is(err, errUnreached) {
			break
		}
	}
	return errors.Join(errs...)
}

func (v *visit) moveBack(ctx context.Context, drafts *mailer.Drafts, l contact.Letter) error {
	if !drafts.CanMove() {
		v.memory().unmovable = true
		return nil
	}
	box, _ := drafts.Name(imapconn.Drafts)
	place, err := drafts.Move(ctx, l.Place, keptAs(l), box)
	if errors.Is(err, mailer.ErrGone) {
		return nil // the next look tells where it is
	}
	if err != nil {
		v.d.refused(l.Key)
		return fmt.Errorf("letter %s: %w", l.Key, err)
	}
	return v.update(ctx, []string{l.Key}, func(now contact.Letter) (contact.Letter, error) {
		if now.Place == l.Place {
			now.Place = place
		}
		return now, nil
	})
}
