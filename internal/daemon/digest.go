package daemon

import (
	"context"
	"maps"
	"slices"
	"time"

	"regards/contact"
	"regards/plan"
	"regards/store"
)

// New correspondents might be contacts: with these it went both ways lately, and
// not for long.
const (
	correspondence = 3 // mails each way at least
	acquaintance   = 12
)

// away is how long an account may be out of reach before the digest says so.
const away = 24 * time.Hour

// week is how far back a digest looks that follows upon no other.
const week = 7 * 24 * time.Hour

// Digest gives what the owner is to be told as of now, with what has happened
// since a time; without one, within a week. It changes nothing.
func Digest(ctx context.Context, st *store.Store, settings Settings, now, since time.Time) (plan.Digest, error) {
	return digestUntil(ctx, st, settings, now, since, now)
}

// digestUntil is Digest that asks for news if that line of the schedule has fired
// until a time: the next digest begins there.
func digestUntil(ctx context.Context, st *store.Store, settings Settings, now, since, until time.Time) (plan.Digest, error) {
	if since.IsZero() {
		since = now.Add(-week)
	}
	r, err := st.Records(ctx)
	if err != nil {
		return plan.Digest{}, err
	}
	news, err := newsOf(ctx, st, settings, now, since)
	if err != nil {
		return plan.Digest{}, err
	}
	news.Milestones = firesIn(settings.Digest.Milestones, since, until)
	var copies []string
	for key, l := range r.Letters {
		if l.State == contact.Needs && l.Asks == contact.AskCopy {
			copies = append(copies, key)
		}
	}
	raws, err := st.Raws(ctx, copies)
	if err != nil {
		return plan.Digest{}, err
	}
	for key, raw := range raws {
		news.Copies[key] = string(raw)
	}
	return plan.DigestOf(now, settings.Policy, r, news), nil
}

// newsOf gathers what is not in the records.
func newsOf(ctx context.Context, st *store.Store, settings Settings, now, since time.Time) (news plan.News, err error) {
	news = plan.News{Since: since, Copies: map[string]string{}}
	troubles, err := st.Troubles(ctx)
	if err != nil {
		return news, err
	}
	for _, t := range troubles {
		news.Troubles = append(news.Troubles, plan.Line{Says: "trouble", Text: t.Text, At: t.Since.In(settings.Policy.Location)})
	}
	states, err := st.AccountStates(ctx)
	if err != nil {
		return news, err
	}
	for _, name := range slices.Sorted(maps.Keys(states)) {
		a := states[name]
		ours := slices.ContainsFunc(settings.Accounts, func(own Account) bool { return own.Name == name })
		if ours && !a.LastSync.IsZero() && now.Sub(a.LastSync) > away {
			news.Troubles = append(news.Troubles, plan.Line{Says: "offline", Who: name, Text: a.Problem, At: a.LastSync.In(settings.Policy.Location)})
		}
	}
	strangers, _, err := st.Correspondents(ctx)
	for _, c := range strangers {
		if min(c.In, c.Out) >= correspondence && c.In+c.Out <= acquaintance && c.Last.After(since) {
			news.Strangers++
		}
	}
	return news, err
}
