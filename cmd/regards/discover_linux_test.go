package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"regards/store"
)

// window is a terminal window in which the real program runs.
type window struct {
	master, terminal *os.File
	mu               sync.Mutex
	shown            strings.Builder
	news             chan struct{} // something was shown
}

// openWindow makes a pseudo-terminal (pty(7)).
func openWindow(t *testing.T) *window {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skip("there are no pseudo-terminals here, which a Linux with /dev/ptmx has, as that of .ci/run: ", err)
	}
	check(t, err)
	t.Cleanup(func() { master.Close() })
	check(t, unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	check(t, err)
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	check(t, err)
	t.Cleanup(func() { terminal.Close() })
	w := &window{master: master, terminal: terminal, news: make(chan struct{}, 1)}
	go w.watch()
	return w
}

// watch notes what the program shows until the window is closed.
func (w *window) watch() {
	b := make([]byte, 4096)
	for {
		n, err := w.master.Read(b)
		if err != nil {
			return
		}
		w.mu.Lock()
		w.shown.Write(b[:n])
		w.mu.Unlock()
		select {
		case w.news <- struct{}{}:
		default:
		}
	}
}

// await waits until the program has shown something behind what was awaited before, and
// gives all up to it.
func (w *window) await(t *testing.T, what string) string {
	t.Helper()
	late := time.After(untilPatience)
	for {
		w.mu.Lock()
		shown := w.shown.String()
		before, behind, found := strings.Cut(shown, what)
		if found {
			w.shown.Reset()
			w.shown.WriteString(behind)
		}
		w.mu.Unlock()
		if found {
			return before
		}
		select {
		case <-w.news:
		case <-late:
			t.Fatalf("%q was not shown, but\n%s", what, shown)
		}
	}
}

func (w *window) press(t *testing.T, keys string) {
	t.Helper()
	_, err := io.WriteString(w.master, keys)
	check(t, err)
}

// mode gives how the terminal treats what is typed.
func (w *window) mode(t *testing.T) unix.Termios {
	t.Helper()
	mode, err := unix.IoctlGetTermios(int(w.terminal.Fd()), unix.TCGETS)
	check(t, err)
	return *mode
}

// start runs the program in the window, with the configuration in a folder.
func (w *window) start(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(plainProgram(t), args...)
	c.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "REGARDS_CONFIG="+filepath.Join(home, "config.toml"), "TZ=UTC")
	c.Stdin, c.Stdout, c.Stderr = w.terminal, w.terminal, w.terminal
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	check(t, c.Start())
	return c
}

// acquainted makes a home whose owner writes with some people.
func acquainted(t *testing.T, people int) (home string) {
	t.Helper()
	home = t.TempDir()
	check(t, os.WriteFile(filepath.Join(home, "password"), []byte("x"), 0o600))
	check(t, os.WriteFile(filepath.Join(home, "config.toml"), fmt.Appendf(nil, storyConfig, 1), 0o600))
	st, err := store.Open(t.Context(), filepath.Join(home, "regards", "regards.db"))
	check(t, err)
	defer st.Close()
	book, err := st.BookVersion(t.Context())
	check(t, err)
	peers := map[string]*store.Peer{}
	for i := range people {
		h := store.History{Count: people - i, At: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), Subject: "Hi"}
		addr := fmt.Sprintf("p%d@x.example", i+1)
		peers[addr] = &store.Peer{Addr: addr, Name: fmt.Sprintf("Pía No%d", i+1), In: h, Out: h}
	}
	_, err = st.Record(t.Context(), book, store.Scan{Account: "personal", Mailbox: "INBOX", Peers: peers})
	check(t, err)
	return home
}

// In a real terminal one key is an answer, a line is typed as ever, and however it
// ends, the terminal is as it was and what was answered holds.
func TestDiscoverInTerminal(t *testing.T) {
	for name, end := range map[string]func(*window, *exec.Cmd){
		"quit":    func(w *window, _ *exec.Cmd) { w.press(t, "q") },
		"Ctrl-C":  func(w *window, _ *exec.Cmd) { w.press(t, "\x03") },
		"SIGTERM": func(_ *window, c *exec.Cmd) { check(t, c.Process.Signal(syscall.SIGTERM)) },
		"Ctrl-C in a line": func(w *window, _ *exec.Cmd) {
			w.press(t, "g")
			w.await(t, "none: ")
			w.press(t, "ment\x03")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, home := openWindow(t), acquainted(t, 12)
			before := w.mode(t)
			c := w.start(t, home, "contact", "discover")
			shown := w.await(t, "1 of 12")
			if !strings.Contains(shown, "Pía No10") || strings.Contains(shown, "Pía No11") || strings.Contains(shown, "\x1b") {
				t.Errorf("the first page:\n%s", shown)
			}
			w.press(t, "a")
			w.await(t, "2 of 12")
			w.press(t, "g")
			w.await(t, "none: ")
			w.press(t, "mentx\x7for\r") // with a slip, which the terminal mends
			w.await(t, "3 of 12")
			w.press(t, "x")
			w.await(t, "4 of 12")
			w.await(t, "[q]uit")
			end(w, c)
			w.await(t, "2 contacts added, 1 never")
			if err := c.Wait(); err != nil {
				t.Errorf("it ended with %v", err)
			}
			if after := w.mode(t); after != before {
				t.Errorf("the terminal is\n%+v, was\n%+v", after, before)
			}
			if got, want := keptIn(t, home), "Pía No1 ; Pía No2 mentor"; got != want {
				t.Errorf("kept %q, want %q", got, want)
			}
		})
	}
}

func keptIn(t *testing.T, home string) string {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(home, "regards", "regards.db"))
	check(t, err)
	defer st.Close()
	all, err := st.Contacts(t.Context())
	check(t, err)
	var lines []string
	for _, c := range all {
		lines = append(lines, c.Name+" "+strings.Join(c.Groups, "+"))
	}
	return strings.Join(lines, "; ")
}
