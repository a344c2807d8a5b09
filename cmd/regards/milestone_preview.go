package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/daemon"
	"regards/plan"
)

// milestoneSheet shows who would get a milestone.
type milestoneSheet struct {
	lines    []milestoneLine
	failures []error // of letters that cannot be written
}

// milestoneLine is one person, in the order of names.
type milestoneLine struct {
	Contact  personJSON `json:"contact"`
	LeftOut  string     `json:"left_out,omitempty"` // why no letter goes to them
	Warnings []string   `json:"warnings,omitempty"`
}

func (m milestoneSheet) print(w io.Writer, s *session, o contact.Occasion) {
	told := 0
	for _, l := range m.lines {
		notes := l.Warnings
		if l.LeftOut != "" {
			notes = []string{"left out: " + l.LeftOut}
		} else {
			told++
		}
		if len(notes) == 0 {
			fmt.Fprintf(w, "  %s\n", l.Contact.Name)
			continue
		}
		fmt.Fprintf(w, "  %s: %s\n", l.Contact.Name, strings.Join(notes, "; "))
	}
	when := "now"
	if o.At.After(s.now()) {
		when = "on " + localTime(o.At, s)
	}
	fmt.Fprintf(w, "to be told %s, by %s\n", when, plural(told, "letter"))
}

// previewMilestone finds out to whom a milestone goes, makes them its
// participants, and writes every letter on trial.
func (a *app) previewMilestone(c *cobra.Command, s *session, o *contact.Occasion, f milestoneFlags) (sheet milestoneSheet, err error) {
	all, err := s.contacts(c.Context())
	if err != nil {
		return sheet, err
	}
	occasions, err := s.store.Occasions(c.Context())
	if err != nil {
		return sheet, err
	}
	who, err := recipients(s.now(), all, occasions, f)
	if err != nil {
		return sheet, err
	}
	pasts, err := s.store.Pasts(c.Context())
	if err != nil {
		return sheet, err
	}
	w, err := a.writer(s)
	if err != nil {
		return sheet, err
	}
	wrote := map[string]bool{}
	for _, p := range who {
		wrote[p.ID] = !pasts[p.ID].LastOut.IsZero()
		line := milestoneLine{Contact: personJSON{p.ID, p.Name}}
		if plan.Writable(o.At, p) != "" {
			line.LeftOut = string(plan.Status(o.At, p))
		} else {
			line.Warnings = append(s.milestoneWarnings(*o, p, pasts[p.ID]), s.wordingWarnings(w, p, wrote[p.ID])...)
			o.Participants = append(o.Participants, contact.Participant{ContactID: p.ID})
		}
		sheet.lines = append(sheet.lines, line)
	}
	sheet.failures, err = s.tryMilestone(w, *o, who, wrote)
	return sheet, err
}

// recipients gives those whom --to means and --except does not, by name.
func recipients(now time.Time, all people, occasions []contact.Occasion, f milestoneFlags) (people, error) {
	occasions = slices.DeleteFunc(occasions, func(o contact.Occasion) bool { return !o.Over(now) })
	wanted, err := all.named(f.to, occasions)
	if err != nil {
		return nil, fmt.Errorf("--to: %w", err)
	}
	spared, err := all.named(f.except, occasions)
	if err != nil {
		return nil, fmt.Errorf("--except: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(p contact.Contact) bool { return !wanted[p.ID] || spared[p.ID] }), nil
}

// helped is the group of all who have helped the owner.
const helped = "helped"

// named gives the ids of those whom names mean: groups, contacts, or helped.
func (p people) named(names []string, occasions []contact.Occasion) (map[string]bool, error) {
	ids := map[string]bool{}
	for _, name := range names {
		found := false
		for _, c := range p {
			if hasGroup(c, name) {
				ids[c.ID], found = true, true
			}
		}
		if strings.EqualFold(name, helped) {
			for id := range p.helpers(occasions) {
				ids[id] = true
			}
			continue
		}
		if found {
			continue
		}
		c, err := p.find(name)
		if err != nil {
			return nil, fmt.Errorf("%q is no group, and %w", name, err)
		}
		ids[c.ID] = true
	}
	return ids, nil
}

// helpers gives the ids of those who have helped the owner, as far as was logged.
func (p people) helpers(occasions []contact.Occasion) map[string]bool {
	ids := map[string]bool{}
	for _, o := range occasions {
		switch o.Kind {
		case contact.Informational, contact.Introduction, contact.JobLead, contact.Reference, contact.HelpReceived:
			for _, part := range o.Participants {
				ids[part.ContactID] = true
			}
		}
	}
	for _, c := range p {
		if c.IntroducedBy != "" {
			ids[c.IntroducedBy] = true
		}
	}
	return ids
}

// milestoneWarnings says what speaks against a letter to p.
func (s *session) milestoneWarnings(o contact.Occasion, p contact.Contact, past contact.Past) []string {
	var warnings []string
	add := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	if past.Last.At.IsZero() {
		add("never in touch so far")
	} else if years := yearsBetween(past.Last.At, o.At); years > 0 {
		add("%s silent", numbered(years, "year"))
	}
	if plan.Owes(s.now(), p, past) {
		add("you owe an answer: %q of %s", shorten(past.Last.Subject, 40), localTime(past.Last.At, s))
	}
	if p.Away.Until.After(o.At) {
		add("away until %s", localTime(p.Away.Until, s))
	}
	switch {
	case p.Medium != contact.Email && len(p.Addresses) == 0:
		add("no address: prefers %s", p.Medium)
	case p.Medium != contact.Email:
		add("prefers %s: you copy the text", p.Medium)
	}
	return warnings
}

// yearsBetween gives how many whole years lie between two times.
func yearsBetween(from, to time.Time) int {
	years := 0
	for !from.AddDate(years+1, 0, 0).After(to) {
		years++
	}
	return years
}

// numbered is plural with small numbers in words.
func numbered(n int, noun string) string {
	words := strings.Fields("one two three four five six seven eight nine ten eleven twelve")
	text := plural(n, noun)
	if n >= 1 && n <= len(words) {
		_, rest, _ := strings.Cut(text, " ")
		text = words[n-1] + " " + rest
	}
	return text
}

// maxFailures is how many letters that cannot be written are named.
const maxFailures = 10

// tryMilestone writes every letter of a milestone as it would be written at its
// time, and gives what keeps some from being written.
func (s *session) tryMilestone(w daemon.Writer, o contact.Occasion, who people, wrote map[string]bool) ([]error, error) {
	p := policy(s.cfg)
	if !p.Practices[plan.Milestone].Enabled {
		return nil, fmt.Errorf("milestones are switched off; set enabled = true in [practice.%s]", plan.Milestone)
	}
	contacts := make(map[string]contact.Contact, len(who))
	for _, p := range who {
		contacts[p.ID] = p
	}
	var failures []error
	more := 0
	for _, l := range plan.Due(o.At, p, plan.Records{Contacts: contacts, Occasions: []contact.Occasion{o}}) {
		if l.Practice != plan.Milestone {
			continue
		}
		c, _ := greeted(w, l.Wording, contacts[l.ContactID], wrote[l.ContactID])
		got := w.Write(o.At, l, c, daemon.Mail{})
		switch {
		case got.Raw != nil:
		case len(failures) < maxFailures:
			failures = append(failures, fmt.Errorf("%s: %s", c.Name, got.Reason))
		default:
			more++
		}
	}
	if more > 0 {
		failures = append(failures, fmt.Errorf("and %s more like these", plural(more, "letter")))
	}
	return failures, nil
}
