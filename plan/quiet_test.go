package plan

import (
	"testing"

	"regards/contact"
)

func TestQuiet(t *testing.T) {
	for name, x := range map[string]struct {
		kind   contact.Kind
		change func(*contact.Occasion)
		now    string
		want   string
	}{
		"over":           {contact.Met, nil, "2026-11-20 15:00", ""},
		"ahead":          {contact.Met, func(o *contact.Occasion) { o.Logged = at("2026-11-20 11:00") }, "2026-11-20 15:00", "it was logged ahead of its time; when it took place: regards occasion edit o1 --took-place"},
		"a note":         {contact.Note, nil, "2026-11-20 15:00", ""},
		"a milestone":    {contact.Milestone, nil, "2026-11-19 15:00", ""},
		"old news":       {contact.Milestone, nil, "2026-12-20 12:01", "that was on 20 November 2026, too long ago for a letter"},
		"a lead":         {contact.JobLead, nil, "2026-11-20 15:00", ""},
		"an old lead":    {contact.JobLead, nil, "2026-12-20 12:01", "that was on 20 November 2026, too long ago for a letter"},
		"an old step":    {contact.JobLead, step(contact.Applied, "2026-11-21 12:00"), "2026-12-21 12:01", "that was on 21 November 2026, too long ago for a letter"},
		"no application": {contact.JobLead, step(contact.TurnedDown, "2026-11-21 12:00"), "2026-11-21 12:01", "nobody is told that it came to nothing, as no application is known"},
		"a reference":    {contact.Reference, step(contact.Granted, "2026-11-21 12:00"), "2026-11-21 12:01", ""},
		"never agreed":   {contact.Reference, step(contact.Offered, "2026-11-21 12:00"), "2026-11-21 12:01", "nobody is told how it ended, as no yes of theirs is known"},
		"an old one":     {contact.Reference, step(contact.Granted, "2026-11-21 12:00"), "2027-11-21 12:01", "that was on 21 November 2026, too long ago for a letter"},
		"a farewell":     {contact.Farewell, nil, "2026-12-04 22:59", ""},
		"past":           {contact.Farewell, nil, "2026-12-04 23:00", "you left on 20 November 2026, too long ago for a farewell"},
	} {
		o := met(func(o *contact.Occasion) { o.Kind = x.kind })
		if x.change != nil {
			x.change(&o)
		}
		if got := Quiet(at(x.now), everyPractice(t), o); got != x.want {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
		if x.kind == contact.Note {
			continue
		}
		p := everyPractice(t)
		p.Practices[practiceOf(x.kind)] = Practice{}
		if got, want := Quiet(at(x.now), p, o), practiceOf(x.kind)+" is switched off in the configuration"; got != want {
			t.Errorf("%s, disabled: got %q", name, got)
		}
	}
}
