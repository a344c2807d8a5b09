package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/contact"
)

func (a *app) occasionCommand() *cobra.Command {
	return group("occasion", "what happened with your contacts", "",
		a.occasionListCommand(), a.occasionEditCommand(), a.occasionRemoveCommand())
}

func (a *app) occasionListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "list the occasions, newest first",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				occasions, err := s.store.Occasions(c.Context())
				if err != nil {
					return err
				}
				all, err := s.contacts(c.Context())
				if err != nil {
					return err
				}
				if a.json {
					list := make([]map[string]any, 0, len(occasions))
					for _, o := range occasions {
						list = append(list, occasionJSON(o))
					}
					return a.printJSON(list)
				}
				t := a.table("ID", "WHEN", "KIND", "WITH", "TITLE")
				for _, o := range occasions {
					var names []string
					for _, p := range o.Participants {
						names = append(names, all.name(p.ContactID))
					}
					t.row(o.ID, localTime(o.At, s), o.Kind, strings.Join(names, ", "), o.Title)
				}
				t.flush()
				return nil
			})
		},
	}
}

func (a *app) occasionEditCommand() *cobra.Command {
	var f logFlags
	var tookPlace bool
	c := &cobra.Command{
		Use:   "edit ID",
		Short: "change an occasion, or add what was useful",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				o, who, err := s.occasion(c, words[0])
				if err != nil {
					return err
				}
				o, err = s.store.UpdateOccasion(c.Context(), o.ID, s.now(), func(o contact.Occasion) (contact.Occasion, error) {
					return o, s.editOccasion(c, &o, who, f, tookPlace)
				})
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(occasionJSON(o))
				}
				fmt.Fprintf(a.out, "changed %s (%s)\n", o.Kind, o.ID)
				return a.noteDrafts(c, s, o)
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.at, "at", "", "when it happened")
	flags.StringVar(&f.title, "title", "", "what it was about")
	flags.StringArrayVar(&f.useful, "useful", nil, `what was most useful, or "Tom=…" for one of several`)
	flags.StringVar(&f.next, "next", "", "what you promised to do next")
	flags.StringVar(&f.nextDue, "next-due", "", "by when")
	flags.BoolVar(&tookPlace, "took-place", false, "it took place, though it was logged ahead of its time")
	return c
}

// noteDrafts says which letters of an occasion keep the words that they have.
func (a *app) noteDrafts(c *cobra.Command, s *session, o contact.Occasion) error {
	letters, err := s.store.Letters(c.Context())
	for _, l := range letters {
		if l.OccasionID == o.ID && l.State == contact.Drafted {
			fmt.Fprintf(a.out, "the draft that lies in %s (%s) keeps its words; change them there\n", l.Place.Mailbox, l.Subject)
		}
	}
	return err
}

// editOccasion enters the flags that were given.
func (s *session) editOccasion(c *cobra.Command, o *contact.Occasion, who people, f logFlags, tookPlace bool) error {
	given := c.Flags().Changed
	if given("title") {
		o.Title = f.title
	}
	if given("next") {
		o.Next = f.next
	}
	if given("took-place") {
		o.TookPlace = tookPlace
	}
	at, nextDue := o.At.Format(time.RFC3339), f.nextDue
	if given("at") {
		at = f.at
	}
	if err := s.occasionTimes(o, at, nextDue); err != nil {
		return err
	}
	if given("useful") {
		for i := range o.Participants {
			if !strings.Contains(strings.Join(f.useful, ""), "=") {
				o.Participants[i].Useful = ""
			}
		}
		if err := assignUseful(o, who, f.useful); err != nil {
			return err
		}
	}
	return checkTexts(*o)
}

// occasion finds an occasion by id, with the contacts who took part.
func (s *session) occasion(c *cobra.Command, id string) (o contact.Occasion, who people, err error) {
	occasions, err := s.store.Occasions(c.Context())
	if err != nil {
		return o, nil, err
	}
	i := slices.IndexFunc(occasions, func(o contact.Occasion) bool { return o.ID == id })
	if i < 0 {
		return o, nil, fmt.Errorf("no occasion has the id %q; see: regards occasion list", id)
	}
	all, err := s.contacts(c.Context())
	if err != nil {
		return o, nil, err
	}
	for _, p := range occasions[i].Participants {
		person, _ := all.byID(p.ContactID)
		who = append(who, person)
	}
	return occasions[i], who, nil
}

func (a *app) occasionRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove ID",
		Short: "remove an occasion; untouched drafts that came of it are taken back",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				o, _, err := s.occasion(c, words[0])
				if err != nil {
					return err
				}
				if err := s.store.RemoveOccasion(c.Context(), o.ID, s.now()); err != nil {
					return err
				}
				when, err := s.nextPass(c.Context())
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "removed %s (%s); a draft that came of it is taken back %s\n", o.Kind, o.ID, when)
				return nil
			})
		},
	}
}
