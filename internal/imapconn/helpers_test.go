package imapconn

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"regards/internal/mailsim"
)

// patience keeps a failing test from hanging; no test passes by waiting for it.
const patience = 2 * time.Minute

// forEachServer runs a test on a new server of either kind.
func forEachServer(t *testing.T, test func(t *testing.T, s *mailsim.Server)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, embedded(t))
	})
	t.Run("dovecot", func(t *testing.T) {
		t.Parallel()
		test(t, dovecot(t))
	})
}

func embedded(t testing.TB, without ...imap.Cap) *mailsim.Server {
	t.Helper()
	return opened(t)(mailsim.EmbeddedWith(mailsim.Options{Without: without}))
}

// dovecot starts Dovecot, or skips the test where there is none, unless
// REGARDS_TEST_REAL=1 says that there has to be one.
func dovecot(t testing.TB) *mailsim.Server {
	t.Helper()
	s, err := mailsim.Dovecot()
	if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skipf("not run on a real server: %v", err)
	}
	return opened(t)(s, err)
}

func opened(t testing.TB) func(*mailsim.Server, error) *mailsim.Server {
	return func(s *mailsim.Server, err error) *mailsim.Server {
		t.Helper()
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		return s
	}
}

func proxy(t *testing.T, s *mailsim.Server) *mailsim.Proxy {
	t.Helper()
	p, err := mailsim.NewProxy(s.IMAPAddr())
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	return p
}

// login is how to get into s.
func login(s *mailsim.Server) Server {
	return Server{Host: s.Host(), Port: s.IMAPPort(), TLS: None, User: s.User(), Secret: secret(s.Password())}
}

func secret(word string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return word, nil }
}

func dial(t testing.TB, s Server) *Conn {
	t.Helper()
	c, err := Dial(within(t), s)
	must(t, err)
	t.Cleanup(c.Close)
	return c
}

// within gives a context that ends a test which hangs.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantErr fails unless err is of the class want and of no other.
func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
	for _, class := range []error{ErrLogin, ErrAway, ErrTLS, ErrGarbled, context.Canceled, context.DeadlineExceeded} {
		if class != want && errors.Is(err, class) {
			t.Errorf("error %v is %v, too", err, class)
		}
	}
}

// wantNoReaders fails when a connection of the IMAP library lives on. Only for
// tests that are not parallel.
func wantNoReaders(t testing.TB) {
	t.Helper()
	var stacks string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		buf := make([]byte, 1<<20)
		stacks = string(buf[:runtime.Stack(buf, true)])
		if !strings.Contains(stacks, "imapclient.(*") {
			return
		}
	}
	t.Errorf("goroutines are left:\n%s", stacks)
}

// set changes a variable for the time of a test that is not parallel.
func set[T any](t testing.TB, variable *T, value T) {
	old := *variable
	*variable = value
	t.Cleanup(func() { *variable = old })
}
