package imapwatch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

// A provider that allows two connections: what nobody can wait in is read in
// the rounds, and waited in once there is room.
func TestRunWithTwoConnections(t *testing.T) {
	t.Parallel()
	for limit := range 2 {
		t.Run(fmt.Sprint(limit+1), func(t *testing.T) {
			t.Parallel()
			f := newFake(t, 3, `(\Sent) "/" Sent`, `() "/" Archive`)
			f.limit, f.caps = limit+1, " IDLE"
			r := &recorder{}
			w := watcher(f.account(), r)
			w.pace.poll = time.Millisecond
			stop := run(t, w)
			eventually(t, "all to be known", func() bool { return r.Last().Synced })
			f.change(func() { f.n = 5 })
			// The fake does not tell who waits in IDLE; one of the two is left to the rounds.
			eventually(t, "new mail", func() bool { return has(r, "INBOX", 5)() || has(r, "Sent", 5)() })
			if n := f.Heard("IDLE"); n != limit {
				t.Errorf("%d wait", n)
			}
			f.change(func() { f.limit = 0 })
			eventually(t, "both to be waited in", func() bool { return f.Heard("IDLE") == 2 })
			stop()
			for _, state := range r.States() {
				if state.Problem != nil {
					t.Errorf("%+v", state)
				}
			}
		})
	}
}

// Who needs a connection gets that of a post, which is taken again later; its mailbox
// is read meanwhile.
func TestGiveWay(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		p, r := newProxy(t, s), &recorder{}
		w := watcher(account(s, p.Port()), r)
		if w.GiveWay(t.Context()) {
			t.Error("somebody gave way before anybody waited")
		}
		w.pace.poll = time.Second
		run(t, w)
		for n := 1; n <= 3; n++ {
			idles(t, p, 2*n)
			eventually(t, "somebody to give way", func() bool { return w.GiveWay(t.Context()) })
			if got := countLines(p.ClientLines(), " LOGOUT"); got != n {
				t.Errorf("%d connections were given up, not %d", got, n)
			}
			fill(t, s, "INBOX", n, n)
			fill(t, s, "Sent", n, n)
			eventually(t, "the mail", has(r, "INBOX", uint32(n)))
			eventually(t, "the mail sent", has(r, "Sent", uint32(n)))
		}
		for _, state := range r.States() {
			if state.Problem != nil {
				t.Errorf("%+v", state)
			}
		}
	})
}

// Who waits to be let in does not hold up the end.
func TestRunEndsWithoutAPost(t *testing.T) {
	t.Parallel()
	f := newFake(t, 3, `(\Sent) "/" Sent`)
	f.limit, f.caps = 1, " IDLE"
	r := &recorder{}
	stop := run(t, watcher(f.account(), r))
	eventually(t, "all to be known", func() bool { return r.Last().Synced })
	stop()
	wantAllBut(t, r, "INBOX", 3)
	wantAllBut(t, r, "Sent", 3)
}

// A server may give a hundred mailboxes the role of Sent: nobody waits in all of them.
func TestFewAreAttended(t *testing.T) {
	t.Parallel()
	all := []imapconn.Mailbox{{Name: "Old", Role: imapconn.Ordinary}, {Name: "bad", Role: imapconn.Sent, Problem: "no name"}}
	for i := range 100 {
		all = append(all, imapconn.Mailbox{Name: fmt.Sprintf("s%d", i), Role: imapconn.Sent})
	}
	all = append(all, imapconn.Mailbox{Name: "INBOX", Role: imapconn.Inbox})
	var names []string
	targets := Account{}.choose(all, nil)
	for _, x := range targets {
		if x.attended() {
			names = append(names, x.Name)
		}
	}
	if !slices.Equal(names, []string{"INBOX", "s0"}) || len(targets) != len(all) {
		t.Errorf("attended are %q, of %d", names, len(targets))
	}
}

// That a mailbox has no news is true when the list says so, not after the
// others have been read.
func TestQuietIsToldFirst(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	a, r := account(s, s.IMAPPort()), &recorder{}
	must(t, sync1(t, a, r))
	fill(t, s, "INBOX", 1, 3)
	r.forget()
	must(t, sync1(t, a, r))
	batches := r.Batches("")
	if len(batches) < 3 || batches[len(batches)-1].Mailbox != "INBOX" {
		t.Errorf("%+v", batches)
	}
}

// With a wrong password many servers say in between that it was tried too often.
func TestRunWhenRefusalsAlternate(t *testing.T) {
	t.Parallel()
	f, tries := newFake(t, 1), 0
	f.answer = func(tag, command string) string {
		if !strings.HasPrefix(command, "AUTHENTICATE ") {
			return ""
		}
		if tries++; tries%2 == 0 {
			return tag + " NO Too many attempts, try again later\r\n"
		}
		return tag + " NO [AUTHENTICATIONFAILED] wrong\r\n"
	}
	r := &recorder{}
	w := watcher(f.account(), r)
	stop := run(t, w)
	eventually(t, "the long pause", func() bool { return r.Last().Retry == w.pace.loginPause })
	stop()
	states := r.States()
	if len(states) != 6 || !errors.Is(states[1].Problem, imapconn.ErrAway) || !errors.Is(states[4].Problem, imapconn.ErrLogin) {
		t.Errorf("%+v", states)
	}
}
