package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"regards/contact"
)

func (a *app) touchCommand() *cobra.Command {
	return group("touch", "when you were in touch with your contacts", "", a.touchListCommand(), a.touchAddCommand(), a.reclassifyCommand())
}

func (a *app) touchListCommand() *cobra.Command {
	var who string
	c := &cobra.Command{
		Use:   "list",
		Short: "list the touches, newest first",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				id := ""
				if c.Flags().Changed("contact") {
					p, err := all.find(who)
					if err != nil {
						return err
					}
					id = p.ID
				}
				touches, err := s.store.Touches(c.Context(), id)
				if err != nil {
					return err
				}
				if a.json {
					return a.printTouchesJSON(touches)
				}
				t := a.table("WHEN", "CONTACT", "", "BY", "SUBJECT")
				for _, touch := range touches {
					t.row(localTime(touch.At, s), all.name(touch.ContactID), touch.Direction, by(touch), shorten(touch.Subject, 60))
				}
				t.flush()
				return nil
			})
		},
	}
	c.Flags().StringVar(&who, "contact", "", "only those with this contact")
	return c
}

// by names the medium of a touch, and marks a mail of which nobody has told that it is
// from whom it says.
func by(t contact.Touch) string {
	if t.Direction == contact.In && t.Medium == contact.Email && t.Mailbox != "" && !t.Verified {
		return string(t.Medium) + " (unverified)"
	}
	return string(t.Medium)
}

func (a *app) printTouchesJSON(touches []contact.Touch) error {
	list := make([]map[string]any, 0, len(touches))
	for _, t := range touches {
		list = append(list, touchJSON(t))
	}
	return a.printJSON(list)
}

// touchJSON is a touch as the contract shows it.
func touchJSON(t contact.Touch) map[string]any {
	return map[string]any{"contact_id": t.ContactID, "at": jsonTime(t.At), "direction": t.Direction,
		"medium": t.Medium, "subject": t.Subject, "message_id": brackets(t.MessageID), "account": t.Account,
		"mailbox": t.Mailbox, "verified": t.Verified, "rule": t.Rule}
}

// unbracketed gives a Message-ID as it was typed without angle brackets.
func unbracketed(id string) string { return strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">") }

// brackets writes a Message-ID as it stands in a header; "" for none.
func brackets(id string) string {
	if id == "" {
		return ""
	}
	return "<" + id + ">"
}

func (a *app) touchAddCommand() *cobra.Command {
	var medium, at, subject string
	var theirs bool
	c := &cobra.Command{
		Use:   "add CONTACT --medium MEDIUM",
		Short: "record that you were in touch otherwise than by mail",
		Long: `Counts as a touch like a message does. For something that manners answer, such as
an interview, use "regards log".`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				p, err := s.contact(c.Context(), words[0])
				if err != nil {
					return err
				}
				t := contact.Touch{ContactID: p.ID, Direction: contact.Out, Medium: contact.Medium(medium), Subject: subject,
					Rule: "you recorded it by touch add"}
				if theirs {
					t.Direction = contact.In
				}
				if !slices.Contains(contact.Media(), t.Medium) {
					return usagef("--medium %q: by what were you in touch? write one of %s", medium, contact.List(contact.Media()))
				}
				if err := contact.CheckText("--subject", subject); err != nil {
					return usageError{err}
				}
				if t.At, err = parseTime(at, s.now(), s.cfg.Owner.Location(), latestDay); err != nil {
					return usagef("--at: %w", err)
				}
				if t.At.After(s.now()) {
					return usagef("--at %s: that is still to come; log it as an occasion: regards log", at)
				}
				if t, err = s.store.AddTouch(c.Context(), t); err != nil {
					return err
				}
				if a.json {
					return a.printJSON(touchJSON(t))
				}
				fmt.Fprintf(a.out, "recorded: %s with %s, %s\n", t.Medium, p.Name, localTime(t.At, s))
				return nil
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&medium, "medium", "", "by what: "+contact.List(contact.Media()))
	flags.StringVar(&at, "at", "now", `when, such as yesterday or "2026-11-21 15:00"`)
	flags.StringVar(&subject, "subject", "", "what it was about")
	flags.BoolVar(&theirs, "from-them", false, "they reached out, not you")
	return c
}
