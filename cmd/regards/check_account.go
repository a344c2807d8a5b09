package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/mailer"
)

// route is how far the check got on the way to one server.
type route struct {
	findings
	what     string
	far      bool     // it led out of this computer
	lost     *trouble // it ended for want of a network; not among the findings yet
	arrived  bool     // all the way
	noDrafts bool     // there is no mailbox of drafts, or it serves no letters
}

// accounts looks at all of them at the same time, and tells them one after the other.
// One lock keeps the service away from all while drafts are tried.
func (k *checkup) accounts(ctx context.Context) {
	release, why := k.alone(ctx)
	defer release()
	all := make([][]route, len(k.cfg.Accounts))
	var working sync.WaitGroup
	for i, account := range k.cfg.Accounts {
		all[i] = make([]route, 3)
		working.Go(func() {
			server := imapServer(account.IMAP)
			server.Secret = askedOnce(server.Secret)
			all[i][0] = k.imap(ctx, account, server)
			if all[i][0].arrived && !all[i][0].noDrafts {
				all[i][2].findings = k.draft(ctx, account, server, why)
			}
		})
		working.Go(func() { all[i][1] = k.smtp(ctx, account) })
	}
	working.Wait()
	offline := allLost(all)
	if offline != nil {
		k.fail("network", trouble{"no mail server can be reached: " + offline.text, "", true}, offline.fix)
	}
	for _, ways := range all {
		for _, w := range ways {
			k.add(w.findings)
			if w.lost != nil && offline == nil {
				k.fail(w.what, *w.lost, w.lost.fix)
			}
		}
	}
}

// allLost gives what is wrong with the network, if every way out of this computer ended
// for want of one: then no single server is to blame.
func allLost(all [][]route) (lost *trouble) {
	for _, ways := range all {
		for _, w := range ways {
			if w.far && w.lost == nil {
				return nil
			}
			if lost == nil {
				lost = w.lost
			}
		}
	}
	return lost
}

// imap goes all the way to the mailboxes.
func (k *checkup) imap(ctx context.Context, account config.Account, server imapconn.Server) route {
	var inside findings
	noDrafts := !account.Letters
	w := k.reach(ctx, "account "+account.Name, account.IMAP, destination{"imap", server.Secret,
		func(ctx context.Context, conn net.Conn) (tls.ConnectionState, error) {
			return imapconn.Handshake(ctx, server, conn)
		},
		func(ctx context.Context) error { return inside.mailboxes(ctx, account, server, &noDrafts) }})
	w.add(inside)
	w.noDrafts = noDrafts
	return w
}

// smtp logs in where letters leave by, if they do.
func (k *checkup) smtp(ctx context.Context, account config.Account) route {
	what := "account " + account.Name
	if account.SMTP == nil {
		w := route{what: what}
		w.note(what, "no [account.smtp]: nothing is sent, letters are drafts", "")
		return w
	}
	server := *smtpServer(account.SMTP)
	server.Secret = askedOnce(server.Secret)
	w := k.reach(ctx, what, *account.SMTP, destination{"smtp", server.Secret,
		func(ctx context.Context, conn net.Conn) (tls.ConnectionState, error) {
			return mailer.Handshake(ctx, server, conn)
		},
		func(ctx context.Context) error { return mailer.TryLogin(ctx, server) }})
	if w.arrived {
		w.ok(what, "logged in by smtp at "+server.Host)
	}
	return w
}

// askedOnce keeps a secret while the check runs: a password command may ask the owner.
func askedOnce(secret func(context.Context) (string, error)) func(context.Context) (string, error) {
	var once sync.Once
	var text string
	var err error
	return func(ctx context.Context) (string, error) {
		once.Do(func() { text, err = secret(ctx) })
		return text, err
	}
}

// destination is what differs between the ways to an IMAP and to an SMTP server.
type destination struct {
	protocol  string
	secret    func(context.Context) (string, error)
	handshake func(context.Context, net.Conn) (tls.ConnectionState, error)
	login     func(context.Context) error
}

// step is one on the way to a server. Take says what is well, or fails; mend puts the
// error into the owner's words, and what mends it beside them.
type step struct {
	limit time.Duration
	take  func(context.Context) (well string, err error)
	mend  func(error) error
}

// reach takes the steps on the way to a server until one fails.
func (k *checkup) reach(ctx context.Context, what string, s config.Server, d destination) route {
	w := route{what: what}
	if _, err := d.secret(ctx); err != nil {
		w.fail(what, cutFix(fmt.Errorf("no password for %s at %s: %w", d.protocol, s.Host, err)), "")
		return w
	}
	w.ok(what, "the password for "+d.protocol+" is there")
	w.far = !s.Loopback()
	for _, step := range k.steps(s, d) {
		well, err := step.within(ctx)
		var t trouble
		switch {
		case errors.As(err, &t) && t.offline && w.far:
			w.lost = &t
			return w
		case err != nil:
			w.fail(what, err, "")
			return w
		case well != "":
			w.ok(what, well)
		}
	}
	w.arrived = true
	return w
}

// steps are those that follow once there is a password.
func (k *checkup) steps(s config.Server, d destination) []step {
	var conn net.Conn
	return []step{
		{k.patience.lookup, func(ctx context.Context) (string, error) { return k.lookup(ctx, s) },
			func(err error) error { return lookupTrouble(s.Host, err) }},
		{k.patience.connect, func(ctx context.Context) (well string, err error) {
			conn, err = k.online.dial(ctx, "tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
			return "", err
		}, func(err error) error { return dialTrouble(d.protocol, s.Host, s.Port, err) }},
		{k.patience.tls, func(ctx context.Context) (string, error) {
			state, err := d.handshake(ctx, conn)
			return protected(d.protocol, s.Port, state), err
		}, func(err error) error { return tlsFix(d.protocol, err) }},
		{k.patience.login, func(ctx context.Context) (string, error) { return "", d.login(ctx) },
			func(err error) error { return k.loginFix(s.Host, err) }},
	}
}

// within takes a step within its limit.
func (s step) within(ctx context.Context) (well string, err error) {
	limited, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	if well, err = s.take(limited); err == nil {
		return well, nil
	}
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		late := fmt.Sprintf("%v: no answer within %v", imapconn.ErrAway, s.limit)
		err = &mended{late, "", errors.Join(imapconn.ErrAway, err)}
	}
	return "", s.mend(err)
}

// lookup finds the addresses of a server.
func (k *checkup) lookup(ctx context.Context, s config.Server) (well string, err error) {
	if s.Loopback() || net.ParseIP(s.Host) != nil {
		return "", nil
	}
	found, err := k.online.lookup(ctx, s.Host)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is found (%s)", s.Host, plural(len(found), "address")), nil
}

// protected says by what a connection is.
func protected(protocol string, port int, state tls.ConnectionState) string {
	answers := fmt.Sprintf("%s answers on port %d", protocol, port)
	if len(state.PeerCertificates) == 0 {
		return answers + ", without TLS, on this computer"
	}
	return fmt.Sprintf("%s by %s; its certificate holds until %s", answers, tls.VersionName(state.Version),
		state.PeerCertificates[0].NotAfter.UTC().Format("2 January 2006"))
}

// tlsFix says what mends a connection that could not be protected.
func tlsFix(protocol string, err error) error {
	said := fmt.Errorf("%s: %w", protocol, err)
	if errors.Is(err, imapconn.ErrTLS) {
		return cutFix(said)
	}
	return &mended{said.Error(), "does this port belong to this tls = \"…\"? " + usualPorts[protocol], err}
}

// loginFix says what mends a login that failed: the provider's own steps, if they are
// known.
func (k *checkup) loginFix(host string, err error) error {
	switch {
	case errors.Is(err, imapconn.ErrLogin):
		said := cutFix(err)
		if k.advice != nil {
			if steps := k.advice(host, err); steps != "" {
				return &mended{said.Error(), steps, err}
			}
		}
		return said
	case errors.Is(err, imapconn.ErrAway):
		return &mended{fmt.Sprintf("log in at %s: %v", host, err), "wait a few minutes and check again; if it stays so, ask who runs the server", err}
	}
	return err
}
