package templates

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/plan"
)

// week gives the digest of a full week, as plan makes it of records.
func week(t testing.TB) plan.Digest {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	monday := time.Date(2026, 11, 23, 8, 0, 0, 0, zone)
	day := func(n int) time.Time { return monday.AddDate(0, 0, n).UTC() }
	years := contact.Past{FirstIn: day(-2000), FirstOut: day(-2000), FirstSpoken: day(-2000)}
	last := func(days int, direction contact.Direction, subject string) contact.Past {
		p := years
		p.Last = contact.Touch{At: day(-days), Direction: direction, Medium: contact.Email, Subject: subject, Alone: true}
		p.Opened = direction == contact.In
		return p
	}
	r := plan.Records{Contacts: map[string]contact.Contact{}, Pasts: map[string]contact.Past{}, Letters: map[string]contact.Letter{}}
	person := func(id, name string, past contact.Past, change func(c *contact.Contact)) {
		c := contact.Contact{ID: id, Name: name, Medium: contact.Email, Status: contact.Active, Added: day(-2000)}
		if change != nil {
			change(&c)
		}
		r.Contacts[id], r.Pasts[id] = c, past
	}
	mentor := func(c *contact.Contact) { c.Groups = []string{"mentor"} }
	person("maria", "María López", last(2, contact.In, "Re: portfolio"), nil)
	person("tom", "Tom Baker", last(6, contact.In, "Coffee <b>soon</b> & a question"), nil)
	person("ines", "Inês Silva", last(63, contact.Out, "The reading group"), mentor)
	person("jean", "Jean-Luc Moreau", last(1100, contact.Out, "Merci !"), mentor)
	person("anke", "Dr. Anke Müller-Lüdenscheidt", last(70, contact.In, "Re: Re: Exposé"), func(c *contact.Contact) {
		c.Every, c.Status = contact.Duration{Months: 2}, contact.ByHand
		c.Answered = day(-1)
	})
	person("eva", "Eva Stein", years, func(c *contact.Contact) {
		c.Birthday = contact.Birthday{Year: 1980, Month: time.November, Day: 27}
	})
	person("joe", "Joe Park", contact.Past{FirstSpoken: day(-3)}, func(c *contact.Contact) { c.Medium = contact.LinkedIn })
	person("lee", "Ann Lee", contact.Past{FirstSpoken: day(-362)}, nil)
	person("sam", "Sam O’Neill", years, func(c *contact.Contact) { c.Status = contact.Bounced })

	r.Occasions = []contact.Occasion{
		{ID: "o1", Kind: contact.Informational, At: day(-3), Logged: day(-3), TookPlace: true, Title: "PhD routes", Next: "send the article on routes into research",
			NextDue: day(3), Participants: []contact.Participant{{ID: "p1", ContactID: "joe"}}},
		{ID: "o2", Kind: contact.Event, At: day(8), Logged: day(-9), Title: "Alumni evening", Participants: []contact.Participant{{ID: "p2", ContactID: "eva"}, {ID: "p3", ContactID: "tom"}}},
		{ID: "o3", Kind: contact.Met, At: day(-362), Logged: day(-362), Title: "the book fair", Participants: []contact.Participant{{ID: "p4", ContactID: "lee", Useful: "x"}}},
		{ID: "o4", Kind: contact.Met, At: day(-400), Logged: day(-400), Participants: []contact.Participant{{ID: "p5", ContactID: "ines", Useful: "her list of journals"}}},
	}
	letter := func(key, practice, who string, state contact.State, change func(l *contact.Letter)) {
		l := contact.Letter{Key: key, Practice: practice, ContactID: who, State: state, Subject: "Thank you", Created: day(-4), Written: day(-4), Due: day(-3)}
		if change != nil {
			change(&l)
		}
		r.Letters[key] = l
	}
	letter("thank-you/a/eva", plan.ThankYou, "eva", contact.Drafted, nil)
	letter("job-lead/b/tom", plan.JobLead, "tom", contact.Edited, func(l *contact.Letter) { l.Subject, l.Written = "I applied", day(-1) })
	letter("promise/c/lee", plan.Promise, "lee", contact.Approved, nil)
	letter("thank-you/o1/joe", plan.ThankYou, "joe", contact.Needs, func(l *contact.Letter) {
		l.OccasionID, l.ParticipantID, l.Asks, l.Due = "o1", "p1", contact.AskUseful, day(-2)
	})
	letter("milestone/d/eva", plan.Milestone, "eva", contact.Needs, func(l *contact.Letter) { l.Asks = contact.AskGreeting })
	letter("thank-you/e/maria", plan.ThankYou, "maria", contact.Sent, func(l *contact.Letter) {
		l.Subject, l.Sent, l.Ended, l.Answered = "Thank you for your time", day(-5), day(-5), day(-2)
	})
	letter("keep-in-touch/ines/f/1", plan.KeepInTouch, "eva", contact.Failed, func(l *contact.Letter) {
		l.Subject, l.Ended, l.Reason = "Hello", day(-1), "the mail server refused it: 550 5.1.1 no such user"
	})
	p := plan.Policy{Practices: map[string]plan.Practice{}, Location: zone, Dormant: contact.Duration{Months: 24},
		Cadences: []plan.Cadence{{Group: "mentor", Every: contact.Duration{Days: 60}}}, Birthdays: true, Anniversaries: true, Goals: plan.Goals{People: 3, Events: 1}}
	return plan.DigestOf(monday, p, r, plan.News{Since: day(-7),
		Troubles: []plan.Line{
			{Says: "offline", Who: "work", Verbatim: "dial tcp 192.0.2.1:993: i/o timeout", At: monday.AddDate(0, 0, -6)},
			{Says: "unreadable", Who: "personal/INBOX", Verbatim: "no header", Count: 2},
		},
		Strangers: []plan.Stranger{{Name: "Lucía Prieto", Address: "lucia.prieto@press.example", In: 4, Out: 3, Last: day(-1)}},
	})
}

// What the owner reads is held word for word: a full week as it is mailed and with
// all of its lines, every sentence that there is, and a week in which nothing waits.
func TestDigestGolden(t *testing.T) {
	for name, d := range map[string]plan.Digest{"week": week(t).Short(), "all": week(t), "every": rich(), "empty": {}} {
		for _, language := range ownerLanguages {
			said, err := Digest(d, language, tapped)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+language+".txt", said.Subject+"\n\n"+said.Text)
			golden(t, name+"."+language+".html", said.HTML)
		}
	}
}

// So is what answers a reply.
func TestAnswerGolden(t *testing.T) {
	order := func(n int, verb plan.Verb, text string) plan.Order {
		return plan.Order{Number: n, Handle: plan.Handle{Number: n}, Verb: verb, Text: text, Said: strings.TrimSpace(string(verb) + " " + text)}
	}
	letter := order(3, plan.VerbNever, "")
	letter.Handle.Key = "thank-you/o1/tom"
	results := []Result{
		{Order: order(1, plan.VerbAnswer, "the tip about Kiel"), Who: "Maria López"}, {Order: order(2, plan.VerbSnooze, "3w"), Who: "Tom Baker"}, {Order: letter, Who: "Tom Baker"},
		{Order: order(4, plan.VerbDraft, ""), Who: "Inês Silva"}, {Order: order(5, plan.VerbAdd, "mentor"), Who: "Eva Stein"}, {Order: order(6, plan.VerbNever, ""), Who: "Joe Park"},
		{Order: order(7, plan.VerbSend, ""), Who: "Ann Lee"}, {Order: order(8, plan.VerbDone, "")}, {Order: order(9, plan.VerbYes, ""), Who: "Ann Lee"}, {Order: order(10, plan.VerbNo, "")},
		{Order: order(11, plan.VerbMoved, "tuesday 15:00"), Who: "Ann Lee"}, {Order: order(0, plan.VerbUndo, "")}, {Order: order(0, plan.VerbPause, "12 Jan")},
		{Order: order(0, plan.VerbResume, "")}, {Order: order(0, plan.VerbLog, "met Maria Lopez")}, {Order: order(12, plan.VerbSend, ""), Failed: "the account has no server to send by"}, {Order: order(2, plan.VerbDone, ""), Again: true},
		{Order: plan.Order{Number: 13, Said: "13 whatever <b>you</b> think"}},
	}
	more := week(t).Short()
	for name, x := range map[string]struct {
		results []Result
		more    *plan.Digest
	}{"answer": {results, nil}, "more": {[]Result{{Order: order(0, plan.VerbMore, "")}}, &more}, "help": {[]Result{{Order: order(0, plan.VerbHelp, "")}}, nil}} {
		for _, language := range ownerLanguages {
			said, err := Answer(x.results, x.more, language, tapped)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+language+".txt", said.Subject+"\n\n"+said.Text)
			golden(t, name+"."+language+".html", said.HTML)
		}
	}
}

// golden compares a text with the file that holds it; with -update it writes that.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "digest", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is now\n%s\nlook at it, and then: go test ./templates -run TestDigestGolden -update", name, got)
	}
}
