package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/daemon"
	"regards/plan"
	"regards/templates"
)

func (a *app) templateCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "try every template on every contact it could go to",
		Long: `Writes each letter to each active contact who likes mail, with made-up facts in place
of what an occasion gives, and names file, line, field and contact of what is missing.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				w, err := a.writer(s)
				if err != nil {
					return err
				}
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				wrote, err := wroteTo(c.Context(), s.store, all.ids()...)
				if err != nil {
					return err
				}
				return a.printWording(checkWording(w, policy(s.cfg), all, wrote, s.now()))
			})
		},
	}
}

// wordingReport is what checkWording finds.
type wordingReport struct {
	Letters  int              `json:"letters"`
	Problems []wordingProblem `json:"problems"`
	Unused   []string         `json:"unused"` // files of the owner that no practice uses
	// Later are those whose greeting is read when a letter to them is made.
	Later []personJSON `json:"greeting_read"`
}

// wordingProblem is what stands in the way of letters: a field that is missing,
// or a template that is wrong for everybody.
type wordingProblem struct {
	At       string       `json:"at,omitempty"`    // file and line
	Field    string       `json:"field,omitempty"` // "" when the template itself is wrong
	Text     string       `json:"text,omitempty"`  // what is wrong then
	Contacts []personJSON `json:"contacts"`
}

func (a *app) printWording(r wordingReport) error {
	if a.json {
		if err := a.printJSON(r); err != nil {
			return err
		}
	} else {
		for _, p := range r.Problems {
			fmt.Fprintln(a.out, p)
		}
		if len(r.Later) > 0 {
			fmt.Fprintf(a.out, "note: %s: %s\n", few(r.Later), greetingRead)
		}
		for _, file := range r.Unused {
			fmt.Fprintf(a.out, "note: no practice uses %s; see the names: regards template list\n", file)
		}
	}
	if len(r.Problems) > 0 {
		return fmt.Errorf("%s in the wording", plural(len(r.Problems), "problem"))
	}
	if !a.json {
		fmt.Fprintf(a.out, "%s can be written\n", plural(r.Letters, "letter"))
	}
	return nil
}

func (p wordingProblem) String() string {
	if p.Field == "" {
		return p.Text
	}
	text := fmt.Sprintf("%s needs %s for %s", p.At, p.Field, few(p.Contacts))
	switch p.Field {
	case "greeting":
		text += `; say how you greet them: regards contact edit NAME --greeting "Dear …"`
	case "signature", "phone", "personal_address":
		text += fmt.Sprintf("; write %s in the configuration's [owner]", p.Field)
	}
	return text
}

// few names the first of some persons.
func few(persons []personJSON) string {
	var names []string
	for _, c := range persons[:min(len(persons), 3)] {
		names = append(names, c.Name)
	}
	if more := len(persons) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// somebody stands for the contacts of an owner who has none yet.
var somebody = contact.Contact{Name: "Maria Lopez", Greeting: "Dear Maria"}

// checkWording tries every template that a practice uses on every contact it
// could go to at now. Wrote are the ids of those to whom the owner has written.
func checkWording(w daemon.Writer, p plan.Policy, all people, wrote map[string]bool, now time.Time) wordingReport {
	check := wordingCheck{w: w, now: now, wrote: wrote, later: map[string]bool{}, report: wordingReport{Later: []personJSON{}}, tried: map[trial][]error{}, places: map[string]int{}}
	listed, unread := templates.List(w.Templates)
	for _, err := range unread {
		check.add(err, somebody)
	}
	to := slices.DeleteFunc(slices.Clone(all), func(c contact.Contact) bool {
		return c.Medium != contact.Email || len(c.Addresses) == 0 || plan.Writable(now, c) != ""
	})
	if len(to) == 0 {
		to = people{somebody}
	}
	used := map[string]bool{}
	for _, practice := range slices.Sorted(maps.Keys(p.Practices)) {
		if !p.Practices[practice].Enabled {
			continue
		}
		for _, name := range p.Wordings(practice) {
			kind, _, _ := strings.Cut(name, ".")
			used[name], used[kind] = true, true
			for _, c := range to {
				check.try(practice, name, c)
			}
		}
	}
	for _, t := range listed {
		if !t.Builtin && !used[t.Name] {
			check.report.Unused = append(check.report.Unused, t.File)
		}
		check.read(t)
	}
	return check.report
}

// wordingCheck gathers problems, each once.
type wordingCheck struct {
	w      daemon.Writer
	now    time.Time
	wrote  map[string]bool
	later  map[string]bool // who is in the report's Later
	report wordingReport
	tried  map[trial][]error
	places map[string]int // of a problem in the report
}

// trial is all that the outcome of a letter hangs on when it is tried.
type trial struct {
	practice, name, language string
	register                 contact.Register
	greeted                  bool
}

// try writes one letter.
func (k *wordingCheck) try(practice, name string, c contact.Contact) {
	k.report.Letters++
	wording, err := k.w.Wording(name, c)
	if err != nil {
		k.add(err, c)
		return
	}
	c, later := greeted(k.w, name, c, k.wrote[c.ID])
	if later && !k.later[c.ID] {
		k.later[c.ID] = true
		k.report.Later = append(k.report.Later, personJSON{c.ID, c.Name})
	}
	l := k.w.Letter(wording, c, plan.Sample(practice, k.now))
	t := trial{practice, name, c.Language, l.Register, l.Salutation != ""}
	found, known := k.tried[t]
	if !known {
		late := l
		late.Facts.Late = true
		found = slices.Concat(wording.Check(l), wording.Check(late))
		k.tried[t] = found
	}
	for _, err := range found {
		k.add(err, c)
	}
}

// read finds what is wrong with a template for everybody, also where nobody
// speaks its language yet.
func (k *wordingCheck) read(t templates.Template) {
	wording, err := templates.Load(k.w.Templates, t.Name, []string{t.Language})
	if err != nil {
		k.add(err, somebody)
		return
	}
	for _, err := range wording.Check(k.w.Letter(wording, somebody, plan.Sample("", k.now))) {
		if missing := (*templates.MissingError)(nil); !errors.As(err, &missing) {
			k.add(err, somebody)
		}
	}
}

// add enters what stands in the way of a letter to c.
func (k *wordingCheck) add(err error, c contact.Contact) {
	p := wordingProblem{Contacts: []personJSON{}}
	var missing *templates.MissingError
	if errors.As(err, &missing) {
		p.At, p.Field = missing.At, missing.Field
	} else {
		p.Text = strings.Replace(err.Error(), " for "+c.Name+":", ":", 1)
	}
	key := p.At + "\x00" + p.Field + "\x00" + p.Text
	i, known := k.places[key]
	if !known {
		i = len(k.report.Problems)
		k.places[key] = i
		k.report.Problems = append(k.report.Problems, p)
	}
	who := personJSON{c.ID, c.Name}
	if p.Field != "" && !slices.Contains(k.report.Problems[i].Contacts, who) {
		k.report.Problems[i].Contacts = append(k.report.Problems[i].Contacts, who)
	}
}
