package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/imapwatch"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
	"regards/mailer"
	"regards/plan"
	"regards/store"
)

// site is a service in this process with a mail server, on a Friday at noon.
type site struct {
	*Daemon
	t      *testing.T
	server *mailsim.Server
	now    time.Time
	drafts string
	sent   string
}

const outboxName = "Regards Outbox"

// onServers runs a test on the embedded server and, where it is installed, on
// Dovecot.
func onServers(t *testing.T, f func(*testing.T, *site)) {
	for name, open := range map[string]func() (*mailsim.Server, error){"embedded": mailsim.Embedded, "dovecot": mailsim.Dovecot} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, err := open()
			if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
				t.Skip("not run on a real server: ", err)
			}
			must(t, err)
			f(t, newSite(t, server))
		})
	}
}

func newSite(t *testing.T, server *mailsim.Server) *site {
	t.Helper()
	t.Cleanup(func() { server.Close() })
	must(t, server.AddSMTP())
	secret := func(context.Context) (string, error) { return server.Password(), nil }
	s := &site{t: t, server: server, now: noon, drafts: "Drafts", sent: "Sent", Daemon: newDaemon(t, Account{
		Name: "home", Address: "ana@example.org", Letters: true, Outbox: outboxName,
		Server: imapconn.Server{Host: server.Host(), Port: server.IMAPPort(), TLS: imapconn.None, User: server.User(), Secret: secret},
		SMTP:   &mailer.SMTPServer{Host: server.Host(), Port: server.SMTPPort(), TLS: "none", User: server.User(), Secret: secret},
	})}
	s.Daemon.now = func() time.Time { return s.now }
	s.settings.Policy.Window = plan.Window{Start: 9 * time.Hour, End: 18 * time.Hour}
	s.settings.Policy.SendDays = []time.Weekday{time.Friday, time.Monday}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// pass makes one full pass; words are what its error has to say, "" for none.
func (s *site) pass(words string) {
	s.t.Helper()
	err := s.Once(s.t.Context())
	if (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), words) {
		s.t.Fatalf("the pass: %v; want %q", err, words)
	}
}

// met logs a meeting with somebody new, whose thank-you is due.
func (s *site) met(name string) {
	s.t.Helper()
	addr, _, err := plan.NewAddress(strings.ToLower(name) + "@x.example")
	must(s.t, err)
	c, err := s.store.AddContact(s.t.Context(), contact.Contact{Name: name + " Lopez", Addresses: []contact.Address{addr},
		Medium: contact.Email, Status: contact.Active, Added: s.now})
	must(s.t, err)
	_, err = s.store.AddOccasion(s.t.Context(), contact.Occasion{Kind: contact.Met, At: s.now.Add(-time.Hour), Logged: s.now,
		Participants: []contact.Participant{{ContactID: c.ID, Useful: "the walk"}}}, nil, s.now)
	must(s.t, err)
}

// letter gives the letter to a name.
func (s *site) letter(name string) contact.Letter {
	s.t.Helper()
	all, err := s.store.Letters(s.t.Context())
	must(s.t, err)
	contacts, err := s.store.Contacts(s.t.Context())
	must(s.t, err)
	for _, l := range all {
		for _, c := range contacts {
			if c.ID == l.ContactID && strings.HasPrefix(c.Name, name) {
				return l
			}
		}
	}
	s.t.Fatalf("there is no letter to %s", name)
	return contact.Letter{}
}

// order changes the letter to a name as a command does.
func (s *site) order(name string, change func(contact.Letter) (contact.Letter, error)) {
	s.t.Helper()
	_, err := s.store.UpdateLetters(s.t.Context(), []string{s.letter(name).Key}, change)
	must(s.t, err)
}

func (s *site) approve(names ...string) {
	s.t.Helper()
	for _, name := range names {
		s.order(name, func(l contact.Letter) (contact.Letter, error) { return plan.Approve(s.now, l) })
	}
}

// lie holds how many messages lie in mailboxes, and how many came by SMTP.
func (s *site) lie(drafts, outbox, filed, sent int) {
	s.t.Helper()
	for box, want := range map[string]int{s.drafts: drafts, outboxName: outbox, s.sent: filed} {
		if messages, err := s.server.Messages(box); err != nil && want > 0 || len(messages) != want {
			s.t.Fatalf("%d messages lie in %s, not %d (%v)", len(messages), box, want, err)
		}
	}
	if got := len(s.server.Sent()); got != sent {
		s.t.Fatalf("%d messages were sent, not %d", got, sent)
	}
}

func (s *site) logins() int { return bytes.Count(s.server.SMTPHeard(), []byte("AUTH PLAIN")) }

// A letter's whole way: laid, approved, sent, filed, each once however often the
// service passes by.
func TestVisit(t *testing.T) {
	onServers(t, func(t *testing.T, s *site) {
		s.met("Maria")
		for range 3 {
			s.pass("")
		}
		s.lie(1, 0, 0, 0)
		s.approve("Maria")
		for range 3 {
			s.pass("")
		}
		s.lie(0, 0, 1, 1)
		if l := s.letter("Maria"); l.State != contact.Sent || !l.Sending.IsZero() || l.Place != (contact.Place{}) {
			t.Errorf("in the end: %+v", l)
		}
	})
}

// Where nothing waits, nobody logs in; where drafts lie, it is looked every other
// minute, or when the owner has sent something.
func TestLookDue(t *testing.T) {
	s := newSite(t, embedded(t))
	v := &visit{d: s.Daemon, account: s.settings.Accounts[0]}
	due := func(what string, want bool) {
		t.Helper()
		if got, err := v.lookDue(t.Context()); err != nil || got != want {
			t.Errorf("%s: %t, %v", what, got, err)
		}
	}
	s.met("Maria")
	s.pass("")
	s.pass("")
	due("just looked", false)
	s.memory("home").mailSent = true
	due("the owner has sent mail", true)
	s.memory("home").mailSent = false
	s.now = noon.Add(lookEvery)
	due("a while later", true)
	s.now = noon.Add(-time.Minute)
	due("the clock was set back", true)
	s.now = noon.Add(lookEvery)
	s.order("Maria", func(l contact.Letter) (contact.Letter, error) { return l.In(contact.Superseded, s.now), nil })
	due("only strangers can lie there", false)
	s.now = noon.Add(lookAnyway)
	due("an hour later", true)
	v.account.SMTP = nil
	due("without an outbox", false)
}

func embedded(t *testing.T) *mailsim.Server {
	t.Helper()
	server, err := mailsim.Embedded()
	must(t, err)
	return server
}

// An account that its watcher has lost is left alone, though letters wait.
func TestVisitOffline(t *testing.T) {
	s := newSite(t, embedded(t))
	s.met("Maria")
	s.pass("")
	s.approve("Maria")
	must(t, s.with(t.Context(), func(ctx context.Context) error {
		sink := &sink{d: s.Daemon, account: s.settings.Accounts[0]}
		must(t, sink.Report(ctx, imapwatch.State{Problem: errors.New("away"), Retry: time.Hour}))
		must(t, s.deliverAll(ctx))
		s.lie(1, 0, 0, 0)
		must(t, sink.Report(ctx, imapwatch.State{Connected: true}))
		return s.deliverAll(ctx)
	}))
	s.lie(0, 0, 1, 1)
}

// One try at a login that is refused is enough for all letters, and for a while.
func TestLoginRefused(t *testing.T) {
	s := newSite(t, embedded(t))
	s.met("Maria")
	s.met("Tom")
	s.pass("")
	s.approve("Maria", "Tom")
	must(t, s.server.SMTPFault("auth", 535))
	s.pass("535")
	s.pass("")
	must(t, s.server.SMTPFault("auth", 0))
	s.pass("")
	if n := s.logins(); n != 1 {
		t.Errorf("%d logins were tried", n)
	}
	s.lie(0, 2, 0, 0)
	s.now = noon.Add(retryRefused)
	s.pass("")
	s.lie(0, 0, 2, 2)
}

// What cannot be sent does not keep the others from going.
func TestOneLetterIsRefused(t *testing.T) {
	onServers(t, func(t *testing.T, s *site) {
		s.met("Maria")
		s.met("Tom")
		s.pass("")
		s.approve("Maria", "Tom")
		s.order("Maria", func(l contact.Letter) (contact.Letter, error) {
			raw := append([]byte("Cc: eva@x.example\r\n"), s.raw(l)...)
			must(t, s.server.Remove(s.drafts, l.Place.UID))
			uid, err := s.server.Append(s.drafts, mailsim.Message{Raw: raw})
			l.Place.UID = uid
			return l, err
		})
		s.pass("")
		s.lie(0, 1, 1, 1)
		if l := s.letter("Maria"); l.State != contact.Approved || !strings.Contains(l.Reason, "it is not sent: it goes to eva@x.example, too") {
			t.Errorf("%s: %s", l.State, l.Reason)
		}
	})
}

func (s *site) raw(l contact.Letter) []byte {
	full, err := s.store.Letter(s.t.Context(), l.Key)
	must(s.t, err)
	return full.Raw
}

// Without a mailbox of sent mail a letter is sent all the same, and it has an end.
func TestNowhereToFile(t *testing.T) {
	s := newSite(t, embedded(t))
	s.met("Maria")
	s.pass("")
	must(t, s.server.Delete(s.sent))
	s.approve("Maria")
	s.pass("")
	s.lie(0, 0, 0, 1)
	if l := s.letter("Maria"); l.State != contact.Sent || !l.Sending.IsZero() {
		t.Errorf("in the end: %+v", l)
	}
}

// Exchange files what it sends under another Message-ID: it is not filed again,
// and an answer to it is an answer to the letter.
func TestFiledByTheServer(t *testing.T) {
	for _, renumbers := range []bool{false, true} {
		server, err := mailsim.EmbeddedWith(mailsim.Options{Provider: mailsim.Exchange, NewMessageIDs: renumbers})
		must(t, err)
		s := newSite(t, server)
		s.sent = "Sent Items"
		s.met("Maria")
		s.pass("")
		s.approve("Maria")
		s.pass("")
		s.lie(0, 0, 1, 1)
		l := s.letter("Maria")
		if l.State != contact.Sent || (l.DraftID != "") != renumbers {
			t.Errorf("renumbered %t: %+v", renumbers, l)
		}
		_, err = server.Append("INBOX", mailsim.Message{Time: noon, Raw: fmt.Appendf(nil,
			"From: maria@x.example\r\nTo: ana@example.org\r\nSubject: Re: it\r\nDate: Fri, 20 Nov 2026 13:00:00 +0000\r\n"+
				"Message-ID: <answer@x.example>\r\nIn-Reply-To: <%s>\r\n\r\nThanks.\r\n", keptAs(l))})
		must(t, err)
		s.pass("")
		if s.letter("Maria").Answered.IsZero() {
			t.Errorf("renumbered %t: the answer is not known", renumbers)
		}
		s.lie(0, 0, 1, 1)
	}
}

// An answer to the final dot that was lost is settled by what lies in Sent, after
// a minute; what is not there is uncertain, and not sent again.
func TestSettleSending(t *testing.T) {
	for _, filed := range []bool{true, false} {
		s := newSite(t, embedded(t))
		s.met("Maria")
		s.pass("")
		s.approve("Maria")
		must(t, s.server.SMTPFault("dot", mailsim.SMTPCut))
		s.pass("no answer after the message")
		must(t, s.server.SMTPFault("dot", 0))
		want := contact.Uncertain
		if filed {
			want = contact.Sent
			_, err := s.server.Append(s.sent, mailsim.Message{Raw: s.server.Sent()[0].Data})
			must(t, err)
		}
		s.now = noon.Add(settleSendingAfter - time.Second)
		if v := (&visit{d: s.Daemon, account: s.settings.Accounts[0]}); v.toSettleSending(s.letter("Maria")) {
			t.Error("it is settled within the minute")
		}
		s.now = noon.Add(settleSendingAfter)
		must(t, s.with(t.Context(), func(ctx context.Context) error {
			return s.visit(ctx, s.settings.Accounts[0]) // no sync: the touch would tell, too
		}))
		if l := s.letter("Maria"); l.State != want {
			t.Errorf("filed %t: %s, %s", filed, l.State, l.Reason)
		}
		s.pass("")
		if n := len(s.server.Sent()); n != 1 {
			t.Errorf("filed %t: %d were sent", filed, n)
		}
	}
}

// While the owner wants nothing done, nothing is taken back, moved or sent.
func TestVisitHeld(t *testing.T) {
	onServers(t, func(t *testing.T, s *site) {
		s.met("Maria")
		s.met("Tom")
		s.pass("")
		s.approve("Maria")
		s.order("Tom", func(l contact.Letter) (contact.Letter, error) { return plan.Dismiss(s.now, l) })
		must(t, s.store.SetHold(t.Context(), store.Hold{Reason: "wait", Since: noon}))
		s.pass("")
		s.lie(2, 0, 0, 0)
		must(t, s.store.LiftHold(t.Context()))
		s.pass("")
		s.lie(0, 0, 1, 1)
	})
}
