package plan

import (
	"fmt"
	"time"

	"regards/contact"
)

// Promise is the name of the practice that keeps what was promised (practice 16).
const Promise = "promise"

// Promised reports whether at now something promised at o waits to be kept.
// What was promised for after an occasion that may not have taken place is not.
func Promised(now time.Time, o contact.Occasion) bool {
	_, done := o.Step(contact.Done)
	return o.Next != "" && !o.NextDue.IsZero() && !done && (o.Over(now) || o.NextDue.Before(o.At))
}

// promises gives a letter to each participant of every occasion at which the
// owner promised something that is not done yet.
func promises(now time.Time, p Policy, r Records) []Planned {
	var letters []Planned
	for _, o := range r.Occasions {
		if !Promised(now, o) || now.Sub(o.NextDue) > staleAfter {
			continue
		}
		for _, to := range addressees(now, r, o) {
			letters = append(letters, promise(now, p, o, to))
		}
	}
	return letters
}

func promise(now time.Time, p Policy, o contact.Occasion, to addressee) Planned {
	l := to.letter(Promise, o)
	l.From, l.Due, l.Wording = startOfDay(o.NextDue, 0, p.Location), o.NextDue, Promise
	l.Facts = Facts{Next: o.Next, Title: o.Title, When: o.At.In(p.Location), Late: now.Sub(o.NextDue) > belatedAfter}
	l.Reason = fmt.Sprintf("you promised %s: %q, until %s; when it is done: regards done %s",
		to.contact.Name, o.Next, dateOf(o.NextDue, p.Location), o.ID)
	if wrote := to.wroteSince(o.At, p.Location); wrote != "" {
		l.Reason += "; " + wrote
	}
	return l.by(to.contact.Medium, to.contact)
}

// endsPromise ends the letter once the promise is kept or no longer stands.
func endsPromise(_ *desk, _ contact.Letter, o contact.Occasion) string {
	if _, done := o.Step(contact.Done); done {
		return "you have done what you promised"
	}
	if o.Next == "" {
		return "nothing is promised any more"
	}
	return ""
}
