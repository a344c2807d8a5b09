package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"regards/contact"
)

// Told is what the owner's address book has told so far, and who is forgotten.
type Told struct {
	secret    []byte
	cards     map[hash]string // whose each is; "": nobody's, or not any more
	forgotten map[hash]bool
}

// cardKey and addressKey are what is hashed of what an address book tells.
func cardKey(uid string) string    { return "card:" + uid }
func addressKey(key string) string { return "on a card:" + key }

// Card says whether a card was told of before, by its UID, and whose it is: the id
// of a contact, or "" when it is nobody's, or not any more.
func (t Told) Card(uid string) (contactID string, told bool) {
	contactID, told = t.cards[hashOf(t.secret, cardKey(uid))]
	return contactID, told
}

// Address says whether an address, by its key, stood on a card before, or is
// somebody's who was forgotten.
func (t Told) Address(key string) bool {
	_, told := t.cards[hashOf(t.secret, addressKey(key))]
	return told || t.forgotten[hashOf(t.secret, key)]
}

// NeverAgain says whether somebody of a full name was forgotten, never to come back.
func (t Told) NeverAgain(name string) bool {
	return isNamed(t.forgotten, t.secret, name)
}

// Told gives what the address book has told.
func (s *Store) Told(ctx context.Context) (Told, error) {
	t := Told{secret: s.secret, cards: map[hash]string{}, forgotten: map[hash]bool{}}
	err := s.snapshot(ctx, func(db querier) error {
		rows, err := db.QueryContext(ctx, "SELECT hash, coalesce(contact_id, '') FROM card")
		_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
			var h []byte
			var id string
			err := rows.Scan(&h, &id)
			t.cards[hash(h)] = id
			return struct{}{}, err
		})
		if err != nil {
			return err
		}
		t.forgotten, err = forgottenHashes(ctx, db)
		return err
	})
	return t, err
}

// BookTokens gives up to where each address book has been read, by its URL.
func (s *Store) BookTokens(ctx context.Context) (map[string]string, error) {
	tokens := map[string]string{}
	rows, err := s.db.QueryContext(ctx, "SELECT url, token FROM address_book")
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var url, token string
		err := rows.Scan(&url, &token)
		tokens[url] = token
		return struct{}{}, err
	})
	return tokens, s.explain(err)
}

// BookChange is what a file of people or an address book brings: all of it is stored,
// or nothing.
type BookChange struct {
	Version int64             // the BookVersion that it was decided with
	Add     []contact.Contact // with their ids
	// Addresses are new ones of contacts, by the ids of these.
	Addresses map[string][]contact.Address
	Cards     []Card            // what an address book told
	Tokens    map[string]string // up to where each address book was read, by its URL; nil: as before
}

// Card is a card of an address book, with the keys of the addresses on it.
type Card struct {
	UID       string
	Addresses []string
	ContactID string // whose it is; "": nobody's, or as known before
	// Brought are those of Addresses that a contact has from there; with New, the
	// contact itself has come from there.
	Brought []string
	New     bool
}

// TakeBook stores what a file or an address book brings. It is ErrStale when contacts
// have changed since Version, and ErrTaken when somebody else has an address. Undo takes
// back the contacts and addresses that it added, as a command of those words, if any,
// unless Command gave others; what was told stays told, so that they do not come back
// by themselves.
func (s *Store) TakeBook(ctx context.Context, b BookChange, words string, now time.Time) error {
	take := func(tx *sql.Tx) error {
		if err := checkBook(ctx, tx, b.Version); err != nil {
			return err
		}
		return s.takeBook(ctx, tx, b, now)
	}
	if s.command != nil || words == "" || len(b.Add)+len(b.Addresses) == 0 {
		return s.tx(ctx, take)
	}
	by := &command{words, now}
	return s.tx(ctx, func(tx *sql.Tx) error { return by.journal(ctx, tx, take) })
}

func (s *Store) takeBook(ctx context.Context, tx *sql.Tx, b BookChange, now time.Time) error {
	if err := addContacts(ctx, tx, b.Add); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(b.Addresses)) {
		if err := giveAddresses(ctx, tx, id, b.Addresses[id]); err != nil {
			return err
		}
	}
	for _, c := range b.Cards {
		if err := s.tell(ctx, tx, c, now); err != nil {
			return err
		}
	}
	for url, token := range b.Tokens {
		if _, err := tx.ExecContext(ctx, `INSERT INTO address_book (url, token) VALUES (?, ?)
			ON CONFLICT DO UPDATE SET token = excluded.token`, url, token); err != nil {
			return err
		}
	}
	return nil
}

func addContacts(ctx context.Context, tx *sql.Tx, all []contact.Contact) error {
	// One may have been introduced by another who comes later.
	if _, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
		return err
	}
	for _, c := range all {
		if err := c.Validate(); err != nil {
			return err
		}
		if _, err := addContact(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

// tell notes what a card has told. Whose it is holds until another is named.
func (s *Store) tell(ctx context.Context, tx *sql.Tx, c Card, now time.Time) error {
	note := func(key string, brought bool) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO card (hash, contact_id, brought, at) VALUES (?, nullif(?, ''), ?, ?)
			ON CONFLICT DO UPDATE SET contact_id = coalesce(excluded.contact_id, contact_id),
				at = CASE WHEN excluded.brought > brought THEN excluded.at ELSE at END, brought = max(brought, excluded.brought)`,
			[]byte(hashOf(s.secret, key)), c.ContactID, brought, seconds(now))
		return err
	}
	if err := note(cardKey(c.UID), c.New); err != nil {
		return err
	}
	for _, key := range c.Addresses {
		if err := note(addressKey(key), slices.Contains(c.Brought, key)); err != nil {
			return err
		}
	}
	return nil
}

// Brought says when a contact came from the address book, and when each of its
// addresses did, by their keys; the zero time and no key for what did not.
func (s *Store) Brought(ctx context.Context, c contact.Contact) (came time.Time, addresses map[string]time.Time, err error) {
	addresses = map[string]time.Time{}
	keys := map[hash]string{}
	for _, a := range c.Addresses {
		keys[hashOf(s.secret, addressKey(a.Key))] = a.Key
	}
	rows, err := s.db.QueryContext(ctx, "SELECT hash, at FROM card WHERE contact_id = ? AND brought ORDER BY at", c.ID)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var h []byte
		var at int64
		err := rows.Scan(&h, &at)
		if key, ok := keys[hash(h)]; ok {
			addresses[key] = fromSeconds(at)
		} else if fromSeconds(at).Equal(c.Added) {
			came = c.Added
		}
		return struct{}{}, err
	})
	return came, addresses, s.explain(err)
}
