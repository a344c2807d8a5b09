package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/store"
)

// settleAfter is how long after an APPEND its outcome can be told: by then the
// server has finished what a lost connection left behind.
const settleAfter = 5 * time.Second

// retryDelivery is how long the service waits after a failed delivery.
const retryDelivery = time.Minute

// deliveries delivers whenever there may be something, until ctx ends.
func (d *Daemon) deliveries(ctx context.Context) error {
	for {
		select {
		case <-d.deliver:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := d.deliverAll(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("a letter could not be delivered", "error", err, "retry", retryDelivery)
			// Until then, nothing wakes it: each try is a login.
			pause(ctx, retryDelivery)
			d.wakeDeliverer()
		}
	}
}

// deliverAll brings every letter to where it ought to be: into Drafts, or out
// of it. An account that fails does not keep the others from working.
func (d *Daemon) deliverAll(ctx context.Context) error {
	if held, err := d.held(ctx); err != nil || held {
		return err
	}
	letters, err := d.store.Letters(ctx)
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for _, l := range letters {
		ours[l.MessageID] = l.MessageID != ""
	}
	var errs []error
	for _, a := range d.settings.Accounts {
		var work []contact.Letter
		for _, l := range letters {
			if l.Account == a.Name && (l.State == contact.Queued || l.State == contact.Drafted && l.TakeBack) {
				work = append(work, l)
			}
		}
		if len(work) == 0 || d.offline(ctx, a) {
			continue // its watcher says when it is back
		}
		if err := d.deliverTo(ctx, a, work, ours); err != nil {
			errs = append(errs, accountError{a.Name, err})
		}
	}
	return errors.Join(errs...)
}

// offline reports whether the watcher of an account has lost it: it tries again
// with patience, which a login of ours must not undo.
func (d *Daemon) offline(ctx context.Context, a Account) (lost bool) {
	err := d.decide(ctx, func(context.Context) error {
		r := d.synced[a.Name]
		lost = r != nil && !r.failed.IsZero()
		return nil
	})
	return lost || err != nil
}

// pause waits, but not beyond the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// deliverTo does the work of one account. A letter that fails does not keep the
// others from being delivered, unless the account itself cannot be reached.
func (d *Daemon) deliverTo(ctx context.Context, a Account, work []contact.Letter, ours map[string]bool) error {
	var errs []error
	for len(work) > 0 {
		drafts, err := mailer.Open(ctx, a.Server, a.Drafts)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		// An error, even a refusal, may have cost the connection: the next
		// letter gets a new one.
		done := 0
		for err == nil && done < len(work) {
			if err = d.deliverOne(ctx, drafts, work[done], ours); err != nil {
				errs = append(errs, fmt.Errorf("letter %s: %w", work[done].Key, err))
			}
			done++
		}
		work = work[done:]
		drafts.Close(ctx)
	}
	return errors.Join(errs...)
}

// deliverOne settles what was interrupted, then takes the letter back or puts
// it into Drafts.
func (d *Daemon) deliverOne(ctx context.Context, drafts *mailer.Drafts, l contact.Letter, ours map[string]bool) error {
	if l.State == contact.Queued && !l.Attempt.At.IsZero() {
		var err error
		if l, err = d.settle(ctx, drafts, l, ours); err != nil {
			return err
		}
	}
	switch {
	case l.TakeBack && l.State == contact.Queued:
		return d.settled(ctx, l, contact.Superseded, contact.Place{}, "")
	case l.TakeBack && l.State == contact.Drafted:
		if held, err := d.held(ctx); err != nil || held {
			return err
		}
		return d.takeBack(ctx, drafts, l)
	case l.State == contact.Queued:
		return d.put(ctx, drafts, l, ours)
	}
	return nil
}

// settle finds out what became of an APPEND whose answer was lost.
func (d *Daemon) settle(ctx context.Context, drafts *mailer.Drafts, l contact.Letter, ours map[string]bool) (contact.Letter, error) {
	if pause(ctx, min(settleAfter, settleAfter-d.now().Sub(l.Attempt.At))); ctx.Err() != nil {
		return l, ctx.Err()
	}
	state, place, err := drafts.Settle(ctx, l.MessageID, l.Attempt, func(id string) bool { return ours[id] })
	if err != nil {
		return l, err
	}
	reason := ""
	switch state {
	case contact.Uncertain:
		reason = "the connection broke while the draft was laid, and it is not to be found: look whether it is there; it is not made again by itself"
	case contact.Queued:
		l.Attempt = contact.Attempt{}
		return l, nil // it never arrived; the next attempt is stored before it is made
	}
	if err := d.settled(ctx, l, state, place, reason); err != nil {
		return l, err
	}
	l.State, l.Place = state, place
	return l, nil
}

// refusal stands between the reason of a letter and the words with which the
// server refused it.
const refusal = "; the server refuses the draft: "

// put stores the attempt, appends, and stores where the draft lies; unless the
// letter exists already, made by a regards that this database knows nothing of.
func (d *Daemon) put(ctx context.Context, drafts *mailer.Drafts, l contact.Letter, ours map[string]bool) error {
	state, place, err := drafts.Find(ctx, l.MessageID)
	if err != nil {
		return err
	}
	if state == contact.Drafted {
		state = contact.Edited // who knows what the owner has done to it
	}
	if state != contact.Uncertain {
		return d.settled(ctx, l, state, place, "it was there already; was the database restored, or does another regards run?")
	}
	if restored, err := d.mayBeEdited(ctx, drafts, l, ours); err != nil || restored {
		return err
	}
	attempt, err := drafts.Look(ctx, d.now())
	if err != nil {
		return err
	}
	full, err := d.store.Letter(ctx, l.Key)
	if err != nil {
		return err
	}
	err = d.decide(ctx, func(ctx context.Context) error { return d.store.RecordAttempt(ctx, l.Key, attempt) })
	if errors.Is(err, store.ErrTaken) {
		return nil // it was ended in the meantime
	}
	if err != nil {
		return err
	}
	place, err = drafts.Put(ctx, full.Raw, l.MessageID, attempt)
	if text, refused := imapconn.Refused(err); refused {
		reason, _, _ := strings.Cut(l.Reason, refusal)
		return errors.Join(err, d.settled(ctx, l, contact.Queued, contact.Place{}, reason+refusal+text))
	}
	if err != nil {
		return err
	}
	d.log.Info("draft", "key", l.Key, "mailbox", place.Mailbox)
	if reason, _, was := strings.Cut(l.Reason, refusal); was {
		return d.settled(ctx, l, contact.Drafted, place, reason)
	}
	return d.settled(ctx, l, contact.Drafted, place, "")
}

// mayBeEdited reports whether a draft to that person lies there that may be this
// letter, edited and saved anew, and leaves it to the owner then: a backup that
// was restored does not know.
func (d *Daemon) mayBeEdited(ctx context.Context, drafts *mailer.Drafts, l contact.Letter, ours map[string]bool) (bool, error) {
	restored, err := d.store.Restored(ctx)
	if err != nil || restored.IsZero() {
		return false, err
	}
	occasions, err := d.store.Occasions(ctx)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(occasions, func(o contact.Occasion) bool { return o.ID == l.OccasionID })
	if i < 0 || occasions[i].Logged.After(restored) {
		return false, nil
	}
	full, err := d.store.Letter(ctx, l.Key)
	if err != nil {
		return false, err
	}
	there, err := drafts.Addressed(ctx, full.Raw, func(id string) bool { return ours[id] })
	if err != nil || !there {
		return false, err
	}
	return true, d.settled(ctx, l, contact.Uncertain, contact.Place{},
		"a draft to that person lies there, and the database was restored: it may be this letter, edited; it is not made again by itself")
}

// takeBack removes a draft that has become needless, if nobody has touched it.
func (d *Daemon) takeBack(ctx context.Context, drafts *mailer.Drafts, l contact.Letter) error {
	state, err := drafts.TakeBack(ctx, l.MessageID, l.Place)
	if err != nil {
		return err
	}
	reason := l.Reason
	switch state {
	case contact.Dismissed:
		reason += "; the draft was no longer where it was laid and was left alone"
	case contact.Drafted:
		reason += "; this server offers no way to remove it: delete the draft yourself"
		state = contact.Superseded
	}
	return d.settled(ctx, l, state, contact.Place{}, reason)
}

// settled stores what became of a letter.
func (d *Daemon) settled(ctx context.Context, l contact.Letter, s contact.State, p contact.Place, reason string) error {
	// Once the act is done it is recorded, also when the service is told to end.
	ctx = context.WithoutCancel(ctx)
	return d.decide(ctx, func(ctx context.Context) error { return d.store.SetLetter(ctx, l.Key, s, p, reason) })
}
