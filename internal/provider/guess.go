package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// inTable reports whether the table knows a host as a server.
func inTable(host string) bool {
	return slices.ContainsFunc(table, func(e entry) bool { return e.imap.Host == host || e.smtp.Host == host })
}

// guesses are the servers that a domain without any record most often has,
// with implicit TLS first.
func guesses(a address) []Server {
	hosts := []string{"imap." + a.domain, "mail." + a.domain, a.domain}
	return at(hosts, a, 993, 143)
}

func submissionGuesses(a address) []Server {
	return at([]string{"smtp." + a.domain, "mail." + a.domain}, a, 465, 587)
}

func at(hosts []string, a address, implicit, startTLS int) []Server {
	var servers []Server
	for _, host := range hosts {
		servers = append(servers, Server{Host: host, Port: implicit, TLS: Implicit, User: a.String()})
	}
	for _, host := range hosts {
		servers = append(servers, Server{Host: host, Port: startTLS, TLS: StartTLS, User: a.String()})
	}
	return servers
}

// guess tries all servers at once, and returns the first of the list that
// greets over verified TLS as soon as those before it have failed. Of the
// others it tells whose certificate was not good.
func (f *Finder) guess(ctx context.Context, protocol string, servers []Server) (Server, []string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var results []chan error
	for _, s := range servers {
		c := make(chan error, 1)
		results = append(results, c)
		go func() { c <- f.try(ctx, protocol, s) }()
	}
	var bad []string
	for i, c := range results {
		err := <-c
		if err == nil {
			return servers[i], nil
		}
		if why := certificateError(servers[i].Host, err); why != "" && !slices.Contains(bad, why) {
			bad = append(bad, why)
		}
	}
	return Server{}, bad
}

// try connects, changes to TLS, and reads a greeting.
func (f *Finder) try(ctx context.Context, protocol string, s Server) error {
	conn, err := f.dial(ctx, "tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	speaks := protocols[protocol]
	if s.TLS == StartTLS {
		if err := speaks.startTLS(conn); err != nil {
			return err
		}
	}
	secure := tls.Client(conn, &tls.Config{ServerName: s.Host, RootCAs: f.Roots, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		return err
	}
	if s.TLS == Implicit {
		return speaks.greeting(secure)
	}
	return nil
}

func (f *Finder) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if f.Dial != nil {
		return f.Dial(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// certificateError says whom a certificate is for that does not fit; "" for
// other errors. Many domains lie on a shared server with a name of its own.
func certificateError(host string, err error) string {
	var name x509.HostnameError
	var verify *tls.CertificateVerificationError
	if errors.As(err, &name) && name.Certificate != nil && len(name.Certificate.DNSNames) > 0 {
		names := name.Certificate.DNSNames
		return fmt.Sprintf("%s answers with a certificate for %s, so the server's own name is probably another",
			host, printable(strings.Join(names[:min(len(names), 3)], ", "), maxText))
	}
	if errors.As(err, &verify) {
		return fmt.Sprintf("%s has a certificate that cannot be trusted: %s", host, printable(verify.Err.Error(), maxText))
	}
	return ""
}
