package daemon

import (
	"context"
	"errors"
	"strings"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

// The lines of the schedule that make notices, by their names.
const (
	digestLine  = "digest"
	eveningLine = "evening"
)

// noticeNames are what they are called in words for the owner.
var noticeNames = map[string]string{digestLine: "the digest", eveningLine: "the evening note"}

// digestPatience is how long the digest waits for mail that cannot be read.
const digestPatience = time.Hour

// planNotices makes the digest and the evening note when their time has come. With
// patience they wait for so long: not all mail is known now. It runs on the goroutine
// of decisions.
func (d *Daemon) planNotices(ctx context.Context, patience time.Duration) error {
	if held, err := d.held(ctx); err != nil || held || d.settings.Rehearse {
		return err
	}
	return errors.Join(d.planNotice(ctx, digestLine, d.settings.Digest.Next, patience, d.weekly),
		d.planNotice(ctx, eveningLine, d.settings.Digest.Evening, patience, d.evening))
}

// planNotice makes the notice of a line when its time has come, once for a firing.
// The first time it only notes when it began to count.
func (d *Daemon) planNotice(ctx context.Context, line string, next func(time.Time) time.Time, patience time.Duration,
	make func(ctx context.Context, due, last time.Time) error) error {
	if next == nil {
		return nil
	}
	now, loc := d.now(), d.settings.Policy.Location
	last, known, err := d.store.Fired(ctx, line)
	if err != nil {
		return err
	}
	if !known || last.Sub(now) > clockOff {
		return d.store.SetFired(ctx, line, now)
	}
	due := latestFiring(next, last.In(loc), now.In(loc))
	if _, ok := d.notifies(); !ok || due.IsZero() || now.Sub(due) < patience {
		return nil
	}
	text, verbatim := "", ""
	if err = make(ctx, due, last); err != nil {
		// Letters do not wait for it. Where nothing can be stored, this fails, too.
		text, verbatim = noticeNames[line]+" cannot be made: "+err.Error(), err.Error()
		d.log.Warn("a mail to you cannot be made", "line", line, "error", err)
	}
	return d.store.SetTrouble(ctx, line, text, verbatim, now)
}

// weekly makes the digest of a firing.
func (d *Daemon) weekly(ctx context.Context, due, last time.Time) error {
	n, err := d.digestNotice(ctx, kindDigest+"/"+due.Format(time.DateOnly), last, due)
	if err != nil {
		return err
	}
	return d.addNotice(ctx, n, digestLine, due)
}

// evening makes the note of a firing, if there is anything that cannot wait, and no
// digest has come since.
func (d *Daemon) evening(ctx context.Context, due, _ time.Time) error {
	r, err := d.store.Records(ctx)
	if err != nil {
		return err
	}
	notices, err := d.store.Notices(ctx)
	if err != nil {
		return err
	}
	var asked []plan.Handle
	told := false
	for _, n := range notices {
		switch kindOf(n.Key) {
		case kindNote:
			asked = append(asked, n.Lines...)
		case kindDigest:
			told = told || !n.Made.Before(due)
		}
	}
	note := plan.EveningOf(d.now(), d.settings.Policy, r, asked)
	if told || len(note.Sections) == 0 {
		return d.store.SetFired(ctx, eveningLine, due)
	}
	n, err := d.notice(kindNote+"/"+due.Format(time.DateOnly), "", note, func(links templates.Links) (templates.Digested, error) {
		return templates.Digest(note, d.settings.language(), links)
	})
	if err != nil {
		return err
	}
	return d.addNotice(ctx, n, eveningLine, due)
}

// SendDigest makes a digest now, beside those of the schedule, and brings it on its
// way. Where another service runs on the database, it leaves that to it: deliver
// says whether not.
func (d *Daemon) SendDigest(ctx context.Context, deliver bool) error {
	return d.with(ctx, func(ctx context.Context) error {
		now := d.now()
		key := kindDigest + "/" + now.In(d.settings.Policy.Location).Format(time.DateOnly) + "/" + store.NewID()
		err := d.decide(ctx, func(ctx context.Context) error {
			n, err := d.digestNotice(ctx, key, time.Time{}, d.now())
			if err != nil {
				return err
			}
			return d.addNotice(ctx, n, "", time.Time{})
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

// digestNotice makes a digest, with what has happened since a time as Digest has it,
// and what was to be asked up to another.
func (d *Daemon) digestNotice(ctx context.Context, key string, since, until time.Time) (store.Notice, error) {
	digest, err := digestUntil(ctx, d.store, d.settings, d.now(), since, until)
	if err != nil {
		return store.Notice{}, err
	}
	digest = digest.Short()
	return d.notice(key, "", digest, func(links templates.Links) (templates.Digested, error) {
		return templates.Digest(digest, d.settings.language(), links)
	})
}

// The kinds of notices: keys begin with them, and X-Regards says them.
const (
	kindDigest = "digest"
	kindNote   = "note"
	kindAnswer = "answer"
)

func kindOf(key string) string {
	kind, _, _ := strings.Cut(key, "/")
	return kind
}

// notice makes a notice of the words for some lines, in answer to a message or to
// none.
func (d *Daemon) notice(key, answers string, about plan.Digest, words func(templates.Links) (templates.Digested, error)) (n store.Notice, err error) {
	account, ok := d.notifies()
	if !ok {
		return n, errors.New("no account can carry mail to you: it needs one with letters = true and, for [digest] via = \"smtp\", with [account.smtp]")
	}
	to := d.settings.Digest.To
	said, err := words(templates.Links{To: to, Token: func(n int) string { return d.token(key, n) }, Sends: account.SMTP != nil})
	if err != nil {
		return n, err
	}
	now := d.now()
	n = store.Notice{Key: key, Account: account.Name, Mailed: d.settings.Digest.Mailed, To: to,
		MessageID: mailer.MessageID(d.store.Secret(), key, account.Address), Made: now, Lines: d.handles(about, said)}
	m := mailer.Message{
		FromName: d.settings.Owner.Name, From: account.Address, ToName: d.settings.Owner.Name, To: to,
		Subject: said.Subject, Body: said.Text, HTML: said.HTML, Notice: kindOf(key), Date: now.In(d.settings.Policy.Location), MessageID: n.MessageID,
	}
	m.References = []string{d.anchor(n.MessageID)}
	if contact.WritableID(answers) {
		m.InReplyTo, m.References = answers, append(m.References, answers)
	}
	n.Raw, err = mailer.Compose(m)
	return n, err
}

// addNotice stores a notice, for a line of the schedule or for none.
func (d *Daemon) addNotice(ctx context.Context, n store.Notice, line string, fired time.Time) error {
	added, err := d.store.AddNotice(ctx, n, line, fired)
	if added {
		d.added(n)
	}
	return err
}

// added takes note of a notice that was stored.
func (d *Daemon) added(n store.Notice) {
	d.log.Info("notice", "key", n.Key)
	d.answers(n.MessageID, store.Sent{Key: n.Key, Made: n.Made})
	d.wakeDeliverer()
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
