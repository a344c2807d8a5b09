package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"regards/contact"
)

const contactColumns = `id, name, medium, every, greeting, coalesce(introduced_by, ''), status, paused_until, added,
	language, register, time_zone, away_since, away_until, answered, wanted, birthday, deputy`

// Contacts gives all contacts with their addresses and groups, by name. The slice
// is the caller's own; what is in it must not be changed.
func (s *Store) Contacts(ctx context.Context) ([]contact.Contact, error) {
	var all []contact.Contact
	err := s.snapshot(ctx, func(db querier) error {
		known, err := s.readBook(ctx, db)
		if err == nil {
			all = slices.Clone(known.contacts)
		}
		return err
	})
	return all, err
}

// contacts gives one contact, or all of them for "".
func contacts(ctx context.Context, db querier, id string) ([]contact.Contact, error) {
	rows, err := db.QueryContext(ctx, "SELECT "+contactColumns+" FROM contact WHERE ? IN ('', id) ORDER BY name COLLATE NOCASE, id", id)
	all, err := collect(rows, err, scanContact)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*contact.Contact, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	rows, err = db.QueryContext(ctx, "SELECT contact_id, addr, key, bounced FROM address WHERE ? IN ('', contact_id) ORDER BY contact_id, position", id)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var id string
		var a contact.Address
		var bounced int64
		err := rows.Scan(&id, &a.Addr, &a.Key, &bounced)
		if a.Bounced = fromSeconds(bounced); err == nil {
			byID[id].Addresses = append(byID[id].Addresses, a)
		}
		return struct{}{}, err
	})
	if err != nil {
		return nil, err
	}
	found, err := findings(ctx, db, id)
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		byID[f.ContactID].Findings = append(byID[f.ContactID].Findings, f)
	}
	err = each(ctx, db, "SELECT contact_id, name, '' FROM contact_group WHERE ? IN ('', contact_id) ORDER BY contact_id, position", id,
		func(id, group, _ string) { byID[id].Groups = append(byID[id].Groups, group) })
	return all, err
}

// contactByID gives one contact, or ErrNotFound.
func contactByID(ctx context.Context, db querier, id string) (contact.Contact, error) {
	found, err := contacts(ctx, db, id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("contact %q: %w", id, ErrNotFound)
	}
	if err != nil {
		return contact.Contact{}, err
	}
	return found[0], nil
}

// BookVersion gives a number that grows with every change of a contact or an
// occasion. Read it before them, and give it to Record and PutLetters: what was
// decided with an older address book is then not stored.
func (s *Store) BookVersion(ctx context.Context) (version int64, err error) {
	err = s.db.QueryRowContext(ctx, bookVersion).Scan(&version)
	return version, s.explain(err)
}

const bookVersion = "SELECT value FROM meta WHERE key = 'book'"

// checkBook is ErrStale when book is not the version of the address book.
func checkBook(ctx context.Context, tx *sql.Tx, book int64) error {
	var version int64
	err := tx.QueryRowContext(ctx, bookVersion).Scan(&version)
	if err == nil && version != book {
		err = ErrStale
	}
	return err
}

// changeBook notes that contacts or occasions have changed.
func changeBook(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE meta SET value = value + 1 WHERE key = 'book'")
	return err
}

func scanContact(rows *sql.Rows) (contact.Contact, error) {
	var c contact.Contact
	var every, birthday, deputy string
	var paused, added, since, until, answered, wanted int64
	err := rows.Scan(&c.ID, &c.Name, &c.Medium, &every, &c.Greeting, &c.IntroducedBy, &c.Status, &paused, &added,
		&c.Language, &c.Register, &c.TimeZone, &since, &until, &answered, &wanted, &birthday, &deputy)
	if err != nil {
		return c, err
	}
	c.PausedUntil, c.Added = fromSeconds(paused), fromSeconds(added)
	c.Away, c.Answered = contact.Absence{Since: fromSeconds(since), Until: fromSeconds(until), Deputy: deputy}, fromSeconds(answered)
	c.Wanted = fromSeconds(wanted)
	if c.Every, err = contact.ParseDuration(every); err != nil {
		return c, err
	}
	c.Birthday, err = contact.ParseBirthday(birthday)
	return c, err
}

// each hands every row of three texts to f.
func each(ctx context.Context, db querier, query, arg string, f func(a, b, c string)) error {
	rows, err := db.QueryContext(ctx, query, arg)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var a, b, c string
		err := rows.Scan(&a, &b, &c)
		if err == nil {
			f(a, b, c)
		}
		return struct{}{}, err
	})
	return err
}

// AddContact stores a new contact and gives it back with its id. What is known
// of its addresses from mail already scanned becomes its first touches. An
// address that another contact has is ErrTaken.
func (s *Store) AddContact(ctx context.Context, c contact.Contact) (contact.Contact, error) {
	if err := c.Validate(); err != nil {
		return c, err
	}
	err := s.tx(ctx, func(tx *sql.Tx) error {
		var err error
		c, err = addContact(ctx, tx, c)
		return err
	})
	return c, err
}

func addContact(ctx context.Context, tx *sql.Tx, c contact.Contact) (contact.Contact, error) {
	if c.ID == "" {
		c.ID = NewID()
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO contact
		(id, name, medium, every, greeting, introduced_by, status, paused_until, added,
			language, register, time_zone, away_since, away_until, answered, wanted, birthday, deputy)
		VALUES (?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.Name, c.Medium, c.Every.String(), c.Greeting, c.IntroducedBy, c.Status,
		seconds(c.PausedUntil), seconds(c.Added),
		c.Language, c.Register, c.TimeZone, seconds(c.Away.Since), seconds(c.Away.Until), seconds(c.Answered), seconds(c.Wanted), c.Birthday.String(), c.Away.Deputy)
	if err != nil {
		return c, err
	}
	if key := nameKey(c.Name); key != "" {
		if err := remember(ctx, tx, key); err != nil {
			return c, err
		}
	}
	if err := putGroups(ctx, tx, c); err != nil {
		return c, err
	}
	if err := putAddresses(ctx, tx, c, nil); err != nil {
		return c, err
	}
	return c, changeBook(ctx, tx)
}

// giveAddresses gives a contact more addresses, behind those it has.
func giveAddresses(ctx context.Context, tx *sql.Tx, id string, more []contact.Address) error {
	old, err := contactByID(ctx, tx, id)
	if err != nil {
		return err
	}
	c := old
	c.Addresses = append(slices.Clone(old.Addresses), more...)
	if err := c.Validate(); err != nil {
		return err
	}
	return updateContact(ctx, tx, c, old)
}

// UpdateContact changes the contact with an id: change gets it as it is, and
// gives it as it is to be. An error of change is given back and nothing is
// stored.
func (s *Store) UpdateContact(ctx context.Context, id string, change func(contact.Contact) (contact.Contact, error)) (c contact.Contact, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		old, err := contactByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if c, err = change(old); err != nil {
			return err
		}
		if err := c.Validate(); err != nil {
			return err
		}
		return updateContact(ctx, tx, c, old)
	})
	return c, err
}

// updateContact stores what has changed since old.
func updateContact(ctx context.Context, tx *sql.Tx, c, old contact.Contact) error {
	err := changeOne(tx.ExecContext(ctx, `UPDATE contact SET name = ?, medium = ?, every = ?, greeting = ?,
		introduced_by = nullif(?, ''), status = ?, paused_until = ?, added = ?, language = ?, register = ?, time_zone = ?,
		away_since = ?, away_until = ?, answered = ?, wanted = ?, birthday = ?, deputy = ? WHERE id = ?`,
		c.Name, c.Medium, c.Every.String(), c.Greeting, c.IntroducedBy, c.Status, seconds(c.PausedUntil), seconds(c.Added),
		c.Language, c.Register, c.TimeZone, seconds(c.Away.Since), seconds(c.Away.Until), seconds(c.Answered), seconds(c.Wanted), c.Birthday.String(), c.Away.Deputy, c.ID))
	if err != nil {
		return err
	}
	if !slices.Equal(c.Groups, old.Groups) {
		if _, err := tx.ExecContext(ctx, "DELETE FROM contact_group WHERE contact_id = ?", c.ID); err != nil {
			return err
		}
		if err := putGroups(ctx, tx, c); err != nil {
			return err
		}
	}
	for _, a := range old.Addresses {
		if hasKey(c.Addresses, a.Key) {
			continue
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM address WHERE key = ? AND contact_id = ?", a.Key, c.ID); err != nil {
			return err
		}
	}
	if err := putAddresses(ctx, tx, c, old.Addresses); err != nil {
		return err
	}
	if err := settle(ctx, tx, c, old); err != nil {
		return err
	}
	if err := changeBook(ctx, tx); err != nil {
		return err
	}
	return rewrite(ctx, tx, "contact_id = ?", c.ID)
}

func hasKey(all []contact.Address, key string) bool {
	return slices.ContainsFunc(all, func(a contact.Address) bool { return a.Key == key })
}

func putGroups(ctx context.Context, tx *sql.Tx, c contact.Contact) error {
	for i, g := range c.Groups {
		if _, err := tx.ExecContext(ctx, `INSERT INTO contact_group (contact_id, name, position) VALUES (?, ?, ?)
			ON CONFLICT DO NOTHING`, c.ID, g, i); err != nil {
			return err
		}
	}
	return nil
}

// putAddresses stores the addresses of a contact, of whom those in old are
// stored already. What is known of a new one becomes touches at once; the whole
// history is looked up.
func putAddresses(ctx context.Context, tx *sql.Tx, c contact.Contact, old []contact.Address) error {
	for i, a := range c.Addresses {
		if hasKey(old, a.Key) {
			if _, err := tx.ExecContext(ctx, "UPDATE address SET position = ?, addr = ?, bounced = ? WHERE key = ?", i, a.Addr, seconds(a.Bounced), a.Key); err != nil {
				return err
			}
			continue
		}
		var name string
		err := tx.QueryRowContext(ctx, `SELECT c.name FROM address a JOIN contact c ON c.id = a.contact_id
			WHERE a.key = ?`, a.Key).Scan(&name)
		if err == nil {
			return fmt.Errorf("%s is an address of %s: %w; see: regards contact show %s", a.Addr, name, ErrTaken, a.Addr)
		}
		if err != sql.ErrNoRows {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO address (key, contact_id, addr, position) VALUES (?, ?, ?, ?)",
			a.Key, c.ID, a.Addr, i); err != nil {
			return err
		}
		if err := remember(ctx, tx, a.Key); err != nil {
			return err
		}
		if err := lookUp(ctx, tx, a.Key); err != nil {
			return err
		}
		if err := touchesFromHistory(ctx, tx, c.ID, a); err != nil {
			return err
		}
	}
	return nil
}

// provisional is the rule of a touch of which only what a correspondent's row
// holds is known: no thread, and perhaps not all recipients.
const provisional = "last mail scanned before the contact was added"

// touchesFromHistory turns the last message in and out of an address into
// touches, unless they are touches already. The key of a message without a
// Message-ID is a hash (classify.Header.Key), which must not be answered to.
func touchesFromHistory(ctx context.Context, tx *sql.Tx, id string, a contact.Address) error {
	for _, dir := range []contact.Direction{contact.In, contact.Out} {
		d := string(dir)
		_, err := tx.ExecContext(ctx, `INSERT INTO touch (id, contact_id, key, at, direction, medium, subject,
			message_id, refs, address, alone, verified, account, mailbox, rule)
			SELECT ?, ?, h.`+d+`_id, h.`+d+`_at, ?, 'email', h.`+d+`_subject,
				CASE WHEN h.`+d+`_id LIKE 'sha256:%' THEN '' ELSE h.`+d+`_id END, '', h.addr, h.`+d+`_alone, 0,
				m.account, m.name, ?
			FROM correspondent h JOIN mailbox m ON m.id = h.mailbox_id
			WHERE h.key = ? AND h.`+d+`_id <> '' ORDER BY h.`+d+`_at DESC LIMIT 1
			ON CONFLICT (contact_id, key) DO NOTHING`, newTouchID(), id, d, provisional, a.Key)
		if err != nil {
			return err
		}
	}
	return nil
}

// RemoveContact removes a contact with its touches and its part in occasions.
// Letters that nobody has seen end; drafts that lie untouched are to be taken
// back. Mail already counted for its addresses stays with the correspondents.
func (s *Store) RemoveContact(ctx context.Context, id string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := endLetters(ctx, tx, now, "the contact was removed", "contact_id = ?", id); err != nil {
			return err
		}
		if err := changeBook(ctx, tx); err != nil {
			return err
		}
		return changeOne(tx.ExecContext(ctx, "DELETE FROM contact WHERE id = ?", id))
	})
}

// changeOne turns a statement that changed no row into ErrNotFound.
func changeOne(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return ErrNotFound
	}
	return nil
}
