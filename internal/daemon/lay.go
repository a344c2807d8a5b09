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
)

// batch is how many letters are laid after one look at the mailbox.
const batch = 250

// toLay reports whether a letter is to be laid into a mailbox.
func (v *visit) toLay(l contact.Letter) bool {
	return !v.held && l.State == contact.Queued && l.Attempt.At.IsZero() && !l.TakeBack && !v.d.now().Before(l.Snoozed) &&
		!v.d.refusedLately(l.Key) && !(v.viaOutbox(l) && v.d.refusedLately(v.outbox()))
}

// lay puts letters into Drafts, or into the outbox where the owner wants that.
func (v *visit) lay(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toLay, contact.Queued)
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
// that now, or the owner has approved it. Without SMTP it would lie there for ever.
func (v *visit) viaOutbox(l contact.Letter) bool {
	return v.account.SMTP != nil && v.d.settings.Policy.ToOutbox(l)
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
	if outbox {
		err := v.ensureOutbox(ctx, drafts)
		box, _ = drafts.Outbox()
		return box, contact.Approved, err
	}
	if v.account.SMTP != nil && drafts.CanMove() && !v.d.refusedLately(v.outbox()) {
		// Without an outbox there are drafts all the same.
		if err := v.ensureOutbox(ctx, drafts); err != nil && !errors.Is(err, mailer.ErrOutbox) {
			return "", "", err
		}
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

// refusedWith stands between the reason of a letter and the words with which the
// server refused it.
const refusedWith = "; the server refuses the draft: "

// layWithin is how long a server may go on refusing a draft, as it does over
// quota, until the letter has failed.
const layWithin = 24 * time.Hour

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
			v.d.taken(l.Key)
			return laid(l, state, places[i], now), nil
		case refused:
			reason, _, _ := strings.Cut(l.Reason, refusedWith)
			v.d.refused(l.Key)
			if l.Reason = reason + refusedWith + text; v.d.refusedFor(l.Key, layWithin) {
				l = l.In(contact.Failed, now)
			}
		}
		return notLaid(l, now), nil
	}
	err := v.update(ctx, keys, outcome)
	if slices.Contains(putErrs, nil) { // what has just been laid lies there
		err = errors.Join(err, v.seen(ctx, now))
	}
	for i, putErr := range putErrs {
		if putErr != nil {
			v.leave(ctx) // the connection may be of no use
			err = errors.Join(err, fmt.Errorf("letter %s: %w", keys[i], putErr))
			continue
		}
		v.d.log.Info("letter laid", "key", keys[i], "mailbox", places[i].Mailbox)
	}
	return err
}
