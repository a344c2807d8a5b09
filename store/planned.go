package store

import (
	"context"
	"database/sql"
	"time"

	"regards/contact"
)

// PutLetters stores letters that are new, or that so far stood in Needs, in one
// transaction, and gives those that it stored, without their bytes, as they are
// then. It leaves out letters whose key exists in any other state, for a key makes
// one message, but for one that is Revived and Revivable; and letters whose
// occasion, or that person's part in it, has been removed meanwhile. With bytes, a
// stored letter is the intention that comes before the act; Created is then when it
// was written, too. A letter that stood in Needs keeps when it was first due, how
// long the owner wants to hear nothing of it, and that it was brought back.
//
// It is ErrStale, and nothing is stored, when contacts or occasions have changed
// since book was their BookVersion: the letters may say what holds no longer.
func (s *Store) PutLetters(ctx context.Context, book int64, letters []contact.Letter) (stored []contact.Letter, err error) {
	err = s.letters(ctx, func(tx *sql.Tx, t letterTx) error {
		stored = nil
		if err := checkBook(ctx, tx, book); err != nil {
			return err
		}
		for _, l := range letters {
			l, put, err := putPlanned(ctx, tx, t, l)
			if err != nil {
				return err
			}
			if put {
				l.Raw = nil
				stored = append(stored, l)
			}
		}
		return nil
	})
	return stored, err
}

func putPlanned(ctx context.Context, tx *sql.Tx, t letterTx, l contact.Letter) (as contact.Letter, put bool, err error) {
	if l.Written = (time.Time{}); l.Raw != nil {
		l.Written = l.Created
	}
	if added, err := t.add(ctx, l, l.ParticipantID); err != nil || added {
		return l, added, err
	}
	old, _, err := t.get(ctx, l.Key)
	revived := !l.Revived.IsZero() && old.Revivable()
	if err != nil || old.State != contact.Needs && !revived {
		return l, false, err
	}
	var there bool // its occasion, and that person's part in it
	err = tx.QueryRowContext(ctx, "SELECT ?1 IN ('', (SELECT id FROM participant WHERE id = ?1))", l.ParticipantID).Scan(&there)
	if err != nil || !there {
		return l, false, err
	}
	if !revived {
		l.Snoozed, l.Restored, l.Revived = old.Snoozed, old.Restored, old.Revived
	}
	l.Created = old.Created
	l = l.DueFrom(l.Snoozed)
	return l, true, t.set(ctx, l, true)
}

// rewrite puts letters that nobody has tried to deliver yet back into Needs,
// when what they were made of has changed: the next pass writes them anew. So it
// does with texts for the owner to copy. Those to somebody who cannot be written to
// now say so and wait; what the owner approved were other words.
func rewrite(ctx context.Context, tx *sql.Tx, where string, args ...any) error {
	_, err := tx.ExecContext(ctx, `UPDATE letter SET state = 'needs', raw = NULL, message_id = '', subject = '', written = 0, approved = 0, asks = '',
		reason = coalesce((SELECT name || ' is ' || status FROM contact WHERE id = letter.contact_id AND status <> 'active'),
			'it is written anew: something changed')
		WHERE (state = 'queued' AND attempt_at = 0 OR state = 'needs' AND raw IS NOT NULL) AND NOT take_back AND `+where, args...)
	return err
}

// Rewrite puts a letter that nobody has tried to deliver yet back into Needs.
func (s *Store) Rewrite(ctx context.Context, key string) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return rewrite(ctx, tx, "key = ?", key) })
}
