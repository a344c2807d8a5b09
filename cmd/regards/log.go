package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
)

// logFlags are the details of an occasion.
type logFlags struct {
	at, title, next, nextDue string
	useful, groups           []string
}

func (a *app) logCommand() *cobra.Command {
	var f logFlags
	c := &cobra.Command{
		Use:   "log KIND PERSON…",
		Short: "record that something happened with somebody",
		Long: `Records an occasion: KIND is one of
` + contact.List(contact.Kinds()) + `.
PERSON is a contact, or "Name <address>" for a new one. What comes of it:
- met, informational, interview, event, help-received: a thank-you is drafted at the
  next pass. It names what was most useful to you, so say it with --useful, once
  for all or for each as --useful "Tom=the tip".
- met, event: with somebody you did not know before, where no thank-you was written
  and nothing has passed between you since, a follow-up after two days.
- job-lead: --title is the position, PERSON who told you of it. You are asked after a
  week whether you applied, and PERSON hears what comes of it:
  regards occasion edit ID --outcome applied.
- reference: --title is what for. PERSON is asked whether you may give their name,
  unless they said so within a year, and hears by regards occasion edit ID --outcome granted, used, and how it ended.
- farewell: --at is your last day, --useful what the support of each meant. You are
  asked for it three weeks before; five work days before, the letters are drafted.
- any, with --next and --next-due: on that day a letter that keeps your promise,
  until you say that it is done: regards done ID.`,
		Example: `  regards log informational "Maria Lopez" --useful "the tip about the PhD route"
  regards log interview Tom Ana --at tuesday --useful "Tom=your view of the team" --useful "Ana=…"`,
		Args: args(cobra.MinimumNArgs(2)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error { return a.logOccasion(c, s, f, words[0], words[1:]) })
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.at, "at", "now", `when it happened, such as yesterday, tuesday, "2026-11-21 15:00"`)
	flags.StringVar(&f.title, "title", "", "what it was about")
	flags.StringArrayVar(&f.useful, "useful", nil, `what was most useful, as it would end the sentence "what helped me most was …"`)
	flags.StringVar(&f.next, "next", "", "what you promised to do next")
	flags.StringVar(&f.nextDue, "next-due", "", "by when")
	flags.StringArrayVar(&f.groups, "group", nil, "a group for new contacts; may be given again")
	return c
}

func (a *app) logOccasion(c *cobra.Command, s *session, f logFlags, kind string, persons []string) error {
	o := contact.Occasion{Kind: contact.Kind(kind), Title: f.title, Next: f.next, Logged: s.now()}
	if !slices.Contains(contact.Kinds(), o.Kind) {
		return usagef("%q is no kind of occasion; write one of %s", kind, contact.List(contact.Kinds()))
	}
	if err := s.occasionTimes(&o, f.at, f.nextDue); err != nil {
		return err
	}
	if err := nextIsDue(o); err != nil {
		return err
	}
	all, err := s.contacts(c.Context())
	if err != nil {
		return err
	}
	who, newcomers, err := s.persons(c.Context(), all, persons, f.groups)
	if err != nil {
		return err
	}
	for _, p := range who {
		o.Participants = append(o.Participants, contact.Participant{ContactID: p.ID})
	}
	if err := assignUseful(&o, who, f.useful); err != nil {
		return err
	}
	if err := checkTexts(o); err != nil {
		return err
	}
	r, err := s.store.Records(c.Context())
	if err != nil {
		return err
	}
	if o, err = s.store.AddOccasion(c.Context(), o, newcomers, s.now()); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(occasionJSON(o))
	}
	for i, p := range o.Participants {
		who[i].ID = p.ContactID
		r.Contacts[p.ContactID] = who[i]
	}
	wrote, err := wroteTo(c.Context(), s.store, who.ids()...)
	if err != nil {
		return err
	}
	a.printLogged(s, o, who, r, wrote)
	return a.printComing(c.Context(), s, o, who, r)
}

// occasionTimes reads --at and --next-due.
func (s *session) occasionTimes(o *contact.Occasion, at, nextDue string) error {
	loc := s.cfg.Owner.Location()
	var err error
	if o.At, err = parseTime(at, s.now(), loc, latestDay); err != nil {
		return usagef("--at: %w", err)
	}
	if at == "now" {
		o.At = o.Logged
	}
	if nextDue == "" {
		return nil
	}
	if o.NextDue, err = parseTime(nextDue, s.now(), loc, nextDay); err != nil {
		return usagef("--next-due: %w", err)
	}
	if o.Next == "" {
		return usagef("--next-due needs --next: what is due then?")
	}
	return nil
}

// nextIsDue refuses a promise without a day: nothing would ever come of it.
func nextIsDue(o contact.Occasion) error {
	if o.Next != "" && o.NextDue.IsZero() {
		return usagef("--next: by when? add --next-due, such as --next-due +14d")
	}
	return nil
}

// asNewcomer is how to write somebody who is no contact yet: with the address, if the owner
// writes with one person of that name.
func (s *session) asNewcomer(ctx context.Context, name string) string {
	strangers, _, _ := s.acquaintances(ctx) // without them the form is told
	strangers = slices.DeleteFunc(strangers, func(f plan.Stranger) bool { return f.Name == "" || !hasWords(f.Name, name) })
	if len(strangers) != 1 {
		return "Name <address>"
	}
	return strangers[0].Name + " <" + strangers[0].Address + ">"
}

// persons finds the contacts that are named, and makes new ones of "Name
// <address>"; newcomers are those, by their place.
func (s *session) persons(ctx context.Context, all people, names, groups []string) (who people, newcomers map[int]contact.Contact, err error) {
	newcomers = map[int]contact.Contact{}
	for _, name := range names {
		p, isNew := parsePerson(name)
		lookup := name
		if isNew {
			lookup = p.Addresses[0].Addr
		}
		known, err := all.find(lookup)
		switch {
		case err == nil:
			p = known
		case !isNew && errors.Is(err, errNobody):
			return nil, nil, fmt.Errorf("%w; for somebody new write %q", err, s.asNewcomer(ctx, name))
		case !isNew:
			return nil, nil, err
		default:
			if p.Addresses, err = s.addresses([]string{p.Addresses[0].Addr}); err != nil {
				return nil, nil, err
			}
			p.Groups, p.Added = groups, s.now()
			if err := p.Validate(); err != nil {
				return nil, nil, usageError{err}
			}
			newcomers[len(who)] = p
		}
		for _, q := range who {
			if p.ID != "" && q.ID == p.ID || p.ID == "" && q.ID == "" && q.Addresses[0].Key == p.Addresses[0].Key {
				return nil, nil, usagef("%s is named twice", p.Name)
			}
		}
		who = append(who, p)
	}
	return who, newcomers, nil
}

// assignUseful gives each participant what was most useful. "Tom=text" is
// Tom's; a text without a name is everybody's, but not after an interview with
// several people, who compare their letters.
func assignUseful(o *contact.Occasion, who people, texts []string) error {
	for _, text := range texts {
		name, own, isOwn := strings.Cut(text, "=")
		if isOwn {
			i, err := who.index(strings.TrimSpace(name))
			if err != nil {
				return usagef(`--useful %q: %w among those named here; for a text with an equals sign write "Name=text"`, text, err)
			}
			o.Participants[i].Useful = strings.TrimSpace(own)
			continue
		}
		if o.Kind == contact.Interview && len(who) > 1 {
			return usagef(`each of several interviewers gets words of their own: --useful "%s=%s"`, who[0].Name, text)
		}
		for i := range o.Participants {
			if o.Participants[i].Useful == "" {
				o.Participants[i].Useful = strings.TrimSpace(text)
			}
		}
	}
	return nil
}

// checkTexts refuses what could not stand in a letter.
func checkTexts(o contact.Occasion) error {
	errs := []error{contact.CheckText("--title", o.Title), contact.CheckText("--next", o.Next)}
	_, err := contact.Paragraphs("--news", o.News)
	errs = append(errs, err)
	for _, p := range o.Participants {
		errs = append(errs, contact.CheckText("--useful", p.Useful))
	}
	if err := errors.Join(errs...); err != nil {
		return usageError{err}
	}
	return nil
}

// printLogged says what was recorded and what becomes of its thank-yous.
func (a *app) printLogged(s *session, o contact.Occasion, who people, r plan.Records, wrote map[string]bool) {
	var names []string
	for _, p := range who {
		names = append(names, p.Name)
	}
	fmt.Fprintf(a.out, "logged %s (%s) with %s, %s\n", o.Kind, o.ID, strings.Join(names, ", "), localTime(o.At, s))
	for _, p := range who {
		if why := plan.Writable(s.now(), p); why != "" {
			fmt.Fprintf(a.out, "no letter goes to them: %s\n", why)
		}
	}
	if plan.Thanked(o.Kind) && !o.Over(s.now()) && s.cfg.Practice[plan.ThankYou].Enabled {
		fmt.Fprintf(a.out, "afterwards say that it took place, and a thank-you is drafted: regards occasion edit %s --took-place\n", o.ID)
		return
	}
	for _, l := range s.lettersOf(o, r) {
		if l.Practice == plan.ThankYou {
			p, _ := who.byID(l.ContactID)
			fmt.Fprintln(a.out, s.thanks(l, p, r.Pasts[p.ID], wrote[p.ID]))
		}
	}
}

// thanks says what becomes of a thank-you.
func (s *session) thanks(l plan.Planned, p contact.Contact, past contact.Past, wrote bool) string {
	switch {
	case l.State == contact.Superseded:
		return fmt.Sprintf("you have written to %s since then (%q), so no thank-you is drafted", p.Name, past.LastOwnSubject)
	case l.Facts.Useful == "":
		return fmt.Sprintf("the thank-you to %s waits for what was most useful: regards occasion edit %s --useful \"%s=…\"", p.Name, l.OccasionID, p.Name)
	case l.Copy != "":
		return "no thank-you is drafted: " + l.Reason
	case s.salutation(p, l.Wording) == "" && wrote:
		return fmt.Sprintf("a thank-you to %s is drafted %s; %s", p.Name, s.turnWords(l.Practice, "at the next pass"), greetingRead)
	case s.salutation(p, l.Wording) == "":
		return fmt.Sprintf("the thank-you to %s waits for a greeting: regards contact edit %s --greeting \"Dear …\"", p.Name, p.ID)
	}
	return fmt.Sprintf("a thank-you to %s is drafted %s", p.Name, s.turnWords(l.Practice, "at the next pass"))
}

// occasionJSON shows an occasion to programs.
func occasionJSON(o contact.Occasion) map[string]any {
	persons := make([]map[string]string, 0, len(o.Participants))
	for _, p := range o.Participants {
		persons = append(persons, map[string]string{"contact_id": p.ContactID, "useful": p.Useful})
	}
	return map[string]any{"id": o.ID, "kind": o.Kind, "at": jsonTime(o.At), "title": o.Title, "next": o.Next,
		"next_due": jsonTime(o.NextDue), "took_place": o.TookPlace, "participants": persons, "news": o.News, "steps": stepsJSON(o)}
}

func stepsJSON(o contact.Occasion) []map[string]any {
	steps := make([]map[string]any, 0, len(o.Steps))
	for _, step := range o.Steps {
		steps = append(steps, map[string]any{"word": step.Word, "at": jsonTime(step.At)})
	}
	return steps
}
