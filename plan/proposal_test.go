package plan

import (
	"testing"
	"time"

	"regards/contact"
)

// What holds back hellos, each due to somebody since some day of October, and
// how that is said.
func TestHeldBack(t *testing.T) {
	const now = "2026-11-20 12:00" // a Friday, 13:00 in Madrid
	const maria, tom = "keep-in-touch/maria/after-tmaria/1", "keep-in-touch/tom/after-ttom/1"
	for name, x := range map[string]struct {
		change func(s story, p *Policy)
		want   string
	}{
		"nothing": {nil, "queued " + maria + "\nqueued " + tom + "\nnext 2028-08-08 12:00\n"},
		"one at a time, the most overdue": {func(_ story, p *Policy) { p.OpenHellos = 1 },
			"queued " + maria + "\nheld " + tom + ": no more than one proposed letter may wait for you at a time\nnext 2028-08-08 12:00\n"},
		"as many as may be are open": {func(s story, p *Policy) {
			s.letter("follow-up/o1/eve", "eve", contact.Uncertain, "2026-11-01 10:00")
			p.OpenHellos = 1
		}, "held " + maria + ": no more than one proposed letter may wait for you at a time\n" +
			"held " + tom + ": no more than one proposed letter may wait for you at a time\n"},
		"what lacks something leaves room": {func(s story, p *Policy) {
			s.letter("keep-in-touch/eve/after-x/1", "eve", contact.Needs, "")
			p.OpenHellos = 1
		}, "queued " + maria + "\nheld " + tom + ": no more than one proposed letter may wait for you at a time\nnext 2028-08-08 12:00\n"},
		"but not for ever": {func(s story, p *Policy) {
			for _, n := range []string{"1", "2", "3", "4"} {
				s.letter("keep-in-touch/eve/after-x/"+n, "eve", contact.Needs, "")
			}
			p.OpenHellos = 1
		}, "held " + maria + ": no more than one proposed letter may wait for you at a time\n" +
			"held " + tom + ": no more than one proposed letter may wait for you at a time\n"},
		"nor for texts to copy": {func(s story, p *Policy) {
			s.letter("keep-in-touch/eve/after-x/1", "eve", contact.Needs, "")
			s.contact("maria", func(c *contact.Contact) { c.Medium = contact.LinkedIn })
			p.OpenHellos = 1
		}, "queued " + tom + "\nheld " + maria + ": no more than one proposed letter may wait for you at a time\nnext 2028-08-18 12:00\n"},
		"one that lacked something waits for room": {func(s story, p *Policy) {
			s.letter(maria, "maria", contact.Needs, "")
			s.letter("follow-up/o1/eve", "eve", contact.Drafted, "2026-11-01 10:00")
			p.OpenHellos = 1
		}, "held " + maria + ": no more than one proposed letter may wait for you at a time\n" +
			"held " + tom + ": no more than one proposed letter may wait for you at a time\n"},
		"thank-yous are not proposed": {func(s story, p *Policy) {
			s.letter("thank-you/o1/eve", "eve", contact.Drafted, "2026-11-01 10:00")
			p.OpenHellos = 2
		}, "queued " + maria + "\nqueued " + tom + "\nnext 2028-08-08 12:00\n"},
		"the day is full": {func(s story, p *Policy) {
			s.letter("thank-you/o1/eve", "eve", contact.Sent, "2026-11-19 23:00") // today in Madrid
			p.DailyCap = 2
		}, "queued " + maria + "\nheld " + tom + ": at most two letters a day, and today has had them\nnext 2026-11-21 00:00\n"},
		"yesterday was full": {func(s story, p *Policy) {
			s.letter("thank-you/o1/eve", "eve", contact.Sent, "2026-11-19 22:59")
			p.DailyCap = 2
		}, "queued " + maria + "\nqueued " + tom + "\nnext 2026-11-21 00:00\n"},
		"written to lately": {func(s story, _ *Policy) {
			s.letter("milestone/o1/maria", "maria", contact.Dismissed, "2026-11-13 23:30")
		},
			"queued " + tom + "\nheld keep-in-touch/maria/after-tmaria/1: the last letter to Maria Lopez was made on 14 November 2026; the next may come seven days later\nnext 2026-11-21 00:30\n"},
		"not so lately": {func(s story, _ *Policy) {
			s.letter("milestone/o1/maria", "maria", contact.Dismissed, "2026-11-13 11:00")
		}, "queued " + maria + "\nqueued " + tom + "\nnext 2028-08-08 12:00\n"},
		"no limit for that": {func(s story, p *Policy) {
			s.letter("milestone/o1/maria", "maria", contact.Drafted, "2026-11-20 10:00")
			p.PerContactDays = 0
		}, "queued " + maria + "\nqueued " + tom + "\nnext 2028-08-08 12:00\n"},
		"another letter is open": {func(s story, _ *Policy) { s.letter("milestone/o1/maria", "maria", contact.Moved, "2026-09-13 23:30") },
			"queued " + tom + "\nheld " + maria + ": another letter to Maria Lopez is not sent yet\nnext 2028-08-18 12:00\n"},
		"one in needs is none": {func(s story, _ *Policy) { s.letter("thank-you/o1/maria", "maria", contact.Needs, "") },
			"queued " + maria + "\nqueued " + tom + "\nnext 2028-08-08 12:00\n"},
		"but a proposed one is": {func(s story, _ *Policy) { s.letter("close-the-loop/eve/maria", "maria", contact.Needs, "") },
			"queued " + tom + "\nheld " + maria + ": another letter that regards proposed to Maria Lopez is still open\nnext 2028-08-18 12:00\n"},
		"an answer is owed": {func(s story, _ *Policy) { s.past("maria", func(p *contact.Past) { p.Opened = true }) },
			"queued " + tom + "\nheld " + maria + ": you owe Maria Lopez an answer: \"Re: portfolio\" of 8 August 2026\nnext 2027-08-08 12:00\n"},
		"none any more, says the owner": {func(s story, _ *Policy) {
			s.past("maria", func(p *contact.Past) { p.Opened = true })
			s.contact("maria", func(c *contact.Contact) { c.Answered = at("2026-08-08 10:00") })
		}, "queued " + maria + "\nqueued " + tom + "\nnext 2028-08-08 12:00\n"},
		"paused": {func(s story, _ *Policy) {
			s.contact("maria", func(c *contact.Contact) { c.Status, c.PausedUntil = contact.Paused, at("2026-12-01 08:00") })
		}, "queued " + tom + "\nheld " + maria + ": Maria Lopez is paused until 1 December 2026\nnext 2026-12-01 09:00\n"},
		"paused until now": {func(s story, _ *Policy) {
			s.contact("maria", func(c *contact.Contact) { c.Status, c.PausedUntil = contact.Paused, at(now) })
		}, "queued " + maria + "\nqueued " + tom + "\nnext 2028-08-08 12:00\n"},
		"away": {func(s story, _ *Policy) {
			s.contact("maria", func(c *contact.Contact) {
				c.Away = contact.Absence{Since: at("2026-11-10 08:00"), Until: at("2026-11-24 08:00")}
			})
		}, "queued " + tom + "\nheld " + maria + ": Maria Lopez is away until 24 November 2026\nnext 2026-11-24 09:00\n"},
		"to be away": {func(s story, _ *Policy) {
			s.contact("maria", func(c *contact.Contact) {
				c.Away = contact.Absence{Since: at("2026-11-22 08:00"), Until: at("2026-11-24 08:00")}
			})
		}, "queued " + maria + "\nqueued " + tom + "\nnext 2026-11-22 09:00\n"},
		"just back": {func(s story, _ *Policy) { // ten work days from Monday 9 November
			s.contact("maria", func(c *contact.Contact) {
				c.Away = contact.Absence{Since: at("2026-08-10 08:00"), Until: at("2026-11-09 08:00")}
			})
		}, "queued " + tom + "\nheld " + maria + ": Maria Lopez is just back from an absence; hellos wait until 23 November 2026\nnext 2026-11-23 09:00\n"},
		"back from a short one": {func(s story, _ *Policy) {
			s.contact("maria", func(c *contact.Contact) {
				c.Away = contact.Absence{Since: at("2026-11-05 08:00"), Until: at("2026-11-19 08:00")}
			})
		}, "queued " + maria + "\nqueued " + tom + "\nnext 2028-08-08 12:00\n"},
		"dormant": {func(s story, _ *Policy) {
			s.past("maria", func(p *contact.Past) { p.Last.At = at("2024-11-20 11:59") })
		}, "queued " + tom + "\nnext 2028-08-18 12:00\n"},
	} {
		s, p := newStory(), testPolicy(t)
		s.mentor("maria", "2026-08-08 10:00")
		s.mentor("tom", "2026-08-18 10:00")
		s.Contacts["eve"] = person("eve", "Eve", "eve@x.example")
		if x.change != nil {
			x.change(s, &p)
		}
		if got := s.agenda(now, p); got != x.want {
			t.Errorf("%s:\ngot  %swant %s", name, got, x.want)
		}
	}
}

// What the owner asked for is made, whatever was made before it, and counts.
func TestAskedForIsNeverHeld(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	s.mentor("maria", "2026-08-08 10:00")
	s.mentor("tom", "2026-08-08 10:00")
	s.letter("milestone/o0/maria", "maria", contact.Drafted, "2026-11-20 10:00")
	s.Occasions = []contact.Occasion{met(nil)}
	p.DailyCap, p.OpenHellos = 2, 1
	want := "queued thank-you/o1/maria\n" +
		"held keep-in-touch/maria/after-tmaria/1: another letter to Maria Lopez goes first\n" +
		"held keep-in-touch/tom/after-ttom/1: at most two letters a day, and today has had them\nnext 2026-11-21 00:00\n"
	if got := s.agenda("2026-11-20 15:00", p); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestOwes(t *testing.T) {
	asked := contact.Past{Opened: true, Last: contact.Touch{At: at("2026-01-10 10:00"), Direction: contact.In, Medium: contact.Email, Alone: true}}
	for name, x := range map[string]struct {
		now    string
		change func(*contact.Contact, *contact.Past)
		want   bool
	}{
		"asked":              {"2026-01-11 10:00", nil, true},
		"nearly a year":      {"2027-01-10 09:59", nil, true},
		"a year":             {"2027-01-10 10:00", nil, false},
		"an answer of hers":  {"2026-01-11 10:00", func(_ *contact.Contact, p *contact.Past) { p.Opened = false }, false},
		"to several":         {"2026-01-11 10:00", func(_ *contact.Contact, p *contact.Past) { p.Last.Alone = false }, false},
		"the owner's":        {"2026-01-11 10:00", func(_ *contact.Contact, p *contact.Past) { p.Last.Direction = contact.Out }, false},
		"a call":             {"2026-01-11 10:00", func(_ *contact.Contact, p *contact.Past) { p.Last.Medium = contact.Call }, false},
		"done":               {"2026-01-11 10:00", func(c *contact.Contact, _ *contact.Past) { c.Answered = at("2026-01-10 10:00") }, false},
		"done, asked since":  {"2026-01-11 10:00", func(c *contact.Contact, _ *contact.Past) { c.Answered = at("2026-01-10 09:59") }, true},
		"never in touch":     {"2026-01-11 10:00", func(_ *contact.Contact, p *contact.Past) { *p = contact.Past{} }, false},
		"never, yet answers": {"2026-01-11 10:00", func(c *contact.Contact, p *contact.Past) { *p, c.Answered = contact.Past{}, time.Time{} }, false},
	} {
		c, past := person("maria", "Maria"), asked
		if x.change != nil {
			x.change(&c, &past)
		}
		if got := Owes(at(x.now), c, past); got != x.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
