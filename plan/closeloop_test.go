package plan

import (
	"testing"

	"regards/contact"
)

// Tom introduced Maria, who answered on 10 November for the first time.
func TestCloseTheLoop(t *testing.T) {
	const due = "queued close-the-loop/maria/tom close-the-loop.in-touch about Maria Lopez\n"
	told := func(key string, state contact.State, made string) func(s story) {
		return func(s story) { s.letter(key, "tom", state, made) }
	}
	for name, x := range map[string]struct {
		now    string
		change func(s story)
		want   string
	}{
		"at once":          {"2026-11-10 10:00", nil, due},
		"before":           {"2026-11-10 09:59", nil, ""},
		"weeks later":      {"2026-12-10 09:59", nil, due},
		"no news any more": {"2026-12-10 10:00", nil, ""},
		"no introducer":    {"2026-11-10 10:00", func(s story) { s.contact("maria", func(c *contact.Contact) { c.IntroducedBy = "" }) }, ""},
		"one who is gone":  {"2026-11-10 10:00", func(s story) { delete(s.Contacts, "tom") }, ""},
		"no answer yet":    {"2026-11-10 10:00", func(s story) { s.past("maria", func(p *contact.Past) { p.FirstIn = p.FirstSpoken }) }, ""},
		"met": {"2026-11-10 10:00", func(s story) {
			s.past("maria", func(p *contact.Past) { p.FirstSpoken, p.FirstIn = p.FirstIn, p.FirstSpoken })
		}, due},
		"known long before":   {"2026-11-10 10:00", func(s story) { s.contact("maria", func(c *contact.Contact) { c.Added = at("2027-01-10 10:01") }) }, ""},
		"added a while later": {"2026-11-10 10:00", func(s story) { s.contact("maria", func(c *contact.Contact) { c.Added = at("2027-01-09 10:00") }) }, due},
		"wrote to Tom":        {"2026-11-12 10:00", func(s story) { s.past("tom", func(p *contact.Past) { p.LastOut = at("2026-11-10 10:00") }) }, ""},
		"wrote to Tom before": {"2026-11-12 10:00", func(s story) { s.past("tom", func(p *contact.Past) { p.LastOut = at("2026-11-10 09:59") }) }, due},
		"mail of Tom's":       {"2026-11-12 10:00", func(s story) { s.past("tom", func(p *contact.Past) { p.Last.At = at("2026-11-11 10:00") }) }, due},
		"a round mail of Tom's too": {"2026-11-12 10:00", func(s story) {
			s.past("tom", func(p *contact.Past) {
				p.Last.At, p.Last.Direction, p.Last.Alone = at("2026-11-11 10:00"), contact.Out, false
			})
		}, due},
		"rang Tom up": {"2026-11-12 10:00", func(s story) {
			s.past("tom", func(p *contact.Past) { p.Last.At, p.Last.Medium = at("2026-11-11 10:00"), contact.Call })
		}, ""},
		"met Tom, who wrote then": {"2026-11-12 10:00", func(s story) {
			s.past("tom", func(p *contact.Past) { p.Last.At = at("2026-11-11 12:00") })
			s.Occasions[0].Kind, s.Occasions[0].Participants[0].ContactID = contact.Met, "tom"
		}, ""},
		"never in touch, Tom":    {"2026-11-12 10:00", func(s story) { s.past("tom", func(p *contact.Past) { p.FirstOut = p.FirstSpoken }) }, ""},
		"told":                   {"2026-11-29 10:00", told("close-the-loop/maria/tom", contact.Sent, "2026-11-11 10:00"), ""},
		"told Tom by another id": {"2026-11-29 10:00", told("close-the-loop/maria/thomas", contact.Superseded, "2026-11-11 10:00"), ""},
		"told of her old id":     {"2026-11-29 10:00", told("close-the-loop/mary/tom", contact.Dismissed, "2026-11-11 10:00"), ""},
		"told of another before": {"2026-11-29 10:00", told("close-the-loop/mary/tom", contact.Dismissed, "2026-11-01 10:00"), due},
		"told of another":        {"2026-11-29 10:00", told("close-the-loop/eve/tom", contact.Dismissed, "2026-11-11 10:00"), due},
		"it waits":               {"2026-11-29 10:00", told("close-the-loop/maria/thomas", contact.Needs, ""), "queued close-the-loop/maria/thomas close-the-loop.in-touch about Maria Lopez\n"},
		"Tom was there": {"2026-11-12 10:00", func(s story) {
			s.Occasions[0].Participants = append(s.Occasions[0].Participants, contact.Participant{ContactID: "tom"})
		}, ""},
		"it helped": {"2026-11-12 10:00", func(s story) { s.Occasions[0].Participants[0].Useful = "the tip" },
			"queued close-the-loop/maria/tom close-the-loop.helped about Maria Lopez\n"},
		"it may help": {"2026-11-12 10:00", func(s story) {
			s.Occasions[0].Participants[0].Useful, s.Occasions[0].At = "the tip", at("2026-11-13 10:00")
		}, due},
	} {
		s, p := newStory(), testPolicy(t)
		p.Practices[ThankYou], p.Practices[KeepInTouch], p.Practices[FollowUp] = Practice{}, Practice{}, Practice{}
		p.PerContactDays = 0
		s.mentor("tom", "2026-10-01 10:00")
		s.mentor("maria", "2026-11-10 10:00")
		s.Contacts["eve"] = person("eve", "Eve")
		s.past("maria", func(p *contact.Past) { p.FirstIn = p.Last.At })
		s.contact("maria", func(c *contact.Contact) { c.IntroducedBy, c.Added = "tom", at("2026-11-01 10:00") })
		s.Occasions = []contact.Occasion{{ID: "o1", Kind: contact.Note, At: at("2026-11-11 10:00"), Logged: at("2026-11-11 10:00"),
			Participants: []contact.Participant{{ContactID: "maria"}}}}
		if x.change != nil {
			x.change(s)
		}
		got := ""
		for _, l := range Due(at(x.now), p, s.Records) {
			if l.Facts.Useful != "" {
				t.Errorf("%s: tells Tom what is Maria's to hear: %q", name, l.Facts.Useful)
			}
			got += string(l.State) + " " + l.Key + " " + l.Wording + " about " + l.Facts.About + "\n"
		}
		if got != x.want {
			t.Errorf("%s: got %s, want %s", name, got, x.want)
		}
	}
}

// Of several proposals to one person, news goes before a hello.
func TestOneProposalEach(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	s.mentor("tom", "2026-06-01 10:00")
	s.mentor("maria", "2026-11-10 10:00")
	s.past("maria", func(p *contact.Past) { p.FirstIn = p.Last.At })
	s.contact("maria", func(c *contact.Contact) { c.IntroducedBy = "tom" })
	want := "queued close-the-loop/maria/tom\nheld keep-in-touch/tom/after-ttom/1: another letter to Tom Lopez goes first\n"
	if got := s.agenda("2026-11-12 12:00", p); got != want+"next 2026-12-10 11:00\n" {
		t.Errorf("got %s", got)
	}
}

// A letter to an introducer that nobody has touched is taken back when there is
// no introduction any more.
func TestLoopLosesItsCause(t *testing.T) {
	introducedBy := func(id, by string) func(s story) {
		return func(s story) { s.contact(id, func(c *contact.Contact) { c.IntroducedBy = by }) }
	}
	for name, x := range map[string]struct {
		state  contact.State
		change func(s story)
		want   string
	}{
		"it stands":  {contact.Drafted, nil, ""},
		"by nobody":  {contact.Drafted, introducedBy("maria", ""), "they did not introduce you to Maria Lopez"},
		"by another": {contact.Needs, introducedBy("maria", "eve"), "they did not introduce you to Maria Lopez"},
		"edited":     {contact.Edited, introducedBy("maria", ""), ""},
		"gone":       {contact.Drafted, func(s story) { delete(s.Contacts, "maria") }, "it is about somebody who is no contact any more"},
		"merged":     {contact.Drafted, func(s story) { delete(s.Contacts, "maria"); introducedBy("eve", "tom")(s) }, ""},
		"to a merged one": {contact.Drafted, func(s story) {
			s.letter("close-the-loop/maria/tom", "eve", contact.Drafted, "2026-11-11 10:00")
			introducedBy("maria", "eve")(s)
		}, ""},
	} {
		s := newStory()
		for _, id := range []string{"tom", "maria", "eve"} {
			s.mentor(id, "2026-10-01 10:00")
		}
		introducedBy("maria", "tom")(s)
		s.letter("close-the-loop/maria/tom", "tom", x.state, "2026-11-11 10:00")
		if x.change != nil {
			x.change(s)
		}
		got := ""
		for _, e := range Needless(at("2026-11-12 10:00"), testPolicy(t), s.Records) {
			got += e.Reason
		}
		if got != x.want {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
	}
}
