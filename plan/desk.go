package plan

import (
	"strings"
	"time"

	"regards/contact"
)

// desk is where one agenda is made: what is known, summed up once for all
// practices, and what has been decided so far.
type desk struct {
	now time.Time
	p   Policy
	r   Records

	byPart map[part]string         // keys of letters by practice and participant
	files  map[string]*file        // by contact id; nobody without letters
	told   map[[2]string]time.Time // close-the-loop, by whom it is about and to whom: when it was made
	open   int                     // proposed letters that have not ended
	today  int                     // letters made today

	due     []Planned       // asked for by the owner
	busy    map[string]bool // who gets one of these
	ready   []proposal      // nothing of their own holds them back; sorted by choose
	held    []proposal      // something of their own does
	ahead   []proposal      // they may be made later
	chosen  int             // of those that are ready
	soonest time.Time       // see look
}

// file is what the letters to one contact so far come to.
type file struct {
	written time.Time // when the newest was made
	open    bool      // one that has words has not ended
	waiting bool      // so has one that regards proposed, with or without words
	sent    time.Time // when the newest was sent
	hellos  []contact.Letter
}

func newDesk(now time.Time, p Policy, r Records) *desk {
	d := &desk{now: now, p: p, r: r, byPart: keysByPart(r.Letters),
		files: map[string]*file{}, told: map[[2]string]time.Time{}, busy: map[string]bool{}}
	proposed := map[string]bool{}
	for _, practice := range practices {
		proposed[practice.name] = practice.proposals != nil
	}
	day := newDay(now.In(p.Location))
	for key := range r.Letters {
		l := r.Letters[key]
		d.file(key, &l, proposed[l.Practice], day)
	}
	return d
}

// file enters one letter.
func (d *desk) file(key string, l *contact.Letter, proposed bool, today day) {
	f := d.files[l.ContactID]
	if f == nil {
		f = &file{}
		d.files[l.ContactID] = f
	}
	if hasWords(*l) {
		if l.Written.After(f.written) {
			f.written = l.Written
		}
		f.open = f.open || !l.State.Ended()
		if today.holds(l.Written) {
			d.today++
		}
	}
	if at := sentAt(*l); at.After(f.sent) {
		f.sent = at
	}
	if proposed && !l.State.Ended() {
		f.waiting = true
		d.open++
	}
	switch l.Practice {
	case KeepInTouch:
		f.hellos = append(f.hellos, *l)
	case CloseTheLoop:
		d.told[[2]string{loopAbout(key), l.ContactID}] = madeAt(*l)
	}
}

// hasWords reports whether a message was ever made of l: one that lacks
// something, or was needless from the start, is none.
func hasWords(l contact.Letter) bool {
	return l.State != contact.Needs && !l.Written.IsZero() && !(l.State == contact.Superseded && l.MessageID == "")
}

// sentAt gives when a letter was sent, as far as is known; zero for one that
// was not.
func sentAt(l contact.Letter) time.Time {
	if l.State != contact.Sent {
		return time.Time{}
	}
	return firstSet(l.Sent, l.Ended, l.Written, l.Created)
}

// madeAt gives when a letter came into being.
func madeAt(l contact.Letter) time.Time { return firstSet(l.Written, l.Created) }

// firstSet gives the first of times that is not zero.
func firstSet(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// day is a calendar day as a span of time.
type day struct{ from, to time.Time }

// newDay gives the day of t, in t's location.
func newDay(t time.Time) day {
	y, m, d := t.Date()
	return day{time.Date(y, m, d, 0, 0, 0, 0, t.Location()), time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())}
}

func (d day) holds(t time.Time) bool { return !t.Before(d.from) && t.Before(d.to) }

// loopAbout gives the id of the contact that a close-the-loop letter is about.
func loopAbout(key string) string {
	_, rest, _ := strings.Cut(key, "/")
	about, _, _ := strings.Cut(rest, "/")
	return about
}
