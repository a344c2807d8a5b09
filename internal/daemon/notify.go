package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/store"
)

// notices gives those that wait to be delivered through the account.
func (v *visit) notices(ctx context.Context) ([]store.Notice, error) {
	all, err := v.d.store.OpenNotices(ctx)
	var open []store.Notice
	for _, n := range all {
		// Who orders something in a pause is answered.
		quiet := v.held && (v.restored || kindOf(n.Key) != kindAnswer)
		if !quiet && n.Account == v.account.Name && !v.d.refusedLately(n.Key) {
			open = append(open, n)
		}
	}
	return open, err
}

// noticeWithin is how long it is tried to deliver a notice: after that it is no
// news any more.
const noticeWithin = 3 * 24 * time.Hour

// notify delivers what goes to the owner, each once.
func (v *visit) notify(ctx context.Context) error {
	notices, err := v.notices(ctx)
	if err != nil || len(notices) == 0 {
		return err
	}
	var errs []error
	for _, n := range notices {
		err := v.deliverNotice(ctx, n)
		if errors.Is(err, store.ErrTaken) {
			continue // somebody whom it names was forgotten
		}
		if err != nil {
			v.d.refused(n.Key)
			errs = append(errs, fmt.Errorf("%s: %w", n.Key, err))
		}
	}
	err = errors.Join(errs...)
	text, verbatim := "", ""
	if err != nil {
		text, verbatim = "mail to you cannot be delivered: "+err.Error(), wordsOf(err)
	}
	return errors.Join(err, v.tell(ctx, "notice/"+v.account.Name, text, verbatim))
}

// deliverNotice brings a notice on its way, unless it has come already: one of
// before a backup was restored has.
func (v *visit) deliverNotice(ctx context.Context, n store.Notice) error {
	if v.d.now().Sub(n.Made) > noticeWithin {
		return v.setNotice(ctx, n, contact.Failed, n.Reason)
	}
	if !n.Attempt.At.IsZero() { // what was under way may land still
		pause(ctx, min(settleAfter, settleAfter-v.d.now().Sub(n.Attempt.At)))
	}
	return v.at(ctx, func(drafts *mailer.Drafts) error {
		box, err := drafts.LookIn(ctx, mailer.Inbox, v.d.now().UTC().Truncate(time.Second))
		if err != nil {
			return err
		}
		_, found, err := drafts.FindIn(ctx, mailer.Inbox, n.MessageID)
		switch {
		case err != nil:
			return err
		case found:
			return v.setNotice(ctx, n, contact.Sent, "")
		case !n.Sending.IsZero():
			return v.missed(ctx, n)
		case n.Mailed:
			return v.mailNotice(ctx, n)
		}
		return v.layNotice(ctx, drafts, box, n)
	})
}

// setNotice stores how a notice stands.
func (v *visit) setNotice(ctx context.Context, n store.Notice, state contact.State, reason string) error {
	n.State, n.Reason = state, reason
	if state == contact.Sent {
		v.d.log.Info("notice delivered", "key", n.Key)
	}
	return v.d.decide(context.WithoutCancel(ctx), func(ctx context.Context) error { return v.d.store.SetNotice(ctx, n) })
}

// layNotice lays a notice into INBOX, of which it is known how it is: the attempt is
// stored, it is laid, and that is stored. One whose answer was lost is not laid
// again unless it certainly did not arrive.
func (v *visit) layNotice(ctx context.Context, drafts *mailer.Drafts, box contact.Attempt, n store.Notice) error {
	as := n.Attempt
	if !as.At.IsZero() && (box.UIDNext == 0 || box.UIDNext != as.UIDNext || box.UIDValidity != as.UIDValidity) {
		return v.setNotice(ctx, n, contact.Uncertain, "nobody knows whether it was laid into INBOX, and it is not there now")
	}
	n.Attempt = box
	if err := v.setNotice(ctx, n, contact.Queued, ""); err != nil {
		return err
	}
	err := drafts.Notify(ctx, n.Raw, n.MessageID)
	if errors.Is(err, mailer.ErrUnknown) {
		return err
	}
	n.Attempt = contact.Attempt{}
	if err != nil {
		return errors.Join(err, v.setNotice(ctx, n, contact.Queued, err.Error()))
	}
	return v.setNotice(ctx, n, contact.Sent, "")
}

// mailNotice gives a notice to the SMTP server.
func (v *visit) mailNotice(ctx context.Context, n store.Notice) error {
	if v.account.SMTP == nil {
		return v.setNotice(ctx, n, contact.Failed, "the account has no server to send by")
	}
	err := mailer.Send(ctx, *v.account.SMTP, mailer.Envelope{From: v.account.Address, To: n.To}, n.Raw, func(ctx context.Context) error {
		n.Sending = v.d.now()
		return v.setNotice(ctx, n, contact.Queued, "")
	})
	var failed *mailer.SendError
	switch {
	case err == nil:
		return v.setNotice(ctx, n, contact.Sent, "")
	case !errors.As(err, &failed) || failed.Stage == mailer.Unknown:
		return err
	}
	n.Sending = time.Time{}
	state := contact.Queued
	if !failed.Temporary {
		state = contact.Failed
	}
	return errors.Join(err, v.setNotice(ctx, n, state, failed.Text))
}

// noticeArrives is how long a notice is looked for of which nobody knows whether it
// was sent.
const noticeArrives = time.Hour

// missed is for a notice that has not come though it may have been sent. It is never
// sent again.
func (v *visit) missed(ctx context.Context, n store.Notice) error {
	if v.d.now().Sub(n.Sending).Abs() <= noticeArrives {
		v.d.refused(n.Key) // each look is a login
		return nil
	}
	return v.setNotice(ctx, n, contact.Uncertain, "the connection broke while it was sent, and it has not come")
}
