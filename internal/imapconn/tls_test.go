package imapconn

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// certificate makes a certificate that signs itself, and the pool that trusts it.
func certificate(t *testing.T, change func(*x509.Certificate)) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	parsed, err := x509.ParseCertificate(der)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}

// secured plays a mail server with TLS of either kind.
func secured(t *testing.T, kind TLS, config *tls.Config, roots *x509.CertPool) (*script, Server) {
	t.Helper()
	steps := []step{withTLS(config), greet, enter("IMAP4rev1"), expect("LIST"), send(`* LIST () "/" INBOX`), reply("OK"),
		expect("STATUS INBOX"), send("* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 1)"), reply("OK")}
	if kind == StartTLS {
		// Once TLS stands there is no second greeting, and what the server can do is asked anew.
		steps = append([]step{send("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hi"), expect("^STARTTLS$"), send("* OK wait"), reply("OK begin"),
			withTLS(config), expect("CAPABILITY"), send("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN"), reply("OK")}, steps[2:]...)
	}
	s := scripted(t, steps...)
	server := s.server()
	server.TLS, server.Roots = kind, roots
	return s, server
}

// wantNoCredentials fails when a server has heard the user or the secret in any form.
func wantNoCredentials(t *testing.T, s *script) {
	t.Helper()
	heard := s.Heard()
	for _, word := range []string{"ana@", "correct-horse", "LOGIN", "AUTHENTICATE",
		base64.StdEncoding.EncodeToString([]byte("\x00ana@example.org\x00correct-horse"))} {
		if strings.Contains(heard, word) {
			t.Errorf("the server has heard %q", word)
		}
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	for _, kind := range []TLS{Implicit, StartTLS} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			config, roots := certificate(t, nil)
			s, server := secured(t, kind, config, roots)
			boxes, err := dial(t, server).Mailboxes(within(t))
			must(t, err)
			if len(boxes) != 1 || boxes[0].UIDNext != 1 {
				t.Errorf("%+v", boxes)
			}
			if !strings.Contains(s.Heard(), "AUTHENTICATE") {
				t.Error("wantNoCredentials looks in the wrong place")
			}
		})
	}
}

func TestUntrustworthyTLS(t *testing.T) {
	t.Parallel()
	type certs = *x509.Certificate
	for name, bad := range map[string]struct {
		certificate func(certs)
		server      func(*tls.Config, *Server)
	}{
		"expired":     {certificate: func(c certs) { c.NotAfter = time.Now().Add(-time.Minute) }},
		"not yet":     {certificate: func(c certs) { c.NotBefore = time.Now().Add(time.Minute) }},
		"wrong name":  {certificate: func(c certs) { c.IPAddresses, c.DNSNames = nil, []string{"mail.example.org"} }},
		"for clients": {certificate: func(c certs) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }},
		"self-signed": {server: func(_ *tls.Config, s *Server) { s.Roots = nil }},
		"old TLS":     {server: func(c *tls.Config, _ *Server) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }},
	} {
		for _, kind := range []TLS{Implicit, StartTLS} {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				config, roots := certificate(t, bad.certificate)
				s, server := secured(t, kind, config, roots)
				if bad.server != nil {
					bad.server(config, &server)
				}
				_, err := Dial(within(t), server)
				wantErr(t, err, ErrTLS)
				wantNoCredentials(t, s)
			})
		}
	}
}

// Without STARTTLS, or with more than STARTTLS, there is no connection: whoever
// sits in between could have stripped or added it (CVE-2011-0411).
func TestSTARTTLSTricks(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t, nil)
	for name, steps := range map[string][]step{
		"refused":                {greet, expect("STARTTLS"), reply("NO not today")},
		"unknown":                {greet, expect("STARTTLS"), reply("BAD unknown command")},
		"not IMAP":               {send("SSH-2.0-OpenSSH_9.6")},
		"another tag":            {greet, expect("STARTTLS"), send("S2 OK begin")},
		"asks for more":          {greet, expect("STARTTLS"), send("+ go on")},
		"injected answer":        {greet, expect("STARTTLS"), raw("S1 OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n"), withTLS(config)},
		"injected half a line":   {greet, expect("STARTTLS"), raw("S1 OK begin\r\n*"), withTLS(config)},
		"goes on in plain text":  {greet, expect("STARTTLS"), raw("S1 OK begin\r\n"), expect("."), send("* OK hello")},
		"answers before the ask": {raw("* OK hi\r\nS1 OK begin\r\n* OK [CAPABILITY IMAP4rev1] x\r\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scripted(t, steps...)
			server := s.server()
			server.TLS, server.Roots = StartTLS, roots
			_, err := Dial(within(t), server)
			wantErr(t, err, ErrTLS)
			wantNoCredentials(t, s)
		})
	}
}

// The usual mistake in a configuration gets the advice that mends it.
func TestImplicitTLSToAPlainPort(t *testing.T) {
	t.Parallel()
	s := scripted(t, greet)
	server := s.server()
	server.TLS = Implicit
	_, err := Dial(within(t), server)
	wantErr(t, err, ErrTLS)
	if !strings.Contains(err.Error(), "starttls") || strings.Contains(err.Error(), "renew") {
		t.Errorf("%v: no help", err)
	}
	wantNoCredentials(t, s)
}
