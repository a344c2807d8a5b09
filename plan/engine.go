package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Agenda is what there is to do at a time.
type Agenda struct {
	// Due are the letters to be made now; see Due.
	Due []Planned
	// Held are the proposed letters whose time has come and that wait.
	Held []Held
	// Ahead are the first letters whose time is yet to come, or the turn of their
	// practice, five at most.
	Ahead []Planned
	// Next is the earliest time at which Due may change as long as the records
	// stay as they are; zero: never.
	Next time.Time
}

// Held is a letter that is put off, and why, in words for the owner.
type Held struct {
	Planned
	Why string
}

// Due gives the letters that ought to exist at now and do not, or that wait in
// `needs` for something: each in state Needs or Queued, or Superseded when it
// is needless already, with key, times and reason, without bytes. Those that
// wait come first, the others in the order in which they are due.
func Due(now time.Time, p Policy, r Records) []Planned {
	d := newDesk(now, p, r)
	d.askedFor()
	d.choose()
	return d.letters()
}

// Schedule gives all that Due gives, what is held back, and when to look again.
func Schedule(now time.Time, p Policy, r Records) Agenda {
	d := newDesk(now, p, r)
	d.askedFor()
	d.choose()
	return Agenda{Due: d.letters(), Held: d.heldBack(), Ahead: d.coming(), Next: d.next()}
}

// askedFor plans what the owner asked for: no cap holds it, but all of it counts.
func (d *desk) askedFor() {
	for _, practice := range practices {
		own := d.p.Practices[practice.name]
		if !own.Enabled || practice.letters == nil {
			continue
		}
		for _, l := range practice.letters(d.now, d.p, d.r) {
			if key, made := d.byPart[partOf(l.Letter)]; made {
				l.Key = key
			}
			if l.Copy != "" {
				l.Reason = copyReason(l, d.r.Contacts[l.ContactID])
			}
			l.Delivery = own.Delivery
			l.Wording = cmp.Or(own.Template, l.Wording)
			old, exists := d.r.Letters[l.Key]
			if l.State != contact.Superseded && practice.revives(old) {
				l.Revived, exists = d.now, false
			}
			if !exists {
				l.From = own.Turn(d.now, l.From)
			}
			switch {
			case exists && old.State != contact.Needs:
			case l.From.After(d.now):
				d.look(l.From)
				if l.State != contact.Superseded {
					d.later = append(d.later, l)
				}
			default:
				d.due = append(d.due, l)
				if !exists && l.State == contact.Queued {
					d.today++
					d.busy[l.ContactID] = true
				}
			}
		}
	}
}

// choose takes of the proposals what the caps leave room for: one for each
// person, those that wait in `needs` already, then the most overdue first.
func (d *desk) choose() {
	for i, practice := range practices {
		if d.p.Practices[practice.name].Enabled && practice.propose != nil {
			d.rank, d.own = i, d.p.Practices[practice.name]
			practice.propose(d)
		}
	}
	slices.SortFunc(d.ready, before)
	d.oneEach()
	for i := range d.ready {
		pr := &d.ready[i]
		copied := d.r.Contacts[pr.contact].Medium != contact.Email // it goes into `needs`, or stays there
		switch waits := pr.key != ""; {
		case pr.why != free:
		case d.dayFull():
			pr.why = dayIsFull
		case waits && copied:
			d.chosen++
		case copied && d.lackFull(1) || !copied && d.openFull() || !waits && d.lackFull(manyLack):
			pr.why = enoughOpen
		case waits:
			d.chosen++
		case copied:
			d.chosen++
			d.lack++
			d.today++
		default:
			d.chosen++
			d.open++
			d.today++
		}
	}
}

// manyLack is for how many letters that wait in `needs` there is room beside each
// that lies ready, before no more are proposed: whether one lacks its greeting
// shows only when it is written, and must not keep all others from being.
const manyLack = 4

func (d *desk) openFull() bool { return d.p.OpenHellos > 0 && d.open >= d.p.OpenHellos }

func (d *desk) lackFull(times int) bool {
	return d.p.OpenHellos > 0 && d.lack >= times*d.p.OpenHellos
}

func (d *desk) dayFull() bool { return d.p.DailyCap > 0 && d.today >= d.p.DailyCap }

// weigh sorts a proposal in: ready, held back by something of its own, or yet
// to come.
func (d *desk) weigh(pr *proposal) {
	come := !pr.from.After(d.now)
	switch {
	case come && d.busy[pr.contact]:
		pr.why = otherFirst
		d.held = append(d.held, *pr)
	case pr.at.IsZero() || pr.at.After(d.now):
		if come {
			d.held = append(d.held, *pr)
		}
		if !pr.at.IsZero() {
			d.ahead = append(d.ahead, *pr)
		}
	default:
		d.ready = append(d.ready, *pr)
	}
}

// oneEach leaves of several ready proposals to one person that of the practice
// that goes first.
func (d *desk) oneEach() {
	first := make(map[string]int, len(d.ready))
	for i, pr := range d.ready {
		if j, rival := first[pr.contact]; !rival || pr.rank < d.ready[j].rank {
			first[pr.contact] = i
		}
	}
	for i := range d.ready {
		if best := first[d.ready[i].contact]; best != i {
			d.ready[i].why = otherFirst
			d.look(d.ready[best].ends) // then it may be this one's turn
		}
	}
}

// letters writes what was chosen.
func (d *desk) letters() []Planned {
	due := d.due
	for _, pr := range d.ready {
		if pr.why == free {
			due = append(due, d.write(pr))
		}
	}
	// They are large: their places are sorted.
	var waiting, others []*Planned
	for i := range due {
		if d.r.Letters[due[i].Key].State == contact.Needs {
			waiting = append(waiting, &due[i])
		} else {
			others = append(others, &due[i])
		}
	}
	sorted := make([]Planned, 0, len(due))
	for _, some := range [][]*Planned{waiting, others} {
		slices.SortFunc(some, func(a, b *Planned) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.Key, b.Key)) })
		for _, l := range some {
			sorted = append(sorted, *l)
		}
	}
	return sorted
}

// heldBack writes what has to wait, and why.
func (d *desk) heldBack() []Held {
	held := make([]Held, 0, len(d.held)+len(d.ready)-d.chosen)
	for _, list := range [][]proposal{d.held, d.ready} {
		for _, pr := range list {
			if pr.why != free {
				held = append(held, Held{d.write(pr), d.because(pr)})
			}
		}
	}
	slices.SortFunc(held, func(a, b Held) int {
		return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.Key, b.Key))
	})
	return held
}

// mostAhead is how many letters an agenda looks ahead.
const mostAhead = 5

// coming writes the first letters whose time is yet to come.
func (d *desk) coming() []Planned {
	byTime := func(a, b Planned) int { return cmp.Or(a.From.Compare(b.From), strings.Compare(a.Key, b.Key)) }
	coming := d.later
	ahead := slices.DeleteFunc(slices.Clone(d.ahead), func(pr proposal) bool { return !pr.from.After(d.now) && pr.why != notItsTurn })
	slices.SortFunc(ahead, func(a, b proposal) int { return cmp.Or(a.from.Compare(b.from), before(a, b)) })
	for _, pr := range ahead[:min(len(ahead), mostAhead)] {
		l := d.write(pr)
		l.From = d.p.Practices[l.Practice].Turn(d.now, l.From)
		coming = append(coming, l)
	}
	slices.SortFunc(coming, byTime)
	return coming[:min(len(coming), mostAhead)]
}

// write makes the letter of a proposal.
func (d *desk) write(pr proposal) Planned {
	practice := practices[pr.rank]
	own := d.p.Practices[practice.name]
	l := practice.write(d, pr)
	l.Practice, l.ContactID, l.From, l.Due = practice.name, pr.contact, pr.from, pr.due
	l.Key = cmp.Or(pr.key, l.Key)
	l.Delivery, l.Wording, l.Proposed = own.Delivery, cmp.Or(own.Template, l.Wording), true
	l.State = contact.Queued
	c := d.r.Contacts[pr.contact]
	return l.by(c.Medium, c)
}

// look notes that Due may change at t.
func (d *desk) look(t time.Time) {
	if t.After(d.now) && (d.soonest.IsZero() || t.Before(d.soonest)) {
		d.soonest = t.In(d.p.Location)
	}
}

// next gives when Due may change. While no letter may be added, only those
// proposals matter that would take the place of one that is chosen.
func (d *desk) next() time.Time {
	for _, c := range d.r.Contacts {
		if c.Status == contact.Paused {
			d.look(c.PausedUntil) // what the owner asked for waits for that, too
		}
	}
	full := d.dayFull() || d.openFull() && d.lackFull(1) || d.lackFull(manyLack)
	if d.dayFull() && len(d.ready)+len(d.ahead) > 0 {
		d.look(d.tomorrow)
	}
	var last proposal // of those chosen
	chosen := map[string]bool{}
	for _, pr := range d.ready {
		if pr.why == free {
			d.look(pr.ends)
			last, chosen[pr.contact] = pr, true
		}
	}
	for _, pr := range d.ahead {
		if !full || pr.key != "" || chosen[pr.contact] || len(chosen) > 0 && before(pr, last) < 0 {
			d.look(pr.at)
		}
	}
	return d.soonest
}
