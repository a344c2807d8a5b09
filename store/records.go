package store

import (
	"context"
	"slices"

	"regards/contact"
	"regards/plan"
)

// book is what contacts and occasions were like at a BookVersion. They hardly
// ever change, and reading them is half of the work of Records.
type book struct {
	version   int64
	contacts  []contact.Contact
	occasions []contact.Occasion
}

// Records gives all that plans are made of, as it was at one moment. What
// touches come to is brought up to date before. Its maps are the caller's own;
// what is in them must not be changed.
func (s *Store) Records(ctx context.Context) (r plan.Records, err error) {
	s.FreshenPasts(ctx)
	var known *book
	var letters []contact.Letter
	err = s.snapshot(ctx, func(db querier) (err error) {
		if known, err = s.readBook(ctx, db); err != nil {
			return err
		}
		if r.Pasts, err = pasts(ctx, db); err != nil {
			return err
		}
		rows, err := db.QueryContext(ctx, selectLetter)
		letters, err = collect(rows, err, scanLetter)
		return err
	})
	if err != nil {
		return r, err
	}
	r.Occasions = slices.Clone(known.occasions)
	r.Contacts = make(map[string]contact.Contact, len(known.contacts))
	for _, c := range known.contacts {
		r.Contacts[c.ID] = c
	}
	r.Letters = make(map[string]contact.Letter, len(letters))
	for _, l := range letters {
		r.Letters[l.Key] = l
	}
	return r, nil
}

// readBook reads contacts and occasions, unless they are as they were when it did
// so last.
func (s *Store) readBook(ctx context.Context, db querier) (*book, error) {
	b := &book{}
	err := db.QueryRowContext(ctx, bookVersion).Scan(&b.version)
	if err != nil {
		return nil, err
	}
	if known := s.book.Load(); known != nil && known.version == b.version {
		return known, nil
	}
	if b.contacts, err = contacts(ctx, db, ""); err != nil {
		return nil, err
	}
	if b.occasions, err = occasions(ctx, db, ""); err != nil {
		return nil, err
	}
	s.book.Store(b)
	return b, nil
}
