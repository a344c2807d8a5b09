package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"regards/contact"
	"regards/plan"
)

// lettersOf gives the letters that o asks for now.
func (s *session) lettersOf(o contact.Occasion, r plan.Records) []plan.Planned {
	others := slices.DeleteFunc(slices.Clone(r.Occasions), func(other contact.Occasion) bool { return other.ID == o.ID })
	r.Occasions = append(others, o)
	return slices.DeleteFunc(plan.Due(s.now(), policy(s.cfg), r), func(l plan.Planned) bool { return l.OccasionID != o.ID })
}

// printComing says which letters come of an occasion, and when, beside its
// thank-yous.
func (a *app) printComing(ctx context.Context, s *session, o contact.Occasion, who people, r plan.Records) error {
	when, err := s.nextPass(ctx)
	if err != nil {
		return err
	}
	due := s.lettersOf(o, r)
	for _, l := range due {
		if l.Practice != plan.ThankYou {
			fmt.Fprintln(a.out, comes(l, who.name(l.ContactID), s.turnWords(l.Practice, when)))
		}
	}
	r.Occasions = []contact.Occasion{o}
	coming := plan.Coming(s.now(), policy(s.cfg), r)
	for _, l := range coming {
		fmt.Fprintln(a.out, comes(l, who.name(l.ContactID), "on "+s.turn(l.Practice, l.From).In(s.cfg.Owner.Location()).Format("2 January 2006")))
	}
	a.printHints(s, o)
	return a.printSentences(s, append(due, coming...), who)
}

// printSentences shows the words that were given for letters as they will stand in
// them, each sentence once.
func (a *app) printSentences(s *session, letters []plan.Planned, who people) error {
	w, err := a.writer(s)
	if err != nil {
		return err
	}
	said := map[string]bool{}
	for _, l := range letters {
		c, _ := who.byID(l.ContactID)
		t, err := w.Wording(l.Wording, c)
		if err != nil || l.Facts.Useful == "" || l.State == contact.Superseded {
			continue
		}
		c.Greeting = cmp.Or(c.Greeting, standIn)
		text, err := t.UsefulSentence(w.Letter(t, c, l.Facts))
		if err == nil && text != "" && !said[text] {
			said[text] = true
			fmt.Fprintf(a.out, "it will say: %s\n", text)
		}
	}
	return nil
}

// comes says what becomes of one letter.
func comes(l plan.Planned, name, when string) string {
	switch {
	case l.State == contact.Superseded:
		return fmt.Sprintf("no letter (%s) to %s: %s", l.Wording, name, l.Reason)
	case l.State == contact.Queued:
		return fmt.Sprintf("a letter (%s) to %s is drafted %s", l.Wording, name, when)
	case l.Copy != "":
		return fmt.Sprintf("the text of a letter (%s) to %s is there %s: %s", l.Wording, name, when, l.Reason)
	}
	return fmt.Sprintf("you are asked %s: %s", when, l.Reason)
}

// printHints tells how to say what came of an occasion.
func (a *app) printHints(s *session, o contact.Occasion) {
	newest := contact.StepWord("")
	if n := len(o.Steps); n > 0 {
		newest = o.Steps[n-1].Word
	}
	practices := s.cfg.Practice
	switch {
	case o.Kind == contact.Reference && newest == "" && practices[plan.Reference].Enabled:
		fmt.Fprintf(a.out, "when they agree: regards occasion edit %s --outcome granted\n", o.ID)
	case o.Kind == contact.Reference && newest == contact.Granted && practices[plan.Reference].Enabled:
		fmt.Fprintf(a.out, "when you give their name: regards occasion edit %s --outcome used\n", o.ID)
	case o.Kind == contact.JobLead && newest == "" && practices[plan.JobLead].Enabled:
		fmt.Fprintf(a.out, "when you have applied: regards occasion edit %s --outcome applied\n", o.ID)
	case o.Kind == contact.JobLead && newest == contact.TurnedDown && !plan.TellsOf(o, newest):
		fmt.Fprintf(a.out, "nobody is told, as no application is known; if there was one: regards occasion edit %s --outcome applied --at TIME\n", o.ID)
	}
}
