package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/sdnotify"
)

func (a *app) runCommand() *cobra.Command {
	var once bool
	c := &cobra.Command{
		Use:   "run",
		Short: "watch the mail and lay drafts, until told to end",
		Long: `Watches the mail of every account, counts touches as they happen and lays the
letters that are due into Drafts. It reconnects by itself and ends with SIGTERM
or Ctrl-C. What other commands write takes effect within two seconds. SIGHUP has it
read the configuration anew; while that is wrong, the one before holds.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if a.dryRun && !once {
				return usagef("run -n needs --once: a service that changes nothing is of no use")
			}
			return a.with(c.Context(), func(s *session) error {
				if !once {
					s.pulse = &pulse{to: sdnotify.FromEnv(), log: s.log}
				}
				d, release, err := a.service(c.Context(), s)
				if err != nil {
					return err
				}
				defer release()
				if !once {
					return a.serve(c.Context(), s, d)
				}
				before, err := s.store.Letters(c.Context())
				if err != nil {
					return err
				}
				err = d.Once(c.Context())
				if a.dryRun {
					return a.printRehearsal(c, s, len(before), err)
				}
				return errors.Join(err, a.printDrafted(c.Context(), s, before))
			})
		},
	}
	c.Flags().BoolVar(&once, "once", false, "make one full pass and end: sync, plan, deliver, settle what was interrupted")
	return c
}

// printDrafted says which drafts a pass has laid.
func (a *app) printDrafted(ctx context.Context, s *session, before []contact.Letter) error {
	after, err := s.store.Letters(context.WithoutCancel(ctx))
	if err != nil || a.json {
		return err
	}
	contacts, err := s.contacts(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	lay := map[string]bool{}
	for _, l := range before {
		lay[l.Key] = l.State == contact.Drafted
	}
	for _, l := range after {
		if l.State == contact.Drafted && !lay[l.Key] {
			fmt.Fprintf(a.out, "a draft for %s lies in %s: %s\n", contacts.name(l.ContactID), l.Place.Mailbox, l.Subject)
		}
	}
	return nil
}

// printRehearsal says which drafts a dry run would have laid.
func (a *app) printRehearsal(c *cobra.Command, s *session, before int, passErr error) error {
	letters, err := s.store.Letters(c.Context())
	if err != nil {
		return err
	}
	contacts, err := s.contacts(c.Context())
	if err != nil {
		return err
	}
	for _, l := range letters {
		if l.State == contact.Queued {
			fmt.Fprintf(a.out, "would lay a draft for %s: %s (%s)\n", contacts.name(l.ContactID), l.Subject, l.Key)
		}
	}
	if len(letters) == before {
		fmt.Fprintln(a.out, "would make no new letter")
	}
	return passErr
}

func (a *app) syncCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sync",
		Short: "read what is new in the mail, and end",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				d, release, err := a.service(c.Context(), s)
				if err != nil {
					return err
				}
				defer release()
				reports, syncErr := d.Sync(c.Context())
				if a.json {
					if err := a.printJSON(map[string]any{"accounts": reports}); err != nil {
						return err
					}
					return syncErr
				}
				t := a.table("ACCOUNT", "MAILBOX", "MESSAGES", "NEW", "TOUCHES", "LEFT OUT")
				for _, r := range reports {
					for _, m := range r.Mailboxes {
						t.row(r.Name, m.Name, m.Messages, m.New, m.Touches, leftOut(m.LeftOut))
					}
				}
				t.flush()
				return syncErr
			})
		},
	}
}
