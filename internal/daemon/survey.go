package daemon

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/plan"
)

// surveyed is what lay in a mailbox when it was looked at last.
type surveyed struct {
	box    mailer.Box
	drafts []plan.Lying
}

// survey reads what lies in Drafts and in the outbox.
func (v *visit) survey(ctx context.Context, drafts *mailer.Drafts) (s plan.Survey, err error) {
	s.Account = v.account.Name
	box, _ := drafts.Name(imapconn.Drafts)
	if s.Drafts, err = v.surveyOne(ctx, drafts, box); err != nil {
		return s, err
	}
	outbox, there := drafts.Outbox()
	if !there {
		s.Outbox = plan.Mailbox{Name: outbox, Absent: true}
		return s, nil
	}
	s.Outbox, err = v.surveyOne(ctx, drafts, outbox)
	return s, err
}

func (v *visit) surveyOne(ctx context.Context, drafts *mailer.Drafts, mailbox string) (plan.Mailbox, error) {
	key := v.account.Name + "\x00" + mailbox
	last := v.d.surveys[key]
	box, messages, changed, err := drafts.Survey(ctx, mailbox, last.box)
	if errors.Is(err, mailer.ErrNoMailbox) {
		return plan.Mailbox{Name: mailbox, Absent: true}, nil
	}
	if err != nil {
		return plan.Mailbox{}, err
	}
	if changed {
		last = surveyed{box: box}
		for _, m := range messages {
			last.drafts = append(last.drafts, plan.Lying{Place: m.Place, MessageID: m.MessageID, InReplyTo: m.InReplyTo,
				References: m.References, To: m.To, Subject: m.Subject, Date: m.Date})
		}
		v.d.surveys[key] = last
	}
	return plan.Mailbox{Name: mailbox, UIDValidity: box.UIDValidity, Messages: last.drafts}, nil
}

// evidence looks for the letters that are missing.
func (v *visit) evidence(ctx context.Context, drafts *mailer.Drafts, s plan.Sighting, letters []contact.Letter) (e plan.Evidence, err error) {
	if e.Synced, err = v.synced(ctx); err != nil {
		return e, err
	}
	if e.Sent, err = v.d.store.SentSince(ctx, oldestOpen(v.d.now(), letters)); err != nil {
		return e, err
	}
	e.Found = map[string]plan.Found{}
	if len(s.Missing) == 0 {
		return e, nil
	}
	found, err := drafts.FindAll(ctx, s.Missing)
	if err != nil {
		return e, err
	}
	for _, id := range s.Missing {
		f, ok := found[id]
		if ok {
			e.Found[id] = plan.Found(f)
			continue
		}
		place, ok, err := v.findMoved(ctx, drafts, id, letters)
		if err != nil {
			return e, err
		}
		if ok {
			e.Found[id] = plan.Found{State: contact.Moved, Place: place}
		}
	}
	return e, nil
}

// searchEvery is how often every mailbox is searched for a letter that is
// nowhere and that nobody waits for any more.
const searchEvery = time.Hour

// findMoved looks for a letter where it was moved to, and else in every mailbox.
func (v *visit) findMoved(ctx context.Context, drafts *mailer.Drafts, id string, letters []contact.Letter) (contact.Place, bool, error) {
	i := slices.IndexFunc(letters, func(l contact.Letter) bool { return l.Is(id) })
	if i >= 0 && letters[i].State == contact.Moved {
		place, ok, err := drafts.FindIn(ctx, letters[i].Place.Mailbox, id)
		if ok || err != nil && !errors.Is(err, mailer.ErrNoMailbox) {
			return place, ok, err
		}
	}
	waits := i < 0 || letters[i].State != contact.Dismissed && letters[i].State != contact.Uncertain
	if since := v.d.now().Sub(v.d.searched[id]); !waits && since >= 0 && since < searchEvery {
		return contact.Place{}, false, nil
	}
	now := v.d.now()
	maps.DeleteFunc(v.d.searched, func(_ string, at time.Time) bool { return now.Sub(at).Abs() > searchEvery })
	v.d.searched[id] = now
	return drafts.FindAnywhere(ctx, id)
}

// settledFor is how long ago a letter ended of which later evidence, in what was
// sent, is not looked for any more but by its own Message-ID.
const settledFor = 30 * 24 * time.Hour

// oldestOpen gives when the oldest letter was written whose fate may be told yet;
// now, when there is none.
func oldestOpen(now time.Time, letters []contact.Letter) time.Time {
	oldest := now
	for _, l := range letters {
		over := l.State == contact.Sent || l.State.Ended() && now.Sub(l.Ended) > settledFor
		if !over && l.MessageID != "" && l.Written.Before(oldest) {
			oldest = l.Written
		}
	}
	return oldest
}

// synced gives as of when all mail of the account has been read; the zero time
// when it has not.
func (v *visit) synced(ctx context.Context) (at time.Time, err error) {
	err = v.d.decide(ctx, func(context.Context) error {
		r := v.d.synced[v.account.Name]
		if r == nil || !r.failed.IsZero() {
			return nil
		}
		for _, name := range r.watched {
			t, read := r.synced[name]
			if !read {
				at = time.Time{}
				return nil
			}
			if at.IsZero() || t.Before(at) {
				at = t
			}
		}
		return nil
	})
	return at, err
}

// strangers notes what lies in the outbox and is no letter: it is never sent.
func (v *visit) strangers(ctx context.Context, all []plan.Lying) error {
	if len(all) == 0 {
		return v.tell(ctx, "outbox/"+v.account.Name, "", "")
	}
	var subjects []string
	for _, m := range all[:min(len(all), 3)] {
		subjects = append(subjects, m.Subject)
	}
	rest := ""
	if len(all) > len(subjects) {
		rest = " and others"
	}
	text := "in " + v.account.Outbox + " lies mail that is no letter of regards, and is not sent: “" + strings.Join(subjects, "”, “") + "”" + rest
	return v.tell(ctx, "outbox/"+v.account.Name, text, strings.Join(subjects, ", "))
}
