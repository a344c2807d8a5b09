package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

// misdeeds are what a server can do to a client, by name. They end when the
// client has gone.
var misdeeds = map[string]func(client net.Conn){
	"cut":            func(net.Conn) {},
	"mute":           func(net.Conn) {},
	"drips":          func(c net.Conn) { forever(c, "*", 20*time.Millisecond) },
	"says BYE":       func(c net.Conn) { last(c, "* BYE that is all\r\n") },
	"ends a literal": func(c net.Conn) { last(c, "* 1 FETCH (UID 1 BODY[HEADER] {1000}\r\nSubject: half of") },
	"floods":         func(c net.Conn) { forever(c, strings.Repeat("* OK still here\r\n", 1000), 0) },
	"floods EXISTS":  func(c net.Conn) { forever(c, strings.Repeat("* 7 EXISTS\r\n", 1000), 0) },
	"long literal":   func(c net.Conn) { long(c, "* 1 FETCH (UID 1 BODY[HEADER] {209715200}\r\n") },
	"long string":    func(c net.Conn) { long(c, `* LIST () "/" "`) },
	"long line":      func(c net.Conn) { long(c, "* OK ") },
	"other tags":     func(c net.Conn) { _, _ = io.WriteString(c, "zz9 OK done\r\n") },
	"no IMAP":        func(c net.Conn) { _, _ = io.WriteString(c, noIMAP) },
}

// last sends the last words of a connection.
func last(c net.Conn, words string) {
	_, _ = io.WriteString(c, words)
	c.Close()
}

// forever sends words again and again.
func forever(c net.Conn, words string, pause time.Duration) {
	for {
		if _, err := io.WriteString(c, words); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

// long sends 200 MB that follow on words.
func long(c net.Conn, words string) {
	_, _ = io.WriteString(c, words)
	chunk := strings.Repeat("x", 64<<10)
	for range 200 << 20 / len(chunk) {
		if _, err := io.WriteString(c, chunk); err != nil {
			return
		}
	}
}

// steps are the commands of a session; the greeting answers none.
var steps = map[string]*regexp.Regexp{
	"greeting": nil,
	"login":    regexp.MustCompile(` (LOGIN|AUTHENTICATE) `),
	"LIST":     regexp.MustCompile(` LIST `),
	"STATUS":   regexp.MustCompile(` STATUS `),
	"EXAMINE":  regexp.MustCompile(` EXAMINE `),
	"SEARCH":   regexp.MustCompile(` UID SEARCH `),
	"FETCH":    regexp.MustCompile(` UID FETCH `),
	"LOGOUT":   regexp.MustCompile(` LOGOUT`),
	"IDLE":     regexp.MustCompile(` IDLE`),
}

// misbehave has the server do a misdeed in the place of its answer to a step,
// in each connection. It counts how often it came to that.
func (r *rewriter) misbehave(step, deed string) *atomic.Int32 {
	var met atomic.Int32
	r.mu.Lock()
	defer r.mu.Unlock()
	r.each = func() (server, client func(string) string) {
		due := step == "greeting"
		return func(line string) string {
				if !due {
					return line
				}
				met.Add(1)
				if step == "IDLE" {
					return line + "\x00" + deed // it has to begin first
				}
				return "\x00" + deed
			}, func(line string) string {
				due = due || step != "greeting" && steps[step].MatchString(line)
				return line
			}
	}
	return &met
}

// At each step of a session, each misdeed: the pass ends, within bounded memory,
// says what is wrong, and loses no message.
func TestHostileServer(t *testing.T) {
	s := embedded(t, imap.CapListStatus)
	fill(t, s, "INBOX", 1, 5)
	fill(t, s, "Sent", 1, 5)
	for step := range steps {
		for deed := range misdeeds {
			if step == "IDLE" {
				continue // no pass comes to that: see TestHostileIdle
			}
			t.Run(step+" "+deed, func(t *testing.T) {
				p := newRewriter(t, s, nil, nil)
				r := &recorder{}
				patient := hangs(deed) && slices.Contains(limitedElsewhere, step)
				met, err := p.meet(t, s, r, step, deed, patient)
				switch {
				case met == 0:
					t.Fatal("it did not come to that")
				case patient && errors.Is(err, context.Canceled):
				case slices.Contains([]string{"greeting", "login", "LIST", "STATUS"}, step):
					if err == nil || r.Last().Problem == nil || !strings.Contains(r.Last().Problem.Error(), "server") {
						t.Errorf("%v, %+v", err, r.Last())
					}
				case err != nil && !errors.Is(err, imapconn.ErrAway): // a connection may have been lost
					t.Error(err)
				case step != "LOGOUT":
					wantTold(t, r, "INBOX")
					wantTold(t, r, "Sent")
				}
				p.honest()
				must(t, sync1(t, account(s, p.Port()), r))
				wantEach(t, r, "INBOX", 5)
				wantEach(t, r, "Sent", 5)
			})
		}
	}
	wantNoneLeft(t)
}

// hangs reports whether only a limit ends the wait for the end of a misdeed.
func hangs(deed string) bool { return deed == "mute" || deed == "drips" || deed == "other tags" }

// limitedElsewhere are the steps whose limits package imapconn sets, and tests.
var limitedElsewhere = []string{"greeting", "login", "LIST", "STATUS", "LOGOUT"}

// meet makes a pass that is to meet a misdeed, and gives how often it did. A patient
// one is ended from outside then. Of the others each command has a short limit, which
// may end honest ones before it comes to that on a slow machine: then there is more time.
func (r *rewriter) meet(t *testing.T, s *mailsim.Server, rec *recorder, step, deed string, patient bool) (int32, error) {
	t.Helper()
	limit := 200 * time.Millisecond
	if patient {
		limit = patience
	}
	for ; ; limit *= 4 {
		met := r.misbehave(step, deed)
		w := watcher(account(s, r.Port()), rec)
		w.pace.command = limit
		ctx, cancel := context.WithCancel(within(t))
		defer cancel()
		if patient {
			go func() {
				for met.Load() == 0 && ctx.Err() == nil {
					time.Sleep(time.Millisecond)
				}
				cancel()
			}()
		}
		var err error
		wantSmallHeap(t, func() { err = w.Sync(ctx) })
		if n := met.Load(); n > 0 || limit >= patience {
			return n, err
		}
	}
}

// wantTold fails unless the owner was told why the messages of a mailbox could
// not be read, or the mailbox.
func wantTold(t testing.TB, r *recorder, mailbox string) {
	t.Helper()
	for _, b := range r.Batches(mailbox) {
		for _, why := range b.Unreadable {
			if strings.Contains(why, "server") {
				return
			}
		}
		if strings.Contains(b.Refused, "server") {
			return
		}
	}
	t.Errorf("%s: nothing is told: %+v", mailbox, r.Batches(mailbox))
}

// wantEach fails unless the messages 1 to n were handed over, each once, read
// or as unreadable.
func wantEach(t testing.TB, r *recorder, mailbox string, n int) {
	t.Helper()
	uids := r.UIDs(mailbox)
	if slices.Sort(uids); !slices.Equal(uids, upTo(n)) {
		t.Errorf("%s: handed over %v", mailbox, uids)
	}
}

// wantSmallHeap fails when work needs much memory. Only for tests that are not parallel.
func wantSmallHeap(t testing.TB, work func()) {
	t.Helper()
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, high := m.HeapAlloc, uint64(0)
	done, measured := make(chan bool), make(chan bool)
	go func() {
		defer close(measured)
		for {
			runtime.ReadMemStats(&m)
			high = max(high, m.HeapAlloc)
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	work()
	close(done)
	<-measured
	if high > before+64<<20 {
		t.Errorf("%d MiB more heap", (high-before)>>20)
	}
}

// While it waits, each misdeed: the watch goes on or begins anew, and reads
// what comes.
func TestHostileIdle(t *testing.T) {
	s := embedded(t)
	n := 0
	for deed := range misdeeds {
		t.Run(deed, func(t *testing.T) {
			p := newRewriter(t, s, nil, nil)
			met := p.misbehave("IDLE", deed)
			r := &recorder{}
			w := watcher(account(s, p.Port()), r)
			w.pace.idleAnswer, w.pace.renewIdle, w.pace.poll = 100*time.Millisecond, 100*time.Millisecond, 10*time.Millisecond
			wantSmallHeap(t, func() {
				stop := run(t, w)
				eventually(t, "the misdeed", func() bool { return met.Load() > 0 })
				n++
				fill(t, s, "INBOX", n, n)
				eventually(t, "the mail", has(r, "INBOX", uint32(n)))
				stop()
			})
			wantAll(t, s, r, "INBOX")
			for _, state := range r.States() {
				if state.Problem != nil && !strings.Contains(state.Problem.Error(), "server") {
					t.Error(state.Problem)
				}
			}
		})
	}
	wantNoneLeft(t)
}

// examined has a rewriter change what EXAMINE and STATUS say of INBOX.
func examined(pattern, replacement string) func(string) string {
	re := regexp.MustCompile(pattern)
	return func(line string) string {
		if strings.HasPrefix(line, "* STATUS ") && !strings.Contains(line, "INBOX") {
			return line
		}
		return re.ReplaceAllString(line, replacement)
	}
}

// What a server claims of a mailbox does not keep others from being read, does
// not have us ask for ever, and once it tells the truth all is known.
func TestServerThatLies(t *testing.T) {
	t.Parallel()
	const most = "4294967295"
	for name, c := range map[string]struct {
		edit func(string) string
		told string // "" when it does no harm
	}{
		"UIDNEXT is 0":          {examined(`UIDNEXT \d+`, "UIDNEXT 0"), "the server's answer cannot be read"},
		"UIDNEXT is huge":       {examined(`UIDNEXT \d+`, "UIDNEXT "+most), ""},
		"UIDNEXT is too large":  {examined(`UIDNEXT \d+`, "UIDNEXT 1"+most), "the server's answer cannot be read"},
		"UIDNEXT is 1":          {examined(`UIDNEXT \d+`, "UIDNEXT 1"), "-"},
		"UIDVALIDITY is 0":      {examined(`UIDVALIDITY \d+`, "UIDVALIDITY 0"), "the server's answer cannot be read"},
		"four billion messages": {lies(most), "the server's answer cannot be read"},
		"more than it has":      {lies("20000"), "it lists messages that it does not give"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachServer(t, func(t *testing.T, s *mailsim.Server) {
				fill(t, s, "INBOX", 1, 5)
				fill(t, s, "Archive", 1, 5)
				p := newRewriter(t, s, nil, nil)
				p.inMailbox("INBOX", c.edit)
				a, r := account(s, p.Port()), &recorder{}
				must(t, sync1(t, a, r))
				wantAll(t, s, r, "Archive")
				if c.told == "" {
					wantAll(t, s, r, "INBOX")
					fill(t, s, "INBOX", 6, 6) // and new mail is not taken for old
					must(t, sync1(t, a, r))
					wantAll(t, s, r, "INBOX")
				} else if c.told != "-" {
					wantRefused(t, r, "INBOX", c.told)
				}
				p.honest()
				fill(t, s, "INBOX", 7, 7)
				must(t, sync1(t, a, r))
				wantAll(t, s, r, "INBOX")
			})
		})
	}
}

// lies claims many messages, here and there.
func lies(most string) func(string) string {
	next, exists := examined(`UIDNEXT \d+`, "UIDNEXT "+most), examined(`^\* \d+ EXISTS`, "* "+most+" EXISTS")
	found := examined(`UID ALL \S+\r`, "UID ALL 1:"+most+"\r")
	return func(line string) string { return found(exists(next(line))) }
}

// A server that gives another UIDVALIDITY each time has its mail read each
// time, and one that breaks off besides is left.
func TestUIDValidityFlaps(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 5)
		validity := 1000
		flap := func(line string) string {
			if strings.HasPrefix(line, "* OK [UIDVALIDITY ") {
				validity++
				return fmt.Sprintf("* OK [UIDVALIDITY %d] UIDs valid\r\n", validity)
			}
			return line
		}
		p := newRewriter(t, s, nil, nil)
		p.inMailbox("INBOX", flap)
		a, r := account(s, p.Port()), &recorder{}
		for pass := range 3 {
			must(t, sync1(t, a, r))
			wantAll(t, s, r, "INBOX")
			if b := r.Batches("INBOX"); b[len(b)-1].Reset != (pass > 0) {
				t.Errorf("pass %d: %+v", pass, b[len(b)-1])
			}
		}
		ends := spoil(func(string) string { return cut }, 3)
		p.inMailbox("INBOX", func(line string) string { return ends(flap(line)) })
		dials := p.Dials()
		mustCut(t, sync1(t, a, r))
		if n := p.Dials() - dials; n > 20 {
			t.Errorf("%d connections", n)
		}
		p.honest()
		must(t, sync1(t, a, r))
		wantAll(t, s, r, "INBOX")
	})
}

// A UIDNEXT that goes back each time means that nothing read before holds.
func TestUIDNextShrinks(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 9)
		next := regexp.MustCompile(`UIDNEXT \d+`)
		claimed := 10
		p := newRewriter(t, s, nil, nil)
		p.inMailbox("INBOX", func(line string) string {
			if next.MatchString(line) {
				claimed--
			}
			return next.ReplaceAllString(line, fmt.Sprint("UIDNEXT ", claimed))
		})
		a, r := account(s, p.Port()), &recorder{}
		for pass := range 4 {
			must(t, sync1(t, a, r))
			wantEach(t, r, "INBOX", claimed-1)
			if b := r.Batches("INBOX"); claimed != 9-pass || b[len(b)-1].Reset != (pass > 0) {
				t.Errorf("pass %d, UIDNEXT %d: %+v", pass, claimed, b[len(b)-1])
			}
		}
		p.honest()
		must(t, sync1(t, a, r))
		wantAll(t, s, r, "INBOX")
	})
}
