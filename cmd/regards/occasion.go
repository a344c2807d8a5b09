package main

import (
	"cmp"
	"context"
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
				t := a.table("ID", "WHEN", "KIND", "WITH", "TITLE", "SINCE")
				for _, o := range occasions {
					t.row(o.ID, localTime(o.At, s), o.Kind, withWhom(o, all), shorten(cmp.Or(o.Title, strings.Join(strings.Fields(o.News), " ")), 60), stepWords(o, s))
				}
				t.flush()
				return nil
			})
		},
	}
}

// withWhom names those who took part; of many, the first.
func withWhom(o contact.Occasion, all people) string {
	const most = 4
	var names []string
	for _, p := range o.Participants[:min(len(o.Participants), most)] {
		names = append(names, all.name(p.ContactID))
	}
	if more := len(o.Participants) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// stepWords says how far an occasion has come.
func stepWords(o contact.Occasion, s *session) string {
	var words []string
	for _, step := range o.Steps {
		words = append(words, fmt.Sprintf("%s %s", step.Word, step.At.In(s.cfg.Owner.Location()).Format(time.DateOnly)))
	}
	return strings.Join(words, ", ")
}

// occasion finds an occasion by id, with the contacts who took part.
func (s *session) occasion(ctx context.Context, id string) (o contact.Occasion, who people, err error) {
	occasions, err := s.store.Occasions(ctx)
	if err != nil {
		return o, nil, err
	}
	i := slices.IndexFunc(occasions, func(o contact.Occasion) bool { return o.ID == id })
	if i < 0 {
		return o, nil, fmt.Errorf("no occasion has the id %q; see: regards occasion list", id)
	}
	all, err := s.contacts(ctx)
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
				o, _, err := s.occasion(c.Context(), words[0])
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
