package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
)

func (a *app) helloCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "hello CONTACT",
		Short: "have a hello to somebody drafted now",
		Long: `A hello is laid into your Drafts at the next pass, whether or not a cadence is up.
To somebody who waits for your answer there is none: that answer is the letter.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				p, err := s.contact(c.Context(), words[0])
				if err != nil {
					return err
				}
				r, err := s.store.Records(c.Context())
				if err != nil {
					return err
				}
				if err := mayWrite(s.now(), p); err != nil {
					return err
				}
				if !s.cfg.Practice[plan.KeepInTouch].Enabled {
					return fmt.Errorf("hellos are switched off: write enabled = true in [practice.%s]", plan.KeepInTouch)
				}
				if last := r.Pasts[p.ID].Last; plan.Owes(s.now(), p, r.Pasts[p.ID]) {
					return fmt.Errorf("%s waits for your answer to %q of %s: write that; if it needs none: regards done %s", p.Name, last.Subject, localTime(last.At, s), p.ID)
				}
				if open := plan.OpenHello(r.Letters, p.ID, ""); open != "" {
					return fmt.Errorf("a hello to %s is there already: regards letter show %s", p.Name, open)
				}
				_, err = s.store.UpdateContact(c.Context(), p.ID, func(p contact.Contact) (contact.Contact, error) {
					p.Wanted = s.now()
					return p, nil
				})
				if err != nil {
					return err
				}
				next, err := s.nextPass(c.Context())
				fmt.Fprintf(a.out, "a hello to %s is drafted %s\n", p.Name, next)
				return err
			})
		},
	}
}
