package store

import (
	"errors"
	"testing"
	"time"

	"regards/contact"
)

// bring stores what an address book brings of some new people, as the service does.
func bring(t *testing.T, s *Store, at time.Time, all ...contact.Contact) {
	t.Helper()
	b := BookChange{Version: must[int64](t)(s.BookVersion(ctx)), Add: all, Tokens: map[string]string{"https://dav.example/a/": "token " + at.Format(time.TimeOnly)}}
	for _, c := range all {
		card := Card{UID: "uid of " + c.Name, ContactID: c.ID, New: true}
		for _, a := range c.Addresses {
			card.Addresses, card.Brought = append(card.Addresses, a.Key), append(card.Brought, a.Key)
		}
		b.Cards = append(b.Cards, card)
	}
	check(t, s.TakeBook(ctx, b, "contact import --carddav", at))
}

// takeIn stores what a file brings.
func takeIn(s *Store, all []contact.Contact, more map[string][]contact.Address) error {
	version, err := s.BookVersion(ctx)
	if err != nil {
		return err
	}
	return s.TakeBook(ctx, BookChange{Version: version, Add: all, Addresses: more}, "", noon)
}

func newcomer(name, address string) contact.Contact {
	c := person(name, address)
	c.ID, c.Added = NewID(), noon
	return c
}

// What an address book has told is known by keyed hashes, whatever becomes of the
// contact: undone, removed or forgotten, nobody comes back by it.
func TestTold(t *testing.T) {
	s := newStore(t)
	maria, tom := newcomer("Maria", "maria@x.example"), newcomer("Tom", "tom@x.example")
	bring(t, s, noon, maria)
	bring(t, s, noon, tom)
	told := must[Told](t)(s.Told(ctx))
	if id, known := told.Card("uid of Maria"); id != maria.ID || !known {
		t.Errorf("got %q, %t", id, known)
	}
	if id, known := told.Card("uid of Eve"); id != "" || known || told.Address("eve@x.example") || !told.Address("maria@x.example") {
		t.Errorf("got %q, %t", id, known)
	}
	came, addresses, err := s.Brought(ctx, maria)
	if check(t, err); !came.Equal(noon) || !addresses["maria@x.example"].Equal(noon) {
		t.Errorf("brought at %v, %v", came, addresses)
	}
	if u := must[Undone](t)(s.Undo(ctx, noon)); u.Words != "contact import --carddav" {
		t.Errorf("undone: %+v", u)
	}
	check(t, s.Forget(ctx, maria, false, noon))
	check(t, s.Forget(ctx, newcomer("Never on a card", "eve@x.example"), false, noon))
	told = must[Told](t)(s.Told(ctx))
	for _, name := range []string{"Maria", "Tom"} {
		if id, known := told.Card("uid of " + name); id != "" || !known {
			t.Errorf("%s: got %q, %t", name, id, known)
		}
	}
	if !told.Address("maria@x.example") || !told.Address("tom@x.example") || !told.Address("eve@x.example") {
		t.Error("an address is not known any more")
	}
	if tokens := must[map[string]string](t)(s.BookTokens(ctx)); tokens["https://dav.example/a/"] != "token 12:00:00" {
		t.Errorf("tokens %v", tokens)
	}
}

// New addresses stand behind those that are there; somebody else's is taken from
// nobody, and then nothing is stored.
func TestTakeBookAddresses(t *testing.T) {
	s := newStore(t)
	maria, tom := newcomer("Maria", "maria@x.example"), newcomer("Tom", "tom@x.example")
	check(t, takeIn(s, []contact.Contact{maria, tom}, nil))
	change := func(key string) BookChange {
		return BookChange{Version: must[int64](t)(s.BookVersion(ctx)), Tokens: map[string]string{"u": "1"},
			Addresses: map[string][]contact.Address{maria.ID: {{Addr: key, Key: key}}},
			Cards:     []Card{{UID: "1", Addresses: []string{key}, Brought: []string{key}, ContactID: maria.ID}}}
	}
	stale := change("new@x.example")
	check(t, s.TakeBook(ctx, stale, "w", noon))
	if err := s.TakeBook(ctx, stale, "w", noon); !errors.Is(err, ErrStale) {
		t.Errorf("a decision of yesterday: %v", err)
	}
	if err := s.TakeBook(ctx, change("tom@x.example"), "w", noon); !errors.Is(err, ErrTaken) {
		t.Errorf("an address of somebody else's: %v", err)
	}
	got := must[contact.Contact](t)(contactByID(ctx, s.db, maria.ID))
	if len(got.Addresses) != 2 || got.Addresses[1].Key != "new@x.example" {
		t.Errorf("addresses %v", got.Addresses)
	}
	came, addresses, err := s.Brought(ctx, got)
	if check(t, err); !came.IsZero() || len(addresses) != 1 || !addresses["new@x.example"].Equal(noon) {
		t.Errorf("brought at %v, %v", came, addresses)
	}
	must[Undone](t)(s.Undo(ctx, noon))
	if got := must[contact.Contact](t)(contactByID(ctx, s.db, maria.ID)); len(got.Addresses) != 1 {
		t.Errorf("addresses %v after undo", got.Addresses)
	}
}
