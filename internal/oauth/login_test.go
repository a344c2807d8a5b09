package oauth

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"regards/internal/mailsim"
)

// outcome is what became of a login.
type outcome struct {
	refresh string
	err     error
}

// logIn begins a login in a browser that nobody opens, and gives the page and
// how to learn what becomes of it.
func logIn(t testing.TB, ctx context.Context, c Client, pasted <-chan string, complain func(error)) (page string, ended chan outcome) {
	t.Helper()
	pages := make(chan string, 1)
	ended = make(chan outcome, 1)
	go func() {
		refresh, err := c.Login(ctx, Owner{Show: func(p string) { pages <- p }, Pasted: pasted, Complain: complain})
		ended <- outcome{refresh, err}
	}()
	select {
	case page = <-pages:
		return page, ended
	case o := <-ended:
		t.Fatalf("it ended before it began: %v", o.err)
		return "", nil
	}
}

// answerOf asks the provider's page where it would send the browser.
func answerOf(t testing.TB, page string) *url.URL {
	t.Helper()
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := stay.Get(page)
	must(t, err)
	r.Body.Close()
	back, err := r.Location()
	must(t, err)
	return back
}

// with changes a parameter of an address.
func with(u *url.URL, key, value string) string {
	changed := *u
	q := changed.Query()
	q.Set(key, value)
	changed.RawQuery = q.Encode()
	return changed.String()
}

func TestLogin(t *testing.T) {
	t.Parallel()
	server, client := tokenServer(t)
	opened := ""
	refresh, err := client.Login(within(t), Owner{Show: func(string) {}, Open: func(page string) error {
		opened = page
		go visit(t, page)
		return errors.New("it was opened all the same")
	}})
	must(t, err)
	if !slices.Contains(server.Given(), refresh) {
		t.Errorf("it gave %q", refresh)
	}
	u, err := url.Parse(opened)
	must(t, err)
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("state")) < 43 || q.Get("login_hint") != "ana@example.org" || q.Get("response_type") != "code" {
		t.Errorf("it asked with %v", q)
	}
	token(t, NewSource(client, &memory{refresh: refresh}, time.Now))
}

// What reaches the listener beside the answer changes nothing.
func TestLoginAmongStrangers(t *testing.T) {
	t.Parallel()
	server, client := tokenServer(t)
	page, ended := logIn(t, within(t), client, nil, nil)
	back := answerOf(t, page)
	base := "http://" + back.Host
	for address, want := range map[string]int{
		base + "/favicon.ico": http.StatusNotFound,
		base + "/":            http.StatusBadRequest,
		base + "/?state=" + back.Query().Get("state"):   http.StatusBadRequest,
		base + "/?code=stolen":                          http.StatusBadRequest,
		with(back, "state", "wrong"):                    http.StatusBadRequest,
		with(back, "state", ""):                         http.StatusBadRequest,
		base + "/?error=access_denied&state=not-ours":   http.StatusBadRequest,
		base + "/other?" + back.RawQuery:                http.StatusNotFound,
		base + "/?code=x&state=%3Cscript%3Ealert(1)%3C": http.StatusBadRequest,
	} {
		if status, shown := visit(t, address); status != want || strings.Contains(shown, "script") || strings.Contains(shown, "stolen") {
			t.Errorf("%s: %d %s", address, status, shown)
		}
	}
	if r, err := http.Post(back.String(), "text/plain", nil); err != nil || r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %v %v", r, err)
	}
	if status, shown := visit(t, back.String()); status != http.StatusOK || !strings.Contains(shown, "close this window") {
		t.Errorf("the answer: %d %s", status, shown)
	}
	o := <-ended
	must(t, o.err)
	if !slices.Contains(server.Given(), o.refresh) {
		t.Errorf("it gave %q", o.refresh)
	}
	// The listener is gone: an answer cannot be replayed.
	if _, err := http.Get(back.String()); err == nil {
		t.Error("the listener is still there")
	}
}

// A second answer, while the first is used, is not taken.
func TestReplayedState(t *testing.T) {
	t.Parallel()
	server, client := tokenServer(t)
	used, release := make(chan struct{}), make(chan struct{})
	server.Rule(func(r *mailsim.TokenRules) {
		r.Intercept = func(http.ResponseWriter, *http.Request) bool { close(used); <-release; return false }
	})
	page, ended := logIn(t, within(t), client, nil, nil)
	back := answerOf(t, page)
	visit(t, back.String())
	<-used
	if status, shown := visit(t, with(back, "code", "another")); status != http.StatusBadRequest || !strings.Contains(shown, "answered before") {
		t.Errorf("a replayed state: %d %s", status, shown)
	}
	close(release)
	must(t, (<-ended).err)
	if server.Requests("token") != 1 {
		t.Errorf("%d codes were used", server.Requests("token"))
	}
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"access_denied": ErrGrant, "server_error": ErrAway, "temporarily_unavailable": ErrAway,
		"unauthorized_client": ErrRegistration, "invalid_scope": ErrRegistration, "admin_policy_enforced": ErrRegistration,
	} {
		server, client := tokenServer(t)
		server.Rule(func(r *mailsim.TokenRules) { r.Refuse, r.Describe = code, "because of \x1b[31mthis" })
		page, ended := logIn(t, within(t), client, nil, nil)
		if _, shown := visit(t, page); !strings.Contains(shown, "refused") {
			t.Errorf("%s: it shows %s", code, shown)
		}
		u, err := url.Parse(page)
		must(t, err)
		wantErr(t, (<-ended).err, want, code+": because of  [31mthis", u.Query().Get("state"))
	}
}

// A code is of use only with the proof that this login has.
func TestCodeOfAnotherLogin(t *testing.T) {
	t.Parallel()
	server, client := tokenServer(t)
	page, ended := logIn(t, within(t), client, nil, nil)
	other, otherEnded := logIn(t, within(t), client, nil, nil)
	code := answerOf(t, other).Query().Get("code")
	visit(t, with(answerOf(t, page), "code", code))
	wantErr(t, (<-ended).err, ErrGrant, "invalid_grant", append(server.Given(), code)...)
	visit(t, other)
	must(t, (<-otherEnded).err)
}

func TestLoginWithoutRefreshToken(t *testing.T) {
	t.Parallel()
	server, client := tokenServer(t)
	server.Rule(func(r *mailsim.TokenRules) { r.NoRefresh = true })
	page, ended := logIn(t, within(t), client, nil, nil)
	visit(t, page)
	wantErr(t, (<-ended).err, ErrRegistration, "no refresh token", server.Given()...)
	server.Rule(func(r *mailsim.TokenRules) { r.RefuseToken, r.Describe = "invalid_client", "who?" })
	page, ended = logIn(t, within(t), client, nil, nil)
	visit(t, page)
	wantErr(t, (<-ended).err, ErrRegistration, "check client id", server.Given()...)
}

// The browser is on another machine: the owner pastes where it ended.
func TestPastedAnswer(t *testing.T) {
	t.Parallel()
	_, client := tokenServer(t)
	pasted, complaints := make(chan string), make(chan error, 1)
	page, ended := logIn(t, within(t), client, pasted, func(why error) { complaints <- why })
	back := answerOf(t, page)
	for line, want := range map[string]error{
		"yes":                        errPaste,
		"http://localhost:1/?code=x": errPaste,
		with(back, "state", "wrong"): errOther,
		page:                         errEmpty, // the page that was to be opened
		"http://[":                   errPaste,
	} {
		pasted <- line
		if got := <-complaints; got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
	pasted <- ""
	pasted <- back.String()
	must(t, (<-ended).err)
}

func TestPastedEnds(t *testing.T) {
	t.Parallel()
	_, client := tokenServer(t)
	pasted := make(chan string, 1)
	pasted <- "nothing good"
	close(pasted)
	page, ended := logIn(t, within(t), client, pasted, func(error) {})
	visit(t, page)
	must(t, (<-ended).err)
}

func TestLoginInterrupted(t *testing.T) {
	t.Parallel()
	_, client := tokenServer(t)
	ctx, cancel := context.WithCancel(within(t))
	page, ended := logIn(t, ctx, client, nil, nil)
	back := answerOf(t, page)
	cancel()
	if err := (<-ended).err; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := http.Get(back.String()); err == nil {
		t.Error("the listener is still there")
	}
}

func TestLoginTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &attempt{answer: make(chan url.Values, 1)}
		begun := time.Now()
		_, err := a.wait(t.Context(), Owner{})
		if err == nil || !strings.Contains(err.Error(), "10m") || time.Since(begun) != loginTime {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
	})
}

// Large providers are reached under their own names, over TLS.
func TestProviders(t *testing.T) {
	t.Parallel()
	server, err := mailsim.NewTokenServer()
	must(t, err)
	t.Cleanup(func() { must(t, server.Close()) })
	transport := fronts(t, server, "accounts.google.com", "oauth2.googleapis.com", "login.microsoftonline.com")
	browser := &http.Client{Transport: transport}
	for _, x := range []struct {
		client   Client
		scope    string // which is granted
		redirect string
	}{
		{Client{Provider: Google}, "openid https://mail.google.com/", "http://127.0.0.1:"},
		{Client{Provider: Microsoft}, "", "http://localhost:"},
		{Client{Provider: Microsoft, Tenant: "uni.example"}, "", "http://localhost:"},
	} {
		x.client.ID, x.client.HTTP = mailsim.TokenClient, browser
		server.Rule(func(r *mailsim.TokenRules) { r.Scope = x.scope })
		page, ended := logIn(t, within(t), x.client, nil, nil)
		r, err := (&http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Get(page)
		must(t, err)
		r.Body.Close()
		back, err := r.Location()
		must(t, err)
		if !strings.HasPrefix(back.String(), x.redirect) || x.client.HasDevice() != (x.client.Provider == Microsoft) {
			t.Errorf("%s sends back to %s", x.client.Provider, back)
		}
		visit(t, back.String())
		o := <-ended
		must(t, o.err)
		token(t, NewSource(x.client, &memory{refresh: o.refresh}, time.Now))
	}
	// Google lets the owner leave out what was asked for.
	server.Rule(func(r *mailsim.TokenRules) { r.Scope = "openid" })
	page, ended := logIn(t, within(t), Client{Provider: Google, ID: mailsim.TokenClient, HTTP: browser}, nil, nil)
	r, err := browser.Get(page)
	if err == nil {
		r.Body.Close()
	}
	must(t, err)
	wantErr(t, (<-ended).err, ErrGrant, "tick the box", server.Given()...)
}

// fronts makes a way to servers of these names, behind each of which stands the
// token server, and to loopback.
func fronts(t *testing.T, server *mailsim.TokenServer, names ...string) *http.Transport {
	t.Helper()
	ca, err := mailsim.NewCA()
	must(t, err)
	to := map[string]string{}
	for _, name := range names {
		certificate, err := ca.Issue(name, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		must(t, err)
		front, err := mailsim.NewTLSFront(server.Addr(), certificate)
		must(t, err)
		t.Cleanup(func() { must(t, front.Close()) })
		to[name+":443"] = front.Addr()
	}
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}, DialContext: mailsim.Redirect(to)}
}
