package mailsim

import (
	"bytes"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
)

func TestSpecialUseAndListStatus(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		if onCourier(s) {
			return // see TestCourierLacks
		}
		uid := value[uint32](t)(s.Append("Drafts", letter(1)))
		want := value[Status](t)(s.Status("Drafts"))
		c := client(t, s.IMAPAddr())
		for _, needed := range []imap.Cap{imap.CapSpecialUse, imap.CapListStatus, imap.CapUIDPlus, imap.CapMove, imap.CapIdle, imap.CapESearch} {
			if !c.Caps().Has(needed) {
				t.Errorf("%s isn't announced", needed)
			}
		}
		list, err := c.List("", "*", &imap.ListOptions{
			ReturnSpecialUse: true,
			ReturnStatus:     &imap.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true},
		}).Collect()
		must(t, err)
		uses := map[string]string{}
		for _, data := range list {
			for _, mailbox := range standard {
				if slices.Contains(data.Attrs, imap.MailboxAttr(mailbox.use)) { // Dovecot adds \Marked
					uses[data.Mailbox] += mailbox.use
				}
			}
			if data.Status == nil {
				t.Fatalf("LIST-STATUS tells nothing of %s", data.Mailbox)
			}
			got := Status{*data.Status.NumMessages, uint32(data.Status.UIDNext), data.Status.UIDValidity}
			if data.Mailbox == "Drafts" && (got != want || got.Messages != 1 || got.UIDNext != uid+1) {
				t.Errorf("Drafts: LIST-STATUS %+v, STATUS %+v, UID %d", got, want, uid)
			}
		}
		for _, mailbox := range standard {
			if uses[mailbox.name] != mailbox.use {
				t.Errorf("%s has the special uses %q, want %q", mailbox.name, uses[mailbox.name], mailbox.use)
			}
		}
		if len(list) != len(standard)+1 || uses[inbox] != "" {
			t.Errorf("mailboxes %v", uses)
		}
	})
}

func TestMessagesChangesNothing(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		first := letter(1)
		first.Flags = []string{`\Flagged`, `\Seen`}
		value[uint32](t)(s.Append(inbox, first))
		value[uint32](t)(s.Append(inbox, letter(2)))
		for range 2 {
			got := value[[]Message](t)(s.Messages(inbox))
			if len(got) != 2 {
				t.Fatalf("%d messages", len(got))
			}
			if !slices.Equal(got[0].Flags, first.Flags) || len(got[1].Flags) != 0 {
				t.Errorf("flags %q and %q", got[0].Flags, got[1].Flags)
			}
			if !bytes.Equal(got[0].Raw, first.Raw) || !got[0].Time.Equal(first.Time) || got[0].UID != 1 || got[1].UID != 2 {
				t.Errorf("message came back as %+v", got[0])
			}
		}
		must(t, s.SetFlags(inbox, 2, `\Answered`))
		if got := value[[]Message](t)(s.Messages(inbox)); !slices.Equal(got[1].Flags, []string{`\Answered`}) {
			t.Errorf("flags after SetFlags: %q", got[1].Flags)
		}
	})
}

func TestRestartKeepsMail(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*Server) error{"stop": (*Server).Stop, "kill": (*Server).Kill} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachServer(t, func(t *testing.T, s *Server) { restart(t, s, end) })
		})
	}
}

func restart(t *testing.T, s *Server, end func(*Server) error) {
	value[uint32](t)(s.Append(inbox, letter(1)))
	uid := value[uint32](t)(s.Append("Drafts", letter(2)))
	before := value[Status](t)(s.Status("Drafts"))
	port, idle := s.IMAPPort(), login(t, s.IMAPAddr())
	idle.do("a SELECT " + s.IMAPName("Drafts"))
	idle.send("b IDLE")
	idle.expect("+ ")

	must(t, end(s))
	must(t, end(s)) // a second time does no harm
	idle.end()
	awaitRefusal(t, s.IMAPAddr())
	if _, err := s.Append(inbox, letter(3)); err == nil {
		t.Fatal("the stopped server took mail")
	}
	must(t, s.Start())
	must(t, s.Start())

	if s.IMAPPort() != port {
		t.Errorf("the port changed from %d to %d", port, s.IMAPPort())
	}
	if after := value[Status](t)(s.Status("Drafts")); after != before {
		t.Errorf("before %+v, after %+v", before, after)
	}
	kept := value[[]Message](t)(s.Messages("Drafts"))
	if len(kept) != 1 || kept[0].UID != uid || !bytes.Equal(kept[0].Raw, letter(2).Raw) {
		t.Errorf("kept %+v", kept)
	}
}

// awaitRefusal waits until nobody listens any more. Children that other tests
// are just starting hold copies of closed sockets for a moment.
func awaitRefusal(t *testing.T, addr string) {
	t.Helper()
	eventually(t, "a refused connection", func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
}

func TestDropConnections(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		must(t, s.DropConnections()) // nobody there
		idle, quiet := login(t, s.IMAPAddr()), login(t, s.IMAPAddr())
		idle.do("a SELECT INBOX")
		idle.send("b IDLE")
		idle.expect("+ ")
		must(t, s.DropConnections())
		idle.end()
		quiet.end()
		login(t, s.IMAPAddr()).do("a SELECT INBOX")
	})
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		for _, who := range []string{userName + " wrong", "eve@example.org " + password} {
			w := dial(t, s.IMAPAddr())
			w.expect("* OK ")
			if answer := w.ask("a LOGIN " + who); !strings.HasPrefix(answer[len(answer)-1], "a NO ") {
				t.Errorf("LOGIN %s: %q", who, answer)
			}
		}
	})
}

func TestErrorsNameTheMailbox(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		_, appendErr := s.Append("Nowhere", letter(1))
		_, readErr := s.Messages("Nowhere")
		for what, err := range map[string]error{
			"Append": appendErr, "Messages": readErr, "Delete": s.Delete("Nowhere"), "Recreate": s.Recreate("Nowhere", nil),
			"Rename": s.Rename("Nowhere", "Else"), "Remove": s.Remove(inbox, 7), "AppendAll": s.AppendAll("Nowhere", slices.Values([]Message{letter(1)})),
		} {
			if err == nil || !strings.Contains(err.Error(), "Nowhere") && !strings.Contains(err.Error(), "no such message") {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}
