package daemon_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/plan"
	"regards/store"
)

// The groups that have a cadence, in days.
var cadences = []struct {
	group         string
	every, latest int
}{{"mentor", 60, 90}, {"colleague", 120, 180}, {"alumni", 180, 270}}

// person is somebody as the world knows them, a contact or not yet.
type person struct {
	id, name, addr string
	groups         []string
	language       string
	register       contact.Register
	greeting       string // set by the owner
	trusted        bool   // a letter can greet them
	given          string // the word by which the greeting is known
	medium         contact.Medium
	zone           string
	by             *person // who introduced them

	answers  string // fast, slow, never
	bounces  bool
	gone     bool // the owner's mail server knows it
	writes   int  // about how many days lie between mails of their own
	status   contact.Status
	pause    time.Time // until when
	away     contact.Absence
	known    bool // to the owner's mail program only, when false
	added    time.Time
	answered time.Time // what came until then needs no answer

	permitted time.Time // when they last said that their name may be given

	touches []touch
	letters []*letter // to them, oldest first
	waits   time.Time // since when a hello is due and held back by nothing of their own
	queue   int       // how many proposals had been made by then
	story   []string
}

// touch is what truly passed between the owner and a person.
type touch struct {
	at      time.Time
	in      bool
	medium  contact.Medium
	subject string
	id      string // Message-ID
	opened  bool   // mail that began a thread
	alone   bool
	key     string // id of the occasion that it was; "" for mail
	pass    int    // regards sent it at that pass, and reads it at the next
}

func (t touch) String() string {
	dir := contact.Out
	if t.in {
		dir = contact.In
	}
	return fmt.Sprintf("%s %s %s %q %s", t.at.UTC().Format(time.DateTime), dir, t.medium, t.subject, t.id)
}

// last gives the newest touch; the zero value when there is none.
func (p *person) last() (newest touch) {
	for _, t := range p.touches {
		if c := cmp.Compare(t.at.Unix(), newest.at.Unix()); newest.at.IsZero() || c > 0 || c == 0 && !t.in && newest.in {
			newest = t
		}
	}
	return newest
}

// newest gives when the last touch of a sort was.
func (p *person) newest(sort func(touch) bool) (at time.Time) {
	for _, t := range p.touches {
		if sort(t) && t.at.After(at) {
			at = t.at
		}
	}
	return at
}

func isSpoken(t touch) bool { return t.medium == contact.Meeting || t.medium == contact.Call }
func isSign(t touch) bool   { return t.in || isSpoken(t) }
func isAlone(t touch) bool  { return !t.in && t.medium == contact.Email && t.alone }

// isOwn reports whether the owner wrote in words of their own, no letter of ours.
func (w *world) isOwn(t touch) bool { return isAlone(t) && w.ids[t.id] == nil }

// twoWay reports whether mail went both ways, or they have met or talked.
func (p *person) twoWay() bool {
	in, out := false, false
	for _, t := range p.touches {
		spoken := isSpoken(t)
		in, out = in || spoken || t.in && t.medium == contact.Email, out || spoken || !t.in && t.medium == contact.Email
	}
	return in && out
}

// owes reports whether the owner owes them an answer.
func (p *person) owes(now time.Time) bool {
	l := p.last()
	return l.in && l.medium == contact.Email && l.opened && l.alone && l.at.After(p.answered) && now.Before(l.at.AddDate(1, 0, 0))
}

// writable reports whether letters may go to them.
func (p *person) writable(now time.Time) bool {
	return p.known && !(p.gone && p.medium == contact.Email) && (p.status == contact.Active || p.status == contact.Paused && !p.pause.IsZero() && !now.Before(p.pause))
}

// every gives their cadence in days; zero for none.
func (p *person) every() (every, latest int) {
	for _, c := range cadences {
		if slices.Contains(p.groups, c.group) && (every == 0 || c.every < every) {
			every, latest = c.every, c.latest
		}
	}
	return every, latest
}

// tell notes what happens to a person.
func (w *world) tell(p *person, format string, args ...any) {
	p.story = append(p.story, w.now.In(w.zone).Format("Mon 2006-01-02 15:04 ")+fmt.Sprintf(format, args...))
}

// fail ends the simulation with the story of the person in question.
func (w *world) fail(p *person, format string, args ...any) {
	w.tb.Helper()
	story := ""
	if p != nil {
		story = fmt.Sprintf("\nthe story of %s <%s> (%s, %v, answers %s, %s):\n%s", p.name, p.addr, p.id, p.groups, p.answers, p.medium,
			strings.Join(p.story[max(0, len(p.story)-120):], "\n"))
	}
	w.tb.Fatalf("seed %d, %s: %s%s", w.seed, w.now.In(w.zone).Format("Mon 2006-01-02 15:04:05 MST"), fmt.Sprintf(format, args...), story+"\nthe newest pass:\n"+w.journal.String())
}

var (
	givenNames = strings.Fields("Maria Tom Eva Luis Clara Jonas Nora Pablo Irene Simon Laura Felix Alice Hugo Marta Oscar Julia Bruno Sara David")
	familyName = strings.Fields("Lopez Baker Stein Moreau Rossi Novak Keller Duran Costa Weber")
)

// populate makes 200 contacts, 30 people who may become contacts, and the mail
// of the years before.
func (w *world) populate() {
	var contacts []contact.Contact
	for i := range 230 {
		p := w.newPerson(i)
		w.people = append(w.people, p)
		w.byID[p.id] = p
		if i < 200 {
			p.known, p.added = true, w.now
			contacts = append(contacts, w.contactOf(p))
		}
	}
	version, err := w.store.BookVersion(w.ctx)
	must(w.tb, err)
	must(w.tb, w.store.TakeBook(w.ctx, store.BookChange{Version: version, Add: contacts}, "", w.now))
	var old []mailsim.Message
	for _, p := range w.people {
		old = append(old, w.past(p)...)
	}
	w.fill(w.archive, old)
}

func (w *world) newPerson(i int) *person {
	r := w.rng("person", i)
	given, family := givenNames[i%len(givenNames)], familyName[(i/len(givenNames))%len(familyName)]
	p := &person{id: fmt.Sprintf("p%03d", i), name: given + " " + family, addr: fmt.Sprintf("person%d@people.example", i),
		given: given, trusted: true, medium: contact.Email, status: contact.Active, writes: 60 + r.IntN(400),
		answers: []string{"fast", "fast", "slow", "slow", "never"}[r.IntN(5)], bounces: r.IntN(25) == 0}
	if i >= 200 {
		p.name += "-Ortega" // somebody else than the contacts
	}
	switch n := r.IntN(20); {
	case n < 2:
		p.groups = []string{"mentor"}
	case n < 6:
		p.groups = []string{"colleague"}
	case n < 11:
		p.groups = []string{"alumni"}
	case n < 12:
		p.groups = []string{"alumni", "colleague"}
	default:
		p.groups = []string{"friend"}
	}
	w.manner(p, r)
	return p
}

// manner says how a person is to be written to.
func (w *world) manner(p *person, r *rand.Rand) {
	switch n := r.IntN(24); {
	case n < 3:
		p.language, p.register = "de", contact.Familiar
	case n < 4:
		p.language = "de"
	case n < 7:
		p.language, p.register = "es", contact.Familiar
	case n < 8:
		p.language, p.trusted = "es", false // formal Spanish tells a gender
	case n < 10:
		p.language = "fr"
	case n < 11:
		p.name, p.trusted = strings.ToUpper(p.name)+" (HR)", false
	case n < 12:
		p.greeting, p.given = "Dear Prof. Brown", "Prof. Brown"
	case n < 14:
		p.medium = contact.LinkedIn
	case n < 16:
		p.zone = "America/New_York"
	}
}

// contactOf gives a person as the owner enters them.
func (w *world) contactOf(p *person) contact.Contact {
	c := contact.Contact{ID: p.id, Name: p.name, Addresses: []contact.Address{{Addr: p.addr, Key: plan.AddressKey(p.addr)}}, Groups: p.groups,
		Medium: p.medium, Greeting: p.greeting, Language: p.language, Register: p.register, TimeZone: p.zone, Status: p.status, Added: w.now}
	if p.by != nil {
		c.IntroducedBy = p.by.id
	}
	return c
}

// past makes the mail with a person before the service began: none, one-sided, of
// long ago only, or what is usual.
func (w *world) past(p *person) (old []mailsim.Message) {
	r := w.rng("past", p.id)
	n, from, until := 1+r.IntN(3), 900, 3
	oneSided := false
	switch r.IntN(12) {
	case 0:
		n = 0
	case 1:
		oneSided = true
	case 2:
		from, until = 1200, 760 // dormant
	}
	for range n {
		at := w.now.AddDate(0, 0, -until-r.IntN(from-until)).Add(time.Duration(r.IntN(40000)) * time.Second)
		m := missive{at: at, p: p, subject: fmt.Sprintf("Old matters %d", r.IntN(1000)), id: w.newID("past"), body: w.greet(p) + "How are you?\n"}
		old = append(old, mailsim.Message{Time: at, Flags: []string{`\Seen`}, Raw: m.raw()})
		p.touches = append(p.touches, m.touch())
		if oneSided {
			continue
		}
		a := m.answer(at.Add(time.Duration(1+r.IntN(40))*time.Hour), w.newID("past"))
		old = append(old, mailsim.Message{Time: a.at, Raw: a.raw()})
		p.touches = append(p.touches, a.touch())
	}
	return old
}

// greet gives the line with which the owner begins a mail; to those whom a letter
// cannot greet it tells nothing.
func (w *world) greet(p *person) string {
	if !p.trusted || p.given == "" || p.greeting != "" {
		return "just a line in between.\n\n"
	}
	return "Hi " + p.given + ",\n\n"
}
