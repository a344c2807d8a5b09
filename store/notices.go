package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"regards/contact"
	"regards/plan"
)

// Notice is mail that goes to the owner by itself, such as a digest. Like a letter
// it is stored before anything is done with it, under a key that makes one message.
type Notice struct {
	Key       string // such as digest/2026-11-23
	Account   string // through which it goes
	Mailed    bool   // by SMTP; else it is laid into INBOX
	To        string
	MessageID string
	Raw       []byte // nil once it has ended
	Made      time.Time
	Attempt   contact.Attempt // of laying it, if its outcome is not known
	Sending   time.Time       // likewise, of giving it to the SMTP server
	State     contact.State   // Queued, Sent, Uncertain or Failed
	Reason    string          // why it failed or is uncertain
	Lines     []plan.Handle   // what may be ordered by answering it
}

// Fired gives when a line of the schedule fired last; false when it never did.
func (s *Store) Fired(ctx context.Context, line string) (at time.Time, known bool, err error) {
	var n int64
	err = s.db.QueryRowContext(ctx, "SELECT at FROM firing WHERE line = ?", line).Scan(&n)
	if err == sql.ErrNoRows {
		return time.Time{}, false, nil
	}
	return fromSeconds(n), err == nil, s.explain(err)
}

// Firings gives when each line of the schedule fired last.
func (s *Store) Firings(ctx context.Context) (map[string]time.Time, error) {
	all := map[string]time.Time{}
	rows, err := s.db.QueryContext(ctx, "SELECT line, at FROM firing")
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var line string
		var at int64
		err := rows.Scan(&line, &at)
		all[line] = fromSeconds(at)
		return struct{}{}, err
	})
	return all, s.explain(err)
}

// ForgetFired has a line of the schedule be one that never fired.
func (s *Store) ForgetFired(ctx context.Context, line string) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM firing WHERE line = ?", line)
	return s.explain(err)
}

// SetFired stores when a line of the schedule fired.
func (s *Store) SetFired(ctx context.Context, line string, at time.Time) error {
	_, err := s.db.ExecContext(ctx, setFired, line, seconds(at))
	return s.explain(err)
}

const setFired = "INSERT INTO firing (line, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at"

// AddNotice stores a notice unless there is one of its key already, and that a
// line of the schedule fired, unless that is "".
func (s *Store) AddNotice(ctx context.Context, n Notice, line string, fired time.Time) (added bool, err error) {
	err = s.txOn(ctx, s.db, func(tx *sql.Tx) (err error) {
		if line != "" {
			if _, err := tx.ExecContext(ctx, setFired, line, seconds(fired)); err != nil {
				return err
			}
		}
		added, err = addNotice(ctx, tx, n)
		return err
	})
	return added && err == nil, err
}

func addNotice(ctx context.Context, tx *sql.Tx, n Notice) (added bool, err error) {
	lines, err := json.Marshal(n.Lines)
	if err != nil {
		return false, err
	}
	err = changeOne(tx.ExecContext(ctx, `INSERT INTO notice (key, account, mailed, recipient, message_id, raw, made, state, lines)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?) ON CONFLICT DO NOTHING`,
		n.Key, n.Account, n.Mailed, n.To, n.MessageID, n.Raw, seconds(n.Made), string(lines)))
	if err == ErrNotFound {
		return false, nil
	}
	return err == nil, err
}

// Notices gives every notice ever made, the oldest first.
func (s *Store) Notices(ctx context.Context) ([]Notice, error) { return s.notices(ctx, "") }

// OpenNotices gives those that are still to be delivered, the oldest first.
func (s *Store) OpenNotices(ctx context.Context) ([]Notice, error) {
	return s.notices(ctx, "WHERE state = 'queued'")
}

func (s *Store) notices(ctx context.Context, which string) ([]Notice, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT key, account, mailed, recipient, message_id, raw, made, attempt_at, attempt_uid_validity,
		attempt_uid_next, sending, state, reason, lines FROM notice `+which+` ORDER BY made, key`)
	all, err := collect(rows, err, func(rows *sql.Rows) (n Notice, err error) {
		var made, attempt, sending int64
		var lines string
		err = rows.Scan(&n.Key, &n.Account, &n.Mailed, &n.To, &n.MessageID, &n.Raw, &made, &attempt, &n.Attempt.UIDValidity,
			&n.Attempt.UIDNext, &sending, &n.State, &n.Reason, &lines)
		n.Made, n.Attempt.At, n.Sending = fromSeconds(made), fromSeconds(attempt), fromSeconds(sending)
		if err == nil {
			err = json.Unmarshal([]byte(lines), &n.Lines)
		}
		if len(n.Lines) == 0 {
			n.Lines = nil
		}
		return n, err
	})
	return all, s.explain(err)
}

// Sent is a notice of which only is known that it was made.
type Sent struct {
	Key  string
	Made time.Time
}

// SentNotices gives all notices by their Message-IDs.
func (s *Store) SentNotices(ctx context.Context) (map[string]Sent, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT message_id, key, made FROM notice")
	all := map[string]Sent{}
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var id string
		var n Sent
		var made int64
		err := rows.Scan(&id, &n.Key, &made)
		n.Made = fromSeconds(made)
		all[id] = n
		return struct{}{}, err
	})
	return all, s.explain(err)
}

// SetNotice stores how a notice stands. It is ErrTaken when that has ended
// meanwhile, as when somebody whom it names was forgotten. What has ended keeps no
// words.
func (s *Store) SetNotice(ctx context.Context, n Notice) error {
	err := changeOne(s.db.ExecContext(ctx, `UPDATE notice SET attempt_at = ?1, attempt_uid_validity = ?2, attempt_uid_next = ?3, sending = ?4,
		state = ?5, reason = ?6, raw = CASE WHEN ?5 = 'queued' THEN raw END WHERE key = ?7 AND state = 'queued'`,
		seconds(n.Attempt.At), n.Attempt.UIDValidity, n.Attempt.UIDNext, seconds(n.Sending), n.State, n.Reason, n.Key))
	if err == ErrNotFound {
		return ErrTaken
	}
	return s.explain(err)
}
