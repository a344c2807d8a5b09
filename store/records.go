package store

import (
	"context"

	"regards/contact"
	"regards/plan"
)

// Records gives all that plans are made of, as it was at one moment. What
// touches come to is brought up to date before.
func (s *Store) Records(ctx context.Context) (r plan.Records, err error) {
	s.freshenPasts(ctx)
	var people []contact.Contact
	var letters []contact.Letter
	err = s.snapshot(ctx, func(db querier) (err error) {
		if people, err = contacts(ctx, db, ""); err != nil {
			return err
		}
		if r.Occasions, err = occasions(ctx, db, ""); err != nil {
			return err
		}
		if r.Pasts, err = pasts(ctx, db); err != nil {
			return err
		}
		rows, err := db.QueryContext(ctx, selectLetter)
		letters, err = collect(rows, err, scanLetter)
		return err
	})
	r.Contacts = make(map[string]contact.Contact, len(people))
	for _, c := range people {
		r.Contacts[c.ID] = c
	}
	r.Letters = make(map[string]contact.Letter, len(letters))
	for _, l := range letters {
		r.Letters[l.Key] = l
	}
	return r, err
}
