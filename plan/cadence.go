package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// KeepInTouch is the name of the practice that says hello when a cadence is up
// (practices 20 and 31).
const KeepInTouch = "keep-in-touch"

// Cadence is how often to be in touch with the contacts of a group.
type Cadence struct {
	Group  string
	Every  contact.Duration
	Latest contact.Duration
}

// Every gives how often to be in touch with c: the contact's own cadence, else
// the shortest of its groups; zero when none is set.
func Every(c contact.Contact, cadences []Cadence) contact.Duration {
	return cadenceOf(&c, cadences).Every
}

func cadenceOf(c *contact.Contact, cadences []Cadence) (shortest Cadence) {
	if !c.Every.IsZero() {
		return Cadence{Every: c.Every}
	}
	for _, cad := range cadences {
		if !cad.Every.IsZero() && slices.Contains(c.Groups, cad.Group) &&
			(shortest.Every.IsZero() || cad.Every.Compare(shortest.Every) < 0) {
			shortest = cad
		}
	}
	return shortest
}

// NextDue gives when it is time to be in touch with each contact again, by id: a
// cadence after the last touch or, without any, after the contact was added.
// Nobody is in it who has no cadence or gets no letters.
func NextDue(p Policy, r Records) map[string]time.Time {
	d := newDesk(time.Time{}, p, r)
	next := map[string]time.Time{}
	for id, c := range r.Contacts {
		past := r.Pasts[id]
		if c.Status != contact.Active && c.Status != contact.Paused {
			continue
		}
		if h, ok := d.hello(&c, &past); ok {
			next[id] = h.due
		}
	}
	return next
}

// slowest is how many times the cadence is stretched at most.
const slowest = 4

// againAfter is how many days a hello waits that comes in place of one that the
// owner did not want: for so long only the digest names it.
const againAfter = 7

// rhythm is what the cadence of one contact comes to.
type rhythm struct {
	every      contact.Duration // of the cadence, as set
	times      int              // how many times that it takes, because hellos went unanswered
	unanswered int
	unsent     int       // hellos since the last touch that were not wanted
	base       time.Time // what it is counted from
	due        time.Time
	overdue    time.Time // zero: never
	needs      string    // key of a hello that waits for something; "" when none does
	open       bool      // a hello lies ready
}

// hello works out when it is time to say hello to c; false without a cadence.
func (d *desk) hello(c *contact.Contact, past *contact.Past) (h rhythm, ok bool) {
	cad := cadenceOf(c, d.p.Cadences)
	if cad.Every.IsZero() {
		return h, false
	}
	h.every, h.times = cad.Every, 1
	h.base = cmp.Or(past.Last.At, c.Added)
	if f := d.files[c.ID]; f != nil {
		h.count(d, f, past.LastSign)
	}
	if h.unanswered >= 2 {
		h.times = min(h.unanswered, slowest)
	}
	from := h.base.In(d.p.Location)
	h.due = stretch(cad.Every, h.times).After(from)
	if !cad.Latest.IsZero() {
		h.overdue = stretch(cad.Latest, h.times).After(from)
	}
	return h, true
}

// count enters the hellos made so far. One that was sent is a touch, known as
// such or not yet; one that was not wanted starts the cadence anew when it ended.
func (h *rhythm) count(d *desk, f *file, lastSign time.Time) {
	if f.sent.After(h.base) {
		h.base = f.sent
	}
	touched := h.base
	for i := f.hello; i > 0; i = d.hellos[i-1].before {
		switch l := &d.hellos[i-1]; {
		case l.state == contact.Sent:
			if l.sent.After(lastSign) {
				h.unanswered++
			}
		case l.state == contact.Needs:
			if h.needs == "" || l.key < h.needs {
				h.needs = l.key
			}
		case !l.state.Ended():
			h.open = true
		case l.made.After(touched):
			h.unsent++
			if end := cmp.Or(l.ended, l.made); end.After(h.base) {
				h.base = end
			}
		}
	}
}

// stretch gives n times a length.
func stretch(d contact.Duration, n int) contact.Duration {
	return contact.Duration{Months: d.Months * n, Days: d.Days * n, Rest: d.Rest * time.Duration(n)}
}

// hellos proposes the next hello to every contact that has a cadence.
func hellos(d *desk) {
	for id, c := range d.r.Contacts {
		past := d.r.Pasts[id]
		h, ok := d.hello(&c, &past)
		if !ok || h.open {
			continue
		}
		pr := proposal{contact: id, key: h.needs, from: h.due, due: h.due}
		if h.unsent > 0 {
			pr.from = h.due.AddDate(0, 0, againAfter)
		}
		d.propose(pr, &c, &past)
	}
}

// wantedHellos gives the hellos that the owner asked for by name. No cadence has to
// be up for one, and none is made while another lies ready or once the two have been
// in touch.
func wantedHellos(now time.Time, _ Policy, r Records) (letters []Planned) {
	for id, c := range r.Contacts {
		switch {
		case c.Wanted.IsZero(), now.Sub(c.Wanted) > staleAfter, r.Pasts[id].Last.At.After(c.Wanted), Writable(now, c) != "":
			continue
		}
		l := Planned{From: c.Wanted, Wording: KeepInTouch}
		l.Key, l.Practice, l.ContactID = wantedKey(c), KeepInTouch, id
		l.Due, l.State, l.Reason = c.Wanted.Add(answerWithin), contact.Queued, "you wanted a hello to "+c.Name
		if OpenHello(r.Letters, id, l.Key) == "" {
			letters = append(letters, l.by(c.Medium, c))
		}
	}
	return letters
}

func wantedKey(c contact.Contact) string {
	return fmt.Sprintf("%s/%s%s%d", KeepInTouch, c.ID, askedWord, c.Wanted.Unix())
}

// askedWord is in the keys of hellos that the owner asked for.
const askedWord = "/asked-"

// OpenHello gives the key of a hello to a contact, other than one, that is not over;
// "" when there is none.
func OpenHello(letters map[string]contact.Letter, contactID, but string) (open string) {
	for key, l := range letters {
		if l.ContactID == contactID && l.Practice == KeepInTouch && !l.State.Ended() && key != but {
			open = max(open, key)
		}
	}
	return open
}

// writeHello gives a hello its key and reason.
func writeHello(d *desk, pr proposal) Planned {
	c, past := d.r.Contacts[pr.contact], d.r.Pasts[pr.contact]
	h, _ := d.hello(&c, &past)
	var l Planned
	for n := h.unsent + 1; ; n++ {
		l.Key = fmt.Sprintf("%s/%s/after-%s/%d", KeepInTouch, c.ID, past.Last.ID, n)
		if _, taken := d.r.Letters[l.Key]; !taken {
			break
		}
	}
	l.Overdue, l.Wording, l.Reason = h.overdue, KeepInTouch, d.helloReason(c, past, h, pr.from)
	return l
}

// helloReason says why it is time for a hello.
func (d *desk) helloReason(c contact.Contact, past contact.Past, h rhythm, from time.Time) string {
	at := d.now
	if from.After(at) {
		at = from // as it will read then
	}
	days := count(daysBetween(h.base.In(d.p.Location), at.In(d.p.Location)), "day")
	reason := fmt.Sprintf("%s since your last %s with %s (%s)", days, mediumWord(past.Last.Medium), c.Name, d.touch(past.Last))
	switch {
	case h.unsent > 0:
		reason = fmt.Sprintf("%s since the last hello to %s was put aside", days, c.Name)
	case h.base.After(past.Last.At):
		reason = fmt.Sprintf("%s since you wrote to %s on %s", days, c.Name, d.date(h.base))
	}
	reason += "; you want to be in touch every " + lengthWords(h.every)
	if h.times > 1 {
		reason += fmt.Sprintf("; %s went unanswered, so this comes after %s", count(h.unanswered, "hello"), lengthWords(stretch(h.every, h.times)))
	}
	return reason
}

// touch names a touch: its subject, if it has one, and its day.
func (d *desk) touch(t contact.Touch) string {
	if t.Subject == "" {
		return d.date(t.At)
	}
	return fmt.Sprintf("%q, %s", t.Subject, d.date(t.At))
}

// mediumWord names a touch by its medium.
func mediumWord(m contact.Medium) string {
	switch m {
	case contact.Email:
		return "mail"
	case contact.LinkedIn:
		return "LinkedIn message"
	case contact.Text:
		return "text message"
	}
	return string(m)
}

// daysBetween counts the calendar days from a to b.
func daysBetween(a, b time.Time) int {
	noon := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	return int(noon(b).Sub(noon(a)) / (24 * time.Hour))
}

// lengthWords writes a length as people say it: "60 days", "1 year and 6 months".
func lengthWords(d contact.Duration) string {
	var parts []string
	part := func(n int, noun string) {
		if n > 0 {
			parts = append(parts, count(n, noun))
		}
	}
	part(d.Months/12, "year")
	part(d.Months%12, "month")
	part(d.Days, "day")
	if d.Rest > 0 {
		parts = append(parts, contact.Duration{Rest: d.Rest}.String())
	}
	return strings.Join(parts, " and ")
}
