package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"regards/internal/daemon"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

func (a *app) digestCommand() *cobra.Command {
	var html, all, send bool
	c := &cobra.Command{
		Use:   "digest",
		Short: "print what matters now: who waits, what lies ready, whom to write to",
		Long: `Prints the digest as of now: who waits for your answer, the drafts that lie ready,
questions, people it would be a good week to write to, dates of the next two weeks,
who answered, what needs a look, who might be a contact, and the goals of the month:
three lines a section and twelve in all at most, or with --all everything. By itself
it comes by mail, when [schedule] digest says: by SMTP where an account has it, else
laid into your INBOX.`,
		Example: "  regards digest\n  regards digest --send\n  regards digest --html > digest.html",
		Args:    args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				if send && !a.dryRun {
					return a.sendDigest(c.Context(), s)
				}
				settings, err := a.settings(s.cfg)
				if err != nil {
					return err
				}
				d, err := daemon.Digest(c.Context(), s.store, settings, s.now(), time.Time{})
				if err != nil {
					return err
				}
				if !all {
					d = d.Short()
				}
				said, err := templates.Digest(d, s.cfg.Owner.Language, templates.Links{})
				switch {
				case err != nil:
					return err
				case a.json:
					return a.printJSON(newDigestJSON(d, said))
				case html:
					fmt.Fprint(a.out, said.HTML)
				default:
					fmt.Fprintf(a.out, "%s\n\n%s", said.Subject, said.Text)
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&send, "send", false, "send it to yourself now, as it comes each week")
	c.Flags().BoolVar(&all, "all", false, "everything, however long")
	c.Flags().BoolVar(&html, "html", false, "as a page of HTML, as it is mailed")
	return c
}

// sendDigest sends the digest by itself, or has the service do so that is running.
func (a *app) sendDigest(ctx context.Context, s *session) error {
	d, release, err := a.service(ctx, s)
	running := errors.Is(err, store.ErrHeld)
	if running {
		settings, err := a.settings(s.cfg)
		if err != nil {
			return err
		}
		d, release = daemon.New(settings, s.store, s.now, s.log, nil), func() {}
	} else if err != nil {
		return err
	}
	defer release()
	if err := d.SendDigest(ctx, !running); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "the digest goes to %s\n", s.cfg.Digest.To)
	return nil
}

// digestJSON is a digest with its facts.
type digestJSON struct {
	Subject  string              `json:"subject"`
	Text     string              `json:"text"`
	Sections []digestSectionJSON `json:"sections"`
}

type digestSectionJSON struct {
	Name  plan.SectionName `json:"name"`
	Left  int              `json:"left"`
	Lines []digestLineJSON `json:"lines"`
}

type digestLineJSON struct {
	Number   int     `json:"number"`
	Says     string  `json:"says"`
	Contact  string  `json:"contact_id,omitempty"`
	Who      string  `json:"who,omitempty"`
	Address  string  `json:"address,omitempty"`
	Key      string  `json:"key,omitempty"`
	Occasion string  `json:"occasion_id,omitempty"`
	Title    string  `json:"title,omitempty"`
	At       *string `json:"at"`
}

func newDigestJSON(d plan.Digest, said templates.Digested) digestJSON {
	j := digestJSON{Subject: said.Subject, Text: said.Text, Sections: []digestSectionJSON{}}
	for _, section := range d.Sections {
		s := digestSectionJSON{Name: section.Name, Left: section.Left}
		for _, l := range section.Lines {
			s.Lines = append(s.Lines, digestLineJSON{l.Number, l.Says, l.ContactID, l.Who, l.Address, l.Key, l.OccasionID, l.Title, jsonTime(l.At)})
		}
		j.Sections = append(j.Sections, s)
	}
	return j
}
