package classify

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestMessage(t *testing.T) {
	files := archive(t, "testdata/machines.txtar")
	one := []Recipient{{Address: "a@example.org", Status: "5.1.1", Hard: true}}
	for _, c := range []struct {
		name       string
		class      Class
		recipients []Recipient
		thread     []string
	}{
		// RFC 3464 sections 2.3.1 to 2.3.4
		{"dsn-failed.eml", Bounce, []Recipient{
			{Address: "Maria@example.org", Final: "m.lopez@internal.example.org", Status: "5.1.1", Hard: true,
				Words: "550 5.1.1 <m.lopez@internal.example.org>: user unknown"},
			{Address: "john@example.org", Status: "5.2.2", Words: "5.2.2 (mailbox full)"},
			{Address: "late@example.org", Delayed: true, Status: "4.4.1"},
			{Address: "odd@example.org", Status: "5.1.1", Hard: true, Words: "550 no such user"},
		}, []string{"orig1@example.net"}},
		{"dsn-encoded.eml", Bounce, []Recipient{{Address: "maria@example.org", Status: "5.1.1", Hard: true}}, []string{"orig2@example.net"}},
		{"dsn-no-blank-lines.eml", Bounce, append(one, Recipient{Address: "b@example.org", Status: "5.1.1", Hard: true}), []string{"orig3@example.net"}},
		{"dsn-from-a-gateway.eml", Bounce, nil, []string{"orig4@example.net"}},
		{"exim.eml", Bounce, []Recipient{{Address: "maria@example.org", Status: "5.1.1", Hard: true, Words: "no such user"}, {Address: "john@example.org", Status: "5.1.1", Hard: true, Words: "no such user"}}, nil},
		{"receipt.eml", Receipt, nil, []string{"orig5@example.net", "orig0@example.net"}},
		{"receipt-untyped.eml", Receipt, nil, nil},
		{"feedback.eml", Feedback, nil, nil},
		{"calendar-google.eml", Calendar, nil, nil},
		{"calendar-method-inside.eml", Calendar, nil, nil},
		{"calendar-robot.eml", Calendar, nil, nil},
		{"unclosed-inner.eml", Bounce, one, nil},
		{"list-with-report-inside.eml", List, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			crlf := bytes.ReplaceAll(files[c.name], []byte("\n"), []byte("\r\n"))
			for _, raw := range [][]byte{files[c.name], crlf} {
				r := Message(raw, trusted)
				if r.Class != c.class || r.Touch {
					t.Errorf("is %s, touch %v: %q", r.Class, r.Touch, r.Reasons)
				}
				if !slices.Equal(r.Recipients, c.recipients) || !slices.Equal(r.Thread, c.thread) {
					t.Errorf("recipients %+v, thread %q", r.Recipients, r.Thread)
				}
			}
		})
		delete(files, c.name)
	}
	for name := range files {
		t.Errorf("%s is not looked at", name)
	}
}

func TestStatusCode(t *testing.T) {
	for in, want := range map[string]string{
		"5.1.1": "5.1.1", "4.4.7 (expired)": "4.4.7", "5.7.509": "5.7.509", "2.0.0": "2.0.0",
		"": "", "5": "", "5.1": "", "5..1": "", "5.1.": "", "5.1.1.1": "", "550": "", ".5.1": "", "55.1.1": "", "5.1.1000000": "", "x.1.1": "",
	} {
		if got := statusCode([]byte(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// monstrousParts: RFC 2046 sets no limits to how parts lie within others.
func monstrousParts() map[string][]byte {
	const head = "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n"
	var nested, embedded strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		embedded.WriteString("Content-Type: message/rfc822\n\n")
	}
	messages := map[string][]byte{}
	for name, text := range map[string]string{
		"nested multiparts": "From: a@example.org\n" + nested.String(),
		"nested messages":   "From: a@example.org\n" + embedded.String(),
		"one boundary":      "From: a@example.org\n" + strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 10000),
		"many parts":        head + strings.Repeat("--b\n\nx\n", 1<<18),
		"empty parts":       head + strings.Repeat("--b\n", 1<<18),
		"closings":          head + strings.Repeat("--b--\n", 1<<18),
		"dashes":            head + strings.Repeat("--\n", 1<<18),
		"long line":         head + strings.Repeat("-", 50<<20),
		"endless header":    head + "--b\n" + strings.Repeat("X: y\n", 1<<19),
		"statuses":          head + "--b\nContent-Type: message/delivery-status\n\n" + strings.Repeat("Final-Recipient: x;a@b\n", 1<<18),
		"recipients":        head + "--b\nContent-Type: message/delivery-status\n\n" + manyRecipients(20000, "\n"),
		"in one block":      head + "--b\nContent-Type: message/delivery-status\n\n" + manyRecipients(20000, ""),
		"encoded":           head + "--b\nContent-Type: text/calendar\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("QUJD", 1<<20),
		"long header":       "From: a@example.org\nX: " + strings.Repeat("y", 50<<20) + "\n\nbody",
	} {
		messages[name] = []byte("X-Failed-Recipients: a@b.c\n" + text)
	}
	return messages
}

// Whoever writes the message does not choose how much of it is kept; see also
// BenchmarkMonsters.
func TestWalkMonsters(t *testing.T) {
	for name, raw := range monstrousParts() {
		if r := Message(raw, trusted); r.Class != Bounce || len(r.Recipients) == 0 || len(r.Recipients) > maxRecipients {
			t.Errorf("%s: %s, %d recipients", name, r.Class, len(r.Recipients))
		}
	}
}

func manyRecipients(n int, end string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Final-Recipient: rfc822; a%d@b.c\nAction: failed\nStatus: 5.1.1\n%s", i, end)
	}
	return b.String()
}

// TestHeaderKeepsStructure: the header of a report gives the report's verdict.
func TestHeaderKeepsStructure(t *testing.T) {
	for name, raw := range archive(t, "testdata/machines.txtar") {
		r := Message(raw, trusted)
		if again := r.Header.Verdict(trusted); !reflect.DeepEqual(again, r.Verdict) {
			t.Errorf("%s: %+v, then %+v", name, r.Verdict, again)
		}
	}
}

// What a body told holds when the memory of the body is used for the next one, as
// imapwatch does.
func TestReportKeepsNoBody(t *testing.T) {
	for _, path := range []string{"testdata/machines.txtar", "testdata/bounces.txtar", "testdata/away.txtar", "testdata/human.txtar"} {
		for name, raw := range archive(t, path) {
			h, err := Parse(raw)
			if err != nil {
				continue // what is wanted of a message
			}
			body := bytes.Clone(bodyOf(raw))
			r := h.Read(body, trusted)
			before, verdict := fmt.Sprintf("%+v", r), fmt.Sprintf("%+v", r.Header.Verdict(trusted))
			for i := range body {
				body[i] = 'x'
			}
			if after := fmt.Sprintf("%+v", r); after != before || fmt.Sprintf("%+v", r.Header.Verdict(trusted)) != verdict {
				t.Errorf("%s: %s has changed", path, name)
			}
			if r.parts.text != nil {
				t.Errorf("%s: %s keeps its text", path, name)
			}
		}
	}
}
