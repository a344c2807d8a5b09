package plan

import (
	"fmt"
	"time"

	"regards/contact"
)

// Reference is the name of the practice that keeps a referee informed: asked
// first, thanked, told when the name was given and how it ended (practice 22).
const Reference = "reference"

// The words of its letters, each of which has a wording of that name.
const (
	referenceAsk    = "ask"
	referenceThanks = "thanks"
	referenceUsed   = "used"
	referenceEnded  = "ended"

	// unused is the wording of the last one when their name was never given.
	referenceUnused = "ended-unused"
)

// references gives the letter that the newest step of every reference asks for.
func references(now time.Time, p Policy, r Records) []Planned {
	var letters []Planned
	for _, o := range r.Occasions {
		step, ok := latest(o)
		if !ok {
			step.At = o.At
		}
		word := referenceWord(step.Word)
		if o.Kind != contact.Reference || word == "" || now.Sub(step.At) > staleAfter || neverAgreed(o) {
			continue
		}
		for _, to := range addressees(now, r, o) {
			letters = append(letters, reference(now, p, o, step, to, granted(r, to.contact.ID)))
		}
	}
	return letters
}

// referenceWord gives the word of the letter that a step asks for; that of the
// first one for no step.
func referenceWord(w contact.StepWord) string {
	switch w {
	case "":
		return referenceAsk
	case contact.Granted:
		return referenceThanks
	case contact.Used:
		return referenceUsed
	case contact.Offered, contact.TurnedDown:
		return referenceEnded
	}
	return ""
}

// referenceKeyWord gives the word by which the key of such a letter ends.
func referenceKeyWord(word string) string {
	if word == referenceThanks {
		return string(contact.Granted)
	}
	return word
}

// granted gives when a contact last said that their name may be given; the zero
// time for never.
func granted(r Records, contactID string) (last time.Time) {
	for _, o := range r.Occasions {
		step, ok := o.Step(contact.Granted)
		if _, there := o.Participant(contactID); ok && there && o.Kind == contact.Reference && step.At.After(last) {
			last = step.At
		}
	}
	return last
}

// neverAgreed reports whether what somebody was asked to be a reference for has
// ended without a yes of theirs: there is nothing to thank for.
func neverAgreed(o contact.Occasion) bool {
	step, _ := latest(o)
	_, granted := o.Step(contact.Granted)
	_, used := o.Step(contact.Used)
	return o.Kind == contact.Reference && referenceWord(step.Word) == referenceEnded && !granted && !used
}

// permission is how many years a permission is good for.
const permission = 1

// reference gives the letter about a step to a referee, whose newest permission
// is given.
func reference(now time.Time, p Policy, o contact.Occasion, step contact.Step, to addressee, granted time.Time) Planned {
	word, name := referenceWord(step.Word), to.contact.Name
	l := to.letter(Reference, o, referenceKeyWord(word))
	l.From, l.Due, l.Wording = step.At, step.At.Add(answerWithin), Reference+"."+word
	l.Facts = Facts{Title: o.Title, News: o.News, When: o.At.In(p.Location), Late: now.Sub(step.At) > belatedAfter}
	switch word {
	case referenceAsk:
		l.Reason = fmt.Sprintf("%s is to be asked for a reference%s", name, quoted("for", o.Title))
		if wrote := to.wroteSince(o.At, p.Location); wrote != "" {
			l.State, l.Reason = contact.Superseded, wrote
		} else if !granted.IsZero() && o.At.Before(granted.AddDate(permission, 0, 0)) {
			l.State = contact.Superseded
			l.Reason = fmt.Sprintf("%s said on %s that you may give their name", name, dateOf(granted, p.Location))
		}
	case referenceThanks:
		l.Reason = fmt.Sprintf("%s said on %s that you may give their name", name, dateOf(step.At, p.Location))
	case referenceUsed:
		l.Reason = fmt.Sprintf("you gave %s as a reference on %s", name, dateOf(step.At, p.Location))
		switch {
		case granted.IsZero():
			l = l.needs(contact.AskOutcome, `%s has not said yes, as far as is known; if they have: regards occasion edit %s --outcome granted --at DAY, with the day on which they did`, name, o.ID)
		case step.At.After(granted.AddDate(permission, 0, 0)):
			l = l.needs(contact.AskPermission, `the permission of %s is of %s, over a year before you gave their name: ask again: regards log reference %s --title "…"`,
				name, dateOf(granted, p.Location), to.contact.ID)
		}
	case referenceEnded:
		l.Reason = fmt.Sprintf("what %s was a reference for has ended: %s", name, step.Word)
		if _, used := o.Step(contact.Used); !used {
			l.Wording = Reference + "." + referenceUnused
		}
		if o.News == "" {
			l = l.needs(contact.AskNews, `how did it end, in words for %s? regards occasion edit %s --news "…"`, name, o.ID)
		}
	}
	return l.by(to.contact.Medium, to.contact)
}

// endsReference ends the question once the owner has written to the referee or
// they have answered it, and every letter once a later one takes its place.
func endsReference(d *desk, l contact.Letter, o contact.Occasion) string {
	past := d.r.Pasts[l.ContactID]
	step, ok := latest(o)
	word := referenceKeyWord(referenceWord(step.Word))
	switch own := partOf(l).word; {
	case own != word && ok:
		return "it has come further: " + string(step.Word)
	case own != word:
		return "it has not come to that"
	case own == referenceAsk && past.LastOwn.After(o.At):
		return "you wrote to them after that, on " + d.date(past.LastOwn)
	}
	return ""
}
