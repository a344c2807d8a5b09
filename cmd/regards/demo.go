package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"regards/internal/mailsim"
)

func (a *app) demoCommand() *cobra.Command {
	var serve bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "show the whole story on mail servers of its own",
		Long: `Starts mail servers on this machine with a made-up mailbox, in a temporary folder
that it removes at the end, and shows what regards does with them. It needs no
account, no configuration and no network.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			err := a.demo(c.Context(), serve)
			if serve && errors.Is(err, context.Canceled) {
				return nil // told to end
			}
			return err
		},
	}
	c.Flags().BoolVar(&serve, "serve", false, "keep the servers up at the end, to look at them with a mail program")
	return c
}

// demo is one run of the story.
type demo struct {
	*app
	server *mailsim.Server
	config string
	now    time.Time // what the commands take for the time
}

// demoStart is when the story begins: ten o'clock on a Tuesday one or two weeks
// ago. It is told in a time that is over, so that hours can pass in it.
func demoStart(now time.Time) time.Time {
	day := now.UTC().AddDate(0, 0, -7-int(now.UTC().Weekday()+5)%7)
	return time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, time.UTC)
}

func (a *app) demo(ctx context.Context, serve bool) error {
	folder, err := os.MkdirTemp("", "regards-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	server, err := mailsim.Embedded()
	if err != nil {
		return err
	}
	defer server.Close()
	d := &demo{app: a, server: server, config: filepath.Join(folder, "config.toml"), now: demoStart(time.Now())}
	if err := d.configure(folder); err != nil {
		return err
	}
	if err := d.story(ctx); err != nil {
		return err
	}
	if !serve {
		return nil
	}
	d.say(`The servers stay up. Reach them with a mail program, without TLS:
  IMAP %s port %d, SMTP %s port %d, user %s, password %s
and with regards: --config %s. Ctrl-C ends them.`, server.Host(), server.IMAPPort(), server.Host(), server.SMTPPort(),
		server.User(), server.Password(), d.config)
	<-ctx.Done()
	return ctx.Err()
}

// configure writes a configuration as an owner would.
func (d *demo) configure(folder string) error {
	password := filepath.Join(folder, "password")
	if err := os.WriteFile(password, []byte(d.server.Password()+"\n"), 0o600); err != nil {
		return err
	}
	text := fmt.Sprintf(`[owner]
name = "Ana Díaz"
address = %q
signature = "Ana"
time_zone = "UTC"

[store]
path = %q

[[account]]
name = "personal"
  [account.imap]
  host = %q
  port = %d
  tls = "none"
  password_file = %[5]q
  [account.smtp]
  host = %[3]q
  port = %[6]d
  tls = "none"
  password_file = %[5]q

[[cadence]]
group = "mentor"
every = "60d"

[[cadence]]
group = "supervisor"
every = "45d"
`, d.server.User(), filepath.Join(folder, "regards.db"), d.server.Host(), d.server.IMAPPort(), password, d.server.SMTPPort())
	return os.WriteFile(d.config, []byte(text), 0o600)
}

// say tells what comes next.
func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, "\n"+format+"\n\n", args...) }

// regards runs one command as the owner would, and shows it.
func (d *demo) regards(ctx context.Context, words ...string) error {
	shown := make([]string, len(words))
	for i, w := range words {
		shown[i] = quote(w)
	}
	fmt.Fprintf(d.out, "$ regards %s\n", strings.Join(shown, " "))
	return d.quietly(ctx, words...)
}

// quietly runs one command.
func (d *demo) quietly(ctx context.Context, words ...string) error {
	a := &app{in: d.in, out: d.out, err: d.err}
	root := a.command()
	root.SetArgs(append([]string{"--config", d.config, "--log-level", "warn", "--now", d.now.Format(time.RFC3339)}, words...))
	return root.ExecuteContext(ctx)
}
