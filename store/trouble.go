package store

import (
	"context"
	"database/sql"
	"time"
)

// Trouble is something that only the owner can mend, said in a sentence.
type Trouble struct {
	About string // what it is about, such as "outbox/personal"; there is one trouble about a thing at most
	Text  string // in English
	// Verbatim is what of it is not ours: the words of a server or of the system,
	// the subjects of mail.
	Verbatim string
	Since    time.Time
}

// SetTrouble notes a trouble, or with "" for the text that there is none any
// more. What is known already keeps its Since.
func (s *Store) SetTrouble(ctx context.Context, about, text, verbatim string, now time.Time) error {
	var known bool // as it is; most of the time there is none, and nothing is to be written
	err := s.db.QueryRowContext(ctx, `SELECT (?2, ?3) IS (SELECT text, verbatim FROM trouble WHERE about = ?1)
		OR ?2 = '' AND NOT EXISTS (SELECT 1 FROM trouble WHERE about = ?1)`, about, text, verbatim).Scan(&known)
	if err != nil || known {
		return s.explain(err)
	}
	if text == "" {
		_, err = s.db.ExecContext(ctx, "DELETE FROM trouble WHERE about = ?", about)
		return s.explain(err)
	}
	_, err = s.db.ExecContext(ctx, `INSERT INTO trouble (about, text, verbatim, since) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET text = excluded.text, verbatim = excluded.verbatim`, about, text, verbatim, seconds(now))
	return s.explain(err)
}

// Troubles gives all that there is, the oldest first.
func (s *Store) Troubles(ctx context.Context) ([]Trouble, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT about, text, verbatim, since FROM trouble ORDER BY since, about")
	all, err := collect(rows, err, func(rows *sql.Rows) (t Trouble, err error) {
		var since int64
		err = rows.Scan(&t.About, &t.Text, &t.Verbatim, &since)
		t.Since = fromSeconds(since)
		return t, err
	})
	return all, s.explain(err)
}
