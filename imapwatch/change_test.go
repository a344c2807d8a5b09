package imapwatch

import (
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"regards/internal/mailsim"
)

// subscribe subscribes a mailbox, or ends that.
func subscribe(t testing.TB, s *mailsim.Server, mailbox string, yes bool) {
	t.Helper()
	c, err := imapclient.DialInsecure(s.IMAPAddr(), nil)
	must(t, err)
	defer c.Close()
	must(t, c.Login(s.User(), s.Password()).Wait())
	if yes {
		must(t, c.Subscribe(mailbox).Wait())
	} else {
		must(t, c.Unsubscribe(mailbox).Wait())
	}
}

// Mailboxes are made, filled, renamed, replaced, removed, subscribed to or not,
// while Run watches: it follows, and makes none itself.
func TestRunFollowsTheMailboxes(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		r := &recorder{}
		w := watcher(account(s, s.IMAPPort()), r)
		w.pace.round = 5 * time.Millisecond
		run(t, w)
		known := func(mailbox string, n int) func() bool {
			return func() bool {
				c := r.Cursors()[mailbox]
				return c.High == uint32(n) && c.Done() && len(r.UIDs(mailbox)) == n
			}
		}
		gone := func(mailbox string) func() bool {
			return func() bool { _, there := r.Cursors()[mailbox]; return !there }
		}
		must(t, s.Create("Friends"))
		fill(t, s, "Friends", 1, 20)
		eventually(t, "the new mailbox", known("Friends", 20))
		must(t, s.Rename("Friends", "Family"))
		eventually(t, "the new name", known("Family", 20))
		eventually(t, "the old name to go", gone("Friends"))
		must(t, s.Recreate("Family", slices.Collect(letters(1, 7))))
		eventually(t, "the mailbox that was replaced", known("Family", 7))
		subscribe(t, s, "Family", true)
		fill(t, s, "Family", 8, 8)
		eventually(t, "mail where it is subscribed", known("Family", 8))
		subscribe(t, s, "Family", false)
		fill(t, s, "Family", 9, 9)
		eventually(t, "mail where it is not", known("Family", 9))
		wantAll(t, s, r, "Family")
		must(t, s.Delete("Family"))
		eventually(t, "the mailbox to go", gone("Family"))
		must(t, s.Delete("Sent"))
		eventually(t, "Sent to go", gone("Sent"))
		fill(t, s, "INBOX", 1, 3)
		eventually(t, "the mail", known("INBOX", 3))
		names, err := s.Mailboxes()
		must(t, err)
		if want := []string{"Archive", "Drafts", "INBOX", "Junk", "Trash"}; !slices.Equal(names, want) {
			t.Errorf("the mailboxes are %q now, want %q", names, want)
		}
	})
}

// The mailboxes of sent mail and of drafts are known by their special use,
// whatever they are called next.
func TestRunFollowsSpecialUses(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		listed := regexp.MustCompile(`^(\* LIST \()[^)]*(\) "/" "?(?:Gesendet|(Konzepte))"?\r\n)$`)
		p := newRewriter(t, s, func(line string) string {
			m := listed.FindStringSubmatch(line)
			switch {
			case m == nil:
				return line
			case m[3] != "":
				return m[1] + `\Drafts` + m[2]
			}
			return m[1] + `\Sent` + m[2]
		}, nil)
		fill(t, s, "Sent", 1, 3)
		fill(t, s, "Drafts", 1, 3)
		r := &recorder{}
		w := watcher(account(s, p.Port()), r)
		w.pace.round = 5 * time.Millisecond
		run(t, w)
		eventually(t, "the mail sent", has(r, "Sent", 3))
		must(t, s.Rename("Drafts", "Konzepte"))
		must(t, s.Rename("Sent", "Gesendet"))
		eventually(t, "the mail under the new name", has(r, "Gesendet", 3))
		fill(t, s, "Gesendet", 4, 4)
		eventually(t, "the mail sent then", has(r, "Gesendet", 4))
		for _, b := range r.Batches("") {
			if b.Sent != (b.Mailbox == "Sent" || b.Mailbox == "Gesendet") || b.Mailbox == "Konzepte" {
				t.Errorf("%+v", b)
			}
		}
	})
}

// descriptors counts the open files of this process; 0 where that cannot be known.
func descriptors() int {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(files)
}

// Fifty restarts of the server, with mail that comes in between: nothing is
// lost or doubled, and nothing is left over.
func TestFiftyRestarts(t *testing.T) {
	s := embedded(t)
	fill(t, s, "INBOX", 1, 3)
	r := &recorder{}
	must(t, sync1(t, account(s, s.IMAPPort()), r))
	wantNoneLeft(t)
	goroutines, files := runtime.NumGoroutine(), descriptors()
	stop := run(t, watcher(account(s, s.IMAPPort()), r))
	for n := 1; n <= 50; n++ {
		fill(t, s, "INBOX", n+3, n+3)
		must(t, s.Stop())
		must(t, s.Start())
		fill(t, s, []string{"Sent", "Archive"}[n%2], n, n)
		if n%10 == 0 { // the others go on while it is still busy with the one before
			eventually(t, "the mail", has(r, "INBOX", uint32(n+3)))
		}
	}
	all := func() bool {
		return len(r.UIDs("INBOX")) == 53 && len(r.UIDs("Sent")) == 25 && len(r.UIDs("Archive")) == 25
	}
	eventually(t, "all the mail", all)
	stop()
	for _, mailbox := range []string{"INBOX", "Sent", "Archive"} {
		wantAll(t, s, r, mailbox)
	}
	wantNoneLeft(t)
	eventually(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= goroutines })
	eventually(t, "the files to be closed", func() bool { return descriptors() <= files })
}

// A laptop sleeps for days: when it wakes, its connections are dead without a
// word. What came meanwhile is read, and only that.
func TestRunAfterALongSleep(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		mailboxes := []string{"INBOX", "Sent", "Archive"}
		for _, mailbox := range mailboxes {
			fill(t, s, mailbox, 1, 10)
		}
		p, r := newProxy(t, s), &recorder{}
		w := watcher(account(s, p.Port()), r)
		w.pace.renewIdle, w.pace.idleAnswer = 300*time.Millisecond, 300*time.Millisecond
		run(t, w)
		idles(t, p, 2)
		eventually(t, "all to be known", func() bool { return r.Last().Synced })
		asleep, dead := atomic.Bool{}, atomic.Int64{}
		dead.Store(math.MaxInt64) // until it is known which connections are
		forget := func([]byte) mailsim.Action {
			if int64(p.Counts().Connections) > dead.Load() {
				return mailsim.Pass
			}
			asleep.Store(true)
			return mailsim.Stall
		}
		p.OnServer(forget)
		p.OnClient(forget)
		dead.Store(int64(p.Counts().Connections))
		for _, mailbox := range mailboxes {
			fill(t, s, mailbox, 11, 60)
		}
		for _, mailbox := range mailboxes {
			eventually(t, "the mail", func() bool { return len(r.UIDs(mailbox)) == 60 })
		}
		eventually(t, "all to be known again", func() bool { return r.Last().Synced })
		for _, mailbox := range mailboxes {
			wantAll(t, s, r, mailbox)
			for _, b := range r.Batches(mailbox) {
				if b.Reset {
					t.Errorf("read anew: %+v", b)
				}
			}
		}
		if !asleep.Load() {
			t.Error("nothing was stalled")
		}
	})
}

// Another network, another address: every connection is reset at once.
func TestRunWhenTheNetworkChanges(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		p, r := newRewriter(t, s, nil, nil), &recorder{}
		run(t, watcher(account(s, p.Port()), r))
		for n := 1; n <= 10; n++ {
			if n%2 == 0 { // now in the middle of something, now at rest
				eventually(t, "all to be known", func() bool { return r.Last().Synced })
			}
			p.reset()
			for _, mailbox := range []string{"INBOX", "Sent", "Archive"} {
				fill(t, s, mailbox, n, n)
			}
			eventually(t, "the mail", has(r, "INBOX", uint32(n)))
			eventually(t, "the mail sent", has(r, "Sent", uint32(n)))
		}
		p.reset()
		eventually(t, "the rest", has(r, "Archive", 10))
		for _, mailbox := range []string{"INBOX", "Sent", "Archive"} {
			wantAll(t, s, r, mailbox)
		}
	})
}

// All is known when the mailboxes that others attend to have been read, too.
func TestRunIsSyncedWhenAllIsRead(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 1500)
		fill(t, s, "Sent", 1, 300)
		r := &recorder{slow: 20 * time.Millisecond}
		run(t, watcher(account(s, s.IMAPPort()), r))
		eventually(t, "all to be known", func() bool { return r.Last().Synced })
		if r.early.Load() || r.States()[0].Synced {
			t.Error("it said so too early")
		}
		for _, mailbox := range []string{"INBOX", "Sent", "Archive"} {
			wantAll(t, s, r, mailbox)
		}
	})
}
