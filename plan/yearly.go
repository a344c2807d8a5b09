package plan

import (
	"slices"
	"time"

	"regards/contact"
)

// birthdays gives those of today and the seven days after, so that nobody's is
// known on the day alone.
func (d *desk) birthdays() (lines []Line) {
	if !d.p.Birthdays {
		return nil
	}
	for id, c := range d.r.Contacts {
		if c.Status == contact.Deceased || c.Status == contact.DoNotContact {
			continue
		}
		for _, day := range d.days(c.Birthday) {
			line := Line{Says: "birthday", ContactID: id, Who: c.Name, At: day}
			if c.Birthday.Year != 0 {
				line.Count = max(0, day.Year()-c.Birthday.Year)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// anniversaries gives the occasions at which the owner first met somebody, where
// that will have been a year ago. It is told once: in later years they know each
// other.
func (d *desk) anniversaries() (lines []Line) {
	if !d.p.Anniversaries {
		return nil
	}
	for _, o := range d.r.Occasions {
		at := d.local(o.At)
		for _, day := range d.days(contact.Birthday{Month: at.Month(), Day: at.Day()}) {
			o.Participants = d.newTo(o)
			if day.Year() != at.Year()+1 || len(o.Participants) == 0 {
				continue
			}
			lines = append(lines, Line{Says: "anniversary", OccasionID: o.ID, ContactID: o.Participants[0].ContactID,
				Who: d.names(o), Title: o.Title, Kind: o.Kind, At: day})
		}
	}
	return lines
}

// days gives the noon of the day in the week ahead on which b falls, if one does.
func (d *desk) days(b contact.Birthday) (days []time.Time) {
	y, m, today := d.local(d.now).Date()
	for i := range weekAhead + 1 {
		if day := time.Date(y, m, today+i, 12, 0, 0, 0, d.p.Location); b.FallsOn(day) {
			days = append(days, day)
		}
	}
	return days
}

// newTo gives the participants of o, once it is over, whom the owner first met
// there and may write to.
func (d *desk) newTo(o contact.Occasion) (met []contact.Participant) {
	if !meets(o.Kind) && o.Kind != contact.Informational || !o.Over(d.now) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(o.Participants), func(part contact.Participant) bool {
		c, known := d.r.Contacts[part.ContactID]
		return !known || c.Status == contact.Deceased || c.Status == contact.DoNotContact || knownBefore(o, d.r.Pasts[c.ID])
	})
}
