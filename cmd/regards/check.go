package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"regards/classify"
	"regards/imapwatch"
	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/store"
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
	all   []finding
	errs  []error
	wrote map[string]bool // see checkWording
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
	r.wording(a, cfg, r.database(ctx, a, cfg))
	for _, account := range cfg.Accounts {
		r.imap(ctx, account)
		r.smtp(ctx, account)
		r.outbox(ctx, a, cfg, account)
	}
	r.addressBook(ctx, cfg)
	if !store.Locked(cfg.Database()) {
		r.note("service", "not running; start it with: regards run")
	} else {
		r.ok("service", "running")
	}
}

// database opens the store, if there is one yet, and gives the contacts in it.
func (r *findings) database(ctx context.Context, a *app, cfg config.Config) people {
	path := cfg.Database()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		r.note("database", path+" is made by the first sync; never synced so far")
		return nil
	}
	st, discard, err := a.openStore(ctx, path)
	if err != nil {
		r.fail("database", err)
		return nil
	}
	defer discard()
	defer st.Close()
	if err := st.Integrity(ctx); err != nil {
		r.fail("database", err)
		return nil
	}
	contacts, err := st.Contacts(ctx)
	if err == nil {
		r.wrote, err = wroteTo(ctx, st, people(contacts).ids()...)
	}
	if err != nil {
		r.fail("database", err)
		return nil
	}
	r.ok("database", fmt.Sprintf("%s, %s", path, plural(len(contacts), "contact")))
	troubles, err := st.Troubles(ctx)
	if err != nil {
		r.fail("database", err)
	}
	for _, t := range troubles {
		r.note(t.About, t.Text)
	}
	states, err := st.AccountStates(ctx)
	if err != nil {
		r.fail("database", err)
	}
	for _, account := range cfg.Accounts {
		if states[account.Name].LastSync.IsZero() {
			r.note("account "+account.Name, "never synced; run: regards sync")
		}
	}
	return contacts
}

// wording tries every template on every contact; what is missing is a note,
// what is wrong with a template an error.
func (r *findings) wording(a *app, cfg config.Config, all people) {
	settings, err := a.settings(cfg)
	if err != nil {
		r.fail("templates", err)
		return
	}
	now, err := a.clock(cfg)
	if err != nil {
		r.fail("templates", err)
		return
	}
	report := checkWording(settings.Writer(nil), policy(cfg), all, r.wrote, now())
	missing := 0
	for _, p := range report.Problems {
		if p.Field == "" {
			r.fail("templates", errors.New(p.Text))
		} else {
			missing++
		}
	}
	switch {
	case missing > 0:
		r.note("templates", plural(missing, "thing")+" missing for some letters; see: regards template check")
	case len(report.Problems) == 0:
		r.ok("templates", plural(report.Letters, "letter")+" can be written")
	}
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
	r.authserv(ctx, conn, account)
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

// recentMail is how many messages tell whose Authentication-Results there are, and
// fewToTell how many it takes to say that hardly any has those that are believed.
const (
	recentMail = 50
	fewToTell  = 10
)

// authserv compares whose Authentication-Results are believed with what recent mail
// has.
func (r *findings) authserv(ctx context.Context, conn *imapconn.Conn, account config.Account) {
	what := "account " + account.Name
	headers, err := imapwatch.Recent(ctx, conn, recentMail)
	if err != nil {
		r.fail(what, err)
		return
	}
	id, n := classify.ProposeAuthserv(headers)
	switch {
	case strings.EqualFold(id, account.AuthservID) && id != "":
		r.ok(what, fmt.Sprintf("forged senders are known by the Authentication-Results of %s", account.AuthservID))
	case id != "":
		r.note(what, fmt.Sprintf("%d of the newest %s have Authentication-Results of %s; if that is your provider's server, write authserv_id = %q so that forged senders are known",
			n, plural(len(headers), "message"), id, id))
	case account.AuthservID != "" && len(headers) >= fewToTell:
		r.note(what, fmt.Sprintf("hardly any of the newest %s has Authentication-Results of %s, so that no sender is verified; look at authserv_id",
			plural(len(headers), "message"), account.AuthservID))
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
	err := mailer.TryLogin(ctx, *smtpServer(s))
	if err != nil {
		r.fail(what, fmt.Errorf("smtp at %s: %w; check host, port, tls, user and password", s.Host, err))
		return
	}
	r.ok(what, "logged in by smtp at "+s.Host)
}
