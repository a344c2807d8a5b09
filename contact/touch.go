package contact

import (
	"slices"
	"time"
)

// Direction says who reached out.
type Direction string

// In is from the contact to the owner, Out from the owner to the contact.
const (
	In  Direction = "in"
	Out Direction = "out"
)

// Touch is one real contact between the owner and a contact, at one time. The
// last touch of a contact is derived from these and never typed in.
type Touch struct {
	ID        string
	ContactID string
	At        time.Time
	Direction Direction
	Medium    Medium
	Subject   string

	// Key tells touches of one contact apart: the Message-ID, or what stands in
	// for a missing one (classify.Header.Key), or OccasionKey.
	Key        string
	MessageID  string   // without angle brackets; "" when the message had none
	References []string // ids of the thread so far, oldest first, without MessageID
	Address    string   // the contact's address in this message
	Alone      bool     // between the owner and this contact, nobody else in To or Cc
	Verified   bool     // the sender's domain vouched for it (DMARC)
	Account    string
	Mailbox    string
	Rule       string // why it counted, for explain
}

// OccasionKey is the Key of the touch that an occasion is.
func OccasionKey(occasionID string) string { return "occasion:" + occasionID }

// Newer reports whether t is a newer touch than u. Of two at the same second
// the outgoing one is the newer: the owner has answered.
func (t Touch) Newer(u Touch) bool {
	if a, b := t.At.Unix(), u.At.Unix(); a != b {
		return a > b
	}
	return t.Direction == Out && u.Direction == In
}

// Kind is what happened at an occasion.
type Kind string

// The kinds of occasion.
const (
	Met           Kind = "met"
	Informational Kind = "informational"
	Interview     Kind = "interview"
	Event         Kind = "event"
	CallKind      Kind = "call"
	Introduction  Kind = "introduction"
	JobLead       Kind = "job-lead"
	Reference     Kind = "reference"
	HelpReceived  Kind = "help-received"
	HelpGiven     Kind = "help-given"
	Farewell      Kind = "farewell"
	Note          Kind = "note"

	// Milestone is news that the owner tells to every participant, by a letter
	// each. It is made by a command of its own.
	Milestone Kind = "milestone"
)

// Kinds lists every Kind that can be logged.
func Kinds() []Kind {
	return []Kind{Met, Informational, Interview, Event, CallKind, Introduction, JobLead, Reference,
		HelpReceived, HelpGiven, Farewell, Note}
}

// TouchMedium gives the medium by which an occasion of kind k was a touch;
// false for the kinds that are none.
func (k Kind) TouchMedium() (Medium, bool) {
	switch k {
	case Met, Informational, Interview, Event:
		return Meeting, true
	case CallKind:
		return Call, true
	}
	return "", false
}

// Occasion is something that happened, or is to happen, and that manners answer.
type Occasion struct {
	ID           string
	Kind         Kind
	At           time.Time
	Title        string
	Next         string    // what was promised next, "" for nothing
	NextDue      time.Time // when; zero for nothing
	Logged       time.Time
	TookPlace    bool   // the owner said so; only asked of one logged ahead of its time
	News         string // what a milestone tells, or how that ended what somebody was a reference for
	Steps        []Step // how far its matter has come, in the order in which the owner said so
	Participants []Participant
}

// Step is a point that the matter of an occasion has come to.
type Step struct {
	Word StepWord
	At   time.Time
}

// StepWord names a step.
type StepWord string

// The steps: those of a job lead or an application, those of a reference, and
// that a promise was kept.
const (
	Applied     StepWord = "applied"
	Interviewed StepWord = "interview"
	Offered     StepWord = "offer"
	TurnedDown  StepWord = "no"
	Granted     StepWord = "granted"
	Used        StepWord = "used"
	Done        StepWord = "done"
)

// Step finds a step of o.
func (o Occasion) Step(w StepWord) (Step, bool) {
	i := slices.IndexFunc(o.Steps, func(s Step) bool { return s.Word == w })
	if i < 0 {
		return Step{}, false
	}
	return o.Steps[i], true
}

// WithStep gives o as it has come to a step; said again, the newer time holds.
func (o Occasion) WithStep(step Step) Occasion {
	o.Steps = append(slices.DeleteFunc(slices.Clone(o.Steps), func(s Step) bool { return s.Word == step.Word }), step)
	return o
}

// Participant is one person at one occasion. A letter belongs to this row, so
// that merging two contacts keeps the letters.
type Participant struct {
	ID        string
	ContactID string
	Useful    string // what was most useful, in the owner's words
}

// Over reports whether o has happened as far as is known at now: its time is
// past, or, if it was logged ahead of its time, the owner has said that it took
// place.
func (o Occasion) Over(now time.Time) bool {
	return o.TookPlace || !o.At.After(o.Logged) && !o.At.After(now)
}

// Touches gives the touches that o is as of now: one for each participant, or
// none when o is not over or of a kind that is no touch.
func (o Occasion) Touches(now time.Time) []Touch {
	medium, ok := o.Kind.TouchMedium()
	if !ok || !o.Over(now) {
		return nil
	}
	subject := o.Title
	if subject == "" {
		subject = string(o.Kind)
	}
	var touches []Touch
	for _, p := range o.Participants {
		touches = append(touches, Touch{
			ContactID: p.ContactID, At: o.At, Direction: Out, Medium: medium, Subject: subject,
			Key: OccasionKey(o.ID), Rule: "occasion " + o.ID + " (" + string(o.Kind) + ") was logged",
		})
	}
	return touches
}

// Participant finds the participant row of a contact.
func (o Occasion) Participant(contactID string) (Participant, bool) {
	i := slices.IndexFunc(o.Participants, func(p Participant) bool { return p.ContactID == contactID })
	if i < 0 {
		return Participant{}, false
	}
	return o.Participants[i], true
}
