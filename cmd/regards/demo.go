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
	"golang.org/x/sync/errgroup"

	"regards/contact"
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
	now    time.Time
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
	d := &demo{app: a, server: server, config: filepath.Join(folder, "config.toml"), now: time.Now()}
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

[store]
path = %q

[[account]]
name = "personal"
  [account.imap]
  host = %q
  port = %d
  tls = "none"
  password_file = %q

[[cadence]]
group = "mentor"
every = "60d"
`, d.server.User(), filepath.Join(folder, "regards.db"), d.server.Host(), d.server.IMAPPort(), password)
	return os.WriteFile(d.config, []byte(text), 0o600)
}

// story shows what regards does, by its own commands.
func (d *demo) story(ctx context.Context) error {
	count, err := d.seed()
	if err != nil {
		return err
	}
	d.say("Ana has %d messages. She tells regards whom she wants to stay in touch with:", count)
	for _, p := range demoPeople {
		if err := d.regards(ctx, "contact", "add", p.name, p.addr, "--group", p.group); err != nil {
			return err
		}
	}
	d.say("regards reads the headers of her mail, and knows when they were last in touch:")
	for _, words := range [][]string{{"sync"}, {"contact", "list"}} {
		if err := d.regards(ctx, words...); err != nil {
			return err
		}
	}
	service, stop := context.WithCancel(ctx)
	defer stop()
	g, service := errgroup.WithContext(service)
	g.Go(func() error { return d.quietly(service, "run") })
	g.Go(func() error { defer stop(); return d.live(service) })
	return g.Wait()
}

// live shows what happens while the service runs.
func (d *demo) live(ctx context.Context) error {
	if err := d.until(ctx, "the service to connect", d.connected); err != nil {
		return err
	}
	d.say("Now regards runs. Maria's answer arrives, and is counted as it does:")
	if err := d.receive(demoReply(d.now)); err != nil {
		return err
	}
	if err := d.until(ctx, "the reply", d.hasTouch("maria@uni.example", "Re: Thank you")); err != nil {
		return err
	}
	if err := d.regards(ctx, "touch", "list", "--contact", "Maria Lopez"); err != nil {
		return err
	}
	d.say("Tom's mail program answers that he is away. That is no touch:")
	if err := d.receive(demoAutoReply(d.now)); err != nil {
		return err
	}
	if err := d.until(ctx, "the auto-reply", d.leftOut("auto-reply")); err != nil {
		return err
	}
	if err := d.regards(ctx, "explain", "Tom Berger"); err != nil {
		return err
	}
	d.say("Ana has talked with Maria, and says what was most useful:")
	if err := d.regards(ctx, "log", "informational", "Maria Lopez", "--useful", "the tip about the PhD route"); err != nil {
		return err
	}
	if err := d.until(ctx, "the draft", d.drafted); err != nil {
		return err
	}
	drafts, err := d.server.Messages("Drafts")
	if err != nil {
		return err
	}
	d.say("The thank-you lies in her Drafts, in the thread with Maria. She reads, edits, sends:")
	fmt.Fprintln(d.out, strings.ReplaceAll(string(drafts[len(drafts)-1].Raw), "\r\n", "\n"))
	return d.regards(ctx, "letter", "list")
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
	root.SetArgs(append([]string{"--config", d.config, "--log-level", "warn"}, words...))
	return root.ExecuteContext(ctx)
}

// demoPatience bounds each wait; all of them together take a second or two.
const demoPatience = 30 * time.Second

// until waits for something to become true in the store.
func (d *demo) until(ctx context.Context, what string, holds func(context.Context, *session) (bool, error)) error {
	deadline := time.NewTimer(demoPatience)
	defer deadline.Stop()
	a := &app{configPath: d.config, err: d.err, logLevel: "warn", logFormat: "text"}
	return a.with(ctx, func(s *session) error {
		for {
			if ok, err := holds(ctx, s); ok || err != nil {
				return err
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-deadline.C:
				return fmt.Errorf("waited %v for %s", demoPatience, what)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}

func (d *demo) connected(ctx context.Context, s *session) (bool, error) {
	states, err := s.store.AccountStates(ctx)
	return states["personal"].Connected, err
}

func (d *demo) hasTouch(who, subject string) func(context.Context, *session) (bool, error) {
	return func(ctx context.Context, s *session) (bool, error) {
		all, err := s.contacts(ctx)
		if err != nil {
			return false, err
		}
		p, err := all.find(who)
		if err != nil {
			return false, err
		}
		touches, err := s.store.Touches(ctx, p.ID)
		return len(touches) > 0 && strings.HasPrefix(touches[0].Subject, subject), err
	}
}

func (d *demo) leftOut(reason string) func(context.Context, *session) (bool, error) {
	return func(ctx context.Context, s *session) (bool, error) {
		boxes, err := s.store.Mailboxes(ctx)
		for _, m := range boxes {
			if m.LeftOut[reason] > 0 {
				return true, err
			}
		}
		return false, err
	}
}

func (d *demo) drafted(ctx context.Context, s *session) (bool, error) {
	letters, err := s.store.Letters(ctx)
	return len(letters) > 0 && letters[0].State == contact.Drafted, err
}
