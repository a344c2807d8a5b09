package store

import (
	"fmt"
	"testing"
	"time"

	"regards/contact"
	"regards/plan"
)

// village stores n contacts with their touches, mail both ways and a meeting in
// twenty, an occasion for every twentieth of them, and letters that are over.
func village(b testing.TB, s *Store, contacts, touches int) {
	b.Helper()
	all := make([]contact.Contact, contacts)
	for i := range all {
		all[i] = person(fmt.Sprintf("Person Number %d", i), fmt.Sprintf("person%d@host%d.example", i, i%700))
		all[i].ID, all[i].Groups, all[i].Added = NewID(), []string{"alumni"}, noon.AddDate(-5, 0, 0)
	}
	check(b, takeIn(s, all, nil))
	live(b, s, all, touches)
	for i := 0; i < contacts; i += 20 {
		o := contact.Occasion{Kind: contact.Met, At: noon.Add(-time.Duration(i) * time.Hour), Logged: noon,
			Participants: []contact.Participant{{ContactID: all[i].ID, Useful: "your advice"}}}
		o = must[contact.Occasion](b)(s.AddOccasion(ctx, o, nil, noon))
		l := letter("thank-you/" + o.ID + "/" + all[i].ID)
		l.ContactID, l.OccasionID, l.ParticipantID = all[i].ID, o.ID, o.Participants[0].ID
		check(b, putLetter(s, l.In(contact.Sent, noon)))
	}
}

// live stores touches of contacts as a scan does.
func live(b testing.TB, s *Store, all []contact.Contact, touches int) {
	book := must[int64](b)(s.BookVersion(ctx))
	for from := 0; from < touches; from += 5000 {
		sc := Scan{Account: "work", Mailbox: "INBOX", Cursor: Cursor{1, 1, uint32(from + 5000)}, At: noon}
		for i := from; i < min(from+5000, touches); i++ {
			sc.Touches = append(sc.Touches, villageTouch(all[i%len(all)], i))
		}
		must[[]contact.Touch](b)(s.Record(ctx, book, sc))
	}
}

func villageTouch(c contact.Contact, i int) contact.Touch {
	id := fmt.Sprintf("%d.%d@mail.host.example", i, i*7919)
	t := contact.Touch{ContactID: c.ID, Key: id, MessageID: id, At: noon.Add(-time.Duration(i*7) * time.Minute), Direction: contact.In,
		Medium: contact.Email, Subject: "Re: about the matter of yesterday", Address: c.Addresses[0].Addr, Alone: i%3 > 0,
		Verified: true, Account: "work", Mailbox: "INBOX", Rule: "from the contact's address " + c.Addresses[0].Addr}
	if i%5 > 0 {
		t.References = []string{"a." + id, "b." + id}
	}
	switch (i + i/10_000) % 5 {
	case 1, 3:
		t.Direction, t.Mailbox = contact.Out, "Sent"
	case 2:
		if i%4 == 0 {
			t.Medium = contact.Meeting
		}
	}
	return t
}

// BenchmarkKnow reads everything that plans are made from, and plans.
func BenchmarkKnow(b *testing.B) {
	s := newStore(b)
	village(b, s, 10_000, 200_000)
	policy := plan.Policy{Location: time.UTC, OpenHellos: 3, Cadences: []plan.Cadence{{Group: "alumni", Every: contact.Duration{Days: 30}}},
		Practices: map[string]plan.Practice{plan.ThankYou: {Enabled: true}, plan.KeepInTouch: {Enabled: true}}}
	for _, x := range []struct {
		what    string
		prepare func()
	}{
		{"at first", func() { s.book.Store(nil); exec(b, s.db, "UPDATE past SET id = NULL") }},
		{"by a command", func() { s.book.Store(nil) }},
		{"by the service", func() {}},
	} {
		b.Run(x.what, func(b *testing.B) {
			for b.Loop() {
				x.prepare()
				r := must[plan.Records](b)(s.Records(ctx))
				if n := len(plan.Due(noon, policy, r)); n != 3 {
					b.Fatal("not the three hellos that may be open:", n)
				}
			}
		})
	}
}

// BenchmarkRecord stores the touches of a first scan.
func BenchmarkRecord(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := newStore(b)
		village(b, s, 1000, 0)
		all := must[[]contact.Contact](b)(s.Contacts(ctx))
		b.StartTimer()
		live(b, s, all, 20_000)
	}
}

// BenchmarkMails reads the last mail with a thousand of ten thousand contacts.
func BenchmarkMails(b *testing.B) {
	s := newStore(b)
	village(b, s, 10_000, 200_000)
	var ids []string
	for _, c := range must[[]contact.Contact](b)(s.Contacts(ctx))[:1000] {
		ids = append(ids, c.ID)
	}
	b.Run("either way", func(b *testing.B) {
		for b.Loop() {
			must[map[string]Mails](b)(s.Mails(ctx, ids))
		}
	})
	b.Run("to each", func(b *testing.B) {
		for b.Loop() {
			must[map[string]contact.Touch](b)(s.MailsTo(ctx, ids, 0))
		}
	})
}
