// Package plan decides. From the records and the time that it is given it says
// whether a message is a touch, which letters are due, which became needless,
// and which thread a letter joins.
//
// Everything here is a pure function over values: no I/O, no clock, no
// randomness, no state. The same arguments give the same answer, which is what
// makes a rehearsal possible and every decision explainable: each one carries
// its reason in words that the owner can read.
//
// A practice is one file. It looks at the records and returns the letters that
// it asks for, now or later, with their natural keys; whether such a letter
// exists already, whether its time has come, and whether a cap holds it back, is
// for Schedule to see.
package plan

import (
	"strings"
	"time"

	"regards/contact"
)

// Policy is what the owner set in the configuration, as far as plans go.
type Policy struct {
	Practices map[string]Practice // by name, every one there is
	Cadences  []Cadence
	// Location is where the owner lives: calendar days are counted there.
	Location *time.Location

	// The caps on letters that regards proposes by itself (law 7); 0 is no limit.
	PerContactDays, DailyCap, OpenHellos int
	Dormant                              contact.Duration // no hello to people silent for longer; zero: no limit

	// WorkDomains are those of the owner's addresses that are not private; none
	// when the private one is unknown. Mailboxes there close when the owner leaves.
	WorkDomains []string

	// When letters are sent.
	Window   Window
	SendDays []time.Weekday
	Hold     contact.Duration // sending time that a letter rests in the outbox
}

// Practice is the owner's say in one practice.
type Practice struct {
	Enabled  bool
	Delivery contact.Delivery
	Template string           // in place of the practice's own; "": those
	Within   contact.Duration // after its occasion: when a letter ought to have been sent
	Overdue  contact.Duration // after its occasion: when it is late; zero: never
}

// Window is a span of the day, as read on the clock: nine to six is Start 9h,
// End 18h.
type Window struct {
	Start, End time.Duration
}

// Records is what the store knows, as far as plans go.
type Records struct {
	Contacts  map[string]contact.Contact // by id
	Occasions []contact.Occasion
	Pasts     map[string]contact.Past   // by contact id; nobody who was never in touch
	Letters   map[string]contact.Letter // every letter ever made, by key
}

// Planned is a letter that a practice asks for, before it has words.
type Planned struct {
	contact.Letter
	From    time.Time // it is to be made from then on
	Wording string    // the name of its template, without a language
	// Proposed is set for what regards proposes by itself. A letter that so far
	// waited in `needs` is not counted with what is made together with it: whoever
	// finds that it has its words now plans anew before making a proposed one.
	Proposed  bool
	Facts     Facts
	Copy      contact.Medium // in Needs: no mail goes, the owner copies the text for this medium; "": it is mail
	NewThread bool           // it joins no thread
}

// practices are the rules of good manners, each in a file of its own. Of two
// proposals to one person, that of the practice named first here is made.
var practices = []practice{
	{name: ThankYou, letters: thankYous,
		wordings: []string{"thank-you.informational", "thank-you.interview", "thank-you.met", "thank-you.help"}},
	{name: CloseTheLoop, proposals: loops, write: writeLoop, wordings: []string{loopHelped, loopInTouch}},
	{name: FollowUp, proposals: followUps, write: writeFollowUp, wordings: []string{FollowUp}},
	{name: KeepInTouch, proposals: hellos, write: writeHello, wordings: []string{KeepInTouch}},
	{name: Milestone, letters: milestones, wordings: []string{"milestone"}},
	{name: JobLead, letters: jobLeads, ends: endsJobLead,
		wordings: []string{"job-lead.applied", "job-lead.interview", "job-lead.offer", "job-lead.no"}},
	{name: Reference, letters: references, ends: endsReference,
		wordings: []string{"reference.ask", "reference.thanks", "reference.used", "reference.ended"}},
	{name: Farewell, letters: farewells, ends: endsFarewell, wordings: []string{"farewell"}},
	{name: Promise, letters: promises, ends: endsPromise, wordings: []string{"promise"}},
}

// Wordings gives the names of the templates that a practice uses: those that
// the owner chose for it, or its own. It is nil for an unknown practice.
func (p Policy) Wordings(name string) []string {
	if own := p.Practices[name].Template; own != "" {
		return []string{own}
	}
	for _, practice := range practices {
		if practice.name == name {
			return practice.wordings
		}
	}
	return nil
}

// practice is one rule. What the owner asked for comes from letters; what
// regards proposes by itself, and caps hold back, from proposals.
type practice struct {
	name string
	// letters gives the letters that the practice asks for as of now, also those
	// that exist already and those whose From is yet to come.
	letters func(now time.Time, p Policy, r Records) []Planned
	// proposals does so for letters that regards proposes, and write makes the
	// letter of one: there may be a proposal for every contact.
	proposals func(d *desk) []proposal
	write     func(d *desk, pr proposal) Planned
	wordings  []string // the names of its templates
	// ends says why an open letter of the practice, which nobody has touched, is
	// needless at now; "" when it is not. It may be nil. O is the occasion that
	// the letter came of, past that of its contact.
	ends func(now time.Time, p Policy, l contact.Letter, o contact.Occasion, past contact.Past) string
}

// part tells the letters of one participant of one occasion apart: a practice
// may ask for several, whose keys then end in different words.
type part struct{ practice, participant, word string }

// partOf gives the part of a letter, whose key is practice/occasion/contact or
// practice/occasion/contact/word.
func partOf(l contact.Letter) part {
	p := part{practice: l.Practice, participant: l.ParticipantID}
	if words := strings.SplitN(l.Key, "/", 4); len(words) == 4 {
		p.word = words[3]
	}
	return p
}

// keysByPart finds letters by their part: one that was made before its contact
// was merged into another keeps the key it was made under. Where a merge left
// two, the one that has come further holds.
func keysByPart(letters map[string]contact.Letter) map[part]string {
	keys := make(map[part]string, len(letters))
	for key, l := range letters {
		if l.ParticipantID == "" {
			continue
		}
		l.Key = key
		at := partOf(l)
		if old, two := keys[at]; !two || further(l, letters[old], old) {
			keys[at] = key
		}
	}
	return keys
}

func further(l, than contact.Letter, thanKey string) bool {
	if a, b := l.State == contact.Needs, than.State == contact.Needs; a != b {
		return b
	}
	return l.Key < thanKey
}

// Status gives the status of c at now: a pause that is over is none.
func Status(now time.Time, c contact.Contact) contact.Status {
	if c.Status == contact.Paused && !c.PausedUntil.IsZero() && !now.Before(c.PausedUntil) {
		return contact.Active
	}
	return c.Status
}

// Writable says why no letter may go to c at now; "" when one may (law 7).
func Writable(now time.Time, c contact.Contact) string {
	status := Status(now, c)
	if status == contact.Active {
		return ""
	}
	return c.Name + " is " + string(status)
}
