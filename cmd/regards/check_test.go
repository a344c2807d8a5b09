package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regards/internal/config"
	"regards/internal/imapconn"
)

// documented holds that docs/troubleshooting.md has an entry for a message of check:
// a pattern of it stands there between backquotes, with … for what differs.
func documented(t *testing.T, message string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/troubleshooting.md")
	check(t, err)
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllSubmatch(text, -1) {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(string(m[1])), "…", ".*")
		if regexp.MustCompile(pattern).MatchString(message) {
			return
		}
	}
	t.Errorf("docs/troubleshooting.md has no entry for %q", message)
}

// unreached is a network on which nothing is done but to wait for the end.
var unreached = network{
	lookup: func(context.Context, string) ([]string, error) { return []string{"192.0.2.1"}, nil },
	dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	},
}

// lookAt checks accounts, of which only the servers and the name matter.
func lookAt(t *testing.T, patience limits, online network, accounts ...config.Account) *checkup {
	t.Helper()
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	check(t, os.WriteFile(password, []byte("secret"), 0o600))
	for i := range accounts {
		accounts[i].IMAP.PasswordFile = password
	}
	k := &checkup{app: &app{out: io.Discard}, now: time.Now, online: online, patience: patience}
	k.cfg.Accounts, k.cfg.Store.Path = accounts, filepath.Join(dir, "regards.db")
	k.accounts(t.Context())
	return k
}

func far(name, host string) config.Account {
	return config.Account{Name: name, IMAP: config.Server{Host: host, Port: 993, TLS: "implicit", User: "ana"}}
}

// problems gives the errors among findings.
func (r *findings) problems() (texts []string) {
	for _, f := range r.all {
		if f.State == "error" {
			texts = append(texts, f.What+": "+f.Text)
		}
	}
	return texts
}

// A network that is away is one error; a server that is away stands alone.
func TestCheckOffline(t *testing.T) {
	down := func(hosts ...string) network {
		return network{dial: unreached.dial, lookup: func(_ context.Context, host string) ([]string, error) {
			if slices.Contains(hosts, host) {
				return nil, &net.DNSError{Err: "server misbehaving", Name: host, IsTemporary: true}
			}
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}}
	}
	one, two := far("one", "imap.one.example"), far("two", "imap.two.example")
	for name, c := range map[string]struct {
		network network
		want    []string
	}{
		"all":  {down("imap.one.example", "imap.two.example"), []string{"network: no mail server can be reached: the name imap.one.example cannot be looked up: no name server answers"}},
		"one":  {down("imap.one.example"), []string{"account one: the name imap.one.example cannot be looked up: no name server answers", "account two: there is no server of the name imap.two.example"}},
		"typo": {down(), []string{"account one: there is no server of the name imap.one.example", "account two: there is no server of the name imap.two.example"}},
	} {
		k := lookAt(t, patience, c.network, one, two)
		if got := k.problems(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q", name, got)
		}
		for _, text := range k.problems() {
			documented(t, text)
		}
		if code := (&app{err: io.Discard}).exit(k.failure()); code != exitTryLater {
			t.Errorf("%s: exit code %d", name, code)
		}
	}
}

// Accounts are looked at side by side: each waits for all others. They are told in the
// order of the configuration.
func TestCheckSideBySide(t *testing.T) {
	const n = 5
	var accounts []config.Account
	for i := range n {
		accounts = append(accounts, far(fmt.Sprint(i), fmt.Sprintf("imap%d.example", i)))
	}
	var arrived atomic.Int32
	everybody := make(chan struct{})
	k := lookAt(t, patience, network{dial: unreached.dial, lookup: func(ctx context.Context, host string) ([]string, error) {
		if arrived.Add(1) == n {
			close(everybody)
		}
		select {
		case <-everybody:
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}, accounts...)
	var order []string
	for _, f := range k.all {
		if strings.HasPrefix(f.Text, "there is no server of the name") {
			order = append(order, f.What)
		}
	}
	if want := []string{"account 0", "account 1", "account 2", "account 3", "account 4"}; !slices.Equal(order, want) {
		t.Errorf("got %q", order)
	}
}

// listen plays a server: what it does with each connection.
func listen(t *testing.T, serve func(net.Conn)) config.Account {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	var working sync.WaitGroup
	working.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			working.Go(func() { defer conn.Close(); serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); working.Wait() })
	return config.Account{Name: "x", IMAP: config.Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: "none", User: "ana"}}
}

// hush reads what it is told, and says nothing.
func hush(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// Whoever falls silent, at whatever step, is told by that step, and nothing is tried
// after it.
func TestCheckSilence(t *testing.T) {
	silent, implicit, starttls := listen(t, hush), listen(t, hush), listen(t, hush)
	implicit.IMAP.TLS, starttls.IMAP.TLS = "implicit", "starttls"
	closing := listen(t, func(net.Conn) {})
	closing.IMAP.TLS = "implicit"
	for name, c := range map[string]struct {
		account config.Account
		network network
		short   func(*limits) *time.Duration // the limit of the step at which it hangs
		text    string
		fix     string
	}{
		"port":     {far("x", "imap.example"), unreached, func(l *limits) *time.Duration { return &l.connect }, "imap.example does not answer on port 993", "eduroam"},
		"TLS":      {implicit, online, func(l *limits) *time.Duration { return &l.tls }, "imap: the server is away: no answer within 300ms", "993"},
		"STARTTLS": {starttls, online, func(l *limits) *time.Duration { return &l.tls }, "imap: the server is away: no answer within 300ms", "143"},
		"greeting": {silent, online, func(l *limits) *time.Duration { return &l.login }, "log in at 127.0.0.1: the server is away: no answer within 300ms", "wait a few minutes"},
		"closing":  {closing, online, func(*limits) *time.Duration { return new(time.Duration) }, "imap: the server is away", "implicit TLS (993)"},
	} {
		limits := patience
		*c.short(&limits) = 300 * time.Millisecond
		k := lookAt(t, limits, c.network, c.account)
		last := k.all[slices.IndexFunc(k.all, func(f finding) bool { return f.State == "error" })]
		if len(k.problems()) != 1 || !strings.Contains(last.Text, c.text) || !strings.Contains(last.Fix, c.fix) || strings.Contains(last.Text, "?") {
			t.Errorf("%s: got %+v", name, last)
		}
		documented(t, last.Text)
		if !errors.Is(k.failure(), imapconn.ErrAway) {
			t.Errorf("%s: not worth another try", name)
		}
	}
}

// refusing greets, and refuses every login with these words.
func refusing(words string) func(net.Conn) {
	return func(conn net.Conn) {
		fmt.Fprint(conn, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n")
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			tag, _, _ := strings.Cut(lines.Text(), " ")
			fmt.Fprintf(conn, "%s NO %s\r\n", tag, words)
		}
	}
}

// The words of the server are told, and the steps of its provider where they are known.
func TestCheckLoginAdvice(t *testing.T) {
	account := listen(t, refusing("[ALERT] Application-specific password required: https://provider.example/help (Failure)"))
	k := lookAt(t, patience, online, account)
	last := k.all[len(k.all)-2] // that of SMTP comes after it
	if last.State != "error" || !strings.Contains(last.Text, "ALERT Application-specific password required: https://provider.example/help (Failure)") ||
		!strings.HasPrefix(last.Fix, "check user and password") {
		t.Errorf("got %+v", last)
	}
	documented(t, last.Text)
	k.advice = func(s config.Server) string {
		if s.Host != "127.0.0.1" {
			t.Errorf("asked for advice about %s", s.Host)
		}
		return "an app password is wanted here:\n1. open it\n2. write it down"
	}
	k.findings = findings{}
	k.accounts(t.Context())
	if got := k.all[len(k.all)-2].Fix; !strings.HasPrefix(got, "an app password") {
		t.Errorf("got %q", got)
	}
	var out strings.Builder
	printFindings(&out, k.all)
	if !strings.Contains(out.String(), "; an app password is wanted here:\n         1. open it\n         2. write it down\n") {
		t.Errorf("got %s", out.String())
	}
	if code := (&app{err: io.Discard}).exit(k.failure()); code != exitLogin {
		t.Errorf("exit code %d", code)
	}
}

// What passes by itself never hides what does not.
func TestCheckExitCode(t *testing.T) {
	away, login := fmt.Errorf("x: %w", imapconn.ErrAway), fmt.Errorf("x: %w", imapconn.ErrLogin)
	disk, wrong := errors.New("the disk is full"), &config.Error{File: "config.toml", Problems: []config.Problem{{Text: "no"}}}
	for _, c := range []struct {
		errs []error
		want int
	}{
		{nil, 0}, {[]error{away, away}, exitTryLater}, {[]error{away, disk}, exitFailed}, {[]error{disk, away, imapconn.ErrTLS}, exitFailed},
		{[]error{away, disk, login}, exitLogin}, {[]error{login, wrong, away}, exitConfig},
	} {
		var r findings
		for _, err := range c.errs {
			r.fail("x", err, "mend it")
		}
		var said strings.Builder
		if got := (&app{err: &said}).exit(r.failure()); got != c.want {
			t.Errorf("%v: exit code %d, not %d", c.errs, got, c.want)
		}
		if n := strings.Count(said.String(), "mend it"); n != len(c.errs) {
			t.Errorf("%v: it says %s", c.errs, said.String())
		}
	}
}

func TestCutFix(t *testing.T) {
	cause := errors.New("it is; so; mend it")
	var r findings
	r.fail("x", cutFix(cause), "")
	if r.all[0] != (finding{"x", "error", "it is; so", "mend it"}) || !errors.Is(r.failure(), cause) {
		t.Errorf("got %+v", r.all[0])
	}
	if err := cutFix(io.EOF); err != io.EOF {
		t.Errorf("got %v", err)
	}
}
