package plan

import (
	"maps"
	"slices"
	"time"

	"regards/contact"
)

// Replayed is a letter that would have been made, and what happened in truth.
type Replayed struct {
	Step
	Deed   Deed
	DeedAt time.Time // zero when nothing happened
}

// Deed is what the owner or the contact did without a letter.
type Deed string

// The deeds within two weeks.
const (
	YouWrote  Deed = "you wrote"
	TheyWrote Deed = "they wrote"
	Nothing   Deed = "nothing"
)

// deedWithin is how many days count.
const deedWithin = 14

// Replay gives the letters that silence would have asked for between from and
// now, had regards been there: of the touches, in any order, and of the contacts
// as they are now. Occasions and letters of that time play no part: no letter
// that it gives was sent, and none was answered.
func Replay(from, now time.Time, p Policy, contacts map[string]contact.Contact, touches []contact.Touch) []Replayed {
	touches = slices.Clone(touches)
	slices.SortStableFunc(touches, func(a, b contact.Touch) int {
		switch {
		case a.Newer(b):
			return 1
		case b.Newer(a):
			return -1
		}
		return 0
	})
	w := newWalk(from, p, Records{Contacts: maps.Clone(contacts)}, nil)
	for at, seen := from, 0; at.Before(now); {
		for seen < len(touches) && !touches[seen].At.After(at) {
			t := touches[seen]
			w.r.Pasts[t.ContactID] = w.r.Pasts[t.ContactID].With(t)
			seen++
		}
		w.endDay(at, letGo)
		at = w.pass(at)
	}
	return deeds(w.steps, touches)
}

// letGo ends a letter as if it had never been: what was done instead is among
// the touches.
func letGo(l contact.Letter, at time.Time) contact.Letter {
	l.State, l.Ended = contact.Dismissed, at
	return l
}

// deeds finds out what happened after each step, from touches in order.
func deeds(steps []Step, touches []contact.Touch) []Replayed {
	byContact := map[string][]contact.Touch{}
	for _, t := range touches {
		byContact[t.ContactID] = append(byContact[t.ContactID], t)
	}
	all := make([]Replayed, 0, len(steps))
	for _, s := range steps {
		done := Replayed{Step: s, Deed: Nothing}
		end := s.At.AddDate(0, 0, deedWithin)
		for _, t := range byContact[s.ContactID] {
			if !t.At.After(s.At) || t.At.After(end) {
				continue
			}
			done.Deed, done.DeedAt = YouWrote, t.At
			if t.Direction == contact.In {
				done.Deed = TheyWrote
			}
			break
		}
		all = append(all, done)
	}
	return all
}
