package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"regards/contact"
)

const occasionColumns = "id, kind, at, title, next, next_due, logged, took_place, news"

// Occasions gives every occasion with its participants, newest first.
func (s *Store) Occasions(ctx context.Context) ([]contact.Occasion, error) {
	var all []contact.Occasion
	err := s.snapshot(ctx, func(db querier) (err error) {
		all, err = occasions(ctx, db, "")
		return err
	})
	return all, err
}

// occasions gives one occasion, or all of them for "".
func occasions(ctx context.Context, db querier, id string) ([]contact.Occasion, error) {
	rows, err := db.QueryContext(ctx, "SELECT "+occasionColumns+" FROM occasion WHERE ? IN ('', id) ORDER BY at DESC, id", id)
	all, err := collect(rows, err, func(rows *sql.Rows) (contact.Occasion, error) {
		var o contact.Occasion
		var at, next, logged int64
		err := rows.Scan(&o.ID, &o.Kind, &at, &o.Title, &o.Next, &next, &logged, &o.TookPlace, &o.News)
		o.At, o.NextDue, o.Logged = fromSeconds(at), fromSeconds(next), fromSeconds(logged)
		return o, err
	})
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*contact.Occasion, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	rows, err = db.QueryContext(ctx, "SELECT occasion_id, id, contact_id, useful FROM participant WHERE ? IN ('', occasion_id) ORDER BY position", id)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var p contact.Participant
		var occasion string
		err := rows.Scan(&occasion, &p.ID, &p.ContactID, &p.Useful)
		if o := byID[occasion]; o != nil {
			o.Participants = append(o.Participants, p)
		}
		return struct{}{}, err
	})
	if err != nil {
		return nil, err
	}
	rows, err = db.QueryContext(ctx, "SELECT occasion_id, word, at FROM step WHERE ? IN ('', occasion_id) ORDER BY position", id)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var occasion string
		var step contact.Step
		var at int64
		err := rows.Scan(&occasion, &step.Word, &at)
		if o := byID[occasion]; o != nil {
			step.At = fromSeconds(at)
			o.Steps = append(o.Steps, step)
		}
		return struct{}{}, err
	})
	return all, err
}

// AddOccasion stores a new occasion with its participants, after adding those
// contacts that newcomers names by their place in o.Participants. All of it
// happens or nothing. It gives the occasion with its ids.
func (s *Store) AddOccasion(ctx context.Context, o contact.Occasion, newcomers map[int]contact.Contact, now time.Time) (contact.Occasion, error) {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		o.ID = NewID()
		_, err := tx.ExecContext(ctx, `INSERT INTO occasion (id, kind, at, title, next, next_due, logged, took_place, news)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			o.ID, o.Kind, seconds(o.At), o.Title, o.Next, seconds(o.NextDue), seconds(o.Logged), o.TookPlace, o.News)
		if err != nil {
			return err
		}
		insert, err := tx.PrepareContext(ctx, `INSERT INTO participant (id, occasion_id, contact_id, useful, position)
			VALUES (?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i := range o.Participants {
			p := &o.Participants[i]
			if c, ok := newcomers[i]; ok {
				if c, err = addContact(ctx, tx, c); err != nil {
					return err
				}
				p.ContactID = c.ID
			}
			p.ID = NewID()
			if _, err := insert.ExecContext(ctx, p.ID, o.ID, p.ContactID, p.Useful, i); err != nil {
				return err
			}
		}
		if err := putSteps(ctx, tx, o); err != nil {
			return err
		}
		if err := changeBook(ctx, tx); err != nil {
			return err
		}
		_, err = recordTouches(ctx, tx, Scan{Touches: o.Touches(now)})
		return err
	})
	return o, err
}

// putSteps stores the steps of an occasion in the place of those it had.
func putSteps(ctx context.Context, tx *sql.Tx, o contact.Occasion) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM step WHERE occasion_id = ?", o.ID); err != nil {
		return err
	}
	for i, step := range o.Steps {
		if _, err := tx.ExecContext(ctx, "INSERT INTO step (occasion_id, word, at, position) VALUES (?, ?, ?, ?)",
			o.ID, step.Word, seconds(step.At), i); err != nil {
			return err
		}
	}
	return nil
}

// UpdateOccasion changes the occasion with an id: change gets it as it is, and
// gives it as it is to be, with the same participants. An error of change is
// given back and nothing is stored.
func (s *Store) UpdateOccasion(ctx context.Context, id string, now time.Time, change func(contact.Occasion) (contact.Occasion, error)) (o contact.Occasion, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		found, err := occasions(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("occasion %s: %w", id, ErrNotFound)
		}
		if o, err = change(found[0]); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE occasion SET at = ?, title = ?, next = ?, next_due = ?,
			took_place = ?, news = ? WHERE id = ?`, seconds(o.At), o.Title, o.Next, seconds(o.NextDue), o.TookPlace, o.News, o.ID)
		if err != nil {
			return err
		}
		if err := putSteps(ctx, tx, o); err != nil {
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
		if err := changeBook(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM touch WHERE key = ?", contact.OccasionKey(o.ID)); err != nil {
			return err
		}
		_, err = recordTouches(ctx, tx, Scan{Touches: o.Touches(now)})
		return err
	})
	return o, err
}

// RemoveOccasion removes an occasion and the touches that it was. Letters that
// came of it and that nobody has seen end; drafts that lie untouched are to be
// taken back.
func (s *Store) RemoveOccasion(ctx context.Context, id string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := endLetters(ctx, tx, now, "its occasion was removed", "occasion_id = ?", id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM touch WHERE key = ?", contact.OccasionKey(id)); err != nil {
			return err
		}
		if err := changeBook(ctx, tx); err != nil {
			return err
		}
		return changeOne(tx.ExecContext(ctx, "DELETE FROM occasion WHERE id = ?", id))
	})
}
