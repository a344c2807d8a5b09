package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regards/contact"
	"regards/plan"
	"regards/store"
)

// planLetters makes the letters that are due: their bytes, stored under their
// keys. What a command changes meanwhile, it plans with anew. It runs on the
// goroutine of decisions.
func (d *Daemon) planLetters(ctx context.Context) error {
	err := d.planOnce(ctx)
	for errors.Is(err, store.ErrStale) {
		err = d.planOnce(ctx)
	}
	return err
}

func (d *Daemon) planOnce(ctx context.Context) error {
	if held, err := d.held(ctx); err != nil || held {
		return err
	}
	if err := d.adopt(ctx); err != nil {
		return err
	}
	book, err := d.store.BookVersion(ctx)
	if err != nil {
		return err
	}
	r, err := d.store.Records(ctx)
	if err != nil {
		return err
	}
	if ended, err := d.endNeedless(ctx, r); err != nil {
		return err
	} else if ended {
		if r, err = d.store.Records(ctx); err != nil {
			return err
		}
	}
	// All are written before one is stored.
	now, writer, woke := d.now(), d.writer(), false
	policy, err := d.beginLines(ctx, now)
	if err != nil {
		return err
	}
	asked := plan.Due(now, policy, r)
	due, err := d.withGreetings(ctx, asked, r)
	if err != nil {
		return err
	}
	whole := len(due) == len(asked)
	mails, err := d.store.Mails(ctx, recipients(due))
	if err != nil {
		return err
	}
	var letters []contact.Letter
	for _, p := range due {
		l := d.write(writer, now, p, r, mails[p.ContactID])
		old, exists := r.Letters[l.Key]
		if exists && old.State == l.State && old.Reason == l.Reason {
			continue // it waits for the same as before
		}
		if woke && p.Proposed {
			whole = false
			continue // the caps are counted anew at the next pass
		}
		woke = woke || old.State == contact.Needs && l.State == contact.Queued
		letters = append(letters, l)
	}
	stored, err := d.store.PutLetters(ctx, book, letters)
	for _, l := range stored {
		// Why names people: that is for letter list.
		d.log.Info("letter", "key", l.Key, "state", l.State)
		r.Letters[l.Key] = l
	}
	if err == nil && whole {
		err = d.setLinesFired(ctx, policy, now)
	}
	if err == nil && len(stored) > 0 { // a new letter may say what another was to say
		_, err = d.endNeedless(ctx, r)
	}
	return err
}

// endNeedless ends the letters that need not go any more by what is known, and
// reports whether there are any.
func (d *Daemon) endNeedless(ctx context.Context, r plan.Records) (ended bool, err error) {
	now := d.now()
	needless := plan.Needless(now, d.settings.Policy, r)
	return len(needless) > 0, d.store.EndLetters(ctx, needless, now)
}

// write gives a planned letter its words.
func (d *Daemon) write(w Writer, now time.Time, p plan.Planned, r plan.Records, mails store.Mails) contact.Letter {
	m := Mail{Last: mails.Last, LastIn: mails.LastIn, Greeted: d.greetings.known[wroteTo(p.ContactID, r)]}
	l := w.Write(now, p, r.Contacts[p.ContactID], m)
	l.Created, l.Written = now, now
	return l
}

// recipients gives the ids of those to whom letters go.
func recipients(letters []plan.Planned) []string {
	ids := make([]string, len(letters))
	for i, l := range letters {
		ids[i] = l.ContactID
	}
	return ids
}

// writer gives letters their words, as the owner wants them.
func (d *Daemon) writer() Writer { return d.settings.Writer(d.store.Secret()) }

// held reports whether the owner wants nothing drafted or sent now.
func (d *Daemon) held(ctx context.Context) (bool, error) {
	if d.leaving {
		return false, nil // what has stopped drafting does not keep drafts from being taken back
	}
	h, err := d.store.Held(ctx)
	return !h.Over(d.now()), err
}

// adopt sees to the letters whose account is no longer configured, where nobody
// can look any more: they are written anew if that is certain to make no second
// one, and are uncertain else.
func (d *Daemon) adopt(ctx context.Context) error {
	letters, err := d.store.LettersInHand(ctx)
	if err != nil {
		return err
	}
	for _, l := range letters {
		switch {
		case d.configured(l.Account) || l.Account == "":
		case l.State == contact.Queued && l.Attempt.At.IsZero():
			err = d.store.Rewrite(ctx, l.Key)
		case orphaned(l, d.now()).State != l.State:
			_, err = d.store.UpdateLetters(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) { return orphaned(l, d.now()), nil })
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(d.adoptNotices(ctx), d.endTroubles(ctx))
}

// orphaned gives a letter of which a message may lie, or may have been sent, in an
// account that is no longer configured.
func orphaned(l contact.Letter, now time.Time) contact.Letter {
	if l.State.Ended() || l.State == contact.Needs || l.State == contact.Uncertain {
		return l
	}
	why := fmt.Sprintf("the account %q, through which it went, is no longer configured", l.Account)
	if l.TakeBack {
		l = l.In(contact.Superseded, now)
		l.Reason += "; " + why + ": delete the draft yourself"
		return l
	}
	l = l.In(contact.Uncertain, now)
	l.Approved, l.Missing = time.Time{}, time.Time{}
	l.Reason = why + ": look there whether it lies in Drafts or was sent; it is not made again by itself"
	return l
}

// endings gives the letters that new touches end, and those that they answer. It
// runs on the goroutine of decisions.
func (d *Daemon) endings(ctx context.Context, touches []contact.Touch, reports []contact.Finding) ([]contact.Ending, []contact.Answer, error) {
	if len(touches)+len(reports) == 0 {
		return nil, nil, nil
	}
	letters, err := d.store.Letters(ctx)
	if err != nil || len(letters) == 0 {
		return nil, nil, err
	}
	occasions, err := d.store.Occasions(ctx)
	if err != nil {
		return nil, nil, err
	}
	ends, answers := plan.Endings(letters, occasions, touches), plan.Answers(letters, touches)
	if reports, err = d.store.NewFindings(ctx, reports); err != nil {
		return nil, nil, err
	}
	for _, a := range answers { // who answers has got it
		letters = slices.DeleteFunc(letters, func(l contact.Letter) bool { return l.Key == a.Key })
	}
	return append(ends, plan.Returned(letters, reports)...), answers, nil
}
