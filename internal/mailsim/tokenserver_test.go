package mailsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// tokenServer starts one.
func tokenServer(t *testing.T) *TokenServer {
	t.Helper()
	s := value[*TokenServer](t)(NewTokenServer())
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// accessToken gets an access token by a refresh token.
func accessToken(t *testing.T, s *TokenServer, refresh string) (token, problem string) {
	t.Helper()
	r, err := http.PostForm(s.URL("token"), url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "client_id": {TokenClient}})
	must(t, err)
	defer r.Body.Close()
	var fields struct {
		Token   string `json:"access_token"`
		Problem string `json:"error"`
	}
	must(t, json.NewDecoder(r.Body).Decode(&fields))
	return fields.Token, fields.Problem
}

// xoauth2 is the client of XOAUTH2, and of OAUTHBEARER without its channel.
type xoauth2 struct{ mechanism, initial, challenge string }

func (x *xoauth2) Start() (string, []byte, error) { return x.mechanism, []byte(x.initial), nil }

func (x *xoauth2) Next(challenge []byte) ([]byte, error) {
	x.challenge = string(challenge)
	return []byte{1}, nil
}

// byToken logs in and says what happened.
func byToken(t *testing.T, s *Server, mechanism, user, token string) (said string) {
	t.Helper()
	c, err := imapclient.DialInsecure(s.IMAPAddr(), nil)
	must(t, err)
	defer c.Close()
	var client sasl.Client = &xoauth2{mechanism: mechanism, initial: "user=" + user + "\x01auth=Bearer " + token + "\x01\x01"}
	if mechanism == sasl.OAuthBearer {
		client = &xoauth2{mechanism: mechanism, initial: "n,a=" + user + ",\x01auth=Bearer " + token + "\x01\x01"}
	}
	if err := c.Authenticate(client); err != nil {
		return err.Error() + client.(*xoauth2).challenge
	}
	return "in"
}

// forEachTokenTaker runs a test on each kind of server that takes tokens.
func forEachTokenTaker(t *testing.T, test func(t *testing.T, s *Server, tokens *TokenServer)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		tokens := tokenServer(t)
		test(t, opened(t)(EmbeddedWith(Options{Tokens: tokens})), tokens)
	})
	t.Run("dovecot", func(t *testing.T) {
		t.Parallel()
		tokens := tokenServer(t)
		test(t, realServer(t, func() (*Server, error) { return DovecotWith(DovecotOptions{Tokens: tokens}) }), tokens)
	})
}

func TestTokensLetIn(t *testing.T) {
	t.Parallel()
	forEachTokenTaker(t, func(t *testing.T, s *Server, tokens *TokenServer) {
		refresh := tokens.Grant()
		for _, mechanism := range []string{"XOAUTH2", sasl.OAuthBearer} {
			token, _ := accessToken(t, tokens, refresh)
			if got := byToken(t, s, mechanism, s.User(), token); got != "in" {
				t.Errorf("%s: %s", mechanism, got)
			}
			if got := byToken(t, s, mechanism, "tom@example.org", token); got == "in" {
				t.Errorf("%s: another user is let in", mechanism)
			}
			tokens.ExpireAccess()
			if got := byToken(t, s, mechanism, s.User(), token); !strings.Contains(got, `"status":`) {
				t.Errorf("%s: an expired token: %s", mechanism, got)
			}
		}
		tokens.Revoke()
		if _, problem := accessToken(t, tokens, refresh); problem != "invalid_grant" {
			t.Errorf("after a revocation: %q", problem)
		}
	})
}

// Each provider refuses passwords in its own words, and goes on with tokens.
func TestNoPasswords(t *testing.T) {
	t.Parallel()
	for provider, want := range map[Provider]string{Gmail: "Application-specific password", Exchange: "LOGIN failed.", Standard: "AUTHENTICATIONFAILED"} {
		tokens := tokenServer(t)
		s := opened(t)(EmbeddedWith(Options{Provider: provider, Tokens: tokens, NoPasswords: true}))
		c, err := imapclient.DialInsecure(s.IMAPAddr(), nil)
		must(t, err)
		if err := c.Login(s.User(), s.Password()).Wait(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("LOGIN: %v", err)
		}
		if err := c.Authenticate(sasl.NewPlainClient("", s.User(), s.Password())); err == nil {
			t.Error("AUTHENTICATE PLAIN lets in")
		}
		if c.Caps().Has("AUTH=OAUTHBEARER") == (provider == Exchange) || !c.Caps().Has("AUTH=XOAUTH2") {
			t.Errorf("it offers %v", c.Caps())
		}
		c.Close()
		token, _ := accessToken(t, tokens, tokens.Grant())
		if got := byToken(t, s, "XOAUTH2", s.User(), token); got != "in" {
			t.Errorf("by token: %s", got)
		}
	}
}
