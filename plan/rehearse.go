package plan

import (
	"maps"
	"slices"
	"time"

	"regards/contact"
)

// Rehearsal is what would happen up to some time.
type Rehearsal struct {
	Steps []Step // in the order in which they would be made
	Held  []Held // what the caps still put off at the end
}

// Step is a letter that would be made.
type Step struct {
	Planned
	At     time.Time
	PutOff string // why it comes later than its time had come; "" when it does not
}

// Words give a planned letter its text, and what the lack of it makes of it.
type Words func(now time.Time, l Planned) contact.Letter

// Rehearse gives the letters that would be made from now until some time. It
// assumes that the owner sends each one on the day it is made, that nobody
// answers, and that nothing else happens. The letters made at now are those of
// Due, with their words; without words every letter is taken to have them.
func Rehearse(now, until time.Time, p Policy, r Records, words Words) Rehearsal {
	w := newWalk(now, p, r, words)
	for at := now; !at.After(until); {
		w.endDay(at, w.send)
		at = w.pass(at)
	}
	return Rehearsal{Steps: w.steps, Held: Schedule(until, w.p, w.r).Held}
}

// walk goes through time with records of its own.
type walk struct {
	start time.Time
	p     Policy
	r     Records
	words Words
	lying []lying              // what the owner has to see to
	why   map[[2]string]string // why a practice had to wait with its letter to somebody
	steps []Step
}

// lying is a letter that lies ready, and since when.
type lying struct {
	key   string
	since time.Time
}

func newWalk(start time.Time, p Policy, r Records, words Words) *walk {
	w := &walk{start: start, p: p, r: r, words: words, why: map[[2]string]string{}}
	w.r.Letters, w.r.Pasts, w.p.Practices = maps.Clone(r.Letters), maps.Clone(r.Pasts), maps.Clone(p.Practices)
	w.fired(start, Practice.Begins)
	if w.r.Letters == nil {
		w.r.Letters = map[string]contact.Letter{}
	}
	if w.r.Pasts == nil {
		w.r.Pasts = map[string]contact.Past{}
	}
	for _, key := range slices.Sorted(maps.Keys(r.Letters)) {
		if l := r.Letters[key]; !l.State.Ended() && l.State != contact.Needs && l.State != contact.Uncertain {
			w.lying = append(w.lying, lying{key, start})
		}
	}
	return w
}

// pass does at one time what a pass of planning does, and gives the next time
// at which there may be something to do: midnight at the latest.
func (w *walk) pass(at time.Time) (next time.Time) {
	if at.After(w.start) { // a line that fired since the last pass had nothing to make
		w.fired(at.Add(-1), Practice.Fires)
	}
	d := newDesk(at, w.p, w.r)
	if ends := d.endings(); len(ends) > 0 {
		for _, e := range ends {
			l := w.r.Letters[e.Key]
			l.State, l.Ended, l.TakeBack = e.State, at, false
			w.r.Letters[e.Key] = l
		}
		d = newDesk(at, w.p, w.r)
	}
	d.askedFor()
	d.choose()
	for w.make(d) {
		d = newDesk(at, w.p, w.r)
		d.askedFor()
		d.choose()
	}
	w.fired(at, Practice.Fires)
	next = d.tomorrow
	if soon := d.next(); !soon.IsZero() && soon.Before(next) {
		next = soon
	}
	for _, own := range w.p.Practices {
		if own.Next == nil || !own.Fired.Before(d.day) {
			continue // one turn a day is looked at, even if nothing is known to come
		}
		if turn := own.Next(at); turn.Before(next) && !turn.IsZero() {
			next = turn
		}
	}
	return next
}

// fired stores that the practices for which a condition holds fire at a time.
func (w *walk) fired(at time.Time, which func(Practice, time.Time) bool) {
	for name, own := range w.p.Practices {
		if own.Next != nil && which(own, at) {
			own.Fired = at
			w.p.Practices[name] = own
		}
	}
}

// make takes the letters that are due as made, and reports whether the caps have
// to be counted anew before more are made.
func (w *walk) make(d *desk) (again bool) {
	w.note(d)
	woke := false
	for _, p := range d.letters() {
		if woke && p.Proposed {
			again = true // see Planned.Proposed
			continue
		}
		if w.words != nil {
			p.Letter = w.words(d.now, p)
		}
		waited := w.r.Letters[p.Key].State == contact.Needs
		if waited && p.State == contact.Needs {
			continue
		}
		woke = woke || waited
		w.enter(d, p)
	}
	return again
}

// enter puts a letter among the records and the steps.
func (w *walk) enter(d *desk, p Planned) {
	l := p.Letter
	l.Created = d.now
	if l.State == contact.Queued {
		l.State, l.Written = contact.Drafted, d.now
		w.lying = append(w.lying, lying{l.Key, d.now})
	}
	if l.State.Ended() {
		l.Ended = d.now
	}
	w.r.Letters[l.Key] = l
	step, id := Step{Planned: p, At: d.now}, [2]string{p.Practice, p.ContactID}
	if p.Proposed && p.From.Before(d.now) {
		step.PutOff = w.why[id]
	}
	delete(w.why, id)
	w.steps = append(w.steps, step)
}

// note remembers why proposals whose time has come have to wait.
func (w *walk) note(d *desk) {
	slices.SortFunc(d.held, before) // of two letters of a practice to one person, the first tells
	for _, list := range [][]proposal{d.held, d.ready} {
		for _, pr := range list {
			id := [2]string{practices[pr.rank].name, pr.contact}
			if _, known := w.why[id]; !known && pr.why != free {
				w.why[id] = d.because(pr)
			}
		}
	}
}

// endDay has the owner see to what lies there since before the day of at,
// unless it is snoozed.
func (w *walk) endDay(at time.Time, see func(l contact.Letter, at time.Time) contact.Letter) {
	today := w.p.dayAfter(at, -1)
	w.lying = slices.DeleteFunc(w.lying, func(x lying) bool {
		l := w.r.Letters[x.key]
		if l.State.Ended() {
			return true
		}
		if !x.since.Before(today) || l.Snoozed.After(at) {
			return false
		}
		w.r.Letters[x.key] = see(l, x.since)
		return true
	})
}

// send has the owner send a letter, which is a touch.
func (w *walk) send(l contact.Letter, at time.Time) contact.Letter {
	l.State, l.Sent, l.Ended = contact.Sent, at, at
	t := contact.Touch{ID: "rehearsed", ContactID: l.ContactID, At: at, Direction: contact.Out, Medium: contact.Email,
		Subject: l.Subject, Alone: true}
	if past := w.r.Pasts[l.ContactID]; t.Newer(past.Last) {
		next := past.With(t)
		next.LastOwn, next.LastOwnSubject = past.LastOwn, past.LastOwnSubject // it is a letter
		w.r.Pasts[l.ContactID] = next
	}
	return l
}
