package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "look whether everything is in order; a fix stands beside each finding",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			r := &findings{}
			r.configuration(c.Context(), a)
			if a.json {
				if err := a.printJSON(r.all); err != nil {
					return err
				}
			} else {
				for _, f := range r.all {
					fmt.Fprintf(a.out, "%-5s  %s: %s\n", f.State, f.What, f.Text)
				}
			}
			if r.errs != nil {
				return fmt.Errorf("%s: %w", plural(len(r.errs), "error"), errors.Join(r.errs...))
			}
			return nil
		},
	}
}

// finding is one line of check.
type finding struct {
	What  string `json:"what"`
	State string `json:"state"` // ok, note or error
	Text  string `json:"text"`
}

// findings gathers what check finds.
type findings struct {
	all  []finding
	errs []error
}

func (r *findings) ok(what, text string)   { r.all = append(r.all, finding{what, "ok", text}) }
func (r *findings) note(what, text string) { r.all = append(r.all, finding{what, "note", text}) }

func (r *findings) fail(what string, err error) {
	r.all = append(r.all, finding{what, "error", err.Error()})
	r.errs = append(r.errs, fmt.Errorf("%s: %w", what, err))
}

// configuration checks everything that the configuration leads to.
func (r *findings) configuration(ctx context.Context, a *app) {
	path := config.Path(a.configPath)
	cfg, err := config.Load(path)
	if err != nil {
		r.fail("configuration", err)
		return
	}
	r.ok("configuration", path)
	r.database(ctx, a, cfg)
	r.wording(cfg)
	for _, account := range cfg.Accounts {
		r.imap(ctx, account)
		r.smtp(ctx, account)
	}
	if !store.Locked(cfg.Database()) {
		r.note("service", "not running; start it with: regards run")
	} else {
		r.ok("service", "running")
	}
}

// database opens the store, if there is one yet.
func (r *findings) database(ctx context.Context, a *app, cfg config.Config) {
	path := cfg.Database()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		r.note("database", path+" is made by the first sync; never synced so far")
		return
	}
	st, discard, err := a.openStore(ctx, path)
	if err != nil {
		r.fail("database", err)
		return
	}
	defer discard()
	defer st.Close()
	if err := st.Integrity(ctx); err != nil {
		r.fail("database", err)
		return
	}
	contacts, err := st.Contacts(ctx)
	if err != nil {
		r.fail("database", err)
		return
	}
	r.ok("database", fmt.Sprintf("%s, %s", path, plural(len(contacts), "contact")))
	states, err := st.AccountStates(ctx)
	if err != nil {
		r.fail("database", err)
	}
	for _, account := range cfg.Accounts {
		if states[account.Name].LastSync.IsZero() {
			r.note("account "+account.Name, "never synced; run: regards sync")
		}
	}
}

// wording renders every letter that can be due, with a made-up person.
func (r *findings) wording(cfg config.Config) {
	sources, err := wording(cfg)
	if err != nil {
		r.fail("templates", err)
		return
	}
	sample := templates.Letter{Contact: "Maria Lopez", Salutation: "Dear Maria", Detail: "your advice", Sign: cfg.Owner.Signature}
	count := 0
	for _, name := range policy(cfg).Wordings(plan.ThankYou) {
		if _, _, err := templates.Render(sources, name, []string{cfg.Owner.Language, "en"}, sample); err != nil {
			r.fail("templates", err)
			return
		}
		count++
	}
	r.ok("templates", fmt.Sprintf("%d letters can be written", count))
}

// imap logs in and looks for the mailboxes that matter.
func (r *findings) imap(ctx context.Context, account config.Account) {
	what := "account " + account.Name
	conn, err := imapconn.Dial(ctx, imapServer(account.IMAP))
	if err != nil {
		r.fail(what, err)
		return
	}
	defer conn.Logout(ctx)
	boxes, err := conn.Mailboxes(ctx)
	if err != nil {
		r.fail(what, err)
		return
	}
	r.ok(what, fmt.Sprintf("logged in at %s, %s", account.IMAP.Host, plural(len(boxes), "mailbox")))
	for _, role := range []struct {
		role  imapconn.Role
		named string
		need  bool
	}{{imapconn.Drafts, account.Drafts, account.Letters}, {imapconn.Sent, account.Sent, true}} {
		box, err := imapconn.Find(boxes, role.role, role.named)
		switch {
		case err == nil:
			r.ok(what, fmt.Sprintf("%s is %q", role.role, box.Name))
		case role.need:
			r.fail(what, err)
		}
	}
}

// smtp logs in where letters leave by, if they do.
func (r *findings) smtp(ctx context.Context, account config.Account) {
	what := "account " + account.Name
	if account.SMTP == nil {
		r.note(what, "no [account.smtp]: nothing is sent, letters are drafts")
		return
	}
	s := account.SMTP
	err := mailer.TryLogin(ctx, mailer.SMTPServer{Host: s.Host, Port: s.Port, TLS: s.TLS, User: s.User, Secret: s.Secret})
	if err != nil {
		r.fail(what, fmt.Errorf("smtp at %s: %w; check host, port, tls, user and password", s.Host, err))
		return
	}
	r.ok(what, "logged in by smtp at "+s.Host)
}
