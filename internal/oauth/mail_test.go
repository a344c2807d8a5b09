package oauth

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"regards/internal/imapconn"
	"regards/internal/mailsim"
	"regards/mailer"
)

// forEachMailServer runs a test on each server that takes tokens, with each of the
// mechanisms alone.
func forEachMailServer(t *testing.T, test func(t *testing.T, mail *mailsim.Server, tokens *mailsim.TokenServer, client Client)) {
	for _, mechanism := range []string{"XOAUTH2", "OAUTHBEARER"} {
		other := imap.AuthCap(map[string]string{"XOAUTH2": "OAUTHBEARER", "OAUTHBEARER": "XOAUTH2"}[mechanism])
		for name, start := range map[string]func(tokens *mailsim.TokenServer) (*mailsim.Server, error){
			"embedded": func(tokens *mailsim.TokenServer) (*mailsim.Server, error) {
				return mailsim.EmbeddedWith(mailsim.Options{Tokens: tokens, NoPasswords: true, Without: []imap.Cap{other}})
			},
			"dovecot": func(tokens *mailsim.TokenServer) (*mailsim.Server, error) {
				s, err := mailsim.DovecotWith(mailsim.DovecotOptions{Tokens: tokens, Mechanisms: []string{mechanism}})
				if err != nil {
					return nil, err
				}
				return s, s.AddSMTP()
			},
		} {
			t.Run(name+" "+mechanism, func(t *testing.T) {
				t.Parallel()
				tokens, client := tokenServer(t)
				mail, err := start(tokens)
				if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
					t.Skipf("not run on a real server: %v", err)
				}
				must(t, err)
				t.Cleanup(func() { must(t, mail.Close()) })
				test(t, mail, tokens, client)
			})
		}
	}
}

// The whole life of a login: the owner logs in, the access token expires or is
// revoked before its time, and in the end the owner takes the login back.
func TestLifeOfALogin(t *testing.T) {
	t.Parallel()
	forEachMailServer(t, func(t *testing.T, mail *mailsim.Server, tokens *mailsim.TokenServer, client Client) {
		page, ended := logIn(t, within(t), client, nil, nil)
		visit(t, page)
		login := <-ended
		must(t, login.err)
		keep, clock := &memory{refresh: login.refresh}, newClock()
		source := NewSource(client, keep, clock.Now)
		tokens.Rule(func(r *mailsim.TokenRules) { r.Rotate = true })
		enter := func() error { return enterBoth(t, mail, source) }

		must(t, enter())
		wantRequests(t, tokens, "one token for both", 2) // with the code's
		clock.pass(2 * time.Hour)
		must(t, enter())
		wantRequests(t, tokens, "expired by the clock", 3)
		tokens.ExpireAccess() // refused, and renewed
		must(t, enter())
		wantRequests(t, tokens, "refused before its time", 4)
		if keep.saves != 3 {
			t.Errorf("%d rotated refresh tokens were kept", keep.saves)
		}

		tokens.Revoke()
		for range 2 {
			wantErr(t, enter(), ErrGrant, "log in anew", tokens.Given()...)
		}
		keep.refresh = tokens.Grant() // the owner logs in anew
		must(t, enter())
	})
}

func wantRequests(t *testing.T, tokens *mailsim.TokenServer, when string, want int) {
	t.Helper()
	if got := tokens.Requests("token"); got != want {
		t.Errorf("%s: %d requests for tokens, want %d", when, got, want)
	}
}

// enterBoth logs in by IMAP and by SMTP.
func enterBoth(t *testing.T, mail *mailsim.Server, source *Source) error {
	t.Helper()
	c, err := imapconn.Dial(within(t), imapconn.Server{Host: mail.Host(), Port: mail.IMAPPort(), TLS: imapconn.None,
		User: mail.User(), Secret: source.Token, OAuth: true, Renew: source.Renew})
	if err != nil {
		return fmt.Errorf("by IMAP: %w", err)
	}
	c.Close()
	return mailer.TryLogin(within(t), mailer.SMTPServer{Host: mail.Host(), Port: mail.SMTPPort(), TLS: "none",
		User: mail.User(), Secret: source.Token, OAuth: true, Renew: source.Renew})
}

// A token that stays refused is the mail server's word: the login of the wrong
// user, for one. No token stands in the error.
func TestTokenOfAnother(t *testing.T) {
	t.Parallel()
	forEachMailServer(t, func(t *testing.T, mail *mailsim.Server, tokens *mailsim.TokenServer, client Client) {
		source := NewSource(client, &memory{refresh: tokens.Grant()}, time.Now)
		server := imapconn.Server{Host: mail.Host(), Port: mail.IMAPPort(), TLS: imapconn.None,
			User: "tom@example.org", Secret: source.Token, OAuth: true, Renew: source.Renew}
		_, err := imapconn.Dial(within(t), server)
		smtp := mailer.TryLogin(within(t), mailer.SMTPServer{Host: mail.Host(), Port: mail.SMTPPort(), TLS: "none",
			User: "tom@example.org", Secret: source.Token, OAuth: true, Renew: source.Renew})
		for _, err := range []error{err, smtp} {
			wantErr(t, err, imapconn.ErrLogin, "tom@example.org", tokens.Given()...)
		}
		if slices.Contains(tokens.Given(), "") || tokens.Requests("token") != 3 { // one, and another for each refusal
			t.Errorf("%d requests", tokens.Requests("token"))
		}
	})
}

// A mail server that cannot ask about a token is away: the token may be good, and
// no other one is asked for.
func TestTokenThatCannotBeChecked(t *testing.T) {
	t.Parallel()
	tokens, client := tokenServer(t)
	mail, err := mailsim.DovecotWith(mailsim.DovecotOptions{Tokens: tokens})
	if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skipf("not run on a real server: %v", err)
	}
	must(t, err)
	t.Cleanup(func() { must(t, mail.Close()) })
	source := NewSource(client, &memory{refresh: tokens.Grant()}, time.Now)
	token(t, source)
	must(t, tokens.Close())
	_, err = imapconn.Dial(within(t), imapconn.Server{Host: mail.Host(), Port: mail.IMAPPort(), TLS: imapconn.None,
		User: mail.User(), Secret: source.Token, OAuth: true, Renew: source.Renew})
	wantErr(t, err, imapconn.ErrAway, mail.User(), tokens.Given()...)
}

// Outlook.com under its own names: no password, a login by device code, XOAUTH2
// alone, IMAP with implicit TLS and SMTP with STARTTLS.
func TestOutlook(t *testing.T) {
	t.Parallel()
	tokens, _ := tokenServer(t)
	ca, err := mailsim.NewCA()
	must(t, err)
	certificate := func(name string) tls.Certificate {
		c, err := ca.Issue(name, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		must(t, err)
		return c
	}
	front := func(name, target string) string {
		f, err := mailsim.NewTLSFront(target, certificate(name))
		must(t, err)
		t.Cleanup(func() { must(t, f.Close()) })
		return f.Addr()
	}
	smtp := certificate("smtp-mail.outlook.com")
	mail, err := mailsim.EmbeddedWith(mailsim.Options{Provider: mailsim.Exchange, Tokens: tokens, NoPasswords: true, SMTPCertificate: &smtp})
	must(t, err)
	t.Cleanup(func() { must(t, mail.Close()) })
	dial := mailsim.Redirect(map[string]string{
		"outlook.office365.com:993":     front("outlook.office365.com", mail.IMAPAddr()),
		"smtp-mail.outlook.com:587":     net.JoinHostPort(mail.Host(), strconv.Itoa(mail.SMTPPort())),
		"login.microsoftonline.com:443": front("login.microsoftonline.com", tokens.Addr()),
	})
	client := Client{Provider: Microsoft, ID: mailsim.TokenClient, User: mail.User(),
		HTTP: &http.Client{Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}}}}
	var shown DeviceCode
	refresh, err := client.LoginByDevice(within(t), func(c DeviceCode) { shown = c }, func(error) {})
	must(t, err)
	source := NewSource(client, &memory{refresh: refresh}, time.Now)

	imapServer := imapconn.Server{Host: "outlook.office365.com", Port: 993, TLS: imapconn.Implicit, Roots: ca.Pool(), Dial: dial,
		User: mail.User(), Secret: source.Token, Renew: source.Renew, OAuth: true}
	smtpServer := mailer.SMTPServer{Host: "smtp-mail.outlook.com", Port: 587, TLS: "starttls", Roots: ca.Pool(), Dial: dial,
		User: mail.User(), Secret: source.Token, Renew: source.Renew, OAuth: true}
	c, err := imapconn.Dial(within(t), imapServer)
	must(t, err)
	c.Close()
	must(t, mailer.TryLogin(within(t), smtpServer))
	if shown.Code == "" {
		t.Error("no code was shown")
	}

	password := func(context.Context) (string, error) { return mail.Password(), nil }
	imapServer.OAuth, imapServer.Secret = false, password
	_, err = imapconn.Dial(within(t), imapServer)
	wantErr(t, err, imapconn.ErrLogin, "AUTHENTICATE failed.")
	smtpServer.OAuth, smtpServer.Secret = false, password
	wantErr(t, mailer.TryLogin(within(t), smtpServer), imapconn.ErrLogin, "basic authentication is disabled")
}
