package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/plan"
	"regards/store"
)

// settleSendingAfter is how long after a letter was given to the SMTP server it
// is looked for among the sent mail, where some servers file it by themselves.
const settleSendingAfter = time.Minute

// toSettleSending reports whether it is not known if a letter was sent.
func (v *visit) toSettleSending(l contact.Letter) bool {
	return l.State == contact.Approved && !l.Sending.IsZero() && v.d.now().Sub(l.Sending) >= settleSendingAfter
}

// settleSending finds out whether letters were sent of which the answer was
// lost. What is not found is never sent again by itself.
func (v *visit) settleSending(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toSettleSending)
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
	if v.account.SMTP == nil || v.d.refusedLately(v.smtpKey()) {
		return nil, nil
	}
	waiting, err := v.letters(ctx, func(l contact.Letter) bool { return l.State == contact.Approved })
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
	var letters []contact.Letter
	all, _ := plan.Sendable(v.d.now(), v.d.settings.Policy, r)
	for _, l := range all {
		if l.Account == v.account.Name && l.Place.Mailbox != "" && !v.d.refusedLately(l.Key) {
			letters = append(letters, l)
		}
	}
	return letters, nil
}

// send sends what has been approved and has rested long enough. Each letter is
// decided about anew: what went just now counts.
func (v *visit) send(ctx context.Context) error {
	var errs []error
	tried := map[string]bool{}
	for {
		letters, err := v.sendable(ctx)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		i := 0
		for i < len(letters) && tried[letters[i].Key] {
			i++
		}
		if i == len(letters) || ctx.Err() != nil {
			return errors.Join(errs...)
		}
		tried[letters[i].Key] = true
		if err := v.sendOne(ctx, letters[i]); err != nil {
			errs = append(errs, fmt.Errorf("letter %s: %w", letters[i].Key, err))
			if errors.Is(err, errUnreached) || v.unreachable(err) {
				return errors.Join(errs...)
			}
		}
	}
}

// unreachable reports whether an error is not about one letter, but about the SMTP
// server: to try the others would be a login each, which may lock the owner out.
func (v *visit) unreachable(err error) bool {
	return errors.Is(err, imapconn.ErrAway) || errors.Is(err, imapconn.ErrLogin) || errors.Is(err, imapconn.ErrTLS)
}

// smtpKey stands for the SMTP server of the account where keys of letters do: no
// practice has an empty name.
func (v *visit) smtpKey() string { return "/smtp/" + v.account.Name }

// sendOne reads what lies in the outbox, and sends exactly that.
func (v *visit) sendOne(ctx context.Context, l contact.Letter) error {
	var draft []byte
	err := v.at(ctx, func(drafts *mailer.Drafts) (err error) {
		draft, err = drafts.Read(ctx, l.Place, maxLetter)
		return err
	})
	if errors.Is(err, mailer.ErrGone) {
		return nil // the next look tells where it is
	}
	if err != nil {
		return err
	}
	raw, to, why, err := v.prepare(ctx, l, draft)
	if err != nil {
		return err
	}
	if why != "" {
		v.d.refused(l.Key)
		return v.update(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
			l.Reason = "it is not sent: " + why
			return l, nil
		})
	}
	commit := func(ctx context.Context) error {
		return v.d.decide(ctx, func(ctx context.Context) error { return v.d.store.RecordSending(ctx, l.Key, raw, v.d.now()) })
	}
	err = mailer.Send(ctx, *v.account.SMTP, mailer.Envelope{From: v.account.Address, To: to}, raw, commit)
	if errors.Is(err, store.ErrTaken) {
		return nil // the owner has thought better of it
	}
	return errors.Join(err, v.recordSend(ctx, l.Key, err))
}

// maxLetter is how large a letter may be that is sent, attachments included.
const maxLetter = 25 << 20

// prepare gives the bytes to be sent and to whom; or why they are not.
func (v *visit) prepare(ctx context.Context, l contact.Letter, draft []byte) (raw []byte, to, why string, err error) {
	r, err := v.d.store.Records(ctx)
	if err != nil {
		return nil, "", "", err
	}
	now := v.d.now().In(v.d.settings.Policy.Location)
	raw, recipients, err := mailer.Prepare(draft, now, keptAs(l), v.d.settings.Addresses)
	if err != nil {
		return nil, "", err.Error(), nil
	}
	to, why = plan.Deliverable(l, r.Contacts[l.ContactID], recipients, v.d.settings.Addresses)
	return raw, to, why, nil
}

// deferral stands between the reason of a letter and why it could not be sent yet.
const deferral = "; it could not be sent yet, and is tried again: "

// recordSend stores what became of a letter that was given to the SMTP server.
// When nobody knows, it stays as it is, to be settled.
func (v *visit) recordSend(ctx context.Context, key string, sendErr error) error {
	var failed *mailer.SendError
	errors.As(sendErr, &failed)
	if failed != nil && failed.Stage == mailer.Unknown {
		return nil
	}
	if sendErr != nil {
		v.d.refused(key)
	}
	if v.unreachable(sendErr) {
		v.d.refused(v.smtpKey())
	}
	now := v.d.now()
	if sendErr == nil {
		v.d.log.Info("letter sent", "key", key)
	}
	return v.update(ctx, []string{key}, func(l contact.Letter) (contact.Letter, error) {
		switch {
		case sendErr == nil:
			return plan.Sent(l, now.UTC()), nil
		case failed != nil && !failed.Temporary:
			l.Reason = "the mail server refused it: " + failed.Text
			l = l.In(contact.Failed, now)
		default:
			l.Reason, _, _ = strings.Cut(l.Reason, deferral)
			l.Reason += deferral + sendErr.Error()
		}
		l.Sending = time.Time{} // it did not go
		return l, nil
	})
}

// toFile reports whether a letter that regards has sent is to be filed still.
func (v *visit) toFile(l contact.Letter) bool {
	return l.State == contact.Sent && !l.Sending.IsZero() && !v.d.refusedLately(l.Key)
}

// file lays letters that were sent among the sent mail, unless the server has
// done so, and takes them out of the outbox.
func (v *visit) file(ctx context.Context) error {
	letters, err := v.letters(ctx, v.toFile)
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range letters {
		err := v.at(ctx, func(drafts *mailer.Drafts) error { return v.fileOne(ctx, drafts, l) })
		if err != nil {
			v.d.refused(l.Key)
			errs = append(errs, fmt.Errorf("file the letter %s, which was sent: %w", l.Key, err))
		}
		if errors.Is(err, errUnreached) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

func (v *visit) fileOne(ctx context.Context, drafts *mailer.Drafts, l contact.Letter) error {
	id := ""
	if !drafts.FilesSent() {
		full, err := v.d.store.Letter(ctx, l.Key)
		if err != nil {
			return err
		}
		// Other servers than those of this computer may do it by themselves, a
		// little later.
		if !imapconn.IsLoopback(v.account.Server.Host) {
			pause(ctx, min(settleAfter, settleAfter-v.d.now().Sub(l.Sent)))
		}
		_, id, err = drafts.File(ctx, full.Raw, keptAs(l))
		if errors.Is(err, mailer.ErrNoMailbox) {
			v.d.log.Warn("a letter that was sent cannot be filed", "key", l.Key, "error", err)
		} else if err != nil {
			return err
		}
	}
	err := drafts.Remove(ctx, l.Place, keptAs(l))
	gone := errors.Is(err, mailer.ErrGone) || errors.Is(err, mailer.ErrNoMailbox)
	if err != nil && !gone && !errors.Is(err, mailer.ErrLeft) {
		return err
	}
	return v.update(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
		l.Sending, l.Place = time.Time{}, contact.Place{}
		return knownAs(l, id), nil
	})
}

// knownAs gives a letter that lies among the sent mail under a Message-ID, so that
// an answer to it is known.
func knownAs(l contact.Letter, id string) contact.Letter {
	if id != "" && !l.Is(id) {
		l.DraftID = id
	}
	return l
}
