package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
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

// idles waits until IDLE has been sent n times over the life of the proxy.
func idles(t *testing.T, p *mailsim.Proxy, n int) {
	t.Helper()
	eventually(t, "IDLE", func() bool { return countLines(p.ClientLines(), " IDLE") >= n })
}

func has(r *recorder, mailbox string, uid uint32) func() bool {
	return func() bool { return slices.Contains(r.UIDs(mailbox), uid) }
}

func TestRunHearsOfNewMail(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 3)
		p := newProxy(t, s)
		r := &recorder{}
		run(t, watcher(account(s, p.Port()), r))
		idles(t, p, 2)
		for n := 4; n <= 6; n++ {
			fill(t, s, "INBOX", n, n)
			fill(t, s, "Sent", n, n)
			eventually(t, "the mail", has(r, "INBOX", uint32(n)))
			eventually(t, "the mail sent", has(r, "Sent", uint32(n-3)))
		}
		wantAll(t, s, r, "INBOX")
		wantAll(t, s, r, "Sent")
		if states := r.States(); !states[0].Connected || states[0].Synced || states[0].Problem != nil {
			t.Errorf("%+v", states[0])
		}
	})
}

// Mail that comes between the look and IDLE is not waited for (the embedded
// server once lost it, see the pitfalls of imapmemserver).
func TestMailBetweenLookAndIdle(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		p := newProxy(t, s)
		n := 0
		p.OnClient(func(line []byte) mailsim.Action {
			if strings.Contains(string(line), " IDLE") && n < 4 {
				n++
				_, err := s.Append("INBOX", letter(n))
				if err != nil {
					t.Error(err)
				}
			}
			return mailsim.Pass
		})
		r := &recorder{}
		run(t, watcher(account(s, p.Port()), r))
		eventually(t, "the mail", has(r, "INBOX", 4))
		wantAll(t, s, r, "INBOX")
	})
}

func TestRunPollsWithoutIdle(t *testing.T) {
	t.Parallel()
	s := embedded(t, imap.CapIdle)
	fill(t, s, "INBOX", 1, 3)
	p := newProxy(t, s)
	r := &recorder{}
	w := watcher(account(s, p.Port()), r)
	w.pace.poll = time.Millisecond
	run(t, w)
	for n := 4; n <= 6; n++ {
		fill(t, s, "INBOX", n, n)
		eventually(t, "the mail", has(r, "INBOX", uint32(n)))
	}
	fill(t, s, "Sent", 1, 1)
	eventually(t, "the mail sent", has(r, "Sent", 1))
	wantAll(t, s, r, "INBOX")
	wantLooksOnly(t, p.ClientLines())
	if n := countLines(p.ClientLines(), " IDLE"); n != 0 {
		t.Errorf("tried IDLE %d times", n)
	}
}

// A server may announce IDLE and refuse it.
func TestRunPollsWhereIdleIsRefused(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	p := newRewriter(t, s, nil, func(line string) string { return strings.Replace(line, " IDLE\r\n", " LATER\r\n", 1) })
	r := &recorder{}
	w := watcher(account(s, p.Port()), r)
	w.pace.poll = time.Millisecond
	run(t, w)
	for n := 1; n <= 3; n++ {
		fill(t, s, "INBOX", n, n)
		eventually(t, "the mail", has(r, "INBOX", uint32(n)))
	}
	if n := p.Dials(); n > 3 {
		t.Errorf("%d connections", n)
	}
}

// The library would renew IDLE after 28 minutes (pitfall 11); networks forget
// connections after 8.
func TestPitfall11Pace(t *testing.T) {
	if usualPace.renewIdle >= 8*time.Minute || usualPace.poll > time.Minute || usualPace.round > 10*time.Minute {
		t.Errorf("%+v", usualPace)
	}
}

// IDLE is renewed, and the renewal tells that all is known.
func TestRunRenewsIdle(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		p := newProxy(t, s)
		r := &recorder{}
		w := watcher(account(s, p.Port()), r)
		w.pace.renewIdle = time.Millisecond
		run(t, w)
		idles(t, p, 10)
		eventually(t, "to be told", func() bool { return len(r.Batches("INBOX")) >= 3 })
		for _, b := range r.Batches("INBOX") {
			if !b.Synced || len(b.Messages) != 0 {
				t.Errorf("%+v", b)
			}
		}
		fill(t, s, "INBOX", 1, 1)
		eventually(t, "the mail", has(r, "INBOX", 1))
		eventually(t, "the connection of Sent", func() bool { return p.Counts().Connections >= 3 })
		if p.Counts().Connections != 3 {
			t.Errorf("%d connections", p.Counts().Connections)
		}
	})
}

// The mailboxes that nobody waits on are looked at in rounds, and so are new ones.
func TestRunMakesRounds(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		r := &recorder{}
		w := watcher(account(s, s.IMAPPort()), r)
		w.pace.round = time.Millisecond
		run(t, w)
		fill(t, s, "Archive", 1, 2)
		eventually(t, "the mail", has(r, "Archive", 2))
		must(t, s.Create("Friends"))
		fill(t, s, "Friends", 1, 2)
		eventually(t, "the new mailbox", has(r, "Friends", 2))
		gone := func() bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			return !slices.Contains(r.watched[len(r.watched)-1], "Friends")
		}
		// Once it was away, the store has forgotten it: it is read as a new one.
		must(t, s.Rename("Friends", "Family"))
		eventually(t, "the mailbox to go", gone)
		must(t, s.Rename("Family", "Friends"))
		eventually(t, "the mailbox to be read again", has(r, "Friends", 2))
		must(t, s.Delete("Friends"))
		eventually(t, "the mailbox to go for good", gone)
		if state := r.Last(); !state.Synced || !state.Connected {
			t.Errorf("%+v", state)
		}
	})
}

// A mailbox is deleted and made anew while it is waited on. Some servers tell
// who has it open, some do not.
func TestRunWhenAMailboxIsReplaced(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "Sent", 1, 5)
		fill(t, s, "INBOX", 1, 5)
		p := newProxy(t, s)
		r := &recorder{}
		w := watcher(account(s, p.Port()), r)
		w.pace.round = time.Millisecond
		run(t, w)
		for i, name := range []string{"Sent", "INBOX"} {
			idles(t, p, 2*(i+1))
			eventually(t, "the scan", has(r, name, 5))
			old := r.Cursors()[name].UIDValidity
			must(t, s.Recreate(name, slices.Collect(letters(6, 9))))
			eventually(t, "the new scan", func() bool { c := r.Cursors()[name]; return c.UIDValidity != old && c.High == 4 && c.Done() })
			wantAll(t, s, r, name)
		}
		must(t, s.Delete("Sent"))
		eventually(t, "Sent to go", func() bool { _, there := r.Cursors()["Sent"]; return !there })
		fill(t, s, "INBOX", 10, 10)
		eventually(t, "the mail", has(r, "INBOX", 5))
	})
}

// A server that announces mail that is not there: the mailbox is opened anew,
// but not again and again without a pause.
func TestRunWithFalseAnnouncements(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	fill(t, s, "INBOX", 1, 3)
	var opened atomic.Int32
	p := newRewriter(t, s, func(line string) string {
		if strings.HasPrefix(line, "+ ") {
			return line + "* 5 EXISTS\r\n"
		}
		return line
	}, func(line string) string {
		if strings.Contains(line, "EXAMINE INBOX") {
			opened.Add(1)
		}
		return line
	})
	r := &recorder{}
	w := watcher(account(s, p.Port()), r)
	w.pace.firstDelay, w.pace.round = time.Hour, time.Millisecond
	run(t, w)
	eventually(t, "INBOX to be opened anew", func() bool { return opened.Load() > 1 })
	rounds := len(r.States())
	eventually(t, "a hundred rounds", func() bool { return len(r.States()) > rounds+100 })
	if opened.Load() > 2 {
		t.Errorf("opened INBOX %d times", opened.Load())
	}
}

// A server that goes away in IDLE and comes back.
func TestRunWhenTheServerRestarts(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 3)
		p := newProxy(t, s)
		r := &recorder{}
		run(t, watcher(account(s, p.Port()), r))
		for i, stop := range []func() error{s.Stop, s.Kill, s.DropConnections} {
			waited := 2 * i
			eventually(t, "IDLE", func() bool { return countLines(p.ClientLines(), " IDLE") >= waited+2 })
			told := len(r.States())
			must(t, stop())
			eventually(t, "the loss", func() bool {
				lost := func(s State) bool { return errors.Is(s.Problem, imapconn.ErrAway) && s.Retry > 0 }
				return slices.ContainsFunc(r.States()[told:], lost)
			})
			must(t, s.Start())
			fill(t, s, "INBOX", 4+i, 4+i)
			eventually(t, "the mail", has(r, "INBOX", uint32(4+i)))
		}
		wantAll(t, s, r, "INBOX")
	})
}

// Connections that are cut again and again in the scan, by whatever is between:
// nothing is lost, nothing doubled.
func TestRunWithCuts(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 700)
		fill(t, s, "Sent", 1, 300)
		p := newProxy(t, s)
		lines := 0
		p.OnServer(func([]byte) mailsim.Action {
			if lines++; lines%1500 == 0 && lines < 12000 {
				return mailsim.Cut
			}
			return mailsim.Pass
		})
		r := &recorder{}
		run(t, watcher(account(s, p.Port()), r))
		eventually(t, "the end of the scan", func() bool {
			return r.Cursors()["INBOX"].Done() && r.Cursors()["INBOX"].High == 700 && r.Cursors()["Sent"].Done() && r.Cursors()["Sent"].High == 300
		})
		fill(t, s, "INBOX", 701, 701)
		eventually(t, "the mail", has(r, "INBOX", 701))
		wantAll(t, s, r, "INBOX")
		wantAll(t, s, r, "Sent")
		if p.Counts().Connections <= 3 {
			t.Error("nothing was cut")
		}
	})
}

// A connection that the network has forgotten answers nothing: it is noticed
// when IDLE is renewed, at the latest.
func TestRunWhenThePeerIsDead(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	p := newProxy(t, s)
	r := &recorder{}
	w := watcher(account(s, p.Port()), r)
	w.pace.renewIdle, w.pace.idleAnswer = 300*time.Millisecond, 300*time.Millisecond
	run(t, w)
	idles(t, p, 2)
	var stalled atomic.Int32
	var dead atomic.Int64
	dead.Store(math.MaxInt64) // until it is known which connections are
	p.OnServer(func([]byte) mailsim.Action {
		if int64(p.Counts().Connections) <= dead.Load() {
			stalled.Add(1)
			return mailsim.Stall
		}
		return mailsim.Pass
	})
	dead.Store(int64(p.Counts().Connections))
	fill(t, s, "INBOX", 1, 1)
	eventually(t, "the mail over a new connection", has(r, "INBOX", 1))
	if stalled.Load() == 0 {
		t.Error("nothing was stalled")
	}
}

// Three refusals, then a long pause, which is told: trying on would lock the account.
func TestRunWhenTheLoginIsRefused(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		p := newProxy(t, s)
		a, r := account(s, p.Port()), &recorder{}
		a.Server.Secret = func(context.Context) (string, error) { return "wrong", nil }
		w := watcher(a, r)
		w.pace.loginPause = time.Hour
		stop := run(t, w)
		eventually(t, "the third refusal", func() bool { return len(r.States()) >= 3 })
		stop()
		states := r.States()
		for i, state := range states[:3] {
			if !errors.Is(state.Problem, imapconn.ErrLogin) || state.Connected || (state.Retry == time.Hour) != (i == 2) || state.Retry == 0 {
				t.Errorf("%d: %+v", i, state)
			}
		}
		if len(states) != 4 || states[3].Problem != nil || p.Counts().Connections != 3 {
			t.Errorf("%d connections, %+v", p.Counts().Connections, states[3:])
		}
	})
}

// After the pause it is tried again, three times.
func TestRunAfterThePause(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	a, r := account(s, s.IMAPPort()), &recorder{}
	var tries atomic.Int32
	a.Server.Secret = func(context.Context) (string, error) {
		if tries.Add(1) <= 7 {
			return "wrong", nil
		}
		return s.Password(), nil
	}
	w := watcher(a, r)
	w.pace.loginPause = 50 * time.Millisecond
	run(t, w)
	eventually(t, "the login", func() bool { return r.Last().Connected })
	for i, state := range r.States()[:7] {
		if long := state.Retry == 50*time.Millisecond; long != (i%3 == 2) {
			t.Errorf("%d: %v", i, state.Retry)
		}
	}
}

// A new login of the owner ends the pause, for which the secret is asked anew.
func TestRunAfterANewLogin(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	a, r := account(s, s.IMAPPort()), &recorder{}
	var renewed atomic.Bool
	var asked atomic.Int32
	a.Server.Secret = func(context.Context) (string, error) {
		asked.Add(1)
		if renewed.Load() {
			return s.Password(), nil
		}
		return "", fmt.Errorf("%w: the login was revoked; run regards login home", imapconn.ErrLogin)
	}
	w := watcher(a, r)
	w.pace.loginPause = time.Hour
	run(t, w)
	eventually(t, "the third refusal", func() bool { return len(r.States()) >= 3 })
	if why := r.Last().Problem; why == nil || !strings.Contains(why.Error(), "regards login home") || asked.Load() != 3 {
		t.Errorf("after %d tries: %v", asked.Load(), why)
	}
	w.Again() // in vain
	eventually(t, "another refusal", func() bool { return len(r.States()) >= 4 })
	renewed.Store(true)
	eventually(t, "the login", func() bool { w.Again(); return r.Last().Connected })
}

// While the server is away it is tried more and more rarely, with some jitter.
func TestRunBacksOff(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	must(t, l.Close())
	r := &recorder{}
	w := New(Account{Server: imapconn.Server{Host: "127.0.0.1", Port: port, TLS: imapconn.None,
		Secret: func(context.Context) (string, error) { return "x", nil }}}, nil, r)
	w.pace = quick
	w.pace.maxDelay = 16 * time.Millisecond
	run(t, w)
	eventually(t, "ten tries", func() bool { return len(r.States()) >= 10 })
	jitter := map[float64]bool{}
	for i, state := range r.States()[:10] {
		want := float64(min(time.Millisecond<<i, 16*time.Millisecond))
		part := float64(state.Retry) / want
		if jitter[part] = true; math.Abs(part-1) > 0.2 || !errors.Is(state.Problem, imapconn.ErrAway) {
			t.Errorf("%d: %v, %v", i, state.Retry, state.Problem)
		}
	}
	if len(jitter) < 5 {
		t.Errorf("no jitter: %v", jitter)
	}
}

// After a long session the first delay is short again.
func TestRunAfterALongSession(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	p := newProxy(t, s)
	a, r := account(s, p.Port()), &recorder{}
	var tries atomic.Int32
	a.Server.Secret = func(context.Context) (string, error) {
		if tries.Add(1) <= 2 {
			return "", errors.New("the keyring is locked")
		}
		return s.Password(), nil
	}
	w := watcher(a, r)
	w.pace.firstDelay, w.pace.maxDelay, w.pace.longSession = 10*time.Millisecond, time.Hour, 0
	run(t, w)
	idles(t, p, 2)
	must(t, s.DropConnections())
	eventually(t, "the loss", func() bool {
		return errors.Is(r.Last().Problem, imapconn.ErrAway) || r.Last().Connected && len(r.States()) > 5
	})
	for _, state := range r.States() {
		if state.Retry > 12*time.Millisecond {
			t.Errorf("%+v", state)
		}
	}
}

// The end of the context ends the watch without an error, wherever it is, and
// leaves no goroutine behind.
func TestRunEnds(t *testing.T) {
	s := embedded(t)
	fill(t, s, "INBOX", 1, 500)
	p := newProxy(t, s)
	for name, ready := range map[string]func(*recorder) bool{
		"at once":     func(*recorder) bool { return true },
		"connected":   func(r *recorder) bool { return len(r.States()) > 0 },
		"in the scan": func(r *recorder) bool { return len(r.Batches("INBOX")) > 0 },
		"in IDLE":     func(r *recorder) bool { return countLines(p.ClientLines(), " IDLE") >= 2 },
		"away":        func(r *recorder) bool { must(t, s.Stop()); return r.Last().Problem != nil },
	} {
		must(t, s.Start())
		r := &recorder{}
		stop := run(t, watcher(account(s, p.Port()), r))
		eventually(t, name, func() bool { return ready(r) })
		stop()
		if state := r.Last(); state.Connected || state.Problem != nil || state.Synced {
			t.Errorf("%s: %+v", name, state)
		}
	}
	wantNoneLeft(t)
}

// Each connection ends with DONE and LOGOUT, also those that wait.
func TestRunSaysGoodbye(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		p := newProxy(t, s)
		stop := run(t, watcher(account(s, p.Port()), &recorder{}))
		idles(t, p, 2)
		stop()
		lines := p.ClientLines()
		for what, want := range map[string]int{" LOGOUT": p.Counts().Connections, "DONE": countLines(lines, " IDLE")} {
			if got := countLines(lines, what); got != want {
				t.Errorf("%d times %s, not %d: %q", got, what, want, lines)
			}
		}
	})
}

// The same for a pass.
func TestSyncEnds(t *testing.T) {
	s := embedded(t)
	fill(t, s, "INBOX", 1, 2500)
	for _, at := range []uint32{2301, 1501} { // the cursor after the first range, and the second
		ctx, cancel := context.WithCancel(within(t))
		r := &recorder{}
		r.full = func(b Batch) bool {
			if b.Mailbox == "INBOX" && b.Cursor.Low == at {
				cancel()
			}
			return false
		}
		if err := watcher(account(s, s.IMAPPort()), r).Sync(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		r.full = nil
		must(t, sync1(t, account(s, s.IMAPPort()), r))
		wantAll(t, s, r, "INBOX")
	}
	wantNoneLeft(t)
}

// wantNoneLeft fails when a goroutine of a watcher or of a connection lives on.
// Only for tests that are not parallel.
func wantNoneLeft(t *testing.T) {
	t.Helper()
	var stacks string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		buf := make([]byte, 1<<20)
		stacks = string(buf[:runtime.Stack(buf, true)])
		if !strings.Contains(stacks, "imapclient.(*") && !strings.Contains(stacks, "imapwatch.(*Watcher") && !strings.Contains(stacks, "imapwatch.(*scanner") {
			return
		}
	}
	t.Errorf("goroutines are left:\n%s", stacks)
}
