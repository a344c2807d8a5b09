package plan

import (
	"fmt"
	"slices"
	"time"

	"regards/contact"
)

// Milestone is the name of the practice that tells news to many, by a letter
// each (practice 21). Its occasions are those of kind contact.Milestone.
const Milestone = "milestone"

// milestones gives the letter of every milestone to each of its participants,
// also when its time is yet to come. The owner has set that time: nobody is
// asked whether it took place. Long after it the news is none any more, and
// whoever could not be written to then is not told.
func milestones(now time.Time, p Policy, r Records) []Planned {
	var letters []Planned
	for _, o := range r.Occasions {
		if o.Kind != contact.Milestone || now.Sub(o.At) > staleAfter {
			continue
		}
		letters = slices.Grow(letters, len(o.Participants))
		for _, to := range addressees(now, r, o) {
			letters = append(letters, milestone(now, p, o, to))
		}
	}
	return letters
}

func milestone(now time.Time, p Policy, o contact.Occasion, to addressee) Planned {
	l := to.letter(Milestone, o)
	l.From, l.Due, l.Wording, l.NewThread = o.At, o.At, "milestone", true
	l.Facts = Facts{News: o.News, Title: o.Title, When: o.At.In(p.Location), Late: now.Sub(o.At) > belatedAfter}
	l.Reason = fmt.Sprintf("you asked on %s to tell %s your news%s", dateOf(o.Logged, p.Location), to.contact.Name, quoted("of", o.Title))
	return l.by(to.contact.Medium, to.contact)
}

// endsMilestone ends a letter that never got its words once it is too late for it.
func endsMilestone(d *desk, l contact.Letter, o contact.Occasion) string {
	if l.State == contact.Needs && d.now.Sub(o.At) > staleAfter {
		return "the news was to be told on " + d.date(o.At) + ", too long ago"
	}
	return ""
}
