// Package plan decides. From the records and the time that it is given it says
// whether a message is a touch, which letters are due, which became needless,
// and which thread a letter joins.
//
// Everything here is a pure function over values: no I/O, no clock, no
// randomness, no state. The same arguments give the same answer, which is what
// makes a rehearsal possible and every decision explainable: each one carries
// its reason in words that the owner can read.
//
// A practice is one file. It looks at the records and returns letters with
// their natural keys; whether such a letter exists already is for Due to see.
package plan

import (
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Policy is what the owner set in the configuration, as far as plans go.
type Policy struct {
	ThankYou ThankYouPolicy
	Cadences []Cadence
	// Location is where the owner lives: calendar days are counted there.
	Location *time.Location
}

// Records is what the store knows, as far as plans go.
type Records struct {
	Contacts  map[string]contact.Contact // by id
	Occasions []contact.Occasion
	LastOut   map[string]contact.Touch  // the newest mail to a contact alone, by contact id
	Letters   map[string]contact.Letter // every letter ever made, by key
}

// Due gives the letters that ought to exist at now and do not, or that wait in
// `needs` for something: each in state Needs or Queued, or Superseded when it
// is needless already, with key, times and reason, without bytes. They come in
// the order in which they are due.
func Due(now time.Time, p Policy, r Records) []contact.Letter {
	var due []contact.Letter
	byPart := keysByPart(r.Letters)
	for _, l := range thankYous(now, p, r) {
		if key, made := byPart[[2]string{l.Practice, l.ParticipantID}]; made {
			l.Key = key
		}
		if old, exists := r.Letters[l.Key]; !exists || old.State == contact.Needs {
			due = append(due, l)
		}
	}
	slices.SortStableFunc(due, func(a, b contact.Letter) int {
		if c := a.Due.Compare(b.Due); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	return due
}

// keysByPart finds letters by practice and participant: one that was made before
// its contact was merged into another keeps the key it was made under.
func keysByPart(letters map[string]contact.Letter) map[[2]string]string {
	keys := make(map[[2]string]string, len(letters))
	for key, l := range letters {
		if l.ParticipantID != "" {
			keys[[2]string{l.Practice, l.ParticipantID}] = key
		}
	}
	return keys
}

// Status gives the status of c at now: a pause that is over is none.
func Status(now time.Time, c contact.Contact) contact.Status {
	if c.Status == contact.Paused && !c.PausedUntil.IsZero() && !now.Before(c.PausedUntil) {
		return contact.Active
	}
	return c.Status
}

// Writable says why no letter may go to c at now; "" when one may (law 7).
func Writable(now time.Time, c contact.Contact) string {
	status := Status(now, c)
	if status == contact.Active {
		return ""
	}
	return c.Name + " is " + string(status)
}
