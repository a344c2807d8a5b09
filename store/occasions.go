package store

import (
	"context"
	"database/sql"
	"time"

	"regards/contact"
)

// Occasions gives every occasion with its participants, newest first.
func (s *Store) Occasions(ctx context.Context) ([]contact.Occasion, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, kind, at, title, next, next_due, logged, took_place
		FROM occasion ORDER BY at DESC, id`)
	occasions, err := collect(rows, err, func(rows *sql.Rows) (contact.Occasion, error) {
		var o contact.Occasion
		var at, next, logged int64
		err := rows.Scan(&o.ID, &o.Kind, &at, &o.Title, &o.Next, &next, &logged, &o.TookPlace)
		o.At, o.NextDue, o.Logged = fromSeconds(at), fromSeconds(next), fromSeconds(logged)
		return o, err
	})
	if err != nil {
		return nil, s.explain(err)
	}
	byID := make(map[string]*contact.Occasion, len(occasions))
	for i := range occasions {
		byID[occasions[i].ID] = &occasions[i]
	}
	rows, err = s.db.QueryContext(ctx, "SELECT occasion_id, id, contact_id, useful FROM participant ORDER BY position")
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var p contact.Participant
		var occasion string
		err := rows.Scan(&occasion, &p.ID, &p.ContactID, &p.Useful)
		if o := byID[occasion]; o != nil {
			o.Participants = append(o.Participants, p)
		}
		return struct{}{}, err
	})
	return occasions, s.explain(err)
}

// AddOccasion stores a new occasion with its participants, after adding those
// contacts that newcomers names by their place in o.Participants. All of it
// happens or nothing. It gives the occasion with its ids.
func (s *Store) AddOccasion(ctx context.Context, o contact.Occasion, newcomers map[int]contact.Contact, now time.Time) (contact.Occasion, error) {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		o.ID = newID()
		_, err := tx.ExecContext(ctx, `INSERT INTO occasion (id, kind, at, title, next, next_due, logged, took_place)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			o.ID, o.Kind, seconds(o.At), o.Title, o.Next, seconds(o.NextDue), seconds(o.Logged), o.TookPlace)
		if err != nil {
			return err
		}
		for i := range o.Participants {
			p := &o.Participants[i]
			if c, ok := newcomers[i]; ok {
				if c, err = addContact(ctx, tx, c); err != nil {
					return err
				}
				p.ContactID = c.ID
			}
			p.ID = newID()
			_, err := tx.ExecContext(ctx, `INSERT INTO participant (id, occasion_id, contact_id, useful, position)
				VALUES (?, ?, ?, ?, ?)`, p.ID, o.ID, p.ContactID, p.Useful, i)
			if err != nil {
				return err
			}
		}
		return occasionTouches(ctx, tx, o, now)
	})
	return o, err
}

// UpdateOccasion stores the changed fields of an occasion and of its
// participants, whose number stays.
func (s *Store) UpdateOccasion(ctx context.Context, o contact.Occasion, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		err := changeOne(tx.ExecContext(ctx, `UPDATE occasion SET at = ?, title = ?, next = ?, next_due = ?,
			took_place = ? WHERE id = ?`, seconds(o.At), o.Title, o.Next, seconds(o.NextDue), o.TookPlace, o.ID))
		if err != nil {
			return err
		}
		for _, p := range o.Participants {
			if _, err := tx.ExecContext(ctx, "UPDATE participant SET useful = ? WHERE id = ?", p.Useful, p.ID); err != nil {
				return err
			}
		}
		if err := rewrite(ctx, tx, "occasion_id = ?", o.ID); err != nil {
			return err
		}
		return occasionTouches(ctx, tx, o, now)
	})
}

// RemoveOccasion removes an occasion and the touches that it was. Letters that
// came of it and that nobody has seen end; drafts that lie untouched are to be
// taken back.
func (s *Store) RemoveOccasion(ctx context.Context, id string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := endLetters(ctx, tx, "its occasion was removed", "occasion_id = ?", id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM touch WHERE key = ?", contact.OccasionKey(id)); err != nil {
			return err
		}
		return changeOne(tx.ExecContext(ctx, "DELETE FROM occasion WHERE id = ?", id))
	})
}

// occasionTouches makes the stored touches of an occasion those that it is as
// of now.
func occasionTouches(ctx context.Context, tx *sql.Tx, o contact.Occasion, now time.Time) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM touch WHERE key = ?", contact.OccasionKey(o.ID)); err != nil {
		return err
	}
	_, err := recordTouches(ctx, tx, Scan{Touches: o.Touches(now)})
	return err
}
