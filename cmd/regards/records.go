package main

import (
	"context"

	"regards/contact"
	"regards/plan"
)

// records reads what plans are made from.
func (s *session) records(ctx context.Context) (r plan.Records, err error) {
	contacts, err := s.store.Contacts(ctx)
	if err != nil {
		return r, err
	}
	letters, err := s.store.Letters(ctx)
	if err != nil {
		return r, err
	}
	if r.Occasions, err = s.store.Occasions(ctx); err != nil {
		return r, err
	}
	if r.Pasts, err = s.store.Pasts(ctx); err != nil {
		return r, err
	}
	r.Contacts = make(map[string]contact.Contact, len(contacts))
	for _, c := range contacts {
		r.Contacts[c.ID] = c
	}
	r.Letters = make(map[string]contact.Letter, len(letters))
	for _, l := range letters {
		r.Letters[l.Key] = l
	}
	return r, nil
}
