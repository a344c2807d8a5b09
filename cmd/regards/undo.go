package main

import (
	"fmt"

	"github.com/spf13/cobra"
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
				return nil
			})
		},
	}
}
