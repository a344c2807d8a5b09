package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

func rehearsed(p Policy, r Rehearsal) string {
	var b strings.Builder
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "%s %s %s", s.At.In(p.Location).Format("2006-01-02 15:04"), s.State, s.Key)
		if s.PutOff != "" {
			b.WriteString("; " + s.PutOff)
		}
		b.WriteString("\n")
	}
	for _, h := range r.Held {
		fmt.Fprintf(&b, "held %s\n", h.Key)
	}
	return b.String()
}

// Three mentors within what may be open, a fourth who waits a day, and one whose
// hello lies ready already: each is sent on its day, and counts from there.
func TestRehearse(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	p.OpenHellos = 2
	s.mentor("ann", "2026-09-01 10:00")
	s.mentor("ben", "2026-09-02 10:00")
	s.mentor("eve", "2026-10-30 10:00")
	s.mentor("tom", "2026-06-01 10:00")
	s.letter("keep-in-touch/tom/after-ttom/1", "tom", contact.Drafted, "2026-11-18 10:00")
	want := `2026-11-20 13:00 queued keep-in-touch/ann/after-tann/1
2026-11-21 00:00 queued keep-in-touch/ben/after-tben/1; no more than two proposed letters may wait for you at a time
2026-12-29 11:00 queued keep-in-touch/eve/after-teve/1
2027-01-19 13:00 queued keep-in-touch/ann/after-rehearsed/1
2027-01-19 13:00 queued keep-in-touch/tom/after-rehearsed/1
2027-01-20 00:00 queued keep-in-touch/ben/after-rehearsed/1
2027-02-27 11:00 queued keep-in-touch/eve/after-rehearsed/1
`
	if got := rehearsed(p, Rehearse(at("2026-11-20 12:00"), at("2027-03-01 12:00"), p, s.Records, nil)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	p.OpenHellos = 1
	want = "2026-11-21 00:00 queued keep-in-touch/ann/after-tann/1; no more than one proposed letter may wait for you at a time\nheld keep-in-touch/ben/after-tben/1\n"
	if got := rehearsed(p, Rehearse(at("2026-11-20 12:00"), at("2026-11-21 12:00"), p, s.Records, nil)); got != want {
		t.Errorf("one at a time: got\n%swant\n%s", got, want)
	}
	if len(s.Letters) != 1 || !s.Pasts["ann"].Last.At.Equal(at("2026-09-01 10:00")) {
		t.Errorf("the records have changed: %+v", s.Letters)
	}
}

// A letter whose words lack something waits, and is told once. An untouched hello
// is taken back at the end of the day.
func TestRehearseWords(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	s.mentor("ann", "2026-09-01 10:00")
	s.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.Participants[0].ContactID, o.Participants[0].Useful = "ann", "" })}
	words := func(_ time.Time, l Planned) contact.Letter {
		if l.Practice == KeepInTouch {
			l.State, l.Reason = contact.Needs, "how do you greet her?"
		}
		return l.Letter
	}
	want := `2026-11-20 15:00 needs keep-in-touch/ann/after-tann/1
2026-11-20 15:00 needs thank-you/o1/ann
2027-02-17 00:00 needs keep-in-touch/ann/after-tann/2
`
	if got := rehearsed(p, Rehearse(at("2026-11-20 14:00"), at("2027-03-01 12:00"), p, s.Records, words)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Two months of a year: what would have been drafted, what was done without.
func TestReplay(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	for _, id := range []string{"ann", "ben", "eve", "new"} {
		s.mentor(id, "2026-11-01 10:00")
	}
	touch := func(id, when string, d contact.Direction) contact.Touch {
		return contact.Touch{ID: id + when, ContactID: id, At: at(when), Direction: d, Medium: contact.Email, Alone: true, References: []string{"x"}}
	}
	var touches []contact.Touch
	for _, id := range []string{"ann", "ben", "eve"} {
		touches = append(touches, touch(id, "2026-01-02 10:00", contact.Out), touch(id, "2026-01-01 10:00", contact.In))
	}
	touches = append(touches, touch("ann", "2026-03-10 10:00", contact.Out), touch("ben", "2026-03-17 10:00", contact.In),
		touch("eve", "2026-03-17 10:01", contact.Out), touch("new", "2026-02-01 10:00", contact.Out))
	var got strings.Builder
	for _, x := range Replay(at("2026-02-01 12:00"), at("2026-04-01 12:00"), p, s.Contacts, touches) {
		fmt.Fprintf(&got, "%s %s: %s %s\n", x.At.In(p.Location).Format("2006-01-02 15:04"), x.ContactID, x.Deed, x.DeedAt.Format("2006-01-02"))
	}
	want := `2026-03-03 11:00 ann: you wrote 2026-03-10
2026-03-03 11:00 ben: they wrote 2026-03-17
2026-03-03 11:00 eve: nothing 0001-01-01
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

// Whole days pass where a day has no midnight.
func TestRehearseWithoutMidnight(t *testing.T) {
	s, p := newStory(), testPolicy(t)
	p.Location = zone(t, "America/Havana") // no midnight on 14 March 2027
	p.OpenHellos = 1
	s.mentor("ann", "2026-09-01 10:00")
	s.mentor("ben", "2026-09-02 10:00")
	want := "2027-03-13 23:30 queued keep-in-touch/ann/after-tann/1\n" +
		"2027-03-14 01:00 queued keep-in-touch/ben/after-tben/1; no more than one proposed letter may wait for you at a time\n"
	if got := rehearsed(p, Rehearse(at("2027-03-14 04:30"), at("2027-03-16 12:00"), p, s.Records, nil)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
