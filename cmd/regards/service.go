package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"regards/contact"
	"regards/internal/config"
	"regards/internal/daemon"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

// service makes the daemon of a session. The caller holds the service's lock
// until release.
func (a *app) service(ctx context.Context, s *session) (d *daemon.Daemon, release func(), err error) {
	if d, err = a.daemonOf(s, s.cfg); err != nil {
		return nil, nil, err
	}
	release = func() {}
	if !a.dryRun {
		unlock, err := store.Lock(ctx, s.store.Path())
		if err != nil {
			return nil, nil, err
		}
		release = func() { unlock() } // it ends with the process at the latest
	}
	return d, release, nil
}

// daemonOf makes the daemon of a configuration.
func (a *app) daemonOf(s *session, cfg config.Config) (*daemon.Daemon, error) {
	settings, err := a.settings(cfg)
	if err != nil {
		return nil, err
	}
	settings.Obey = a.obeyIn(s)
	if s.pulse != nil {
		settings.Alive = s.pulse.beat
	}
	return daemon.New(settings, s.store, s.now, s.log, progressTo(a.err)), nil
}

// settings translates the configuration into the terms of the service.
func (a *app) settings(cfg config.Config) (daemon.Settings, error) {
	sources, err := wording(cfg)
	if err != nil {
		return daemon.Settings{}, err
	}
	s := daemon.Settings{
		Owner: templates.Owner{Name: cfg.Owner.Name, Signature: cfg.Owner.Signature, Phone: cfg.Owner.Phone,
			PersonalAddress: cfg.Owner.PersonalAddress},
		Addresses: cfg.Addresses(),
		Languages: []string{cfg.Owner.Language, "en"}, Recipients: cfg.Touch.Recipients,
		Templates: sources, Policy: scheduled(cfg),
		Rehearse: a.dryRun, Pretended: a.nowText != "",
		NextPlan: func(t time.Time) time.Time { return cfg.Schedule.Plan.Next(t.In(cfg.Owner.Location())) },
		Backups:  cfg.Store.Backups,
		Book:     daemon.BookSettings{Server: bookServer(cfg.CardDAV), Group: cfg.CardDAV.Group},
		Digest: daemon.DigestSettings{Mailed: cfg.Digest.Via == "smtp", To: cfg.Digest.To,
			Next: firings(cfg, cfg.Schedule.Digest), Evening: firings(cfg, cfg.Schedule.Evening), Milestones: firings(cfg, cfg.Schedule.Milestones)},
	}
	for _, account := range cfg.Accounts {
		s.Accounts = append(s.Accounts, daemon.Account{
			Name: account.Name, Address: account.Address, Letters: account.Letters, Drafts: account.Drafts,
			Sent: account.Sent, Outbox: account.Outbox, Ignore: account.Ignore, AuthservID: account.AuthservID,
			Server: imapServer(account.IMAP), SMTP: smtpServer(account.SMTP),
		})
	}
	return s, nil
}

// firings gives the next firing of a line after a time; nil for one that never fires.
func firings(cfg config.Config, line config.Cron) func(t time.Time) time.Time {
	if line.IsZero() {
		return nil
	}
	return func(t time.Time) time.Time { return line.Next(t.In(cfg.Owner.Location())) }
}

func policy(cfg config.Config) plan.Policy {
	p := plan.Policy{
		Practices: make(map[string]plan.Practice, len(cfg.Practice)),
		Location:  cfg.Owner.Location(),

		WorkDomains: workDomains(cfg),

		PerContactDays: cfg.Letters.PerContactDays, DailyCap: cfg.Letters.DailyCap, OpenHellos: cfg.Letters.OpenHellos,
		Dormant: cfg.Letters.Dormant, Reflect: cfg.Digest.Reflection,

		Birthdays: cfg.Digest.Birthdays, Anniversaries: cfg.Digest.Anniversaries, Goals: plan.Goals(cfg.Goals),

		Window: plan.Window(cfg.Letters.SendWindow), SendDays: cfg.Letters.SendDays, Hold: cfg.Letters.Hold,
	}
	for name, own := range cfg.Practice {
		p.Practices[name] = plan.Practice{Enabled: own.Enabled, Delivery: contact.Delivery(own.Delivery),
			Template: own.Template, Within: own.Within, Overdue: own.Overdue}
	}
	for _, c := range cfg.Cadences {
		p.Cadences = append(p.Cadences, plan.Cadence(c))
	}
	return p
}

// scheduled is the policy with the lines that single practices have.
func scheduled(cfg config.Config) plan.Policy {
	p := policy(cfg)
	for name, own := range cfg.Practice {
		if own.Schedule.IsZero() {
			continue
		}
		practice := p.Practices[name]
		practice.Next = func(t time.Time) time.Time { return own.Schedule.Next(t.In(cfg.Owner.Location())) }
		p.Practices[name] = practice
	}
	return p
}

// scheduled is the policy by which the service makes letters, with when the practices'
// own lines fired last.
func (s *session) scheduled(ctx context.Context) (plan.Policy, error) {
	return daemon.Fired(ctx, s.store, scheduled(s.cfg))
}

// turn gives when a letter of a practice is made that may be made from a time on.
func (s *session) turn(practice string, from time.Time) time.Time {
	return scheduled(s.cfg).Practices[practice].Turn(s.now(), from)
}

// turnWords says when one is made that waits for nothing but the next pass, which is
// when.
func (s *session) turnWords(practice, when string) string {
	now := s.now()
	if at := s.turn(practice, now); at.After(now) {
		return "on " + localTime(at, s)
	}
	return when
}

// workDomains gives the domains of the owner's addresses that are not those of
// the private one; none when that is not known.
func workDomains(cfg config.Config) []string {
	_, private, known := strings.Cut(plan.AddressKey(cfg.Owner.PersonalAddress), "@")
	if !known {
		return nil
	}
	var domains []string
	for _, addr := range cfg.Addresses() {
		_, domain, _ := strings.Cut(plan.AddressKey(addr), "@")
		if domain != private && !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	return domains
}

// wording gives the sources of templates: the owner's folder, then ours.
func wording(cfg config.Config) ([]fs.FS, error) {
	sources := []fs.FS{templates.Builtin()}
	if cfg.Letters.Templates == "" {
		return sources, nil
	}
	// Nothing outside that folder is read, whatever links lie in it.
	root, err := os.OpenRoot(cfg.Letters.Templates)
	if err != nil {
		return nil, fmt.Errorf("open the folder letters.templates: %w", err)
	}
	return append([]fs.FS{templates.In(cfg.Owner.Language, root.FS())}, sources...), nil
}

func imapServer(s config.Server) imapconn.Server {
	server := imapconn.Server{Host: s.Host, Port: s.Port, TLS: imapconn.TLS(s.TLS), User: s.User, Secret: s.Secret, Dial: online.dial}
	if s.Grant.Provider != "" {
		t := tokensFor(s)
		server.OAuth, server.Secret, server.Renew = true, t.secret, t.renew
	}
	return server
}

// smtpServer gives how letters leave an account; nil when nothing is sent through it.
func smtpServer(s *config.Server) *mailer.SMTPServer {
	if s == nil {
		return nil
	}
	server := &mailer.SMTPServer{Host: s.Host, Port: s.Port, TLS: s.TLS, User: s.User, Secret: s.Secret, Dial: online.dial}
	if s.Grant.Provider != "" {
		t := tokensFor(*s)
		server.OAuth, server.Secret, server.Renew = true, t.secret, t.renew
	}
	return server
}

// progressTo shows on a terminal how a long scan goes on; elsewhere it is quiet.
func progressTo(w io.Writer) func(daemon.Progress) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	started := time.Now()
	read := map[string]int{}
	return func(p daemon.Progress) {
		box := p.Account + "/" + p.Mailbox
		read[box] += p.Read
		if read[box] < 2000 && p.Left == 0 {
			return
		}
		total := 0
		for _, n := range read {
			total += n
		}
		rate := float64(total) / max(time.Since(started).Seconds(), 0.001)
		left := time.Duration(float64(p.Left) / max(rate, 1) * float64(time.Second)).Round(time.Second)
		fmt.Fprintf(f, "\r\x1b[K%s: %d read, %.0f a second, %d left (%v)", p.Mailbox, read[box], rate, p.Left, left)
		if p.Left == 0 {
			fmt.Fprintln(f)
		}
	}
}
