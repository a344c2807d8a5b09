package plan

import (
	"slices"
	"time"

	"regards/contact"
)

// Cadence is how often to be in touch with the contacts of a group.
type Cadence struct {
	Group  string
	Every  contact.Duration
	Latest contact.Duration
}

// Every gives how often to be in touch with c: the contact's own cadence, else
// the shortest of its groups; zero when none is set.
func Every(c contact.Contact, cadences []Cadence) contact.Duration {
	every := c.Every
	if !every.IsZero() {
		return every
	}
	for _, cad := range cadences {
		if !cad.Every.IsZero() && slices.Contains(c.Groups, cad.Group) && (every.IsZero() || cad.Every.Compare(every) < 0) {
			every = cad.Every
		}
	}
	return every
}

// NextDue gives when it is time to be in touch with c again: a cadence after
// the last touch or, without any, after the contact was added. The zero time
// means never. Days are those of loc.
func NextDue(c contact.Contact, last contact.Touch, cadences []Cadence, loc *time.Location) time.Time {
	every := Every(c, cadences)
	if every.IsZero() || c.Status != contact.Active && c.Status != contact.Paused {
		return time.Time{}
	}
	from := last.At
	if from.IsZero() {
		from = c.Added
	}
	return every.After(from.In(loc))
}
