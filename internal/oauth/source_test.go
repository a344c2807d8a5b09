package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"regards/internal/mailsim"
)

// source is a Source of a login that the token server knows.
func source(t testing.TB) (*Source, *mailsim.TokenServer, *memory, *clock) {
	server, client := tokenServer(t)
	keep, c := &memory{refresh: server.Grant()}, newClock()
	return NewSource(client, keep, c.Now), server, keep, c
}

func token(t testing.TB, s *Source) string {
	t.Helper()
	got, err := s.Token(within(t))
	must(t, err)
	return got
}

func TestTokenIsRenewedBeforeItExpires(t *testing.T) {
	t.Parallel()
	s, server, _, clock := source(t)
	first := token(t, s)
	clock.pass(time.Hour - margin - time.Second)
	if token(t, s) != first || server.Requests("token") != 1 {
		t.Error("a token that was good for a while was renewed")
	}
	clock.pass(time.Second)
	second := token(t, s)
	if second == first || server.Requests("token") != 2 {
		t.Error("a token was given that is good for five minutes only")
	}
	if !server.Accepts("ana@example.org", second) {
		t.Error("the new one is not good")
	}
}

// Many goroutines that need a token at once cost one renewal.
func TestSourceIsSafe(t *testing.T) {
	t.Parallel()
	s, server, _, _ := source(t)
	var asking sync.WaitGroup
	got := make([]string, 20)
	for i := range got {
		asking.Go(func() { got[i], _ = s.Token(within(t)) })
	}
	asking.Wait()
	refused := got[0]
	for i := range got {
		if got[i] != refused {
			t.Fatal("they got different tokens")
		}
		asking.Go(func() { got[i], _ = s.Renew(within(t), refused) })
	}
	asking.Wait()
	if server.Requests("token") != 2 || got[0] == refused || got[0] != got[19] {
		t.Errorf("it took %d renewals", server.Requests("token"))
	}
}

func TestRotatedRefreshTokenIsKept(t *testing.T) {
	t.Parallel()
	s, server, keep, _ := source(t)
	server.Rule(func(r *mailsim.TokenRules) { r.Rotate = true })
	before := keep.refresh
	for range 3 {
		access := token(t, s)
		_, err := s.Renew(within(t), access)
		must(t, err)
	}
	if keep.refresh == before || keep.saves != 4 { // the first by Token, then by each Renew
		t.Errorf("saved %d times", keep.saves)
	}
	// What was used is of no use: nobody holds to it.
	other := NewSource(s.client, &memory{refresh: before}, s.now)
	_, err := other.Token(within(t))
	wantErr(t, err, ErrGrant, "log in anew", before)
}

// A refresh token that cannot be saved is not lost while the process lives.
func TestRefreshTokenThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	s, server, keep, _ := source(t)
	server.Rule(func(r *mailsim.TokenRules) { r.Rotate = true })
	keep.problem = errors.New("the disk is full")
	for range 2 {
		if _, err := s.Token(within(t)); !errors.Is(err, keep.problem) {
			t.Fatalf("got %v", err)
		}
	}
	keep.problem = nil
	token(t, s)
	if keep.saves != 1 {
		t.Errorf("saved %d times", keep.saves)
	}
	// A new login of the owner counts more than what could not be saved.
	keep.problem = errors.New("the disk is full")
	_, err := s.Renew(within(t), s.access)
	wantErr(t, err, keep.problem, "keep the new refresh token", server.Given()...)
	server.Revoke()
	keep.problem, keep.refresh = nil, server.Grant()
	token(t, s)
}

func TestRevokedGrant(t *testing.T) {
	t.Parallel()
	s, server, keep, _ := source(t)
	access := token(t, s)
	server.Revoke()
	_, err := s.Renew(within(t), access)
	wantErr(t, err, ErrGrant, `"invalid_grant: Token has been expired or revoked."; log in anew`, server.Given()...)
	// The token that is known to be refused is not given again.
	_, err = s.Token(within(t))
	wantErr(t, err, ErrGrant, "log in anew")
	// A new login counts without a restart.
	keep.refresh = server.Grant()
	if !server.Accepts("ana@example.org", token(t, s)) {
		t.Error("the new token is not good")
	}
}

func TestNoLoginYet(t *testing.T) {
	t.Parallel()
	_, client := tokenServer(t)
	_, err := NewSource(client, new(memory), time.Now).Token(within(t))
	wantErr(t, err, ErrGrant, "there has been none")
}

// The classes of what a token endpoint can answer. Each answer repeats the
// secrets that it was told.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const refresh, secret = "1//refresh-token", "client-secret"
	aadsts := func(number string) string {
		return `{"error":"invalid_grant","error_description":"AADSTS` + number + `: It is so. Trace ID: 0f0f Correlation ID: 1a1a"}`
	}
	for _, x := range []struct {
		provider string
		status   int
		body     string
		class    error
		words    string
	}{
		{Custom, 400, `{"error":"invalid_grant"}`, ErrGrant, "log in anew"},
		{Custom, 400, `{"error":"invalid_grant","error_description":"` + refresh + ` of ` + secret + `"}`, ErrGrant, "… of …"},
		{Google, 400, `{"error":"invalid_grant","error_description":"Bad Request"}`, ErrGrant, "every seven days"},
		{Google, 400, `{"error":"invalid_request","error_description":"client_secret is missing."}`, ErrRegistration, "give the client secret"},
		{Google, 401, `{"error":"invalid_client"}`, ErrRegistration, "check client id"},
		{Microsoft, 400, `{"error":"interaction_required","error_description":"AADSTS50076: Due to a change"}`, ErrGrant, "log in anew"},
		{Microsoft, 400, aadsts("700082"), ErrGrant, `AADSTS700082: It is so."`},
		{Microsoft, 400, aadsts("50173"), ErrGrant, "log in anew"},
		{Microsoft, 400, aadsts("65001"), ErrRegistration, "ask its administrator"},
		{Microsoft, 400, aadsts("90094"), ErrRegistration, "ask its administrator"},
		{Microsoft, 401, aadsts("7000218"), ErrRegistration, "allow public client flows"},
		{Microsoft, 400, aadsts("700016"), ErrRegistration, "check client id and tenant"},
		{Custom, 400, `{"error":"unauthorized_client"}`, ErrRegistration, "desktop app"},
		{Custom, 400, `{"error":"invented"}`, ErrRegistration, "invented"},
		{Custom, 200, `{"error":"invalid_grant"}`, ErrGrant, "log in anew"},
		{Custom, 503, `{"error":"invalid_grant"}`, ErrAway, "try later"},
		{Custom, 429, `{"error":"invalid_request"}`, ErrAway, "try later"},
		{Custom, 400, `{"error":"temporarily_unavailable"}`, ErrAway, "try later"},
		{Custom, 500, "oh", ErrAway, "it answered 500 Internal Server Error"},
		{Custom, 404, "<html>" + refresh, ErrAway, "it answered 404 Not Found"},
		{Custom, 302, "", ErrAway, "it answered 302 Found"},
		{Custom, 307, "", ErrAway, "it answered 307"},
		{Custom, 200, "<html>log in to this hotel, " + refresh, ErrAway, "cannot be understood"},
		{Custom, 200, "", ErrAway, "cannot be understood"},
		{Custom, 200, "{}", ErrAway, "cannot be understood"},
		{Custom, 200, `{"access_token":"a` + refresh + `","expires_in":"soon"}`, ErrAway, "cannot be understood"},
		{Custom, 200, `{"access_token":"a\u0001b"}`, ErrAway, "cannot be understood"},
		{Custom, 200, `{"access_token":"a b"}`, ErrAway, "cannot be understood"},
		{Custom, 200, `{"access_token":"a","token_type":"mac"}`, ErrAway, "cannot be understood"},
		{Custom, 200, `{"access_token":"` + strings.Repeat("a", mostAnswer) + `"}`, ErrAway, "the answer is too long"},
	} {
		asked := 0
		c := played(func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Location", "http://evil.example/"+refresh)
			w.WriteHeader(x.status)
			fmt.Fprint(w, x.body)
		})
		c.Provider, c.Secret = x.provider, secret
		_, err := NewSource(c, &memory{refresh: refresh}, newClock().Now).Token(within(t))
		if !errors.Is(err, x.class) {
			t.Errorf("%s %d %.50s: %v", x.provider, x.status, x.body, err)
			continue
		}
		wantErr(t, err, x.class, x.words, refresh, secret, "Trace ID")
		if asked != 1 {
			t.Errorf("%s: the refresh token was sent %d times", x.body, asked)
		}
	}
}

func TestLives(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]time.Duration{
		"":                          unknownLife,
		`,"expires_in":null`:        unknownLife,
		`,"expires_in":0`:           unknownLife,
		`,"expires_in":-5`:          unknownLife,
		`,"expires_in":3599`:        3599 * time.Second,
		`,"expires_in":"3599"`:      3599 * time.Second,
		`,"expires_in":99999999999`: longestLife,
	} {
		c := played(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token":"a","token_type":"bearer"%s}`, said)
		})
		keep, clock := &memory{refresh: "r"}, newClock()
		s := NewSource(c, keep, clock.Now)
		token(t, s)
		if got := s.until.Sub(clock.Now()); got != want {
			t.Errorf("%s: %v, want %v", said, got, want)
		}
		if keep.refresh != "r" || keep.saves != 0 {
			t.Errorf("%s: an answer without a refresh token has replaced it", said)
		}
	}
}

// A server that never answers is given up with the context, and others need not
// wait for it.
func TestServerHangs(t *testing.T) {
	t.Parallel()
	s, server, keep, _ := source(t)
	asked, release := make(chan struct{}), make(chan struct{})
	server.Rule(func(r *mailsim.TokenRules) {
		r.Intercept = func(http.ResponseWriter, *http.Request) bool { asked <- struct{}{}; <-release; return true }
	})
	defer close(release)
	ctx, cancel := context.WithCancel(within(t))
	ended := make(chan error)
	go func() { _, err := s.Token(ctx); ended <- err }()
	<-asked
	waiting, giveUp := context.WithCancel(within(t))
	giveUp()
	if _, err := s.Token(waiting); !errors.Is(err, context.Canceled) {
		t.Errorf("who waits for another's renewal: %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), keep.refresh) {
		t.Errorf("got %v", err)
	}
}

// So it is without anybody's context.
func TestServerHangsForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := played(nil)
		c.HTTP.Transport = hanging{}
		_, err := NewSource(c, &memory{refresh: "refresh-token"}, time.Now).Token(t.Context())
		wantErr(t, err, ErrAway, "no answer within 30s", "refresh-token")
	})
}

// hanging is a way to a server that never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// An answer without end is not read further than any honest one goes.
func TestEndlessAnswer(t *testing.T) {
	t.Parallel()
	c, body := played(nil), new(endless)
	c.HTTP.Transport = body
	_, err := NewSource(c, &memory{refresh: "refresh-token"}, time.Now).Token(within(t))
	wantErr(t, err, ErrAway, "too long", "refresh-token")
	if body.read > 2*mostAnswer || !body.closed {
		t.Errorf("%d bytes were read; closed: %v", body.read, body.closed)
	}
}

// endless is a way to a server whose answer never ends, and that answer.
type endless struct {
	read   int
	closed bool
}

func (e *endless) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: e, Header: http.Header{}}, nil
}

func (e *endless) Read(b []byte) (int, error) { e.read += len(b); return len(b), nil }

func (e *endless) Close() error { e.closed = true; return nil }

func TestNoServer(t *testing.T) {
	t.Parallel()
	s, server, keep, _ := source(t)
	must(t, server.Close())
	_, err := s.Token(within(t))
	wantErr(t, err, ErrAway, "renew the access token", keep.refresh)
	other, client := tokenServer(t)
	client.TokenURL = strings.Replace(other.URL("token"), "http://", "https://", 1) // it speaks no TLS
	_, err = NewSource(client, keep, time.Now).Token(within(t))
	wantErr(t, err, ErrAway, "HTTP response to HTTPS", keep.refresh)
}

func TestClientsThatCannotBe(t *testing.T) {
	t.Parallel()
	good := Client{Provider: Custom, ID: "id", AuthURL: "https://p.example/a", TokenURL: "https://p.example/t"}
	for words, change := range map[string]func(*Client){
		"no provider":           func(c *Client) { c.Provider = "yahoo" },
		"no client id":          func(c *Client) { c.ID = "" },
		"no tenant":             func(c *Client) { c.Provider, c.Tenant = Microsoft, "../evil" },
		"write https://":        func(c *Client) { c.TokenURL = "http://p.example/t" },
		"page to log in":        func(c *Client) { c.AuthURL = "" },
		"no address of the web": func(c *Client) { c.TokenURL = "https://" },
		"not safe":              func(c *Client) { c.AuthURL = "ftp://127.0.0.1/" },
	} {
		c := good
		change(&c)
		_, err := NewSource(c, &memory{refresh: "refresh-token"}, time.Now).Token(within(t))
		wantErr(t, err, ErrRegistration, words, "refresh-token")
	}
}
