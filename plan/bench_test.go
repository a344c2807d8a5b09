package plan

import (
	"fmt"
	"testing"
	"time"

	"regards/contact"
)

// manyRecords are those of an owner with many contacts, each known for years,
// last in touch some time within the past year, and two letters to each.
func manyRecords(b testing.TB, contacts int) (Policy, Records) {
	p := testPolicy(b)
	r := Records{Contacts: map[string]contact.Contact{}, Pasts: map[string]contact.Past{}, Letters: map[string]contact.Letter{}}
	now := at("2026-11-20 12:00")
	for i := range contacts {
		id := fmt.Sprintf("c%05d", i)
		c := person(id, "Maria Lopez", id+"@x.example")
		c.Added, c.Groups = now.AddDate(-3, 0, 0), []string{"alumni", []string{"mentor", "friend", "colleague"}[i%3]}
		if i%50 == 0 {
			c.IntroducedBy = "c00001"
		}
		r.Contacts[id] = c
		last := now.Add(-time.Duration(i*7919%365*24*60+i%1440) * time.Minute)
		r.Pasts[id] = contact.Past{Last: contact.Touch{ID: "t" + id, At: last, Direction: contact.Out, Medium: contact.Email, Subject: "Re: portfolio"},
			LastOut: last, LastSign: last.AddDate(0, -1, 0), FirstIn: now.AddDate(-2, 0, 0), FirstOut: now.AddDate(-2, 0, 0)}
		for n := range 2 {
			l := contact.Letter{Key: fmt.Sprintf("keep-in-touch/%s/after-t%d/1", id, n), Practice: KeepInTouch, ContactID: id, State: contact.Sent,
				Created: last.AddDate(0, -n-1, 0), Written: last.AddDate(0, -n-1, 0), Sent: last.AddDate(0, -n-1, 0)}
			r.Letters[l.Key] = l
		}
		if i%10 == 0 {
			o := contact.Occasion{ID: "o" + id, Kind: contact.Met, At: last, Logged: last, Participants: []contact.Participant{{ID: "p" + id, ContactID: id, Useful: "x"}}}
			r.Occasions = append(r.Occasions, o)
			key := ThankYouKey(o.ID, id)
			r.Letters[key] = contact.Letter{Key: key, Practice: ThankYou, ContactID: id, OccasionID: o.ID, ParticipantID: "p" + id, State: contact.Sent, Written: last.AddDate(0, 0, -2), Sent: last}
		}
	}
	return p, r
}

// Ten thousand contacts, of whom most wait for a hello that the caps put off.
func BenchmarkDue(b *testing.B) {
	p, r := manyRecords(b, 10000)
	for b.Loop() {
		if n := len(Due(at("2026-11-20 12:00"), p, r)); n != 3 {
			b.Fatal("not the three that may be open:", n)
		}
	}
}

func BenchmarkSchedule(b *testing.B) {
	p, r := manyRecords(b, 10000)
	for b.Loop() {
		Schedule(at("2026-11-20 12:00"), p, r)
	}
}

func BenchmarkNeedless(b *testing.B) {
	p, r := manyRecords(b, 10000)
	for b.Loop() {
		Needless(at("2026-11-20 12:00"), p, r)
	}
}

// Ninety days of ten thousand contacts.
func BenchmarkRehearse(b *testing.B) {
	p, r := manyRecords(b, 10000)
	now := at("2026-11-20 12:00")
	for b.Loop() {
		if n := len(Rehearse(now, now.AddDate(0, 0, 90), p, r, nil).Steps); n < 90*3 {
			b.Fatal("fewer than three a day:", n)
		}
	}
}

// News to a thousand of them, before there is a letter.
func BenchmarkDueMilestone(b *testing.B) {
	p, r := manyRecords(b, 1000)
	now := at("2026-11-20 12:00")
	p.Practices[Milestone] = Practice{Enabled: true}
	o := contact.Occasion{ID: "news", Kind: contact.Milestone, At: now, Logged: now, News: "I am moving to Lisbon."}
	for id := range r.Contacts {
		o.Participants = append(o.Participants, contact.Participant{ID: "n" + id, ContactID: id})
	}
	r.Occasions, r.Letters = []contact.Occasion{o}, nil
	for b.Loop() {
		if n := len(Due(now, p, r)); n < 1000 {
			b.Fatal("letters:", n)
		}
	}
}
