package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"regards/internal/mailsim"
)

// The walks go from "regards init" to the first draft, as the owners of mailboxes at
// different providers do. Each provider is imitated on this machine: under its own
// names, which the program finds by name servers that are imitated as well, with
// certificates for them, and with its ways to log in.

func TestWalks(t *testing.T) {
	commands := maps.Clone(scriptCommands)
	commands["provider"], commands["tokens"], commands["secretly"] = cmdProvider, cmdTokens, cmdSecretly
	testscript.Run(t, testscript.Params{
		Dir: "testdata/walk", RequireExplicitExec: true, RequireUniqueNames: true, Cmds: commands,
		Setup: func(env *testscript.Env) error {
			for name, value := range map[string]string{
				"HOME": env.WorkDir, "XDG_DATA_HOME": filepath.Join(env.WorkDir, "data"), "XDG_CONFIG_HOME": filepath.Join(env.WorkDir, "config"),
				"NO_COLOR": "1", "TZ": "UTC", "CONFIG": filepath.Join(env.WorkDir, "config", "regards", "config.toml"),
				"SSL_CERT_FILE": filepath.Join(env.WorkDir, "ca.pem"), "SSL_CERT_DIR": filepath.Join(env.WorkDir, "none"),
				"REGARDS_TEST_INTERNET": filepath.Join(env.WorkDir, "internet.json"),
			} {
				env.Setenv(name, value)
			}
			env.Values["world"] = &world{}
			return nil
		},
	})
}

// internet is what of it the program finds on this machine.
type internet struct {
	Servers map[string]string `json:"servers"` // where a name with a port is
	MX      map[string]string `json:"mx"`      // by domain
	SRV     map[string]string `json:"srv"`     // host:port by _service._proto.domain
}

// elsewhere runs a program on the internet that a walk has imitated, if one has.
func elsewhere(program func()) func() {
	return func() {
		if file := os.Getenv("REGARDS_TEST_INTERNET"); file != "" {
			i, err := readInternet(file)
			if err != nil {
				panic(err)
			}
			online = network{lookup: i.lookup, dial: i.dial, resolver: i}
		}
		program()
	}
}

func readInternet(file string) (i internet, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return i, err
	}
	return i, json.Unmarshal(data, &i)
}

func (i internet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if host, _, _ := net.SplitHostPort(address); host == "127.0.0.1" || host == "localhost" {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return mailsim.Redirect(i.Servers)(ctx, network, address)
}

func (i internet) lookup(_ context.Context, host string) ([]string, error) {
	for address := range i.Servers {
		if strings.HasPrefix(address, host+":") {
			return []string{"127.0.0.1"}, nil
		}
	}
	return nil, i.unknown(host)
}

func (i internet) unknown(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// LookupMX implements provider.Resolver.
func (i internet) LookupMX(_ context.Context, domain string) ([]*net.MX, error) {
	if host, ok := i.MX[domain]; ok {
		return []*net.MX{{Host: host + ".", Pref: 10}}, nil
	}
	return nil, i.unknown(domain)
}

// LookupSRV implements provider.Resolver.
func (i internet) LookupSRV(_ context.Context, service, proto, domain string) (string, []*net.SRV, error) {
	name := "_" + service + "._" + proto + "." + domain
	host, port, err := net.SplitHostPort(i.SRV[name])
	if err != nil {
		return "", nil, i.unknown(name)
	}
	var n uint16
	if _, err := fmt.Sscan(port, &n); err != nil {
		return "", nil, err
	}
	return name, []*net.SRV{{Target: host + ".", Port: n}}, nil
}

// visit is a browser: it opens a page and goes where that leads.
func visit() {
	answer, err := online.http().Get(os.Args[1])
	if err == nil {
		_, err = io.Copy(os.Stdout, answer.Body)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// imitation is a provider.
type imitation struct {
	address      string
	options      mailsim.Options
	imap         string // under this name and port, with implicit TLS
	smtp         string
	starttls     bool   // of the SMTP server
	login        string // of the token server, if there is one
	mx           string
	srv          map[string]string
	drafts, sent string
	dovecot      bool // a real one, if it is installed
}

var imitations = map[string]imitation{
	"gmail": {address: "ana@gmail.com", options: mailsim.Options{Provider: mailsim.Gmail}, imap: "imap.gmail.com:993", smtp: "smtp.gmail.com:465",
		drafts: "[Gmail]/Drafts", sent: "[Gmail]/Sent Mail"},
	"outlook": {address: "ana@outlook.com", options: mailsim.Options{Provider: mailsim.Exchange, NoPasswords: true}, imap: "outlook.office365.com:993", smtp: "smtp-mail.outlook.com:587", starttls: true, login: "login.microsoftonline.com:443", sent: "Sent Items"},
	"university": {address: "ana@uni.example", options: mailsim.Options{Provider: mailsim.Exchange, NoPasswords: true}, imap: "outlook.office365.com:993", smtp: "smtp.office365.com:587", starttls: true, login: "login.microsoftonline.com:443", sent: "Sent Items",
		mx: "uni-example.mail.protection.outlook.com"},
	"srv": {address: "ana@letters.example", imap: "imap.letters.example:993", smtp: "smtp.letters.example:465",
		srv: map[string]string{"_imaps._tcp.letters.example": "imap.letters.example:993", "_submissions._tcp.letters.example": "smtp.letters.example:465"}},
	"nosending": {address: "ana@quiet.example", imap: "imap.quiet.example:993",
		srv: map[string]string{"_imaps._tcp.quiet.example": "imap.quiet.example:993", "_submissions._tcp.quiet.example": "smtp.quiet.example:465"}},
	"own": {address: "ana@example.org", dovecot: true, imap: "mail.example.org:993", smtp: "mail.example.org:465"},
}

// cmdProvider has a provider imitated: provider NAME.
func cmdProvider(ts *testscript.TestScript, neg bool, words []string) {
	p, known := imitations[strings.Join(words, "")]
	if neg || !known {
		ts.Fatalf("usage: provider NAME")
	}
	ts.Check(p.begin(worldOf(ts), ts.MkAbs("."), ts.Defer))
}

// begin starts the provider's servers, and writes into a folder how they are found, the
// authority that vouches for them, and the password of the mailbox.
func (p imitation) begin(w *world, folder string, later func(func())) error {
	ca, err := mailsim.NewCA()
	if err != nil {
		return err
	}
	i := internet{Servers: map[string]string{}, MX: map[string]string{}, SRV: p.srv}
	stand := func(name, target string) error {
		c, err := certificate(ca, name)
		if err != nil {
			return err
		}
		front, err := mailsim.NewTLSFront(target, c)
		if err != nil {
			return err
		}
		later(func() { front.Close() })
		i.Servers[name] = front.Addr()
		return nil
	}
	if p.login != "" {
		if w.tokens, err = mailsim.NewTokenServer(); err != nil {
			return err
		}
		later(func() { w.tokens.Close() })
		w.tokens.Rule(func(r *mailsim.TokenRules) { r.User = p.address })
		p.options.Tokens = w.tokens
		err = stand(p.login, w.tokens.Addr())
	}
	if p.starttls && err == nil {
		var c tls.Certificate
		c, err = certificate(ca, p.smtp)
		p.options.SMTPCertificate = &c
	}
	if err == nil {
		w.server, err = p.open()
	}
	if err != nil {
		return err
	}
	later(func() { w.server.Close() })
	w.drafts, w.sent = cmp.Or(p.drafts, "Drafts"), cmp.Or(p.sent, "Sent")
	smtp := fmt.Sprintf("127.0.0.1:%d", w.server.SMTPPort())
	switch {
	case p.smtp == "": // nobody answers there
	case p.starttls:
		i.Servers[p.smtp] = smtp
	default:
		err = stand(p.smtp, smtp)
	}
	if p.mx != "" {
		_, domain, _ := strings.Cut(p.address, "@")
		i.MX[domain] = p.mx
	}
	err = errors.Join(err, stand(p.imap, w.server.IMAPAddr()))
	data, marshalErr := json.Marshal(i)
	return errors.Join(err, marshalErr, os.WriteFile(filepath.Join(folder, "ca.pem"), ca.PEM(), 0o600),
		os.WriteFile(filepath.Join(folder, "internet.json"), data, 0o600),
		os.WriteFile(filepath.Join(folder, "password"), []byte(w.server.Password()), 0o600))
}

// certificate is that of a server by its name and port.
func certificate(ca *mailsim.CA, server string) (tls.Certificate, error) {
	host, _, err := net.SplitHostPort(server)
	if err != nil {
		return tls.Certificate{}, err
	}
	return ca.Issue(host, time.Now().AddDate(0, -1, 0), time.Now().AddDate(0, 1, 0))
}

// open starts the provider's mail server.
func (p imitation) open() (*mailsim.Server, error) {
	if !p.dovecot {
		p.options.User = p.address
		return mailsim.EmbeddedWith(p.options)
	}
	server, err := mailsim.Dovecot()
	if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
		server, err = mailsim.Embedded()
	}
	if err != nil {
		return nil, err
	}
	return server, server.AddSMTP()
}

// cmdTokens does something to the provider's tokens: tokens expire, all access tokens;
// revoke, the owner's permission; pending, the owner of a device code takes their time;
// stranger, somebody else logs in from now on; none, holds that no file below the folder
// of the script holds one but that of the refresh token.
func cmdTokens(ts *testscript.TestScript, neg bool, words []string) {
	w := worldOf(ts)
	switch strings.Join(words, " ") {
	case "expire":
		w.tokens.ExpireAccess()
	case "revoke":
		w.tokens.Revoke()
	case "stranger":
		w.tokens.Rule(func(r *mailsim.TokenRules) { r.User = "stranger@outlook.com" })
	case "pending":
		w.tokens.Rule(func(r *mailsim.TokenRules) { r.Pending = 1 })
	case "none":
		cmdNoTokens(ts, w.tokens.Given())
	default:
		ts.Fatalf("usage: tokens VERB")
	}
}

// cmdNoTokens looks for tokens in files.
func cmdNoTokens(ts *testscript.TestScript, given []string) {
	err := filepath.WalkDir(ts.Getenv("HOME"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(d.Name(), "token-") {
			return err
		}
		data, err := os.ReadFile(path)
		for _, token := range given {
			if strings.Contains(string(data), token) {
				return fmt.Errorf("%s holds a token", path)
			}
		}
		return err
	})
	ts.Check(err)
	for _, token := range given {
		if strings.Contains(ts.ReadFile("stdout")+ts.ReadFile("stderr"), token) {
			ts.Fatalf("a token was printed")
		}
	}
}

// cmdSecretly puts the password of the mailbox into pass, the password manager, where
// that is installed; elsewhere something stands in for it that prints it: secretly NAME.
func cmdSecretly(ts *testscript.TestScript, neg bool, words []string) {
	name := strings.Join(words, "")
	password := worldOf(ts).server.Password()
	_, passErr := exec.LookPath("pass")
	_, gpgErr := exec.LookPath("gpg")
	if err := errors.Join(passErr, gpgErr); err != nil {
		if os.Getenv("REGARDS_TEST_REAL") == "1" {
			ts.Fatalf("%v", err)
		}
		ts.Check(os.WriteFile(ts.MkAbs("pass"), []byte("#!/bin/sh\n[ \"$1 $2\" = \"show "+name+"\" ] && echo "+password+"\n"), 0o700))
		ts.Setenv("PATH", ts.MkAbs(".")+string(filepath.ListSeparator)+ts.Getenv("PATH"))
		return
	}
	folder, err := os.MkdirTemp("", "gpg") // the path of a socket is short
	ts.Check(err)
	ts.Setenv("GNUPGHOME", folder)
	ts.Defer(func() {
		_ = ts.Exec("gpgconf", "--kill", "all") // its agent; it ends by itself once the folder is gone
		os.RemoveAll(folder)
	})
	ts.Check(ts.Exec("gpg", "--batch", "--passphrase", "", "--quick-gen-key", "ana@example.org", "default", "default", "never"))
	ts.Check(ts.Exec("pass", "init", "ana@example.org"))
	ts.Check(ts.Exec("sh", "-c", "echo "+password+" | pass insert -e "+name))
}
