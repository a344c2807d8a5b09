package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"regards/internal/mailsim"
)

// The scripts run the real program. Those in testdata/story tell what happens
// to mail and drafts, and run on every mail server there is; those in
// testdata/command hold what each command reads, prints and refuses.

func TestMain(m *testing.M) {
	// Most scripts wait for the program, and the program for servers.
	if err := flag.Set("test.parallel", "6"); err != nil { // the command line still holds
		panic(err)
	}
	testscript.Main(workbench{m}, map[string]func(){"regards": elsewhere(main), "xdg-open": elsewhere(visit)})
}

// servers are what stories are told on.
var servers = []string{"embedded", "dovecot", "cyrus", "courier", "gmail", "exchange"}

func TestStories(t *testing.T) {
	// The race detector watches the program on the embedded server. It makes each
	// of some thousand runs many times as slow, and sees the same on the others.
	plain := filepath.Dir(plainProgram(t))
	for name, open := range map[string]func() (*mailsim.Server, error){
		"embedded": mailsim.Embedded,
		"dovecot":  mailsim.Dovecot,
		"cyrus":    mailsim.Cyrus,
		"courier":  mailsim.Courier,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "embedded" {
				runScripts(t, "testdata/story", name, open)
				return
			}
			runScripts(t, "testdata/story", name, open, plain)
		})
	}
}

// What only large providers do, as internal/mailsim imitates it.
func TestGmail(t *testing.T) {
	runScripts(t, "testdata/gmail", "gmail", func() (*mailsim.Server, error) {
		return mailsim.EmbeddedWith(mailsim.Options{Provider: mailsim.Gmail})
	})
}

func TestExchange(t *testing.T) {
	runScripts(t, "testdata/exchange", "exchange", func() (*mailsim.Server, error) {
		return mailsim.EmbeddedWith(mailsim.Options{Provider: mailsim.Exchange})
	})
}

func TestCommands(t *testing.T) {
	runScripts(t, "testdata/command", "embedded", mailsim.Embedded)
}

// world is what a script acts on beside the program.
type world struct {
	server *mailsim.Server
	proxy  *mailsim.Proxy // the program talks to the server through it
	drafts string
	sent   string
	flags  map[string]string
	front  *mailsim.TLSFront    // see cmdTLS
	tokens *mailsim.TokenServer // of a provider, see cmdProvider
	saved  int                  // how often a mail program has saved a message, see changed

	book      *mailsim.AddressBook // see cmdBook
	bookHeard int
}

// runScripts runs the scripts of a folder on a kind of server, whose name is a
// condition in them. Programs are folders that come first in the path.
func runScripts(t *testing.T, dir, kind string, open func() (*mailsim.Server, error), programs ...string) {
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(cond string) (bool, error) {
			if !slices.Contains(servers, cond) {
				return false, fmt.Errorf("unknown condition %s", cond)
			}
			return cond == kind, nil
		},
		Setup: func(env *testscript.Env) error {
			server, err := open()
			if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
				env.T().Skip("not run on a real server: ", err)
			}
			if err != nil {
				return err
			}
			env.Defer(func() { server.Close() })
			if err := server.AddSMTP(); err != nil {
				return err
			}
			proxy, err := mailsim.NewProxy(server.IMAPAddr())
			if err != nil {
				return err
			}
			env.Defer(func() { proxy.Close() })
			w := &world{server: server, proxy: proxy, drafts: "Drafts", sent: "Sent"}
			switch kind {
			case "gmail":
				w.drafts, w.sent = "[Gmail]/Drafts", "[Gmail]/Sent Mail"
			case "exchange":
				w.sent = "Sent Items"
			}
			env.Values["world"] = w
			for _, folder := range programs {
				env.Setenv("PATH", folder+string(filepath.ListSeparator)+env.Getenv("PATH"))
			}
			return setUp(env, server, proxy.Port())
		},
		Cmds: scriptCommands,
	})
}

// scriptCommands are what a script can say beside running programs.
var scriptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"mail": cmdMail, "server": cmdServer, "mailbox": cmdMailbox, "flags": cmdFlags, "until": cmdUntil,
	"drafts": cmdDrafts, "crash": cmdCrash, "fault": cmdFault, "roundtrips": cmdRoundTrips, "generate": cmdGenerate, "acquaint": cmdAcquaint,
	"tls": cmdTLS, "unheard": cmdUnheard, "holds": cmdHolds, "sent": cmdSent, "reads": cmdReads, "reply": cmdReply, "tap": cmdTap,
	"smtp": cmdSMTP, "key": cmdKey, "book": cmdBook,
}

// setUp writes the configuration of a new owner.
func setUp(env *testscript.Env, server *mailsim.Server, port int) error {
	for name, value := range map[string]string{
		"HOME": env.WorkDir, "XDG_DATA_HOME": filepath.Join(env.WorkDir, "data"), "XDG_CONFIG_HOME": filepath.Join(env.WorkDir, "config"),
		"REGARDS_CONFIG": filepath.Join(env.WorkDir, "config.toml"), "NO_COLOR": "1", "TZ": "UTC",
		"IMAP_PORT": strconv.Itoa(port), "SMTP_PORT": strconv.Itoa(server.SMTPPort()), "NOW": storyNow,
	} {
		env.Setenv(name, value)
	}
	if err := os.WriteFile(filepath.Join(env.WorkDir, "password"), []byte(server.Password()), 0o600); err != nil {
		return err
	}
	text := fmt.Sprintf(storyConfig, port)
	return os.WriteFile(filepath.Join(env.WorkDir, "config.toml"), []byte(text), 0o600)
}

// storyNow is the time in stories that set one.
const storyNow = "2026-11-21T20:00:00Z"

const storyConfig = `[owner]
name = "Ana Díaz"
address = "ana@example.org"
aliases = ["ana.diaz@uni.example"]
time_zone = "Europe/Madrid"
signature = "Ana"

[[account]]
name = "personal"
authserv_id = "mx.example.org"
  [account.imap]
  host = "127.0.0.1"
  port = %d
  tls = "none"
  password_file = "password"

[[cadence]]
group = "mentor"
every = "60d"
latest = "90d"
`

func worldOf(ts *testscript.TestScript) *world { return ts.Value("world").(*world) }

// cmdMail delivers files into a mailbox: mail MAILBOX FILE… . The message
// arrives at the time of its Date; without one, at a fixed time. Where a script has no
// other clock than the true one, that may be "Date: 7 days ago".
func cmdMail(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mail MAILBOX FILE…")
	}
	for _, file := range args[1:] {
		raw := daysAgo.ReplaceAllStringFunc(ts.ReadFile(file), func(line string) string {
			days, err := strconv.Atoi(strings.Fields(line)[1])
			ts.Check(err)
			return "Date: " + time.Now().AddDate(0, 0, -days).Format(time.RFC1123Z)
		})
		raw = strings.ReplaceAll(raw, "\n", "\r\n")
		at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		if m, err := mail.ReadMessage(strings.NewReader(raw)); err == nil {
			if date, err := m.Header.Date(); err == nil {
				at = date
			}
		}
		_, err := worldOf(ts).server.Append(args[0], mailsim.Message{Time: at, Raw: []byte(raw)})
		ts.Check(err)
	}
}

var daysAgo = regexp.MustCompile(`(?m)^Date: \d+ days ago$`)

// cmdServer does something to the server: server stop|start|kill|drop.
func cmdServer(ts *testscript.TestScript, neg bool, args []string) {
	s := worldOf(ts).server
	do := map[string]func() error{"stop": s.Stop, "start": s.Start, "kill": s.Kill, "drop": s.DropConnections}
	if neg || len(args) != 1 || do[args[0]] == nil {
		ts.Fatalf("usage: server stop|start|kill|drop")
	}
	ts.Check(do[args[0]]())
}

// cmdMailbox does something to a mailbox, or to one message by its subject:
// mailbox create|delete|recreate NAME, rename NAME TO, move|copy NAME SUBJECT TO,
// remove NAME SUBJECT, send|save NAME SUBJECT [FIELD=VALUE]… . What changed says
// of the fields; without any, send sends the message as it is.
func cmdMailbox(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mailbox VERB NAME …")
	}
	s, name := worldOf(ts).server, args[1]
	var err error
	switch args[0] {
	case "create":
		err = s.Create(name)
	case "delete":
		err = s.Delete(name)
	case "rename":
		err = s.Rename(name, args[2])
	case "recreate":
		var keep []mailsim.Message
		if keep, err = s.Messages(name); err == nil {
			err = s.Recreate(name, keep)
		}
	case "move":
		_, err = s.Move(name, uidOf(ts, name, args[2]), args[3])
	case "copy":
		_, err = s.Copy(name, uidOf(ts, name, args[2]), args[3])
	case "send": // as a mail program does: a copy in Sent, then the draft is gone
		err = replace(ts, name, args[2], worldOf(ts).sent, []string{`\Seen`}, args[3:])
	case "save": // likewise: the new version, then the old one is gone
		err = replace(ts, name, args[2], name, []string{`\Draft`, `\Seen`}, args[3:])
	case "remove":
		err = s.Remove(name, uidOf(ts, name, args[2]))
	default:
		ts.Fatalf("unknown verb %s", args[0])
	}
	ts.Check(err)
}

// uidOf finds the first message in a mailbox whose subject begins so, or which goes
// to that address.
func uidOf(ts *testscript.TestScript, mailbox, subject string) uint32 {
	messages, err := worldOf(ts).server.Messages(mailbox)
	ts.Check(err)
	for _, m := range messages {
		to := strings.Contains(subject, "@") && bytes.Contains(m.Raw, []byte("<"+subject+">"))
		if to || bytes.Contains(m.Raw, []byte("Subject: "+subject)) {
			return m.UID
		}
	}
	ts.Fatalf("no message in %s has the subject %q", mailbox, subject)
	return 0
}

// cmdFlags holds that no message changes: flags keep remembers every mailbox and
// every message with its flags; flags same fails when one of them is gone or has
// others, or when a mailbox was created, unless it is among those that follow.
func cmdFlags(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	now := map[string]string{}
	boxes, err := w.server.Mailboxes()
	ts.Check(err)
	for _, box := range boxes {
		if len(args) > 0 && args[0] == "same" && w.flags["mailbox "+box] == "" && !slices.Contains(args[1:], box) {
			ts.Fatalf("the mailbox %s was created", box)
		}
		now["mailbox "+box] = "there"
		messages, err := w.server.Messages(box)
		ts.Check(err)
		for _, m := range messages {
			flags := slices.DeleteFunc(m.Flags, func(f string) bool { return f == `\Recent` })
			slices.Sort(flags)
			now[fmt.Sprintf("%s %d", box, m.UID)] = strings.Join(flags, " ")
		}
	}
	switch {
	case len(args) == 1 && args[0] == "keep":
		w.flags = now
	case len(args) > 0 && args[0] == "same" && len(w.flags) > 0:
		for message, flags := range w.flags {
			if got, ok := now[message]; !ok || got != flags {
				ts.Fatalf("message %s had flags [%s], now [%s] (there: %v)", message, flags, got, ok)
			}
		}
	default:
		ts.Fatalf("usage: flags keep, later flags same [MAILBOX]…")
	}
}

// untilPatience keeps a failing script from hanging; nothing passes by waiting for it.
// The longer a server is away, the more rarely it is tried.
const untilPatience = 5 * time.Minute

// cmdUntil runs a command again and again until its output matches: until
// PATTERN regards ARG… . Where it never does, what the server heard last may tell why.
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	pattern := regexp.MustCompile("(?m)" + args[0])
	var stdout, stderr bytes.Buffer
	var err error
	for deadline := time.Now().Add(untilPatience); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		stdout.Reset()
		stderr.Reset()
		cmd := exec.Command(args[1], args[2:]...)
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), scriptEnv(ts), &stdout, &stderr
		if err = cmd.Run(); err == nil && pattern.Match(stdout.Bytes()) != neg {
			return
		}
	}
	if proxy := worldOf(ts).proxy; proxy != nil {
		heard := proxy.ClientLines()
		ts.Logf("the server heard last:\n%s", strings.Join(heard[max(0, len(heard)-40):], "\n"))
	}
	ts.Fatalf("the output never matched %q (%v); last: %s%s", args[0], err, &stdout, &stderr)
}

// cmdCrash runs the program and kills it with SIGKILL around its APPEND: crash
// before|after regards ARG… . Before, the server never sees the command; after,
// the program never sees the answer.
func cmdCrash(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), scriptEnv(ts)
	reached := make(chan struct{}, 1)
	stop := func(pattern string) mailsim.Hook {
		return func(line []byte) mailsim.Action {
			if !bytes.Contains(line, []byte(pattern)) {
				return mailsim.Pass
			}
			select {
			case reached <- struct{}{}:
			default:
			}
			return mailsim.Stall
		}
	}
	switch args[0] {
	case "before":
		w.proxy.OnClient(stop(" APPEND "))
	case "after":
		w.proxy.OnServer(stop("APPENDUID"))
	default:
		ts.Fatalf("usage: crash before|after regards ARG…")
	}
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var err error
	select {
	case <-reached:
		ts.Check(cmd.Process.Kill())
		err = <-ended
	case err = <-ended:
	}
	w.proxy.OnClient(nil)
	w.proxy.OnServer(nil)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Exited() {
		ts.Fatalf("the program was not killed: %v", err)
	}
}

// scriptEnv gives the variables of the script to a command of our own.
func scriptEnv(ts *testscript.TestScript) []string {
	env := os.Environ()
	for _, name := range []string{"PATH", "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "REGARDS_CONFIG", "TZ", "NO_COLOR"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// cmdFault spoils connections: fault cut PATTERN cuts the connection before the
// first line from the server that matches; fault gone PATTERN does so, and cuts
// all others from then on; fault swallow PATTERN loses the line; fault none ends
// it.
func cmdFault(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if len(args) == 1 && args[0] == "none" {
		w.proxy.OnServer(nil)
		return
	}
	action, ok := map[string]mailsim.Action{"cut": mailsim.Cut, "gone": mailsim.Cut, "swallow": mailsim.Stall}[args[0]]
	if !ok || len(args) != 2 {
		ts.Fatalf("usage: fault cut|gone|swallow PATTERN, or fault none")
	}
	pattern := regexp.MustCompile(args[1])
	done := false
	w.proxy.OnServer(func(line []byte) mailsim.Action {
		if done && args[0] == "gone" || !done && pattern.Match(line) {
			done = true
			return action
		}
		return mailsim.Pass
	})
}

// cmdRoundTrips holds that the program sent at most so many commands since the
// last call: roundtrips MAX; roundtrips 0 begins to count.
func cmdRoundTrips(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	lines := w.proxy.ClientLines()
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	seen, _ := strconv.Atoi(w.flags["lines"])
	if most > 0 && len(lines)-seen > most {
		ts.Fatalf("%d lines were sent, not %d: %q", len(lines)-seen, most, lines[seen:])
	}
	w.flags = map[string]string{"lines": strconv.Itoa(len(lines))}
}

// cmdGenerate fills a mailbox with mail from strangers: generate MAILBOX COUNT.
func cmdGenerate(ts *testscript.TestScript, neg bool, args []string) {
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ts.Check(worldOf(ts).server.AppendAll(args[0], func(yield func(mailsim.Message) bool) {
		for i := range count {
			at := start.Add(time.Duration(i) * time.Minute)
			raw := fmt.Sprintf("From: Stranger %d <s%d@strangers.example>\r\nTo: ana@example.org\r\nSubject: Number %d\r\n"+
				"Date: %s\r\nMessage-ID: <g%d.%s@strangers.example>\r\n\r\nHello.\r\n",
				i%7, i%7, i, at.Format(time.RFC1123Z), i, args[0])
			if !yield(mailsim.Message{Time: at, Raw: []byte(raw)}) {
				return
			}
		}
	}))
}

// cmdTLS has the program reach the server by TLS: tls good, or with a certificate
// that is expired, early, self-signed, for another name, or unknown; tls
// starttls has it ask a server for STARTTLS that has none.
func cmdTLS(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if args[0] == "starttls" {
		ts.Check(os.WriteFile(ts.MkAbs("config.toml"), []byte(tlsConfig(w.proxy.Port(), "starttls")), 0o600))
		return
	}
	ca, err := mailsim.NewCA()
	ts.Check(err)
	stranger, err := mailsim.NewCA()
	ts.Check(err)
	now := time.Now()
	from, to := now.AddDate(0, -1, 0), now.AddDate(0, 1, 0)
	certificate, err := ca.Issue("localhost", from, to)
	switch args[0] {
	case "good":
	case "expired":
		certificate, err = ca.Issue("localhost", from, now.AddDate(0, 0, -1))
	case "early":
		certificate, err = ca.Issue("localhost", now.AddDate(0, 0, 1), to)
	case "self-signed":
		certificate, err = mailsim.SelfSigned("localhost", from, to)
	case "other":
		certificate, err = ca.Issue("imap.other.example", from, to)
	case "unknown":
		certificate, err = stranger.Issue("localhost", from, to)
	default:
		ts.Fatalf("unknown certificate %s", args[0])
	}
	ts.Check(err)
	w.front, err = mailsim.NewTLSFront(w.server.IMAPAddr(), certificate)
	ts.Check(err)
	ts.Defer(func() { w.front.Close() })
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), ca.PEM(), 0o600))
	ts.Setenv("SSL_CERT_FILE", ts.MkAbs("ca.pem"))
	ts.Setenv("SSL_CERT_DIR", ts.MkAbs("none"))
	ts.Check(os.WriteFile(ts.MkAbs("config.toml"), []byte(tlsConfig(w.front.Port(), "implicit")), 0o600))
}

// tlsConfig is the configuration of stories, by TLS.
func tlsConfig(port int, mode string) string {
	text := strings.Replace(fmt.Sprintf(storyConfig, port), `"127.0.0.1"`, `"localhost"`, 1)
	return strings.Replace(text, `tls = "none"`, fmt.Sprintf("tls = %q", mode), 1)
}

// cmdUnheard holds that no server has heard a user name, a password or a try to
// log in: unheard; or, to show that it would have been heard: ! unheard.
func cmdUnheard(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	heard := strings.Join(w.proxy.ClientLines(), "")
	if w.front != nil {
		heard += string(w.front.OnWire()) + string(w.front.Inside())
	}
	told := false
	secret := base64.StdEncoding.EncodeToString([]byte("\x00" + w.server.User() + "\x00" + w.server.Password()))
	for _, word := range []string{w.server.User(), w.server.Password(), secret, "LOGIN", "AUTHENTICATE"} {
		told = told || strings.Contains(heard, word)
	}
	if told != neg {
		ts.Fatalf("credentials were heard: %t", told)
	}
}
