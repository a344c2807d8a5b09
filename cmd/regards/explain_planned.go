package main

import (
	"fmt"
	"strings"
	"time"

	"regards/contact"
	"regards/plan"
)

// toCome is a letter that is not made yet.
type toCome struct {
	plan.Planned
	why string // it is to be made, and why not now
}

// planned gives the letters that are to be made now or later and are not yet, or
// that something holds back, each once.
func (s *session) planned(r plan.Records, p plan.Policy) (all []toCome) {
	agenda, seen := plan.Schedule(s.now(), p, r), map[string]bool{}
	add := func(l plan.Planned, when string) {
		if _, made := r.Letters[l.Key]; !made && !seen[l.Key] {
			seen[l.Key] = true
			all = append(all, toCome{l, when + ": " + l.Reason})
		}
	}
	for _, l := range agenda.Due {
		add(l, "at the next pass")
	}
	for _, h := range agenda.Held {
		add(h.Planned, "held back ("+h.Why+")")
	}
	for _, l := range append(plan.Coming(s.now(), p, r), agenda.Ahead...) {
		add(l, "not before "+localTime(l.From, s))
	}
	return all
}

// plannedFor gives those of the letters that go to p. An agenda names only the
// first that lie ahead: that of p alone names the others.
func (s *session) plannedFor(r plan.Records, policy plan.Policy, p contact.Contact) (all []toCome) {
	alone := r
	alone.Contacts = map[string]contact.Contact{p.ID: p}
	for id, c := range r.Contacts {
		if c.IntroducedBy == p.ID {
			alone.Contacts[id] = c
		}
	}
	seen := map[string]bool{}
	for _, l := range append(s.planned(r, policy), s.planned(alone, policy)...) {
		if l.ContactID == p.ID && !seen[l.Key] {
			seen[l.Key] = true
			all = append(all, l)
		}
	}
	return all
}

// keysUntil is how far ahead the keys of letters are known.
const keysUntil = 365 * 24 * time.Hour

// plannedAs gives the letter that a key is of, also one that only a rehearsal
// comes to.
func (s *session) plannedAs(r plan.Records, p plan.Policy, key string) (toCome, bool) {
	practice, rest, _ := strings.Cut(key, "/")
	if rest == "" || p.Wordings(practice) == nil {
		return toCome{}, false
	}
	for _, l := range s.planned(r, p) {
		if l.Key == key {
			return l, true
		}
	}
	for _, step := range plan.Rehearse(s.now(), s.now().Add(keysUntil), p, r, nil).Steps {
		if step.Key == key {
			when := "on " + localTime(step.At, s) + ", if you send what comes before and nothing else happens"
			return toCome{step.Planned, when + ": " + step.Reason}, true
		}
	}
	return toCome{}, false
}

// explainPlanned tells why a letter is to come.
func (a *app) explainPlanned(s *session, r plan.Records, l toCome) error {
	name := r.Contacts[l.ContactID].Name
	if a.json {
		j := newLetterJSON(l.Letter, people{r.Contacts[l.ContactID]})
		j.State, j.Reason = "", l.why
		return a.printJSON(j)
	}
	fmt.Fprintf(a.out, "%s to %s is not made yet: %s\n", l.Key, name, l.why)
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
