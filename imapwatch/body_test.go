package imapwatch

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"regards/classify"
	"regards/internal/mailsim"
)

// bounceWith is a report whose body is longer than what is read of it.
func bounceWith(id string) []byte {
	return []byte("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: ana@example.org\r\nSubject: Undelivered Mail Returned to Sender\r\n" +
		"Date: Wed, 18 Nov 2026 11:01:00 +0000\r\nMessage-ID: <" + id + "@mx.example>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
		"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; " + id + "@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" +
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <about-" + id + "@example.org>\r\nX-Long: " + strings.Repeat("x", 70<<10) + "\r\n--b--\r\n")
}

// reports gives what the bodies of a mailbox told, by UID.
func (r *recorder) reports(mailbox string) map[uint32]*classify.Report {
	all := map[uint32]*classify.Report{}
	for _, b := range r.Batches(mailbox) {
		for _, m := range b.Messages {
			all[m.UID] = m.Report
		}
	}
	return all
}

// isBounce asks for the bodies of reports.
func isBounce(m Message) bool {
	return m.Header.Verdict(classify.Policy{}).Class == classify.Bounce
}

// The bodies that the sink asks for come with their headers; no other is fetched, and
// nothing is marked as read.
func TestBodies(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *mailsim.Server) {
		fill(t, s, "INBOX", 1, 3)
		var ids []string
		for _, id := range []string{"a", "b"} {
			_, err := s.Append("INBOX", mailsim.Message{Raw: bounceWith(id)})
			must(t, err)
			ids = append(ids, id)
		}
		p, before := newProxy(t, s), snapshot(t, s)
		r := &recorder{bodies: isBounce}
		must(t, sync1(t, account(s, p.Port()), r))
		reports := r.reports("INBOX")
		for i, id := range ids {
			report := reports[uint32(4+i)]
			if report == nil || len(report.Recipients) != 1 || report.Recipients[0].Address != id+"@x.example" || report.Thread[0] != "about-"+id+"@example.org" {
				t.Errorf("%s: %+v", id, report)
			}
		}
		for uid := uint32(1); uid <= 3; uid++ {
			if report, there := reports[uid]; !there || report != nil {
				t.Errorf("UID %d: %v, %+v", uid, there, report)
			}
		}
		asked := 0
		for _, line := range p.ClientLines() {
			if strings.Contains(line, "TEXT") {
				if asked++; !strings.Contains(line, "BODY.PEEK[TEXT]<0.65536>") || !strings.Contains(line, "4:5") && !strings.Contains(line, "4,5") {
					t.Errorf("asked for %s", line)
				}
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
		if after := snapshot(t, s); !reflect.DeepEqual(after, before) {
			t.Error("something has changed on the server")
		}
	})
}

// A body that the server refuses, or over which the connection is lost, costs the
// body alone.
func TestBodiesRefused(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{"refused": " NO not now\r\n", "lost": cut, "no IMAP": " HTTP/1.1 400\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, 5)
			f.answer = func(tag, command string) string {
				if strings.Contains(command, "BODY.PEEK[TEXT]") {
					if answer == cut {
						return cut
					}
					return tag + answer
				}
				return ""
			}
			r := &recorder{bodies: func(m Message) bool { return m.UID == 3 }}
			err := sync1(t, f.account(), r)
			if name == "lost" {
				mustCut(t, err)
			}
			uids := r.UIDs("INBOX")
			if slices.Sort(uids); !slices.Equal(uids, []uint32{1, 2, 3, 4, 5}) {
				t.Errorf("read %v, %v", uids, err)
			}
			if r.reports("INBOX")[3] != nil {
				t.Error("a body that never came")
			}
			if n := f.Heard("UID FETCH"); n > 6 {
				t.Errorf("%d times fetched", n)
			}
		})
	}
}

// What was sent is read before what came in.
func TestSentFirst(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	fill(t, s, "INBOX", 1, 300)
	fill(t, s, "Sent", 1, 300)
	for _, way := range []string{"sync", "run"} {
		t.Run(way, func(t *testing.T) {
			r := &recorder{}
			if way == "sync" {
				must(t, sync1(t, account(s, s.IMAPPort()), r))
			} else {
				stop := run(t, watcher(account(s, s.IMAPPort()), r))
				eventually(t, "the scan", func() bool { return r.Cursors()["INBOX"].Done() && r.Cursors()["INBOX"].High == 300 })
				stop()
			}
			sent := false
			for _, b := range r.Batches("") {
				if b.Mailbox == "INBOX" && len(b.Messages) > 0 && !sent {
					t.Fatal("INBOX is read before Sent has been")
				}
				sent = sent || b.Mailbox == "Sent" && b.Synced
			}
		})
	}
}

// However many bodies cost the connection: a pass gets through the mailbox, and the
// next one does not ask for those again that are known for it.
func TestBodiesCostConnections(t *testing.T) {
	t.Parallel()
	f := newFake(t, 150)
	f.answer = func(_, command string) string {
		if strings.Contains(command, "BODY.PEEK[TEXT]") {
			return cut
		}
		return ""
	}
	r := &recorder{bodies: func(Message) bool { return true }}
	mustCut(t, sync1(t, f.account(), r))
	if n := len(r.UIDs("INBOX")); n != 150 {
		t.Errorf("%d messages were read", n)
	}
	if n := f.Dials(); n > 1+maxBodyLosses {
		t.Errorf("%d connections", n)
	}
}

// A network that fails once costs no body; neither does a server that serves none now.
func TestBodiesOnceLost(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{"lost": cut, "throttled": " NO [LIMIT] try again later\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, 20)
			failed := false
			f.answer = func(tag, command string) string {
				if !strings.Contains(command, "BODY.PEEK[TEXT]") {
					return ""
				}
				if !failed {
					failed = true
					if answer == cut {
						return cut
					}
					return tag + answer
				}
				return "* 3 FETCH (UID 3 BODY[TEXT]<0> {5}\r\nhello)\r\n" + tag + " OK done\r\n"
			}
			r := &recorder{bodies: func(m Message) bool { return m.UID == 3 }}
			w := watcher(f.account(), r)
			_ = w.Sync(within(t)) // that a connection was lost is told elsewhere
			must(t, w.Sync(within(t)))
			if r.reports("INBOX")[3] == nil {
				t.Error("the body is lost")
			}
		})
	}
}
