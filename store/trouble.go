package store

import (
	"context"
	"database/sql"
	"time"
)

// Trouble is something that only the owner can mend, said in a sentence.
type Trouble struct {
	About string // what it is about, such as "outbox/personal"; there is one trouble about a thing at most
	Text  string
	Since time.Time
}

// SetTrouble notes a trouble, or with "" for the text that there is none any
// more. What is known already keeps its Since.
func (s *Store) SetTrouble(ctx context.Context, about, text string, now time.Time) error {
	var known string
	err := s.db.QueryRowContext(ctx, "SELECT coalesce((SELECT text FROM trouble WHERE about = ?), '')", about).Scan(&known)
	if err != nil || known == text {
		return s.explain(err)
	}
	if text == "" {
		_, err = s.db.ExecContext(ctx, "DELETE FROM trouble WHERE about = ?", about)
		return s.explain(err)
	}
	_, err = s.db.ExecContext(ctx, `INSERT INTO trouble (about, text, since) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET text = excluded.text`, about, text, seconds(now))
	return s.explain(err)
}

// Troubles gives all that there is, the oldest first.
func (s *Store) Troubles(ctx context.Context) ([]Trouble, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT about, text, since FROM trouble ORDER BY since, about")
	all, err := collect(rows, err, func(rows *sql.Rows) (t Trouble, err error) {
		var since int64
		err = rows.Scan(&t.About, &t.Text, &since)
		t.Since = fromSeconds(since)
		return t, err
	})
	return all, s.explain(err)
}
