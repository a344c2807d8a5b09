package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "write the manual pages into a folder",
		Long: `Writes a manual page for each command into DIR, which is made if it is not
there. Then "man -l DIR/regards.1" shows the first of them.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			if a.dryRun {
				fmt.Fprintf(a.out, "would write the manual pages into %s\n", words[0])
				return nil
			}
			if err := os.MkdirAll(words[0], 0o755); err != nil {
				return fmt.Errorf("write the manual pages: %w", err)
			}
			header := &doc.GenManHeader{Title: "REGARDS", Section: "1", Source: "regards " + version, Manual: "regards"}
			if err := doc.GenManTree(c.Root(), header, words[0]); err != nil {
				return fmt.Errorf("write the manual pages: %w", err)
			}
			fmt.Fprintf(a.out, "wrote the manual pages into %s\n", words[0])
			return nil
		},
	}
}
