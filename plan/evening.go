package plan

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// SectionEvening is the one section of an evening note.
const SectionEvening SectionName = "evening"

// Bounds of an evening note.
const (
	eveningLines = 3
	eveningsBack = 7 * dayLong // an occasion that ended earlier is left to the digest
)

// EveningOf gives the evening note as of now: what cannot wait for the digest, and
// has been in no note before. It has no section when everything can wait. Asked are
// the lines of all notes so far.
func EveningOf(now time.Time, p Policy, r Records, asked []Handle) Digest {
	r = withAsked(now, p, r)
	d := newDesk(now, p, r)
	lines := slices.Concat(d.ended(eveningsBack), d.thanksLacking(), d.goTomorrow(), d.reflections())
	lines = slices.DeleteFunc(lines, func(l Line) bool {
		line := l.Handle()
		return slices.ContainsFunc(asked, func(h Handle) bool {
			h.Number, h.Begins, line.Number = 0, nil, 0
			return reflect.DeepEqual(h, line)
		})
	})
	var note Digest
	if len(lines) == 0 {
		return note
	}
	note.Sections = []Section{{Name: SectionEvening, Lines: lines[:min(len(lines), eveningLines)]}}
	for _, l := range note.Sections[0].Lines {
		if l.Says == goesTomorrow {
			note.Going++
		} else {
			note.Questions++
		}
	}
	note.number()
	return note
}

// ended gives the occasions logged ahead whose time came within a while, the first
// first: nobody but the owner knows whether they took place.
func (d *desk) ended(within time.Duration) (lines []Line) {
	for _, o := range d.r.Occasions {
		if _, meets := o.Kind.TouchMedium(); !meets || o.Over(d.now) || o.At.After(d.now) || d.now.Sub(o.At) > within {
			continue
		}
		line := Line{Says: "took-place", OccasionID: o.ID, Who: d.names(o), Title: o.Title, Kind: o.Kind, At: d.local(o.At)}
		if len(o.Participants) == 1 {
			line.ContactID = o.Participants[0].ContactID
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.OccasionID, b.OccasionID)) })
	return lines
}

// thanksLacking gives what thank-yous ask for, whose day is short.
func (d *desk) thanksLacking() []Line {
	return slices.DeleteFunc(d.questions(nil), func(l Line) bool {
		return d.r.Letters[l.Key].Practice != ThankYou || l.Says == "asks.copy"
	})
}

// goesTomorrow is what is said of a letter that the next day may take away.
const goesTomorrow = "goes.tomorrow"

// goTomorrow gives the letters in the outbox that go on the next day.
func (d *desk) goTomorrow() (lines []Line) {
	after := d.p.dayAfter(d.tomorrow, 0)
	for _, l := range inOrder(d.r.Letters) {
		c, known := d.r.Contacts[l.ContactID]
		at := SendAt(d.p, l, c)
		if !at.IsZero() && at.Before(d.now) {
			at = d.p.sendFrom(d.now, c)
		}
		if kept(d.now, l, c, known) != "" || at.Before(d.tomorrow) || !at.Before(after) {
			continue
		}
		lines = append(lines, Line{Says: goesTomorrow, ContactID: c.ID, Key: l.Key, Who: c.Name, Title: l.Subject, At: d.local(at)})
	}
	return lines
}

// reflecting are the questions after a meeting (practice 19).
var reflecting = []string{"reflect.learned", "reflect.need", "reflect.next"}

// reflectWithin is how long after a meeting they are asked.
const reflectWithin = 2 * dayLong

// reflections gives the questions after the newest meeting, if they are wanted.
func (d *desk) reflections() (lines []Line) {
	var last contact.Occasion
	for _, o := range d.r.Occasions {
		if _, meets := o.Kind.TouchMedium(); d.p.Reflect && meets && o.Over(d.now) && !o.At.After(d.now) &&
			d.now.Sub(o.At) <= reflectWithin && o.At.After(last.At) && len(o.Participants) > 0 {
			last = o
		}
	}
	if last.ID == "" {
		return nil
	}
	for _, says := range reflecting {
		lines = append(lines, Line{Says: says, OccasionID: last.ID, ContactID: last.Participants[0].ContactID, Who: d.names(last),
			Title: last.Title, Kind: last.Kind, At: d.local(last.At)})
	}
	return lines
}

// withAsked gives the records with the letters that the next pass would put into
// `needs`: what they ask is asked already.
func withAsked(now time.Time, p Policy, r Records) Records {
	r.Letters = maps.Clone(r.Letters)
	if r.Letters == nil {
		r.Letters = map[string]contact.Letter{}
	}
	for _, l := range Due(now, p, r) {
		if _, exists := r.Letters[l.Key]; !exists && l.State == contact.Needs {
			r.Letters[l.Key] = l.Letter
		}
	}
	return r
}
