package plan

import (
	"cmp"
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

	day, tomorrow time.Time // when the owner's day began, and when it ends

	byPart map[part]string         // keys of letters: one made before a merge keeps the key it was made under
	files  map[string]*file        // by contact id; nobody without letters
	hellos []pastHello             // see file.hello
	told   map[[2]string]time.Time // close-the-loop, by whom it is about and to whom: when it was made
	lying  []string                // keys of the letters that nobody has touched
	open   int                     // proposed letters that have words and have not ended
	lack   int                     // likewise, but they wait in `needs`
	today  int                     // letters made today

	due     []Planned       // asked for by the owner
	later   []Planned       // likewise, but their time is yet to come
	busy    map[string]bool // who gets one of these
	rank    int             // of the practice that proposes now
	own     Practice        // the owner's say in it
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
	stays   string    // the key of the one of these that stays when a merge leaves two
	sent    time.Time // when the newest was sent
	hello   int       // the place in desk.hellos, counted from 1, of the last one entered; 0: none
}

// pastHello is a hello that exists. All of them lie in one slice, chained.
type pastHello struct {
	key               string
	state             contact.State
	made, sent, ended time.Time
	before            int // the one to the same contact entered before it, as in file.hello
}

func newDesk(now time.Time, p Policy, r Records) *desk {
	d := &desk{now: now, p: p, r: r, byPart: make(map[part]string),
		files: make(map[string]*file, min(len(r.Letters), len(r.Contacts))),
		told:  map[[2]string]time.Time{}, busy: map[string]bool{},
		hellos: make([]pastHello, 0, len(r.Letters)), ready: make([]proposal, 0, len(r.Contacts))}
	proposed := map[string]bool{}
	for _, practice := range practices {
		proposed[practice.name] = practice.propose != nil
	}
	d.day, d.tomorrow = p.dayAfter(now, -1), p.dayAfter(now, 0)
	room := make([]file, 0, min(len(r.Letters), len(r.Contacts)))
	for key, l := range r.Letters {
		f := d.files[l.ContactID]
		if f == nil {
			if len(room) == cap(room) {
				room = make([]file, 0, 64) // the others stay where they are
			}
			room = append(room, file{})
			f = &room[len(room)-1]
			d.files[l.ContactID] = f
		}
		l.Key = key
		d.enter(f, &l, proposed[l.Practice])
	}
	return d
}

// enter puts one letter into the file of its contact.
func (d *desk) enter(f *file, l *contact.Letter, proposed bool) {
	if l.ParticipantID != "" {
		at := partOf(*l)
		if old, two := d.byPart[at]; !two || further(*l, d.r.Letters[old], old) {
			d.byPart[at] = l.Key
		}
	}
	if untouched(*l) {
		d.lying = append(d.lying, l.Key)
	}
	if hasWords(l) {
		if l.Written.After(f.written) {
			f.written = l.Written
		}
		f.open = f.open || !l.State.Ended()
		if !l.Written.Before(d.day) && l.Written.Before(d.tomorrow) {
			d.today++
		}
	}
	if at := sentAt(l); at.After(f.sent) {
		f.sent = at
	}
	if proposed && !l.State.Ended() {
		f.waiting = true
		if l.State == contact.Needs {
			d.lack++
		} else {
			d.open++
		}
		if !l.TakeBack && (f.stays == "" || staysRather(*l, d.r.Letters[f.stays], f.stays)) {
			f.stays = l.Key
		}
	}
	switch l.Practice {
	case KeepInTouch:
		d.hellos = append(d.hellos, pastHello{l.Key, l.State, madeAt(l), sentAt(l), l.Ended, f.hello})
		f.hello = len(d.hellos)
	case CloseTheLoop:
		d.told[[2]string{loopAbout(l.Key), l.ContactID}] = madeAt(l)
	}
}

// hasWords reports whether a message was ever made of l: one that lacks
// something, or was needless from the start, is none.
func hasWords(l *contact.Letter) bool {
	return l.State != contact.Needs && !l.Written.IsZero() && !(l.State == contact.Superseded && l.MessageID == "")
}

// sentAt gives when a letter was sent, as far as is known; zero for one that
// was not.
func sentAt(l *contact.Letter) time.Time {
	if l.State != contact.Sent {
		return time.Time{}
	}
	return cmp.Or(l.Sent, l.Ended, l.Written, l.Created)
}

// madeAt gives when a letter came into being.
func madeAt(l *contact.Letter) time.Time { return cmp.Or(l.Written, l.Created) }

// dayAfter gives the first moment of the day that comes so many days, and one,
// after that of t.
func (p Policy) dayAfter(t time.Time, days int) time.Time {
	y, m, d := t.In(p.Location).Date()
	return p.nextDay(time.Date(y, m, d+days, 12, 0, 0, 0, p.Location))
}

// loopAbout gives the id of the contact that a close-the-loop letter is about.
func loopAbout(key string) string {
	_, rest, _ := strings.Cut(key, "/")
	about, _, _ := strings.Cut(rest, "/")
	return about
}

// part tells the letters of one participant of one occasion apart: a practice
// may ask for several, whose keys then end in different words.
type part struct{ practice, participant, word string }

// partOf gives the part of a letter, whose key is practice/occasion/contact or
// practice/occasion/contact/word.
func partOf(l contact.Letter) part {
	p := part{practice: l.Practice, participant: l.ParticipantID}
	if words := strings.SplitN(l.Key, "/", 4); len(words) == 4 {
		p.word = words[3]
	}
	return p
}

// further reports whether l has come further than another letter of its part, so
// that it is the one that holds: a merge may leave two. One that may be made once
// more holds only where there is no other.
func further(l, than contact.Letter, thanKey string) bool {
	rank := func(l contact.Letter) int {
		switch {
		case l.Revivable():
			return 0
		case l.State == contact.Needs:
			return 1
		}
		return 2
	}
	if a, b := rank(l), rank(than); a != b {
		return a > b
	}
	return l.Key < thanKey
}

// staysRather reports whether of two open letters to one person that regards
// proposed l stays, and not the other one: what the owner has been at, what has
// words, else the older one.
func staysRather(l, than contact.Letter, thanKey string) bool {
	if a, b := untouched(l), untouched(than); a != b {
		return b
	}
	if a, b := hasWords(&l), hasWords(&than); a != b {
		return a
	}
	return cmp.Or(madeAt(&l).Compare(madeAt(&than)), strings.Compare(l.Key, thanKey)) < 0
}
