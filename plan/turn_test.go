package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

// mondays fires at eight each Monday, and mornings each day.
func mondays(loc *time.Location) func(time.Time) time.Time {
	return func(t time.Time) time.Time {
		for at := mornings(loc)(t); ; at = mornings(loc)(at) {
			if at.Weekday() == time.Monday {
				return at
			}
		}
	}
}

func mornings(loc *time.Location) func(time.Time) time.Time {
	return func(t time.Time) time.Time {
		y, m, d := t.In(loc).Date()
		at := time.Date(y, m, d, 8, 0, 0, 0, loc)
		if !at.After(t) {
			at = time.Date(y, m, d+1, 8, 0, 0, 0, loc)
		}
		return at
	}
}

// drawLines gives some practices a line of their own.
func drawLines(t *rapid.T, p Policy, now time.Time) {
	for _, name := range []string{ThankYou, FollowUp, CloseTheLoop, KeepInTouch} {
		own := p.Practices[name]
		switch rapid.IntRange(0, 3).Draw(t, "line of "+name) {
		case 0:
			own.Next = mondays(p.Location)
		case 1:
			own.Next = mornings(p.Location)
		}
		if own.Next != nil && rapid.Bool().Draw(t, "has fired") {
			own.Fired = now.Add(time.Duration(rapid.IntRange(-200, 3).Draw(t, "fired")) * time.Hour)
		}
		p.Practices[name] = own
	}
}

// turned gives the policy of a service that has made a pass just before a time.
func turned(p Policy, at time.Time) Policy {
	p.Practices = maps.Clone(p.Practices)
	for name, own := range p.Practices {
		own.Fired = at.Add(-1)
		p.Practices[name] = own
	}
	return p
}

func TestTurn(t *testing.T) {
	loc := madrid(t)
	monday := at("2026-11-23 08:00").In(loc)
	for name, x := range map[string]struct {
		fired, now, from string
		fires            bool
		want             string
	}{
		"it only begins":                  {"", "2026-11-23 09:00", "2026-11-20 09:00", false, "2026-11-30 08:00"},
		"not yet":                         {"2026-11-16 08:00", "2026-11-20 09:00", "2026-11-19 09:00", false, "2026-11-23 08:00"},
		"just now":                        {"2026-11-16 08:00", "2026-11-23 08:00", "2026-11-19 09:00", true, "2026-11-19 09:00"},
		"after a sleep":                   {"2026-10-12 08:00", "2026-11-25 08:00", "2026-11-19 09:00", true, "2026-11-19 09:00"},
		"it has had its turn":             {"2026-11-23 08:00", "2026-11-23 08:10", "2026-11-19 09:00", false, "2026-11-30 08:00"},
		"later":                           {"2026-11-16 08:00", "2026-11-20 09:00", "2026-11-25 09:00", false, "2026-11-30 08:00"},
		"at its very moment":              {"2026-11-16 08:00", "2026-11-20 09:00", "2026-11-30 08:00", false, "2026-11-30 08:00"},
		"later, though it fires now":      {"2026-11-16 08:00", "2026-11-23 08:00", "2026-11-24 08:00", true, "2026-11-30 08:00"},
		"the clock was set back a little": {"2026-11-23 08:00", "2026-11-22 20:00", "2026-11-20 08:00", false, "2026-11-30 08:00"},
		"the clock had been far ahead":    {"2038-01-04 08:00", "2026-11-22 20:00", "2026-11-20 08:00", false, "2026-11-23 08:00"},
	} {
		o := Practice{Next: mondays(loc)}
		if x.fired != "" {
			o.Fired = at(x.fired).Add(-time.Hour) // at gives UTC
		}
		now, from := at(x.now).Add(-time.Hour), at(x.from).Add(-time.Hour)
		if got := o.Turn(now, from).In(loc).Format("2006-01-02 15:04"); got != x.want || o.Fires(now) != x.fires {
			t.Errorf("%s: %s, fires: %t; want %s, %t", name, got, o.Fires(now), x.want, x.fires)
		}
	}
	if always := (Practice{}); !always.Turn(monday, monday.AddDate(0, 0, -1)).Before(monday) || !always.Fires(monday) || always.Begins(monday) {
		t.Error("without a line there is no turn to wait for")
	}
	never := Practice{Next: func(time.Time) time.Time { return time.Time{} }, Fired: monday}
	if at := never.Turn(monday, monday); never.Fires(monday) || !at.After(monday.AddDate(4, 0, 0)) {
		t.Errorf("a line that never comes: %v", at)
	}
}

// A practice with a line of its own makes letters at its firings only; what it asked
// then is finished when the answer comes.
func TestOwnLine(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	for name, own := range p.Practices {
		own.Next, own.Fired = mondays(p.Location), at("2026-11-16 08:00")
		p.Practices[name] = own
	}
	s.mentor("ann", "2026-09-01 10:00")
	s.mentor("new", "2026-11-10 10:00")
	s.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.Participants[0].ContactID, o.Participants[0].Useful = "new", "" })}
	const tuesday, monday = "2026-11-24 12:00", "2026-11-23 07:00"
	if got, want := s.agenda("2026-11-20 14:00", p), "held keep-in-touch/ann/after-tann/1: letters of keep-in-touch are made by a schedule of their own, next on Monday 23 November, 08:00\nnext 2026-11-23 08:00\n"; got != want {
		t.Errorf("before: got\n%swant\n%s", got, want)
	}
	for _, l := range Schedule(at("2026-11-20 14:00"), p, s.Records).Ahead {
		if !l.From.Equal(at(monday)) && l.ContactID != "new" || l.From.Weekday() != time.Monday {
			t.Errorf("ahead: %s from %v on", l.Key, l.From)
		}
	}
	if got := keysOf(Schedule(at("2026-11-20 14:00"), p, s.Records).Ahead); !slices.Contains(got, "keep-in-touch/ann/after-tann/1") {
		t.Errorf("ahead: %v", got)
	}
	if got := lines(Due(at(monday), p, s.Records)); !strings.Contains(got, "keep-in-touch/ann") || !strings.Contains(got, "thank-you/o1/new") {
		t.Errorf("at its firing: %s", got)
	}
	coming := Coming(at("2026-11-20 14:00"), p, s.Records)
	if len(coming) != 1 || coming[0].Key != "thank-you/o1/new" || !coming[0].From.Equal(at(monday)) {
		t.Errorf("coming: %+v", coming)
	}
	for name, own := range p.Practices {
		own.Fired = at(monday)
		p.Practices[name] = own
	}
	s.letter("thank-you/o1/new", "new", contact.Needs, "")
	s.Occasions[0].Participants[0].Useful = "the walk"
	if got := lines(Due(at(tuesday), p, s.Records)); !strings.Contains(got, "queued") || !strings.Contains(got, "thank-you/o1/new") || strings.Contains(got, "ann") {
		t.Errorf("the answer has come: %s", got)
	}
	want := `2026-11-24 13:00 queued thank-you/o1/new
2026-11-30 08:00 queued keep-in-touch/ann/after-tann/1; letters of keep-in-touch are made by a schedule of their own, next on Monday 30 November, 08:00
`
	if got := rehearsed(p, Rehearse(at(tuesday), at("2026-12-06 12:00"), p, s.Records, nil)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A rehearsal, which goes from one change to the next, makes what a service makes
// that plans all the time; all that a practice with a line of its own makes, it
// makes at a firing.
func TestRehearsalIsTheService(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		now, p, r := drawStory(rt, t)
		// Hellos by mail alone: what gives way to another letter, or ends by itself, may
		// come at midnight in a rehearsal, and earlier in truth.
		r.Letters, r.Occasions = nil, nil
		for id, c := range r.Contacts {
			c.Medium, c.IntroducedBy = contact.Email, ""
			r.Contacts[id] = c
		}
		until := now.Add(days(9))
		service := newWalk(now, p, r, nil)
		// All that happens in the story does so at the minute of now, or at a full hour.
		for hour := now; !hour.After(until); hour = hour.Add(time.Hour) {
			for _, at := range []time.Time{hour, hour.Truncate(time.Hour).Add(time.Hour)} {
				if !at.After(until) {
					service.endDay(at, service.send)
					service.pass(at)
				}
			}
		}
		steps := func(all []Step) (said []string) {
			for _, s := range all {
				said = append(said, fmt.Sprint(s.At.In(p.Location).Format("2006-01-02 15:04 "), s.Key, s.State))
			}
			slices.Sort(said)
			return said
		}
		rehearsal := Rehearse(now, until, p, r, nil)
		if got, want := steps(rehearsal.Steps), steps(service.steps); !slices.Equal(got, want) {
			rt.Fatalf("rehearsed\n%s\nmade\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for _, s := range rehearsal.Steps {
			own := p.Practices[s.Practice]
			_, existed := r.Letters[s.Key]
			if own.Next == nil || existed || s.At.Equal(now) {
				continue
			}
			if at := own.Next(s.At.Add(-1)); !at.Equal(s.At) {
				rt.Fatalf("%s was made at %v, before %v", s.Key, s.At, at)
			}
		}
	})
}
