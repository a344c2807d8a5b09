package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regards/store"
)

// damages are what can become of a database file; good is what it was.
var damages = map[string]func(t *testing.T, path string, good []byte){
	"text":      func(t *testing.T, path string, _ []byte) { overwrite(t, path, bytes.Repeat([]byte("text "), 2000)) },
	"empty":     func(t *testing.T, path string, _ []byte) { overwrite(t, path, nil) },
	"truncated": func(t *testing.T, path string, good []byte) { overwrite(t, path, good[:len(good)/2]) },
	"torn page": func(t *testing.T, path string, good []byte) {
		copy(good[5*4096:], bytes.Repeat([]byte{0xa5}, 4096))
		overwrite(t, path, good)
	},
	"newer": func(t *testing.T, path string, good []byte) {
		good[63] = 99 // user_version, in the file format of SQLite
		overwrite(t, path, good)
	},
	"no schema": func(t *testing.T, path string, good []byte) {
		good[63] = 0
		overwrite(t, path, good)
	},
	"folder": func(t *testing.T, path string, _ []byte) {
		check(t, os.Remove(path))
		check(t, os.Mkdir(path, 0o700))
	},
}

func overwrite(t *testing.T, path string, b []byte) {
	t.Helper()
	check(t, os.WriteFile(path, b, 0o600))
}

// Whatever has become of the database, each command names the way back and
// changes nothing; the way back leads back.
func TestDamagedDatabase(t *testing.T) {
	for name, spoil := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.seed()
			m.must("backup", "HOME/good.db")
			want := m.state()
			good, err := os.ReadFile(m.path())
			check(t, err)
			spoil(t, m.path(), good)
			before := m.bytes()
			for _, words := range [][]string{{"status"}, {"contact", "list"}, {"contact", "add", "Joe", "joe@x.example"}, {"undo"},
				{"sync"}, {"run", "--once"}, {"check"}, {"backup", "HOME/x.db"}, {"status", "-n"}} {
				if o := m.do(words...); o.code != 1 || !strings.Contains(o.err, "regards restore FILE") {
					t.Errorf("%q: code %d: %s", words, o.code, o.err)
				}
			}
			if m.bytes() != before {
				t.Error("it has changed")
			}
			m.must("restore", "HOME/good.db")
			m.same("restored", m.state(), want)
			if kept := slices.ContainsFunc(m.files(), func(f string) bool { return strings.Contains(f, "before-restore") }); !kept {
				t.Errorf("what was there is gone: %v", m.files())
			}
		})
	}
}

// bytes gives what lies in the place of the database.
func (m *machine) bytes() string {
	b, err := os.ReadFile(m.path())
	return fmt.Sprint(len(b), err, string(b))
}

// A path that cannot be gone is named, with what to do; folders that are
// missing on it are made.
func TestPathOfTheDatabase(t *testing.T) {
	m := newMachine(t)
	m.write("file", "")
	for path, want := range map[string]string{
		filepath.Join(m.home, "file", "regards.db"):               "there is no way to that place: check [store] path",
		filepath.Join(m.data, strings.Repeat("x", 300)):           "choose a shorter [store] path",
		m.data + strings.Repeat("/"+strings.Repeat("x", 200), 25): "choose a shorter [store] path",
		filepath.Join(m.home, "new", "er", "regards.db"):          "",
	} {
		text, err := os.ReadFile(filepath.Join(m.home, "config.toml"))
		check(t, err)
		m.write("config.toml", regexp.MustCompile(`(?m)^path = .*`).ReplaceAllLiteralString(string(text), fmt.Sprintf("path = %q", path)))
		o := m.do("contact", "add", "Joe", "joe@x.example")
		if !strings.Contains(o.err, want) || (o.code == 0) != (want == "") || workingFile.MatchString(o.err) {
			t.Errorf("%.80s: code %d: %s", path, o.code, o.err)
		}
	}
}

// A second service is told to try later, and which process is the first.
func TestSecondService(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.seed()
	unlock, err := store.Lock(context.Background(), m.path())
	check(t, err)
	for _, words := range [][]string{{"run"}, {"restore", "HOME/b.db"}} {
		want := fmt.Sprintf("another regards service holds the database %s (process %d); stop it first", m.path(), os.Getpid())
		if o := m.do(words...); o.code != exitTryLater || !strings.Contains(o.err, want) {
			t.Errorf("%q: code %d: %s", words, o.code, o.err)
		}
	}
	m.must("contact", "list")
	check(t, unlock())
	m.must("sync")
}

// Commands and a service that reads mail write at the same time: nobody is
// turned away, and nothing is lost.
func TestCommandsBesideTheService(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.seed()
	service := m.command("exec", "run")
	var log bytes.Buffer
	service.Stderr = &log
	check(t, service.Start())
	const each, writers = 8, 3
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				name := fmt.Sprintf("P%d-%d", w, i)
				for _, words := range [][]string{{"contact", "add", name, name + "@x.example"}, {"touch", "add", name, "--medium", "call"},
					{"contact", "edit", "Maria", "--group", name}} {
					if o := m.do(words...); o.code != 0 {
						t.Errorf("%q: code %d: %s", words, o.code, o.err)
					}
				}
			}
		})
	}
	all.Wait()
	m.untilDrafted()
	check(t, service.Process.Signal(os.Interrupt))
	if err := service.Wait(); err != nil {
		t.Errorf("the service: %v: %s", err, log.String())
	}
	if strings.Contains(log.String(), "locked") {
		t.Error(log.String())
	}
	state := m.state()
	if n := strings.Count(state, `"Medium":"call"`); n != each*writers {
		t.Errorf("%d calls", n)
	}
	if n := strings.Count(state, `"Subject":"Number `); n != 20 {
		t.Errorf("%d messages", n)
	}
}

// Two passes at once make one draft.
func TestTwoPassesAtOnce(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.seed()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if o := m.run("exec", "run", "--once"); o.code != 0 && o.code != exitTryLater {
				t.Errorf("code %d: %s", o.code, o.err)
			}
		})
	}
	all.Wait()
	if drafts, err := m.server.Messages("Drafts"); err != nil || len(drafts) != 1 {
		t.Errorf("%d drafts, %v", len(drafts), err)
	}
	m.state()
}

// Killed at any moment, each command has done what it does, or nothing, and can
// be given again.
func TestKilled(t *testing.T) {
	const moments = max(4/stride, 1)
	eachCommand(t, func(*machine) {}, func(m *machine, name, before, done string) {
		putBack := m.keep()
		random := rand.New(rand.NewPCG(1, uint64(len(name))))
		for range moments {
			putBack()
			c := m.command("exec", changing[name]...)
			check(m.t, c.Start())
			time.Sleep(time.Duration(random.IntN(25)) * time.Millisecond)
			c.Process.Kill() // it may have ended by itself
			ended := c.Wait() == nil
			if after := m.state(); !piecemeal[name] && after != before {
				m.same("it has left", after, done)
			} else if ended {
				m.same("it said that it was done, and left", after, done)
			}
			m.finish(name, done, ended)
		}
	})
}

// A new database that was cut short is no database; the next command makes one.
func TestKilledAtFirst(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	random := rand.New(rand.NewPCG(3, 4))
	for range 8 {
		c := m.command("exec", "contact", "add", "Joe", "joe@x.example")
		check(t, c.Start())
		time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
		c.Process.Kill()
		c.Wait()
		m.must("contact", "list")
		m.must("sync")
		m.state()
		for _, f := range m.files() {
			if workingFile.MatchString(f) {
				t.Errorf("%s was left", f)
			}
			check(t, os.Remove(filepath.Join(m.data, f)))
		}
	}
}

// Results that cannot be written are an error, and so is a reader who is gone;
// a log that cannot be written is none.
func TestStreams(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("/dev/full is Linux's")
	}
	m := newMachine(t)
	m.seed()
	for _, words := range [][]string{{"contact", "list"}, {"status", "--json"}, {"sync"}, {"touch", "add", "Tom", "--medium", "call"}, {"--help"}, {"version"}} {
		if o := m.run("exec 1>/dev/full; exec", words...); o.code != 1 || !strings.Contains(o.err, "write the results: ") || !strings.Contains(o.err, "no space left") {
			t.Errorf("%q on a full disk: code %d: %s", words, o.code, o.err)
		}
		c := m.command("exec", words...)
		r, w, err := os.Pipe()
		check(t, err)
		check(t, r.Close())
		var stderr bytes.Buffer
		c.Stdout, c.Stderr = w, &stderr
		c.Run()
		check(t, w.Close())
		if c.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), "write the results: ") {
			t.Errorf("%q to nobody: %v: %s", words, c.ProcessState, &stderr)
		}
	}
	for _, words := range [][]string{{"run", "--once"}, {"sync"}} {
		if o := m.run("exec 2>/dev/full; exec", words...); o.code != 0 {
			t.Errorf("%q with its log on a full disk: code %d", words, o.code)
		}
	}
	if drafts, err := m.server.Messages("Drafts"); err != nil || len(drafts) != 1 {
		t.Errorf("%d drafts, %v", len(drafts), err)
	}
}
