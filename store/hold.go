package store

import (
	"context"
	"database/sql"
	"time"
)

// Hold is why nothing is drafted or sent, though mail is watched.
type Hold struct {
	Reason string
	Since  time.Time
	Until  time.Time // zero: until it is lifted
}

// HeldRestored is the reason of the hold after a backup was restored.
const HeldRestored = "a backup was restored"

// Over reports whether a hold no longer holds at now. The zero Hold never held.
func (h Hold) Over(now time.Time) bool {
	return h.Since.IsZero() || !h.Until.IsZero() && !now.Before(h.Until)
}

// Held gives the hold that is set; the zero Hold when none is.
func (s *Store) Held(ctx context.Context) (h Hold, err error) {
	var since, until int64
	err = s.db.QueryRowContext(ctx, "SELECT reason, since, until FROM hold").Scan(&h.Reason, &since, &until)
	if err == sql.ErrNoRows {
		return Hold{}, nil
	}
	h.Since, h.Until = fromSeconds(since), fromSeconds(until)
	return h, s.explain(err)
}

// Restored gives when a backup was last put in the place of the database; the
// zero time when none was.
func (s *Store) Restored(ctx context.Context) (time.Time, error) {
	var at int64
	err := s.db.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'restored'").Scan(&at)
	if err == sql.ErrNoRows {
		return time.Time{}, nil
	}
	return fromSeconds(at), s.explain(err)
}

// setRestored notes that a backup is put in the place of the database.
func (s *Store) setRestored(ctx context.Context, now time.Time) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES ('restored', ?) ON CONFLICT DO UPDATE SET value = excluded.value", seconds(now))
	return s.explain(err)
}

// SetHold stops drafting and sending.
func (s *Store) SetHold(ctx context.Context, h Hold) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO hold (id, reason, since, until) VALUES (1, ?, ?, ?)
			ON CONFLICT DO UPDATE SET reason = excluded.reason, since = excluded.since, until = excluded.until`,
			h.Reason, seconds(h.Since), seconds(h.Until))
		return err
	})
}

// LiftHold lets drafting and sending go on. It is ErrNotFound when nothing held.
func (s *Store) LiftHold(ctx context.Context) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return changeOne(tx.ExecContext(ctx, "DELETE FROM hold")) })
}
