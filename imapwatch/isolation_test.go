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

// on changes the lines that begin in one of these ways.
func on(change string, prefixes ...string) func(string) string {
	return func(line string) string {
		for _, prefix := range prefixes {
			if strings.HasPrefix(line, prefix) {
				return change
			}
		}
		return line
	}
}

// faults are what one mailbox can do: the lines of the server while it is open,
// and what the owner is told.
var faults = map[string]struct {
	edit func(string) string
	told string
}{
	"EXAMINE is garbled": {on(noIMAP, "* FLAGS"), "open %s: the server's answer cannot be read"},
	"no UIDVALIDITY":     {on("* OK\r\n", "* OK [UIDVALIDITY"), "open %s: the server's answer cannot be read"},
	"EXAMINE ends it":    {on(cut, "* FLAGS"), "open %s: the server is away"},
	"EXAMINE is mute":    {on(mute, "* FLAGS"), "open %s: the server is away: no whole answer within 2m0s"},
	"EXAMINE says BYE":   {on("* BYE go away\r\n"+cut, "* FLAGS"), "open %s: the server is away"},
	"SEARCH is garbled":  {on(noIMAP, "* ESEARCH"), "search %s: the server's answer cannot be read"},
	"SEARCH ends it":     {on(cut, "* ESEARCH"), "search %s: the server is away"},
	"SEARCH is mute":     {on(mute, "* ESEARCH"), "search %s: the server is away: no whole answer"},
}

// A mailbox that cannot be read is told, and does not stop the pass; it is tried
// again in the next one.
func TestOneMailboxCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachServer(t, func(t *testing.T, s *mailsim.Server) {
				all := []string{"INBOX", "Sent", "Aaa", "Archive", "Zzz"}
				must(t, s.Create("Aaa"))
				must(t, s.Create("Zzz"))
				for _, mailbox := range all {
					fill(t, s, mailbox, 1, 5)
				}
				p := newRewriter(t, s, nil, nil)
				for _, bad := range all {
					p.inMailbox(bad, fault.edit)
					r := &recorder{}
					dials := p.Dials()
					passErr := sync1(t, p.account(s), r)
					if passErr != nil { // it may say that a connection was lost
						mustCut(t, passErr)
					}
					wantRefused(t, r, bad, strings.ReplaceAll(fault.told, "%s", bad))
					for _, mailbox := range all {
						if mailbox != bad {
							wantAll(t, s, r, mailbox)
						}
					}
					if n := p.Dials() - dials; n != 1+maxLost || !r.Last().Synced || (r.Last().Problem != nil) != (passErr != nil) {
						t.Errorf("%d connections, %+v", n, r.Last())
					}
					p.honest()
					must(t, sync1(t, account(s, p.Port()), r))
					wantAll(t, s, r, bad)
				}
			})
		})
	}
}

// The watch goes on, too, in whichever mailbox the fault is.
func TestRunWhenOneMailboxCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"EXAMINE is garbled", "EXAMINE ends it", "EXAMINE is mute", "SEARCH ends it"} {
		fault := faults[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachServer(t, func(t *testing.T, s *mailsim.Server) {
				for _, bad := range []string{"INBOX", "Sent", "Archive"} {
					good := map[string]string{"INBOX": "Sent", "Sent": "INBOX", "Archive": "INBOX"}[bad]
					fill(t, s, bad, 1, 5)
					p := newRewriter(t, s, nil, nil)
					p.inMailbox(bad, fault.edit)
					r := &recorder{}
					w := watcher(p.account(s), r)
					w.pace.round = 50 * time.Millisecond
					stop := run(t, w)
					eventually(t, "to be told", func() bool { return len(refusals(r, bad)) > 1 })
					fill(t, s, good, 1, 1)
					status, err := s.Status(good)
					must(t, err)
					eventually(t, "the mail", has(r, good, status.UIDNext-1))
					eventually(t, "all to be known", func() bool { return r.Last().Synced })
					for _, b := range refusals(r, bad) {
						if !strings.Contains(b.Refused, strings.ReplaceAll(fault.told, "%s", bad)) {
							t.Errorf("told %q", b.Refused)
						}
					}
					for _, state := range r.States() {
						if state.Problem != nil || !state.Connected {
							t.Errorf("%+v", state)
						}
					}
					p.honest()
					eventually(t, "the mailbox", func() bool { b := r.Batches(bad); return b[len(b)-1].Synced })
					wantAll(t, s, r, bad)
					stop()
				}
			})
		})
	}
}

// refusals gives the batches that tell that a mailbox cannot be read.
func refusals(r *recorder, mailbox string) []Batch {
	return slices.DeleteFunc(r.Batches(mailbox), func(b Batch) bool { return b.Refused == "" })
}

// When no mailbox can be read it is the server, which is not asked for one
// after the other in vain.
func TestNoMailboxCanBeRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit  func(string) string
		class error
		dials int
	}{
		"garbled": {on(noIMAP, "* FLAGS"), imapconn.ErrGarbled, 1 + maxLost*maxFaults},
		"cut":     {on(cut, "* FLAGS"), imapconn.ErrAway, 1 + maxLost*maxFaults},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachServer(t, func(t *testing.T, s *mailsim.Server) {
				for i := range 20 {
					must(t, s.Create(fmt.Sprintf("Box %d", i)))
					fill(t, s, fmt.Sprintf("Box %d", i), 1, 2)
				}
				p := newRewriter(t, s, c.edit, nil)
				a, r := account(s, p.Port()), &recorder{}
				if err := sync1(t, a, r); !errors.Is(err, c.class) || !errors.Is(r.Last().Problem, c.class) || r.Last().Synced || p.Dials() != c.dials {
					t.Errorf("%v, %+v, %d connections", err, r.Last(), p.Dials())
				}
				a.Ignore = []string{"Box*", "Archive"}
				r = &recorder{}
				run(t, watcher(a, r))
				eventually(t, "the watch to end", func() bool { return errors.Is(r.Last().Problem, c.class) })
				for _, state := range r.States() {
					if state.Synced {
						t.Errorf("%+v", state)
					}
				}
			})
		})
	}
}

// A mailbox that the server refuses to open costs no connection.
func TestAllMailboxesAreRefused(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 2)
		p := newRewriter(t, s, nil, func(line string) string { return opened1Line.ReplaceAllString(line, "${1}EXAMINE Nowhere") })
		a, r := account(s, p.Port()), &recorder{}
		a.Ignore = []string{"Sent", "Archive"}
		err := sync1(t, a, r)
		if _, refused := imapconn.Refused(err); !refused || p.Dials() != 1 || !strings.Contains(fmt.Sprint(r.Last().Problem), "INBOX") {
			t.Errorf("%v, %+v, %d connections", err, r.Last(), p.Dials())
		}
		wantRefused(t, r, "INBOX", "open INBOX: ")
	})
}

// A mailbox of which not even the name can be used is told and never opened.
func TestMailboxWithAProblem(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "Archive", 1, 3)
		p, r := newProxy(t, s), &recorder{}
		w := watcher(account(s, p.Port()), r)
		conn, targets, err := w.connect(within(t))
		must(t, err)
		defer conn.close(within(t))
		bad := w.account.choose([]imapconn.Mailbox{{Name: "INBOX&", Problem: "its name is no name"}}, nil)
		must(t, conn.round(within(t), append(bad, targets...)))
		must(t, conn.lookups(within(t), bad))
		wantRefused(t, r, "INBOX&", "its name is no name")
		wantAll(t, s, r, "Archive")
		if names := wantLooksOnly(t, p.ClientLines()); !slices.Equal(names, []string{"Archive"}) || len(attended(bad)) != 0 || len(bad) != 1 {
			t.Errorf("opened %q", names)
		}
	})
}

// A server that gives IDLE up in one mailbox, by an answer that is none, is
// asked there from time to time.
func TestIdleIsGarbled(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		p := newRewriter(t, s, nil, nil)
		p.inMailbox("Sent", on(noIMAP, "+ "))
		r := &recorder{}
		w := watcher(account(s, p.Port()), r)
		w.pace.poll = time.Millisecond
		run(t, w)
		for n := 1; n <= 3; n++ {
			fill(t, s, "INBOX", n, n)
			fill(t, s, "Sent", n, n)
			eventually(t, "the mail", has(r, "INBOX", uint32(n)))
			eventually(t, "the mail sent", has(r, "Sent", uint32(n)))
		}
		if n := p.Dials(); n != 4 {
			t.Errorf("%d connections", n)
		}
	})
}
