package mailer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

// patience keeps a failing test from hanging.
const patience = 5 * time.Minute

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// forEachServer runs a test on a new server of each kind.
func forEachServer(t *testing.T, test func(t *testing.T, s *mailsim.Server)) {
	for name, open := range map[string]func() (*mailsim.Server, error){
		"embedded": mailsim.Embedded, "dovecot": mailsim.Dovecot, "cyrus": mailsim.Cyrus, "courier": mailsim.Courier,
	} {
		t.Run(name, func(t *testing.T) {
			s, err := open()
			if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
				t.Skipf("not run on a real server: %v", err)
			}
			must(t, err)
			t.Cleanup(func() { must(t, s.Close()) })
			test(t, s)
		})
	}
}

// kinds are all servers, the imitations too, with what they call the mailboxes.
var kinds = map[string]struct {
	open                func() (*mailsim.Server, error)
	drafts, sent, trash string
}{
	"embedded": {mailsim.Embedded, "Drafts", "Sent", "Trash"},
	"dovecot":  {mailsim.Dovecot, "Drafts", "Sent", "Trash"},
	"cyrus":    {mailsim.Cyrus, "Drafts", "Sent", "Trash"},
	"courier":  {mailsim.Courier, "Drafts", "Sent", "Trash"},
	"gmail": {func() (*mailsim.Server, error) { return mailsim.EmbeddedWith(mailsim.Options{Provider: mailsim.Gmail}) },
		"[Gmail]/Drafts", "[Gmail]/Sent Mail", "[Gmail]/Trash"},
	"exchange": {func() (*mailsim.Server, error) {
		return mailsim.EmbeddedWith(mailsim.Options{Provider: mailsim.Exchange})
	},
		"Drafts", "Sent Items", "Deleted Items"},
	"old": {func() (*mailsim.Server, error) {
		return mailsim.EmbeddedWith(mailsim.Options{Without: []imap.Cap{imap.CapUIDPlus, imap.CapMove, imap.CapLiteralPlus, imap.CapIMAP4rev2}})
	}, "Drafts", "Sent", "Trash"},
}

// world is a server, a connection to it, and what its mailboxes are called.
type world struct {
	*mailsim.Server
	*Drafts
	kind                string
	drafts, sent, trash string // as mailsim has them
}

// forEachKind runs a test on a new server of each kind, imitations too.
func forEachKind(t *testing.T, test func(t *testing.T, w world)) {
	for kind, k := range kinds {
		t.Run(kind, func(t *testing.T) {
			s, err := k.open()
			if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
				t.Skipf("not run on a real server: %v", err)
			}
			must(t, err)
			t.Cleanup(func() { must(t, s.Close()) })
			test(t, world{s, opened(t, at(s, s.IMAPPort()), ""), kind, k.drafts, k.sent, k.trash})
		})
	}
}

// content gives what lies in a mailbox.
func (w world) content(t *testing.T, mailbox string) []mailsim.Message {
	t.Helper()
	all, err := w.Server.Messages(mailbox)
	must(t, err)
	return all
}

// lie lays a message and says where it lies.
func (w world) lie(t *testing.T, mailbox, raw string, flags ...string) contact.Place {
	t.Helper()
	uid, err := w.Server.Append(mailbox, mailsim.Message{Raw: []byte(raw), Flags: flags})
	must(t, err)
	status, err := w.Server.Status(mailbox)
	must(t, err)
	return contact.Place{Mailbox: w.IMAPName(mailbox), UIDValidity: status.UIDValidity, UID: uid}
}

// mark deletes a message as some mail programs do: it is only marked. Gmail
// removes it then.
func (w world) mark(t *testing.T, mailbox string, place contact.Place) {
	t.Helper()
	must(t, w.SetFlags(mailbox, place.UID, `\Draft`, `\Deleted`))
}

// clear removes a message for good, marked or not.
func (w world) clear(t *testing.T, mailbox string, place contact.Place) {
	t.Helper()
	if slices.ContainsFunc(w.content(t, mailbox), func(m mailsim.Message) bool { return m.UID == place.UID }) {
		must(t, w.SetFlags(mailbox, place.UID))
		must(t, w.Server.Remove(mailbox, place.UID))
	}
}

func at(s *mailsim.Server, port int) imapconn.Server {
	return imapconn.Server{Host: s.Host(), Port: port, TLS: imapconn.None, User: s.User(),
		Secret: func(context.Context) (string, error) { return s.Password(), nil }}
}

func opened(t *testing.T, server imapconn.Server, named string) *Drafts {
	t.Helper()
	d, err := open(within(t), server, named)
	must(t, err)
	t.Cleanup(func() { d.conn.Close() })
	return d
}

func message(id string) []byte {
	return []byte("From: ana@example.org\r\nTo: maria@uni.example\r\nSubject: Hello\r\nMessage-ID: <" + id + ">\r\n\r\nHello.\r\n")
}

func lay(t *testing.T, s *mailsim.Server, mailbox, id string) {
	t.Helper()
	_, err := s.Append(mailbox, mailsim.Message{Raw: message(id), Time: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)})
	must(t, err)
}

// SEARCH finds parts of a header (go-imap trap 17): a letter is found by its
// whole Message-ID only.
func TestFindIsExact(t *testing.T) {
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		lay(t, s, "Drafts", "xletter@example.org")
		lay(t, s, "Sent", "letter@example.org.uk")
		lay(t, s, "Trash", "a-letter@example.org")
		d := opened(t, at(s, s.IMAPPort()), "")
		for _, step := range []struct {
			mailbox string
			want    contact.State
		}{{"", contact.Uncertain}, {"Trash", contact.Dismissed}, {"Sent", contact.Sent}, {"Drafts", contact.Drafted}} {
			if step.mailbox != "" {
				lay(t, s, step.mailbox, "letter@example.org")
			}
			state, place, err := d.find(within(t), "letter@example.org")
			if err != nil || state != step.want || (place.UID == 0) != (step.mailbox == "") {
				t.Errorf("with one in %q: %s %+v %v", step.mailbox, state, place, err)
			}
		}
	})
}

// A draft is laid where Look looked, is found there, and taken back from there;
// whatever else lies in Drafts stays as it is.
func TestDraftsLife(t *testing.T) {
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		ctx := within(t)
		lay(t, s, "Drafts", "other@example.org") // some servers tell UIDNEXT by STATUS alone
		d := opened(t, at(s, s.IMAPPort()), "")
		attempt, err := d.look(ctx)
		must(t, err)
		if state, _, err := d.settle(ctx, "letter@example.org", attempt, nil); err != nil || state != contact.Queued {
			t.Errorf("before: %s, %v", state, err)
		}
		place, err := d.put(ctx, message("letter@example.org"), "letter@example.org", attempt)
		must(t, err)
		if state, settled, err := d.settle(ctx, "letter@example.org", attempt, nil); err != nil || state != contact.Drafted || settled != place {
			t.Errorf("laid at %+v: %s %+v, %v", place, state, settled, err)
		}
		if state, _, err := d.settle(ctx, "another@example.org", attempt, nil); err != nil || state != contact.Uncertain {
			t.Errorf("one that is not there, though something came: %s, %v", state, err)
		}
		if state, err := d.takeBack(ctx, "letter@example.org", place); err != nil || state != contact.Superseded {
			t.Errorf("taken back: %s, %v", state, err)
		}
		left, err := s.Messages("Drafts")
		must(t, err)
		if len(left) != 1 || !bytes.Contains(left[0].Raw, []byte("<other@example.org>")) {
			t.Errorf("%d messages are left in Drafts", len(left))
		}
		trash, err := s.Messages("Trash")
		must(t, err)
		if len(trash) != 1 || !bytes.Contains(trash[0].Raw, []byte("<letter@example.org>")) {
			t.Errorf("%d messages lie in Trash", len(trash))
		}
	})
}

// A refused APPEND of more than 4 KB costs the connection (go-imap trap 4): the
// refusal is told from a loss, and the next letter needs a new connection.
func TestPutRefused(t *testing.T) {
	s, err := mailsim.EmbeddedWith(mailsim.Options{Provider: mailsim.Gmail})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	ctx := within(t)
	d := opened(t, at(s, s.IMAPPort()), "[Gmail]/Spam")
	attempt, err := d.look(ctx)
	must(t, err)
	raw := append(message("letter@example.org"), bytes.Repeat([]byte("Hello again.\r\n"), 2000)...)
	_, err = d.put(ctx, raw, "letter@example.org", attempt)
	if text, refused := imapconn.Refused(err); !refused || !strings.Contains(text, "Cannot APPEND to a SPAM folder") {
		t.Errorf("got %v", err)
	}
	if state, _, err := opened(t, at(s, s.IMAPPort()), "").find(ctx, "letter@example.org"); err != nil || state != contact.Uncertain {
		t.Errorf("afterwards: %s, %v", state, err)
	}
}

// scripted is a server that answers commands by the beginnings of their lines.
func scripted(t *testing.T, answers map[string][]string) imapconn.Server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answer(conn, answers)
		}
	}()
	return imapconn.Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: imapconn.None, User: "ana",
		Secret: func(context.Context) (string, error) { return "secret", nil }}
}

func answer(conn net.Conn, answers map[string][]string) {
	defer conn.Close()
	fmt.Fprint(conn, "* OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE] ready\r\n")
	for in := bufio.NewScanner(conn); in.Scan(); {
		tag, command, _ := strings.Cut(in.Text(), " ")
		for begin, lines := range answers {
			if strings.HasPrefix(command, begin) {
				for _, line := range lines {
					fmt.Fprint(conn, line+"\r\n")
				}
			}
		}
		fmt.Fprintf(conn, "%s OK done\r\n", tag)
	}
}

// A FETCH that a server sends by itself is no answer (go-imap trap 7): when the
// header never comes, nobody knows whether the draft is ours, and it stays.
func TestHeaderHeldBack(t *testing.T) {
	answers := map[string][]string{
		"LIST":    {`* LIST (\Drafts) "/" Drafts`, `* LIST (\Trash) "/" Trash`},
		"STATUS":  {"* STATUS Drafts (MESSAGES 1 UIDNEXT 6 UIDVALIDITY 7)"},
		"SELECT":  {"* 1 EXISTS", "* OK [UIDVALIDITY 7] valid", "* OK [UIDNEXT 6] next"},
		"EXAMINE": {"* 1 EXISTS", "* OK [UIDVALIDITY 7] valid", "* OK [UIDNEXT 6] next"},
	}
	for name, fetch := range map[string][]string{
		"flags only": {`* 1 FETCH (UID 5 FLAGS (\Seen))`}, "NIL": {"* 1 FETCH (UID 5 BODY[HEADER.FIELDS (Message-ID)] NIL)"},
	} {
		t.Run(name, func(t *testing.T) {
			answers["UID FETCH"] = fetch
			d := opened(t, scripted(t, answers), "")
			state, err := d.takeBack(within(t), "letter@example.org", contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 5})
			if err == nil || !errors.Is(err, imapconn.ErrGarbled) || !strings.Contains(err.Error(), "keeps the header of 5 back") {
				t.Errorf("got %q, %v", state, err)
			}
		})
	}
}
