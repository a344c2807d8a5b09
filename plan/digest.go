package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Digest is what the owner is told once a week: facts, which package templates
// puts into words.
type Digest struct {
	Sections []Section // those that have something to say, in the order in which they are read
	// How many there are in all, for the subject.
	Waiting, Drafts, Questions, Going int
}

// Section is one part of a digest.
type Section struct {
	Name  SectionName
	Lines []Line
	Left  int // how many more there are
}

// SectionName tells the parts of a digest apart.
type SectionName string

// The sections, in their order.
const (
	SectionAnswers   SectionName = "answers"   // people who wait for the owner's answer
	SectionDrafts    SectionName = "drafts"    // letters that lie ready
	SectionQuestions SectionName = "questions" // what letters ask of the owner
	SectionPeople    SectionName = "people"    // to whom it would be a good week to write
	SectionDates     SectionName = "dates"     // promises and occasions of the next two weeks
	SectionAnswered  SectionName = "answered"  // who answered a letter
	SectionTrouble   SectionName = "trouble"   // what only the owner can mend
	SectionGoals     SectionName = "goals"     // what the owner wanted to do this month
)

// Line is one fact of a digest. Which of its fields mean something depends on
// Says.
type Line struct {
	Number int    // over the whole digest, from 1
	Says   string // which sentence it is, such as "answer" or "asks.useful"

	ContactID, Key, OccasionID string // what it is about; "" for what it is not

	Who     string // the name of the contact, or the names of several
	Address string // of somebody who is no contact
	Title   string // the subject of a mail, or what an occasion was about
	Text    string // words of the owner, or of the program where there is no sentence
	// Verbatim is what a server or the system said, or others wrote, to be quoted as it is.
	Verbatim string
	Kind     contact.Kind     // of an occasion
	Medium   contact.Medium   // by which a text goes to them
	At       time.Time        // in the owner's time zone
	Days     int              // how long ago or how long it took
	Every    contact.Duration // how often the owner wants to be in touch with them
	Why      string           // why somebody is named, where there are several reasons, such as "rhythm" and "asleep"
	Count    int
	Of       int // what Count is to come to
}

// News is what a digest is made of beside the records.
type News struct {
	Since     time.Time  // when the last one was made
	Troubles  []Line     // what only the owner can mend
	Strangers []Stranger // with whom the owner writes, as Acquaintances gives them
	Copies    map[string]string
	// Milestones is set when the owner is to be asked for news to tell. It is asked
	// this once.
	Milestones bool
}

// Bounds of a digest.
const (
	linesInSection = 3
	linesInDigest  = 12
	datesAhead     = 14 // days
	weekAhead      = 7  // days in which somebody's time comes
)

// DigestOf gives the digest as of now, with everything that there is to say.
func DigestOf(now time.Time, p Policy, r Records, news News) Digest {
	r = withAsked(now, p, r)
	d := newDesk(now, p, r)
	var digest Digest
	for _, s := range []struct {
		name  SectionName
		lines []Line
		count *int
	}{
		{SectionAnswers, d.waiting(), &digest.Waiting},
		{SectionDrafts, d.readyDrafts(), &digest.Drafts},
		{SectionQuestions, slices.Concat(milestonesAsked(news), d.ended(staleAfter), d.found(isQuestion), d.questions(news.Copies)), &digest.Questions},
		{SectionPeople, d.people(), nil},
		{SectionDates, d.dates(), nil},
		{SectionAnswered, d.answers(news.Since), nil},
		{SectionTrouble, d.troubles(news), nil},
		{SectionGoals, d.goals(), nil},
	} {
		for _, l := range s.lines {
			if s.count != nil && l.Says != goes {
				*s.count++
			}
		}
		if len(s.lines) > 0 {
			digest.Sections = append(digest.Sections, Section{Name: s.name, Lines: s.lines})
		}
	}
	digest.number()
	return digest
}

// Short gives a digest that fits on the screen of a phone: of each section so many
// lines as there is room for, one of each before a second of any.
func (g Digest) Short() Digest {
	g.Sections = slices.Clone(g.Sections)
	keep := make([]int, len(g.Sections))
	for left, round := linesInDigest, 0; round < linesInSection; round++ {
		for i, s := range g.Sections {
			if len(s.Lines) > round && left > 0 {
				keep[i]++
				left--
			}
		}
	}
	for i := range g.Sections {
		s := &g.Sections[i]
		s.Left, s.Lines = len(s.Lines)-keep[i], slices.Clone(s.Lines[:keep[i]])
	}
	g.number()
	return g
}

// number counts the lines.
func (g Digest) number() {
	n := 0
	for _, s := range g.Sections {
		for i := range s.Lines {
			n++
			s.Lines[i].Number = n
		}
	}
}

// waiting gives those who wait for an answer, the newest first.
func (d *desk) waiting() (lines []Line) {
	for id, c := range d.r.Contacts {
		if past := d.r.Pasts[id]; Owes(d.now, c, past) && c.Status != contact.Deceased && c.Status != contact.DoNotContact {
			lines = append(lines, Line{Says: "answer", ContactID: id, Who: c.Name, Title: past.Last.Subject, At: d.local(past.Last.At)})
		}
	}
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(a.ContactID, b.ContactID)) })
	return lines
}

// goes is what is said of a letter in the outbox: it waits for nobody.
const goes = "goes"

// readyDrafts gives the letters that lie there for the owner, the oldest first,
// and then those that are about to go.
func (d *desk) readyDrafts() (lines []Line) {
	for key, l := range d.r.Letters {
		says := "draft"
		switch {
		case l.TakeBack || l.Snoozed.After(d.now):
			continue
		case l.State == contact.Approved:
			says = goes
		case l.State != contact.Drafted && l.State != contact.Edited && l.State != contact.Moved:
			continue
		}
		made := madeAt(&l)
		lines = append(lines, Line{Says: says, ContactID: l.ContactID, Key: key, Who: d.r.Contacts[l.ContactID].Name, Title: l.Subject,
			At: d.local(made), Days: daysBetween(d.local(made), d.local(d.now))})
	}
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(strings.Compare(a.Says, b.Says), a.At.Compare(b.At), strings.Compare(a.Key, b.Key))
	})
	return lines
}

// milestonesAsked is the question for news to tell. It goes before what letters ask,
// since they ask again next week.
func milestonesAsked(news News) []Line {
	if !news.Milestones {
		return nil
	}
	return []Line{{Says: "asks.milestones"}}
}

// questions gives what letters ask of the owner, the first due first.
func (d *desk) questions(copies map[string]string) (lines []Line) {
	due := map[string]time.Time{}
	for key, l := range d.r.Letters {
		if l.State != contact.Needs || l.Snoozed.After(d.now) {
			continue
		}
		o := d.occasion(l.OccasionID)
		c := d.r.Contacts[l.ContactID]
		line := Line{Says: "asks." + string(l.Asks), ContactID: l.ContactID, Key: key, OccasionID: l.OccasionID,
			Who: c.Name, Title: o.Title, Kind: o.Kind, At: d.local(o.At), Medium: c.Medium, Text: l.Reason,
			Days: daysBetween(d.local(o.At), d.local(d.now))}
		switch {
		case l.Asks == contact.AskCopy:
			line.Text = copies[key]
		case l.Asks == contact.AskUseful && l.Practice == Farewell:
			line.Says = "asks.support"
		case l.Asks == contact.AskOutcome && l.Practice == Reference:
			line.Says = "asks.granted"
		}
		due[key] = l.Due
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(due[a.Key].Compare(due[b.Key]), strings.Compare(a.Key, b.Key))
	})
	return lines
}

// people gives those to whom it would be a good week to write and for whom no
// letter is made by itself, the one whose time came first before the others; who
// has long been silent comes last.
func (d *desk) people() (lines []Line) {
	asleep, due := map[string]bool{}, map[string]time.Time{}
	until := d.now.AddDate(0, 0, weekAhead)
	for id, c := range d.r.Contacts {
		past, f := d.r.Pasts[id], d.files[id]
		h, ok := d.hello(&c, &past)
		status := Status(d.now, c)
		switch {
		case !ok || h.due.After(until) || past.TwoWay().IsZero():
			continue
		case status != contact.Active && status != contact.ByHand, status == contact.Active && !canBeWritten(&c):
			continue
		case f != nil && (f.open || f.waiting), waitsForAnswer(&c, &past):
			continue
		case !c.Away.Until.IsZero() && !d.now.Before(c.Away.Since) && d.now.Before(d.p.awayUntil(c.Away)):
			continue
		}
		line := Line{Says: "write", ContactID: id, Who: c.Name, Title: BaseSubject(past.Last.Subject), Text: d.lastNote(id),
			At: d.local(past.Last.At), Every: stretch(h.every, h.times), Why: "rhythm"}
		if f != nil && f.sent.After(past.Last.At) {
			line.At, line.Title = d.local(f.sent), ""
		}
		if line.Title == line.Text { // an occasion, which was noted
			line.Title = ""
		}
		line.Days = daysBetween(line.At, d.local(d.now))
		if asleep[id], due[id] = Dormant(d.now, d.p, past), h.due; asleep[id] {
			line.Why = "asleep"
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b Line) int {
		switch x, y := asleep[a.ContactID], asleep[b.ContactID]; {
		case x && !y:
			return 1
		case y && !x:
			return -1
		}
		return cmp.Or(due[a.ContactID].Compare(due[b.ContactID]), strings.Compare(a.ContactID, b.ContactID))
	})
	return lines
}

// lastNote gives what the owner noted last of somebody.
func (d *desk) lastNote(contactID string) (text string) {
	var at time.Time
	for _, o := range d.r.Occasions {
		to, ok := o.Participant(contactID)
		if !ok || o.At.Before(at) || o.At.After(d.now) {
			continue
		}
		if note := cmp.Or(to.Useful, o.Title); note != "" {
			text, at = note, o.At
		}
	}
	return text
}

// dates gives the promises and the occasions of the next two weeks, what was
// promised and is not done, and the days of the next week that come every year, in
// their order.
func (d *desk) dates() (lines []Line) {
	until := d.now.AddDate(0, 0, datesAhead)
	for _, o := range d.r.Occasions {
		line := Line{OccasionID: o.ID, Who: d.names(o), Title: o.Title, Kind: o.Kind}
		if len(o.Participants) > 0 {
			line.ContactID = o.Participants[0].ContactID
		}
		if Promised(d.now, o) && o.NextDue.Before(until) && d.now.Sub(o.NextDue) <= staleAfter {
			line := line
			line.Says, line.Text, line.At = "promise", o.Next, d.local(o.NextDue)
			lines = append(lines, line)
		}
		if _, meets := o.Kind.TouchMedium(); o.At.After(d.now) && o.At.Before(until) && (meets || o.Kind == contact.Farewell || o.Kind == contact.Milestone) {
			line.Says, line.At = "ahead", d.local(o.At)
			lines = append(lines, line)
		}
	}
	lines = slices.Concat(lines, d.birthdays(), d.anniversaries())
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.OccasionID, b.OccasionID), strings.Compare(a.ContactID, b.ContactID), strings.Compare(a.Says, b.Says))
	})
	return lines
}

// maxNames is how many people of an occasion are named.
const maxNames = 3

// names gives the names of those who take part in o.
func (d *desk) names(o contact.Occasion) string {
	var names []string
	for _, part := range o.Participants {
		if c, known := d.r.Contacts[part.ContactID]; known && len(names) <= maxNames {
			names = append(names, c.Name)
		}
	}
	if len(names) > maxNames {
		names[maxNames] = "…"
	}
	return strings.Join(names, ", ")
}

// answers gives who answered a letter since a time, the newest first.
func (d *desk) answers(since time.Time) (lines []Line) {
	for key, l := range d.r.Letters {
		if l.Answered.After(since) && !l.Answered.After(d.now) {
			lines = append(lines, Line{Says: "answered", ContactID: l.ContactID, Key: key, Who: d.r.Contacts[l.ContactID].Name, Title: l.Subject,
				At: d.local(l.Answered), Days: daysBetween(d.local(sentAt(&l)), d.local(l.Answered))})
		}
	}
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Key, b.Key)) })
	return lines
}

// troubles gives what only the owner can mend: machines first, then people and the
// letters to them, and who might be worth adding.
func (d *desk) troubles(news News) []Line {
	lines := slices.Clone(news.Troubles)
	for id, c := range d.r.Contacts {
		if Status(d.now, c) == contact.Bounced {
			lines = append(lines, Line{Says: "bounced", ContactID: id, Who: c.Name})
		}
	}
	lines = append(lines, d.found(func(k contact.FindingKind) bool { return !isQuestion(k) })...)
	lines = append(lines, d.stranded(news.Since)...)
	slices.SortStableFunc(lines, func(a, b Line) int {
		return cmp.Or(strings.Compare(a.ContactID, b.ContactID), strings.Compare(a.Key, b.Key))
	})
	return append(lines, d.newcomers(news)...)
}

// stranded gives the letters that failed since a time, and those of which nobody
// knows whether they went.
func (d *desk) stranded(since time.Time) (lines []Line) {
	for key, l := range d.r.Letters {
		c, known := d.r.Contacts[l.ContactID]
		line := Line{Says: string(l.State), ContactID: c.ID, Key: key, Who: c.Name, Title: l.Subject}
		switch {
		case !known:
		case l.State == contact.Failed && l.Ended.After(since):
			line.Verbatim = refusal(l.Reason)
			lines = append(lines, line)
		case l.State == contact.Uncertain && !l.Snoozed.After(d.now):
			lines = append(lines, line)
		}
	}
	return lines
}

// RefusedWith stands between the reason of a letter and the words with which the
// server refused its draft.
const RefusedWith = "; the server refuses the draft: "

// refusal gives what the server said of a letter that has failed: what stands
// before it in the reason is ours, and English.
func refusal(reason string) string {
	if _, said, laying := strings.Cut(reason, RefusedWith); laying {
		return said
	}
	_, said, _ := strings.Cut(reason, ": ")
	return said
}

// local gives a time on the owner's clock; the zero time as it is.
func (d *desk) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(d.p.Location)
}
