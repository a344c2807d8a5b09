package classify

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestBounces reads reports of many mail systems, with either kind of line end.
func TestBounces(t *testing.T) {
	files := archive(t, "testdata/bounces.txtar")
	if len(files) < 80 {
		t.Fatalf("only %d files", len(files))
	}
	for name, data := range files {
		want, ok := files[name+".want"]
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for _, raw := range [][]byte{data, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))} {
				r := Message(raw, trusted)
				checkReport(t, r)
				if r.Class != Bounce || r.Touch {
					t.Fatalf("is %s, touch %v: %q", r.Class, r.Touch, r.Reasons)
				}
				if got := outline(r, string(want)); got != string(want) {
					t.Fatalf("got\n%swant\n%s%+v", got, want, r.Recipients)
				}
			}
		})
	}
}

// outline writes a report as the .want files are; what those leave out is left out.
func outline(r Report, want string) string {
	var b strings.Builder
	lines := strings.Split(want, "\n")
	for i, rcpt := range r.Recipients {
		status, rating := rcpt.Status, "soft"
		if i < len(lines) && strings.Contains(lines[i], " - ") {
			status = "-"
		}
		if rcpt.Hard {
			rating = "hard"
		}
		fmt.Fprintln(&b, rcpt.Address, status, rating)
	}
	if strings.Contains(want, "thread ") {
		fmt.Fprintln(&b, "thread", strings.Join(r.Thread, " "))
	}
	return b.String()
}

// TestBounceTraps: people who write of bounces, forward them or answer them.
func TestBounceTraps(t *testing.T) {
	files := archive(t, "testdata/bounce_traps.txtar")
	if len(files) < 20 {
		t.Fatalf("only %d messages", len(files))
	}
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			for _, raw := range [][]byte{data, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))} {
				if r := Message(raw, trusted); r.Class != Human || !r.Touch || len(r.Recipients) > 0 {
					t.Fatalf("taken for %q, touch %v, of %v: %q", r.Class, r.Touch, r.Recipients, r.Reasons)
				}
				h, err := Parse(fetched(raw))
				if err != nil {
					t.Fatal(err)
				}
				if v := h.Verdict(trusted); v.Class != Human || !v.Touch {
					t.Fatalf("by header alone taken for %q: %q", v.Class, v.Reasons)
				}
			}
		})
	}
}

// TestFlagsOf: the ideas of a line, in several languages.
func TestFlagsOf(t *testing.T) {
	for line, want := range map[string]bool{
		"your message could not be delivered":            true,
		"ihre nachricht konnte nicht zugestellt werden":  true,
		"votre message n'a pas pu être remis":            true,
		"the following addresses had permanent errors":   true,
		"su mensaje no ha llegado a los destinatarios":   true,
		"以下の宛先へのメールは配信できませんでした。":                         true,
		"see you at the meeting on tuesday":              false,
		"thank you for your message":                     false,
		"the parcel has been delivered to the neighbour": false,
	} {
		if got := flagsOf(line).failing(); got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
}

func TestMentions(t *testing.T) {
	for line, want := range map[string][]string{
		`<a@b.example>: no`:                       {"a@b.example"},
		`To: "a@b.example"; [SMTP:c@d.example].`:  {"a@b.example", "c@d.example"},
		`mailto:a.b+c@d-e.example, 'x@y.example'`: {"a.b+c@d-e.example", "x@y.example"},
		`"a b"@c.example (x)`:                     {`"a b"@c.example`},
		`@ a@ @b a@.`:                             nil,
		`user@host`:                               {"user@host"},
	} {
		var got []string
		for _, m := range mentions(line, 20) {
			got = append(got, m.addr)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// TestRate: the words of servers, the code that they amount to, and whether the address
// is gone (RFC 3463; Recipient.Hard).
func TestRate(t *testing.T) {
	for _, c := range []struct {
		field, words, want string
		hard               bool
	}{
		{"5.1.1", "", "5.1.1", true},
		{"5.0.0", "", "5.0.0", false},
		{"", "550 5.1.1 <a@b.example>... User unknown", "5.1.1", true},
		{"5.0.0", "551 5.1.6 mailbox has moved", "5.1.6", true},
		{"", "551 try a@c.example", "5.0.0", true},
		{"", "556 no", "5.0.0", true},
		{"5.1.1", "552 mailbox is full", "5.1.1", false},
		{"", "452 4.2.2 mailbox full", "4.2.2", false},
		{"", "mailbox full", "5.2.2", false},
		{"5.1.2", "Host unknown", "5.1.2", true},
		{"4.4.7", "550 user unknown", "4.4.7", false},
		{"5.7.1", "550 5.7.1 blocked for spam; user unknown", "5.7.1", false},
		{"5.1.1", "550 5.1.1 listed by a blocklist at 5.6.7.8", "5.1.1", false},
		{"5.0.0", "550 User unknown (in reply to end of DATA command)", "5.1.1", false},
		{"5.2.0", "550 Unknown user", "5.2.0", false},
		{"5.2.1", "550 5.2.1 account disabled", "5.2.1", false},
		{"5.1.1", "550 5.1.1 inactive address", "5.1.1", true},
		{"5.1.8", "501 5.1.8 sender domain does not exist", "5.1.8", false},
		{"5.1.10", "556 5.1.10 null MX", "5.1.10", true},
		{"5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "5.4.1", true},
		{"", "host 5.1.1.5 said 250 ok", "", false},
		{"", "Connection timed out", "4.4.1", false},
	} {
		status, hard := listen(c.words).rate(c.field, false)
		if status != c.want || hard != c.hard {
			t.Errorf("%q, %q: %q, %v; want %q, %v", c.field, c.words, status, hard, c.want, c.hard)
		}
		if _, hard := listen(c.words).rate(c.field, true); hard {
			t.Errorf("%q, %q: hard, though delayed", c.field, c.words)
		}
	}
}

// TestMayReport: whose bodies are asked for. Those of most people are not.
func TestMayReport(t *testing.T) {
	for header, want := range map[string]bool{
		"From: Maria <maria@example.org>\nSubject: Undelivered Mail Returned to Sender": false,
		"From: Postmaster <postmaster@example.org>":                                     true,
		"From: no-reply@example.org":                                                    true,
		"From: Mailsystem <x@example.org>":                                              true,
		"From: maria@example.org\nTo: list-bounces@example.net":                         true,
		"From: maria@example.org\nReturn-Path: <>":                                      true,
		"From: maria@example.org\nAuto-Submitted: auto-replied":                         true,
	} {
		h, err := Parse([]byte(header))
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Doubtful(); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}
