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

// step is one on the way to a server. It gives what is well, or else an error and what
// mends it, where the error does not say so itself.
type step struct {
	limit time.Duration
	take  func(context.Context) (well, fix string, err error)
}

// reach takes the steps on the way to a server until one fails.
func (k *checkup) reach(ctx context.Context, what string, s config.Server, d destination) route {
	w := route{what: what}
	if _, err := d.secret(ctx); err != nil {
		err, fix := cutFix(fmt.Errorf("no password for %s at %s: %w", d.protocol, s.Host, err))
		w.fail(what, err, fix)
		return w
	}
	w.ok(what, "the password for "+d.protocol+" is there")
	w.far = !s.Loopback()
	for _, step := range k.steps(s, d) {
		well, fix, err := step.within(ctx)
		var t trouble
		switch {
		case errors.As(err, &t) && t.offline && w.far:
			w.lost = &t
			return w
		case err != nil:
			w.fail(what, err, fix)
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
		{k.patience.lookup, func(ctx context.Context) (string, string, error) { return k.lookup(ctx, s) }},
		{k.patience.connect, func(ctx context.Context) (well, fix string, err error) {
			conn, err = k.online.connect(ctx, "tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
			if err != nil {
				t := dialTrouble(d.protocol, s.Host, s.Port, err)
				return "", t.fix, t
			}
			return "", "", nil
		}},
		{k.patience.tls, func(ctx context.Context) (well, fix string, err error) {
			state, err := d.handshake(ctx, conn)
			if err != nil {
				err, fix := tlsFix(d.protocol, err)
				return "", fix, err
			}
			return protected(d.protocol, s.Port, state), "", nil
		}},
		{k.patience.login, func(ctx context.Context) (well, fix string, err error) {
			err, fix = k.loginFix(s.Host, d.login(ctx))
			return "", fix, err
		}},
	}
}

// within takes a step within its limit.
func (s step) within(ctx context.Context) (well, fix string, err error) {
	limited, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	well, fix, err = s.take(limited)
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: no answer within %v", imapconn.ErrAway, s.limit)
	}
	return well, fix, err
}

// lookup finds the addresses of a server.
func (k *checkup) lookup(ctx context.Context, s config.Server) (well, fix string, err error) {
	if s.Loopback() || net.ParseIP(s.Host) != nil {
		return "", "", nil
	}
	found, err := k.online.lookup(ctx, s.Host)
	if err != nil {
		t := lookupTrouble(s.Host, err)
		return "", t.fix, t
	}
	return fmt.Sprintf("%s is found (%s)", s.Host, plural(len(found), "address")), "", nil
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

// tlsFix tells what mends a connection that could not be protected.
func tlsFix(protocol string, err error) (error, string) {
	err, fix := withFix(fmt.Errorf("%s: %w", protocol, err), imapconn.ErrTLS)
	if fix == "" {
		fix = "does this port belong to this tls = \"…\"? " + usualPorts[protocol]
	}
	return err, fix
}

// loginFix tells what mends a login that failed; nil for nil. The provider's own steps
// come first.
func (k *checkup) loginFix(host string, err error) (error, string) {
	switch {
	case err == nil:
		return nil, ""
	case errors.Is(err, imapconn.ErrLogin):
		err, fix := withFix(err, imapconn.ErrLogin)
		if k.advice != nil {
			if steps := k.advice(host, err); steps != "" {
				fix = steps
			}
		}
		return err, fix
	case errors.Is(err, imapconn.ErrAway), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("log in at %s: %w", host, err), "wait a few minutes and check again; if it stays so, ask who runs the server"
	}
	return err, ""
}

// withFix cuts the fix off errors of a kind, which end with one.
func withFix(err, kind error) (error, string) {
	if errors.Is(err, kind) {
		return cutFix(err)
	}
	return err, ""
}
