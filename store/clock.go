package store

import (
	"context"
	"database/sql"
	"time"
)

// Clocks is what this machine's clock and that of a mail server showed at one
// moment. The zero value says nothing.
type Clocks struct{ Ours, Theirs time.Time }

// SetClocks stores that the clock of an account's server disagreed with ours; the
// zero Clocks, that it is not known to.
func (s *Store) SetClocks(ctx context.Context, account string, c Clocks) error {
	if c == (Clocks{}) {
		_, err := s.db.ExecContext(ctx, "UPDATE account SET clock_ours = 0, clock_theirs = 0 WHERE name = ? AND clock_ours <> 0", account)
		return s.explain(err)
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO account (name, clock_ours, clock_theirs) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET clock_ours = excluded.clock_ours, clock_theirs = excluded.clock_theirs`,
		account, seconds(c.Ours), seconds(c.Theirs))
	return s.explain(err)
}

// Clocks gives what was stored last.
func (s *Store) Clocks(ctx context.Context, account string) (Clocks, error) {
	var ours, theirs int64
	err := s.db.QueryRowContext(ctx, "SELECT clock_ours, clock_theirs FROM account WHERE name = ?", account).Scan(&ours, &theirs)
	if err == sql.ErrNoRows {
		return Clocks{}, nil
	}
	return Clocks{fromSeconds(ours), fromSeconds(theirs)}, s.explain(err)
}
