package daemon

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/plan"
)

// lookDue reports whether it is time to look what has become of the letters.
func (v *visit) lookDue(ctx context.Context) (bool, error) {
	letters, err := v.letters(ctx, v.followed)
	if err != nil || len(letters) == 0 && v.account.SMTP == nil {
		return false, err
	}
	every := lookEvery
	if !slices.ContainsFunc(letters, v.mayMove) {
		every = lookAnyway
	}
	now := v.d.now()
	m := v.memory()
	passed := now.Sub(m.looked)
	return m.looked.IsZero() || passed < 0 || passed >= every/time.Duration(max(v.d.settings.Hurry, 1)) ||
		len(letters) > 0 && m.mailSent, nil
}

// How long it is looked for a letter that was thrown away: often at first, since
// some programs do so while they save it.
const (
	followThrown = 14 * 24 * time.Hour
	mayComeBack  = time.Hour
)

// followed reports whether it is worth a login to look for a letter.
func (v *visit) followed(l contact.Letter) bool {
	return plan.Followed(l) && !v.thrownFor(l, followThrown)
}

// mayMove reports whether a letter may be elsewhere in a minute.
func (v *visit) mayMove(l contact.Letter) bool { return !v.thrownFor(l, mayComeBack) }

func (v *visit) thrownFor(l contact.Letter, t time.Duration) bool {
	return l.State == contact.Dismissed && v.d.now().Sub(l.Ended) > t
}

// look sees what lies in Drafts and in the outbox, and stores what that says of
// the letters. It changes nothing there.
func (v *visit) look(ctx context.Context) error {
	if due, err := v.lookDue(ctx); err != nil || !due {
		return err
	}
	r, err := v.d.store.Records(ctx)
	if err != nil {
		return err
	}
	seen, err := v.d.store.Looked(ctx, v.account.Name)
	if err != nil {
		return err
	}
	now := v.d.now()
	changed, err := v.lookTwice(ctx, r, seen)
	if err != nil {
		return err
	}
	v.memory().looked = now
	if err := v.seen(ctx, now); err != nil {
		return err
	}
	keys := keysOf(changed)
	return v.update(ctx, keys, func(l contact.Letter) (contact.Letter, error) {
		if !reflect.DeepEqual(l, r.Letters[l.Key]) {
			return l, nil // something else has happened to it since: the next look tells
		}
		return leftAlone(l, changed[slices.Index(keys, l.Key)]), nil
	})
}

// seen notes that as of a time it is known where every letter lies.
func (v *visit) seen(ctx context.Context, at time.Time) error {
	return v.d.decide(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return v.d.store.SetLooked(ctx, v.account.Name, at)
	})
}

// glance is how long after a draft was missed it is looked for once more, before
// it is thought to be thrown away: a mail program that saves it anew deletes the
// old copy first.
const glance = 3 * time.Second

// lookTwice gives the letters that are not as they were. It looks again where one
// is gone that was there at the look before.
func (v *visit) lookTwice(ctx context.Context, r plan.Records, seen time.Time) (changed []contact.Letter, err error) {
	began := v.d.now()
	once := func(drafts *mailer.Drafts) error {
		changed, err = v.lookAt(ctx, drafts, r, seen)
		return err
	}
	if err := v.at(ctx, once); err != nil {
		return nil, err
	}
	suddenly := func(l contact.Letter) bool {
		old := r.Letters[l.Key]
		return l.State == contact.Dismissed && old.State != contact.Dismissed && old.Missing.IsZero()
	}
	if slices.ContainsFunc(changed, suddenly) {
		if seen.IsZero() {
			seen = began // what is missing now was missed then
		}
		if pause(ctx, glance/time.Duration(max(v.d.settings.Hurry, 1))); ctx.Err() != nil {
			return nil, ctx.Err()
		}
		err = v.at(ctx, once)
	}
	return changed, err
}

// leftAlone gives a letter that was to be taken back, and that the owner has been
// at meanwhile, as one that stays.
func leftAlone(old, l contact.Letter) contact.Letter {
	theirs := l.State == contact.Edited || l.State == contact.Moved || l.State == contact.Approved && !l.ByItself()
	if old.TakeBack && theirs {
		l.TakeBack = false
		l.Reason += "; you have been at the draft, and it is left alone"
	}
	return l
}

// lookAt gives the letters that are not as they were.
func (v *visit) lookAt(ctx context.Context, drafts *mailer.Drafts, r plan.Records, seen time.Time) ([]contact.Letter, error) {
	survey, err := v.survey(ctx, drafts)
	if err != nil {
		return nil, err
	}
	survey.Seen = seen
	letters := make([]contact.Letter, 0, len(r.Letters))
	for _, l := range r.Letters {
		letters = append(letters, l)
	}
	slices.SortFunc(letters, func(a, b contact.Letter) int { return cmp.Compare(a.Key, b.Key) })
	now := v.d.now()
	sighting := plan.Look(now, survey, letters, r.Contacts)
	evidence, err := v.evidence(ctx, drafts, sighting, letters)
	if err != nil {
		return nil, err
	}
	if err := v.strangers(ctx, sighting.Strangers); err != nil {
		return nil, err
	}
	// What Settle says of a letter is newer than what Look said.
	changed := sighting.Settle(now, evidence)
	for _, l := range sighting.Changed {
		if !slices.ContainsFunc(changed, func(c contact.Letter) bool { return c.Key == l.Key }) {
			changed = append(changed, l)
		}
	}
	return v.answered(ctx, changed)
}

// answered notes the answers to letters that turn out to have been sent under a
// Message-ID that nobody knew when those were read.
func (v *visit) answered(ctx context.Context, letters []contact.Letter) ([]contact.Letter, error) {
	for i, l := range letters {
		if l.State != contact.Sent || l.DraftID == "" {
			continue
		}
		touches, err := v.d.store.Touches(ctx, l.ContactID)
		if err != nil {
			return nil, err
		}
		for _, a := range plan.Answers(letters[i:i+1], touches) {
			letters[i].Answered = a.At
		}
	}
	return letters, nil
}
