package plan

import (
	"testing"
	"time"

	"regards/contact"
)

// The follow-up to Maria, met at noon of 20 November, without a word since.
func TestFollowUp(t *testing.T) {
	const due = "queued follow-up/o1/maria\n"
	touch := func(when string, m contact.Medium) func(s story, o *contact.Occasion, p *Policy) {
		return func(s story, _ *contact.Occasion, _ *Policy) {
			s.past("maria", func(p *contact.Past) { p.Last = contact.Touch{ID: "t9", At: at(when), Medium: m} })
		}
	}
	thanks := func(state contact.State, made string) func(s story, o *contact.Occasion, p *Policy) {
		return func(s story, _ *contact.Occasion, _ *Policy) {
			s.letter("thank-you/o1/mary", "maria", state, made, func(l *contact.Letter) { l.ParticipantID = "p1" }) // made before a merge
		}
	}
	for name, x := range map[string]struct {
		now    string
		change func(s story, o *contact.Occasion, p *Policy)
		want   string
	}{
		"too early":      {"2026-11-22 11:59", nil, ""},
		"two days later": {"2026-11-22 12:00", nil, due},
		"late":           {"2026-12-06 11:59", nil, due},
		"too late":       {"2026-12-06 12:00", nil, ""},
		"an event":       {"2026-11-22 12:00", func(_ story, o *contact.Occasion, _ *Policy) { o.Kind = contact.Event }, due},
		"an interview":   {"2026-11-22 12:00", func(_ story, o *contact.Occasion, _ *Policy) { o.Kind = contact.Interview }, ""},
		"yet to come":    {"2026-11-22 12:00", func(_ story, o *contact.Occasion, _ *Policy) { o.Logged = at("2026-11-19 12:00") }, ""},
		"mail since":     {"2026-11-22 12:00", touch("2026-11-20 12:01", contact.Email), ""},
		"a call since":   {"2026-11-22 12:00", touch("2026-11-21 12:00", contact.Call), ""},
		"mail before":    {"2026-11-22 12:00", touch("2026-11-19 12:00", contact.Email), due},
		"wrote to arrange it": {"2026-11-22 12:00", func(s story, _ *contact.Occasion, _ *Policy) {
			s.past("maria", func(p *contact.Past) { p.FirstIn, p.FirstOut = at("2026-10-21 12:00"), at("2026-10-22 12:00") })
		}, due},
		"never answered": {"2026-11-22 12:00", func(s story, _ *contact.Occasion, _ *Policy) {
			s.past("maria", func(p *contact.Past) { p.FirstOut = at("2025-10-22 12:00") })
		}, due},
		"known by mail": {"2026-11-22 12:00", func(s story, _ *contact.Occasion, _ *Policy) {
			s.past("maria", func(p *contact.Past) { p.FirstIn, p.FirstOut = at("2026-10-21 11:00"), at("2026-10-20 12:00") })
		}, ""},
		"met before": {"2026-11-22 12:00", func(s story, _ *contact.Occasion, _ *Policy) {
			s.past("maria", func(p *contact.Past) { p.FirstSpoken = at("2026-11-19 12:00") })
		}, ""},
		"thanked":            {"2026-11-22 12:00", thanks(contact.Sent, "2026-11-20 15:00"), ""},
		"thanks lie ready":   {"2026-11-22 12:00", thanks(contact.Drafted, "2026-11-20 15:00"), ""},
		"thanks thrown away": {"2026-11-22 12:00", thanks(contact.Dismissed, "2026-11-20 15:00"), ""},
		"thanks lack words":  {"2026-11-22 12:00", thanks(contact.Needs, ""), due},
		"a letter was sent since": {"2026-11-22 12:00", func(s story, _ *contact.Occasion, p *Policy) {
			p.PerContactDays = 0
			s.letter("milestone/o7/maria", "maria", contact.Sent, "2026-11-21 15:00")
		}, ""},
		"it was sent": {"2026-11-22 13:00", func(s story, _ *contact.Occasion, _ *Policy) {
			s.letter("follow-up/o1/mary", "maria", contact.Failed, "2026-10-22 12:30", func(l *contact.Letter) { l.ParticipantID = "p1" })
		}, ""},
		"it waits for a greeting": {"2026-11-22 13:00", func(s story, _ *contact.Occasion, _ *Policy) {
			s.letter("follow-up/o1/mary", "maria", contact.Needs, "", func(l *contact.Letter) { l.ParticipantID = "p1" })
		}, "queued follow-up/o1/mary\n"},
		"switched off": {"2026-11-22 13:00", func(_ story, _ *contact.Occasion, p *Policy) { p.Practices[FollowUp] = Practice{} }, ""},
	} {
		s, p := newStory(), testPolicy(t)
		p.Practices[ThankYou], p.Practices[KeepInTouch] = Practice{}, Practice{}
		s.mentor("maria", "2026-11-20 12:00")
		s.past("maria", func(p *contact.Past) {
			p.Last.Key, p.FirstSpoken, p.FirstIn, p.FirstOut = contact.OccasionKey("o1"), p.Last.At, time.Time{}, time.Time{}
		})
		o := met(func(o *contact.Occasion) { o.Kind = contact.Met })
		if x.change != nil {
			x.change(s, &o, &p)
		}
		s.Occasions = []contact.Occasion{o}
		got := ""
		for _, l := range Due(at(x.now), p, s.Records) {
			got += string(l.State) + " " + l.Key + "\n"
			if l.OccasionID != "o1" || l.ParticipantID != "p1" || l.Reason != string(o.Kind)+" with Maria Lopez on 20 November 2026, and no word between you since" {
				t.Errorf("%s: %+v", name, l)
			}
		}
		if got != x.want {
			t.Errorf("%s: got %s, want %s", name, got, x.want)
		}
	}
}

// The thank-you after a meeting says "good to meet you" once only.
func TestMetAgain(t *testing.T) {
	for _, x := range []struct {
		kind contact.Kind
		past contact.Past
		want string
	}{
		{contact.Met, contact.Past{}, "thank-you.met"},
		{contact.Event, contact.Past{FirstSpoken: met(nil).At}, "thank-you.met"},
		{contact.Event, contact.Past{FirstSpoken: at("2020-01-01 10:00")}, "thank-you.met-again"},
		{contact.Met, contact.Past{FirstIn: at("2020-01-01 10:00"), FirstOut: at("2020-01-01 10:00")}, "thank-you.met-again"},
		{contact.Informational, contact.Past{FirstSpoken: at("2020-01-01 10:00")}, "thank-you.informational"},
	} {
		r := records(met(func(o *contact.Occasion) { o.Kind = x.kind }))
		r.Pasts["maria"] = x.past
		if got := Due(at("2026-11-20 15:00"), policy(t), r); len(got) != 1 || got[0].Wording != x.want {
			t.Errorf("%s: got %+v, want %s", x.kind, got, x.want)
		}
	}
}
