package oauth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"regards/internal/mailsim"
)

// limit keeps a failing test from hanging; no test passes by waiting for it.
const limit = time.Minute

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tokenServer starts a token server, and gives the client that it knows.
func tokenServer(t testing.TB) (*mailsim.TokenServer, Client) {
	t.Helper()
	s, err := mailsim.NewTokenServer()
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s, Client{Provider: Custom, ID: mailsim.TokenClient, User: "ana@example.org",
		AuthURL: s.URL("authorize"), TokenURL: s.URL("token"), DeviceURL: s.URL("device")}
}

// memory is a Keep that lies in memory.
type memory struct {
	mu      sync.Mutex // of Lock
	refresh string
	saves   int
	problem error // of Save
}

func (m *memory) Lock(context.Context) (func(), error) { m.mu.Lock(); return m.mu.Unlock, nil }

func (m *memory) Load(context.Context) (string, error) { return m.refresh, nil }

func (m *memory) Save(_ context.Context, refresh string) error {
	if m.problem != nil {
		return m.problem
	}
	m.refresh = refresh
	m.saves++
	return nil
}

// clock is one that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// wantErr fails unless err is of the class want alone, holds the words, and
// none of the secrets.
func wantErr(t testing.TB, err, want error, words string, secrets ...string) {
	t.Helper()
	if !errors.Is(err, want) || !strings.Contains(err.Error(), words) {
		t.Fatalf("error %v, want %v with %q", err, want, words)
	}
	for _, class := range []error{ErrGrant, ErrAway, ErrRegistration} {
		if class != want && errors.Is(err, class) {
			t.Errorf("error %v is %v, too", err, class)
		}
	}
	wantNoSecrets(t, err.Error(), secrets...)
}

func wantNoSecrets(t testing.TB, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
			t.Errorf("%q holds the secret %q", text, secret)
		}
	}
}

// handled is a way to a provider that a function plays, without a network.
type handled func(w http.ResponseWriter, r *http.Request)

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h(w, r)
	return w.Result(), r.Context().Err()
}

// played is a client whose provider is played by a function.
func played(h handled) Client {
	return Client{Provider: Custom, ID: "id", AuthURL: "https://p.example/authorize", TokenURL: "https://p.example/token",
		DeviceURL: "https://p.example/device", HTTP: &http.Client{Transport: h}}
}

// visit opens a page as a browser does, redirections included, and gives what it
// shows in the end.
func visit(t testing.TB, page string) (status int, shown string) {
	t.Helper()
	r, err := http.Get(page)
	must(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	must(t, err)
	return r.StatusCode, string(body)
}
