package store

import (
	"context"
	"database/sql"
	"fmt"

	"regards/contact"
)

// Contacts gives all contacts with their addresses and groups, by name.
func (s *Store) Contacts(ctx context.Context) ([]contact.Contact, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, name, medium, every, greeting, coalesce(introduced_by, ''),
		status, paused_until, added FROM contact ORDER BY name COLLATE NOCASE, id`)
	contacts, err := collect(rows, err, scanContact)
	if err != nil {
		return nil, s.explain(err)
	}
	byID := make(map[string]*contact.Contact, len(contacts))
	for i := range contacts {
		byID[contacts[i].ID] = &contacts[i]
	}
	err = s.each(ctx, "SELECT contact_id, addr, key FROM address ORDER BY contact_id, position",
		func(id, addr, key string) {
			byID[id].Addresses = append(byID[id].Addresses, contact.Address{Addr: addr, Key: key})
		})
	if err != nil {
		return nil, err
	}
	err = s.each(ctx, "SELECT contact_id, name, '' FROM contact_group ORDER BY contact_id, position",
		func(id, group, _ string) { byID[id].Groups = append(byID[id].Groups, group) })
	return contacts, err
}

// BookVersion gives a number that grows with every change of a contact. Read it
// before Contacts, and give it to Record: what was decided with an older
// address book is then not stored.
func (s *Store) BookVersion(ctx context.Context) (version int64, err error) {
	err = s.db.QueryRowContext(ctx, bookVersion).Scan(&version)
	return version, s.explain(err)
}

const bookVersion = "SELECT value FROM meta WHERE key = 'book'"

// changeBook notes that contacts have changed.
func changeBook(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE meta SET value = value + 1 WHERE key = 'book'")
	return err
}

func scanContact(rows *sql.Rows) (contact.Contact, error) {
	var c contact.Contact
	var every string
	var paused, added int64
	err := rows.Scan(&c.ID, &c.Name, &c.Medium, &every, &c.Greeting, &c.IntroducedBy, &c.Status, &paused, &added)
	if err != nil {
		return c, err
	}
	c.PausedUntil, c.Added = fromSeconds(paused), fromSeconds(added)
	c.Every, err = contact.ParseDuration(every)
	return c, err
}

// each hands every row of three texts to f.
func (s *Store) each(ctx context.Context, query string, f func(a, b, c string)) error {
	rows, err := s.db.QueryContext(ctx, query)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var a, b, c string
		err := rows.Scan(&a, &b, &c)
		if err == nil {
			f(a, b, c)
		}
		return struct{}{}, err
	})
	return s.explain(err)
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
	c.ID = newID()
	_, err := tx.ExecContext(ctx, `INSERT INTO contact
		(id, name, medium, every, greeting, introduced_by, status, paused_until, added)
		VALUES (?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?)`,
		c.ID, c.Name, c.Medium, c.Every.String(), c.Greeting, c.IntroducedBy, c.Status,
		seconds(c.PausedUntil), seconds(c.Added))
	if err != nil {
		return c, err
	}
	if err := putAddresses(ctx, tx, c); err != nil {
		return c, err
	}
	if err := changeBook(ctx, tx); err != nil {
		return c, err
	}
	return c, touchesFromHistory(ctx, tx, c)
}

// UpdateContact stores the changed fields, addresses and groups of a contact.
func (s *Store) UpdateContact(ctx context.Context, c contact.Contact) error {
	if err := c.Validate(); err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		err := changeOne(tx.ExecContext(ctx, `UPDATE contact SET name = ?, medium = ?, every = ?, greeting = ?,
			introduced_by = nullif(?, ''), status = ?, paused_until = ? WHERE id = ?`,
			c.Name, c.Medium, c.Every.String(), c.Greeting, c.IntroducedBy, c.Status, seconds(c.PausedUntil), c.ID))
		if err != nil {
			return err
		}
		for _, table := range []string{"address", "contact_group"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE contact_id = ?", c.ID); err != nil {
				return err
			}
		}
		if err := putAddresses(ctx, tx, c); err != nil {
			return err
		}
		if err := changeBook(ctx, tx); err != nil {
			return err
		}
		if err := rewrite(ctx, tx, "contact_id = ?", c.ID); err != nil {
			return err
		}
		return touchesFromHistory(ctx, tx, c)
	})
}

// putAddresses stores the addresses and groups of a contact that has none stored.
func putAddresses(ctx context.Context, tx *sql.Tx, c contact.Contact) error {
	for i, a := range c.Addresses {
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
	}
	for i, g := range c.Groups {
		if _, err := tx.ExecContext(ctx, `INSERT INTO contact_group (contact_id, name, position) VALUES (?, ?, ?)
			ON CONFLICT DO NOTHING`, c.ID, g, i); err != nil {
			return err
		}
	}
	return nil
}

// touchesFromHistory turns the last message in and out of each address of c
// into touches, unless they are touches already. The key of a message without a
// Message-ID is a hash (classify.Header.Key), which must not be answered to.
func touchesFromHistory(ctx context.Context, tx *sql.Tx, c contact.Contact) error {
	for _, a := range c.Addresses {
		for _, dir := range []contact.Direction{contact.In, contact.Out} {
			d := string(dir)
			_, err := tx.ExecContext(ctx, `INSERT INTO touch (id, contact_id, key, at, direction, medium, subject,
				message_id, refs, address, alone, verified, account, mailbox, rule)
				SELECT ?, ?, h.`+d+`_id, h.`+d+`_at, ?, 'email', h.`+d+`_subject,
					CASE WHEN h.`+d+`_id LIKE 'sha256:%' THEN '' ELSE h.`+d+`_id END, '', h.addr, h.`+d+`_alone, 0,
					m.account, m.name, 'last mail scanned before the contact was added'
				FROM correspondent h JOIN mailbox m ON m.id = h.mailbox_id
				WHERE h.key = ? AND h.`+d+`_id <> '' ORDER BY h.`+d+`_at DESC LIMIT 1
				ON CONFLICT (contact_id, key) DO NOTHING`, newTouchID(), c.ID, d, a.Key)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// RemoveContact removes a contact with its touches and its part in occasions.
// Letters that nobody has seen end; drafts that lie untouched are to be taken
// back. Mail already counted for its addresses stays with the correspondents.
func (s *Store) RemoveContact(ctx context.Context, id string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := endLetters(ctx, tx, "the contact was removed", "contact_id = ?", id); err != nil {
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
