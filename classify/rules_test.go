package classify

import (
	"strings"
	"testing"
)

// person is a header without any machine's sign.
const person = "From: Maria <maria@example.org>\nDate: Mon, 16 Nov 2026 10:05:00 +0000\nMessage-ID: <1@example.org>\n"

// ruleCases names the standard of every rule. The header of each case is
// person's, with the given lines above it.
var ruleCases = []struct {
	standard, header string
	want             Class
}{
	{"RFC 3834 section 5: no", "Auto-Submitted: no", Human},
	{"RFC 3834 section 5: no, any case, comment, parameter", "Auto-Submitted: (a (b)) NO (c); x=y", Human},
	{"RFC 3834 section 5: empty says nothing", "Auto-Submitted:", Human},
	{"RFC 3834 section 5: auto-generated", "Auto-Submitted: auto-generated", Bulk},
	{"RFC 3834 section 5: auto-generated, comment", "AUTO-SUBMITTED: Auto-Generated (cron)", Bulk},
	{"RFC 3834 section 5: auto-replied", "Auto-Submitted: auto-replied", AutoReply},
	{"RFC 3834 section 5: auto-replied, parameter", "Auto-Submitted: auto-replied; owner-email=\"a@b.c\"", AutoReply},
	{"RFC 3834 section 5: folded", "Auto-Submitted:\n\tauto-replied\n (vacation)", AutoReply},
	{"RFC 5230 section 4.6: vacation", "Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk", AutoReply},
	{"RFC 5436 section 2.7.1: auto-notified", "Auto-Submitted: auto-notified; owner-email=\"a@b.c\"", Bulk},
	{"RFC 3834 section 5: keywords to come", "Auto-Submitted: auto-whatever", Bulk},
	{"RFC 3834 section 5: a list's own machine", "Auto-Submitted: auto-generated\nList-Id: <l.example.org>", List},
	{"our own digest", "Auto-Submitted: auto-generated\nX-Regards: digest", Bulk},

	{"RFC 5321 section 4.5.5: null path alone", "Return-Path: <>", AutoReply},
	{"RFC 5321 section 4.5.5: null path, a person's word", "Return-Path: <>\nAuto-Submitted: no", Human},
	{"RFC 5321 section 4.5.5: only the topmost path", "Return-Path: <maria@example.org>\nReturn-Path: <>", Human},
	{"Postfix pipe(8): null_sender", "Return-Path: <MAILER-DAEMON>", AutoReply},
	{"RFC 5321 section 4.5.5: null path, failure", "Return-Path: <>\nSubject: Undelivered Mail Returned to Sender", Bounce},
	{"a person's subject", "Return-Path: <maria@example.org>\nSubject: Undelivered Mail Returned to Sender", Human},

	{"RFC 6522 section 3: delivery-status", "Content-Type: multipart/report; report-type=delivery-status; boundary=b", Bounce},
	{"RFC 6522 section 3: quoted, folded, any case", "Content-Type: Multipart/Report;\n boundary=\"b;report-type=x\";\n Report-Type=\"Delivery-Status\"", Bounce},
	{"RFC 3464: alone", "Content-Type: message/delivery-status", Bounce},
	{"RFC 6533: alone", "Content-Type: message/global-delivery-status", Bounce},
	{"RFC 3464: Exchange says multipart/mixed", "Content-Type: multipart/mixed; report-type=delivery-status; boundary=b", Bounce},
	{"RFC 8098 section 3", "Content-Type: multipart/report; report-type=disposition-notification; boundary=b", Receipt},
	{"RFC 8098: though it is also an automatic reply", "Return-Path: <>\nAuto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=disposition-notification", Receipt},
	{"RFC 5965 section 2", "Content-Type: multipart/report; report-type=feedback-report; boundary=b", Feedback},
	{"RFC 8460: another report", "Content-Type: multipart/report; report-type=tlsrpt; boundary=b", Bulk},
	{"RFC 6522: type missing, from a mail system", "Return-Path: <>\nContent-Type: multipart/report; boundary=b", Bounce},

	{"RFC 2919", "List-Id: Gophers <gophers.example.org>", List},
	{"RFC 2369 section 3.4", "List-Post: <mailto:l@example.org>\nList-Unsubscribe: <mailto:u@example.org>", List},
	{"RFC 2369 section 3.4: announcements", "List-Post: NO", List},
	{"RFC 2369: List-Unsubscribe alone", "List-Unsubscribe: <https://example.org/u>", Bulk},
	{"RFC 8058", "List-Unsubscribe: <https://example.org/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\nFeedback-ID: 1:x", Bulk},
	{"RFC 2369: List-Help alone", "List-Help: <mailto:h@example.org>", List},
	{"Feedback-ID alone", "Feedback-ID: 1:2:3:x", Human},
	{"RFC 2076 section 3.9: list", "Precedence: List", List},
	{"RFC 2076 section 3.9: bulk", "Precedence: bulk", Bulk},
	{"RFC 2076 section 3.9: junk", "Precedence: junk (x)", Bulk},
	{"auto_reply", "Precedence: auto_reply", AutoReply},
	{"first-class", "Precedence: first-class", Human},

	{"X-Autoreply", "X-Autoreply: yes", AutoReply},
	{"X-Autoreply: no", "X-Autoreply: No", Human},
	{"X-Autorespond", "X-Autorespond: Re: hello", AutoReply},
	{"X-Mail-Autoreply", "X-Mail-Autoreply: 1", AutoReply},
	{"X-Auto-Reply-From", "X-Auto-Reply-From: maria@example.org", AutoReply},
	{"MS-OXCMAIL 2.1.3.2.20: Exchange's out-of-office", "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\nIn-Reply-To: <2@example.org>", AutoReply},
	{"MS-OXCMAIL 2.1.3.2.20: without a thread", "X-Auto-Response-Suppress: All\nSubject: Automatic reply: hello", AutoReply},
	{"MS-OXCMAIL 2.1.3.2.20: a notification", "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated", Bulk},
	{"MS-OXCMAIL 2.1.3.2.20: a notification in a thread", "X-Auto-Response-Suppress: All\nPrecedence: bulk\nIn-Reply-To: <2@example.org>", Bulk},
	{"MS-OXCMAIL 2.1.3.2.20: on an answer", "X-Auto-Response-Suppress: DR, OOF, AutoReply\nIn-Reply-To: <2@example.org>", AutoReply},
	{"MS-OXCMAIL 2.1.3.2.20: otherwise", "X-Auto-Response-Suppress: oof", Bulk},
	{"MS-OXCMAIL 2.1.3.2.20: reports only", "X-Auto-Response-Suppress: DR, NDR, RN, NRN", Human},

	{"RFC 5546 section 3.2.3", "Content-Type: text/calendar; charset=utf-8; method=\"REPLY\"", Calendar},
	{"RFC 5546 section 3.2.2: an invitation", "Content-Type: text/calendar; method=REQUEST", Human},
	{"RFC 5546: a robot's invitation", "Content-Type: text/calendar; method=REQUEST\nAuto-Submitted: auto-generated", Calendar},

	{"ASK", "X-AskVersion: 2.5.3 (http://www.paganini.net/ask)", Challenge},
	{"BoxTrapper", "X-Boxtrapper: abc\nAuto-Submitted: auto-replied", Challenge},
	{"TMDA", "Message-ID: <20261116.123.456.TMDA@example.org-tmda-confirm>", Challenge},
	{"TMDA: its users' own mail", "X-TMDA-Fingerprint: abc\nX-Delivery-Agent: TMDA/1.1.12", Human},
	{"Exim, Gmail", "X-Failed-Recipients: x@example.org", Bounce},
}

func TestRules(t *testing.T) {
	for _, c := range ruleCases {
		t.Run(c.standard, func(t *testing.T) {
			h, err := Parse([]byte(c.header + "\n" + person))
			if err != nil {
				t.Fatal(err)
			}
			v := h.Verdict(Policy{})
			if v.Class != c.want || v.Touch != (c.want == Human) || len(v.Reasons) == 0 {
				t.Errorf("%q is %s (touch %v, %q), want %s", c.header, v.Class, v.Touch, v.Reasons, c.want)
			}
		})
	}
}

// TestSenders: who sends reports and nothing else, and who may be a person.
func TestSenders(t *testing.T) {
	for _, c := range []struct {
		header string
		want   Class
		touch  bool
	}{
		{"From: MAILER-DAEMON@example.org (Mail Delivery System)", Bounce, false},
		{"From: Mailer-Daemon", Bounce, false},
		{"From: \"Mail System\" <>", Bounce, false},
		{"From: Postmaster <postmaster@example.org>", Human, true},
		{"From: Postmaster <postmaster@example.org>\nReturn-Path: <>", Bounce, false},
		{"From: postmaster@example.org\nSubject: Undeliverable: hello", Bounce, false},
		{"From: postmaster@example.org\nSubject: Undeliverable: hello\nIn-Reply-To: <1@example.net>", Human, true},
		{"From: maria@example.org\nSubject: Undeliverable: hello", Human, true},
		{"From: root (Cron Daemon)\nSubject: hello", Human, false}, // nobody to match
		{"To: maria@example.org", Human, false},
	} {
		h, err := Parse([]byte(c.header))
		if err != nil {
			t.Fatal(err)
		}
		if v := h.Verdict(Policy{}); v.Class != c.want || v.Touch != c.touch {
			t.Errorf("%q is %s, touch %v (%q), want %s, %v", c.header, v.Class, v.Touch, v.Reasons, c.want, c.touch)
		}
	}
}

// TestReasons: every sign is told, the deciding one first.
func TestReasons(t *testing.T) {
	h, err := Parse([]byte("Precedence: bulk\nList-Id: <l.example.org>\nAuto-Submitted: auto-x\u202ey\n" + person))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(h.Verdict(Policy{}).Reasons, " | ")
	if want := "List-Id (RFC 2919) | Auto-Submitted: auto-xy (RFC 3834) | Precedence: bulk"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFieldsSuffice: a rule that read a field which is not fetched would judge
// a first scan and a whole message differently.
func TestFieldsSuffice(t *testing.T) {
	names := Fields()
	if len(names) != len(readers) {
		t.Errorf("%d names, %d readers", len(names), len(readers))
	}
	for _, n := range names {
		if len(n) > maxName {
			t.Errorf("%s is longer than the scanner reads", n)
		}
	}
	names[0] = "X"
	if Fields()[0] == "X" {
		t.Error("Fields does not return a fresh slice")
	}
}
