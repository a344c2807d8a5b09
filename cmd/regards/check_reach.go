package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"regards/internal/config"
	"regards/internal/imapconn"
)

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
			conn, err = k.online.connect(ctx, "tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
			return "", err
		}, func(err error) error { return dialTrouble(d.protocol, s.Host, s.Port, err) }},
		{k.patience.tls, func(ctx context.Context) (string, error) {
			state, err := d.handshake(ctx, conn)
			return protected(d.protocol, s.Port, state), err
		}, func(err error) error { return tlsFix(d.protocol, err) }},
		{k.patience.login, func(ctx context.Context) (string, error) { return "", d.login(ctx) },
			func(err error) error { return k.loginFix(d.protocol, s, err) }},
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
	if errors.Is(err, imapconn.ErrTLS) || strings.Contains(said.Error(), "is this a port for implicit TLS") {
		return cutFix(said)
	}
	return &mended{said.Error(), "does this port belong to this tls = \"…\"? " + usualPorts[protocol], err}
}

// loginFix says what mends a login that failed: the provider's own steps, if they are
// known.
func (k *checkup) loginFix(protocol string, s config.Server, err error) error {
	said := fmt.Errorf("%s: %w", protocol, err)
	switch {
	case errors.Is(err, imapconn.ErrLogin):
		said = cutFix(said)
		if k.advice != nil {
			if steps := k.advice(s); steps != "" {
				return &mended{said.Error(), steps, err}
			}
		}
		return said
	case errors.Is(err, imapconn.ErrAway):
		return &mended{fmt.Sprintf("%s: log in at %s: %v", protocol, s.Host, err), "wait a few minutes and check again; if it stays so, ask who runs the server", err}
	}
	return said
}
