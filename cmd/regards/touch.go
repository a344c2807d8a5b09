package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/plan"
)

func (a *app) touchCommand() *cobra.Command {
	return group("touch", "when you were in touch with your contacts", "", a.touchListCommand())
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
					t.row(localTime(touch.At, s), all.name(touch.ContactID), touch.Direction, touch.Medium, shorten(touch.Subject, 60))
				}
				t.flush()
				return nil
			})
		},
	}
	c.Flags().StringVar(&who, "contact", "", "only those with this contact")
	return c
}

func (a *app) printTouchesJSON(touches []contact.Touch) error {
	list := make([]map[string]any, 0, len(touches))
	for _, t := range touches {
		id := t.MessageID
		if id != "" {
			id = "<" + id + ">"
		}
		list = append(list, map[string]any{"contact_id": t.ContactID, "at": jsonTime(t.At), "direction": t.Direction,
			"medium": t.Medium, "subject": t.Subject, "message_id": id, "account": t.Account, "mailbox": t.Mailbox,
			"verified": t.Verified})
	}
	return a.printJSON(list)
}

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain CONTACT",
		Short: "say why messages were touches or not, and why letters are due or not",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error {
				p, err := s.contact(c.Context(), words[0])
				if err != nil {
					return err
				}
				return a.explainContact(c, s, p)
			})
		},
	}
}

// explainContact tells the reasons behind what is known of a contact.
func (a *app) explainContact(c *cobra.Command, s *session, p contact.Contact) error {
	touches, err := s.store.Touches(c.Context(), p.ID)
	if err != nil {
		return err
	}
	passed, err := s.store.PassedOver(c.Context(), p.ID)
	if err != nil {
		return err
	}
	letters, err := s.store.Letters(c.Context())
	if err != nil {
		return err
	}
	e := explanation{Contact: personJSON{p.ID, p.Name}, Status: string(p.Status), NoLetters: plan.Writable(s.now(), p),
		Touches: []reasonJSON{}, LeftOut: []reasonJSON{}, Letters: []reasonJSON{}}
	for _, t := range touches {
		what := strings.TrimSpace(fmt.Sprintf("%s %s %q", t.Direction, t.Medium, t.Subject))
		why := t.Rule
		if t.Mailbox != "" {
			why += ", in " + t.Mailbox
		}
		if t.Medium == contact.Email && t.Direction == contact.In && !t.Verified {
			why += ", sender not verified"
		}
		e.Touches = append(e.Touches, reasonJSON{jsonTime(t.At), what, why})
	}
	for _, m := range passed {
		e.LeftOut = append(e.LeftOut, reasonJSON{jsonTime(m.At), fmt.Sprintf("%q", m.Subject), m.Reason + ", in " + m.Mailbox})
	}
	for _, l := range letters {
		if l.ContactID == p.ID {
			e.Letters = append(e.Letters, reasonJSON{jsonTime(l.Due), l.Key + " " + string(l.State), l.Reason})
		}
	}
	if a.json {
		return a.printJSON(e)
	}
	a.printExplanation(e)
	return nil
}

type explanation struct {
	Contact personJSON `json:"contact"`
	Status  string     `json:"status"`
	// NoLetters says why no letter goes to them; "" when letters do.
	NoLetters string       `json:"no_letters,omitempty"`
	Touches   []reasonJSON `json:"touches"`
	LeftOut   []reasonJSON `json:"left_out"`
	Letters   []reasonJSON `json:"letters"`
}

type reasonJSON struct {
	At   *string `json:"at"`
	What string  `json:"what"`
	Why  string  `json:"why"`
}

func (a *app) printExplanation(e explanation) {
	fmt.Fprintf(a.out, "%s (%s) is %s\n", e.Contact.Name, e.Contact.ID, e.Status)
	if e.NoLetters != "" {
		fmt.Fprintf(a.out, "no letter goes to them: %s\n", e.NoLetters)
	}
	for _, part := range []struct {
		title string
		lines []reasonJSON
	}{{"touches", e.Touches}, {"left out", e.LeftOut}, {"letters", e.Letters}} {
		if len(part.lines) == 0 {
			fmt.Fprintf(a.out, "%s: none\n", part.title)
			continue
		}
		fmt.Fprintf(a.out, "%s:\n", part.title)
		for _, l := range part.lines {
			fmt.Fprintf(a.out, "  %s  %s: %s\n", *l.At, l.What, l.Why)
		}
	}
}
