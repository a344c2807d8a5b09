package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

// told gives the lines of one section, as sentence, person and title.
func told(d Digest, name SectionName) (lines []string) {
	for _, s := range d.Sections {
		for _, l := range s.Lines {
			if s.Name == name {
				lines = append(lines, strings.TrimSpace(strings.Join([]string{l.Says, l.Who, l.Title, l.Text}, " ")))
			}
		}
	}
	return lines
}

var digestDay = at("2026-11-23 08:00") // a Monday

// digestOf makes the digest of that day.
func digestOf(t testing.TB, r Records, news News) Digest {
	p := testPolicy(t)
	for _, name := range []string{JobLead, Promise, Farewell, Reference, Milestone} {
		p.Practices[name] = Practice{Enabled: true, Within: contact.Duration{Days: 7}}
	}
	p.Birthdays, p.Anniversaries = true, true
	return DigestOf(digestDay, p, r, news)
}

func TestDigestSections(t *testing.T) {
	day := func(n int) time.Time { return digestDay.AddDate(0, 0, n) }
	open := func(key string, state contact.State, written time.Time) contact.Letter {
		return contact.Letter{Key: key, Practice: ThankYou, ContactID: "maria", State: state, Subject: "Thank you", Written: written, Due: written}
	}
	asks := func(practice string, ask contact.Ask) contact.Letter {
		return contact.Letter{Practice: practice, ContactID: "maria", State: contact.Needs, Asks: ask, Reason: "as it was said"}
	}
	waits := contact.Past{Last: contact.Touch{At: day(-3), Direction: contact.In, Medium: contact.Email, Alone: true, Subject: "A question"},
		Opened: true, LastSign: day(-3), FirstIn: day(-300), FirstOut: day(-300)}
	silent := contact.Past{Last: contact.Touch{At: day(-58), Direction: contact.Out, Medium: contact.Email, Subject: "Hello"},
		LastOut: day(-58), LastSign: day(-100), FirstIn: day(-300), FirstOut: day(-300)}
	for name, x := range map[string]struct {
		change  func(r *Records)
		news    News
		section SectionName
		want    []string
	}{
		"waits for an answer": {func(r *Records) { r.Pasts["maria"] = waits }, News{}, SectionAnswers, []string{"answer Maria Lopez A question"}},
		"waits, but is dead":  {func(r *Records) { r.Pasts["maria"] = waits; status(r, contact.Deceased) }, News{}, SectionAnswers, nil},
		"a draft":             {func(r *Records) { r.Letters["a"] = open("a", contact.Drafted, day(-2)) }, News{}, SectionDrafts, []string{"draft Maria Lopez Thank you"}},
		"edited, the older first": {func(r *Records) {
			r.Letters["a"], r.Letters["b"] = open("a", contact.Edited, day(-1)), open("b", contact.Moved, day(-2))
			r.Letters["c"] = open("c", contact.Approved, day(-9))
		}, News{}, SectionDrafts, []string{"draft Maria Lopez Thank you", "draft Maria Lopez Thank you", "goes Maria Lopez Thank you"}},
		"snoozed":            {func(r *Records) { l := open("a", contact.Drafted, day(-2)); l.Snoozed = day(1); r.Letters["a"] = l }, News{}, SectionDrafts, nil},
		"to be taken back":   {func(r *Records) { l := open("a", contact.Drafted, day(-2)); l.TakeBack = true; r.Letters["a"] = l }, News{}, SectionDrafts, nil},
		"asks what helped":   {func(r *Records) { r.Letters["a"] = asks(ThankYou, contact.AskUseful) }, News{}, SectionQuestions, []string{"asks.useful Maria Lopez  as it was said"}},
		"asks of a farewell": {func(r *Records) { r.Letters["a"] = asks(Farewell, contact.AskUseful) }, News{}, SectionQuestions, []string{"asks.support Maria Lopez  as it was said"}},
		"asks of a referee":  {func(r *Records) { r.Letters["a"] = asks(Reference, contact.AskOutcome) }, News{}, SectionQuestions, []string{"asks.granted Maria Lopez  as it was said"}},
		"has a text to copy": {func(r *Records) { r.Letters["a"] = asks(ThankYou, contact.AskCopy) }, News{Copies: map[string]string{"a": "Dear Maria"}}, SectionQuestions, []string{"asks.copy Maria Lopez  Dear Maria"}},
		"asks for news":      {func(r *Records) { r.Letters["a"] = asks(ThankYou, contact.AskUseful) }, News{Milestones: true}, SectionQuestions, []string{"asks.milestones", "asks.useful Maria Lopez  as it was said"}},
		"not asked yet": {func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.Participants[0].Useful = "" })}
		}, News{}, SectionQuestions, []string{"asks.useful Maria Lopez  what was most useful? regards occasion edit o1 --useful \"Maria Lopez=…\""}},
		"a cadence is nearly up": {func(r *Records) { r.Pasts["maria"] = silent }, News{}, SectionPeople, []string{"write Maria Lopez Hello"}},
		"by hand":                {func(r *Records) { r.Pasts["maria"] = silent; status(r, contact.ByHand) }, News{}, SectionPeople, []string{"write Maria Lopez Hello"}},
		"paused":                 {func(r *Records) { r.Pasts["maria"] = silent; status(r, contact.Paused) }, News{}, SectionPeople, nil},
		"has a draft already":    {func(r *Records) { r.Pasts["maria"] = silent; r.Letters["a"] = open("a", contact.Drafted, day(-2)) }, News{}, SectionPeople, nil},
		"is away": {func(r *Records) {
			r.Pasts["maria"] = silent
			c := r.Contacts["maria"]
			c.Away = contact.Absence{Since: day(-1), Until: day(9)}
			r.Contacts["maria"] = c
		}, News{}, SectionPeople, nil},
		"a promise": {func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.Next, o.NextDue = "the paper", day(2) })}
		}, News{}, SectionDates, []string{"promise Maria Lopez  the paper"}},
		"kept": {func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) {
				o.Next, o.NextDue, o.Steps = "the paper", day(2), []contact.Step{{Word: contact.Done, At: day(-1)}}
			})}
		}, News{}, SectionDates, nil},
		"far ahead": {func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.At = day(15) })}
		}, News{}, SectionDates, nil},
		"ahead": {func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.At, o.Title = day(13), "PhD" })}
		}, News{}, SectionDates, []string{"ahead Maria Lopez PhD"}},
		"birthdays": {func(r *Records) {
			c := r.Contacts["maria"]
			c.Birthday = contact.Birthday{Year: 1980, Month: time.November, Day: 30}
			r.Contacts["maria"] = c
			c.ID, c.Name, c.Birthday = "tom", "Tom", contact.Birthday{Month: time.November, Day: 23}
			r.Contacts["tom"] = c
			c.ID, c.Birthday = "ines", contact.Birthday{Month: time.December, Day: 1} // too far ahead
			r.Contacts["ines"] = c
			c.ID, c.Status, c.Birthday = "joe", contact.Deceased, contact.Birthday{Month: time.November, Day: 23}
			r.Contacts["joe"] = c
		}, News{}, SectionDates, []string{"birthday Tom", "birthday Maria Lopez"}},
		"a year since they met": {func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.At, o.Logged, o.Title = day(-364), day(-364), "PhD" })}
		}, News{}, SectionDates, []string{"anniversary Maria Lopez PhD"}},
		"two years": {func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.At, o.Logged = day(-730), day(-730) })}
		}, News{}, SectionDates, nil},
		"a call a year ago": {func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.Kind, o.At, o.Logged = contact.CallKind, day(-364), day(-364) })}
		}, News{}, SectionDates, nil},
		"a year ago, known before": {func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.At, o.Logged = day(-364), day(-364) })}
			r.Pasts["maria"] = contact.Past{FirstSpoken: day(-400)}
		}, News{}, SectionDates, nil},
		"answered": {func(r *Records) {
			l := open("a", contact.Sent, day(-9))
			l.Sent, l.Answered = day(-8), day(-6)
			r.Letters["a"] = l
		}, News{Since: day(-7)}, SectionAnswered, []string{"answered Maria Lopez Thank you"}},
		"answered before": {func(r *Records) {
			l := open("a", contact.Sent, day(-9))
			l.Sent, l.Answered = day(-8), day(-7)
			r.Letters["a"] = l
		}, News{Since: day(-7)}, SectionAnswered, nil},
		"letters that did not go": {func(r *Records) {
			for key, l := range map[string]contact.Letter{"a": open("a", contact.Failed, day(-9)), "b": open("b", contact.Uncertain, day(-99)),
				"c": open("c", contact.Failed, day(-99)), "d": open("d", contact.Uncertain, day(-1)), "e": open("e", contact.Uncertain, day(-1))} {
				l.Ended, l.Reason = l.Written.AddDate(0, 0, 5), "the mail server refused it: 550 5.1.1: no"
				r.Letters[key] = l
			}
			l := r.Letters["d"]
			l.Snoozed = day(1)
			r.Letters["d"] = l
			l = r.Letters["e"]
			l.ContactID = "gone"
			r.Letters["e"] = l
		}, News{Since: day(-7)}, SectionTrouble, []string{"failed Maria Lopez Thank you", "uncertain Maria Lopez Thank you"}},
		"an address bounces": {func(r *Records) { status(r, contact.Bounced) }, News{}, SectionTrouble, []string{"bounced Maria Lopez"}},
		"trouble": {func(*Records) {}, News{Troubles: []Line{{Says: "trouble", Text: "no outbox"}}, Strangers: []Stranger{
			{Name: "Ines Silva", Address: "ines@x.example", In: 3, Out: 4, Last: digestDay}, {Address: "joe@x.example", In: 3, Out: 3, Last: digestDay}}}, SectionTrouble,
			[]string{"trouble   no outbox", "stranger Ines Silva", "stranger joe@x.example"}},
	} {
		r := records()
		c := r.Contacts["maria"]
		c.Groups = []string{"mentor"}
		r.Contacts["maria"] = c
		x.change(&r)
		if got := told(digestOf(t, r, x.news), x.section); !slices.Equal(got, x.want) {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}

func status(r *Records, s contact.Status) {
	c := r.Contacts["maria"]
	c.Status = s
	r.Contacts["maria"] = c
}

// What is in the outbox waits for nobody, and is not counted in the subject.
func TestDigestCounts(t *testing.T) {
	r := records()
	for key, state := range map[string]contact.State{"a": contact.Drafted, "b": contact.Edited, "c": contact.Approved, "d": contact.Needs, "e": contact.Sent} {
		r.Letters[key] = contact.Letter{Key: key, Practice: ThankYou, ContactID: "maria", State: state, Written: digestDay.AddDate(0, 0, -1)}
	}
	if d := digestOf(t, r, News{}); d.Drafts != 2 || d.Questions != 1 || d.Waiting != 0 {
		t.Errorf("%+v", d)
	}
}

// What a server said of a letter is told from our own words.
func TestRefusal(t *testing.T) {
	for reason, want := range map[string]string{
		"the mail server refused it: 550 5.1.1: no":                          "550 5.1.1: no",
		`you promised Maria: "a paper"` + RefusedWith + "NO [LIMIT] full: x": "NO [LIMIT] full: x",
		"it is not known": "",
	} {
		if got := refusal(reason); got != want {
			t.Errorf("%q: %q, want %q", reason, got, want)
		}
	}
}

// Why it would be a good week to write to somebody is said: the cadence, stretched
// where hellos went unanswered, or the long silence after which nothing is written
// by itself.
func TestDigestPeople(t *testing.T) {
	day := func(n int) time.Time { return digestDay.AddDate(0, 0, n) }
	silent := func(days int) contact.Past {
		return contact.Past{Last: contact.Touch{At: day(-days), Direction: contact.Out, Medium: contact.Email, Subject: "Hello"},
			LastOut: day(-days), LastSign: day(-3000), FirstIn: day(-3000), FirstOut: day(-3000)}
	}
	hello := func(sent int) contact.Letter {
		return contact.Letter{Practice: KeepInTouch, ContactID: "maria", State: contact.Sent, Sent: day(sent), Written: day(sent), Ended: day(sent)}
	}
	for name, x := range map[string]struct {
		days    int
		letters []contact.Letter
		want    Line
	}{
		"the cadence is up": {65, nil, Line{Why: "rhythm", Every: contact.Duration{Days: 60}, Days: 65, Title: "Hello"}},
		"unanswered":        {170, []contact.Letter{hello(-170), hello(-120)}, Line{Why: "rhythm", Every: contact.Duration{Days: 120}, Days: 120}},
		"silent for long":   {1000, nil, Line{Why: "asleep", Every: contact.Duration{Days: 60}, Days: 1000, Title: "Hello"}},
		"put aside meanwhile": {130, []contact.Letter{{Practice: KeepInTouch, ContactID: "maria", State: contact.Dismissed, Written: day(-70), Ended: day(-65)}},
			Line{Why: "rhythm", Every: contact.Duration{Days: 60}, Days: 130, Title: "Hello"}},
	} {
		r := records()
		c := r.Contacts["maria"]
		c.Groups = []string{"mentor"}
		r.Contacts["maria"], r.Pasts["maria"] = c, silent(x.days)
		for i, l := range x.letters {
			r.Letters[fmt.Sprint("keep-in-touch/maria/after-t1/", i)] = l
		}
		p := testPolicy(t)
		p.Dormant = contact.Duration{Months: 24}
		lines := newDesk(digestDay, p, r).people()
		if len(lines) != 1 {
			t.Errorf("%s: %+v", name, lines)
			continue
		}
		if l := lines[0]; l.Why != x.want.Why || l.Every != x.want.Every || l.Days != x.want.Days || l.Title != x.want.Title {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// A week in which there is nothing to say has a digest that says so.
func TestDigestEmpty(t *testing.T) {
	if d := digestOf(t, records(), News{}); len(d.Sections)+d.Waiting+d.Drafts+d.Questions != 0 {
		t.Errorf("%+v", d)
	}
}

// A short digest has at most three lines a section and twelve in all, numbered
// without a gap, and counts what it leaves out; no section vanishes.
func TestDigestShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole Digest
		all := 0
		for i, n := range rapid.SliceOfN(rapid.IntRange(1, 9), 0, 7).Draw(t, "lines") {
			s := Section{Name: SectionName(fmt.Sprint(i))}
			for range n {
				all++
				s.Lines = append(s.Lines, Line{Says: fmt.Sprint(all)})
			}
			whole.Sections = append(whole.Sections, s)
		}
		short, shown := whole.Short(), 0
		for i, s := range short.Sections {
			if len(s.Lines) == 0 || len(s.Lines) > linesInSection || len(s.Lines)+s.Left != len(whole.Sections[i].Lines) {
				t.Fatalf("%d lines and %d more of %d", len(s.Lines), s.Left, len(whole.Sections[i].Lines))
			}
			for j, l := range s.Lines {
				if shown++; l.Number != shown || l.Says != whole.Sections[i].Lines[j].Says {
					t.Fatalf("line %d is %+v", shown, l)
				}
			}
		}
		room := 0
		for _, s := range whole.Sections {
			room += min(len(s.Lines), linesInSection)
		}
		if len(short.Sections) != len(whole.Sections) || shown != min(room, linesInDigest) {
			t.Fatalf("%d lines, with room for %d", shown, room)
		}
	})
}
