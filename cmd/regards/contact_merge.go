package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
)

func (a *app) contactMergeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "merge CONTACT OTHER",
		Short: "make one contact of two who are the same person",
		Long: `Gives CONTACT the addresses, groups, touches, occasions and letters of OTHER,
who is a contact no longer. What CONTACT has, such as the name, holds; of their
statuses the more careful one does. "regards undo" parts them again.`,
		Args: args(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				kept, err := all.find(words[0])
				if err != nil {
					return err
				}
				gone, err := all.find(words[1])
				if err != nil {
					return err
				}
				if kept.ID == gone.ID {
					return usagef("%q and %q are the same contact already", words[0], words[1])
				}
				merged, err := s.store.MergeContacts(c.Context(), kept.ID, gone.ID, s.now())
				if err != nil {
					return err
				}
				if a.json {
					return a.printContacts(c, s, []contact.Contact{merged}, true)
				}
				fmt.Fprintf(a.out, "%s (%s) is part of %s (%s) now\n", gone.Name, gone.ID, merged.Name, merged.ID)
				return nil
			})
		},
	}
}

func (a *app) contactPauseCommand() *cobra.Command {
	var until string
	c := &cobra.Command{
		Use:   "pause CONTACT",
		Short: "have no letter go to a contact for a while",
		Long: `Letters to that contact wait until the day given, or until
"regards contact edit CONTACT --status active".`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				p, err := s.contact(c.Context(), words[0])
				if err != nil {
					return err
				}
				end, err := s.until(until)
				if err != nil {
					return err
				}
				p, err = s.store.UpdateContact(c.Context(), p.ID, func(p contact.Contact) (contact.Contact, error) {
					if p.Status != contact.Active && p.Status != contact.Paused {
						return p, fmt.Errorf("%s is %s: no letter goes to them anyway", p.Name, p.Status)
					}
					p.Status, p.PausedUntil = contact.Paused, end
					return p, nil
				})
				if err != nil {
					return err
				}
				if a.json {
					return a.printContacts(c, s, []contact.Contact{p}, true)
				}
				fmt.Fprintf(a.out, "no letter goes to %s %s\n", p.Name, untilWords(end, s))
				return nil
			})
		},
	}
	c.Flags().StringVar(&until, "until", "", "the day from which letters may go again, such as 2027-01-10 or +3w")
	return c
}

// until reads the end of a pause; the zero time for none.
func (s *session) until(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	end, err := parseTime(text, s.now(), s.cfg.Owner.Location(), nextDay)
	if err != nil {
		return end, usagef("--until: %w", err)
	}
	if !end.After(s.now()) {
		return end, usagef("--until %s: that is past", text)
	}
	return end, nil
}

func untilWords(end time.Time, s *session) string {
	if end.IsZero() {
		return "until further notice"
	}
	return "until " + localTime(end, s)
}
