package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"regards/contact"
)

func (a *app) undoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "undo",
		Short: "take the last command back",
		Long: `Takes back the last command that changed something; again, the one before it.
Mail that came meanwhile stays counted, and an untouched draft that came of what
is taken back is removed at the next pass, unless regards is paused. "regards forget" and "regards restore"
cannot be taken back.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *session) error {
				before, err := s.store.Occasions(c.Context())
				if err != nil {
					return err
				}
				undone, err := s.store.Undo(c.Context(), s.now())
				if err != nil {
					return fmt.Errorf("undo: %w", err)
				}
				if a.json {
					return a.printJSON(map[string]any{"command": undone.Words, "at": jsonTime(undone.At), "letters_kept": undone.Letters})
				}
				fmt.Fprintf(a.out, "took back, from %s: regards %s\n", localTime(undone.At, s), undone.Words)
				if undone.Letters > 0 {
					fmt.Fprintf(a.out, "%s had gone on meanwhile and stayed as it is; see: regards letter list --all\n", plural(undone.Letters, "letter"))
				}
				after, err := s.store.Occasions(c.Context())
				if err != nil {
					return err
				}
				return a.noteDrafts(c, s, reworded(before, after)...)
			})
		},
	}
}

// reworded gives those occasions of which a letter would read differently after
// than before.
func reworded(before, after []contact.Occasion) []contact.Occasion {
	words := func(o contact.Occasion) (w []string) {
		w = []string{o.Title, o.Next, o.News}
		for _, p := range o.Participants {
			w = append(w, p.ContactID, p.Useful)
		}
		return w
	}
	return slices.DeleteFunc(after, func(o contact.Occasion) bool {
		i := slices.IndexFunc(before, func(b contact.Occasion) bool { return b.ID == o.ID })
		return i < 0 || slices.Equal(words(before[i]), words(o))
	})
}
