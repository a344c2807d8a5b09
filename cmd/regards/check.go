package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/internal/config"
	"regards/store"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "look whether everything is in order; a fix stands beside each finding",
		Long: `Looks at everything that can be wrong, a line each, with the fix beside it: the
configuration, the database, the disk, the wording of the letters, each account's
password, server, certificate, login and mailboxes, the clock, and the service. Accounts
are looked at side by side, step by step; after a step that fails the later ones are not
tried. While the service rests, a draft is laid into Drafts for a moment, found and removed;
one that runs, and pauses after logins that were refused, is told to try again if they work.

Ends with 0 when there is no error; a note is none. Else the gravest tells: 78 for the
configuration, 77 for a login that was refused, 75 when nothing is wrong but that servers
are away, 1 for anything else.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			k := &checkup{app: a, online: online, patience: patience, advice: adviceOf}
			if err := k.everything(c.Context()); err != nil {
				return err
			}
			if a.json {
				if err := a.printJSON(k.all); err != nil {
					return err
				}
			} else {
				printFindings(a.out, k.all)
			}
			return k.failure()
		},
	}
}

// checkup is one run of check.
type checkup struct {
	findings
	app      *app
	cfg      config.Config
	now      func() time.Time
	online   network
	patience limits
	running  bool            // the service, when the check began
	wrote    map[string]bool // see checkWording
	// advice gives the steps by which the provider of a server lets programs log in,
	// after a refusal; "" if none are known. It may be nil.
	advice func(s config.Server) string
}

// limits bound the steps of the way to a server. They add up to two minutes and a
// half, and a password command has half a minute of its own.
type limits struct{ lookup, connect, tls, login, draft time.Duration }

var patience = limits{lookup: 10 * time.Second, connect: 15 * time.Second, tls: 20 * time.Second, login: 45 * time.Second, draft: time.Minute}

// everything checks all that the configuration leads to.
func (k *checkup) everything(ctx context.Context) (err error) {
	path := config.Path(k.app.configPath)
	if k.cfg, err = config.Load(path); err != nil {
		k.configuration(err)
		return nil
	}
	if k.now, err = k.app.clock(k.cfg); err != nil {
		return err
	}
	k.ok("configuration", path)
	k.running = store.Locked(k.cfg.Database())
	k.private("configuration", filepath.Dir(path), 0o022, "write into the folder", "go-w")
	k.private("configuration", path, configBits(path), "read or change", "600")
	contacts := k.database(ctx)
	k.disk()
	k.wording(contacts)
	k.accounts(ctx)
	k.addressBook(ctx)
	k.service(ctx)
	return ctx.Err() // what was found while it ended is not worth telling
}

// configuration adds what is wrong with the configuration, each mistake by itself.
func (k *checkup) configuration(err error) {
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		k.fail("configuration", err, "")
		return
	}
	for _, p := range wrong.Problems {
		fix := p.Fix
		p.Fix = ""
		k.fail("configuration", &config.Error{File: wrong.File, Problems: []config.Problem{p}}, fix)
	}
}

// printFindings prints one line for each, and the steps of a fix below it.
func printFindings(out io.Writer, all []finding) {
	widest := 0
	for _, f := range all {
		widest = max(widest, len([]rune(f.What)))
	}
	for _, f := range all {
		text := f.Text
		if f.Fix != "" {
			text += "; " + f.Fix
		}
		fmt.Fprintf(out, "%-5s  %-*s %s\n", f.State, widest+1, f.What+":", strings.ReplaceAll(text, "\n", "\n         "))
	}
}
