package carddav

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
	"regards/internal/addressbook"
	"regards/plan"
)

// told is a memory of the tests.
type told struct {
	cards     map[string]string
	addresses map[string]bool
	never     map[string]bool
}

func (m told) Card(uid string) (string, bool) { id, ok := m.cards[uid]; return id, ok }
func (m told) Address(key string) bool        { return m.addresses[key] }
func (m told) NeverAgain(name string) bool    { return m.never[plan.NameKey(name)] }

// and gives the memory after a step.
func (m told) and(s Step) told {
	n := told{maps.Clone(m.cards), maps.Clone(m.addresses), m.never}
	if n.cards == nil {
		n = told{map[string]string{}, map[string]bool{}, m.never}
	}
	for _, c := range s.Cards {
		if id := c.ContactID; id != "" || n.cards[c.UID] == "" {
			n.cards[c.UID] = id
		}
		for _, key := range c.Addresses {
			n.addresses[key] = true
		}
	}
	return n
}

func addressesOf(keys ...string) (all []contact.Address) {
	for _, key := range keys {
		all = append(all, contact.Address{Addr: key, Key: key})
	}
	return all
}

func person(id, name string, keys ...string) contact.Contact {
	return contact.Contact{ID: id, Name: name, Addresses: addressesOf(keys...), Medium: contact.Call, Status: contact.Active}
}

func onCard(uid, name string, keys ...string) Card {
	return Card{uid, addressbook.Entry{Name: name, Addresses: addressesOf(keys...), Medium: contact.Call, Status: contact.Active}}
}

func terms() Terms {
	n := 0
	return Terms{Group: "book", Own: func(addr string) bool { return addr == "ana@x" }, Now: time.Unix(1795000000, 0),
		NewID: func() string { n++; return fmt.Sprint("new", n) }}
}

// says writes a step as one line: who is added, what becomes whose, how many are in doubt.
func says(s Step) string {
	var all []string
	for _, c := range s.Add {
		all = append(all, "+"+c.Name)
	}
	for _, id := range slices.Sorted(maps.Keys(s.Addresses)) {
		for _, a := range s.Addresses[id] {
			all = append(all, a.Key+" to "+id)
		}
	}
	return fmt.Sprintf("%s; %d doubtful, %d unusable, %d told", strings.Join(all, ", "), s.Doubtful, s.Unusable, len(s.Cards))
}

func TestDecide(t *testing.T) {
	maria, tom := person("m", "María López", "maria@x"), person("t", "Tom Berger", "tom@x")
	people := []contact.Contact{maria, tom}
	seen := func(uid, id string, keys ...string) told {
		return told{}.and(Step{Cards: []Told{{UID: uid, ContactID: id, Addresses: keys}}})
	}
	broken := Card{"u", addressbook.Entry{Problem: errors.New("bad")}}
	list := Card{"u", addressbook.Entry{Name: "Team", Problem: fmt.Errorf("%w", addressbook.ErrNotPerson)}}
	for name, x := range map[string]struct {
		cards  []Card
		memory told
		want   string
	}{
		"somebody new":                     {[]Card{onCard("u", "Eva", "eva@x")}, told{}, "+Eva; 0 doubtful, 0 unusable, 1 told"},
		"without an address":               {[]Card{onCard("u", "Eva")}, told{}, "+Eva; 0 doubtful, 0 unusable, 1 told"},
		"known, with another address":      {[]Card{onCard("u", "Maria Lopez", "maria@x", "m@y")}, told{}, "m@y to m; 0 doubtful, 0 unusable, 1 told"},
		"known, part of the name":          {[]Card{onCard("u", "Maria", "maria@x", "m@y")}, told{}, "m@y to m; 0 doubtful, 0 unusable, 1 told"},
		"an address that the owner took":   {[]Card{onCard("u", "Maria Lopez", "maria@x", "m@y")}, seen("u", "m", "maria@x", "m@y"), "; 0 doubtful, 0 unusable, 1 told"},
		"all addresses are new":            {[]Card{onCard("u", "Maria Lopez", "m@y")}, seen("u", "m", "maria@x"), "m@y to m; 0 doubtful, 0 unusable, 1 told"},
		"another name, one address":        {[]Card{onCard("u", "Mrs Kent", "maria@x", "m@y")}, seen("u", "m", "maria@x"), "m@y to m; 0 doubtful, 0 unusable, 1 told"},
		"the card is another's now":        {[]Card{onCard("u", "Eva", "eva@x")}, seen("u", "m", "maria@x"), "; 1 doubtful, 0 unusable, 1 told"},
		"removed":                          {[]Card{onCard("u", "Eva", "eva@x")}, seen("u", "", "eva@x"), "; 0 doubtful, 0 unusable, 1 told"},
		"removed, with a new address":      {[]Card{onCard("u", "Eva", "eva@y")}, seen("u", "", "eva@x"), "; 0 doubtful, 0 unusable, 1 told"},
		"removed, on a new card":           {[]Card{onCard("v", "Eva", "eva@x", "eva@y")}, seen("u", "", "eva@x"), "; 0 doubtful, 0 unusable, 1 told"},
		"forgotten":                        {[]Card{onCard("v", "Eva", "eva@x")}, told{addresses: map[string]bool{"eva@x": true}}, "; 0 doubtful, 0 unusable, 1 told"},
		"forgotten for ever, by the name":  {[]Card{onCard("v", "Dr. Eva Kent", "eva@z")}, told{never: map[string]bool{"eva kent": true}}, "; 0 doubtful, 0 unusable, 1 told"},
		"a namesake with a title":          {[]Card{onCard("u", "Dr. Maria Lopez, MBA", "other@x")}, told{}, "; 1 doubtful, 0 unusable, 1 told"},
		"a namesake, family first":         {[]Card{onCard("u", "Lopez, Maria", "other@x")}, told{}, "; 1 doubtful, 0 unusable, 1 told"},
		"known, with a title":              {[]Card{onCard("u", "Prof. Dr. Maria Lopez", "maria@x", "m@y")}, told{}, "m@y to m; 0 doubtful, 0 unusable, 1 told"},
		"two without a name":               {[]Card{onCard("u", "🎓", "a@x"), onCard("v", "🎉", "b@x")}, told{}, "+🎓, +🎉; 0 doubtful, 0 unusable, 2 told"},
		"a couple with one address":        {[]Card{onCard("u", "Pablo López", "maria@x", "pablo@x")}, told{}, "; 1 doubtful, 0 unusable, 1 told"},
		"addresses of two":                 {[]Card{onCard("u", "Maria Lopez", "maria@x", "tom@x", "m@y")}, told{}, "; 1 doubtful, 0 unusable, 1 told"},
		"one's card, another's address":    {[]Card{onCard("u", "Maria Lopez", "tom@x", "m@y")}, seen("u", "m"), "; 1 doubtful, 0 unusable, 1 told"},
		"a namesake":                       {[]Card{onCard("u", "maria  lopez", "other@x")}, told{}, "; 1 doubtful, 0 unusable, 1 told"},
		"the name alone":                   {[]Card{onCard("u", "Maria López")}, told{}, "; 0 doubtful, 0 unusable, 1 told"},
		"the owner":                        {[]Card{onCard("u", "Ana", "ana@x", "a@y")}, told{}, "; 0 doubtful, 0 unusable, 0 told"},
		"unreadable, and a list":           {[]Card{broken, list, onCard("w", "Eva", "eva@x")}, told{}, "+Eva; 0 doubtful, 1 unusable, 1 told"},
		"two cards of one person":          {[]Card{onCard("u", "Eva", "eva@x"), onCard("v", "Eva Kent", "eva@x", "eva@y")}, told{}, "+Eva, eva@y to new1; 0 doubtful, 0 unusable, 2 told"},
		"two people with one address":      {[]Card{onCard("u", "Eva", "office@x"), onCard("v", "Joe", "office@x", "joe@x")}, told{}, "+Eva; 1 doubtful, 0 unusable, 2 told"},
		"two of one name":                  {[]Card{onCard("u", "Li Wei", "a@x"), onCard("v", "Li Wei", "b@x")}, told{}, "+Li Wei; 1 doubtful, 0 unusable, 2 told"},
		"an address that was on two cards": {[]Card{onCard("u", "Joe", "maria@x"), onCard("v", "Eva", "eva@x")}, told{}, "+Eva; 1 doubtful, 0 unusable, 2 told"},
	} {
		if got := says(Decide(x.cards, people, x.memory, terms())); got != x.want {
			t.Errorf("%s: got %s, want %s", name, got, x.want)
		}
	}
	if c := Decide([]Card{onCard("u", "Eva", "eva@x")}, nil, told{}, terms()).Add[0]; !slices.Equal(c.Groups, []string{"book"}) || c.Added != terms().Now {
		t.Errorf("got %+v", c)
	}
}

// Whatever the cards say: no address is taken from anybody or given to two, nobody is
// made twice, and what was told once adds nothing the next time, also when the owner
// has removed all of it.
func TestDecideHarmsNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom([]string{"a@x", "b@x", "c@x", "d@x", "e@x", "ana@x"})
		name := rapid.SampledFrom([]string{"Eva", "Eva Kent", "Joe Kent", "Li Wei", "José", "jose"})
		var cards []Card
		for i := range rapid.IntRange(0, 8).Draw(t, "cards") {
			cards = append(cards, onCard(fmt.Sprint("u", i), name.Draw(t, "name"), rapid.SliceOfNDistinct(key, 0, 3, rapid.ID).Draw(t, "keys")...))
		}
		var people []contact.Contact
		free := []string{"a@x", "b@x", "c@x"}
		for i := range rapid.IntRange(0, 3).Draw(t, "people") {
			people = append(people, person(fmt.Sprint("p", i), name.Draw(t, "who"), free[i]))
		}
		step := Decide(cards, people, told{}, terms())
		owner, names := map[string]string{}, map[string]int{}
		for _, c := range people {
			owner[c.Addresses[0].Key] = c.ID
		}
		give := func(id string, all []contact.Address) {
			for _, a := range all {
				if had, ok := owner[a.Key]; ok || a.Key == "ana@x" {
					t.Fatalf("%s is given to %s and was %s's", a.Key, id, had)
				}
				owner[a.Key] = id
			}
		}
		for _, c := range step.Add {
			give(c.ID, c.Addresses)
			if names[plan.NameKey(c.Name)]++; names[plan.NameKey(c.Name)] > 1 {
				t.Fatalf("%s is made twice", c.Name)
			}
		}
		for id, all := range step.Addresses {
			give(id, all)
		}
		memory := told{}.and(step)
		kept := slices.Concat(people, step.Add)
		for i := range kept {
			kept[i].Addresses = slices.Concat(kept[i].Addresses, step.Addresses[kept[i].ID])
		}
		for what, all := range map[string][]contact.Contact{"the next time": kept, "once all are removed": nil} {
			if again := Decide(cards, all, memory, terms()); len(again.Add)+len(again.Addresses) > 0 {
				t.Fatalf("%s: %s after %s", what, says(again), says(step))
			}
		}
	})
}
