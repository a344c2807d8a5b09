package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regards/contact"
	"regards/mailer"
)

// toTakeBack reports whether a letter lies where it should no longer.
func (v *visit) toTakeBack(l contact.Letter) bool {
	return !v.held && l.TakeBack && l.Place.Mailbox != "" && l.Sending.IsZero() && !v.d.refusedLately("take back "+l.Key)
}

// takeBack removes drafts that have become needless, if nobody has touched them.
func (v *visit) takeBack(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toTakeBack)
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range letters {
		// Each asks anew: the owner may have said stop.
		if held, err := v.d.held(ctx); err != nil || held {
			return errors.Join(append(errs, err)...)
		}
		err := v.at(ctx, func(drafts *mailer.Drafts) error {
			full, err := v.d.store.Letter(ctx, l.Key)
			if err != nil {
				return err
			}
			state, err := drafts.TakeBackLetter(ctx, mailer.Outgoing{Raw: full.Raw, MessageID: keptAs(l)}, l.Place)
			if err != nil {
				return fmt.Errorf("letter %s: %w", l.Key, err)
			}
			return v.update(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
				return takenBack(l, state, v.d.now()), nil
			})
		})
		if err != nil && answered(err) {
			v.d.refused("take back " + l.Key)
		}
		if errs = append(errs, err); errors.Is(err, errUnreached) {
			break
		}
	}
	return errors.Join(errs...)
}

// takenBack gives a letter whose draft was to be removed, with what became of that.
func takenBack(l contact.Letter, state contact.State, now time.Time) contact.Letter {
	if !l.TakeBack { // the owner has brought it back meanwhile
		if state == contact.Superseded && !l.State.Ended() {
			l.Place = contact.Place{}
			l = l.In(contact.Queued, now)
		}
		return l
	}
	lies := l.Place
	l.TakeBack, l.Place = false, contact.Place{}
	switch state {
	case contact.Dismissed: // the next look tells what the owner has made of it
		l.Reason += "; the draft was no longer where it was laid, and is left alone"
		l.Place = lies
		return l
	case contact.Drafted:
		l.Reason += "; it cannot be removed, or may have words of yours by now: delete the draft yourself"
		state, l.Place = contact.Superseded, lies
	}
	if l.State.Ended() && state != contact.Sent {
		return l
	}
	return l.In(state, now)
}
