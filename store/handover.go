package store

import "context"

// What became of accounts that are no longer configured.

// HandOverNotice has a notice, with which nothing was done yet, laid into INBOX of
// another account. It is ErrTaken when something was, or when it has ended.
func (s *Store) HandOverNotice(ctx context.Context, key, account string) error {
	err := changeOne(s.db.ExecContext(ctx, `UPDATE notice SET account = ?, mailed = 0
		WHERE key = ? AND state = 'queued' AND attempt_at = 0 AND sending = 0`, account, key))
	if err == ErrNotFound {
		return ErrTaken
	}
	return s.explain(err)
}

// EndTrouble notes that there is no trouble about a thing any more.
func (s *Store) EndTrouble(ctx context.Context, about string) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM trouble WHERE about = ?", about)
	return s.explain(err)
}
