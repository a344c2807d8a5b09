package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/store"
)

func (a *app) forgetCommand() *cobra.Command {
	var never bool
	c := &cobra.Command{
		Use:   "forget CONTACT",
		Short: "remove every trace of a person, for good",
		Long: `Removes a person from every file of regards: the database, its log and the
backups that "regards backup" made. A keyed hash of each address is all that
stays, so that reading the mail again does not bring them back; only you can, by
adding them again. Mail on the server stays as it is; an untouched draft to them
is taken back at the next pass. This cannot be undone, and commands before it
cannot either. An address of somebody who is no contact any more, or never was
one, is forgotten likewise. Part of a name is not enough to say whom you mean.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error {
				p, err := s.forgettable(c.Context(), words[0])
				if err != nil {
					return err
				}
				return a.forget(c, s, p, never)
			})
		},
	}
	c.Flags().BoolVar(&never, "never-again", false, "keep them out of imports and of discover, too, by address and by name")
	return c
}

// forgettable finds whom to forget: a contact, named in full, since nothing
// brings the wrong one back, or an address that is nobody's.
func (s *session) forgettable(ctx context.Context, who string) (contact.Contact, error) {
	all, err := s.contacts(ctx)
	if err != nil {
		return contact.Contact{}, err
	}
	p, err := all.findExactly(who)
	if !errors.Is(err, errNobody) {
		return p, err
	}
	if stranger, ok := parsePerson(who); ok {
		return stranger, nil
	}
	return p, err
}

func (a *app) forget(c *cobra.Command, s *session, p contact.Contact, never bool) error {
	letters, err := s.store.Letters(c.Context())
	if err != nil {
		return err
	}
	unwiped := s.store.Forget(c.Context(), p, never, s.now())
	if unwiped != nil && !errors.Is(unwiped, store.ErrUnwiped) {
		return unwiped
	}
	fmt.Fprintf(a.out, "%s is forgotten\n", p.Name)
	for _, l := range letters {
		if p.ID != "" && l.ContactID == p.ID && l.Place.Mailbox != "" && !l.State.Ended() {
			fmt.Fprintf(a.out, "the draft %q lies in %s; it is taken back at the next pass unless you have changed it\n", l.Subject, l.Place.Mailbox)
		}
	}
	if a.dryRun { // the database of a dry run is a copy; the backups are not
		return unwiped
	}
	b, err := s.store.ForgetInBackups(c.Context(), p, never, s.now())
	for _, path := range b.Cleaned {
		fmt.Fprintf(a.out, "also in the backup %s\n", path)
	}
	for _, path := range b.Missing {
		fmt.Fprintf(a.out, "not there now: %s; delete it if it lies elsewhere\n", path)
	}
	return errors.Join(unwiped, err)
}
