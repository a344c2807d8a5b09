package store

import (
	"context"
	"encoding/json"
	"time"

	"regards/contact"
)

// Mails is the mail with a contact that the bytes of a letter to them depend on.
type Mails struct {
	Last   contact.Touch // the newest, either way; zero when there is none
	LastIn contact.Touch // the newest from the contact; likewise
}

// Mails gives the last mail with contacts, by their ids.
func (s *Store) Mails(ctx context.Context, contactIDs []string) (map[string]Mails, error) {
	mails := make(map[string]Mails, len(contactIDs))
	err := s.snapshot(ctx, func(db querier) error {
		last, err := lastMails(ctx, db, contactIDs, "", 0)
		if err != nil {
			return err
		}
		for _, t := range last {
			mails[t.ContactID] = Mails{Last: t}
		}
		lastIn, err := lastMails(ctx, db, contactIDs, "AND direction = 'in'", 0)
		for _, t := range lastIn {
			mails[t.ContactID] = Mails{Last: mails[t.ContactID].Last, LastIn: t}
		}
		return err
	})
	return mails, err
}

// MailsTo gives the last mail that the owner wrote to each of some contacts alone,
// or for skip, the one so many before it; by contact id.
func (s *Store) MailsTo(ctx context.Context, contactIDs []string, skip int) (map[string]contact.Touch, error) {
	mails := make(map[string]contact.Touch, len(contactIDs))
	touches, err := lastMails(ctx, s.db, contactIDs, "AND direction = 'out' AND alone", skip)
	for _, t := range touches {
		mails[t.ContactID] = t
	}
	return mails, s.explain(err)
}

// lastMails gives the newest touch by mail of each contact, or for skip, the one so
// many before it.
func lastMails(ctx context.Context, db querier, contactIDs []string, condition string, skip int) ([]contact.Touch, error) {
	ids, err := json.Marshal(contactIDs)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT `+touchColumns+` FROM (SELECT value AS person FROM json_each(?)) CROSS JOIN touch
		ON touch.rowid = (SELECT rowid FROM touch WHERE contact_id = person AND medium = 'email' `+condition+`
			ORDER BY at DESC, direction DESC, id LIMIT 1 OFFSET ?)`, string(ids), skip)
	return collect(rows, err, scanTouch)
}

// SentSince gives the touches by mail of the owner's since a time, oldest first.
func (s *Store) SentSince(ctx context.Context, since time.Time) ([]contact.Touch, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+touchColumns+` FROM touch WHERE at >= ? AND direction = 'out'
		AND medium = 'email' ORDER BY at, id`, seconds(since))
	mails, err := collect(rows, err, scanTouch)
	return mails, s.explain(err)
}
