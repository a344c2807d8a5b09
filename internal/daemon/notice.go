package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/store"
	"regards/templates"
)

// digestLine is what the line of the schedule for the digest is called.
const digestLine = "digest"

// digestPatience is how long the digest waits for mail that cannot be read.
const digestPatience = time.Hour

// planDigest makes the digest when its time has come: its bytes, stored under its
// key. The first time it only notes when it began to count. With patience it waits
// for so long: not all mail is known now. It runs on the goroutine of decisions.
func (d *Daemon) planDigest(ctx context.Context, patience time.Duration) error {
	s, now := d.settings.Digest, d.now()
	if s.Next == nil || d.settings.Rehearse {
		return nil
	}
	if held, err := d.held(ctx); err != nil || held {
		return err
	}
	last, known, err := d.store.Fired(ctx, digestLine)
	if err != nil {
		return err
	}
	if !known || last.Sub(now) > clockOff {
		return d.store.SetFired(ctx, digestLine, now)
	}
	due := latestFiring(s.Next, last.In(d.settings.Policy.Location), now.In(d.settings.Policy.Location))
	if _, ok := d.notifies(); !ok || due.IsZero() || now.Sub(due) < patience {
		return nil
	}
	text := ""
	if _, err = d.makeDigest(ctx, "digest/"+due.Format(time.DateOnly), due, last); err != nil {
		// Letters do not wait for it. Where nothing can be stored, this fails, too.
		text = "the digest cannot be made: " + err.Error()
		d.log.Warn("the digest cannot be made", "error", err)
	}
	return d.store.SetTrouble(ctx, "digest", text, now)
}

// SendDigest makes a digest now, beside those of the schedule, and brings it on its
// way. Where another service runs on the database, it leaves that to it: deliver
// says whether not.
func (d *Daemon) SendDigest(ctx context.Context, deliver bool) error {
	return d.with(ctx, func(ctx context.Context) error {
		now := d.now()
		key := "digest/" + now.In(d.settings.Policy.Location).Format(time.DateOnly) + "/" + store.NewID()
		err := d.decide(ctx, func(ctx context.Context) error {
			_, err := d.makeDigest(ctx, key, time.Time{}, time.Time{})
			return err
		})
		if err != nil || !deliver {
			return err
		}
		var errs []error
		for _, a := range d.settings.Accounts {
			v := &visit{d: d, account: a}
			if err := v.notify(ctx); err != nil {
				errs = append(errs, accountError{a.Name, err})
			}
			v.leave(ctx)
		}
		return errors.Join(errs...)
	})
}

// makeDigest stores a digest, for a firing or for none, with what has happened since
// a time as Digest has it. It reports whether there was none of that key.
func (d *Daemon) makeDigest(ctx context.Context, key string, fired, since time.Time) (bool, error) {
	account, ok := d.notifies()
	if !ok {
		return false, errors.New("no account can carry the digest: it needs one with letters = true and, for [digest] via = \"smtp\", with [account.smtp]")
	}
	now := d.now()
	until := now
	if !fired.IsZero() {
		until = fired
	}
	digest, err := digestUntil(ctx, d.store, d.settings, now, since, until)
	if err != nil {
		return false, err
	}
	said, err := templates.Digest(digest.Short(), d.settings.language())
	if err != nil {
		return false, err
	}
	id := mailer.MessageID(d.store.Secret(), key, account.Address)
	raw, err := mailer.Compose(mailer.Message{
		FromName: d.settings.Owner.Name, From: account.Address, ToName: d.settings.Owner.Name, To: d.settings.Digest.To,
		Subject: said.Subject, Body: said.Text, HTML: said.HTML, Notice: "digest", Date: now.In(d.settings.Policy.Location), MessageID: id,
	})
	if err != nil {
		return false, err
	}
	line := digestLine
	if fired.IsZero() {
		line = "" // it was asked for
	}
	added, err := d.store.AddNotice(ctx, store.Notice{Key: key, Account: account.Name, Mailed: d.settings.Digest.Mailed,
		To: d.settings.Digest.To, MessageID: id, Raw: raw, Made: now}, line, fired)
	if added {
		d.log.Info("digest", "key", key)
		d.wakeDeliverer()
	}
	return added, err
}

// notifies gives the account through which the owner hears of things: the first
// that can and is in reach, or else the first that can. One that is only watched,
// such as an employer's, cannot.
func (d *Daemon) notifies() (account Account, ok bool) {
	for _, a := range d.settings.Accounts {
		if !a.Letters || d.settings.Digest.Mailed && a.SMTP == nil {
			continue
		}
		if r := d.synced[a.Name]; r == nil || r.failed.IsZero() {
			return a, true
		}
		if !ok {
			account, ok = a, true
		}
	}
	return account, ok
}

// language is that in which the owner is spoken to.
func (s Settings) language() string {
	if len(s.Languages) == 0 {
		return ""
	}
	return s.Languages[0]
}

// notices gives those that wait to be delivered through the account.
func (v *visit) notices(ctx context.Context) ([]store.Notice, error) {
	if v.held {
		return nil, nil
	}
	all, err := v.d.store.Notices(ctx)
	var open []store.Notice
	for _, n := range all {
		if n.State == contact.Queued && n.Account == v.account.Name && !v.d.refusedLately(n.Key) {
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
	text := ""
	if err != nil {
		text = "mail to you cannot be delivered: " + err.Error()
	}
	return errors.Join(err, v.tell(ctx, "notice/"+v.account.Name, text))
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
