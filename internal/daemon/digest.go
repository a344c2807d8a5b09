package daemon

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/plan"
	"regards/store"
)

// AwayAfter is how long an account may be out of reach before the digest says so, and
// status ends with an error.
const AwayAfter = 24 * time.Hour

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
	look := lookout{st, settings, now, since}
	for _, troubles := range []func(context.Context) ([]plan.Line, error){look.noted, look.offline, look.closed, look.unreadable, look.ignored} {
		lines, err := troubles(ctx)
		if err != nil {
			return news, err
		}
		news.Troubles = append(news.Troubles, lines...)
	}
	strangers, _, err := st.Correspondents(ctx)
	news.Strangers = plan.Acquaintances(plan.Self{Name: settings.Owner.Name, Addresses: settings.Addresses, Private: settings.Owner.PersonalAddress}, strangers)
	return news, err
}

// lookout looks for what only the owner can mend.
type lookout struct {
	store      *store.Store
	settings   Settings
	now, since time.Time
}

// noted gives the troubles that were met, each by what it is about, such as
// trouble.smtp, and whose it is.
func (l lookout) noted(ctx context.Context) (lines []plan.Line, err error) {
	troubles, err := l.store.Troubles(ctx)
	for _, t := range troubles {
		about, who, _ := strings.Cut(t.About, "/")
		lines = append(lines, plan.Line{Says: "trouble." + about, Who: who, Text: t.Text, Verbatim: t.Verbatim, At: l.settings.local(t.Since)})
	}
	return lines, err
}

// offline gives the accounts that have been out of reach for long, or whose login was
// refused: that passes by no waiting.
func (l lookout) offline(ctx context.Context) (lines []plan.Line, err error) {
	states, err := l.store.AccountStates(ctx)
	for _, name := range slices.Sorted(maps.Keys(states)) {
		a := states[name]
		refused := strings.Contains(a.Problem, imapconn.ErrLogin.Error()) // all that is kept of an error is its text
		if l.settings.has(name) && !a.LastSync.IsZero() && (refused || l.now.Sub(a.LastSync) > AwayAfter) {
			problem, _, _ := strings.Cut(a.Problem, nextTry) // that was long ago
			lines = append(lines, plan.Line{Says: "offline", Who: name, Verbatim: problem, At: l.settings.local(a.LastSync)})
		}
	}
	return lines, err
}

// closed gives the mailboxes that the server has not let anybody read for long.
func (l lookout) closed(ctx context.Context) (lines []plan.Line, err error) {
	boxes, err := l.store.Mailboxes(ctx)
	for _, m := range boxes {
		if l.settings.has(m.Account) && m.Problem != "" && l.now.Sub(m.LastSync) > AwayAfter {
			lines = append(lines, plan.Line{Says: "closed", Who: m.Account + "/" + m.Name, Verbatim: m.Problem, At: l.settings.local(m.LastSync)})
		}
	}
	return lines, err
}

// unreadable counts the messages of each mailbox of which it was found since a
// time that they cannot be read.
func (l lookout) unreadable(ctx context.Context) (lines []plan.Line, err error) {
	all, err := l.store.Unreadables(ctx)
	for _, u := range all {
		where := u.Account + "/" + u.Mailbox
		switch last := len(lines) - 1; {
		case !u.At.After(l.since) || !l.settings.has(u.Account):
		case last >= 0 && lines[last].Who == where:
			lines[last].Count++
		default:
			lines = append(lines, plan.Line{Says: "unreadable", Who: where, Verbatim: u.Reason, Count: 1})
		}
	}
	return lines, err
}

// ignored tells of the messages that looked like orders and were not obeyed, a line
// for each reason.
func (l lookout) ignored(ctx context.Context) (lines []plan.Line, err error) {
	refused, err := l.store.RefusedInstructions(ctx, l.since)
	for _, in := range refused {
		i := slices.IndexFunc(lines, func(line plan.Line) bool { return line.Why == string(in.Refused) })
		if i < 0 {
			i = len(lines)
			lines = append(lines, plan.Line{Says: "ignored", Why: string(in.Refused)})
		}
		lines[i].Count++
	}
	return lines, err
}

// has reports whether there is an account of that name.
func (s Settings) has(account string) bool {
	return slices.ContainsFunc(s.Accounts, func(a Account) bool { return a.Name == account })
}

// local gives a time on the owner's clock; the zero time as it is.
func (s Settings) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.Policy.Location)
}
