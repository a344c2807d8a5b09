package main

import (
	"fmt"

	"regards/contact"
	"regards/plan"
)

// planned gives the letters that are to be made now or later and are not yet.
func (s *session) planned(r plan.Records) []plan.Planned {
	var planned []plan.Planned
	for _, l := range plan.Due(s.now(), policy(s.cfg), r) {
		if _, made := r.Letters[l.Key]; !made {
			planned = append(planned, l)
		}
	}
	return append(planned, plan.Coming(s.now(), policy(s.cfg), r)...)
}

// plannedReason says why a letter is to be made, and whether its time has come.
func (s *session) plannedReason(l plan.Planned) string {
	if l.From.After(s.now()) {
		return fmt.Sprintf("not before %s: %s", localTime(l.From, s), l.Reason)
	}
	return "at the next pass: " + l.Reason
}

// explainPlanned tells why a letter is to come.
func (a *app) explainPlanned(s *session, r plan.Records, l plan.Planned) error {
	name := r.Contacts[l.ContactID].Name
	if a.json {
		j := newLetterJSON(l.Letter, people{r.Contacts[l.ContactID]})
		j.State, j.Reason = "", s.plannedReason(l)
		return a.printJSON(j)
	}
	fmt.Fprintf(a.out, "%s to %s is not made yet: %s\n", l.Key, name, s.plannedReason(l))
	fmt.Fprintf(a.out, "due %s\n", localTime(l.Due, s))
	return nil
}

// quiet gives the occasions with p of which no letter comes, and why.
func (s *session) quiet(r plan.Records, p contact.Contact) []reasonJSON {
	reasons := []reasonJSON{}
	for _, o := range r.Occasions {
		if _, there := o.Participant(p.ID); !there || hasLetter(r, o, p) {
			continue
		}
		if why := plan.Quiet(s.now(), policy(s.cfg), o); why != "" {
			reasons = append(reasons, reasonJSON{At: jsonTime(o.At), What: fmt.Sprintf("%s %s", o.Kind, o.ID), Why: why})
		}
	}
	return reasons
}

// hasLetter reports whether a letter to p has come of o.
func hasLetter(r plan.Records, o contact.Occasion, p contact.Contact) bool {
	for _, l := range r.Letters {
		if l.OccasionID == o.ID && l.ContactID == p.ID && l.State != contact.Needs {
			return true
		}
	}
	return false
}
