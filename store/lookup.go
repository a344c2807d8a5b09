package store

import (
	"context"
	"database/sql"

	"regards/contact"
)

// Lookup is what is to be looked for in the mail of one mailbox that was read
// before its people were contacts: the messages with Low <= UID <= High that
// one of Addresses wrote or got. It means nothing under another UIDVALIDITY.
type Lookup struct {
	UIDValidity uint32
	Low, High   uint32
	Addresses   []contact.Address
	Book        int64 // the BookVersion for which it was asked: what was added since is not in it
}

// Lookups gives what is to be looked for in an account, by mailbox. Where
// addresses were added at different times, the range holds all of theirs.
func (s *Store) Lookups(ctx context.Context, account string) (map[string]Lookup, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT m.name, m.uid_validity, l.low, l.high, a.addr, a.key, (`+bookVersion+`)
		FROM lookup l JOIN mailbox m ON m.id = l.mailbox_id JOIN address a ON a.key = l.key
		WHERE m.account = ? ORDER BY m.name, a.key`, account)
	due := map[string]Lookup{}
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var name string
		var l Lookup
		var a contact.Address
		if err := rows.Scan(&name, &l.UIDValidity, &l.Low, &l.High, &a.Addr, &a.Key, &l.Book); err != nil {
			return struct{}{}, err
		}
		if known, ok := due[name]; ok {
			l.Low, l.High, l.Addresses = min(l.Low, known.Low), max(l.High, known.High), known.Addresses
		}
		l.Addresses = append(l.Addresses, a)
		due[name] = l
		return struct{}{}, nil
	})
	return due, s.explain(err)
}

// lookUp has the mail that was read without an address in the book looked
// through for it.
func lookUp(ctx context.Context, tx *sql.Tx, key string) error {
	// The change of the book that goes with it gives it the next version.
	_, err := tx.ExecContext(ctx, `INSERT INTO lookup (mailbox_id, key, low, high, book)
		SELECT id, ?, max(low, 1), high, 1 + (`+bookVersion+`) FROM mailbox WHERE high > 0
		ON CONFLICT DO UPDATE SET low = excluded.low, high = excluded.high, book = excluded.book`, key)
	return err
}

// lookedUp takes off what a batch of a lookup has found; not of an address that
// was added anew meanwhile, of which the lookup has seen the end only.
func lookedUp(ctx context.Context, tx *sql.Tx, mailbox int64, l Lookup) error {
	for _, a := range l.Addresses {
		if _, err := tx.ExecContext(ctx, "UPDATE lookup SET high = min(high, ?) WHERE mailbox_id = ? AND key = ? AND book <= ?",
			l.High, mailbox, a.Key, l.Book); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM lookup WHERE mailbox_id = ? AND (high < low OR high = 0)", mailbox)
	return err
}

// recordLookup stores what a lookup has found: touches, and why other messages
// of contacts were none. They were counted when they were first read.
func recordLookup(ctx context.Context, tx *sql.Tx, sc Scan) (added []contact.Touch, err error) {
	var id int64
	err = tx.QueryRowContext(ctx, "SELECT id FROM mailbox WHERE account = ? AND name = ? AND uid_validity = ?",
		sc.Account, sc.Mailbox, sc.Lookup.UIDValidity).Scan(&id)
	if err == sql.ErrNoRows {
		return nil, nil // it was made anew: it is read from the start
	}
	if err != nil {
		return nil, err
	}
	if added, err = recordTouches(ctx, tx, sc); err != nil {
		return nil, err
	}
	for _, t := range sc.Touches {
		if err := completeTouch(ctx, tx, t); err != nil {
			return nil, err
		}
	}
	if err := recordMessages(ctx, tx, id, sc); err != nil {
		return nil, err
	}
	if err := lookedUp(ctx, tx, id, *sc.Lookup); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE mailbox SET touches = touches + ? WHERE id = ?", len(added), id)
	return added, err
}
