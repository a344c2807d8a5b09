package store

import (
	"context"
	"encoding/json"
	"time"

	"regards/contact"
)

// Mails is the mail with a contact that the words of a letter to them depend on.
type Mails struct {
	Last   contact.Touch   // the newest, either way; zero when there is none
	LastIn contact.Touch   // the newest from the contact; likewise
	Out    []contact.Touch // the last that the owner wrote to them alone, newest first, three at most
}

// Mails gives the last mail with contacts, by their ids.
func (s *Store) Mails(ctx context.Context, contactIDs []string) (map[string]Mails, error) {
	ids, err := json.Marshal(contactIDs)
	if err != nil {
		return nil, err
	}
	mails := make(map[string]Mails, len(contactIDs))
	err = s.snapshot(ctx, func(db querier) error {
		for _, part := range []struct {
			of    string
			limit int
			put   func(*Mails, contact.Touch)
		}{
			{"", 1, func(m *Mails, t contact.Touch) { m.Last = t }},
			{"AND direction = 'in'", 1, func(m *Mails, t contact.Touch) { m.LastIn = t }},
			{"AND direction = 'out' AND alone", 3, func(m *Mails, t contact.Touch) { m.Out = append(m.Out, t) }},
		} {
			touches, err := lastMails(ctx, db, string(ids), part.of, part.limit)
			if err != nil {
				return err
			}
			for _, t := range touches {
				m := mails[t.ContactID]
				part.put(&m, t)
				mails[t.ContactID] = m
			}
		}
		return nil
	})
	return mails, err
}

// lastMails gives the newest touches by mail of contacts, a few of each, newest
// first; their ids are an array in JSON.
func lastMails(ctx context.Context, db querier, ids, condition string, limit int) ([]contact.Touch, error) {
	rows, err := db.QueryContext(ctx, `WITH wanted AS (SELECT DISTINCT value AS person FROM json_each(?))
		SELECT `+touchColumns+` FROM wanted JOIN touch ON touch.rowid IN (SELECT rowid FROM touch
			WHERE contact_id = person AND medium = 'email' `+condition+` ORDER BY at DESC, direction DESC, id LIMIT ?)
		ORDER BY contact_id, at DESC, direction DESC, id`, ids, limit)
	return collect(rows, err, scanTouch)
}

// SentSince gives the touches by mail of the owner's since a time, oldest first.
func (s *Store) SentSince(ctx context.Context, since time.Time) ([]contact.Touch, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+touchColumns+` FROM touch WHERE at >= ? AND direction = 'out'
		AND medium = 'email' ORDER BY at, id`, seconds(since))
	mails, err := collect(rows, err, scanTouch)
	return mails, s.explain(err)
}
