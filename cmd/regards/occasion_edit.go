package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
)

// editFlags are what only an occasion that there is can have.
type editFlags struct {
	logFlags
	tookPlace, done bool
	outcome, news   string
}

func (a *app) occasionEditCommand() *cobra.Command {
	var f editFlags
	c := &cobra.Command{
		Use:   "edit ID",
		Short: "change an occasion, or say what came of it",
		Long: `Changes what is known of an occasion, or says by --outcome what came of it: of a
job lead applied, interview, offer or no; of a reference granted, used, and in the
end offer or no. Whoever helped hears of it by a letter at the next pass. With
--outcome, --at is when that was.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				o, who, err := s.occasion(c.Context(), words[0])
				if err != nil {
					return err
				}
				_, used := o.Step(contact.Used)
				o, err = s.store.UpdateOccasion(c.Context(), o.ID, s.now(), func(o contact.Occasion) (contact.Occasion, error) {
					return o, s.editOccasion(c, &o, who, f)
				})
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(occasionJSON(o))
				}
				fmt.Fprintf(a.out, "changed %s (%s)\n", o.Kind, o.ID)
				if used && f.outcome == string(contact.Used) {
					fmt.Fprintln(a.out, "they hear of it once for each occasion; for another position: regards log reference NAME --title …")
				}
				switch given := c.Flags().Changed; {
				case f.outcome != "":
					err = a.printOutcome(c.Context(), s, o, who)
				case given("useful"):
					err = a.printUseful(c.Context(), s, o, who)
				}
				if err != nil {
					return err
				}
				return a.noteDrafts(c, s, o)
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.at, "at", "", "when it happened; with --outcome, when that was")
	flags.StringVar(&f.title, "title", "", "what it was about")
	flags.StringArrayVar(&f.useful, "useful", nil, `what was most useful, or "Tom=…" for one of several`)
	flags.StringVar(&f.next, "next", "", "what you promised to do next")
	flags.StringVar(&f.nextDue, "next-due", "", "by when")
	flags.BoolVar(&f.tookPlace, "took-place", false, "it took place, though it was logged ahead of its time")
	flags.BoolVar(&f.done, "done", false, "what you promised is done")
	flags.StringVar(&f.outcome, "outcome", "", "what came of it: "+contact.List(outcomes(contact.JobLead))+"; or "+contact.List(outcomes(contact.Reference)))
	flags.StringVar(&f.news, "news", "", "what a milestone tells, or in words for a referee how your search ended")
	return c
}

// printOutcome says which letters come of the step that o has come to.
func (a *app) printOutcome(ctx context.Context, s *session, o contact.Occasion, who people) error {
	r, err := s.store.Records(ctx)
	if err != nil {
		return err
	}
	return a.printComing(ctx, s, o, who, r)
}

// printUseful shows what was most useful as the letters of o will say it.
func (a *app) printUseful(ctx context.Context, s *session, o contact.Occasion, who people) error {
	r, err := s.store.Records(ctx)
	if err != nil {
		return err
	}
	letters := s.lettersOf(o, r)
	r.Occasions = []contact.Occasion{o}
	return a.printSentences(s, append(letters, plan.Coming(s.now(), policy(s.cfg), r)...), who)
}

// noteDrafts says which letters of occasions keep the words that they have: those
// that lie somewhere and are not about to be taken back.
func (a *app) noteDrafts(c *cobra.Command, s *session, occasions ...contact.Occasion) error {
	r, err := s.store.Records(c.Context())
	if err != nil {
		return err
	}
	needless := plan.Needless(s.now(), policy(s.cfg), r)
	for _, key := range slices.Sorted(maps.Keys(r.Letters)) {
		l := r.Letters[key]
		lies := l.Place.Mailbox != "" && !l.State.Ended() && !l.TakeBack
		concerned := slices.ContainsFunc(occasions, func(o contact.Occasion) bool { return o.ID == l.OccasionID })
		if lies && concerned && !slices.ContainsFunc(needless, func(e contact.Ending) bool { return e.Key == key }) {
			fmt.Fprintf(a.out, "the draft that lies in %s (%s) keeps its words; change them there\n", l.Place.Mailbox, l.Subject)
		}
	}
	return nil
}

// editOccasion enters the flags that were given.
func (s *session) editOccasion(c *cobra.Command, o *contact.Occasion, who people, f editFlags) error {
	given := c.Flags().Changed
	if _, done := o.Step(contact.Done); done && (given("next") || given("next-due")) {
		return usagef("what was promised at %s is done; for something new: regards log note NAME --next … --next-due …", o.ID)
	}
	if given("title") {
		o.Title = f.title
	}
	if given("next") {
		o.Next = f.next
	}
	if given("took-place") {
		o.TookPlace = f.tookPlace
	}
	if given("news") {
		o.News = strings.TrimSpace(f.news)
	}
	at, nextDue := o.At.Format(time.RFC3339), f.nextDue
	if given("at") && f.outcome == "" {
		at = f.at
	}
	if err := s.addSteps(c, o, f); err != nil {
		return err
	}
	if err := s.occasionTimes(o, at, nextDue); err != nil {
		return err
	}
	if given("next") {
		if err := nextIsDue(*o); err != nil {
			return err
		}
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

// outcomes are the steps that an occasion of some kind can come to.
func outcomes(kind contact.Kind) []contact.StepWord {
	switch kind {
	case contact.JobLead:
		return []contact.StepWord{contact.Applied, contact.Interviewed, contact.Offered, contact.TurnedDown}
	case contact.Reference:
		return []contact.StepWord{contact.Granted, contact.Used, contact.Offered, contact.TurnedDown}
	}
	return nil
}

// addSteps enters --outcome and --done.
func (s *session) addSteps(c *cobra.Command, o *contact.Occasion, f editFlags) error {
	if f.done {
		if o.Next == "" {
			return usagef("nothing was promised at %s; a promise is made by --next", o.ID)
		}
		*o = o.WithStep(contact.Step{Word: contact.Done, At: s.now()})
	}
	if !c.Flags().Changed("outcome") {
		return nil
	}
	possible := outcomes(o.Kind)
	if len(possible) == 0 {
		return usagef("--outcome: nothing is told of what comes of %s; it is for job-lead and reference", o.Kind)
	}
	step := contact.Step{Word: contact.StepWord(f.outcome), At: s.now()}
	if !slices.Contains(possible, step.Word) {
		return usagef("--outcome %q: a %s comes to one of %s", f.outcome, o.Kind, contact.List(possible))
	}
	if c.Flags().Changed("at") {
		var err error
		if step.At, err = parseTime(f.at, s.now(), s.cfg.Owner.Location(), latestDay); err != nil {
			return usagef("--at: %w", err)
		}
	}
	if step.At.After(s.now()) {
		return usagef("--at %s: that is still to come; say so when it has happened", f.at)
	}
	*o = o.WithStep(step)
	return nil
}
