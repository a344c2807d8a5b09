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
	"regards/internal/daemon"
	"regards/plan"
	"regards/store"
)

func (a *app) planCommand() *cobra.Command {
	var until, since string
	c := &cobra.Command{
		Use:   "plan",
		Short: "rehearse: which letters would be made, when and why",
		Long: `Goes through the days to come and tells every letter that would be made, why, and
what the caps put off. It assumes that you send each one on the day it is made, that
nobody answers, and that nothing else happens. With --since it goes through past
days instead: what would regards have drafted, and what did you do without it?
Nothing is written.`,
		Example: "  regards plan --until 90d\n  regards plan --since -1y",
		Args:    args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if since != "" && c.Flags().Changed("until") {
				return usagef("--since looks back and --until ahead; write one of them")
			}
			return a.with(c.Context(), func(s *session) error {
				if since != "" {
					return a.replay(c.Context(), s, since)
				}
				return a.rehearse(c.Context(), s, until)
			})
		},
	}
	c.Flags().StringVar(&until, "until", "30d", "for how long, such as 90d, or up to which day")
	c.Flags().StringVar(&since, "since", "", "go through the past from then on, such as -1y")
	return c
}

// plannedJSON is a letter as it would be made.
type plannedJSON struct {
	letterJSON
	At     *string    `json:"at"`
	PutOff string     `json:"put_off,omitempty"` // why it comes later than its time had come
	Did    *plan.Deed `json:"did,omitempty"`     // what happened in truth; only of the past
	DidAt  *string    `json:"did_at,omitempty"`
}

// rehearse tells what would be made until some time.
func (a *app) rehearse(ctx context.Context, s *session, until string) error {
	now := s.now()
	end, err := parseEnd(until, now, s)
	if err != nil {
		return usagef("--until: %w", err)
	}
	r, err := s.store.Records(ctx)
	if err != nil {
		return err
	}
	words, err := a.words(ctx, s, r)
	if err != nil {
		return err
	}
	hold, err := s.store.Held(ctx)
	if err != nil {
		return err
	}
	if !hold.Over(now) && hold.Until.After(now) {
		now = hold.Until // nothing is drafted before that
	}
	p, err := s.scheduled(ctx)
	if err != nil {
		return err
	}
	rehearsed := plan.Rehearse(now, end, p, r, words)
	all := namesOf(r)
	if a.json {
		listed := make([]plannedJSON, 0, len(rehearsed.Steps))
		for _, step := range rehearsed.Steps {
			listed = append(listed, plannedJSON{letterJSON: newLetterJSON(step.Letter, all), At: jsonTime(step.At), PutOff: step.PutOff})
		}
		return a.printJSON(listed)
	}
	if !hold.Over(s.now()) {
		fmt.Fprintf(a.out, "nothing is drafted %s (%s): regards resume; then:\n", holdEnd(hold, s), hold.Reason)
	}
	a.printWeeks(s, rehearsed.Steps)
	a.printSteps(s, rehearsed.Steps, all)
	a.printHeld(rehearsed.Held, all, end, s)
	return nil
}

// holdEnd says how long nothing is drafted.
func holdEnd(h store.Hold, s *session) string {
	if h.Until.IsZero() {
		return "before you say so"
	}
	return "until " + localTime(h.Until, s)
}

// parseEnd reads a length of time from now on, or a TIME.
func parseEnd(text string, now time.Time, s *session) (time.Time, error) {
	loc := s.cfg.Owner.Location()
	if d, err := contact.ParseDuration(text); err == nil && !d.IsZero() {
		return d.After(now.In(loc)), nil
	}
	end, err := parseTime(text, now, loc, nextDay)
	if err == nil && !end.After(now) {
		return end, fmt.Errorf("%q is past; for what has been: --since", text)
	}
	return end, err
}

// words gives letters their words as the service would.
func (a *app) words(ctx context.Context, s *session, r plan.Records) (plan.Words, error) {
	settings, err := a.settings(s.cfg)
	if err != nil {
		return nil, err
	}
	ids := slices.Collect(maps.Keys(r.Contacts))
	mails, err := s.store.Mails(ctx, ids)
	if err != nil {
		return nil, err
	}
	wrote, err := wroteTo(ctx, s.store, ids...)
	if err != nil {
		return nil, err
	}
	w := settings.Writer(s.store.Secret())
	return func(now time.Time, p plan.Planned) contact.Letter {
		c, later := greeted(w, p.Wording, r.Contacts[p.ContactID], wrote[p.ContactID])
		l := w.Write(now, p, c, daemon.Mail{Last: mails[p.ContactID].Last, LastIn: mails[p.ContactID].LastIn})
		if later && l.Raw != nil {
			l.Reason += "; " + greetingRead
		}
		return l
	}, nil
}

// namesOf gives the contacts of the records.
func namesOf(r plan.Records) people {
	all := make(people, 0, len(r.Contacts))
	for _, c := range r.Contacts {
		all = append(all, c)
	}
	return all
}

// manySteps is how many letters are summed up by weeks before they are told.
const manySteps = 20

// printWeeks sums up many letters by the weeks in which they would be made.
func (a *app) printWeeks(s *session, steps []plan.Step) {
	if len(steps) <= manySteps {
		return
	}
	fmt.Fprintf(a.out, "%s, if you send each on the day it is made:\n", plural(len(steps), "letter"))
	counts, weeks := map[string]int{}, []string{}
	for _, step := range steps {
		at := step.At.In(s.cfg.Owner.Location())
		sinceMonday := (int(at.Weekday()) + 6) % 7
		week := at.AddDate(0, 0, -sinceMonday).Format("2 January 2006")
		if counts[week]++; counts[week] == 1 {
			weeks = append(weeks, week)
		}
	}
	t := a.table("WEEK OF", "LETTERS")
	for _, week := range weeks {
		t.row(week, counts[week])
	}
	t.flush()
}

// printSteps prints letters under the day on which they would be made.
func (a *app) printSteps(s *session, steps []plan.Step, all people) {
	day := ""
	for _, step := range steps {
		if d := step.At.In(s.cfg.Owner.Location()).Format("Monday, 2 January 2006"); d != day {
			day = d
			fmt.Fprintln(a.out, day)
		}
		fmt.Fprintf(a.out, "  %s to %s: %s\n", practiceWords(step.Letter), all.name(step.ContactID), step.Reason)
		if step.PutOff != "" {
			fmt.Fprintf(a.out, "    not before: %s\n", step.PutOff)
		}
	}
	if len(steps) == 0 {
		fmt.Fprintln(a.out, "no letter would be made")
	}
}

// practiceWords names a letter, and what it waits for.
func practiceWords(l contact.Letter) string {
	words := strings.ReplaceAll(l.Practice, "-", " ")
	if l.State == contact.Needs {
		words += " (waits for you)"
	}
	return words
}

// mostHeld is how many letters that are put off are told one by one.
const mostHeld = 20

// printHeld prints what the caps put off beyond the end.
func (a *app) printHeld(held []plan.Held, all people, end time.Time, s *session) {
	if len(held) == 0 {
		return
	}
	fmt.Fprintf(a.out, "still put off on %s: %s\n", end.In(s.cfg.Owner.Location()).Format("2 January 2006"), plural(len(held), "letter"))
	for _, h := range held[:min(len(held), mostHeld)] {
		fmt.Fprintf(a.out, "  %s to %s: %s\n", practiceWords(h.Letter), all.name(h.ContactID), h.Why)
	}
	if more := len(held) - mostHeld; more > 0 {
		fmt.Fprintf(a.out, "  and %d more\n", more)
	}
}

// replay tells what would have been drafted, and what happened in truth.
func (a *app) replay(ctx context.Context, s *session, since string) error {
	now := s.now()
	from, err := parseTime(since, now, s.cfg.Owner.Location(), latestDay)
	if err == nil && !from.Before(now) {
		err = fmt.Errorf("%q is not past; for what is to come: --until", since)
	}
	if err != nil {
		return usagef("--since: %w", err)
	}
	r, err := s.store.Records(ctx)
	if err != nil {
		return err
	}
	touches, err := s.store.Touches(ctx, "")
	if err != nil {
		return err
	}
	replayed, all := plan.Replay(from, now, policy(s.cfg), r.Contacts, touches), namesOf(r)
	if a.json {
		listed := make([]plannedJSON, 0, len(replayed))
		for _, x := range replayed {
			listed = append(listed, plannedJSON{letterJSON: newLetterJSON(x.Letter, all), At: jsonTime(x.At), PutOff: x.PutOff,
				Did: &x.Deed, DidAt: jsonTime(x.DeedAt)})
		}
		return a.printJSON(listed)
	}
	a.printReplay(s, replayed, all)
	return nil
}

// printReplay prints what would have been drafted, and what was done without.
func (a *app) printReplay(s *session, replayed []plan.Replayed, all people) {
	counts := map[plan.Deed]int{}
	t := a.table("DAY", "LETTER", "TO", "WITHOUT IT")
	for _, x := range replayed {
		counts[x.Deed]++
		t.row(x.At.In(s.cfg.Owner.Location()).Format(time.DateOnly), practiceWords(x.Letter), all.name(x.ContactID), deedWords(x))
	}
	t.flush()
	fmt.Fprintf(a.out, "%s; within two weeks you wrote anyway %s, they wrote %s, nothing happened %s\n",
		plural(len(replayed), "letter"), plural(counts[plan.YouWrote], "time"), plural(counts[plan.TheyWrote], "time"), plural(counts[plan.Nothing], "time"))
}

// deedWords says what happened without a letter.
func deedWords(x plan.Replayed) string {
	if x.Deed == plan.Nothing {
		return "nothing within two weeks"
	}
	return string(x.Deed) + " " + span(x.DeedAt.Sub(x.At)) + " later"
}
