package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/plan"
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
	err = v.at(ctx, func(drafts *mailer.Drafts) error {
		letters, err = v.thatAreNew(ctx, drafts, letters)
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	var last laying
	for _, outbox := range []bool{false, true} {
		some := slices.DeleteFunc(slices.Clone(letters), func(l contact.Letter) bool { return v.viaOutbox(l) != outbox })
		for letters := range slices.Chunk(some, batch) {
			var b laying
			err := v.at(ctx, func(drafts *mailer.Drafts) (err error) {
				b, err = v.intend(ctx, drafts, outbox, letters)
				return err
			})
			var storing errgroup.Group // while the next are on their way
			storing.Go(func() error { return v.recordPut(ctx, last) })
			if err == nil && len(b.keys) > 0 {
				err = v.at(ctx, func(drafts *mailer.Drafts) error { return v.put(ctx, drafts, &b) })
			}
			errs, last = append(errs, err, storing.Wait()), b
			if errors.Is(err, errUnreached) {
				return errors.Join(append(errs, v.recordPut(ctx, last))...)
			}
		}
	}
	return errors.Join(append(errs, v.recordPut(ctx, last))...)
}

// viaOutbox reports whether a letter is laid into the outbox: its practice wants
// that now, or the owner has approved it. Without SMTP it would lie there for ever.
func (v *visit) viaOutbox(l contact.Letter) bool {
	return v.account.SMTP != nil && v.d.settings.Policy.ToOutbox(l)
}

// laying is a batch of letters on their way into a mailbox.
type laying struct {
	keys    []string
	attempt contact.Attempt
	box     string
	state   contact.State // of those that lie there
	out     []mailer.Outgoing
	places  []contact.Place
	errs    []error // by key: see mailer.Drafts.PutAll
}

// intend stores the attempt, and reads the bytes of those letters that may be laid.
func (v *visit) intend(ctx context.Context, drafts *mailer.Drafts, outbox bool, letters []contact.Letter) (b laying, err error) {
	if b.box, b.state, err = v.target(ctx, drafts, outbox); err != nil {
		return laying{}, err
	}
	if b.attempt, err = drafts.LookIn(ctx, b.box, v.d.now().UTC().Truncate(time.Second)); err != nil { // as it is stored
		return laying{}, err
	}
	err = v.d.decide(ctx, func(ctx context.Context) (err error) {
		b.keys, err = v.d.store.RecordAttempts(ctx, keysOf(letters), b.attempt)
		return err
	})
	if err != nil || len(b.keys) == 0 {
		return laying{}, err
	}
	ids := map[string]string{}
	for _, l := range letters {
		ids[l.Key] = l.MessageID
	}
	if b.out, err = v.outgoing(ctx, b.keys, ids); err != nil {
		return laying{}, err
	}
	return b, nil
}

// put lays the letters, and notes what became of each.
func (v *visit) put(ctx context.Context, drafts *mailer.Drafts, b *laying) error {
	b.places, b.errs = drafts.PutAll(ctx, b.box, b.out, b.attempt)
	b.out = nil
	var errs []error
	for i, err := range b.errs {
		if err != nil {
			errs = append(errs, fmt.Errorf("letter %s: %w", b.keys[i], err))
		}
	}
	if len(errs) > 0 {
		v.leave(ctx) // the connection may be of no use
		return errors.Join(errs...)
	}
	return v.compare(ctx, b.places[0], v.d.now())
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

// layWithin is how long a server may go on refusing a draft, as it does over
// quota, until the letter has failed.
const layWithin = 24 * time.Hour

// recordPut stores what became of each letter of a batch. Of what nobody knows
// the attempt stays, to be settled.
func (v *visit) recordPut(ctx context.Context, b laying) error {
	if len(b.errs) == 0 {
		return nil
	}
	now := v.d.now()
	outcome := func(l contact.Letter) (contact.Letter, error) {
		i := slices.Index(b.keys, l.Key)
		text, refused := imapconn.Refused(b.errs[i])
		switch {
		case l.Attempt != b.attempt || errors.Is(b.errs[i], mailer.ErrUnknown):
			return l, nil
		case b.errs[i] == nil:
			v.d.taken(l.Key)
			return laid(l, b.state, b.places[i], now), nil
		case refused:
			reason, _, _ := strings.Cut(l.Reason, plan.RefusedWith)
			v.d.refused(l.Key)
			if l.Reason = reason + plan.RefusedWith + text; v.d.refusedFor(l.Key, layWithin) {
				l = l.In(contact.Failed, now)
			}
		}
		return notLaid(l, now), nil
	}
	err := v.update(ctx, b.keys, outcome)
	if slices.Contains(b.errs, nil) { // what has just been laid lies there
		err = errors.Join(err, v.seen(ctx, now))
	}
	return err
}
