package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// SendAt gives the moment from which l, approved, may go to c: when it has
// rested for the hold, of which only the owner's sending time counts, and is no
// longer snoozed; at a time of the sending window in the owner's time zone and
// in the contact's or, where the two do not meet within two weeks, in the
// owner's alone. A letter that is delivered by sending does not rest. The zero
// time means never: l is not approved, or nothing is ever sent.
func SendAt(p Policy, l contact.Letter, c contact.Contact) time.Time {
	if l.Approved.IsZero() {
		return time.Time{}
	}
	hold := holdTime(p.Hold)
	if l.Delivery == contact.BySend && p.Practices[l.Practice].Delivery == contact.BySend {
		hold = 0
	}
	at := p.sendTime(p.Location).Add(l.Approved, hold)
	if at.Before(l.Snoozed) {
		at = l.Snoozed
	}
	return p.sendFrom(at, c)
}

func (p Policy) sendTime(loc *time.Location) SendTime {
	return SendTime{p.Window, p.SendDays, loc}
}

// overlap is how far ahead the sending times of owner and contact are compared.
const overlap = 14 * dayLong

// sendFrom gives the first moment from t on at which mail may go to c.
func (p Policy) sendFrom(t time.Time, c contact.Contact) time.Time {
	own := p.sendTime(p.Location)
	first := own.Next(t)
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil || c.TimeZone == "" || first.IsZero() {
		return first
	}
	theirs := p.sendTime(zone)
	for at := first; at.Sub(t) < overlap; at = own.Next(at) {
		next := theirs.Next(at)
		if next.Equal(at) {
			return at
		}
		at = next
	}
	return first
}

// holdTime gives the sending time in a length: a day is 24 hours of it, and a
// month 30 days.
func holdTime(d contact.Duration) time.Duration {
	return time.Duration(30*d.Months+d.Days)*dayLong + d.Rest
}

// Resting is an approved letter that does not go now.
type Resting struct {
	contact.Letter
	Why  string    // in words for the owner
	From time.Time // it goes from then on, if nothing else keeps it; zero: nobody knows
}

// Sendable says which of the approved letters go at now, those that have waited
// longest first, and why the others do not. What goes by itself does so only while
// its practice delivers it, and if it is not needless now. The caps hold back what
// regards proposed and laid into the outbox by itself; what the owner approved goes,
// and counts. Days are those of the owner.
func Sendable(now time.Time, p Policy, r Records) (due []contact.Letter, held []Resting) {
	var capped []contact.Letter
	needless := needlessByItself(now, p, r)
	for _, l := range inOrder(r.Letters) {
		c, known := r.Contacts[l.ContactID]
		why := kept(now, l, c, known)
		if why == "" && l.ByItself() {
			why = p.keptByItself(now, l, r, needless)
		}
		if why != "" {
			held = append(held, Resting{Letter: l, Why: why})
			continue
		}
		from := SendAt(p, l, c)
		if !from.IsZero() && from.Before(now) {
			from = p.sendFrom(now, c)
		}
		switch {
		case from.IsZero():
			held = append(held, Resting{Letter: l, Why: "there is no window in which letters are sent"})
		case from.After(now):
			held = append(held, Resting{l, "it goes from " + p.clock(from) + " on", from})
		case l.ByItself() && proposed(l.Practice):
			capped = append(capped, l)
		default:
			due = append(due, l)
		}
	}
	capped, held = p.onePerContact(now, r, due, capped, held)
	room := len(capped)
	if p.DailyCap > 0 {
		room = min(room, max(0, p.DailyCap-len(due)-p.sentOn(now, r)))
	}
	for _, l := range capped[room:] {
		from := p.sendFrom(p.nextDay(now), r.Contacts[l.ContactID])
		held = append(held, Resting{l, fmt.Sprintf("no more than %d letters go on a day", p.DailyCap), from})
	}
	return append(due, capped[:room]...), held
}

// inOrder gives the approved letters, those first that were approved first.
func inOrder(letters map[string]contact.Letter) (approved []contact.Letter) {
	for _, l := range letters {
		if l.State == contact.Approved {
			approved = append(approved, l)
		}
	}
	slices.SortFunc(approved, func(a, b contact.Letter) int {
		return cmp.Or(a.Approved.Compare(b.Approved), strings.Compare(a.Key, b.Key))
	})
	return approved
}

// kept says what keeps an approved letter, whatever the time.
func kept(now time.Time, l contact.Letter, c contact.Contact, known bool) string {
	switch {
	case !l.Sending.IsZero():
		return "it is being sent"
	case !l.Missing.IsZero():
		return "it is not to be found where it lay"
	case l.TakeBack:
		return "it is to be taken back"
	case !known:
		return "its contact is no longer known"
	}
	return Writable(now, c)
}

// sentOn counts the letters that went on the day of now, or are about to.
func (p Policy) sentOn(now time.Time, r Records) (n int) {
	today := now.In(p.Location).Format(time.DateOnly)
	for _, l := range r.Letters {
		at := cmp.Or(l.Sent, l.Sending)
		if !at.IsZero() && at.In(p.Location).Format(time.DateOnly) == today {
			n++
		}
	}
	return n
}

// nextDay gives when the owner's next day begins, which need not be at midnight.
func (p Policy) nextDay(now time.Time) time.Time {
	next := (now.In(p.Location).Weekday() + 1) % 7
	return SendTime{Window{0, dayLong}, []time.Weekday{next}, p.Location}.Next(now)
}

func (p Policy) clock(t time.Time) string {
	return t.In(p.Location).Format("Monday 2 January, 15:04")
}
