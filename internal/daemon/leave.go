package daemon

import (
	"context"
	"errors"
	"slices"

	"regards/contact"
	"regards/mailer"
	"regards/plan"
)

// Leave prepares the end of regards at the owner's accounts: it takes back every
// draft that nobody has touched, and removes each outbox in which nothing lies. What
// was interrupted before is settled first. Letters that still lie somewhere have a
// Place afterwards. It can be repeated.
func (d *Daemon) Leave(ctx context.Context) error {
	d.leaving = true
	return d.with(ctx, func(ctx context.Context) error {
		var errs []error
		for _, a := range d.settings.Accounts {
			v := &visit{d: d, account: a}
			if err := v.goodbye(ctx); err != nil {
				errs = append(errs, accountError{a.Name, err})
			}
			v.leave(ctx)
		}
		return errors.Join(errs...)
	})
}

// goodbye takes the steps of Leave at one account.
func (v *visit) goodbye(ctx context.Context) error {
	letters, err := v.letters(ctx, always)
	if err != nil || len(letters) == 0 && !v.account.Letters {
		return err // it is only watched
	}
	for _, step := range []func(context.Context) error{v.settle, v.settleSending, v.look, v.dismissAll, v.takeBack, v.removeOutbox} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// dismissAll ends the letters whose drafts can be taken back, and those that were
// not laid yet. The others stay as they are: they are the owner's.
func (v *visit) dismissAll(ctx context.Context) error {
	open, err := v.letters(ctx, func(l contact.Letter) bool { return !l.State.Ended() && v.endsByItself(l) })
	if err != nil {
		return err
	}
	return v.update(ctx, keysOf(open), func(l contact.Letter) (contact.Letter, error) {
		if !v.endsByItself(l) {
			return l, nil
		}
		return plan.Dismiss(v.d.now(), l)
	})
}

// endsByItself reports whether nothing of a letter stays when it is dismissed.
func (v *visit) endsByItself(l contact.Letter) bool {
	ended, err := plan.Dismiss(v.d.now(), l)
	waits := slices.Contains([]contact.State{contact.Needs, contact.Queued}, l.State)
	return err == nil && (ended.TakeBack || waits)
}

func (v *visit) removeOutbox(ctx context.Context) error {
	v.leave(ctx) // it wants a connection of its own
	return v.at(ctx, func(drafts *mailer.Drafts) error {
		_, err := drafts.RemoveOutbox(ctx)
		return err
	})
}
