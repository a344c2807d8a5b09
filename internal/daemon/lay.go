package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
)

// settleAfter is how long after an APPEND its outcome can be told: by then the
// server has finished what a lost connection left behind.
const settleAfter = 5 * time.Second

// toSettle reports whether it is not known if a letter was laid.
func (v *visit) toSettle(l contact.Letter) bool {
	return l.State == contact.Queued && !l.Attempt.At.IsZero()
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
		if l.TakeBack {
			l = l.In(contact.Superseded, now)
		}
		return l // it never arrived
	case contact.Uncertain:
		l.Reason = "the connection broke while the draft was laid, and it is not to be found: look whether it is there; it is not made again by itself"
	}
	return l.In(found.State, now)
}

// laid gives a letter that now lies somewhere. What has been ended meanwhile is
// to be removed again.
func laid(l contact.Letter, state contact.State, place contact.Place, now time.Time) contact.Letter {
	l.Place, l.Attempt = place, contact.Attempt{}
	if l.State.Ended() {
		l.TakeBack = true
		return l
	}
	l.Reason, _, _ = strings.Cut(l.Reason, refusal)
	if l = l.In(state, now); state == contact.Approved && l.Approved.IsZero() {
		l.Approved = now
	}
	return l
}

// toTakeBack reports whether a letter lies where it should no longer.
func (v *visit) toTakeBack(l contact.Letter) bool {
	return l.TakeBack && l.Place.Mailbox != "" && l.Sending.IsZero()
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
			state, err := drafts.TakeBackLetter(ctx, mailer.Outgoing{Raw: full.Raw, MessageID: l.MessageID}, l.Place)
			if err != nil {
				return fmt.Errorf("letter %s: %w", l.Key, err)
			}
			return v.update(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
				return takenBack(l, state, v.d.now()), nil
			})
		})
		if errs = append(errs, err); errors.Is(err, errUnreached) {
			break
		}
	}
	return errors.Join(errs...)
}

// takenBack gives a letter whose draft was to be removed, with what became of that.
func takenBack(l contact.Letter, state contact.State, now time.Time) contact.Letter {
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

// batch is how many letters are laid after one look at the mailbox.
const batch = 250

// toLay reports whether a letter is to be laid into a mailbox.
func (v *visit) toLay(l contact.Letter) bool {
	return l.State == contact.Queued && l.Attempt.At.IsZero() && !l.TakeBack && !v.d.now().Before(l.Snoozed) &&
		!v.d.refusedLately(l.Key)
}

// lay puts letters into Drafts, or into the outbox where the owner wants that.
func (v *visit) lay(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toLay)
	if err != nil || len(letters) == 0 {
		return err
	}
	var errs []error
	err = v.at(ctx, func(drafts *mailer.Drafts) error {
		letters, err = v.thatAreNew(ctx, drafts, letters)
		return err
	})
	if err != nil {
		return err
	}
	for _, outbox := range []bool{false, true} {
		some := slices.DeleteFunc(slices.Clone(letters), func(l contact.Letter) bool { return v.viaOutbox(l) != outbox })
		for letters := range slices.Chunk(some, batch) {
			err := v.at(ctx, func(drafts *mailer.Drafts) error { return v.layBatch(ctx, drafts, outbox, letters) })
			if errs = append(errs, err); errors.Is(err, errUnreached) {
				return errors.Join(errs...)
			}
		}
	}
	return errors.Join(errs...)
}

// viaOutbox reports whether a letter is laid into the outbox: its practice wants
// that, or the owner has approved it. Without SMTP it would lie there for ever.
func (v *visit) viaOutbox(l contact.Letter) bool {
	return v.account.SMTP != nil && (l.Delivery != contact.ByDraft || !l.Approved.IsZero())
}

// layBatch stores the attempt, appends, and stores where the drafts lie.
func (v *visit) layBatch(ctx context.Context, drafts *mailer.Drafts, outbox bool, letters []contact.Letter) error {
	box, state, err := v.target(ctx, drafts, outbox)
	if err != nil {
		return err
	}
	attempt, err := drafts.LookIn(ctx, box, v.d.now().UTC().Truncate(time.Second)) // as it is stored
	if err != nil {
		return err
	}
	var keys []string
	err = v.d.decide(ctx, func(ctx context.Context) (err error) {
		keys, err = v.d.store.RecordAttempts(ctx, keysOf(letters), attempt)
		return err
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	ids := map[string]string{}
	for _, l := range letters {
		ids[l.Key] = l.MessageID
	}
	out, err := v.outgoing(ctx, keys, ids)
	if err != nil {
		return err
	}
	places, errs := drafts.PutAll(ctx, box, out, attempt)
	return v.recordPut(ctx, keys, attempt, state, places, errs)
}

// target gives the mailbox that letters are laid into, and the state of those
// that lie there. The outbox is made when there is first something to approve.
func (v *visit) target(ctx context.Context, drafts *mailer.Drafts, outbox bool) (box string, state contact.State, err error) {
	if v.account.SMTP != nil && drafts.CanMove() {
		if err := drafts.EnsureOutbox(ctx, v.account.Outbox); err != nil {
			return "", "", err
		}
	}
	if outbox {
		err := drafts.EnsureOutbox(ctx, v.account.Outbox)
		box, _ = drafts.Outbox()
		return box, contact.Approved, err
	}
	box, _ = drafts.Name(imapconn.Drafts)
	return box, contact.Drafted, nil
}

// outgoing gives the bytes of letters.
func (v *visit) outgoing(ctx context.Context, keys []string, ids map[string]string) ([]mailer.Outgoing, error) {
	raws, err := v.d.store.Raws(ctx, keys)
	out := make([]mailer.Outgoing, len(keys))
	for i, key := range keys {
		out[i] = mailer.Outgoing{Raw: raws[key], MessageID: ids[key]}
	}
	return out, err
}

// refusal stands between the reason of a letter and the words with which the
// server refused it.
const refusal = "; the server refuses the draft: "

// refusedFor is how long a server may go on refusing a draft, as it does over
// quota, until the letter has failed.
const refusedFor = 24 * time.Hour

// recordPut stores what became of each letter of a batch. Of what nobody knows
// the attempt stays, to be settled.
func (v *visit) recordPut(ctx context.Context, keys []string, attempt contact.Attempt, state contact.State, places []contact.Place, putErrs []error) error {
	now := v.d.now()
	outcome := func(l contact.Letter) (contact.Letter, error) {
		i := slices.Index(keys, l.Key)
		text, refused := imapconn.Refused(putErrs[i])
		switch {
		case l.Attempt != attempt || errors.Is(putErrs[i], mailer.ErrUnknown):
			return l, nil
		case putErrs[i] == nil:
			return laid(l, state, places[i], now), nil
		case refused:
			reason, _, _ := strings.Cut(l.Reason, refusal)
			if l.Reason = reason + refusal + text; now.Sub(l.Written) > refusedFor {
				l = l.In(contact.Failed, now)
			}
			v.d.refused(l.Key)
		}
		l.Attempt = contact.Attempt{} // it was not sent
		return l, nil
	}
	err := v.update(ctx, keys, outcome)
	for i, putErr := range putErrs {
		if putErr != nil {
			err = errors.Join(err, fmt.Errorf("letter %s: %w", keys[i], putErr))
			continue
		}
		v.d.log.Info("letter laid", "key", keys[i], "mailbox", places[i].Mailbox)
	}
	return err
}

// thatAreNew gives those letters that do not exist yet. What a regards that this
// database knows nothing of has made is left to the owner.
func (v *visit) thatAreNew(ctx context.Context, drafts *mailer.Drafts, letters []contact.Letter) ([]contact.Letter, error) {
	found, err := drafts.FindAll(ctx, idsOf(letters))
	if err != nil {
		return nil, err
	}
	there := func(l contact.Letter) bool {
		f, ok := found[l.MessageID]
		// What was brought back may lie among the deleted mail still.
		back := !l.Restored.IsZero() || !l.Revived.IsZero()
		return ok && (!back || f.State != contact.Dismissed)
	}
	var known, fresh []contact.Letter
	for _, l := range letters {
		if there(l) {
			known = append(known, l)
		} else {
			fresh = append(fresh, l)
		}
	}
	err = v.update(ctx, keysOf(known), func(l contact.Letter) (contact.Letter, error) {
		f := found[l.MessageID]
		if f.State == contact.Drafted {
			f.State = contact.Edited // who knows what the owner has done to it
		}
		l.Reason, l.Place = "it was there already; was the database restored, or does another regards run?", f.Place
		return l.In(f.State, v.d.now()), nil
	})
	if err != nil {
		return nil, err
	}
	return v.notEdited(ctx, drafts, fresh)
}

// notEdited leaves those letters to the owner of which a draft may lie there,
// edited and saved anew: a backup that was restored does not know.
func (v *visit) notEdited(ctx context.Context, drafts *mailer.Drafts, letters []contact.Letter) ([]contact.Letter, error) {
	restored, err := v.d.store.Restored(ctx)
	if err != nil || restored.IsZero() {
		return letters, err
	}
	ours, err := v.ours(ctx)
	if err != nil {
		return nil, err
	}
	var fresh []contact.Letter
	for _, l := range letters {
		known, err := v.causedAfter(ctx, l, restored)
		if err != nil {
			return nil, err
		}
		there := false
		if !known {
			full, err := v.d.store.Letter(ctx, l.Key)
			if err != nil {
				return nil, err
			}
			if there, err = drafts.Addressed(ctx, full.Raw, func(id string) bool { return ours[id] }); err != nil {
				return nil, err
			}
		}
		if !there {
			fresh = append(fresh, l)
			continue
		}
		err = v.update(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
			l.Reason = "a draft to that person lies there, and the database was restored: it may be this letter, edited; it is not made again by itself"
			return l.In(contact.Uncertain, v.d.now()), nil
		})
		if err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// causedAfter reports whether what a letter came of was logged after a time.
func (v *visit) causedAfter(ctx context.Context, l contact.Letter, t time.Time) (bool, error) {
	if l.OccasionID == "" {
		return false, nil
	}
	occasions, err := v.d.store.Occasions(ctx)
	i := slices.IndexFunc(occasions, func(o contact.Occasion) bool { return o.ID == l.OccasionID })
	return i < 0 || occasions[i].Logged.After(t), err
}

// toMove reports whether a letter whose sending was ordered lies in Drafts still.
func (v *visit) toMove(l contact.Letter) bool {
	return v.account.SMTP != nil && l.State == contact.Approved && l.Sending.IsZero() &&
		l.Place.Mailbox != "" && !imapconn.IsNamed(l.Place.Mailbox, v.account.Outbox) && !v.d.unmovable[v.account.Name]
}

// move brings letters whose sending was ordered into the outbox, where the owner
// sees what is to go. Where drafts cannot be moved they are sent from where they lie.
func (v *visit) move(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toMove)
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range letters {
		if held, err := v.d.held(ctx); err != nil || held {
			return errors.Join(append(errs, err)...)
		}
		err := v.at(ctx, func(drafts *mailer.Drafts) error { return v.moveOne(ctx, drafts, l) })
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
	if err := drafts.EnsureOutbox(ctx, v.account.Outbox); err != nil {
		return err
	}
	place, err := drafts.Move(ctx, l.Place, keptAs(l), v.account.Outbox)
	if errors.Is(err, mailer.ErrGone) {
		return nil // the next look tells where it is
	}
	if err != nil {
		return fmt.Errorf("letter %s: %w", l.Key, err)
	}
	return v.update(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
		l.Place = place
		return l, nil
	})
}

// keptAs gives the Message-ID under which a letter lies where it lies.
func keptAs(l contact.Letter) string { return cmp.Or(l.DraftID, l.MessageID) }

func idsOf(letters []contact.Letter) []string {
	ids := make([]string, len(letters))
	for i, l := range letters {
		ids[i] = l.MessageID
	}
	return ids
}
