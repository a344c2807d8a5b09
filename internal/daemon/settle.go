package daemon

import (
	"context"
	"errors"
	"strings"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/plan"
)

// settleAfter is how long after an APPEND its outcome can be told: by then the
// server has finished what a lost connection left behind.
const settleAfter = 5 * time.Second

// toSettle reports whether it is not known if a letter was laid, also when it has
// ended meanwhile and must not lie there.
func (v *visit) toSettle(l contact.Letter) bool {
	return !l.Attempt.At.IsZero() && (l.State == contact.Queued || l.TakeBack)
}

// settle finds out what became of every APPEND whose answer was lost. Letters
// that were tried together are looked for together.
func (v *visit) settle(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toSettle)
	if err != nil || len(letters) == 0 {
		return err
	}
	ours, err := v.ours(ctx)
	if err != nil {
		return err
	}
	together := map[contact.Attempt][]contact.Letter{}
	for _, l := range letters {
		together[l.Attempt] = append(together[l.Attempt], l)
	}
	var errs []error
	for attempt, letters := range together {
		pause(ctx, min(settleAfter, settleAfter-v.d.now().Sub(attempt.At)))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		errs = append(errs, v.at(ctx, func(drafts *mailer.Drafts) error {
			found, err := drafts.SettleAll(ctx, idsOf(letters), attempt, func(id string) bool { return ours[id] })
			if err != nil {
				return err
			}
			return v.update(ctx, keysOf(letters), func(l contact.Letter) (contact.Letter, error) {
				return settled(l, attempt, found[l.MessageID], v.d.now()), nil
			})
		}))
	}
	return errors.Join(errs...)
}

// settled gives a letter as it is to be once it is known what became of its
// APPEND.
func settled(l contact.Letter, attempt contact.Attempt, found mailer.Found, now time.Time) contact.Letter {
	if l.Attempt != attempt {
		return l // something else has happened to it since
	}
	l.Attempt = contact.Attempt{}
	switch found.State {
	case contact.Drafted, contact.Approved:
		return laid(l, found.State, found.Place, now)
	case contact.Queued:
		return notLaid(l, now)
	case contact.Uncertain:
		if l.State.Ended() {
			l.Reason += "; it may have been laid all the same: look whether it is there"
			l.Missing = now
			return notLaid(l, now)
		}
		l.Reason = "the connection broke while the draft was laid, and it is not to be found: look whether it is there; it is not made again by itself"
	}
	if l.State.Ended() && found.State != contact.Sent {
		return notLaid(l, now)
	}
	return l.In(found.State, now)
}

// notLaid gives a letter that lies nowhere: what was to be taken back is over.
func notLaid(l contact.Letter, now time.Time) contact.Letter {
	if l.TakeBack && !l.State.Ended() {
		l = l.In(contact.Superseded, now)
	}
	l.Attempt, l.TakeBack = contact.Attempt{}, false
	return l
}

// laid gives a letter that now lies somewhere. What has been ended meanwhile is
// to be removed again.
func laid(l contact.Letter, state contact.State, place contact.Place, now time.Time) contact.Letter {
	l.Place, l.Attempt = place, contact.Attempt{}
	if l.State.Ended() {
		l.TakeBack = true
		return l
	}
	l.Reason, _, _ = strings.Cut(l.Reason, plan.RefusedWith)
	switch {
	case state == contact.Approved && l.Approved.IsZero():
		l.Approved = now
	case state == contact.Drafted && !l.Approved.IsZero():
		state = contact.Approved // the owner did so meanwhile: it is to be moved
	case state == contact.Drafted:
		l.Delivery = contact.ByDraft // what lies there waits for the owner's hand
	}
	return l.In(state, now)
}
