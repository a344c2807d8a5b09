package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/plan"
)

// settleSendingAfter is how long after a letter was given to the SMTP server it
// is looked for among the sent mail, where some servers file it by themselves.
const settleSendingAfter = time.Minute

// toSettleSending reports whether it is not known if a letter was sent.
func (v *visit) toSettleSending(l contact.Letter) bool {
	passed := v.d.now().Sub(l.Sending) // less than nothing: the clock was set back
	return l.State == contact.Approved && !l.Sending.IsZero() && (passed < 0 || passed >= settleSendingAfter)
}

// settleSending finds out whether letters were sent of which the answer was
// lost. What is not found is never sent again by itself.
func (v *visit) settleSending(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toSettleSending, contact.Approved)
	if err != nil || len(letters) == 0 {
		return err
	}
	return v.at(ctx, func(drafts *mailer.Drafts) error {
		for _, l := range letters {
			full, err := v.d.store.Letter(ctx, l.Key)
			if err != nil {
				return err
			}
			_, id, err := drafts.FindSent(ctx, full.Raw, keptAs(l))
			if err != nil {
				return err
			}
			err = v.update(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
				if id != "" {
					l = knownAs(l, id)
					return plan.Sent(l, l.Sending), nil
				}
				l.Reason = "the connection broke while the letter was sent, and it is not among your sent mail: ask, or look; it is not sent again by itself"
				return l.In(contact.Uncertain, v.d.now()), nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// sendable gives the letters of the account that may go now.
func (v *visit) sendable(ctx context.Context) ([]contact.Letter, error) {
	if v.account.SMTP == nil || v.d.refusedLately(v.smtp()) {
		return nil, nil
	}
	waiting, err := v.letters(ctx, always, contact.Approved)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	if held, err := v.d.held(ctx); err != nil || held {
		return nil, err
	}
	r, err := v.d.store.Records(ctx)
	if err != nil {
		return nil, err
	}
	policy := v.d.settings.Policy
	err = v.d.decide(ctx, func(context.Context) error {
		policy = v.d.policy()
		return nil
	})
	if err != nil {
		return nil, err
	}
	var letters []contact.Letter
	all, _ := plan.Sendable(v.d.now(), policy, r)
	for _, l := range all {
		if l.Account == v.account.Name && l.Place.Mailbox != "" && !v.d.refusedLately(l.Key) {
			letters = append(letters, l)
		}
	}
	return letters, nil
}

// send sends what has been approved and has rested long enough. Each letter is
// decided about anew: what went just now counts. When the server has no session
// for us, or asks for patience, the account is left alone for a while.
func (v *visit) send(ctx context.Context) error {
	waiting, err := v.letters(ctx, always, contact.Approved)
	if err != nil || len(waiting) == 0 || v.account.SMTP == nil {
		return errors.Join(err, v.tell(ctx, v.smtp(), "", ""), v.tell(ctx, v.clock(), "", ""))
	}
	if wrong, err := v.clockWrong(ctx, waiting); err != nil || wrong {
		return err
	}
	var errs []error
	tried := map[string]bool{}
	for {
		letters, err := v.sendable(ctx)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		letters = slices.DeleteFunc(letters, func(l contact.Letter) bool { return tried[l.Key] })
		if len(letters) == 0 || ctx.Err() != nil {
			return errors.Join(errs...)
		}
		l := v.leastRefused(letters)
		tried[l.Key] = true
		if err := v.sendOne(ctx, l); err != nil {
			errs = append(errs, fmt.Errorf("letter %s: %w", l.Key, err))
			if errors.Is(err, errUnreached) {
				return errors.Join(errs...)
			}
		}
	}
}

// leastRefused gives the letter to be tried first: one that the server puts off
// again and again must not hold up the others.
func (v *visit) leastRefused(letters []contact.Letter) contact.Letter {
	return slices.MinFunc(letters, func(a, b contact.Letter) int {
		return v.d.refusals[a.Key].last.Compare(v.d.refusals[b.Key].last)
	})
}

// smtp is what the sending of an account is called among refusals and troubles.
func (v *visit) smtp() string { return "smtp/" + v.account.Name }

// noteSession keeps in mind whether the account can send at all, and tells the
// owner if it cannot.
func (v *visit) noteSession(ctx context.Context, sendErr error) error {
	var failed *mailer.SendError
	errors.As(sendErr, &failed)
	switch {
	case ctx.Err() != nil, thoughtBetter(sendErr):
		return nil
	case failed != nil && failed.Temporary && failed.Stage != mailer.Unknown:
		v.d.refused(v.smtp())
	default:
		v.d.taken(v.smtp())
	}
	text, verbatim := "", ""
	if errors.Is(sendErr, mailer.ErrNoSession) {
		verbatim = failed.Text
		text = "letters cannot be sent: " + failed.Text + "; it is tried again every ten minutes; to try now: regards check"
	}
	return v.tell(ctx, v.smtp(), text, verbatim)
}

// sendOne reads what lies in the outbox, and sends exactly that.
func (v *visit) sendOne(ctx context.Context, l contact.Letter) error {
	draft, why, err := v.read(ctx, l)
	var raw []byte
	var to string
	if err == nil && why == "" {
		raw, to, why, err = v.prepare(ctx, l, draft)
	}
	if errors.Is(err, mailer.ErrGone) {
		return nil // the next look tells where it is
	}
	if err != nil {
		return err
	}
	if why != "" {
		v.d.refused(l.Key)
		return v.updateAsRead(ctx, []contact.Letter{l}, func(l contact.Letter) (contact.Letter, error) {
			l.Reason = "it is not sent: " + why
			return l, nil
		})
	}
	err = mailer.Send(ctx, *v.account.SMTP, mailer.Envelope{From: v.account.Address, To: to}, raw, v.commit(l, raw))
	noted := v.noteSession(ctx, err)
	if thoughtBetter(err) {
		return noted
	}
	return errors.Join(err, v.recordSend(ctx, l.Key, err), noted)
}

// recordSend stores what became of a letter that was given to the SMTP server.
// When nobody knows, it stays as it is, to be settled.
func (v *visit) recordSend(ctx context.Context, key string, sendErr error) error {
	var failed *mailer.SendError
	errors.As(sendErr, &failed)
	if failed != nil && failed.Stage == mailer.Unknown {
		return nil
	}
	now, ended := v.d.now(), ctx.Err() != nil
	return v.update(ctx, []string{key}, func(l contact.Letter) (contact.Letter, error) {
		if sendErr == nil {
			v.d.taken(key)
			return plan.Sent(l, now.UTC()), nil
		}
		l.Sending = time.Time{} // it did not go
		blameless := failed == nil || ended || errors.Is(sendErr, mailer.ErrNoSession)
		if l.State == contact.Approved && !blameless {
			l = v.putOff(l, failed)
		}
		return l, nil
	})
}

// sendWithin is how long a server may go on putting a letter off until it has
// failed: as long as mail servers themselves go on (RFC 5321 section 4.5.4.1).
const sendWithin = 5 * 24 * time.Hour

// putOff gives a letter that the server would not take: for good, or for now.
func (v *visit) putOff(l contact.Letter, failed *mailer.SendError) contact.Letter {
	switch v.d.refused(l.Key); {
	case failed.Stage == mailer.Refused && !failed.Temporary:
		l.Reason = "the mail server refused it: " + failed.Text
	case !failed.Temporary:
		l.Reason = "it cannot be sent: " + failed.Text
	case v.d.refusedFor(l.Key, sendWithin):
		l.Reason = "it could not be sent for days: " + failed.Text
	default:
		l.Reason = "it is not sent yet, and is tried again: " + failed.Text
		return l
	}
	v.d.taken(l.Key) // what the owner has tried again begins anew
	return l.In(contact.Failed, v.d.now())
}
