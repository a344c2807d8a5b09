package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Farewell is the name of the practice that thanks everybody when the owner
// leaves a job or an internship (practices 32 and 33).
const Farewell = "farewell"

// When a farewell is prepared, written, and given up.
const (
	farewellAsked = 21 // days before the last day
	farewellWork  = 5  // work days before it
	farewellOver  = 14 // days after it
)

// farewells gives the letter to everybody who is to be thanked at a leaving date,
// and before that the question what their support meant, or where to reach them.
func farewells(now time.Time, p Policy, r Records) []Planned {
	var letters []Planned
	for _, o := range r.Occasions {
		if o.Kind != contact.Farewell || farewellPast(now, p, o) {
			continue
		}
		for _, to := range addressees(now, r, o) {
			if to.Useful == "" || onlyAtWork(p, to.contact) != "" {
				letters = append(letters, farewellQuestion(p, o, to))
			}
			if to.Useful != "" {
				letters = append(letters, farewell(now, p, o, to))
			}
		}
	}
	return letters
}

// farewellPast reports whether the leaving date of o is so long past that it is
// too late to say farewell.
func farewellPast(now time.Time, p Policy, o contact.Occasion) bool {
	return !now.Before(startOfDay(o.At, farewellOver+1, p.Location))
}

func farewellQuestion(p Policy, o contact.Occasion, to addressee) Planned {
	l := to.letter(Farewell, o, asked)
	l.From, l.Due = startOfDay(o.At, -farewellAsked, p.Location), o.At
	if to.Useful != "" {
		return l.needs(contact.AskAddress, "you leave on %s%s: regards contact edit %s --address ADDRESS", dateOf(o.At, p.Location), onlyAtWork(p, to.contact), to.contact.ID)
	}
	return l.needs(contact.AskUseful, `you leave on %s: what did the support of %s mean to you? regards occasion edit %s --useful "%s=…"%s`,
		dateOf(o.At, p.Location), to.contact.Name, o.ID, to.contact.Name, onlyAtWork(p, to.contact))
}

func farewell(now time.Time, p Policy, o contact.Occasion, to addressee) Planned {
	l := to.letter(Farewell, o)
	l.From, l.Due, l.Wording = workDaysBefore(o.At, farewellWork, p.Location), o.At, Farewell
	late := !now.Before(startOfDay(o.At, 1, p.Location)) // the last day is over
	l.Facts = Facts{Useful: to.Useful, Title: o.Title, When: o.At.In(p.Location), Late: late}
	l.Reason = fmt.Sprintf("you leave on %s%s", dateOf(o.At, p.Location), onlyAtWork(p, to.contact))
	return l.by(to.contact.Medium, to.contact)
}

// onlyAtWork says that nothing but an address where the owner works is known of
// c; "" when not so.
func onlyAtWork(p Policy, c contact.Contact) string {
	domain := ""
	for _, a := range c.Addresses {
		_, domain, _ = strings.Cut(a.Key, "@")
		if !slices.Contains(p.WorkDomains, domain) {
			return ""
		}
	}
	if domain == "" {
		return ""
	}
	return fmt.Sprintf("; only an address at %s is known of %s: ask for a private one before you leave", domain, c.Name)
}

// workDaysBefore gives the first moment of the day that lies n work days, Monday
// to Friday, before the day of t.
func workDaysBefore(t time.Time, n int, loc *time.Location) time.Time {
	back := 0
	for n > 0 {
		back++
		if d := startOfDay(t, -back, loc).Weekday(); d != time.Saturday && d != time.Sunday {
			n--
		}
	}
	return startOfDay(t, -back, loc)
}

// endsFarewell ends the question once it is answered or nobody waits for the
// answer any more.
func endsFarewell(d *desk, l contact.Letter, o contact.Occasion) string {
	if partOf(l).word != asked {
		return ""
	}
	part, ok := o.Participant(l.ContactID)
	switch {
	case farewellPast(d.now, d.p, o):
		return "you left on " + d.date(o.At)
	case ok && part.Useful != "" && onlyAtWork(d.p, d.r.Contacts[l.ContactID]) == "":
		return "you have said what it meant"
	}
	return ""
}
