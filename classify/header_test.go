package classify

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	const header = ">From maria@example.org Mon Nov 16 10:05:00 2026\r\n" +
		"FROM :\r\n =?utf-8?q?Mar=C3=ADa?=\r\n\t<maria@example.org>\r\n" +
		"garbage without a colon\r\n folded garbage\r\n" +
		"From: evil@example.com\r\n" +
		"Sender: Desk <desk@example.org>\r\n" +
		"Reply-To: a@example.org, b@example.org\r\n" +
		"To: Ana <ana@example.net>\r\n" +
		"To: bob@example.net\r\n" +
		"Cc: undisclosed-recipients:;\r\n" +
		"Date: nonsense\r\n" +
		"Date: Mon, 16 Nov 2026 10:05:00 +0100\r\n" +
		"Subject:  =?utf-8?q?Caf=C3=A9?=\r\n \r\n =?utf-8?b?IHNvb24/?=\r\n" +
		"Message-ID: <1@\r\n example.org>\r\n" +
		"In-Reply-To: Your message of Monday <2@example.net> \"x <y\r\n" +
		"References: <3@example.net>\r\n <2@example.net>\r\n" +
		"\r\nFrom: body@example.org\r\n"
	h, err := Parse([]byte(header))
	if err != nil {
		t.Fatal(err)
	}
	h.machine = signs{}
	want := Header{
		From:       []Address{{"María", "maria@example.org"}},
		Sender:     Address{"Desk", "desk@example.org"},
		ReplyTo:    []Address{{"", "a@example.org"}, {"", "b@example.org"}},
		To:         []Address{{"Ana", "ana@example.net"}, {"", "bob@example.net"}},
		Date:       time.Date(2026, 11, 16, 9, 5, 0, 0, time.UTC),
		Subject:    "Café soon?",
		MessageID:  "1@example.org",
		InReplyTo:  []string{"2@example.net"},
		References: []string{"3@example.net", "2@example.net"},
	}
	if !reflect.DeepEqual(h, want) {
		t.Errorf("got  %+v\nwant %+v", h, want)
	}
}

func TestParseNothing(t *testing.T) {
	for _, in := range []string{"", "\n", "\r\n\r\nFrom: a@b.c", "hello", "\x00\xff\xfe", "{\"from\": 1}", "X-Unknown: 1\n\nbody", strings.Repeat("a", 3<<20)} {
		if _, err := Parse([]byte(in)); !errors.Is(err, ErrNoHeader) {
			t.Errorf("%.20q: %v", in, err)
		}
		if r := Message([]byte(in), trusted); r.Class != Unparsable || r.Touch || len(r.Reasons) == 0 {
			t.Errorf("%.20q: %+v", in, r.Verdict)
		}
	}
}

// monstrousHeaders: RFC 5322 knows no longest header, but a reader must.
func monstrousHeaders() map[string][]byte {
	headers := map[string][]byte{}
	for name, text := range map[string]string{
		"one field":    "From: a@example.org\nTo: " + strings.Repeat("x", 50<<20),
		"one fold":     "From: a@example.org\nTo: " + strings.Repeat("\n x@example.org,", 1<<18),
		"many fields":  "From: a@example.org\n" + strings.Repeat("To: x@example.org\n", 1<<18),
		"no field":     "From: a@example.org\n" + strings.Repeat("x\n", 4<<20),
		"encoded":      "From: a@example.org\nSubject: " + strings.Repeat("=?utf-8?q?=", 1<<18),
		"encoded in a": "From: a@example.org\nTo: " + strings.Repeat("=?iso-2022-jp?q?=20?= ", 1<<17),
		"equals signs": "From: a@example.org\nTo: " + strings.Repeat("=?", 4<<20),
		"colons":       "From: a@example.org\nTo: x@" + strings.Repeat(":", 4<<20),
		"angles":       "From: a@example.org\nTo: " + strings.Repeat("<", 4<<20),
		"comments":     "From: a@example.org\nTo: " + strings.Repeat("(", 4<<20),
		"ids":          "From: a@example.org\nReferences: " + strings.Repeat("<1@x>", 1<<19),
		"dates":        "From: a@example.org\nDate: " + strings.Repeat("1 ", 1<<19) + strings.Repeat("(", 1<<19),
		"results":      "From: a@example.org\n" + strings.Repeat("Authentication-Results: x\n", 1<<20),
	} {
		headers[name] = []byte(text)
	}
	return headers
}

// What is read of a header is bounded; see also BenchmarkMonsters.
func TestParseMonsters(t *testing.T) {
	for name, raw := range monstrousHeaders() {
		h, err := Parse(raw)
		if err != nil || len(h.From) != 1 || len(h.To) > maxAddresses || len(h.References) > maxIDs || len(h.Subject) > maxText {
			t.Errorf("%s: %v %v", name, err, h.From)
		}
		h.Verdict(trusted)
	}
}

func TestIDs(t *testing.T) {
	for in, want := range map[string]string{
		"<1@x>":                  "1@x",
		"1@x":                    "1@x",
		"<<1@x>>":                "1@x",
		"<a b@x> (c)":            "ab@x",
		"no-at-sign":             "no-at-sign",
		"<\u202e1@x\x00>":        "1@x",
		"<>":                     "",
		strings.Repeat("x", 999): "",
	} {
		if got := messageID([]byte(in)); got != want {
			t.Errorf("%.20q: got %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string][]string{
		"<1@x><2@x>,<3@x>":                    {"1@x", "2@x", "3@x"},
		"message of Monday from a@b":          nil,
		"1@x":                                 {"1@x"},
		"<1@x> <2@x":                          {"1@x"},
		"> <1@x>":                             {"1@x"},
		strings.Repeat("<a@x>", 60) + "<b@x>": append(slices.Repeat([]string{"a@x"}, maxIDs-1), "b@x"),
	} {
		if got := messageIDs([]byte(in)); !slices.Equal(got, want) {
			t.Errorf("%.40q: got %q, want %q", in, got, want)
		}
	}
}

// TestKey is regards' rule: without a Message-ID a hash of From, Date and
// Subject stands in, and nothing else changes it.
func TestKey(t *testing.T) {
	key := func(s string) string {
		h, err := Parse([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return h.Key()
	}
	if got := key("Message-ID: <1@x>\nFrom: a@x"); got != "1@x" {
		t.Error(got)
	}
	const base = "From: A <a@x.org>\nDate: Mon, 16 Nov 2026 10:05:00 +0100\nSubject: hi\n"
	k := key(base)
	if !strings.HasPrefix(k, "sha256:") || len(k) != 7+64 {
		t.Error(k)
	}
	if key("To: b@x.org\nSubject: hi\nDate: 16 Nov 2026 09:05 +0000\nFrom: <A@X.org>\n") != k {
		t.Error("another form of the same fields changed the key")
	}
	for _, other := range []string{
		strings.Replace(base, "hi", "ho", 1),
		strings.Replace(base, "a@x", "b@x", 1),
		strings.Replace(base, "05:00", "05:01", 1),
		"From: a@x.org\nSubject: hi\n",
	} {
		if key(other) == k {
			t.Errorf("%q has the same key", other)
		}
	}
}

func TestTime(t *testing.T) {
	at := func(s string) time.Time {
		d, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	internal := at("2026-11-16T10:00:00Z")
	for _, c := range []struct{ date, internal, want time.Time }{
		{at("2026-11-16T09:00:00Z"), internal, at("2026-11-16T09:00:00Z")},
		{at("2026-11-16T11:00:00Z"), internal, at("2026-11-16T11:00:00Z")},
		{at("2026-11-16T11:00:01Z"), internal, internal},
		{at("1990-01-01T00:00:00Z"), internal, at("1990-01-01T00:00:00Z")},
		{at("1989-12-31T23:59:59Z"), internal, internal},
		{time.Time{}, internal, internal},
		{at("2026-11-16T09:00:00Z"), time.Time{}, at("2026-11-16T09:00:00Z")},
		{at("1970-01-01T00:00:00Z"), time.Time{}, time.Time{}},
	} {
		if got := (Header{Date: c.date}).Time(c.internal); !got.Equal(c.want) {
			t.Errorf("Date %v, internal %v: got %v, want %v", c.date, c.internal, got, c.want)
		}
	}
}
