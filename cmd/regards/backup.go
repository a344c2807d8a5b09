package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"regards/internal/config"
	"regards/store"
)

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "write a consistent copy of everything regards knows",
		Long: `Writes the database to FILE, which must not exist yet, in a folder that does, also
while the service runs. Whoever is forgotten later is removed from FILE, too, while it lies there.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			return a.with(c.Context(), func(s *session) error {
				if a.dryRun {
					if err := store.CanBackup(words[0]); err != nil {
						return fmt.Errorf("backup: %w", err)
					}
					fmt.Fprintf(a.out, "would write %s\n", words[0])
					return nil
				}
				if err := s.store.Backup(c.Context(), words[0], s.now()); err != nil {
					return fmt.Errorf("backup: %w", err)
				}
				fmt.Fprintf(a.out, "wrote %s\n", words[0])
				return nil
			})
		},
	}
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "put a backup in the place of the database",
		Long: `Puts FILE, which "regards backup" wrote, in the place of the database, also of a
damaged one; what was there is kept beside it. The backup does not know what was
drafted or sent since, so nothing is until "regards resume". People who were
forgotten since stay forgotten.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, words []string) error {
			cfg, err := config.Load(config.Path(a.configPath))
			if err != nil {
				return err
			}
			now, err := a.clock(cfg)
			if err != nil {
				return err
			}
			path := cfg.Database()
			if a.dryRun {
				return a.rehearseRestore(c, words[0], now())
			}
			unlock, err := store.Lock(c.Context(), path)
			if err != nil {
				return err
			}
			defer unlock()
			r, err := store.Restore(c.Context(), path, words[0], now())
			if err != nil {
				return fmt.Errorf("restore: %w", err)
			}
			fmt.Fprintf(a.out, "restored %s\n", words[0])
			if r.Aside != "" {
				fmt.Fprintf(a.out, "what was there before is kept in %s\n", r.Aside)
			}
			if r.Unread != nil {
				fmt.Fprintln(a.out, "the old database cannot be read: whoever was forgotten since the backup was made may be back; forget them again: regards forget CONTACT")
			}
			fmt.Fprintln(a.out, "nothing is drafted or sent until you look through it (regards status, regards letter list) and say: regards resume")
			return nil
		},
	}
}

// rehearseRestore says whether a file could be restored.
func (a *app) rehearseRestore(c *cobra.Command, file string, now time.Time) error {
	folder, discard, err := rehearsalFolder()
	if err != nil {
		return err
	}
	defer discard()
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if _, err := store.Restore(c.Context(), filepath.Join(folder, "regards.db"), file, now); err != nil {
		return fmt.Errorf("restore: %w", wantRoom(folder, err))
	}
	fmt.Fprintf(a.out, "%s can be restored\n", file)
	fmt.Fprintln(a.err, "dry run: nothing was changed")
	return nil
}
