package plan

import (
	"fmt"
	"time"

	"regards/contact"
)

// CloseTheLoop is the name of the practice that tells whoever introduced the
// owner to somebody what came of it (practice 17).
const CloseTheLoop = "close-the-loop"

// Its wordings: "it helped" is for the owner to say; that they are in touch is
// plain.
const (
	loopHelped  = CloseTheLoop + ".helped"
	loopInTouch = CloseTheLoop + ".in-touch"
)

const (
	// loopNews is how many days the first exchange is news to the introducer.
	loopNews = 30
	// beforeAdded is for how many days somebody may have been known before the
	// owner made them a contact: what lies further back did not come of the
	// introduction that was entered then.
	beforeAdded = 60
)

// loops proposes the letter to the introducer of every contact with whom the owner
// has lately come into touch.
func loops(d *desk) {
	for id, c := range d.r.Contacts {
		if c.IntroducedBy == "" || c.IntroducedBy == id {
			continue
		}
		by, known := d.r.Contacts[c.IntroducedBy]
		past := d.r.Pasts[by.ID]
		first := d.r.Pasts[id].TwoWay()
		if !known || first.IsZero() || first.Before(c.Added.AddDate(0, 0, -beforeAdded)) {
			continue
		}
		until := first.In(d.p.Location).AddDate(0, 0, loopNews)
		if !d.now.Before(until) || d.knows(c, by, past, first) {
			continue
		}
		pr := proposal{contact: by.ID, of: id, from: first, due: d.p.Practices[CloseTheLoop].Within.After(first.In(d.p.Location)), until: until}
		if _, told := d.told[[2]string{id, by.ID}]; told {
			if pr.key = d.loopWaiting(id, by.ID); pr.key == "" {
				continue
			}
		}
		d.propose(pr, &by, &past)
	}
}

// knows reports whether the introducer has heard of it, or will have: they were
// there, the owner has written to them or talked with them since, or a letter
// told them since of somebody who is no contact any more: the same person, before
// a merge. What came from them tells them nothing.
func (d *desk) knows(c, by contact.Contact, past contact.Past, first time.Time) bool {
	spoke := past.Last.Direction == contact.Out && past.Last.Medium != contact.Email || isSpoken(past.Last.Medium)
	if !past.LastOut.Before(first) || spoke && !past.Last.At.Before(first) {
		return true
	}
	for _, o := range d.r.Occasions {
		_, there := o.Participant(c.ID)
		_, too := o.Participant(by.ID)
		medium, touches := o.Kind.TouchMedium()
		talked := touches && isSpoken(medium) && !o.At.Before(first)
		if too && (there || talked) && o.Over(d.now) {
			return true
		}
	}
	if f := d.files[by.ID]; f != nil && !f.sent.Before(first) {
		return true
	}
	for told, at := range d.told {
		if _, still := d.r.Contacts[told[0]]; told[1] == by.ID && !still && !at.Before(first) {
			return true
		}
	}
	return false
}

// isSpoken reports whether the two talk with each other by a medium.
func isSpoken(m contact.Medium) bool { return m == contact.Meeting || m == contact.Call }

// loopWaiting finds the letter about somebody that waits in `needs`; "" when it
// is in any other state.
func (d *desk) loopWaiting(about, to string) string {
	for key, l := range d.r.Letters {
		if l.Practice == CloseTheLoop && l.ContactID == to && loopAbout(key) == about && l.State == contact.Needs {
			return key
		}
	}
	return ""
}

// writeLoop gives such a letter its key and reason.
func writeLoop(d *desk, pr proposal) Planned {
	c, by := d.r.Contacts[pr.of], d.r.Contacts[pr.contact]
	first := d.r.Pasts[c.ID].TwoWay().In(d.p.Location)
	l := Planned{
		Letter: contact.Letter{
			Key:    CloseTheLoop + "/" + c.ID + "/" + by.ID,
			Reason: fmt.Sprintf("%s introduced you to %s, with whom you are in touch since %s", by.Name, c.Name, d.date(first)),
		},
		Wording: loopInTouch,
		Facts:   Facts{About: c.Name, When: first, Late: d.now.Sub(first) > belatedAfter},
	}
	if o, ok := d.helped(c.ID); ok {
		// What was useful is said to c, in words that are not the introducer's to
		// read: here it only permits to say that it helped.
		l.Wording, l.OccasionID = loopHelped, o.ID
		l.Facts.Title, l.Facts.When = o.Title, o.At.In(d.p.Location)
	}
	return l
}

// helped finds the newest occasion with somebody of which the owner said what
// was most useful.
func (d *desk) helped(contactID string) (newest contact.Occasion, ok bool) {
	for _, o := range d.r.Occasions {
		part, there := o.Participant(contactID)
		if there && part.Useful != "" && o.Over(d.now) && (!ok || o.At.After(newest.At)) {
			newest, ok = o, true
		}
	}
	return newest, ok
}

// endsLoop ends the letter once nobody was introduced by its recipient any more.
// One about somebody who is no contact now stays while somebody else was: that
// may be the same person, after a merge.
func endsLoop(d *desk, l contact.Letter, _ contact.Occasion) string {
	about, known := d.r.Contacts[loopAbout(l.Key)]
	switch {
	case known && about.IntroducedBy != l.ContactID:
		return "they did not introduce you to " + about.Name
	case !known && !d.introduced(l.ContactID):
		return "it is about somebody who is no contact any more"
	}
	return ""
}

// introduced reports whether a contact introduced the owner to anybody.
func (d *desk) introduced(id string) bool {
	for _, c := range d.r.Contacts {
		if c.IntroducedBy == id {
			return true
		}
	}
	return false
}
