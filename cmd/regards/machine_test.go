package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/store"
)

// machine is a computer with the program on it, whose data folder the tests of
// faults spoil.
type machine struct {
	t      testing.TB
	home   string
	data   string // the folder of the database, and nothing else in it
	server *mailsim.Server
}

// newMachine sets up an owner with some mail. The data folder is there, empty.
func newMachine(t testing.TB) *machine {
	t.Helper()
	server, err := mailsim.Embedded()
	check(t, err)
	t.Cleanup(func() { server.Close() })
	home := t.TempDir()
	m := &machine{t: t, home: home, data: filepath.Join(home, "data"), server: server}
	check(t, os.Mkdir(m.data, 0o700))
	m.write("password", server.Password())
	m.write("config.toml", fmt.Sprintf("[store]\npath = %q\n\n", m.path())+fmt.Sprintf(storyConfig, server.IMAPPort()))
	m.write("people.csv", "name,address\nJoe,joe@x.example\nAnn,ann@x.example\nBob,bob@x.example\n")
	for i := range 40 {
		from, to := "ana@example.org", fmt.Sprintf("s%d@strangers.example", i)
		if i%2 == 0 {
			from, to = "maria@uni.example", "ana@example.org"
		}
		at := time.Date(2026, 1, 1, i, 0, 0, 0, time.UTC)
		_, err := server.Append("INBOX", mailsim.Message{Time: at, Raw: fmt.Appendf(nil,
			"From: %s\r\nTo: %s\r\nSubject: Number %d\r\nDate: %s\r\nMessage-ID: <%d@x.example>\r\n\r\nHello.\r\n",
			from, to, i, at.Format(time.RFC1123Z), i)})
		check(t, err)
	}
	return m
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (m *machine) path() string { return filepath.Join(m.data, "regards.db") }

func (m *machine) write(name, text string) {
	m.t.Helper()
	check(m.t, os.WriteFile(filepath.Join(m.home, name), []byte(text), 0o600))
}

// command makes a command line ready to run in a process of its own; script is
// what a shell does before it.
func (m *machine) command(script string, words ...string) *exec.Cmd {
	c := exec.Command("sh", append([]string{"-c", script + ` "$@"`, "sh", "regards"}, m.words(words)...)...)
	c.Dir = m.home
	return c
}

// words adds the flags that every command gets, and says where HOME is.
func (m *machine) words(words []string) []string {
	all := []string{"--config", filepath.Join(m.home, "config.toml"), "--now", storyNow}
	for _, w := range words {
		all = append(all, strings.Replace(w, "HOME/", m.home+"/", 1))
	}
	return all
}

// outcome is how a command ended.
type outcome struct {
	code     int
	out, err string
}

// run runs a command in a process of its own.
func (m *machine) run(script string, words ...string) outcome {
	m.t.Helper()
	c := m.command(script, words...)
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		m.t.Fatal(err)
	}
	return outcome{c.ProcessState.ExitCode(), out.String(), stderr.String()}
}

// do runs a command in this process, which takes a tenth of the time.
func (m *machine) do(words ...string) outcome {
	var out, stderr bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &output{Writer: &out}, err: &stderr}
	root := a.command()
	root.SetArgs(m.words(words))
	root.SetOut(a.out)
	root.SetErr(a.err)
	code := a.exit(root.ExecuteContext(context.Background()))
	return outcome{code, out.String(), stderr.String()}
}

// must runs a command that succeeds, and gives what it printed.
func (m *machine) must(words ...string) string {
	m.t.Helper()
	o := m.do(words...)
	if o.code != 0 {
		m.t.Fatalf("regards %q: code %d: %s", words, o.code, o.err)
	}
	return o.out
}

// Of what is stored, a state leaves out what differs between two runs: for how
// long a command took, and by which detour a letter came to its state.
var (
	randomID = regexp.MustCompile(`"[a-z2-7]{8,16}"`)
	passing  = regexp.MustCompile(`:\d\d(\.\d+)?Z"|"(Reason|MessageID|Key|Rule)":"[^"]*"|"Attempt":{[^}]*}`)
)

// state gives what the database holds for its owner, with the random ids
// replaced by their order, once it has passed every check.
func (m *machine) state() string {
	m.t.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, m.path())
	check(m.t, err)
	contacts, err := st.Contacts(ctx)
	check(m.t, err)
	touches, err := st.Touches(ctx, "")
	check(m.t, err)
	occasions, err := st.Occasions(ctx)
	check(m.t, err)
	letters, err := st.Letters(ctx)
	check(m.t, errors.Join(err, st.Integrity(ctx), st.Close()))
	for i := range letters {
		// A database that is put back finds a draft that it knows nothing of.
		if letters[i].State == contact.Edited {
			letters[i].State = contact.Drafted
		}
	}
	all, err := json.Marshal([]any{contacts, touches, occasions, letters})
	check(m.t, err)
	names := map[string]string{}
	return randomID.ReplaceAllStringFunc(passing.ReplaceAllString(string(all), `"`), func(id string) string {
		if names[id] == "" {
			names[id] = fmt.Sprint("id ", len(names))
		}
		return names[id]
	})
}

// untilDrafted waits for the service to lay the one letter that is due, which
// it does once it has read all the mail.
func (m *machine) untilDrafted() {
	m.t.Helper()
	for deadline := time.Now().Add(untilPatience); !strings.Contains(m.must("letter", "list"), "drafted"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatal("no draft was laid")
		}
	}
}

// same fails where two states differ, and shows where they begin to.
func (m *machine) same(what, got, want string) {
	m.t.Helper()
	if got == want {
		return
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	at = max(0, at-100)
	m.t.Errorf("%s: …%.300s\nnot …%.300s", what, got[min(at, len(got)):], want[min(at, len(want)):])
}

// keep remembers the data folder, to be put back by the function it gives.
func (m *machine) keep() (putBack func()) {
	m.t.Helper()
	kept := map[string][]byte{}
	for _, f := range m.files() {
		b, err := os.ReadFile(filepath.Join(m.data, f))
		check(m.t, err)
		kept[f] = b
	}
	return func() {
		m.t.Helper()
		for _, f := range m.files() {
			check(m.t, os.RemoveAll(filepath.Join(m.data, f)))
		}
		for f, b := range kept {
			check(m.t, os.WriteFile(filepath.Join(m.data, f), b, 0o600))
		}
	}
}

// files names what lies in the data folder.
func (m *machine) files() (names []string) {
	m.t.Helper()
	entries, err := os.ReadDir(m.data)
	check(m.t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// changing are the commands that write, each as it is run after those of seed.
var changing = map[string][]string{
	"add":     {"contact", "add", "Joe", "joe@x.example", "--group", "mentor"},
	"edit":    {"contact", "edit", "Tom", "--name", "Thomas"},
	"merge":   {"contact", "merge", "Maria", "Tom"},
	"remove":  {"contact", "remove", "Tom"},
	"log":     {"log", "met", "Tom", "--useful", "the tea", "--at", "2026-11-20"},
	"touch":   {"touch", "add", "Tom", "--medium", "call", "--at", "2026-11-20"},
	"import":  {"contact", "import", "HOME/people.csv"},
	"undo":    {"undo"},
	"forget":  {"forget", "Tom"},
	"backup":  {"backup", "HOME/data/copy.db"},
	"restore": {"restore", "HOME/b.db"},
	"sync":    {"sync"},
	"once":    {"run", "--once"},
}

// piecemeal are those of them that do their work in several steps: one that
// failed may have done some of it, and the next one does the rest.
var piecemeal = map[string]bool{"sync": true, "once": true, "forget": true, "restore": true}

// seed makes a history that gives each of them something to do.
func (m *machine) seed() {
	m.t.Helper()
	m.must("contact", "add", "Maria", "maria@uni.example")
	m.must("contact", "add", "Tom", "tom@labor.example")
	m.must("backup", "HOME/b.db")
	m.must("log", "met", "Maria", "--useful", "the walk", "--at", "2026-11-19")
	m.must("contact", "edit", "Tom", "--group", "mentor")
}

// workingFile is what no owner should have to read.
var workingFile = regexp.MustCompile(`\.new-|\.restoring|-wal|-shm`)

// spoilt runs a command on a machine with a fault, and says whether it failed;
// if so, it has named the fault and what to do.
func (m *machine) spoilt(script string, advice *regexp.Regexp, words ...string) (failed bool) {
	m.t.Helper()
	o := m.run(script, words...)
	switch {
	case o.code == 0:
		return false
	case o.code != 1 || !advice.MatchString(o.err) || workingFile.MatchString(o.err) || strings.Contains(o.err, "goroutine "):
		m.t.Errorf("%q: code %d: %s", words, o.code, o.err)
	}
	return true
}

// afterwards holds, once the fault is gone, that a command that failed has
// changed nothing, that one that did not has done all, and that the one that
// failed can be run again.
func (m *machine) afterwards(name, before, done string, failed bool) {
	m.t.Helper()
	if failed && !piecemeal[name] {
		m.same("it failed, and left", m.state(), before)
	}
	m.finish(name, done, !failed)
}

// finish gives a command again that has not ended well, and holds that all is
// done by then.
func (m *machine) finish(name, done string, ended bool) {
	m.t.Helper()
	after := m.state()
	if !ended && after != done {
		m.must(changing[name]...)
		after = m.state()
	}
	m.same("at last there is", after, done)
	if drafts, err := m.server.Messages("Drafts"); err != nil || len(drafts) > 1 {
		m.t.Errorf("%d drafts, %v", len(drafts), err)
	}
	for _, f := range m.files() {
		if strings.Contains(f, ".new-") || strings.Contains(f, ".restoring") {
			m.t.Errorf("%s was left", f)
		}
	}
}

// eachCommand runs f for the commands that write, on a machine of its own:
// before and done are the state without and with what the command does.
func eachCommand(t *testing.T, prepare func(*machine), f func(m *machine, name, before, done string)) {
	for _, name := range swept {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			prepare(m)
			m.seed()
			before, putBack := m.state(), m.keep()
			m.must(changing[name]...)
			done := m.state()
			putBack()
			f(m, name, before, done)
		})
	}
}
