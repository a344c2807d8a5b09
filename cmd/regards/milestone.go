package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
)

// milestoneFlags say to whom news goes, and when.
type milestoneFlags struct {
	to, except []string
	at, title  string
	yes        bool
}

func (a *app) milestoneCommand() *cobra.Command {
	var f milestoneFlags
	c := &cobra.Command{
		Use:   "milestone TEXT --to GROUP…",
		Short: "tell news to many, by a personal letter each",
		Long: `Lays a letter with your news for everybody in the groups that --to names, now or at
a set time; --to also takes single contacts. The group helped is everybody who
has helped you: by an introduction, an informational interview, a job lead, a
reference or help of another kind. You see first who would get one, with whatever
speaks against it, and are asked. Every letter is written before anything is
kept: when one of them lacks something, there is none.`,
		Example: `  regards milestone "I am starting as a marine biologist at Reef Lab in March." --to mentor --to helped
  regards milestone "I have moved to Lisbon." --to alumni --except "Tom Lee" --at 2027-01-04 --title "New address"`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error { return a.milestone(c, s, f, words[0]) })
		},
	}
	flags := c.Flags()
	flags.StringArrayVar(&f.to, "to", nil, "a group, a contact, or helped for all who helped you; may be given again")
	flags.StringArrayVar(&f.except, "except", nil, "a contact or a group to leave out; may be given again")
	flags.StringVar(&f.at, "at", "now", `when to tell it, such as tomorrow or "2027-01-04 09:00"`)
	flags.StringVar(&f.title, "title", "", "the subject of the letters")
	flags.BoolVar(&f.yes, "yes", false, "do not ask; needed where nobody can be asked")
	return c
}

func (a *app) milestone(c *cobra.Command, s *session, f milestoneFlags, text string) error {
	o, err := s.newMilestone(f, text)
	if err != nil {
		return err
	}
	sheet, err := a.previewMilestone(c, s, &o, f)
	if err != nil {
		return err
	}
	if !a.json {
		sheet.print(a.out, s, o)
	}
	if err := errors.Join(sheet.failures...); err != nil {
		return fmt.Errorf("no letter was made: %w", err)
	}
	if len(o.Participants) == 0 {
		return errors.New("nobody is left to tell it to")
	}
	if a.dryRun {
		return a.printMilestoneJSON(o, sheet)
	}
	if sure, err := a.confirmed(c.Context(), f.yes, fmt.Sprintf("Write %s?", plural(len(o.Participants), "letter"))); err != nil || !sure {
		return err
	}
	if o, err = s.store.AddOccasion(c.Context(), o, nil, s.now()); err != nil {
		return err
	}
	if a.json {
		return a.printMilestoneJSON(o, sheet)
	}
	fmt.Fprintf(a.out, "kept as %s; the letters are drafted %s; to take it back: regards undo\n", o.ID, s.milestoneWhen(c, o))
	return nil
}

// newMilestone makes the occasion of a milestone, without participants.
func (s *session) newMilestone(f milestoneFlags, text string) (o contact.Occasion, err error) {
	o = contact.Occasion{Kind: contact.Milestone, Title: f.title, News: strings.TrimSpace(text), Logged: s.now()}
	if o.News == "" {
		return o, usagef(`what is the news? regards milestone "I have …" --to GROUP`)
	}
	if len(f.to) == 0 {
		return o, usagef("whom to tell? add --to with a group or a contact")
	}
	if err := checkTexts(o); err != nil {
		return o, err
	}
	if f.at == "now" {
		o.At = o.Logged
		return o, nil
	}
	if o.At, err = parseTime(f.at, s.now(), s.cfg.Owner.Location(), nextDay); err != nil {
		return o, usagef("--at: %w", err)
	}
	if !o.At.After(s.now()) {
		return o, usagef("--at %s: that is past; without --at it is told now", f.at)
	}
	return o, nil
}

// milestoneWhen says when the letters of a milestone are made.
func (s *session) milestoneWhen(c *cobra.Command, o contact.Occasion) string {
	if at := s.turn(plan.Milestone, o.At); at.After(s.now()) {
		return "on " + localTime(at, s)
	}
	when, err := s.nextPass(c.Context())
	if err != nil {
		return "at the next pass"
	}
	return when
}

func (a *app) printMilestoneJSON(o contact.Occasion, sheet milestoneSheet) error {
	if !a.json {
		return nil
	}
	shown := occasionJSON(o)
	shown["recipients"] = sheet.lines
	return a.printJSON(shown)
}
