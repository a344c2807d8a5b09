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
		for _, to := range addressees(now, r, o) {
			letters = append(letters, thankYou(now, p, o, to))
		}
	}
	return letters
}

// thankYou gives one letter. It is in state Needs when only the owner can say
// what it lacks, and Superseded when the owner has written already.
func thankYou(now time.Time, p Policy, o contact.Occasion, to addressee) Planned {
	at, own := o.At.In(p.Location), p.Practices[ThankYou]
	l := to.letter(ThankYou, o)
	l.Due, l.Wording = own.Within.After(at), thankYouWording(o, to.past)
	if !own.Overdue.IsZero() {
		l.Overdue = own.Overdue.After(at)
	}
	l.Facts = Facts{Useful: to.Useful, Title: o.Title, When: at, Late: now.Sub(o.At) > belatedAfter}
	l.Reason = fmt.Sprintf("%s with %s on %s", o.Kind, to.contact.Name, dateOf(at, p.Location))
	if wrote := to.wroteSince(o.At, p.Location); wrote != "" {
		l.State, l.Reason = contact.Superseded, wrote
		return l
	}
	if to.Useful == "" {
		return l.needs(contact.AskUseful, `what was most useful? regards occasion edit %s --useful "%s=…"`, o.ID, to.contact.Name)
	}
	return l.by(thankYouMedium(o.Kind, to.contact), to.contact)
}

// thankYouMedium gives by what a contact is thanked: by what they prefer, but
// after a formal interview by mail or a card only.
func thankYouMedium(kind contact.Kind, c contact.Contact) contact.Medium {
	switch {
	case kind != contact.Interview || c.Medium == contact.Email:
		return c.Medium
	case c.Medium != contact.Card && len(c.Addresses) > 0:
		return contact.Email
	}
	return contact.Card
}

// NeedlessThanks reports whether the owner wrote to the person alone after the
// occasion, so that a thank-you that nobody has seen yet is needless. lastOut
// is the newest mail to that person; its zero value is none.
func NeedlessThanks(o contact.Occasion, lastOut contact.Touch) bool {
	return lastOut.Alone && lastOut.At.After(o.At)
}

// thankYouWording gives the name of the template for the thank-you after an
// occasion, to somebody with whom there is a past.
func thankYouWording(o contact.Occasion, past contact.Past) string {
	kind := string(o.Kind)
	switch {
	case o.Kind == contact.HelpReceived:
		kind = "help"
	case meets(o.Kind) && knownBefore(o, past):
		kind = "met-again"
	case meets(o.Kind):
		kind = "met"
	}
	return ThankYou + "." + kind
}
