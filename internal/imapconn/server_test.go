package imapconn

import (
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/internal/mailsim"
)

func TestMailboxes(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		must(t, s.Create("Projects/Trash"))
		must(t, s.Create("Entwürfe & mehr"))
		for range 3 {
			_, err := s.Append("INBOX", mailsim.Message{Raw: []byte("Subject: x\r\n\r\n")})
			must(t, err)
		}
		server := login(s)
		server.Counters = new(Counters)
		c := dial(t, server)
		if n := server.Counters.RoundTrips.Load(); n != 1 {
			t.Errorf("the login took %d round trips", n)
		}
		boxes, err := c.Mailboxes(within(t))
		must(t, err)
		if n := server.Counters.RoundTrips.Load(); n != 2 {
			t.Errorf("with the list it was %d round trips", n)
		}
		checkStandard(t, s, boxes)
		if box, err := Find(boxes, Ordinary, "Projects/Trash"); err != nil || box.Role != Ordinary {
			t.Errorf("Projects/Trash: %+v, %v", box, err)
		}
		if _, err := Find(boxes, Ordinary, "Entwürfe & mehr"); err != nil {
			t.Error(err)
		}
	})
}

// checkStandard compares what lies in INBOX and who has which role.
func checkStandard(t *testing.T, s *mailsim.Server, boxes []Mailbox) {
	t.Helper()
	roles := map[string]Role{}
	for _, m := range boxes {
		roles[m.Name] = m.Role
		want, err := s.Status(m.Name)
		must(t, err)
		if got := (mailsim.Status{Messages: m.Messages, UIDNext: m.UIDNext, UIDValidity: m.UIDValidity}); got != want {
			t.Errorf("%s: %+v, want %+v", m.Name, got, want)
		}
	}
	want := map[string]Role{"INBOX": Inbox, "Drafts": Drafts, "Sent": Sent, "Trash": Trash, "Junk": Junk, "Archive": Ordinary}
	maps.DeleteFunc(roles, func(name string, _ Role) bool { _, ok := want[name]; return !ok })
	if !maps.Equal(roles, want) {
		t.Errorf("roles %v, want %v", roles, want)
	}
}

// Servers with less still give the same mailboxes, with the same status.
func TestMailboxesWithout(t *testing.T) {
	t.Parallel()
	for _, without := range [][]imap.Cap{
		{imap.CapListStatus},
		{imap.CapSpecialUse},
		{imap.CapListExtended},
		{imap.CapListExtended, imap.CapListStatus},
		{imap.CapListExtended, imap.CapListStatus, imap.CapSpecialUse, imap.CapESearch, imap.CapIdle, imap.CapNamespace},
	} {
		name := ""
		for _, c := range without {
			name += string(c) + " "
		}
		t.Run(strings.TrimSpace(name), func(t *testing.T) {
			t.Parallel()
			s := embedded(t, without...)
			_, err := s.Append("Sent", mailsim.Message{Raw: []byte("Subject: x\r\n\r\n")})
			must(t, err)
			boxes, err := dial(t, login(s)).Mailboxes(within(t))
			must(t, err)
			checkStandard(t, s, boxes)
		})
	}
}

// Without LIST-STATUS it takes two round trips: this server gives no STATUS
// before it has been asked for all.
func TestMailboxesInTwoRoundTrips(t *testing.T) {
	t.Parallel()
	s := scripted(t,
		greet, enter("IMAP4rev1"),
		expect(`LIST "" "?\*"?$`), send(`* LIST () "/" INBOX`, `* LIST () "/" Sent`, `* LIST () "/" Gone`), reply("OK"),
		expect("STATUS INBOX"), remember("inbox"), expect(`STATUS "Sent"`), remember("sent"), expect(`STATUS "Gone"`),
		send("* STATUS INBOX (MESSAGES 3 UIDNEXT 5 UIDVALIDITY 7)", "* STATUS Sent (UIDVALIDITY 8 UIDNEXT 2 MESSAGES 1)"),
		reply("NO [NONEXISTENT] deleted since"), replyTo("inbox", "OK"), replyTo("sent", "OK"),
	)
	boxes, err := dial(t, s.server()).Mailboxes(within(t))
	must(t, err)
	want := []Mailbox{
		{Name: "INBOX", Role: Inbox, UIDValidity: 7, UIDNext: 5, Messages: 3},
		{Name: "Sent", Role: Sent, UIDValidity: 8, UIDNext: 2, Messages: 1},
		{Name: "Gone"},
	}
	if !slices.Equal(boxes, want) {
		t.Errorf("%+v, want %+v", boxes, want)
	}
}

// A server may tell all names before it tells any status.
func TestListStatusOutOfOrder(t *testing.T) {
	t.Parallel()
	s := scripted(t,
		greet, enter("IMAP4rev1 LIST-EXTENDED LIST-STATUS"),
		expect(`LIST .*STATUS`), send(`* LIST () "/" INBOX`, `* LIST () "/" Sent`,
			"* STATUS INBOX (MESSAGES 3 UIDNEXT 5 UIDVALIDITY 7)", "* STATUS Sent (UIDVALIDITY 8 UIDNEXT 2 MESSAGES 1)"), reply("OK"),
		expect("STATUS INBOX"), send("* STATUS INBOX (MESSAGES 3 UIDNEXT 5 UIDVALIDITY 7)"), reply("OK"),
	)
	boxes, err := dial(t, s.server()).Mailboxes(within(t))
	must(t, err)
	want := []Mailbox{
		{Name: "INBOX", Role: Inbox, UIDValidity: 7, UIDNext: 5, Messages: 3},
		{Name: "Sent", Role: Sent, UIDValidity: 8, UIDNext: 2, Messages: 1},
	}
	if !slices.Equal(boxes, want) {
		t.Errorf("%+v, want %+v", boxes, want)
	}
}

func TestCountersCountEveryByte(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		p := proxy(t, s)
		server := login(s)
		server.Port, server.Counters = p.Port(), new(Counters)
		c := dial(t, server)
		_, err := c.Mailboxes(within(t))
		must(t, err)
		c.Logout(within(t))
		if got, want := server.Counters.BytesIn.Load(), p.Counts().ServerBytes; got != want {
			t.Errorf("counted %d bytes of %d", got, want)
		}
		if n := server.Counters.RoundTrips.Load(); n != 3 {
			t.Errorf("%d round trips", n)
		}
		select {
		case <-c.Closed():
		case <-within(t).Done():
			t.Error("the connection is still open")
		}
	})
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		server := login(s)
		server.Secret = secret("wrong")
		_, err := Dial(within(t), server)
		wantErr(t, err, ErrLogin)
		for _, word := range []string{s.User(), s.Host(), "app password"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q does not name %s", err, word)
			}
		}
	})
}

// A password of any characters arrives, by LOGIN as well.
func TestPasswordWithOddCharacters(t *testing.T) {
	t.Parallel()
	s := scripted(t, send("* OK [CAPABILITY IMAP4rev1] hi"),
		expect(`LOGIN "ana@example\.org" \{10\}`), send("+ go on"), expect(`^p"ä \\s€$`), reply("OK [CAPABILITY IMAP4rev1] in"))
	server := s.server()
	server.Secret = secret(`p"ä \s€`)
	dial(t, server)
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	must(t, l.Close())
	for _, kind := range []TLS{None, StartTLS, Implicit} {
		_, err = Dial(within(t), Server{Host: "127.0.0.1", Port: port, TLS: kind, Secret: secret("x")})
		wantErr(t, err, ErrAway)
	}
}

// A refusal leaves the connection usable, and its words can be had.
func TestRefusal(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		c := dial(t, login(s))
		err := c.Do(within(t), "open nothing", Timeout, func(client *imapclient.Client) error {
			_, err := client.Select("Nowhere", nil).Wait()
			return err
		})
		if text, ok := Refused(err); !ok || text == "" || !strings.HasPrefix(err.Error(), "open nothing: ") {
			t.Fatalf("%v: %q, %t", err, text, ok)
		}
		_, err = c.Mailboxes(within(t))
		must(t, err)
	})
}

// NewMail is called for mail that comes, and not for what SELECT tells.
func TestNewMail(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		calls := make(chan struct{}, 10)
		server := login(s)
		server.NewMail = func() { calls <- struct{}{} }
		c := dial(t, server)
		var idle *imapclient.IdleCommand
		must(t, c.Do(within(t), "wait", Timeout, func(client *imapclient.Client) (err error) {
			if _, err = client.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
				return err
			}
			if len(calls) > 0 {
				t.Error("called for SELECT")
			}
			idle, err = client.Idle()
			return err
		}))
		_, err := s.Append("INBOX", mailsim.Message{Raw: []byte("Subject: x\r\n\r\n")})
		must(t, err)
		select {
		case <-calls:
		case <-within(t).Done():
			t.Error("nobody was called")
		}
		must(t, c.Do(within(t), "end", Timeout, func(*imapclient.Client) error { return errorsOf(idle.Close(), idle.Wait()) }))
	})
}

func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// A dead peer is noticed within two minutes: the library waits for ever
// (pitfall 10), so the network has to find out.
func TestPitfall10KeepAlive(t *testing.T) {
	if limit := keepAlive.Idle + time.Duration(keepAlive.Count)*keepAlive.Interval; !keepAlive.Enable || limit > 2*time.Minute {
		t.Errorf("a dead peer is noticed after %v", limit)
	}
}
