package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

// testPolicy has every practice that proposes, and the caps that are the default.
func testPolicy(t testing.TB) Policy {
	p := policy(t)
	p.Practices[KeepInTouch] = Practice{Enabled: true}
	p.Practices[FollowUp] = Practice{Enabled: true, Within: length(t, "2d")}
	p.Practices[CloseTheLoop] = Practice{Enabled: true}
	p.Cadences = []Cadence{{Group: "mentor", Every: length(t, "60d"), Latest: length(t, "90d")},
		{Group: "colleague", Every: length(t, "3mo")}, {Group: "alumni", Every: length(t, "6mo")}}
	p.PerContactDays, p.DailyCap, p.OpenHellos, p.Dormant = 7, 10, 3, length(t, "2y")
	return p
}

// story is records under construction.
type story struct{ Records }

func newStory() story {
	return story{Records{Contacts: map[string]contact.Contact{}, Pasts: map[string]contact.Past{}, Letters: map[string]contact.Letter{}}}
}

// mentor adds a contact of the group mentor, with whom mail has gone both ways;
// the newest was theirs, an answer.
func (s story) mentor(id, last string) {
	c := person(id, strings.ToUpper(id[:1])+id[1:]+" Lopez", id+"@work.example")
	c.Groups, c.Added = []string{"mentor"}, at("2025-01-01 10:00")
	s.Contacts[id] = c
	t := at(last)
	s.Pasts[id] = contact.Past{FirstIn: t.AddDate(-1, 0, 0), FirstOut: t.AddDate(-1, 0, 0), LastSign: t,
		Last: contact.Touch{ID: "t" + id, ContactID: id, At: t, Direction: contact.In, Medium: contact.Email, Subject: "Re: portfolio", Alone: true}}
}

func (s story) contact(id string, change func(*contact.Contact)) {
	c := s.Contacts[id]
	change(&c)
	s.Contacts[id] = c
}

func (s story) past(id string, change func(*contact.Past)) {
	p := s.Pasts[id]
	change(&p)
	s.Pasts[id] = p
}

// letter adds a letter; made is when it got its words, "" for one without.
func (s story) letter(key, to string, state contact.State, made string, change ...func(*contact.Letter)) {
	practice, _, _ := strings.Cut(key, "/")
	l := contact.Letter{Key: key, Practice: practice, ContactID: to, State: state, Created: at("2026-01-01 10:00")}
	if made != "" {
		l.Created, l.Written, l.MessageID = at(made), at(made), "m"+key
	}
	for _, f := range change {
		f(&l)
	}
	s.Letters[key] = l
}

// outline writes an agenda: what is due, what waits and why, and when to look again.
func (s story) agenda(now string, p Policy) string {
	a := Schedule(at(now), p, s.Records)
	var b strings.Builder
	for _, l := range a.Due {
		fmt.Fprintf(&b, "%s %s\n", l.State, l.Key)
	}
	for _, h := range a.Held {
		fmt.Fprintf(&b, "held %s: %s\n", h.Key, h.Why)
	}
	if !a.Next.IsZero() {
		fmt.Fprintf(&b, "next %s\n", a.Next.In(p.Location).Format("2006-01-02 15:04"))
	}
	return b.String()
}

// reasonOf gives why the only letter that is due is due.
func (s story) reasonOf(t testing.TB, now string, p Policy) string {
	t.Helper()
	due := Due(at(now), p, s.Records)
	if len(due) != 1 {
		t.Fatalf("not one letter is due: %s", lines(due))
	}
	return due[0].Reason
}

// keysOf gives the keys of letters.
func keysOf(letters []Planned) (keys []string) {
	for _, l := range letters {
		keys = append(keys, l.Key)
	}
	return keys
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
