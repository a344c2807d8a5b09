package plan

import (
	"fmt"
	"testing"

	"regards/contact"
)

func TestComing(t *testing.T) {
	job := met(func(o *contact.Occasion) {
		o.Kind, o.Next, o.NextDue = contact.JobLead, "call", at("2026-11-24 12:00")
		both(o)
	})
	leaving := met(func(o *contact.Occasion) { o.ID, o.Kind, o.At = "o2", contact.Farewell, at("2026-12-31 12:00") })
	outline := func(now string, r Records) string {
		s := ""
		for _, l := range Coming(at(now), everyPractice(t), r) {
			s += fmt.Sprintf("%s %s\n", l.From.Format("2006-01-02"), l.Key)
		}
		return s
	}
	const promises = "2026-11-24 promise/o1/maria\n2026-11-24 promise/o1/tom\n"
	const asked = "2026-11-27 job-lead/o1/maria/asked\n"
	r := records(job, leaving)
	if got, want := outline("2026-11-20 15:00", r), promises+asked+"2026-12-24 farewell/o2/maria\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got, want := outline("2026-11-27 12:00", r), "2026-12-24 farewell/o2/maria\n"; got != want {
		t.Errorf("later: got\n%swant\n%s", got, want)
	}
	r.Letters["promise/o1/maria"] = contact.Letter{State: contact.Dismissed}
	r.Letters["promise/o1/old"] = contact.Letter{Key: "promise/o1/old", Practice: Promise, ParticipantID: "p2", State: contact.Drafted}
	if got, want := outline("2026-11-20 15:00", r), asked+"2026-12-24 farewell/o2/maria\n"; got != want {
		t.Errorf("made: got\n%swant\n%s", got, want)
	}
	p := everyPractice(t)
	p.Practices[JobLead], p.Practices[Farewell] = Practice{}, Practice{}
	if got := Coming(at("2026-11-20 15:00"), p, r); len(got) != 0 {
		t.Errorf("disabled: %+v", got)
	}
}
