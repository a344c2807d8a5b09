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
	"fmt"
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

	// Reflect has the owner asked what a meeting brought (practice 19).
	Reflect bool

	// When letters are sent.
	Window   Window
	SendDays []time.Weekday
	Hold     contact.Duration // sending time that a letter rests in the outbox

	// What the digest tells beside the rest.
	Birthdays, Anniversaries bool
	Goals                    Goals
}

// Practice is the owner's say in one practice.
type Practice struct {
	Enabled  bool
	Delivery contact.Delivery
	Template string           // in place of the practice's own; "": those
	Within   contact.Duration // after its occasion: when a letter ought to have been sent
	Overdue  contact.Duration // after its occasion: when it is late; zero: never
	// Next gives the first firing after a time of the practice's own line, and Fired
	// when that fired last; see Fires. Nil: its letters are made at any time.
	Next  func(t time.Time) time.Time
	Fired time.Time
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
	From      time.Time // it is to be made from then on
	Wording   string    // the name of its template, without a language
	Facts     Facts
	Copy      contact.Medium // in Needs: no mail goes, the owner copies the text for this medium; "": it is mail
	NewThread bool           // it joins no thread
	// Proposed is set for what regards proposes by itself. A letter that so far
	// waited in `needs` is not counted with what is made together with it: whoever
	// finds that it has its words now plans anew before making a proposed one.
	Proposed bool
}

// practices are the rules of good manners, each in a file of its own. Of two
// proposals to one person, that of the practice named first here is made.
var practices = []practice{
	{name: ThankYou, letters: thankYous,
		wordings: []string{"thank-you.informational", "thank-you.interview", "thank-you.met", "thank-you.met-again", "thank-you.help"}},
	{name: Milestone, letters: milestones, ends: endsMilestone, wordings: []string{"milestone"}},
	{name: JobLead, letters: jobLeads, ends: endsJobLead,
		wordings: []string{"job-lead.applied", "job-lead.interview", "job-lead.offer", "job-lead.no"}},
	{name: Reference, letters: references, ends: endsReference,
		wordings: []string{"reference.ask", "reference.thanks", "reference.used", "reference.ended", "reference.ended-unused"}},
	{name: Farewell, letters: farewells, ends: endsFarewell, wordings: []string{"farewell"}},
	{name: Promise, letters: promises, ends: endsPromise, wordings: []string{"promise"}},
	{name: CloseTheLoop, propose: loops, write: writeLoop, ends: endsLoop, wordings: []string{loopHelped, loopInTouch}},
	{name: FollowUp, propose: followUps, write: writeFollowUp, wordings: []string{FollowUp}},
	{name: KeepInTouch, letters: wantedHellos, propose: hellos, write: writeHello, wordings: []string{KeepInTouch}},
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
// regards proposes by itself, and caps hold back, from propose.
type practice struct {
	name string
	// letters gives the letters that the practice asks for as of now, also those
	// that exist already and those whose From is yet to come.
	letters func(now time.Time, p Policy, r Records) []Planned
	// propose puts the letters that regards proposes on the desk, and write makes
	// the letter of one: there may be a proposal for every contact.
	propose  func(d *desk)
	write    func(d *desk, pr proposal) Planned
	wordings []string // the names of its templates
	// ends says why an open letter of the practice, which nobody has touched, is
	// needless; "" when it is not. It may be nil. O is the occasion that the letter
	// came of.
	ends func(d *desk, l contact.Letter, o contact.Occasion) string
}

// revives reports whether a letter of the practice that was taken back, because
// what it came of held no longer, is made again when that holds once more: the
// owner had made a slip, and took that back. It is for what the owner asks for.
func (p practice) revives(l contact.Letter) bool {
	return p.letters != nil && p.ends != nil && l.Revivable()
}

// Status gives the status of c at now: a pause that is over is none.
func Status(now time.Time, c contact.Contact) contact.Status {
	status := c.Status
	if status == contact.Paused && !c.PausedUntil.IsZero() && !now.Before(c.PausedUntil) {
		status = contact.Active
	}
	if status == contact.Active && c.Medium == contact.Email && c.Unreachable() {
		return contact.Bounced
	}
	return status
}

// Writable says why no letter may go to c at now; "" when one may (law 7).
func Writable(now time.Time, c contact.Contact) string {
	if status := Status(now, c); status != contact.Active {
		return c.Name + " is " + string(status)
	}
	if f, grave := c.Grave(); grave {
		return fmt.Sprintf("%s; letters to them wait until you say what is so: regards contact edit %s --settle %s if it is not, else --status", Said(c, f), c.ID, f.Kind)
	}
	return ""
}
