package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"regards/contact"
	"regards/internal/daemon"
	"regards/plan"
	"regards/templates"
)

func (a *app) templateCommand() *cobra.Command {
	return group("template", "the wording of the letters", "",
		a.templateListCommand(), a.templateShowCommand(), a.templateCheckCommand(), a.templatePreviewCommand())
}

// templateJSON is a template as programs see it.
type templateJSON struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	File     string `json:"file"`
	Builtin  bool   `json:"builtin"`
	Text     string `json:"text,omitempty"`
}

func (a *app) templateListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "list the templates: built in, or yours",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				sources, err := wording(s.cfg)
				if err != nil {
					return err
				}
				all, unread := templates.List(sources)
				listed := make([]templateJSON, 0, len(all))
				t := a.table("NAME", "LANGUAGE", "WHOSE", "FILE")
				for _, x := range all {
					listed = append(listed, templateJSON{Name: x.Name, Language: x.Language, File: x.File, Builtin: x.Builtin})
					t.row(x.Name, x.Language, whose(x), x.File)
				}
				if a.json {
					return errors.Join(a.printJSON(listed), errors.Join(unread...))
				}
				t.flush()
				return errors.Join(unread...)
			})
		},
	}
}

func whose(t templates.Template) string {
	if t.Builtin {
		return "built in"
	}
	return "yours"
}

func (a *app) templateShowCommand() *cobra.Command {
	var language string
	c := &cobra.Command{
		Use:   "show NAME",
		Short: "show the wording of a letter as it is written",
		Long: `Shows the file that is used, yours or the built-in one: copy it into your folder to
word it yourself. A partial is shown by its name with the underscore, such as _close.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error {
				sources, err := wording(s.cfg)
				if err != nil {
					return err
				}
				t, err := templates.Find(sources, words[0], []string{cmp.Or(language, s.cfg.Owner.Language)})
				if err != nil {
					return fmt.Errorf("%w; see: regards template list", err)
				}
				if language != "" && t.Language != language {
					return fmt.Errorf("%s is not there in %q, but in %q; see: regards template list", t.Name, language, t.Language)
				}
				if a.json {
					return a.printJSON(templateJSON{t.Name, t.Language, t.File, t.Builtin, t.Text})
				}
				fmt.Fprint(a.out, t.Text)
				return nil
			})
		},
	}
	c.Flags().StringVar(&language, "language", "", "two letters, such as es (default: your own)")
	return c
}

func (a *app) templatePreviewCommand() *cobra.Command {
	var who string
	c := &cobra.Command{
		Use:   "preview NAME",
		Short: "show the whole message that a letter to a contact would be",
		Long: `Shows the bytes of the message as it would be laid into Drafts, with its headers. What
an occasion gives to a letter is made up; the date and the Message-ID of a real letter
are its own. Nothing is written.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			if who == "" {
				return usagef("preview needs --contact: to whom?")
			}
			return a.with(c.Context(), func(s *session) error {
				l, err := a.preview(c, s, words[0], who)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]string{"subject": l.Subject, "raw": string(l.Raw)})
				}
				fmt.Fprintf(a.out, "%s", l.Raw)
				return nil
			})
		},
	}
	c.Flags().StringVar(&who, "contact", "", "the contact to whom the letter would go")
	return c
}

// preview writes a letter as the service would.
func (a *app) preview(c *cobra.Command, s *session, name, who string) (contact.Letter, error) {
	to, err := s.contact(c.Context(), who)
	if err != nil {
		return contact.Letter{}, err
	}
	if len(to.Addresses) == 0 {
		return contact.Letter{}, fmt.Errorf("%s has no address; add one: regards contact edit %s --address ADDRESS", to.Name, to.ID)
	}
	w, err := a.writer(s)
	if err != nil {
		return contact.Letter{}, err
	}
	if _, err := templates.Find(w.Templates, name, w.Languages); err != nil {
		return contact.Letter{}, fmt.Errorf("%w; see: regards template list", err)
	}
	mails, err := s.store.Mails(c.Context(), []string{to.ID})
	if err != nil {
		return contact.Letter{}, err
	}
	wrote, err := wroteTo(c.Context(), s.store, to.ID)
	if err != nil {
		return contact.Letter{}, err
	}
	to, later := greeted(w, name, to, wrote[to.ID])
	practice := practiceOf(policy(s.cfg), name)
	l := w.Write(s.now(), plan.Planned{
		Letter:  contact.Letter{Key: "preview/" + name + "/" + to.ID, ContactID: to.ID, State: contact.Queued},
		Wording: name, Facts: plan.Sample(practice, s.now().In(s.cfg.Owner.Location())),
		NewThread: practice == plan.Milestone,
	}, to, daemon.Mail{Last: mails[to.ID].Last, LastIn: mails[to.ID].LastIn})
	if l.State != contact.Queued {
		return l, fmt.Errorf("there would be no letter: %s", l.Reason)
	}
	if later {
		fmt.Fprintf(a.err, "%s: %s\n", to.Name, greetingRead)
	}
	return l, nil
}

// writer is what gives letters their words.
func (a *app) writer(s *session) (daemon.Writer, error) {
	settings, err := a.settings(s.cfg)
	return settings.Writer(s.store.Secret()), err
}

// practiceOf gives the practice whose letters have a wording, or "".
func practiceOf(p plan.Policy, wording string) string {
	for name := range p.Practices {
		for _, w := range p.Wordings(name) {
			if w == wording {
				return name
			}
		}
	}
	name, _, _ := strings.Cut(wording, ".")
	return name
}

// salutation gives how a letter of some wording would greet a contact; "" when
// nobody can tell yet.
func (s *session) salutation(c contact.Contact, name string) string {
	sources, err := wording(s.cfg)
	if err != nil {
		return c.Greeting
	}
	t, err := templates.Find(sources, name, []string{c.Language, s.cfg.Owner.Language})
	if err != nil {
		return c.Greeting
	}
	return plan.Salutation(c, t.Language, c.Register)
}
