package plan

import (
	"fmt"
	"strings"
	"time"

	"regards/contact"
)

// staleAfter is how old the cause of a letter may be when it becomes known: what
// lies longer ago is history, and nobody waits to hear of it.
const staleAfter = 30 * 24 * time.Hour

// answerWithin is by when a letter without a time of its own ought to be sent.
const answerWithin = 24 * time.Hour

// addressee is a participant of an occasion to whom letters may go.
type addressee struct {
	contact.Participant
	contact contact.Contact
	past    contact.Past
}

// addressees gives the participants of o to whom letters may go at now.
func addressees(now time.Time, r Records, o contact.Occasion) []addressee {
	all := make([]addressee, 0, len(o.Participants))
	for _, part := range o.Participants {
		c, ok := r.Contacts[part.ContactID]
		if ok && Writable(now, c) == "" {
			all = append(all, addressee{part, c, r.Pasts[c.ID]})
		}
	}
	return all
}

// letter begins the letter of a practice to a; of several for one occasion each
// has a word of its own in its key.
func (a addressee) letter(practice string, o contact.Occasion, word ...string) Planned {
	return Planned{Letter: contact.Letter{
		Key:      strings.Join(append([]string{practice, o.ID, a.contact.ID}, word...), "/"),
		Practice: practice, ContactID: a.contact.ID, OccasionID: o.ID, ParticipantID: a.ID, State: contact.Queued,
	}}
}

// needs puts l into Needs, where it asks for something, for a reason that tells the
// owner what to do.
func (l Planned) needs(ask contact.Ask, format string, args ...any) Planned {
	l.State, l.Asks, l.Reason = contact.Needs, ask, fmt.Sprintf(format, args...)
	return l
}

// by has l go to c by a medium: for another one than mail there is no draft, but
// a text for the owner to copy.
func (l Planned) by(medium contact.Medium, c contact.Contact) Planned {
	switch {
	case l.State != contact.Queued:
	case medium != contact.Email:
		l.State, l.Asks, l.Copy = contact.Needs, contact.AskCopy, medium
		l.Reason = copyReason(l, c)
	case len(c.Addresses) == 0:
		return l.needs(contact.AskAddress, "%s has no address; add one: regards contact edit %s --address ADDRESS", c.Name, c.ID)
	}
	return l
}

// copyReason says what to do with a text that the owner copies.
func copyReason(l Planned, c contact.Contact) string {
	why := fmt.Sprintf("%s prefers %s", c.Name, l.Copy)
	if l.Copy != c.Medium {
		why = fmt.Sprintf("this goes to %s by %s", c.Name, l.Copy)
	}
	return fmt.Sprintf("%s: copy the text (regards letter show %s), then: regards done %s", why, l.Key, l.Key)
}

// latest gives the newest step of o; of two at the same time the one that the
// owner told later.
func latest(o contact.Occasion) (step contact.Step, ok bool) {
	for _, s := range o.Steps {
		if !ok || !s.At.Before(step.At) {
			step, ok = s, true
		}
	}
	return step, ok
}

// wroteSince says that the owner wrote to a alone after t; "" when not so. A
// letter of ours does not count: it was about something else.
func (a addressee) wroteSince(t time.Time, loc *time.Location) string {
	if !a.past.LastOwn.After(t) {
		return ""
	}
	return fmt.Sprintf("you wrote to %s after that, on %s", a.contact.Name, dateOf(a.past.LastOwn, loc))
}

// dateOf writes the day of t as a person reads it.
func dateOf(t time.Time, loc *time.Location) string { return t.In(loc).Format("2 January 2006") }

// startOfDay gives the first moment of the day of t, so many days later, where
// the owner lives.
func startOfDay(t time.Time, days int, loc *time.Location) time.Time {
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, loc)
}

// quoted writes what it was about in quotes, after a word; "" for nothing.
func quoted(word, text string) string {
	if text == "" {
		return ""
	}
	return " " + strings.TrimSpace(fmt.Sprintf("%s %q", word, text))
}
