package imapconn

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"math/big"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
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

// Handshake goes as far as TLS, and sends no credential.
func TestHandshake(t *testing.T) {
	t.Parallel()
	good, roots := certificate(t, nil)
	old, oldRoots := certificate(t, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Unix(0, 0), time.Unix(1, 0) })
	for _, kind := range []TLS{Implicit, StartTLS, None} {
		before := map[TLS][]step{StartTLS: {greet, expect("^STARTTLS$"), reply("OK begin")}}[kind]
		try := func(config *tls.Config, roots *x509.CertPool) (tls.ConnectionState, error) {
			steps := append(slices.Clone(before), withTLS(config))
			if kind == None {
				steps = []step{greet}
			}
			s := scripted(t, steps...)
			server := s.server()
			server.TLS, server.Roots = kind, roots
			conn, err := net.Dial("tcp", net.JoinHostPort(server.Host, strconv.Itoa(server.Port)))
			must(t, err)
			defer wantNoCredentials(t, s)
			return Handshake(within(t), server, conn)
		}
		state, err := try(good, roots)
		if err != nil || len(state.PeerCertificates) != map[TLS]int{Implicit: 1, StartTLS: 1}[kind] {
			t.Errorf("%s: %+v, %v", kind, state, err)
		}
		if kind == None {
			continue
		}
		_, err = try(old, oldRoots)
		wantErr(t, err, ErrTLS)
		wantWords(t, err, "expired on 1 January 1970")
	}
}

// issued makes a certificate that another one signs, which nobody trusts.
func issued(t *testing.T, config *tls.Config) {
	t.Helper()
	ca, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"}, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.CreateCertificate(rand.Reader, template, ca, key.Public(), config.Certificates[0].PrivateKey)
	must(t, err)
	config.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
}

func TestUntrustworthyTLS(t *testing.T) {
	t.Parallel()
	type certs = *x509.Certificate
	ago, ahead := time.Now().Add(-50*time.Hour), time.Now().Add(50*time.Hour)
	distrust := func(s *Server) { s.Roots = x509.NewCertPool() }
	for name, bad := range map[string]struct {
		certificate func(certs)
		server      func(*tls.Config, *Server)
		words       []string // the cause, and what mends it
	}{
		"expired": {certificate: func(c certs) { c.NotBefore, c.NotAfter = ago.Add(-time.Hour), ago },
			words: []string{"expired on " + ago.UTC().Format("2 January 2006"), "renew"}},
		"not yet": {certificate: func(c certs) { c.NotBefore, c.NotAfter = ahead, ahead.Add(time.Hour) },
			words: []string{"only from " + ahead.UTC().Format("2 January 2006") + " on", "clock"}},
		"wrong name": {certificate: func(c certs) { c.IPAddresses, c.DNSNames = nil, []string{"other.example", "*.other.example"} },
			words: []string{"is for other.example, *.other.example, not 127.0.0.1", "write the server's name"}},
		"no name": {certificate: func(c certs) { c.IPAddresses = nil }, words: []string{"is for no name at all, not 127.0.0.1"}},
		"many names": {certificate: func(c certs) {
			c.IPAddresses, c.DNSNames = nil, strings.Fields("a.example b.example c.example d.example e.example f.example")
		},
			words: []string{"d.example, e.example, …, not"}},
		"for clients": {certificate: func(c certs) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} },
			words: []string{"not one for servers"}},
		"self-signed": {server: func(_ *tls.Config, s *Server) { distrust(s) },
			words: []string{"signed by itself", "public authority"}},
		"unknown authority": {certificate: func(c certs) { c.Subject.CommonName = "Odd\x07 Authority" },
			server: func(c *tls.Config, s *Server) { issued(t, c); distrust(s) }, words: []string{"Odd", "Authority", "does not know"}},
		"old TLS": {server: func(c *tls.Config, _ *Server) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 },
			words: []string{"old versions of TLS", "TLS 1.2"}},
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
				wantWords(t, err, bad.words...)
				wantNoCredentials(t, s)
			})
		}
	}
}

// wantWords fails when an error lacks some words, or is not fit to be printed.
func wantWords(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q lacks %q", err, w)
		}
	}
	if strings.ContainsFunc(err.Error(), unicode.IsControl) {
		t.Errorf("%q has control characters", err)
	}
}

func TestTLSErrorWords(t *testing.T) {
	t.Parallel()
	cert := &x509.Certificate{NotAfter: time.Date(2026, 1, 2, 23, 0, 0, 0, time.UTC)}
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		err   error
		words string
	}{
		{x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired}, "imap.example.org expired on 2 January 2026; ask who runs it to renew it, if this computer's clock is right (it shows 22 November 2026)"},
		{x509.CertificateInvalidError{Cert: cert, Reason: x509.TooManyConstraints}, "is not valid: "},
		{x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"other.example"}}, Host: "imap.example.org"}, "is for other.example, not imap.example.org"},
		{x509.UnknownAuthorityError{}, "signed by nobody known"},
		{x509.SystemRootsError{}, "ca-certificates"},
		{errors.New("tls: handshake failure"), "handshake failure; check the server's name"},
	} {
		err := tlsError("imap.example.org", 465, now, &tls.CertificateVerificationError{Err: c.err})
		wantErr(t, err, ErrTLS)
		wantWords(t, err, c.words)
	}
}

// Without STARTTLS, or with more than STARTTLS, there is no connection: whoever
// sits in between could have stripped or added it (CVE-2011-0411).
func TestSTARTTLSTricks(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t, nil)
	const mend = `"implicit"`
	for name, trick := range map[string]struct {
		steps []step
		class error
		words string
	}{
		"not offered, and refused": {[]step{greet, expect("STARTTLS"), reply("NO not today")}, ErrTLS, mend},
		"stripped":                 {[]step{greet, expect("STARTTLS"), reply("BAD unknown command")}, ErrTLS, mend},
		"offered, and refused":     {[]step{send("* OK [CAPABILITY IMAP4rev1 STARTTLS] hi"), expect("STARTTLS"), reply("NO not now\x07")}, ErrTLS, "not now"},
		"not IMAP":                 {[]step{send("SSH-2.0-OpenSSH_9.6")}, ErrTLS, "SSH-2.0"},
		"let in before TLS":        {[]step{send("* PREAUTH [CAPABILITY IMAP4rev1] come in")}, ErrTLS, "PREAUTH"},
		"another tag":              {[]step{greet, expect("STARTTLS"), send("S2 OK begin")}, ErrTLS, "S2 OK"},
		"asks for more":            {[]step{greet, expect("STARTTLS"), send("+ go on")}, ErrTLS, "go on"},
		"injected answer": {[]step{greet, expect("STARTTLS"), raw("S1 OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n"), withTLS(config)},
			ErrTLS, "in plain text"},
		"injected half a line":   {[]step{greet, expect("STARTTLS"), raw("S1 OK begin\r\n*"), withTLS(config)}, ErrTLS, "in plain text"},
		"goes on in plain text":  {[]step{greet, expect("STARTTLS"), raw("S1 OK begin\r\n"), expect("."), send("* OK hello")}, ErrTLS, "TLS"},
		"answers before the ask": {[]step{raw("* OK hi\r\nS1 OK begin\r\n* OK [CAPABILITY IMAP4rev1] x\r\n")}, ErrTLS, "in plain text"},
		"goodbye":                {[]step{greet, expect("STARTTLS"), send("* BYE shutting down"), end}, ErrAway, "shutting down"},
		"goodbye at once":        {[]step{send("* BYE come back later"), end}, ErrAway, "come back later"},
		"closed":                 {[]step{greet, expect("STARTTLS"), end}, ErrAway, "no answer to STARTTLS"},
		"let in under TLS": {[]step{greet, expect("STARTTLS"), reply("OK"), withTLS(config), send("* PREAUTH come in"), expect("CAPABILITY"), end},
			ErrAway, "closed the connection"}, // no greeting any more: dropped
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scripted(t, trick.steps...)
			server := s.server()
			server.TLS, server.Roots = StartTLS, roots
			_, err := Dial(within(t), server)
			wantErr(t, err, trick.class)
			wantWords(t, err, trick.words)
			wantNoCredentials(t, s)
		})
	}
}

// Over TLS, too, who lets anybody in is not the server of this account.
func TestPreauthOverImplicitTLS(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t, nil)
	s := scripted(t, withTLS(config), send("* PREAUTH [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] come in"))
	server := s.server()
	server.TLS, server.Roots = Implicit, roots
	_, err := Dial(within(t), server)
	wantErr(t, err, ErrTLS)
	wantWords(t, err, "PREAUTH")
	wantNoCredentials(t, s)
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

// A connection that breaks in the handshake may be there again later.
func TestHandshakeBreaksOff(t *testing.T) {
	t.Parallel()
	s := scripted(t, end)
	server := s.server()
	server.TLS = Implicit
	_, err := Dial(within(t), server)
	wantErr(t, err, ErrAway)
	wantNoCredentials(t, s)
}
