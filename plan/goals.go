package plan

import "regards/contact"

// Goals are what the owner wants to do in a month (practice 27); 0: no goal.
type Goals struct {
	People int // new ones to meet
	Events int // to go to
}

// goals gives how far the goals of this month have come.
func (d *desk) goals() (lines []Line) {
	if d.p.Goals == (Goals{}) {
		return nil
	}
	people, events := map[string]bool{}, 0
	year, month, _ := d.local(d.now).Date()
	for _, o := range d.r.Occasions {
		if y, m, _ := d.local(o.At).Date(); y != year || m != month || !o.Over(d.now) {
			continue
		}
		if o.Kind == contact.Event {
			events++
		}
		for _, part := range d.newTo(o) {
			people[part.ContactID] = true
		}
	}
	if of := d.p.Goals.People; of > 0 {
		lines = append(lines, Line{Says: "goal.people", Count: len(people), Of: of})
	}
	if of := d.p.Goals.Events; of > 0 {
		lines = append(lines, Line{Says: "goal.events", Count: events, Of: of})
	}
	return lines
}
