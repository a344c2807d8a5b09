package daemon_test

import (
	"math/rand/v2"
	"strings"
	"time"

	"regards/contact"
	"regards/plan"
)

// duty is a letter that the owner asked for by telling of something.
type duty struct {
	key, practice string
	p             *person
	kind          contact.Kind
	of            string    // id of the occasion
	since         time.Time // when the occasion was
	from          time.Time // the letter is to be there from then on
	until         time.Time // and need not be made from then on; zero: for ever
	useful        bool      // or not wanted
	over          bool      // something has taken its place
}

// owed notes what the owner has asked for.
func (w *world) owed(o contact.Occasion, practice string, from time.Time, word string) {
	for _, part := range o.Participants {
		p := w.byID[part.ContactID]
		key := practice + "/" + o.ID + "/" + p.id
		if word != "" {
			key += "/" + word
		}
		useful := part.Useful != "" || practice != plan.ThankYou && practice != plan.Farewell
		w.duties = append(w.duties, &duty{key: key, practice: practice, p: p, kind: o.Kind, of: o.ID, since: o.At, from: from, useful: useful})
	}
}

// supersede ends what is owed for an occasion by a practice.
func (w *world) supersede(of, practice string) {
	for _, d := range w.duties {
		if d.of == of && d.practice == practice {
			d.over = true
		}
	}
}

// log has the owner tell of an occasion.
func (w *world) log(o contact.Occasion, with ...*person) contact.Occasion {
	o.Logged = w.now
	for _, p := range with {
		part := contact.Participant{ContactID: p.id}
		if w.rng("useful", w.now, p.id).IntN(4) > 0 {
			part.Useful = "the walk by the river"
		}
		o.Participants = append(o.Participants, part)
	}
	o, err := w.store.AddOccasion(w.ctx, o, nil, w.now)
	must(w.tb, err)
	for i, p := range with {
		w.tell(p, "the owner logs %s %s of %s, useful %q, next %q by %s", o.Kind, o.ID, o.At, o.Participants[i].Useful, o.Next, o.NextDue)
	}
	if o.Over(w.now) {
		w.tookPlace(o)
	}
	return o
}

// tookPlace notes the touches of an occasion that is over, and its thank-yous.
func (w *world) tookPlace(o contact.Occasion) {
	if medium, ok := map[contact.Kind]contact.Medium{contact.Met: contact.Meeting, contact.Informational: contact.Meeting,
		contact.Interview: contact.Meeting, contact.Event: contact.Meeting, contact.CallKind: contact.Call}[o.Kind]; ok {
		for _, part := range o.Participants {
			p := w.byID[part.ContactID]
			subject := o.Title
			if subject == "" {
				subject = string(o.Kind)
			}
			p.touches = append(p.touches, touch{at: o.At, medium: medium, subject: subject, key: o.ID})
		}
	}
	switch o.Kind {
	case contact.Met, contact.Informational, contact.Interview, contact.Event, contact.HelpReceived:
		w.owed(o, plan.ThankYou, w.now, "")
	}
}

// occasion has something happen.
func (w *world) occasion(r *rand.Rand) {
	p, q := w.pick(r), w.pick(r)
	at := w.now.Add(-time.Duration(600+r.IntN(90000)) * time.Second).Truncate(time.Second)
	promised := func(o contact.Occasion) contact.Occasion {
		if r.IntN(3) == 0 {
			o.Next, o.NextDue = "send you the paper", w.clock(w.now.AddDate(0, 0, 1+r.IntN(40)), 12, 0)
		}
		return o
	}
	switch n := r.IntN(20); {
	case n < 5:
		w.promise(w.log(promised(contact.Occasion{Kind: contact.Met, At: at}), p), r)
	case n < 8:
		w.promise(w.log(promised(contact.Occasion{Kind: contact.Informational, At: at, Title: "Marine biology"}), p), r)
	case n < 10 && p != q:
		w.log(contact.Occasion{Kind: contact.Interview, At: at, Title: "Reef Lab"}, p, q)
	case n < 12 && p != q:
		w.log(contact.Occasion{Kind: contact.Event, At: at, Title: "the spring meeting"}, p, q)
	case n < 14:
		w.log(contact.Occasion{Kind: contact.HelpReceived, At: at}, p)
	case n < 15:
		w.promise(w.log(promised(contact.Occasion{Kind: contact.CallKind, At: at}), p), r)
	case n < 16:
		w.ahead(p, r)
	case n < 18:
		w.jobLead(w.log(contact.Occasion{Kind: contact.JobLead, At: at, Title: "Diver, " + p.given}, p), r)
	default:
		w.reference(w.log(contact.Occasion{Kind: contact.Reference, At: at, Title: "the Reef Lab"}, p), r)
	}
}

// ahead logs a talk before it takes place.
func (w *world) ahead(p *person, r *rand.Rand) {
	o := w.log(contact.Occasion{Kind: contact.Informational, At: w.in(50 + r.Float64()*200), Title: "Corals"}, p)
	w.command(o.At.Add(5*time.Hour), func() {
		o = w.change(o, func(o contact.Occasion) contact.Occasion { o.TookPlace = true; return o })
		w.tookPlace(o)
	})
}

// change changes an occasion by command.
func (w *world) change(o contact.Occasion, change func(contact.Occasion) contact.Occasion) contact.Occasion {
	o, err := w.store.UpdateOccasion(w.ctx, o.ID, w.now, func(o contact.Occasion) (contact.Occasion, error) { return change(o), nil })
	must(w.tb, err)
	return o
}

// promise expects what was promised on its day, unless it is done before.
func (w *world) promise(o contact.Occasion, r *rand.Rand) {
	if o.Next == "" {
		return
	}
	w.owed(o, plan.Promise, w.clock(o.NextDue, 0, 0), "")
	for _, d := range w.duties {
		if d.of == o.ID && d.practice == plan.Promise {
			d.until = o.NextDue.AddDate(0, 0, 29)
		}
	}
	if r.IntN(3) == 0 {
		w.command(w.in(20+r.Float64()*400), func() { w.step(o, contact.Done, "", "") })
	}
}

// step has the owner say how far a matter has come, which a letter tells.
func (w *world) step(o contact.Occasion, word contact.StepWord, practice, key string) {
	at := w.now
	o = w.change(o, func(o contact.Occasion) contact.Occasion {
		if word == contact.Offered {
			o.News = "I got the job."
		}
		return o.WithStep(contact.Step{Word: word, At: at})
	})
	if word == contact.Done {
		w.supersede(o.ID, plan.Promise)
	} else {
		w.supersede(o.ID, practice)
		w.owed(o, practice, at, key)
		for _, d := range w.duties[len(w.duties)-len(o.Participants):] {
			d.until = at.AddDate(0, 0, 29)
		}
	}
	for _, part := range o.Participants {
		p := w.byID[part.ContactID]
		if word == contact.Granted {
			p.permitted = at
		}
		w.tell(p, "%s of %s", word, o.ID)
	}
}

// jobLead goes on to an application and its outcome, or waits for the question.
func (w *world) jobLead(o contact.Occasion, r *rand.Rand) {
	w.owed(o, plan.JobLead, o.At.In(w.zone).AddDate(0, 0, 7), "asked")
	hours := 24 + r.Float64()*400
	for _, word := range []contact.StepWord{contact.Applied, contact.Interviewed, contact.Offered}[:r.IntN(4)] {
		w.command(w.in(hours), func() { w.step(o, word, plan.JobLead, string(word)) })
		hours += 50 + r.Float64()*300
	}
}

// reference goes on to a yes, to its use, and to its end.
func (w *world) reference(o contact.Occasion, r *rand.Rand) {
	w.owed(o, plan.Reference, w.now, "ask")
	hours := 24 + r.Float64()*200
	for i, word := range []contact.StepWord{contact.Granted, contact.Used, contact.Offered}[:r.IntN(4)] {
		key := []string{"granted", "used", "ended"}[i]
		w.command(w.in(hours), func() { w.step(o, word, plan.Reference, key) })
		hours += 50 + r.Float64()*300
	}
}

// milestone tells news to a group.
func (w *world) milestone() {
	var to []*person
	for _, p := range w.people {
		if p.known && p.writable(w.now) && strings.Contains(strings.Join(p.groups, " "), "colleague") {
			to = append(to, p)
		}
	}
	o := w.log(contact.Occasion{Kind: contact.Milestone, At: w.in(30), News: "I start at the Reef Lab in March."}, to...)
	w.owed(o, plan.Milestone, o.At, "")
	for _, d := range w.duties[len(w.duties)-len(o.Participants):] {
		d.until = o.At.AddDate(0, 0, 29) // then it is no news any more
	}
}

// farewell is logged a month before the last day.
func (w *world) farewell() {
	var to []*person
	for _, p := range w.people {
		if p.writable(w.now) && len(to) < 8 {
			to = append(to, p)
		}
	}
	last := w.clock(w.now.AddDate(0, 0, 30), 12, 0)
	o := w.log(contact.Occasion{Kind: contact.Farewell, At: last}, to...)
	from := w.clock(last, 0, 0)
	for n := 0; n < 5; {
		if from = from.AddDate(0, 0, -1); from.Weekday() != time.Saturday && from.Weekday() != time.Sunday {
			n++
		}
	}
	w.owed(o, plan.Farewell, from, "")
	for _, d := range w.duties[len(w.duties)-len(o.Participants):] {
		d.until = last.AddDate(0, 0, 14)
	}
}

// tellUseful has the owner say what was most useful.
func (w *world) tellUseful(row contact.Letter) {
	for _, d := range w.duties {
		if d.key != row.Key || d.useful || row.Practice != plan.ThankYou {
			continue
		}
		d.useful = true
		w.change(contact.Occasion{ID: d.of}, func(o contact.Occasion) contact.Occasion {
			for i := range o.Participants {
				if o.Participants[i].ContactID == d.p.id {
					o.Participants[i].Useful = "the tip about the boat"
				}
			}
			return o
		})
		w.tell(d.p, "the owner says what was useful at %s", d.of)
	}
}
