package plan

import (
	"fmt"
	"time"

	"regards/contact"
)

// ThankYou is the name of the practice that thanks after an occasion
// (practices 11, 12 and 13).
const ThankYou = "thank-you"

// belatedAfter is how late a first draft may be and still read as prompt.
const belatedAfter = 7 * 24 * time.Hour

// Thanked reports whether an occasion of kind k is answered by a thank-you.
func Thanked(k contact.Kind) bool {
	switch k {
	case contact.Informational, contact.Interview, contact.Met, contact.Event, contact.HelpReceived:
		return true
	}
	return false
}

// ThankYouKey is the natural key of the thank-you to one person for one occasion.
func ThankYouKey(occasionID, contactID string) string {
	return ThankYou + "/" + occasionID + "/" + contactID
}

// thankYous gives the thank-you of every participant of every occasion that is
// over, whether or not it exists already.
func thankYous(now time.Time, p Policy, r Records) []Planned {
	var letters []Planned
	for _, o := range r.Occasions {
		if !Thanked(o.Kind) || !o.Over(now) {
			continue
		}
		for _, part := range o.Participants {
			c, ok := r.Contacts[part.ContactID]
			if !ok || Writable(now, c) != "" {
				continue
			}
			letters = append(letters, thankYou(now, p, o, part, c, r.Pasts[c.ID]))
		}
	}
	return letters
}

// thankYou gives one letter. It is in state Needs when only the owner can say
// what it lacks, and Superseded when the owner has written already.
func thankYou(now time.Time, p Policy, o contact.Occasion, part contact.Participant, c contact.Contact, past contact.Past) Planned {
	at, own := o.At.In(p.Location), p.Practices[ThankYou]
	l := Planned{
		Letter: contact.Letter{
			Key: ThankYouKey(o.ID, c.ID), Practice: ThankYou, ContactID: c.ID,
			OccasionID: o.ID, ParticipantID: part.ID, State: contact.Queued,
			Due:    own.Within.After(at),
			Reason: fmt.Sprintf("%s with %s on %s", o.Kind, c.Name, at.Format("2 January 2006")),
		},
		Wording: thankYouWording(o.Kind),
		Facts:   Facts{Useful: part.Useful, Title: o.Title, When: at, Late: now.Sub(o.At) > belatedAfter},
	}
	if !own.Overdue.IsZero() {
		l.Overdue = own.Overdue.After(at)
	}
	switch {
	case past.LastOut.After(o.At):
		l.State = contact.Superseded
		l.Reason = fmt.Sprintf("you wrote to %s after that, on %s", c.Name, past.LastOut.In(p.Location).Format("2 January 2006"))
	case c.Medium != contact.Email:
		l.State = contact.Needs
		l.Reason = fmt.Sprintf("%s prefers %s to mail: no draft is made; write it there", c.Name, c.Medium)
	case len(c.Addresses) == 0:
		l.State = contact.Needs
		l.Reason = fmt.Sprintf("%s has no address; add one: regards contact edit %s --address ADDRESS", c.Name, c.ID)
	case part.Useful == "":
		l.State = contact.Needs
		l.Reason = fmt.Sprintf(`what was most useful? regards occasion edit %s --useful "%s=…"`, o.ID, c.Name)
	}
	return l
}

// NeedlessThanks reports whether the owner wrote to the person alone after the
// occasion, so that a thank-you that nobody has seen yet is needless. lastOut
// is the newest mail to that person; its zero value is none.
func NeedlessThanks(o contact.Occasion, lastOut contact.Touch) bool {
	return lastOut.Alone && lastOut.At.After(o.At)
}

// thankYouWording gives the name of the template for the thank-you after an
// occasion of some kind.
func thankYouWording(kind contact.Kind) string {
	switch kind {
	case contact.Event:
		kind = contact.Met
	case contact.HelpReceived:
		kind = "help"
	}
	return ThankYou + "." + string(kind)
}
