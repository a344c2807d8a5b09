package plan

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

// drawStory draws what four people, their mail, occasions and letters may come to
// around a change of the clocks in Madrid, and a policy.
func drawStory(t *rapid.T, tb testing.TB) (now time.Time, p Policy, r Records) {
	p = testPolicy(tb)
	p.PerContactDays = rapid.SampledFrom([]int{0, 1, 7}).Draw(t, "per contact")
	p.DailyCap = rapid.IntRange(0, 3).Draw(t, "a day")
	p.OpenHellos = rapid.IntRange(0, 3).Draw(t, "open")
	now = rapid.SampledFrom([]time.Time{at("2026-10-24 21:50"), at("2026-03-28 23:10"), at("2026-10-25 00:30")}).Draw(t, "now")
	drawLines(t, p, now)
	hours := func(from, to int, what string) time.Time {
		return now.Add(time.Duration(rapid.IntRange(from, to).Draw(t, what)) * time.Hour)
	}
	s := newStory()
	ids := []string{"ann", "ben", "eve", "tom"}
	for _, id := range ids {
		s.mentor(id, hours(-70*24, -1, "last").Format("2006-01-02 15:04"))
		s.contact(id, func(c *contact.Contact) {
			c.Status = rapid.SampledFrom(append(contact.Statuses(), contact.Active, contact.Active, contact.Active)).Draw(t, "status")
			if c.Status == contact.Paused {
				c.PausedUntil = hours(-24, 48, "paused")
			}
			c.Every = rapid.SampledFrom([]contact.Duration{{}, {Days: 1}, {Days: 20}, {Rest: 36 * time.Hour}}).Draw(t, "every")
			c.Medium = rapid.SampledFrom([]contact.Medium{contact.Email, contact.Email, contact.Card}).Draw(t, "medium")
			if rapid.IntRange(0, 3).Draw(t, "away") == 0 {
				c.Away.Since = hours(-20*24, 40, "since")
				c.Away.Until = c.Away.Since.Add(days(rapid.SampledFrom([]int{1, 20}).Draw(t, "for")))
			}
			c.IntroducedBy = rapid.SampledFrom(append([]string{""}, ids...)).Draw(t, "by")
		})
		s.past(id, func(past *contact.Past) {
			past.Opened = rapid.IntRange(0, 3).Draw(t, "opened") == 0
			if rapid.IntRange(0, 2).Draw(t, "new") == 0 {
				past.FirstIn, past.FirstOut = past.Last.At, past.Last.At
			}
		})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "occasions") {
		o := contact.Occasion{ID: fmt.Sprint("o", i), Kind: rapid.SampledFrom([]contact.Kind{contact.Met, contact.Event, contact.CallKind}).Draw(t, "kind"),
			At: hours(-17*24, -1, "met")}
		o.Logged = o.At
		for j, id := range rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, 2, rapid.ID).Draw(t, "with") {
			o.Participants = append(o.Participants, contact.Participant{ID: fmt.Sprint(o.ID, "p", j), ContactID: id,
				Useful: rapid.SampledFrom([]string{"", "the tip"}).Draw(t, "useful")})
			if last := s.Pasts[id].Last; rapid.Bool().Draw(t, "newest") && o.At.After(last.At) {
				s.past(id, func(past *contact.Past) {
					past.Last = contact.Touch{ID: "t" + o.ID, At: o.At, Medium: contact.Meeting, Direction: contact.Out, Key: contact.OccasionKey(o.ID)}
				})
			}
		}
		s.Occasions = append(s.Occasions, o)
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "letters") {
		id := rapid.SampledFrom(ids).Draw(t, "to")
		key := rapid.SampledFrom([]string{fmt.Sprintf("keep-in-touch/%s/after-t%s/1", id, id), fmt.Sprintf("keep-in-touch/%s/after-x/%d", id, i),
			"close-the-loop/ann/" + id, fmt.Sprintf("thank-you/o0/%s", id)}).Draw(t, "key")
		state := rapid.SampledFrom([]contact.State{contact.Needs, contact.Queued, contact.Drafted, contact.Edited, contact.Uncertain,
			contact.Sent, contact.Dismissed, contact.Superseded}).Draw(t, "state")
		made := hours(-25*24, 0, "made").Format("2006-01-02 15:04")
		s.letter(key, id, state, made, func(l *contact.Letter) {
			if l.State.Ended() {
				l.Ended = l.Written.Add(time.Hour)
			}
			if l.State == contact.Needs {
				l.Written, l.MessageID = time.Time{}, ""
			}
		})
	}
	return now, p, s.Records
}

// localDay gives the number of the day of t where the owner lives.
func localDay(p Policy, t time.Time) int { return daysBetween(time.Unix(0, 0).UTC(), t.In(p.Location)) }

// Laws 3 and 7, of everything that may be made at one time.
func TestAgendaKeepsTheCaps(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		now, p, r := drawStory(rt, t)
		a := Schedule(now, p, r)
		if again := Schedule(now, p, r); !reflect.DeepEqual(a, again) {
			rt.Fatalf("not the same twice: %+v %+v", a, again)
		}
		if due := Due(now, p, r); !reflect.DeepEqual(keysOf(due), keysOf(a.Due)) {
			rt.Fatalf("Due %v, Schedule %v", keysOf(due), keysOf(a.Due))
		}
		open, lack, today, to := 0, 0, 0, map[string]bool{}
		var freshMail, freshCopies int
		for _, l := range r.Letters {
			switch {
			case l.Practice == ThankYou || l.State.Ended():
			case l.State == contact.Needs:
				lack++
			default:
				open++
			}
			if !l.Written.IsZero() && localDay(p, l.Written) == localDay(p, now) {
				today++
			}
		}
		seen := map[string]bool{}
		for _, l := range a.Due {
			old, exists := r.Letters[l.Key]
			if seen[l.Key] || exists && old.State != contact.Needs || Writable(now, r.Contacts[l.ContactID]) != "" || l.From.After(now) {
				rt.Fatalf("%s must not be made", l.Key)
			}
			seen[l.Key] = true
			if !exists && l.State == contact.Queued {
				today++
			}
			switch {
			case !l.Proposed || exists:
			case l.State == contact.Needs:
				freshCopies++
			default:
				freshMail++
			}
			if !l.Proposed {
				continue
			}
			if to[l.ContactID] || Owes(now, r.Contacts[l.ContactID], r.Pasts[l.ContactID]) || Dormant(now, p, r.Pasts[l.ContactID]) {
				rt.Fatalf("%s is too much", l.Key)
			}
			to[l.ContactID] = true
			for _, other := range r.Letters {
				near := p.PerContactDays > 0 && !other.Written.IsZero() && now.Before(other.Written.In(p.Location).AddDate(0, 0, p.PerContactDays))
				if other.ContactID == l.ContactID && near {
					rt.Fatalf("%s comes %s after %s", l.Key, now.Sub(other.Written), other.Key)
				}
			}
		}
		tooMany := func(had, fresh int) bool { return p.OpenHellos > 0 && fresh > 0 && had+fresh > p.OpenHellos }
		if tooMany(open, freshMail) || tooMany(lack, freshCopies) || freshMail > 0 && p.DailyCap > 0 && today > p.DailyCap {
			rt.Fatalf("%d open, %d lacking and %d today with %d and %d new ones, of %d and %d", open, lack, today, freshMail, freshCopies, p.OpenHellos, p.DailyCap)
		}
		for _, h := range a.Held {
			if seen[h.Key] && h.Key != "" || h.Why == "" || h.From.After(now) {
				rt.Fatalf("held: %+v", h)
			}
		}
	})
}

// Until Next, nothing is due that is not due now, and nothing ceases to be. Lines
// have had their turns up to then.
func TestNextIsTheNextChange(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		now, p, r := drawStory(rt, t)
		a := Schedule(now, turned(p, now), r)
		end := a.Next
		if end.IsZero() {
			end = now.AddDate(3, 0, 0)
		}
		if !end.After(now) {
			rt.Fatalf("next is %v, not after %v", a.Next, now)
		}
		within := time.Duration(rapid.Int64Range(0, int64(end.Sub(now))-1).Draw(rt, "within"))
		for _, at := range []time.Time{now.Add(within), end.Add(-1)} {
			if got, want := statesOf(Due(at, turned(p, at), r)), statesOf(a.Due); !slices.Equal(got, want) {
				rt.Fatalf("at %v, before %v: %v, not %v", at, a.Next, got, want)
			}
		}
	})
}

// statesOf gives the states and keys of letters, without their reasons.
func statesOf(letters []Planned) (all []string) {
	for _, l := range letters {
		all = append(all, string(l.State)+" "+l.Key)
	}
	slices.Sort(all)
	return all
}

// A rehearsal begins with what is due, makes nothing twice or before its time,
// and never goes beyond the caps, whatever day it is.
func TestRehearsalKeepsTheCaps(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		now, p, r := drawStory(rt, t)
		got := Rehearse(now, now.Add(days(40)), p, r, nil)
		if again := Rehearse(now, now.Add(days(40)), p, r, nil); !reflect.DeepEqual(got, again) {
			rt.Fatal("not the same twice")
		}
		waits := slices.ContainsFunc(slices.Collect(maps.Values(r.Letters)), func(l contact.Letter) bool { return l.State == contact.Needs })
		first := []Planned{}
		for _, s := range got.Steps {
			if s.At.Equal(now) {
				first = append(first, s.Planned)
			}
		}
		if due := Due(now, p, r); !waits && len(Needless(now, p, r)) == 0 && !reflect.DeepEqual(keysOf(first), keysOf(due)) {
			rt.Fatalf("the first day has %v, due is %v", keysOf(first), keysOf(due))
		}
		seen, aDay, last := map[string]contact.State{}, map[int]int{}, map[string]time.Time{}
		for _, l := range r.Letters {
			if !l.Written.IsZero() {
				aDay[localDay(p, l.Written)]++
				if l.Written.After(last[l.ContactID]) {
					last[l.ContactID] = l.Written
				}
			}
		}
		at := now
		for _, s := range got.Steps {
			if was, twice := seen[s.Key]; twice && was != contact.Needs || s.At.Before(at) || s.At.Before(s.From) {
				rt.Fatalf("%s at %v, after %v", s.Key, s.At, at)
			}
			at, seen[s.Key] = s.At, s.State
			if s.State != contact.Queued {
				continue
			}
			aDay[localDay(p, s.At)]++
			if s.Proposed && p.DailyCap > 0 && aDay[localDay(p, s.At)] > p.DailyCap {
				rt.Fatalf("%s is one too many on %v", s.Key, s.At)
			}
			if before := last[s.ContactID]; s.Proposed && p.PerContactDays > 0 && !before.IsZero() && s.At.Before(before.In(p.Location).AddDate(0, 0, p.PerContactDays)) {
				rt.Fatalf("%s on %v comes after %v", s.Key, s.At, before)
			}
			last[s.ContactID] = s.At
			if why := Writable(s.At, r.Contacts[s.ContactID]); why != "" {
				rt.Fatal(why)
			}
		}
	})
}
