package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"regards/internal/config"
	"regards/internal/mailsim"
)

// beginner is somebody who sets regards up in a terminal.
type beginner struct {
	*window
	*world
	t    *testing.T
	home string
	c    *exec.Cmd

	desktop bool // there is a browser, though nobody looks at it
}

// startInit runs "regards init" in a terminal, among the imitated servers of a provider.
func startInit(t *testing.T, provider string) *beginner {
	t.Helper()
	n := beginnerAt(t, provider)
	n.start()
	return n
}

func beginnerAt(t *testing.T, provider string) *beginner {
	t.Helper()
	n := &beginner{window: openWindow(t), world: &world{}, t: t, home: t.TempDir()}
	check(t, imitations[provider].begin(n.world, n.home, t.Cleanup))
	check(t, os.WriteFile(filepath.Join(n.home, "xdg-open"), []byte("#!/bin/sh\n"), 0o700))
	self, err := os.Executable()
	check(t, err)
	// The test's program is regards where it is called so; see TestMain.
	check(t, os.Symlink(self, filepath.Join(n.home, "regards")))
	return n
}

func (n *beginner) start(args ...string) {
	n.t.Helper()
	n.c = exec.Command(filepath.Join(n.home, "regards"), append([]string{"init"}, args...)...)
	n.c.Env = []string{"PATH=" + n.home + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + n.home, "TZ=UTC", "NO_COLOR=1", "LANG=es_ES.UTF-8",
		"SSL_CERT_FILE=" + filepath.Join(n.home, "ca.pem"), "SSL_CERT_DIR=" + filepath.Join(n.home, "none"),
		"REGARDS_TEST_INTERNET=" + filepath.Join(n.home, "internet.json")}
	if n.desktop {
		n.c.Env = append(n.c.Env, "DISPLAY=:0")
	}
	n.c.Stdin, n.c.Stdout, n.c.Stderr = n.terminal, n.terminal, n.terminal
	n.c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	check(n.t, n.c.Start())
}

// browser is that of another machine.
func (n *beginner) browser() *http.Client {
	n.t.Helper()
	i, err := readInternet(filepath.Join(n.home, "internet.json"))
	check(n.t, err)
	ca, err := os.ReadFile(filepath.Join(n.home, "ca.pem"))
	check(n.t, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	return &http.Client{Transport: &http.Transport{DialContext: i.dial, TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

// answer waits for a question, and types a line.
func (n *beginner) answer(question, line string) {
	n.t.Helper()
	n.await(n.t, question)
	n.press(n.t, line+"\r")
}

func (n *beginner) config() string { return filepath.Join(n.home, ".config", "regards", "config.toml") }

// left lists the files that were made.
func (n *beginner) left() (files []string) {
	n.t.Helper()
	for _, pattern := range []string{".config/regards/*", ".local/share/regards/*"} {
		found, err := filepath.Glob(filepath.Join(n.home, pattern))
		check(n.t, err)
		files = append(files, found...)
	}
	return files
}

// The four questions: what is wrong is asked again, a password is not shown, and one
// that is refused can be typed anew.
func TestInitInTerminal(t *testing.T) {
	t.Parallel()
	n := startInit(t, "gmail")
	before := n.mode(t)
	n.answer("Your mail address: ", "ana at gmail")
	n.answer("write the address alone", "ana@gmail.com")
	n.answer("Your name", "Ana Díaz")
	n.answer("(en, es, de, fr) [es]: ", "klingon")
	n.answer("write one of en, es, de, fr", "")
	n.await(t, "Gmail: imap.gmail.com:993")
	n.answer("Which one [1]: ", "7")
	n.answer("write what stands at the beginning", "")
	n.await(t, "https://myaccount.google.com/apppasswords")
	n.secretly("summer 2026")
	if shown := n.await(t, "Application-specific password required"); strings.Contains(shown, "summer") {
		t.Errorf("the password was shown:\n%s", shown)
	}
	n.secretly(n.server.Password())
	n.answer("config.toml? [Y/n]: ", "")
	n.await(t, "did your phone show it?")
	n.answer("Did it [Y/n]: ", "n")
	n.await(t, "what comes next")
	if err := n.c.Wait(); err != nil {
		t.Fatal(err)
	}
	if after := n.mode(t); after != before {
		t.Error("the terminal is not as it was")
	}
	c, err := config.Load(n.config())
	check(t, err)
	if secret, err := c.Accounts[0].IMAP.Secret(t.Context()); secret != n.server.Password() || c.Owner.Language != "es" || c.Owner.Name != "Ana Díaz" {
		t.Errorf("got %+v, %v", c.Owner, err)
	}
	if got := len(n.left()); got != 2 {
		t.Errorf("%d files: %v", got, n.left())
	}

	// Again: what stands there is offered, and "as before" needs no password.
	n.start()
	n.answer("Your mail address [ana@gmail.com]: ", "")
	n.answer("Your name, as your letters show it [Ana Díaz]: ", "Ana Díaz López")
	n.answer("(en, es, de, fr) [es]: ", "")
	n.answer("Which one [k]: ", "")
	n.answer("config.toml? [Y/n]: ", "")
	n.await(t, "wrote ")
	if err := n.c.Wait(); err != nil {
		t.Fatal(err)
	}
	again, err := config.Load(n.config())
	check(t, err)
	if again.Owner.Name != "Ana Díaz López" || again.Accounts[0].IMAP.PasswordFile != c.Accounts[0].IMAP.PasswordFile {
		t.Errorf("got %+v", again)
	}
}

// A provider that takes no password: its steps are shown, the client id is asked for, and
// the permission comes by a code or by the browser of another machine, whose last page is pasted.
func TestInitByPermission(t *testing.T) {
	for name, permit := range map[string]func(*beginner){
		"a code": func(n *beginner) { n.await(t, "BCDF-GHJK") },
		"a pasted page": func(n *beginner) {
			page := strings.TrimSpace(strings.Split(n.await(t, "paste the address of that page here."), "send mail:")[1])
			n.press(t, "what is this?\r")
			n.await(t, "this is not the address where the browser ended")
			n.press(t, n.endOf(strings.Fields(page)[0])+"\r")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := beginnerAt(t, "outlook")
			n.desktop = name == "a pasted page"
			n.start()
			n.answer("Your mail address: ", "ana@outlook.com")
			n.answer("Your name", "Ana")
			n.answer("[es]: ", "")
			n.answer("Which one [1]: ", "1")
			n.await(t, "https://entra.microsoft.com")
			n.answer("Client id: ", "")
			n.answer("Client id: ", mailsim.TokenClient)
			n.answer("Tenant [consumers]: ", "")
			permit(n)
			n.await(t, "logged in at outlook.office365.com")
			n.answer("config.toml? [Y/n]: ", "")
			n.answer("Did it [Y/n]: ", "y")
			n.await(t, "what comes next")
			if err := n.c.Wait(); err != nil {
				t.Fatal(err)
			}
			if left := n.left(); len(left) != 3 { // the configuration, the token and its lock
				t.Errorf("%v", left)
			}
		})
	}
}

// endOf gives the address of the page at which a login ends, which the browser of another
// machine cannot open.
func (n *beginner) endOf(page string) string {
	n.t.Helper()
	var end string
	client := n.browser()
	client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Hostname() == "localhost" {
			end = r.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}
	answer, err := client.Get(page)
	check(n.t, err)
	check(n.t, answer.Body.Close())
	return end
}

// A server that lets nobody send is done without, if the owner says so.
func TestInitWithoutSending(t *testing.T) {
	t.Parallel()
	n := startInit(t, "nosending")
	n.answer("Your mail address: ", "ana@quiet.example")
	n.answer("Your name", "Ana")
	n.answer("[es]: ", "")
	n.answer("Which one [1]: ", "c")
	n.answer("Command: ", "cat "+filepath.Join(n.home, "password"))
	n.await(t, "sending: connect to smtp.quiet.example:465")
	n.answer("Go on without sending?", "")
	n.answer("config.toml? [Y/n]: ", "")
	n.answer("Did it [Y/n]: ", "")
	n.await(t, "what comes next")
	if err := n.c.Wait(); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(n.config())
	check(t, err)
	if a := c.Accounts[0]; a.SMTP != nil || a.IMAP.Host != "imap.quiet.example" || len(a.IMAP.PasswordCommand) != 2 {
		t.Errorf("got %v, %v", a.IMAP, a.SMTP)
	}
}

// However it ends before the end, nothing is left, and the terminal is as it was.
func TestInitBrokenOff(t *testing.T) {
	for name, brokenOff := range map[string]func(*beginner){
		"Ctrl-C at a question": func(n *beginner) {
			n.await(n.t, "Your mail address: ")
			n.press(n.t, "\x03")
		},
		"Ctrl-C at the password": func(n *beginner) {
			upToPassword(n)
			n.press(n.t, "secret\x03")
		},
		"SIGTERM at the password": func(n *beginner) {
			upToPassword(n)
			check(n.t, n.c.Process.Signal(syscall.SIGTERM))
		},
		"end of the input": func(n *beginner) {
			n.await(n.t, "Your mail address: ")
			n.press(n.t, "\x04")
		},
		"no at the end": func(n *beginner) {
			upToPassword(n)
			n.press(n.t, n.server.Password()+"\r")
			n.answer("config.toml? [Y/n]: ", "n")
		},
		"three wrong passwords": func(n *beginner) {
			upToPassword(n)
			n.press(n.t, "one\r")
			n.secretly("two")
			n.secretly("three")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := startInit(t, "gmail")
			before := n.mode(t)
			brokenOff(n)
			n.await(t, "nothing was written")
			err := n.c.Wait()
			if failed := err != nil; failed != (name != "no at the end") {
				t.Errorf("it ended with %v", err)
			}
			if left := n.left(); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			if after := n.mode(t); after != before {
				t.Errorf("the terminal is\n%+v, was\n%+v", after, before)
			}
		})
	}
}

// secretly waits until the terminal no longer shows what is typed, which is switched off
// behind the question, and types a line.
func (n *beginner) secretly(line string) {
	n.t.Helper()
	n.await(n.t, "(it is not shown): ")
	n.unseen()
	n.press(n.t, line+"\r")
}

func (n *beginner) unseen() {
	n.t.Helper()
	for deadline := time.Now().Add(untilPatience); n.mode(n.t).Lflag&unix.ECHO != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			n.t.Fatal("what is typed is shown")
		}
	}
}

func upToPassword(n *beginner) {
	n.t.Helper()
	n.answer("Your mail address: ", "ana@gmail.com")
	n.answer("Your name", "Ana")
	n.answer("[es]: ", "")
	n.answer("Which one [1]: ", "")
	n.await(n.t, "(it is not shown): ")
	n.unseen()
}
