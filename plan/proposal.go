package plan

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"regards/contact"
)

// proposal is a letter that regards may propose, without its words: light
// enough to have one for every contact.
type proposal struct {
	rank    int    // of its practice
	contact string // who gets it
	of      string // id of the occasion that it came of, or of the contact that it is about
	key     string // of the letter, if that waits in `needs`
	from    time.Time
	due     time.Time
	until   time.Time // it is not made from then on; zero: for ever

	// As far as nobody else is concerned:
	at   time.Time // it may be made from then on; zero: not before the records change
	ends time.Time // if at has come, until then; zero: for ever
	why  hold      // if its time has come: why it waits
}

// hold is why a proposal waits.
type hold int

const (
	free       hold = iota
	isPaused        // until a date
	isAway          // they are, or are just back
	answerOwed      // by the owner
	justWrote       // a letter to them was made lately
	oneIsOpen       // so is a letter to them that has words
	oneWaits        // so is another proposed letter to them
	otherFirst      // a letter to them that is made now
	notItsTurn      // the practice's own line has not fired
	enoughOpen      // so are as many proposed letters as may be
	dayIsFull       // as many letters as may be were made today
)

// before orders proposals: what waits in `needs`, then the most overdue.
func before(a, b proposal) int {
	if (a.key != "") != (b.key != "") {
		return len(b.key) - len(a.key) // one of them is 0
	}
	return cmp.Or(a.due.Compare(b.due), a.rank-b.rank, strings.Compare(a.contact, b.contact), strings.Compare(a.of, b.of))
}

// propose works out when a proposal may be made, from what is known of its
// recipient, and puts it on the desk unless that is never.
func (d *desk) propose(pr proposal, c *contact.Contact, past *contact.Past) {
	if past.TwoWay().IsZero() || !canBeWritten(c) {
		return
	}
	pr.rank = d.rank
	if !d.p.Dormant.IsZero() {
		if asleep := d.p.dormantFrom(*past).Add(1); pr.until.IsZero() || asleep.Before(pr.until) {
			pr.until = asleep
		}
	}
	pr.at = pr.from
	if pr.at.Before(d.now) {
		pr.at = d.now
	}
	f := d.files[c.ID]
	for moved := true; moved; {
		moved = false
		for _, why := range holds {
			if why == notItsTurn && pr.key != "" {
				continue // it exists
			}
			if end := d.holdEnd(why, pr.at, c, past, f); end.After(pr.at) {
				if pr.why == free && !pr.at.After(d.now) {
					pr.why = why
				}
				pr.at, moved = end, true
			}
		}
	}
	pr.ends = pr.until
	if since := c.Away.Since; since.After(pr.at) && (pr.ends.IsZero() || since.Before(pr.ends)) {
		pr.ends = since
	}
	if f != nil && pr.key == "" {
		d.wait(&pr, f)
	}
	if pr.until.IsZero() || pr.at.Before(pr.until) {
		d.weigh(&pr)
	}
}

// wait puts a proposal off while another letter to the same person is open.
func (d *desk) wait(pr *proposal, f *file) {
	switch {
	case f.waiting:
		pr.at, pr.why = time.Time{}, oneWaits
	case f.open && d.p.PerContactDays > 0:
		pr.at, pr.why = time.Time{}, oneIsOpen
	}
}

// canBeWritten reports whether letters may go to c now, or when a pause is over.
func canBeWritten(c *contact.Contact) bool {
	if _, grave := c.Grave(); grave || c.Medium == contact.Email && c.Unreachable() {
		return false
	}
	return c.Status == contact.Active || c.Status == contact.Paused && !c.PausedUntil.IsZero()
}

// holds are what may put a proposal off until some time, most telling first.
var holds = []hold{isPaused, answerOwed, isAway, justWrote, notItsTurn}

// holdEnd gives until when something puts off a letter that could be made at
// at; a time not after at when it does not.
func (d *desk) holdEnd(why hold, at time.Time, c *contact.Contact, past *contact.Past, f *file) time.Time {
	switch {
	case why == isPaused && c.Status == contact.Paused:
		return c.PausedUntil
	case why == answerOwed && waitsForAnswer(c, past):
		return owedUntil(past.Last.At)
	case why == isAway && !c.Away.Until.IsZero() && !at.Before(c.Away.Since):
		return d.p.awayUntil(c.Away)
	case why == justWrote && f != nil && d.p.PerContactDays > 0 && !f.written.IsZero():
		if long := time.Duration(d.p.PerContactDays+1) * dayLong; at.Sub(f.written) > long {
			return time.Time{} // most are: no need to be exact
		}
		return f.written.In(d.p.Location).AddDate(0, 0, d.p.PerContactDays)
	case why == notItsTurn:
		return d.own.Turn(d.now, at)
	}
	return time.Time{}
}

// longAbsence is one after which somebody has enough to read at first: hellos
// then wait as many work days more as settling takes.
const (
	longAbsence = 14 * 24 * time.Hour
	settling    = 10
)

// awayUntil gives when hellos may go again to somebody who is away.
func (p Policy) awayUntil(a contact.Absence) time.Time {
	if a.Until.Sub(a.Since) <= longAbsence {
		return a.Until
	}
	back := a.Until.In(p.Location)
	for days := 0; days < settling; {
		back = back.AddDate(0, 0, 1)
		if w := back.Weekday(); w != time.Saturday && w != time.Sunday {
			days++
		}
	}
	return back
}

// Dormant reports whether the owner and a contact have been silent for so long
// that regards proposes no letter by itself.
func Dormant(now time.Time, p Policy, past contact.Past) bool {
	return !p.Dormant.IsZero() && !past.Last.At.IsZero() && now.After(p.dormantFrom(past))
}

func (p Policy) dormantFrom(past contact.Past) time.Time {
	return p.Dormant.After(past.Last.At.In(p.Location))
}

// Owes reports whether the owner owes c an answer: the newest touch is mail of
// theirs to the owner alone that began a thread, it is under a year old, and the
// owner has not said that it needs none (law 7).
func Owes(now time.Time, c contact.Contact, past contact.Past) bool {
	return waitsForAnswer(&c, &past) && now.Before(owedUntil(past.Last.At))
}

func waitsForAnswer(c *contact.Contact, past *contact.Past) bool {
	last := &past.Last
	return last.Direction == contact.In && last.Medium == contact.Email && past.Opened && last.Alone && last.At.After(c.Answered)
}

func owedUntil(asked time.Time) time.Time { return asked.AddDate(1, 0, 0) }

// because says in words for the owner why a proposal waits.
func (d *desk) because(pr proposal) string {
	c, past := d.r.Contacts[pr.contact], d.r.Pasts[pr.contact]
	switch pr.why {
	case isPaused:
		return fmt.Sprintf("%s is paused until %s", c.Name, d.date(c.PausedUntil))
	case answerOwed:
		return fmt.Sprintf("you owe %s an answer: %q of %s", c.Name, past.Last.Subject, d.date(past.Last.At))
	case isAway:
		if !d.now.Before(c.Away.Until) {
			return fmt.Sprintf("%s is just back from an absence; hellos wait until %s", c.Name, d.date(d.p.awayUntil(c.Away)))
		}
		return fmt.Sprintf("%s is away until %s", c.Name, d.date(c.Away.Until))
	case justWrote:
		return fmt.Sprintf("the last letter to %s was made on %s; the next may come %s later", c.Name, d.date(d.files[c.ID].written), count(d.p.PerContactDays, "day"))
	case oneIsOpen:
		return "another letter to " + c.Name + " is not sent yet"
	case oneWaits:
		return "another letter that regards proposed to " + c.Name + " is still open"
	case otherFirst:
		return "another letter to " + c.Name + " goes first"
	case notItsTurn:
		name := practices[pr.rank].name
		return fmt.Sprintf("letters of %s are made by a schedule of their own, next on %s", name, d.p.clock(d.p.Practices[name].Turn(d.now, d.now)))
	case enoughOpen:
		return fmt.Sprintf("no more than %s may wait for you at a time", count(d.p.OpenHellos, "proposed letter"))
	case dayIsFull:
		return fmt.Sprintf("at most %s a day, and today has had them", count(d.p.DailyCap, "letter"))
	}
	return ""
}

// date writes the day of t for the owner.
func (d *desk) date(t time.Time) string { return dateOf(t, d.p.Location) }

// count writes a number with its noun, small ones as words.
func count(n int, noun string) string {
	small := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	number := fmt.Sprint(n)
	if n >= 0 && n < len(small) {
		number = small[n]
	}
	if n != 1 {
		noun += "s"
	}
	return number + " " + noun
}
