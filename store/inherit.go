package store

import (
	"context"
	"database/sql"

	"regards/contact"
)

// inheritSendings takes over the letters of which another copy of the database
// began the sending, and that are not filed as sent: they may have gone. Nothing
// on a server shows that, and a copy that lies in the outbox still must not go on
// the word of the backup.
func (s *Store) inheritSendings(ctx context.Context, from *Store) error {
	if string(from.secret) != string(s.secret) {
		return nil // another database: its keys say nothing here
	}
	letters, err := from.Letters(ctx)
	if err != nil {
		return err
	}
	contacts, err := s.Contacts(ctx)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(contacts))
	for _, c := range contacts {
		known[c.ID] = true
	}
	for _, l := range letters {
		if l.Sending.IsZero() || !known[l.ContactID] {
			continue
		}
		if l, err = from.Letter(ctx, l.Key); err != nil {
			return err
		}
		if err := s.inheritLetter(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// inheritLetter stores how a letter stood in another copy of the database.
func (s *Store) inheritLetter(ctx context.Context, l contact.Letter) error {
	return s.letters(ctx, func(_ *sql.Tx, t letterTx) error {
		old, found, err := t.get(ctx, l.Key)
		switch {
		case err != nil || found && old.State == contact.Sent:
			return err
		case !found:
			_, err := t.add(ctx, l, "")
			return err
		}
		return t.set(ctx, lawful(old, l), true)
	})
}
