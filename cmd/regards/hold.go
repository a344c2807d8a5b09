package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"regards/store"
)

func (a *app) pauseCommand() *cobra.Command {
	var until string
	c := &cobra.Command{
		Use:   "pause",
		Short: "have nothing drafted or sent for a while",
		Long: `Nothing is drafted, taken back or sent until the day given, or until
"regards resume". Mail is watched all the same.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				end, err := s.until(until)
				if err != nil {
					return err
				}
				held, err := s.store.Held(c.Context())
				if err != nil {
					return err
				}
				if !held.Over(s.now()) && held.Until.IsZero() && !end.IsZero() {
					return fmt.Errorf("nothing is drafted or sent already, until you say: regards resume (%s)", held.Reason)
				}
				if err := s.store.SetHold(c.Context(), store.Hold{Reason: "paused", Since: s.now(), Until: end}); err != nil {
					return err
				}
				fmt.Fprintf(a.out, "nothing is drafted or sent %s; to go on: regards resume\n", untilWords(end, s))
				return nil
			})
		},
	}
	c.Flags().StringVar(&until, "until", "", "the day on which it goes on by itself, such as 2027-01-10 or +3w")
	return c
}

// nextPass says when what waits for the next pass is done.
func (s *session) nextPass(ctx context.Context) (string, error) {
	held, err := s.store.Held(ctx)
	if err != nil || held.Over(s.now()) {
		return "at the next pass", err
	}
	return "once letters are drafted again (regards resume)", nil
}

func (a *app) resumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "resume",
		Short: "go on after a pause, or after a backup was restored",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, words []string) error {
			return a.change(c, words, func(s *session) error {
				err := s.store.LiftHold(c.Context())
				if errors.Is(err, store.ErrNotFound) {
					fmt.Fprintln(a.out, "nothing was on hold")
					return nil
				}
				if err == nil {
					fmt.Fprintln(a.out, "letters are drafted again")
				}
				return err
			})
		},
	}
}
