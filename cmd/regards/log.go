package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
PERSON is a contact, or "Name <address>" for a new one. After met, informational,
interview, event and help-received a thank-you is drafted at the next pass; it
names what was most useful to you, so say it with --useful, once for all or for
each as --useful "Tom=the tip".`,
		Example: `  regards log informational "Maria Lopez" --useful "the tip about the PhD route"
  regards log interview Tom Ana --at tuesday --useful "Tom=your view of the team" --useful "Ana=…"`,
		Args: args(cobra.MinimumNArgs(2)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error { return a.logOccasion(c, s, f, words[0], words[1:]) })
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
	all, err := s.contacts(c.Context())
	if err != nil {
		return err
	}
	who, newcomers, err := s.persons(all, persons, f.groups)
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
	if o, err = s.store.AddOccasion(c.Context(), o, newcomers, s.now()); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(occasionJSON(o))
	}
	last, err := s.store.LastLetters(c.Context())
	if err != nil {
		return err
	}
	a.printLogged(s, o, who, last)
	return nil
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

// persons finds the contacts that are named, and makes new ones of "Name
// <address>"; newcomers are those, by their place.
func (s *session) persons(all people, names, groups []string) (who people, newcomers map[int]contact.Contact, err error) {
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
			return nil, nil, fmt.Errorf(`%w; for somebody new write "Name <address>"`, err)
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
	for _, p := range o.Participants {
		errs = append(errs, contact.CheckText("--useful", p.Useful))
	}
	if err := errors.Join(errs...); err != nil {
		return usageError{err}
	}
	return nil
}

// printLogged says what was recorded and what comes of it.
func (a *app) printLogged(s *session, o contact.Occasion, who people, last map[string]contact.Touch) {
	var names []string
	for _, p := range who {
		names = append(names, p.Name)
	}
	fmt.Fprintf(a.out, "logged %s (%s) with %s, %s\n", o.Kind, o.ID, strings.Join(names, ", "), localTime(o.At, s))
	if !plan.Thanked(o.Kind) || !s.cfg.Practice[plan.ThankYou].Enabled {
		return
	}
	if !o.Over(s.now()) {
		fmt.Fprintf(a.out, "afterwards say that it took place, and a thank-you is drafted: regards occasion edit %s --took-place\n", o.ID)
		return
	}
	for i, p := range o.Participants {
		switch name := who[i].Name; {
		case plan.Writable(s.now(), who[i]) != "":
			fmt.Fprintf(a.out, "no letter goes to them: %s\n", plan.Writable(s.now(), who[i]))
		case plan.NeedlessThanks(o, last[p.ContactID]):
			fmt.Fprintf(a.out, "you have written to %s since then (%q), so no thank-you is drafted\n", name, last[p.ContactID].Subject)
		case p.Useful == "":
			fmt.Fprintf(a.out, "the thank-you to %s waits for what was most useful: regards occasion edit %s --useful \"%s=…\"\n",
				name, o.ID, name)
		case plan.Salutation(who[i]) == "":
			fmt.Fprintf(a.out, "the thank-you to %s waits for a greeting: regards contact edit %s --greeting \"Dear …\"\n", name, p.ContactID)
		default:
			fmt.Fprintf(a.out, "a thank-you to %s is drafted at the next pass\n", name)
		}
	}
}

// occasionJSON shows an occasion to programs.
func occasionJSON(o contact.Occasion) map[string]any {
	persons := make([]map[string]string, 0, len(o.Participants))
	for _, p := range o.Participants {
		persons = append(persons, map[string]string{"contact_id": p.ContactID, "useful": p.Useful})
	}
	return map[string]any{"id": o.ID, "kind": o.Kind, "at": jsonTime(o.At), "title": o.Title, "next": o.Next,
		"next_due": jsonTime(o.NextDue), "took_place": o.TookPlace, "participants": persons}
}

func (a *app) occasionCommand() *cobra.Command {
	return group("occasion", "what happened with your contacts", "",
		a.occasionListCommand(), a.occasionEditCommand(), a.occasionRemoveCommand())
}

func (a *app) occasionListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "list the occasions, newest first",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				occasions, err := s.store.Occasions(c.Context())
				if err != nil {
					return err
				}
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				if a.json {
					list := make([]map[string]any, 0, len(occasions))
					for _, o := range occasions {
						list = append(list, occasionJSON(o))
					}
					return a.printJSON(list)
				}
				t := a.table("ID", "WHEN", "KIND", "WITH", "TITLE")
				for _, o := range occasions {
					var names []string
					for _, p := range o.Participants {
						names = append(names, all.name(p.ContactID))
					}
					t.row(o.ID, localTime(o.At, s), o.Kind, strings.Join(names, ", "), o.Title)
				}
				t.flush()
				return nil
			})
		},
	}
}

func (a *app) occasionEditCommand() *cobra.Command {
	var f logFlags
	var tookPlace bool
	c := &cobra.Command{
		Use:   "edit ID",
		Short: "change an occasion, or add what was useful",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error {
				o, who, err := s.occasion(c, words[0])
				if err != nil {
					return err
				}
				if err := s.editOccasion(c, &o, who, f, tookPlace); err != nil {
					return err
				}
				if err := s.store.UpdateOccasion(c.Context(), o, s.now()); err != nil {
					return err
				}
				if a.json {
					return a.printJSON(occasionJSON(o))
				}
				fmt.Fprintf(a.out, "changed %s (%s)\n", o.Kind, o.ID)
				return a.noteDrafts(c, s, o)
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.at, "at", "", "when it happened")
	flags.StringVar(&f.title, "title", "", "what it was about")
	flags.StringArrayVar(&f.useful, "useful", nil, `what was most useful, or "Tom=…" for one of several`)
	flags.StringVar(&f.next, "next", "", "what you promised to do next")
	flags.StringVar(&f.nextDue, "next-due", "", "by when")
	flags.BoolVar(&tookPlace, "took-place", false, "it took place, though it was logged ahead of its time")
	return c
}

// noteDrafts says which letters of an occasion keep the words that they have.
func (a *app) noteDrafts(c *cobra.Command, s *session, o contact.Occasion) error {
	letters, err := s.store.Letters(c.Context())
	for _, l := range letters {
		if l.OccasionID == o.ID && l.State == contact.Drafted {
			fmt.Fprintf(a.out, "the draft that lies in %s (%s) keeps its words; change them there\n", l.Place.Mailbox, l.Subject)
		}
	}
	return err
}

// editOccasion enters the flags that were given.
func (s *session) editOccasion(c *cobra.Command, o *contact.Occasion, who people, f logFlags, tookPlace bool) error {
	given := c.Flags().Changed
	if given("title") {
		o.Title = f.title
	}
	if given("next") {
		o.Next = f.next
	}
	if given("took-place") {
		o.TookPlace = tookPlace
	}
	at, nextDue := o.At.Format(time.RFC3339), f.nextDue
	if given("at") {
		at = f.at
	}
	if err := s.occasionTimes(o, at, nextDue); err != nil {
		return err
	}
	if given("useful") {
		for i := range o.Participants {
			if !strings.Contains(strings.Join(f.useful, ""), "=") {
				o.Participants[i].Useful = ""
			}
		}
		if err := assignUseful(o, who, f.useful); err != nil {
			return err
		}
	}
	return checkTexts(*o)
}

// occasion finds an occasion by id, with the contacts who took part.
func (s *session) occasion(c *cobra.Command, id string) (o contact.Occasion, who people, err error) {
	occasions, err := s.store.Occasions(c.Context())
	if err != nil {
		return o, nil, err
	}
	i := slices.IndexFunc(occasions, func(o contact.Occasion) bool { return o.ID == id })
	if i < 0 {
		return o, nil, fmt.Errorf("no occasion has the id %q; see: regards occasion list", id)
	}
	all, err := s.contacts(c.Context())
	if err != nil {
		return o, nil, err
	}
	for _, p := range occasions[i].Participants {
		person, _ := all.byID(p.ContactID)
		who = append(who, person)
	}
	return occasions[i], who, nil
}

func (a *app) occasionRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove ID",
		Short: "remove an occasion; untouched drafts that came of it are taken back",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error {
				o, _, err := s.occasion(c, words[0])
				if err != nil {
					return err
				}
				if err := s.store.RemoveOccasion(c.Context(), o.ID); err != nil {
					return err
				}
				fmt.Fprintf(a.out, "removed %s (%s); a draft that came of it is taken back at the next pass\n", o.Kind, o.ID)
				return nil
			})
		},
	}
}
