package store

import (
	"context"
	"time"

	"regards/contact"
)

// MailsTo gives the last mails that the owner wrote to a contact alone, newest
// first, at most limit of them.
func (s *Store) MailsTo(ctx context.Context, contactID string, limit int) ([]contact.Touch, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+touchColumns+` FROM touch WHERE contact_id = ? AND medium = 'email'
		AND direction = 'out' AND alone ORDER BY at DESC, id LIMIT ?`, contactID, limit)
	mails, err := collect(rows, err, scanTouch)
	return mails, s.explain(err)
}

// SentSince gives the touches by mail of the owner's since a time, oldest first.
func (s *Store) SentSince(ctx context.Context, since time.Time) ([]contact.Touch, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+touchColumns+` FROM touch WHERE at >= ? AND direction = 'out'
		AND medium = 'email' ORDER BY at, id`, seconds(since))
	mails, err := collect(rows, err, scanTouch)
	return mails, s.explain(err)
}
