package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
	"regards/store"
)

// beside adds an account that is only watched, on a server of its own behind a proxy.
func (s *site) beside(secret func() string) (*mailsim.Server, *mailsim.Proxy) {
	s.t.Helper()
	work := embedded(s.t)
	s.t.Cleanup(func() { work.Close() })
	mailboxes := []string{"INBOX", "Sent", "Archive"}
	for n := range 5 {
		mailboxes = append(mailboxes, fmt.Sprintf("Box %d", n))
		must(s.t, work.Create(mailboxes[n+3]))
	}
	for _, mailbox := range mailboxes {
		_, err := work.Append(mailbox, mailsim.Message{Time: noon, Raw: []byte("Message-ID: <reply-to-nobody>\r\n\r\nHello.\r\n")})
		must(s.t, err)
	}
	proxy, err := mailsim.NewProxy(work.IMAPAddr())
	must(s.t, err)
	s.t.Cleanup(func() { proxy.Close() })
	s.settings.Accounts = append(s.settings.Accounts, Account{Name: "work", Address: "ana@work.example",
		Server: imapconn.Server{Host: work.Host(), Port: proxy.Port(), TLS: imapconn.None, User: work.User(),
			Secret: func(context.Context) (string, error) { return secret(), nil }}})
	return work, proxy
}

// run runs the service by a clock that stands still until it is advanced.
func (s *site) run() (advance func(time.Duration)) {
	s.t.Helper()
	var passed atomic.Int64
	start := s.now
	s.Daemon.now = func() time.Time { return start.Add(time.Duration(passed.Load())) }
	s.settings.NextPlan = func(t time.Time) time.Time { return t.Add(time.Minute) }
	s.settings.Hurry = cmp.Or(s.settings.Hurry, 1000)
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
	})
	return func(d time.Duration) { passed.Add(int64(d)) }
}

func (s *site) eventually(what string, done func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// replies has a contact write to a mailbox.
func (s *site) replies(to *mailsim.Server, from string) {
	s.t.Helper()
	_, err := to.Append("INBOX", mailsim.Message{Time: s.now, Raw: fmt.Appendf(nil,
		"From: %s\r\nTo: ana@example.org\r\nSubject: Hello\r\nDate: %s\r\nMessage-ID: <reply-%[1]s>\r\n\r\nHello.\r\n",
		from, s.now.Format(time.RFC1123Z))})
	must(s.t, err)
}

func (s *site) touched(id string) bool {
	touches, err := s.store.Touches(s.t.Context(), id)
	must(s.t, err)
	for _, touch := range touches {
		if strings.HasPrefix(touch.MessageID, "reply-") {
			return true
		}
	}
	return false
}

// drafted gives the practices of the letters that lie in Drafts.
func (s *site) drafted() string {
	letters, err := s.store.LettersInHand(s.t.Context(), contact.Drafted)
	must(s.t, err)
	return practicesOf(letters)
}

// An account of which nothing can be read keeps no other from being watched and
// counted, nor what the owner asked for from being drafted; what rests on silence
// waits until it is back.
func TestOneAccountFails(t *testing.T) {
	for name, fault := range map[string]func(work *mailsim.Server, proxy *mailsim.Proxy, refuse *atomic.Bool) error{
		"its login is refused": func(_ *mailsim.Server, _ *mailsim.Proxy, refuse *atomic.Bool) error {
			refuse.Store(true)
			return nil
		},
		"its server is dead": func(work *mailsim.Server, _ *mailsim.Proxy, _ *atomic.Bool) error { return work.Stop() },
		"it says nothing": func(_ *mailsim.Server, proxy *mailsim.Proxy, _ *atomic.Bool) error {
			proxy.OnServer(func([]byte) mailsim.Action { return mailsim.Stall })
			return nil
		},
		"it lets us in and hangs up": func(_ *mailsim.Server, proxy *mailsim.Proxy, _ *atomic.Bool) error {
			proxy.OnServer(on("* FLAGS", mailsim.Cut))
			return nil
		},
		"it keeps answers back": func(_ *mailsim.Server, proxy *mailsim.Proxy, _ *atomic.Bool) error {
			proxy.OnServer(on("* OK [UIDVALIDITY", mailsim.Drop))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onServers(t, func(t *testing.T, s *site) {
				c := maria(t, s.Daemon)
				silent(t, s.Daemon, c)
				var refuse atomic.Bool
				work, proxy := s.beside(func() string {
					if refuse.Load() {
						return "wrong"
					}
					return s.server.Password()
				})
				must(t, fault(work, proxy, &refuse))
				advance := s.run()
				s.replies(s.server, "maria@uni.example")
				s.eventually("the touch", func() bool { return s.touched(c.ID) })
				s.eventually("home to be read", func() bool { return s.state("home").Connected && !s.state("home").LastSync.IsZero() })
				if s.drafted() != "" {
					t.Error("it was not waited for")
				}
				s.eventually("what the owner asked for", func() bool {
					advance(3 * time.Second)
					return s.drafted() == "thank-you "
				})
				refuse.Store(false)
				proxy.OnServer(nil)
				must(t, work.Start())
				proxy.Drop()
				s.eventually("the account to be back", func() bool { return !s.state("work").LastSync.IsZero() })
				advance(time.Minute)
				s.eventually("the hello", func() bool { return s.drafted() == "keep-in-touch thank-you " })
				s.untouched(work)
			})
		})
	}
}

// An account whose login has ended is tried three times, then left alone for long
// while the others go on; status and digest say in its words what mends it, and once
// the owner has logged in it is back without a restart.
func TestLoginOfTheOwnerHasEnded(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s *site) {
		var ended atomic.Bool
		var refusals atomic.Int32
		work, proxy := s.beside(s.server.Password)
		a := &s.settings.Accounts[1]
		a.Server.Secret = func(context.Context) (string, error) {
			if !ended.Load() {
				return s.server.Password(), nil
			}
			refusals.Add(1)
			return "", fmt.Errorf("%w: the provider wants a new login: run regards login work", imapconn.ErrLogin)
		}
		s.settings.Hurry = 10 // the pause takes six minutes, beyond the patience of this test
		advance := s.run()
		s.eventually("work to be read", func() bool { return !s.state("work").LastSync.IsZero() })
		ended.Store(true)
		proxy.Drop()
		pausing := func() bool {
			return refusals.Load() >= 3 && strings.Contains(s.state("work").Problem, "regards login work")
		}
		s.eventually("the third refusal", pausing)

		tried := refusals.Load()
		c := maria(t, s.Daemon)
		advance(AwayAfter + time.Minute)
		s.replies(s.server, "maria@uni.example")
		s.eventually("a touch of the other account", func() bool { return s.touched(c.ID) })
		if more := refusals.Load() - tried; more > 0 {
			t.Errorf("it was tried %d times more", more)
		}
		told, err := digestUntil(t.Context(), s.store, s.settings, s.Daemon.now(), time.Time{}, s.Daemon.now())
		must(t, err)
		if !strings.Contains(fmt.Sprint(told), "run regards login work") {
			t.Errorf("the digest says %+v", told)
		}

		ended.Store(false)
		must(t, s.store.SetAccountState(t.Context(), store.AccountState{Name: "work"})) // the command does so
		s.eventually("the account to be back", func() bool { return s.state("work").Connected })
		s.untouched(work)
	})
}

// on does something to each line that begins so.
func on(begin string, action mailsim.Action) mailsim.Hook {
	return func(line []byte) mailsim.Action {
		if strings.HasPrefix(string(line), begin) {
			return action
		}
		return mailsim.Pass
	}
}

func (s *site) state(account string) store.AccountState {
	states, err := s.store.AccountStates(s.t.Context())
	must(s.t, err)
	return states[account]
}

// untouched fails unless an account that is only watched holds nothing of ours.
func (s *site) untouched(work *mailsim.Server) {
	s.t.Helper()
	all, err := work.Mailboxes()
	must(s.t, err)
	contents, err := work.Contents(all...)
	must(s.t, err)
	for mailbox, messages := range contents {
		for _, m := range messages {
			if !strings.Contains(string(m.Raw), "Message-ID: <reply-") {
				s.t.Errorf("in %s lies %s", mailbox, m.Raw)
			}
		}
	}
	for _, mailbox := range all {
		if mailbox == outboxName {
			s.t.Errorf("it has a mailbox %s", mailbox)
		}
	}
}

// While a server hangs in the midst of a letter, those of other accounts go on.
func TestDeliveryHangs(t *testing.T) {
	s := newSite(t, embedded(t))
	work, proxy := s.beside(s.server.Password)
	s.settings.Accounts[1].Letters = true
	var hangs atomic.Bool
	proxy.OnClient(func(line []byte) mailsim.Action {
		if !strings.Contains(string(line), " APPEND ") {
			return mailsim.Pass
		}
		hangs.Store(true)
		return mailsim.Stall
	})
	s.replies(work, "maria@x.example")
	s.met("Maria") // whose letter goes where her mail comes
	s.met("Tom")
	s.run()
	s.eventually("the visit to hang", hangs.Load)
	s.met("Eva")
	s.eventually("the other letters", func() bool { return s.drafted() == "thank-you thank-you " })
	if l := s.letter("Maria"); l.Account != "work" || l.State != contact.Queued {
		t.Errorf("the letter that hangs: %+v", l)
	}
}

// A reply that comes to one account ends a letter that lies in another. Where the
// owner wants no letters none lies, and the digest does not come there either.
func TestWatchedOnly(t *testing.T) {
	onServers(t, func(t *testing.T, s *site) {
		c := maria(t, s.Daemon)
		silent(t, s.Daemon, c)
		work, _ := s.beside(s.server.Password)
		s.settings.Accounts[0], s.settings.Accounts[1] = s.settings.Accounts[1], s.settings.Accounts[0]
		s.settings.Digest = DigestSettings{Next: daily, To: "ana@example.org"}
		s.pass("")
		if got := s.drafted(); got != "keep-in-touch thank-you " {
			t.Fatalf("drafted %q", got)
		}
		s.lie(2, 0, 0, 0)
		s.now = s.now.Add(time.Hour)
		s.replies(work, "tom@uni.example")
		s.pass("")
		if got := s.drafted(); got != "thank-you " {
			t.Errorf("after the reply: %q", got)
		}
		s.lie(1, 0, 0, 0)
		s.now = s.now.Add(24 * time.Hour)
		s.pass("")
		if messages, err := s.server.Messages("INBOX"); err != nil || len(messages) != 1 {
			t.Errorf("%d digests came: %v", len(messages), err)
		}
		s.untouched(work)
	})
}

// One pass goes on without an account that has been out of reach for long, and waits
// for one that was read just now.
func TestOnceWithoutAnAccount(t *testing.T) {
	for name, x := range map[string]struct {
		before time.Duration // of its last sync
		broken bool          // it is INBOX alone that fails
		want   string
	}{
		"never read":      {0, false, "thank-you "},
		"long away":       {giveUpAfter, false, "thank-you "},
		"away just now":   {giveUpAfter - time.Second, false, ""},
		"INBOX is broken": {giveUpAfter, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, embedded(t))
			silent(t, s.Daemon, maria(t, s.Daemon))
			work, proxy := s.beside(s.server.Password)
			if x.before > 0 {
				must(t, s.store.SetAccountState(t.Context(), store.AccountState{Name: "work", LastSync: noon.Add(-x.before)}))
			}
			if x.broken {
				opened := 0
				proxy.OnServer(func(line []byte) mailsim.Action { // INBOX is opened first
					if !strings.HasPrefix(string(line), "* FLAGS") {
						return mailsim.Pass
					}
					if opened++; opened > 2 {
						return mailsim.Pass
					}
					return mailsim.Cut
				})
			} else {
				must(t, work.Stop())
			}
			s.pass("account work: ")
			if got := s.drafted(); got != x.want {
				t.Errorf("drafted %q, want %q", got, x.want)
			}
		})
	}
}

// Mail to the owner whose account is gone comes through another one, unless it may
// have come already; and what was wrong with that account is not told any more.
func TestNoticeOfAnAccountRemoved(t *testing.T) {
	tried := contact.Attempt{At: noon, UIDValidity: 7, UIDNext: 3}
	for name, x := range map[string]struct {
		change func(n *store.Notice)
		later  time.Duration
		want   contact.State
		held   int
	}{
		"nothing was done":  {func(*store.Notice) {}, 0, contact.Sent, 1},
		"it may lie there":  {func(n *store.Notice) { n.Attempt = tried }, 0, contact.Uncertain, 0},
		"it may have gone":  {func(n *store.Notice) { n.Sending = noon }, 0, contact.Uncertain, 0},
		"it is no news now": {func(*store.Notice) {}, noticeWithin + time.Second, contact.Failed, 0},
	} {
		for _, mailed := range []bool{false, true} {
			s := newScene(t, mailsim.Options{})
			ctx := t.Context()
			n := store.Notice{Key: "digest/2026-11-20", Account: "gone", Mailed: mailed, To: "ana@example.org",
				MessageID: "week@old.example", Raw: []byte("From: ana@old.example\r\nMessage-ID: <week@old.example>\r\n\r\nThe week.\r\n"), Made: s.clock}
			if _, err := s.store.AddNotice(ctx, n, "", time.Time{}); err != nil {
				t.Fatal(err)
			}
			n.State = contact.Queued
			x.change(&n)
			must(t, s.store.SetNotice(ctx, n))
			for _, about := range []string{"notice/gone", "notice/home", "digest"} {
				must(t, s.store.SetTrouble(ctx, about, "trouble", "", noon))
			}
			s.clock = s.clock.Add(x.later)
			for range 2 {
				must(t, s.decide(ctx, s.planLetters))
				s.ok(0)
			}
			if n := s.notice(); n.State != x.want || len(s.came()) != x.held || (n.Reason == "") == (n.State != contact.Sent) {
				t.Errorf("%s: %s (%s), and %d came", name, n.State, n.Reason, len(s.came()))
			}
			if s.trouble("notice/gone") != "" || s.trouble("digest") == "" {
				t.Errorf("%s: told of the account that is gone: %q", name, s.trouble("notice/gone"))
			}
		}
	}
}

// An account under another name is read anew, and no touch is doubled; the draft that
// lies there is one that nobody vouches for.
func TestAccountRenamed(t *testing.T) {
	onServers(t, func(t *testing.T, s *site) {
		c := maria(t, s.Daemon)
		s.replies(s.server, "maria@uni.example")
		o := contact.Occasion{Kind: contact.Met, At: noon, Logged: noon, Participants: []contact.Participant{{ContactID: c.ID, Useful: "the walk"}}}
		_, err := s.store.AddOccasion(t.Context(), o, nil, noon)
		must(t, err)
		s.pass("")
		before, err := s.store.Touches(t.Context(), c.ID)
		must(t, err)
		s.settings.Accounts[0].Name = "private"
		for range 2 {
			s.pass("")
		}
		after, err := s.store.Touches(t.Context(), c.ID)
		if err != nil || len(after) != len(before) || len(before) != 2 {
			t.Errorf("%d touches, then %d: %v", len(before), len(after), err)
		}
		s.lie(1, 0, 0, 0)
		if l := s.letter("Maria"); l.State != contact.Uncertain || !strings.Contains(l.Reason, `the account "home"`) {
			t.Errorf("%s: %s", l.State, l.Reason)
		}
	})
}

// Two accounts on one server that allows few connections to each: both are watched,
// and letters are laid.
func TestFewConnections(t *testing.T) {
	for _, limit := range []int{2, 3, 4} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			server, err := mailsim.DovecotWith(mailsim.DovecotOptions{Users: []string{"ana@work.example"}, Connections: limit})
			if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
				t.Skip("not run on Dovecot: ", err)
			}
			must(t, err)
			s := newSite(t, server)
			other, err := server.As("ana@work.example")
			must(t, err)
			second := s.settings.Accounts[0]
			second.Name, second.Letters, second.Server.User = "work", false, other.User()
			s.settings.Accounts = append(s.settings.Accounts, second)
			c := maria(t, s.Daemon)
			silent(t, s.Daemon, c)
			s.replies(other, "maria@uni.example")
			advance := s.run()
			s.eventually("the letters", func() bool {
				advance(time.Second / 2)
				return s.drafted() == "keep-in-touch thank-you "
			})
			s.eventually("the touch", func() bool { return s.touched(c.ID) })
		})
	}
}
