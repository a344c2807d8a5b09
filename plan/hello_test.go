package plan

import (
	"testing"

	"regards/contact"
)

// When a hello to Maria is due, and under which key. The last touch is of noon
// on 1 September; sixty days later the clocks have changed.
func TestHello(t *testing.T) {
	sent := func(when string) func(*contact.Letter) {
		return func(l *contact.Letter) { l.Sent, l.Ended = at(when), at(when) }
	}
	ended := func(when string) func(*contact.Letter) { return func(l *contact.Letter) { l.Ended = at(when) } }
	const asleep = "next 2028-09-01 12:00\n" // by then they are dormant
	const due = "queued keep-in-touch/maria/after-tmaria/1\n" + asleep
	for name, x := range map[string]struct {
		change func(s story, p *Policy)
		now    string
		want   string
	}{
		"before":      {nil, "2026-10-31 10:59", "next 2026-10-31 12:00\n"},
		"at its time": {nil, "2026-10-31 11:00", due},
		"long after":  {nil, "2027-05-01 12:00", due},
		"never in touch": {func(s story, _ *Policy) { s.Pasts["maria"] = contact.Past{} },
			"2026-12-01 12:00", ""},
		"no answer ever": {func(s story, _ *Policy) {
			s.past("maria", func(p *contact.Past) { p.FirstIn, p.LastSign = p.FirstSpoken, p.FirstSpoken })
		}, "2026-12-01 12:00", ""},
		"met once": {func(s story, _ *Policy) {
			s.past("maria", func(p *contact.Past) { p.FirstIn, p.FirstSpoken = p.FirstSpoken, p.FirstIn })
		}, "2026-12-01 12:00", due},
		"dormant":              {nil, "2028-09-01 10:01", ""},
		"the day before that":  {nil, "2028-09-01 10:00", due},
		"no limit for silence": {func(_ story, p *Policy) { p.Dormant = contact.Duration{} }, "2036-01-01 10:00", "queued keep-in-touch/maria/after-tmaria/1\n"},
		"no cadence":           {func(s story, _ *Policy) { s.contact("maria", func(c *contact.Contact) { c.Groups = nil }) }, "2026-12-01 12:00", ""},
		"do not contact": {func(s story, _ *Policy) {
			s.contact("maria", func(c *contact.Contact) { c.Status = contact.DoNotContact })
		}, "2026-12-01 12:00", ""},
		"switched off": {func(_ story, p *Policy) { p.Practices[KeepInTouch] = Practice{} }, "2026-12-01 12:00", ""},
		"it lies ready": {func(s story, _ *Policy) {
			s.letter("keep-in-touch/maria/after-tmaria/1", "maria", contact.Edited, "2026-11-01 10:00")
		}, "2026-12-01 12:00", ""},
		"sent, not seen yet": {func(s story, _ *Policy) {
			s.letter("keep-in-touch/maria/after-tmaria/1", "maria", contact.Sent, "2026-11-01 10:00", sent("2026-11-02 10:00"))
		}, "2026-12-01 12:00", "next 2027-01-01 11:00\n"},
		"sent, before a touch": {func(s story, _ *Policy) {
			s.letter("keep-in-touch/maria/after-t0/1", "maria", contact.Sent, "2026-08-01 10:00", sent("2026-08-02 10:00"))
		}, "2026-12-01 12:00", due},
		"dismissed, too early": {func(s story, _ *Policy) {
			s.letter("keep-in-touch/maria/after-tmaria/1", "maria", contact.Dismissed, "2026-11-01 10:00", ended("2026-11-03 10:00"))
		}, "2027-01-09 09:59", "next 2027-01-09 11:00\n"},
		"dismissed, time again": {func(s story, _ *Policy) {
			s.letter("keep-in-touch/maria/after-tmaria/1", "maria", contact.Dismissed, "2026-11-01 10:00", ended("2026-11-03 10:00"))
		}, "2027-01-09 10:00", "queued keep-in-touch/maria/after-tmaria/2\n" + asleep},
		"taken back twice": {func(s story, _ *Policy) {
			s.letter("keep-in-touch/maria/after-tmaria/1", "maria", contact.Superseded, "2026-11-01 10:00", ended("2026-11-22 10:00"))
			s.letter("keep-in-touch/maria/after-tmaria/2", "maria", contact.Superseded, "2027-02-01 10:00", ended("2027-02-22 10:00"))
		}, "2027-05-01 10:00", "queued keep-in-touch/maria/after-tmaria/3\n" + asleep},
		"the number is taken": {func(s story, _ *Policy) {
			s.letter("keep-in-touch/maria/after-tmaria/1", "tom", contact.Sent, "2026-03-01 10:00")
		},
			"2026-12-01 12:00", "queued keep-in-touch/maria/after-tmaria/2\n" + asleep},
		"made under an old id": {func(s story, _ *Policy) {
			s.letter("keep-in-touch/mary/after-t9/1", "maria", contact.Drafted, "2026-11-01 10:00")
		}, "2026-12-01 12:00", ""},
		"waits for a greeting": {func(s story, _ *Policy) { s.letter("keep-in-touch/mary/after-t9/1", "maria", contact.Needs, "") }, "2026-12-01 12:00", "queued keep-in-touch/mary/after-t9/1\n" + asleep},
		"by card": {func(s story, _ *Policy) { s.contact("maria", func(c *contact.Contact) { c.Medium = contact.Card }) },
			"2026-12-01 12:00", "needs keep-in-touch/maria/after-tmaria/1\n" + asleep},
		"two unanswered": {func(s story, _ *Policy) {
			s.letter("keep-in-touch/maria/after-t1/1", "maria", contact.Sent, "2026-09-02 10:00")
			s.letter("keep-in-touch/maria/after-t2/1", "maria", contact.Sent, "2026-10-02 10:00")
		}, "2026-12-01 12:00", "next 2027-01-30 12:00\n"},
		"nine unanswered": {func(s story, _ *Policy) {
			for i := range 9 {
				s.letter("keep-in-touch/maria/after-t1/"+string(rune('1'+i)), "maria", contact.Sent, "2026-09-02 10:00")
			}
		}, "2026-12-01 12:00", "next 2027-04-30 12:00\n"},
	} {
		s, p := newStory(), testPolicy(t)
		s.mentor("maria", "2026-09-01 10:00")
		if x.change != nil {
			x.change(s, &p)
		}
		if got := s.agenda(x.now, p); got != x.want {
			t.Errorf("%s:\ngot  %swant %s", name, got, x.want)
		}
	}
}

func TestHelloReasons(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	s.mentor("maria", "2026-09-01 10:00")
	if got, want := s.reasonOf(t, "2026-10-31 23:30", p), `61 days since your last mail with Maria Lopez ("Re: portfolio", 1 September 2026); you want to be in touch every 60 days`; got != want {
		t.Errorf("got %s", got) // it is 1 November in Madrid
	}
	s.past("maria", func(p *contact.Past) { p.Last.Medium, p.Last.Subject = contact.Meeting, "" })
	if got, want := s.reasonOf(t, "2026-10-31 12:00", p), `60 days since your last meeting with Maria Lopez (1 September 2026); you want to be in touch every 60 days`; got != want {
		t.Errorf("got %s", got)
	}
	s.contact("maria", func(c *contact.Contact) { c.Every = length(t, "1y1mo") })
	s.letter("keep-in-touch/maria/after-t1/1", "maria", contact.Sent, "2026-09-02 10:00")
	s.letter("keep-in-touch/maria/after-t2/1", "maria", contact.Sent, "2026-10-02 10:00")
	p.Dormant = contact.Duration{}
	if got, want := s.reasonOf(t, "2028-12-02 12:00", p), `792 days since you wrote to Maria Lopez on 2 October 2026; you want to be in touch every one year and one month; two hellos went unanswered, so this comes after two years and two months`; got != want {
		t.Errorf("got %s", got)
	}
	s.letter("keep-in-touch/maria/after-t2/2", "maria", contact.Dismissed, "2026-12-02 10:00")
	if got, want := s.reasonOf(t, "2029-03-02 12:00", p), `821 days since the last hello to Maria Lopez was put aside; you want to be in touch every one year and one month; two hellos went unanswered, so this comes after two years and two months`; got != want {
		t.Errorf("got %s", got)
	}
}

// A hello is overdue by the latest of its cadence, counted like the cadence.
func TestHelloOverdue(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	s.mentor("maria", "2026-09-01 10:00")
	got := Due(at("2026-12-01 12:00"), p, s.Records)[0]
	if !got.Due.Equal(at("2026-10-31 11:00")) || !got.Overdue.Equal(at("2026-11-30 11:00")) || !got.Proposed || got.Wording != KeepInTouch {
		t.Errorf("got %+v", got)
	}
	s.contact("maria", func(c *contact.Contact) { c.Every = length(t, "1mo") })
	if got := Due(at("2026-12-01 12:00"), p, s.Records)[0]; !got.Overdue.IsZero() {
		t.Errorf("by a cadence of her own: %+v", got)
	}
}
