package carddav

import (
	"errors"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/internal/addressbook"
	"regards/plan"
)

// Memory is what the address book has told before.
type Memory interface {
	// Card says whether a card was told of, and the id of the contact whose it is; "":
	// nobody's, or not any more.
	Card(uid string) (contactID string, told bool)
	// Address says whether an address, by its key, stood on a card, or was forgotten.
	Address(key string) (told bool)
	// NeverAgain says whether somebody of a name was forgotten, never to come back.
	NeverAgain(name string) bool
}

// Terms are what contacts are made by.
type Terms struct {
	Group string                 // a label for those who come; "": none
	Own   func(addr string) bool // is it an address of the owner's?
	Now   time.Time
	NewID func() string
}

// Step is what comes of a reading.
type Step struct {
	Add       []contact.Contact
	Addresses map[string][]contact.Address // new ones of contacts, by the ids of these
	Cards     []Told                       // to be remembered
	// Doubtful are the cards of people who may be contacts already, under another
	// address or with others of the same: they are left to the owner.
	Doubtful int
	Unusable int // cards from which nobody can be reached, or that cannot be read
}

// Told is a card that was seen to, and whose it is.
type Told struct {
	UID       string
	Addresses []string // keys of those on it
	ContactID string   // "": nobody's, or as known before
	Brought   []string // the keys of those addresses that a contact has from it
	New       bool     // it made the contact
}

// Decide gives what the cards of an address book add to the contacts. It takes
// nothing away and changes no value that there is:
//
//   - A person whose card was never told of, none of whose addresses was told of or
//     forgotten, and whose name nobody has, nor had who was forgotten for ever, becomes
//     a contact. So whoever was removed or forgotten stays away.
//   - An address that was never told of, forgotten or anybody's is added to the contact
//     of its card: the one whose it was before, if it still has an address or the name of
//     that contact, or the only one who has an address on it, if the name fits, too.
//   - All else is left alone. Of two people who might be one, neither is made.
//
// A card that has gone is none of its business.
func Decide(cards []Card, all []contact.Contact, memory Memory, terms Terms) Step {
	d := decision{Step: Step{Addresses: map[string][]contact.Address{}}, memory: memory, terms: terms,
		byID: map[string]contact.Contact{}, owners: map[string]string{}, names: map[string]bool{}, told: map[string]bool{}}
	for _, c := range all {
		d.know(c)
	}
	for _, c := range cards {
		d.take(c)
	}
	return d.Step
}

// decision is a Step that is being made.
type decision struct {
	Step
	memory Memory
	terms  Terms

	byID   map[string]contact.Contact
	owners map[string]string // ids of contacts, by the keys of their addresses
	names  map[string]bool   // of contacts, as plan.NameKey gives them
	told   map[string]bool   // addresses on cards of this reading, by their keys
}

func (d *decision) know(c contact.Contact) {
	d.byID[c.ID] = c
	if key := plan.NameKey(c.Name); key != "" {
		d.names[key] = true
	}
	for _, a := range c.Addresses {
		d.owners[a.Key] = c.ID
	}
}

// take decides about one card.
func (d *decision) take(c Card) {
	e := c.Entry
	switch {
	case errors.Is(e.Problem, addressbook.ErrNotPerson):
		return
	case e.Problem != nil:
		d.Unusable++ // it may be mended: it is not remembered
		return
	case slices.ContainsFunc(e.Addresses, func(a contact.Address) bool { return d.terms.Own(a.Addr) }):
		return // the owner's own card
	}
	linked, seen := d.memory.Card(c.UID)
	known := d.candidates(linked, e)
	switch {
	case len(known) == 1 && d.fits(known[0], linked, e):
		d.extend(c, known[0])
	case len(known) > 0:
		d.doubt(c)
	case seen || slices.ContainsFunc(e.Addresses, d.wasTold) || d.memory.NeverAgain(e.Name):
		d.remember(c, Told{}) // the owner has removed them
	case d.names[plan.NameKey(e.Name)] && len(e.Addresses) > 0:
		d.doubt(c)
	case d.names[plan.NameKey(e.Name)]:
		d.remember(c, Told{})
	default:
		d.add(c)
	}
}

// candidates gives the contacts whose card it may be.
func (d *decision) candidates(linked string, e addressbook.Entry) (ids []string) {
	if _, ok := d.byID[linked]; ok {
		ids = append(ids, linked)
	}
	for _, a := range e.Addresses {
		if id, ok := d.owners[a.Key]; ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// fits reports whether a card is still, or may be, that of a contact. The one that made
// the contact is, unless neither name nor address are the same: it was made another's.
func (d *decision) fits(id, linked string, e addressbook.Entry) bool {
	shares := slices.ContainsFunc(e.Addresses, func(a contact.Address) bool { return d.owners[a.Key] == id })
	return id == linked && shares || namesFit(d.byID[id].Name, e.Name)
}

func (d *decision) wasTold(a contact.Address) bool { return d.told[a.Key] || d.memory.Address(a.Key) }

// extend gives a contact the addresses of its card that are new.
func (d *decision) extend(c Card, id string) {
	t := Told{ContactID: id}
	for _, a := range c.Entry.Addresses {
		if _, taken := d.owners[a.Key]; taken || d.wasTold(a) {
			continue
		}
		d.owners[a.Key] = id
		d.Addresses[id] = append(d.Addresses[id], a)
		t.Brought = append(t.Brought, a.Key)
	}
	d.remember(c, t)
}

func (d *decision) doubt(c Card) {
	d.Doubtful++
	d.remember(c, Told{})
}

// add makes a contact of a card.
func (d *decision) add(c Card) {
	p := newPerson(c.Entry, d.terms)
	if p.Validate() != nil {
		d.Unusable++
		return
	}
	d.know(p)
	d.Add = append(d.Add, p)
	d.remember(c, Told{ContactID: p.ID, Brought: keysOf(c.Entry), New: true})
}

func (d *decision) remember(c Card, t Told) {
	t.UID, t.Addresses = c.UID, keysOf(c.Entry)
	for _, key := range t.Addresses {
		d.told[key] = true
	}
	d.Cards = append(d.Cards, t)
}

func keysOf(e addressbook.Entry) (keys []string) {
	for _, a := range e.Addresses {
		keys = append(keys, a.Key)
	}
	return keys
}

// newPerson makes a contact of a card.
func newPerson(e addressbook.Entry, terms Terms) contact.Contact {
	return contact.Contact{ID: terms.NewID(), Name: e.Name, Addresses: e.Addresses, Groups: withGroup(e.Groups, terms.Group), Every: e.Every,
		Medium: e.Medium, Greeting: e.Greeting, Language: e.Language, Register: e.Register, TimeZone: e.TimeZone, Birthday: e.Birthday,
		Status: e.Status, PausedUntil: e.PausedUntil, Added: terms.Now}
}

// withGroup adds a label to others; "" adds none.
func withGroup(groups []string, group string) []string {
	if group == "" || slices.Contains(groups, group) {
		return groups
	}
	return append(slices.Clone(groups), group)
}

// namesFit reports whether two names may be of one person: all words of the shorter
// one are in the other. A couple shares an address and the family name only.
func namesFit(a, b string) bool {
	short, long := nameWords(a), nameWords(b)
	if len(short) > len(long) {
		short, long = long, short
	}
	for _, w := range short {
		if !slices.Contains(long, w) {
			return false
		}
	}
	return len(short) > 0
}

func nameWords(name string) []string {
	return strings.FieldsFunc(plan.NameKey(name), func(r rune) bool { return r == ' ' || r == '-' || r == '\'' })
}
