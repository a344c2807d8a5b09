package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"regards/contact"
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
cannot either.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error {
				p, err := s.contact(c.Context(), words[0])
				if err != nil {
					return err
				}
				return a.forget(c, s, p, never)
			})
		},
	}
	c.Flags().BoolVar(&never, "never-again", false, "keep them out of imports, too")
	return c
}

func (a *app) forget(c *cobra.Command, s *session, p contact.Contact, never bool) error {
	letters, err := s.store.Letters(c.Context())
	if err != nil {
		return err
	}
	var cleaned []string
	if !a.dryRun { // the database of a dry run is a copy; the backups are not
		// The backups first: while one cannot be cleaned, the contact is there to try again.
		if cleaned, err = s.store.ForgetInBackups(c.Context(), p, never, s.now()); err != nil {
			return err
		}
	}
	if err := s.store.Forget(c.Context(), p, never, s.now()); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s is forgotten\n", p.Name)
	for _, path := range cleaned {
		fmt.Fprintf(a.out, "also in the backup %s\n", path)
	}
	for _, l := range letters {
		if l.ContactID == p.ID && l.Place.Mailbox != "" && !l.State.Ended() {
			fmt.Fprintf(a.out, "the draft %q lies in %s; it is taken back at the next pass unless you have changed it\n", l.Subject, l.Place.Mailbox)
		}
	}
	return nil
}
