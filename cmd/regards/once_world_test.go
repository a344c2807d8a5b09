package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/mailsim"
	"regards/store"
)

// postOffice is a machine with the program on it, and servers that it reaches
// through a gate only.
type postOffice struct {
	machine
	program    string
	imap, smtp *mailsim.Proxy
	before     []byte                     // the database before the interrupted run
	lying      map[string]mailsim.Message // the draft before that run, by mailbox
	delivered  int                        // messages that had come by SMTP before
	ahead      time.Duration              // by how much a clock was wrong
}

const sendingConfig = `
  [account.smtp]
  host = "127.0.0.1"
  port = %d
  tls = "none"
  user = "ana@example.org"
  password_file = "password"

[practice.thank-you]
delivery = %q

[schedule]
` + quiet

// quiet are the lines of the schedule: what is counted here is letters.
const quiet = `digest = ""
evening = ""
`

// newPostOffice sets up an owner who has logged an occasion that a letter answers.
func newPostOffice(t testing.TB, program string, server *mailsim.Server, delivery string) *postOffice {
	t.Helper()
	check(t, server.AddSMTP())
	home := t.TempDir()
	p := &postOffice{machine: machine{t: t, home: home, data: filepath.Join(home, "data"), server: server}, program: program}
	var err error
	p.imap, err = mailsim.NewProxy(server.IMAPAddr())
	check(t, err)
	t.Cleanup(func() { p.imap.Close() })
	p.smtp, err = mailsim.NewProxy(fmt.Sprintf("%s:%d", server.Host(), server.SMTPPort()))
	check(t, err)
	t.Cleanup(func() { p.smtp.Close() })
	check(t, os.Mkdir(p.data, 0o700))
	p.write("password", server.Password())
	account, cadence, _ := bytes.Cut([]byte(fmt.Sprintf(storyConfig, p.imap.Port())), []byte("\n[[cadence]]"))
	p.write("config.toml", fmt.Sprintf("[store]\npath = %q\n\n%s%s\n[[cadence]]%s", p.path(), account, fmt.Sprintf(sendingConfig, p.smtp.Port(), delivery), cadence))
	p.succeeds(-time.Hour, "contact", "add", "Maria Lopez", "maria@uni.example")
	p.succeeds(-time.Hour, "log", "met", "Maria", "--useful", "the walk", "--at", "2025-11-23")
	p.succeeds(-time.Hour, "sync")
	return p
}

// onceNow is a Monday morning, before the servers run, whose clocks nobody sets; the
// other times count from there.
var onceNow = time.Date(2025, 11, 24, 9, 0, 0, 0, time.UTC)

// run runs a command at a time, with a gate before everything that it does.
func (p *postOffice) run(g *gate, at time.Duration, words ...string) outcome {
	p.t.Helper()
	if g == nil {
		g = &gate{}
	}
	c := p.command(at, words)
	g.kill = func() { c.Process.Kill() }
	g.drop = func() { p.imap.Drop(); p.smtp.Drop() }
	for name, proxy := range map[string]*mailsim.Proxy{"imap": p.imap, "smtp": p.smtp} {
		proxy.OnClient(g.hook(name + "> "))
		proxy.OnServer(g.hook(name + "< "))
	}
	if g.way == killed {
		defer p.tapCommits(c, g)()
	}
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	g.mu.Lock() // nothing is judged before there is a process
	err := c.Start()
	g.mu.Unlock()
	check(p.t, err)
	err = c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	p.quiet()
	return outcome{c.ProcessState.ExitCode(), out.String(), stderr.String()}
}

// command makes a command line ready to run at a time.
func (p *postOffice) command(at time.Duration, words []string) *exec.Cmd {
	c := exec.Command(p.program, append([]string{"--config", filepath.Join(p.home, "config.toml"),
		"--now", onceNow.Add(at).Format(time.RFC3339)}, words...)...)
	c.Dir, c.Env = p.home, append(os.Environ(), "TZ=UTC", "NO_COLOR=1")
	return c
}

// tapCommits has a command tell a gate of its commits, until it is undone.
func (p *postOffice) tapCommits(c *exec.Cmd, g *gate) (undo func()) {
	hear, tell, err := os.Pipe()
	check(p.t, err)
	answer, reply, err := os.Pipe()
	check(p.t, err)
	c.Env, c.ExtraFiles = append(c.Env, tellCommits+"=1"), []*os.File{tell, answer}
	done := make(chan struct{})
	go func() { g.commits(hear, reply); close(done) }()
	return func() {
		tell.Close()
		answer.Close()
		<-done
		hear.Close()
		reply.Close()
	}
}

// quiet waits until the servers have done what they were told, and have closed
// every connection.
func (p *postOffice) quiet() {
	p.t.Helper()
	for deadline := time.Now().Add(untilPatience); p.imap.Counts().Open+p.smtp.Counts().Open > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatal("a connection stays open")
		}
	}
}

// succeeds runs a command that does, and gives what it printed.
func (p *postOffice) succeeds(at time.Duration, words ...string) string {
	p.t.Helper()
	o := p.run(nil, at, words...)
	if o.code != 0 {
		p.t.Fatalf("regards %q at %v: code %d: %s", words, at, o.code, o.err)
	}
	return o.out
}

// mailboxes are where a letter may come to lie.
var mailboxes = []string{"Drafts", "Regards Outbox", "Sent", "Trash"}

// keep remembers how all stands.
func (p *postOffice) keep() {
	p.t.Helper()
	var err error
	p.before, err = os.ReadFile(p.path())
	check(p.t, err)
	p.lying = map[string]mailsim.Message{}
	contents, err := p.server.Contents(mailboxes...)
	check(p.t, err)
	for name, messages := range contents {
		for _, m := range messages {
			p.lying[name] = m
		}
	}
}

// putBack makes all stand as it did, but that a draft has a new UID, which the
// database is told.
func (p *postOffice) putBack() {
	p.t.Helper()
	for _, f := range p.files() {
		check(p.t, os.Remove(filepath.Join(p.data, f)))
	}
	check(p.t, os.WriteFile(p.path(), p.before, 0o600))
	check(p.t, p.server.Empty(mailboxes...))
	for name, m := range p.lying {
		uid, err := p.server.Append(name, m)
		check(p.t, err)
		p.relocate(name, m.UID, uid)
	}
	p.delivered = len(p.server.Sent())
}

// relocate tells the database of the new UID of a draft.
func (p *postOffice) relocate(mailbox string, old, uid uint32) {
	p.t.Helper()
	ctx := p.t.Context()
	st, err := store.Open(ctx, p.path())
	check(p.t, err)
	letters, err := st.Letters(ctx)
	check(p.t, err)
	for _, l := range letters {
		if l.Place.Mailbox != mailbox || l.Place.UID != old {
			continue
		}
		_, err := st.UpdateLetters(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
			l.Place.UID = uid
			return l, nil
		})
		check(p.t, err)
	}
	check(p.t, st.Close())
}

// standing is what the owner can see of the one letter.
type standing struct {
	Key, State, Reason, Mailbox string
	Lying                       map[string][]uint32 // the UIDs in each mailbox
	Delivered                   int
	list                        string
}

func (p *postOffice) look(at time.Duration) (s standing) {
	p.t.Helper()
	s.list = p.succeeds(at, "letter", "list", "--all", "--json")
	var letters []standing
	check(p.t, json.Unmarshal([]byte(s.list), &letters))
	if len(letters) > 1 {
		p.t.Errorf("%d letters: %s", len(letters), s.list)
	}
	if len(letters) > 0 {
		list := s.list
		s, s.list = letters[0], list
	}
	contents, err := p.server.Contents(mailboxes...)
	check(p.t, err)
	s.Lying, s.Delivered = map[string][]uint32{}, len(p.server.Sent())-p.delivered
	for name, messages := range contents {
		for _, m := range messages {
			s.Lying[name] = append(s.Lying[name], m.UID)
		}
	}
	return s
}
