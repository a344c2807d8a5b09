package mailer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	owners  = []string{"ana@example.org", "Ana.Diaz@uni.example", "ana@bücher.example"}
	sending = time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("CET", 3600))
)

const newDate = "Date: Mon, 23 Nov 2026 09:00:00 +0100\r\n"

func TestPrepare(t *testing.T) {
	const body = "\r\nHello.\r\n\r\nBcc: this is text\r\n"
	for name, x := range map[string]struct{ raw, want, to string }{
		"as regards laid it": {
			"Date: Sat, 21 Nov 2026 09:30:00 +0100\r\nMIME-Version: 1.0\r\nMessage-ID: <a@x>\r\nFrom: Ana <ana@example.org>\r\nTo: =?utf-8?q?Mar=C3=ADa?=\r\n <maria@uni.example>\r\n",
			"MIME-Version: 1.0\r\nMessage-ID: <a@x>\r\nFrom: Ana <ana@example.org>\r\nTo: =?utf-8?q?Mar=C3=ADa?=\r\n <maria@uni.example>\r\n",
			"maria@uni.example",
		},
		"from Thunderbird": {
			"X-Mozilla-Status: 0001\r\nX-Mozilla-Draft-Info: internal/draft; vcard=0;\r\n receipt=0\r\nX-Identity-Key: id1\r\nX-Account-Key: account1\r\nFCC: imap://x/Sent\r\n" +
				"Message-ID: <a@x>\r\nFrom: ana@example.org\r\nTo: maria@uni.example\r\nBcc: eva@x.example,\r\n\ttom@x.example\r\nX-Mailer: theirs\r\n",
			"Message-ID: <a@x>\r\nFrom: ana@example.org\r\nTo: maria@uni.example\r\nX-Mailer: theirs\r\n",
			"maria@uni.example eva@x.example tom@x.example",
		},
		"from Apple Mail": {
			"X-Uniform-Type-Identifier: com.apple.mail-draft\r\nX-Apple-Mail-Remote-Attachments: YES\r\nX-Universally-Unique-Identifier: 1\r\nX-Unsent: 1\r\nX-Draft-Info: x\r\nX-Regards: y\r\n" +
				"message-id: <a@x>\r\nfrom: ANA.DIAZ@UNI.example\r\nto: maria@uni.example\r\ncc: MARIA@uni.example\r\n",
			"message-id: <a@x>\r\nfrom: ANA.DIAZ@UNI.example\r\nto: maria@uni.example\r\ncc: MARIA@uni.example\r\n",
			"maria@uni.example",
		},
		"without a Message-ID": {
			"From: ana@xn--bcher-kva.example\r\nMessage-ID:\r\nTo: undisclosed-recipients:;\r\nBcc: maria@uni.example\r\nDate: x\r\nDate: y\r\n",
			"Message-ID: <new@example.org>\r\nFrom: ana@xn--bcher-kva.example\r\nTo: undisclosed-recipients:;\r\n",
			"maria@uni.example",
		},
		"names that look alike": {
			"Message-ID: <a@x>\r\nFrom: ana@example.org\r\nTo: maria@uni.example\r\nX-Regardsless: 1\r\nX-Applepie: 1\r\nBcc-Me: 1\r\nX-Mozilla: 1\r\nDated: 1\r\n",
			"Message-ID: <a@x>\r\nFrom: ana@example.org\r\nTo: maria@uni.example\r\nX-Regardsless: 1\r\nX-Applepie: 1\r\nBcc-Me: 1\r\nX-Mozilla: 1\r\nDated: 1\r\n",
			"maria@uni.example",
		},
		"a strange charset": {
			"Message-ID: <a@x>\r\nFrom: =?koi8-r?q?=C1?= <ana@example.org>\r\nTo: =?x?q?y?= <maria@uni.example>\r\n",
			"Message-ID: <a@x>\r\nFrom: =?koi8-r?q?=C1?= <ana@example.org>\r\nTo: =?x?q?y?= <maria@uni.example>\r\n",
			"maria@uni.example",
		},
	} {
		got, to, err := Prepare([]byte(x.raw+body), sending, "new@example.org", owners)
		if err != nil || string(got) != newDate+x.want+body || strings.Join(to, " ") != x.to {
			t.Errorf("%s: to %q, %v\n%s", name, to, err, got)
		}
	}
}

func TestPrepareRefuses(t *testing.T) {
	const good = "From: ana@example.org\r\nTo: maria@uni.example\r\n"
	for raw, want := range map[string]string{
		"":                                              "it is from 0 addresses",
		"To: maria@uni.example\r\n":                     "it is from 0 addresses",
		good + "From: ana@example.org\r\n":              "it is from 2 addresses",
		"From: ana@example.org, b@x.y\r\n":              "it is from 2 addresses",
		"From: ana\r\n":                                 "its From cannot be read",
		"From: eva@example.org\r\n":                     `it is from "eva@example.org", which is not one of the owner's`,
		"From: ana@example.org\r\n":                     "it goes to nobody",
		"From: ana@example.org\r\nTo: \r\n":             "it goes to nobody",
		good + "Cc: somebody\r\n":                       "its Cc cannot be read",
		good + "Bcc: a@b c@d\r\n":                       "its Bcc cannot be read",
		good + "X: y\rBcc: eva@x.example\r\n":           "the header has a line with a bare CR in it",
		good + "\r\r\n":                                 "the header has a line",
		good + "no field\r\n":                           `the header has a line that is no field: "no field"`,
		" folded\r\n" + good:                            "the header has a line that is no field",
		"Subject x: y\r\n" + good:                       "the header has a line that is no field",
		"Message-ID: <a>\r\nMessage-ID: <b>\r\n" + good: "it has 2 Message-IDs",
	} {
		got, to, err := Prepare([]byte(raw+"\r\nHello.\r\n"), sending, "new@example.org", owners)
		if err == nil || !strings.HasPrefix(err.Error(), "prepare the letter: "+want) || got != nil || to != nil {
			t.Errorf("%q: got %v, want %s", raw, err, want)
		}
	}
	if _, _, err := Prepare([]byte(good+"\r\n"), sending, "a\r\nBcc: b", owners); err == nil {
		t.Error("a Message-ID that is none")
	}
}

// checkPrepared reports what Prepare must never do: change the text, lose a header
// that is not private, keep one that is, or add any but Date and Message-ID.
func checkPrepared(t interface{ Fatalf(string, ...any) }, raw, got []byte) {
	fields, body, err := splitMessage(raw)
	after, bodyAfter, errAfter := splitMessage(got)
	if err != nil || errAfter != nil {
		t.Fatalf("headers that cannot be read: %v, %v", err, errAfter)
	}
	if !bytes.Equal(body, bodyAfter) && !(len(body) == 0 && string(bodyAfter) == "\r\n") {
		t.Fatalf("the text %q became %q", body, bodyAfter)
	}
	if wire, _, err := splitMessage(toWire(got)); err != nil || len(wire) != len(after) {
		t.Fatalf("on the wire there are %d headers of %d, %v", len(wire), len(after), err)
	}
	var kept, want []string
	ids := 0
	for _, f := range after[1:] {
		if isPrivate(f) || f.is("Date") {
			t.Fatalf("kept %q", f.raw)
		}
		if f.is("Message-ID") {
			ids++
			continue
		}
		kept = append(kept, strings.TrimRight(string(f.raw), "\r\n"))
	}
	for _, f := range fields {
		if !isPrivate(f) && !f.is("Date") && !f.is("Message-ID") {
			want = append(want, strings.TrimRight(string(f.raw), "\r\n"))
		}
	}
	if !slices.Equal(kept, want) || !after[0].is("Date") || ids != 1 {
		t.Fatalf("the headers %q became %q, with %d Message-IDs", want, kept, ids)
	}
}

func TestPrepareChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.SampledFrom([]string{"\r\n", "\n"}).Draw(t, "line end")
		names := []string{"Subject", "X-Mailer", "Bcc", "bcc", "X-Mozilla-Keys", "X-Regards", "X-Apple-Y", "Fcc", "Date", "MIME-Version", "Received", "x-draft-z"}
		lines := []string{"From: Ana <ana@example.org>", "To: maria@uni.example"}
		for range rapid.IntRange(0, 8).Draw(t, "headers") {
			name := rapid.SampledFrom(names).Draw(t, "name")
			value := rapid.StringMatching(`[a-zA-Z0-9.@;= \xe4]{0,20}`).Draw(t, "value")
			if strings.EqualFold(name, "bcc") {
				value = "tom@x.example"
			}
			line := name + ":" + rapid.SampledFrom([]string{"", " ", end + "\t"}).Draw(t, "space") + value
			at := rapid.IntRange(0, len(lines)).Draw(t, "at")
			lines = slices.Insert(lines, at, line)
		}
		raw := strings.Join(lines, end) + end
		if rapid.Bool().Draw(t, "body") {
			raw += end + rapid.String().Draw(t, "text")
		}
		got, _, err := Prepare([]byte(raw), sending, "new@example.org", owners)
		if err != nil {
			t.Fatalf("%v of %q", err, raw)
		}
		checkPrepared(t, []byte(raw), got)
		again, _, err := Prepare(got, sending, "other@example.org", owners)
		if err != nil || !bytes.Equal(again, got) {
			t.Fatalf("prepared again %q, %v", again, err)
		}
	})
}

// FuzzPrepare: whatever a mail program has made of a draft, nothing secret goes
// out, and nothing else is lost.
func FuzzPrepare(f *testing.F) {
	f.Add([]byte(written))
	f.Add([]byte("From: ana@example.org\nTo: a@x.example\n\nx"))
	f.Add([]byte("From: ana@example.org\r\nTo: a@x.example\r\nBcc: b@x.example\r\n \r\nX: y\r\n\r\n"))
	f.Add([]byte("From: ana@example.org\r\nTo: g: a@x.example, <b@x.example>;\r\nBcc : c@x.example"))
	f.Add([]byte("From: ana@example.org\r\nTo: a@x.example\r\nX: y\rBcc: b@x.example\r\n\r\n"))
	f.Add([]byte("From : ana@example.org\r\r\nTo: a@x.example\r\n\r\n"))
	f.Add([]byte("From: ana@example.org\r\nTo: a@x.example\r"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		got, to, err := Prepare(raw, sending, "new@example.org", owners)
		if !bytes.Equal(raw, before) {
			t.Fatal("the draft has changed")
		}
		if draft := readDraft(raw); err == nil && len(draft.To) < len(to) {
			t.Fatalf("to %q, but a survey says %q", to, draft.To)
		}
		if err != nil {
			return
		}
		if len(to) == 0 || !bytes.HasPrefix(got, []byte(newDate)) {
			t.Fatalf("to %q:\n%s", to, got)
		}
		checkPrepared(t, raw, got)
		for _, addr := range to {
			if _, _, err := path(fmt.Sprintf("<%s>", addr)); err == nil && strings.ContainsAny(addr, "\r\n") {
				t.Fatalf("a recipient with a line end: %q", addr)
			}
		}
	})
}
