package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"regards/contact"
)

// MergeContacts makes one contact of two: kept gets the addresses, groups,
// touches, occasions and letters of gone, which ends. Where both took part in
// one occasion, the part whose letter has come further stays.
func (s *Store) MergeContacts(ctx context.Context, kept, gone string, now time.Time) (merged contact.Contact, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		a, err := contactByID(ctx, tx, kept)
		if err != nil {
			return err
		}
		b, err := contactByID(ctx, tx, gone)
		if err != nil {
			return err
		}
		if a.ID == b.ID {
			return errors.New("a contact cannot be merged with itself")
		}
		merged = a.Absorb(b)
		if err := merged.Validate(); err != nil {
			return err
		}
		if err := mergeParts(ctx, tx, a.ID, b.ID, now); err != nil {
			return err
		}
		if err := handOver(ctx, tx, a.ID, b.ID); err != nil {
			return err
		}
		return updateContact(ctx, tx, merged, merged)
	})
	return merged, err
}

// handOver moves to kept whatever belongs to gone, and removes gone. What both
// have, such as the touch of a message to two addresses, stays once.
func handOver(ctx context.Context, tx *sql.Tx, kept, gone string) error {
	for _, statement := range []string{
		"UPDATE OR IGNORE touch SET contact_id = ?1 WHERE contact_id = ?2",
		"UPDATE OR IGNORE finding SET contact_id = ?1 WHERE contact_id = ?2",
		"UPDATE OR IGNORE passed_over SET contact_id = ?1 WHERE contact_id = ?2",
		"UPDATE OR IGNORE contact_group SET contact_id = ?1, position = position + 1000 WHERE contact_id = ?2",
		"UPDATE address SET contact_id = ?1, position = position + 1000 WHERE contact_id = ?2",
		"UPDATE letter SET contact_id = ?1 WHERE contact_id = ?2",
		"UPDATE contact SET introduced_by = ?1 WHERE introduced_by = ?2 AND id <> ?1",
		"DELETE FROM contact WHERE id = ?2",
	} {
		if _, err := tx.ExecContext(ctx, statement, kept, gone); err != nil {
			return err
		}
	}
	return nil
}

// part is one person's part in an occasion that both contacts took part in.
type part struct {
	id, useful string
	rank       int // how far its letters have come, all of them
}

// mergeParts moves the parts of gone in occasions to kept, one for each occasion.
func mergeParts(ctx context.Context, tx *sql.Tx, kept, gone string, now time.Time) error {
	rank := func(row string) string {
		return `coalesce((SELECT sum(CASE WHEN state = 'needs' THEN 1 WHEN state = 'queued' AND attempt_at = 0 THEN 2 ELSE 3 END)
			FROM letter WHERE participant_id = ` + row + `.id), 0)`
	}
	rows, err := tx.QueryContext(ctx, "SELECT a.id, a.useful, "+rank("a")+", b.id, b.useful, "+rank("b")+`
		FROM participant a JOIN participant b ON a.occasion_id = b.occasion_id WHERE a.contact_id = ? AND b.contact_id = ?`, kept, gone)
	both, err := collect(rows, err, func(rows *sql.Rows) (pair [2]part, err error) {
		a, b := &pair[0], &pair[1]
		return pair, rows.Scan(&a.id, &a.useful, &a.rank, &b.id, &b.useful, &b.rank)
	})
	if err != nil {
		return err
	}
	for _, pair := range both {
		stays, goes := pair[0], pair[1]
		if goes.rank > stays.rank {
			stays, goes = goes, stays
		}
		if stays.useful == "" {
			stays.useful = goes.useful
		}
		if err := endLetters(ctx, tx, now, "the two people are one contact now", "participant_id = ?", goes.id); err != nil {
			return err
		}
		// What was sent for the part that goes is not to be made again for the one that stays.
		if _, err := tx.ExecContext(ctx, `UPDATE letter SET participant_id = ? WHERE participant_id = ?
			AND state NOT IN ('superseded', 'queued', 'drafted') AND NOT (`+byItself+`)`, stays.id, goes.id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM participant WHERE id = ?", goes.id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE participant SET useful = ? WHERE id = ?", stays.useful, stays.id); err != nil {
			return fmt.Errorf("merge the parts in an occasion: %w", err)
		}
	}
	_, err = tx.ExecContext(ctx, "UPDATE participant SET contact_id = ? WHERE contact_id = ?", kept, gone)
	return err
}
