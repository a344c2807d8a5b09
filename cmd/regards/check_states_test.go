package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regards/store"
)

func TestClockOff(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 700_000_000, time.UTC)
	after := at.Add(3 * time.Second)
	for theirs, want := range map[time.Time]time.Duration{
		at.Truncate(time.Second):   0, // it tells whole seconds
		at.Add(2 * time.Second):    0,
		after:                      0,
		at.Add(-time.Hour):         time.Hour,
		after.Add(2 * time.Minute): -2 * time.Minute,
	} {
		if got := clockOff(at, after, theirs); got != want {
			t.Errorf("%v: got %v, not %v", theirs, got, want)
		}
	}
}

func TestClockInWords(t *testing.T) {
	for off, want := range map[time.Duration]string{
		0:                "ok this computer's clock agrees with the mail server's",
		-time.Minute:     "ok this computer's clock agrees with the mail server's",
		90 * time.Second: "note this computer's clock is 90 seconds ahead of the mail server's",
		-48 * time.Hour:  "error this computer's clock is 172800 seconds behind the mail server's (2 days), and letters are not sent",
	} {
		var r findings
		r.clock("x", off)
		if got := r.all[0].State + " " + r.all[0].Text; got != want || (r.all[0].Fix == "") != (r.all[0].State == "ok") {
			t.Errorf("%v: got %+v", off, r.all[0])
		}
		if r.all[0].State != "ok" {
			documented(t, r.all[0].Text)
		}
	}
	for _, system := range []string{"linux", "windows", "darwin"} {
		if !strings.HasPrefix(setClock(system), "set it") {
			t.Errorf("%s: %q", system, setClock(system))
		}
	}
}

func TestLastSync(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		age     time.Duration
		running bool
		text    string
		fix     string
	}{
		{0, true, "last synced just now", ""},
		{50 * time.Minute, true, "last synced 50 minutes ago", ""},
		{2 * time.Hour, true, "last synced 2 hours ago", "does not come through"},
		{2 * time.Hour, false, "last synced 2 hours ago", ""},
		{72 * time.Hour, false, "last synced 3 days ago", "is the service running?"},
		{-2 * time.Hour, false, "last synced in 2 hours", "clock"},
	} {
		text, fix := lastSync(now, now.Add(-c.age), c.running)
		if text != c.text || !strings.Contains(fix, c.fix) || (fix == "") != (c.fix == "") {
			t.Errorf("%v, running %t: got %q and %q", c.age, c.running, text, fix)
		}
		documented(t, text)
	}
	if text, fix := lastSync(now, time.Time{}, true); text != "never synced" || fix != "run: regards sync" {
		t.Errorf("got %q and %q", text, fix)
	}
}

func TestEnough(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		free, need uint64
		matters    bool
		want       string
	}{
		{9 * mib, 0, true, "error"}, {9 * mib, 0, false, "note"}, {99 * mib, 0, true, "note"},
		{100 * mib, 0, true, "ok"}, {150 * mib, 60 * mib, false, "note"}, {160 * mib, 60 * mib, false, "ok"},
	} {
		if got := enough(c.free, c.need, c.matters); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
	for n, want := range map[uint64]string{0: "0 B", 1023: "1.02e+03 B", 9 * mib: "9 MiB", 5 << 40: "5 TiB"} {
		if got := bytesInWords(n); got != want {
			t.Errorf("%d: got %s", n, got)
		}
	}
	if free, err := freeSpace(t.TempDir()); err != nil || free == 0 {
		t.Errorf("got %d, %v", free, err)
	}
}

// A folder that is not there yet is made below one that is.
func TestNearest(t *testing.T) {
	dir := t.TempDir()
	if got := nearest(filepath.Join(dir, "a", "b")); got != dir {
		t.Errorf("got %s", got)
	}
}

func TestHolder(t *testing.T) {
	lock := filepath.Join(t.TempDir(), "regards.db.lock")
	for text, want := range map[string]int{"4711\n": 4711, "": 0, "x\n": 0, "-1\n": 0} {
		check(t, os.WriteFile(lock, []byte(text), 0o600))
		process, since := holder(lock)
		if process != want || since.IsZero() != (want == 0) {
			t.Errorf("%q: got %d, %v", text, process, since)
		}
	}
	if process, _ := holder(lock + ".none"); process != 0 {
		t.Errorf("got %d", process)
	}
	if !alive(os.Getpid()) {
		t.Error("this process is not alive")
	}
}

// A lock that nobody seen from here can have taken is told from one of the service.
func TestCheckStrangeLock(t *testing.T) {
	k := &checkup{running: true}
	k.cfg.Store.Path = filepath.Join(t.TempDir(), "regards.db")
	for text, want := range map[string]string{
		"2147483646":              "note the database is locked, but process 2147483646, which did so, is not there", // above any system's largest
		strconv.Itoa(os.Getpid()): "ok running since 2026-11-22 10:00 as process " + strconv.Itoa(os.Getpid()),
		"":                        "ok running",
	} {
		lock := k.cfg.Database() + ".lock"
		check(t, os.WriteFile(lock, []byte(text), 0o600))
		at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		check(t, os.Chtimes(lock, at, at))
		k.findings, k.cfg.Owner.TimeZone = findings{}, "UTC"
		k.service(t.Context())
		last := k.all[len(k.all)-1]
		if got := last.State + " " + last.Text; got != want {
			t.Errorf("%q: got %s", text, got)
		}
	}
}

// verb is one of package fmt's in a text.
var verb = regexp.MustCompile(`%[a-z]`)

// Every message that check's sources hold as a note or an error has its entry, if it
// is more than a few words around an error.
func TestCheckMessagesAreDocumented(t *testing.T) {
	files, err := filepath.Glob("check*.go")
	check(t, err)
	seen := 0
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		check(t, err)
		for call := range calls(parsed, "note", "fail") {
			for text := range literals(call.Args[1]) {
				if len(text) > len("%s: %s: %w") && !strings.HasSuffix(file, "_test.go") {
					seen++
					documented(t, verb.ReplaceAllString(text, "X"))
				}
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d messages were found", seen)
	}
}

// calls gives the calls of methods of those names.
func calls(in ast.Node, names ...string) iter.Seq[*ast.CallExpr] {
	return func(yield func(*ast.CallExpr) bool) {
		for n := range ast.Preorder(in) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				continue
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if ok && slices.Contains(names, method.Sel.Name) && len(call.Args) == 3 && !yield(call) {
				return
			}
		}
	}
}

// literals gives the texts in an expression.
func literals(in ast.Node) iter.Seq[string] {
	return func(yield func(string) bool) {
		for n := range ast.Preorder(in) {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && !yield(text) {
					return
				}
			}
		}
	}
}

// A service that pauses after refused logins tries again once check has logged in, and not
// before: what it waits for is struck out.
func TestCheckHasItTriedAnew(t *testing.T) {
	m := newMachine(t)
	m.must("sync")
	known := func() store.AccountState {
		t.Helper()
		s, err := store.Open(t.Context(), m.path())
		check(t, err)
		defer s.Close()
		states, err := s.AccountStates(t.Context())
		check(t, err)
		return states["personal"]
	}
	problem := func() string { return known().Problem }
	s, err := store.Open(t.Context(), m.path())
	check(t, err)
	check(t, s.SetAccountState(t.Context(), store.AccountState{Name: "personal", Problem: "refused", BytesIn: 7}))
	check(t, s.Close())
	m.must("check")
	if got := problem(); got != "refused" {
		t.Errorf("without a service: %q", got)
	}
	unlock, err := store.Lock(t.Context(), m.path())
	check(t, err)
	defer unlock()
	m.write("password", "wrong")
	m.run("exec", "check")
	if got := problem(); got != "refused" {
		t.Errorf("with a wrong password: %q", got)
	}
	m.write("password", m.server.Password())
	m.must("check", "-n")
	if got := problem(); got != "refused" {
		t.Errorf("a rehearsal: %q", got)
	}
	m.must("check")
	if got := known(); got.Problem != "" || got.BytesIn != 7 || got.LastSync.IsZero() {
		t.Errorf("it is %+v", got)
	}
}
