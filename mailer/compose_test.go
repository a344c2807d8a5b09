package mailer

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// letter is a message as the service composes one.
func letter() Message {
	return Message{
		FromName: "Ana Díaz", From: "ana@example.org", ToName: "Lopez, María \"Mia\"", To: "maria@bücher.example",
		Subject: "Re: Café am Montag", Body: "Dear María,\n\nThank you – it helped.\n\nKind regards,\nAna\n",
		Date:      time.Date(2026, 11, 21, 9, 30, 0, 0, time.FixedZone("CET", 3600)),
		MessageID: "k3v9qd@example.org", InReplyTo: "2@x.example", References: []string{"1@x.example", "2@x.example"},
	}
}

// with is letter, changed.
func with(change func(*Message)) Message {
	m := letter()
	change(&m)
	return m
}

func compose(t testing.TB, m Message) []byte {
	t.Helper()
	raw, err := Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// read parses a message as a stranger's program would.
func read(t testing.TB, raw []byte) (h mail.Header, body string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	return m.Header, string(text)
}

func decoded(t testing.TB, s string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestComposeBytes(t *testing.T) {
	want := strings.Join([]string{
		"Date: Sat, 21 Nov 2026 09:30:00 +0100",
		"In-Reply-To: <2@x.example>",
		"MIME-Version: 1.0",
		"Message-ID: <k3v9qd@example.org>",
		"References: <1@x.example> <2@x.example>",
		"Subject: =?UTF-8?q?Re:_Caf=C3=A9_am_Montag?=",
		"From: =?utf-8?q?Ana_D=C3=ADaz?= <ana@example.org>",
		"To: =?utf-8?b?TG9wZXosIE1hcsOtYSAiTWlhIg==?=",
		" <maria@xn--bcher-kva.example>",
		"Content-Transfer-Encoding: quoted-printable",
		"Content-Type: text/plain; charset=UTF-8",
		"",
		"Dear Mar=C3=ADa,",
		"",
		"Thank you =E2=80=93 it helped.",
		"",
		"Kind regards,",
		"Ana",
		"",
	}, "\r\n")
	for range 2 {
		if got := string(compose(t, letter())); got != want {
			t.Fatalf("got\n%q\nwant\n%q", got, want)
		}
	}
}

// Law 9: no mark of a machine, and nothing that was not asked for.
func TestComposeHeaders(t *testing.T) {
	always := []string{"Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}
	for name, x := range map[string]struct {
		m    Message
		want []string
	}{
		"an answer": {letter(), append(always, "In-Reply-To", "References")},
		"a new one": {with(func(m *Message) { m.InReplyTo, m.References = "", nil }), always},
	} {
		h, _ := read(t, compose(t, x.m))
		var got []string
		for key, values := range h {
			if got = append(got, key); len(values) != 1 {
				t.Errorf("%s: %d of %s", name, len(values), key)
			}
		}
		slices.Sort(got)
		slices.Sort(x.want)
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
	}
}

func TestNames(t *testing.T) {
	long := strings.Repeat("María del Carmen ", 20) + "Ruiz"
	for name, want := range map[string]string{
		"Maria": "Maria", "": "", "María": "María", "Lopez, Maria": "Lopez, Maria", `Maria "Mia" Lopez`: `Maria "Mia" Lopez`,
		`back\slash`: "backslash", `Ana \"Mia\" Díaz\`: `Ana "Mia" Díaz`, `M\\arí`: "Marí", "O'Neill (HR) <x>; @home": "O'Neill (HR) <x>; @home", "王小明": "王小明", "Łukasz, \"Ł\"": "Łukasz, \"Ł\"",
		"🌸 Maria": "🌸 Maria", "Maria   Lopez": "Maria Lopez", long: long, strings.Repeat("Maria ", 40) + "x": strings.Repeat("Maria ", 40) + "x",
	} {
		h, _ := read(t, compose(t, with(func(m *Message) { m.FromName, m.ToName = name, name })))
		for field, addr := range map[string]string{"From": "ana@example.org", "To": "maria@xn--bcher-kva.example"} {
			got, err := h.AddressList(field)
			if err != nil || len(got) != 1 || got[0].Name != want || got[0].Address != addr {
				t.Errorf("%s %q: got %v, %v in %q", field, name, got, err, h[field])
			}
		}
	}
}

func TestSubjects(t *testing.T) {
	for subject, want := range map[string]string{
		"Thank you": "Thank you", "": "", "Grüße, \"Ana\" <x>: 50 %": "Grüße, \"Ana\" <x>: 50 %", "王小明": "王小明",
		strings.Repeat("word ", 100) + "end":           strings.Repeat("word ", 100) + "end",
		strings.Repeat("Grüße ", 100) + "end":          strings.Repeat("Grüße ", 100) + "end",
		"a" + strings.Repeat(" ", 300) + "b":           "a b",
		strings.Repeat("w", 120):                       strings.Repeat("w", 120),
		"x " + strings.Repeat("w", 900) + " y":         "x " + strings.Repeat("w", 900) + " y",
		strings.Repeat("ü", 2000):                      strings.Repeat("ü", 2000),
		"Re: " + strings.Repeat("a b c d e f g h ", 9): strings.TrimSpace("Re: " + strings.Repeat("a b c d e f g h ", 9)),
	} {
		raw := compose(t, with(func(m *Message) { m.Subject = subject }))
		h, _ := read(t, raw)
		if got := decoded(t, h.Get("Subject")); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		checkLines(t, raw)
	}
}

// checkLines reports what RFC 5322 section 2.1.1 and 3.2.2 forbid.
func checkLines(t testing.TB, raw []byte) {
	t.Helper()
	head, _, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		t.Fatalf("no end of the header in %q", raw)
	}
	if bytes.Count(raw, []byte("\n")) != bytes.Count(raw, []byte("\r\n")) || bytes.Count(raw, []byte("\r")) != bytes.Count(raw, []byte("\r\n")) {
		t.Fatalf("a line end that is not CRLF in %q", raw)
	}
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || slices.ContainsFunc(line, func(c byte) bool { return c >= 0x7f || c < ' ' && c != '\t' }) {
			t.Fatalf("a bad line: %q", line)
		}
	}
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			t.Fatalf("an empty line in the header: %q", head)
		}
	}
}

// ids makes n Message-IDs of some length.
func ids(n, length int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%0*d@x.example", length-len("@x.example"), i)
	}
	return all
}

func TestReferences(t *testing.T) {
	for _, x := range []struct{ n, length, kept int }{
		{1, 20, 1}, {1, 995, 1}, {5, 30, 5}, {20, 70, 20}, {20, 200, 20}, {21, 30, 20}, {100, 78, 20},
	} {
		refs := ids(x.n, x.length)
		before := slices.Clone(refs)
		raw := compose(t, with(func(m *Message) { m.References, m.InReplyTo = refs, refs[x.n-1] }))
		checkLines(t, raw)
		h, _ := read(t, raw)
		if got, want := h["In-Reply-To"], "<"+refs[x.n-1]+">"; len(got) != 1 || got[0] != want {
			t.Errorf("%+v: In-Reply-To is %q, want %q", x, got, want)
		}
		kept := append([]string{refs[0]}, refs[max(1, x.n-19):]...)
		if got, want := h["References"], "<"+strings.Join(kept, "> <")+">"; len(got) != 1 || got[0] != want || len(kept) != x.kept {
			t.Errorf("%+v: References is\n%q, want\n%q", x, got, want)
		}
		if !slices.Equal(refs, before) {
			t.Errorf("%+v: the caller's references have changed", x)
		}
	}
}

func TestBody(t *testing.T) {
	paragraph := strings.TrimSpace(strings.Repeat("It is a long paragraph – ", 60))
	for body, want := range map[string]string{
		"":                             "",
		"x\n":                          "x\r\n",
		"x\r\ny\r\n":                   "x\r\ny\r\n",
		paragraph + "\n\n" + paragraph: paragraph + "\r\n\r\n" + paragraph,
		strings.Repeat("x", 3000):      strings.Repeat("x", 3000),
		".\n..\nFrom me\n=20\n end \n": ".\r\n..\r\nFrom me\r\n=20\r\n end \r\n",
		"Bcc: x@y.example\n\n":         "Bcc: x@y.example\r\n\r\n",
	} {
		raw := compose(t, with(func(m *Message) { m.Body = body }))
		checkLines(t, raw)
		if h, got := read(t, raw); got != want || h.Get("Bcc") != "" {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestComposeRefuses(t *testing.T) {
	breaks := []string{"x\r\nBcc: y@z.example", "x\nBcc: y@z.example", "x\ry", "\x00", "x\u2028y", "\u202ex", "\xff"}
	for _, bad := range breaks {
		for field, m := range map[string]Message{
			"from name":   with(func(m *Message) { m.FromName = bad }),
			"to name":     with(func(m *Message) { m.ToName = bad }),
			"subject":     with(func(m *Message) { m.Subject = bad }),
			"from":        with(func(m *Message) { m.From = bad + "@x.example" }),
			"to":          with(func(m *Message) { m.To = "y@x.example" + bad }),
			"message-id":  with(func(m *Message) { m.MessageID = bad + "@x" }),
			"in-reply-to": with(func(m *Message) { m.InReplyTo, m.References = bad, []string{bad} }),
			"references":  with(func(m *Message) { m.References[0] = bad }),
		} {
			if raw, err := Compose(m); err == nil || !strings.HasPrefix(err.Error(), "compose: ") || raw != nil {
				t.Errorf("%s %q: %v, %q", field, bad, err, raw)
			}
		}
	}
	for want, m := range map[string]Message{
		`compose: "" cannot be a Message-ID`:                                           with(func(m *Message) { m.MessageID = "" }),
		`compose: "a b@x" cannot be a Message-ID`:                                      with(func(m *Message) { m.MessageID = "a b@x" }),
		`compose: "a>@x" cannot be a Message-ID`:                                       with(func(m *Message) { m.References[0] = "a>@x" }),
		`compose: "ü@x" cannot be a Message-ID`:                                        with(func(m *Message) { m.References[0] = "ü@x" }),
		`compose: the references do not end with "2@x.example"`:                        with(func(m *Message) { m.References = nil }),
		`compose: the references do not end with "9@x"`:                                with(func(m *Message) { m.InReplyTo = "9@x" }),
		`compose: "maria" is not a mail address`:                                       with(func(m *Message) { m.To = "maria" }),
		`compose: "" is not a mail address`:                                            with(func(m *Message) { m.From = "" }),
		`compose: "a@x.example, b@x.example" is not a mail address`:                    with(func(m *Message) { m.To = "a@x.example, b@x.example" }),
		`compose: "maría@x.example" cannot be written to: its local part is not ASCII`: with(func(m *Message) { m.To = "maría@x.example" }),
		`compose: the domain of "m@\u00ad": it is empty`:                               with(func(m *Message) { m.To = "m@\u00ad" }),
		`compose: the domain of "m@-x.example": idna: invalid label "-x"`:              with(func(m *Message) { m.To = "m@-x.example" }),
		`compose: "` + strings.Repeat("w", 40) + `"… is too long for a line`:           with(func(m *Message) { m.Subject = strings.Repeat("w", 998) }),
	} {
		if _, err := Compose(m); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestDomains(t *testing.T) {
	for addr, want := range map[string]string{
		"maria@BÜCHER.Example":        "maria@xn--bcher-kva.example",
		"Maria.Lopez+x@Example.ORG":   "Maria.Lopez+x@example.org",
		"maria@faß.example":           "maria@xn--fa-hia.example",
		"maria@xn--bcher-kva.example": "maria@xn--bcher-kva.example",
		"\"maria lopez\"@x.example":   "maria lopez@x.example",
		"Evil <maria@x.example>":      "maria@x.example",
	} {
		h, _ := read(t, compose(t, with(func(m *Message) { m.From, m.To = addr, addr })))
		for _, field := range []string{"From", "To"} {
			if got, err := h.AddressList(field); err != nil || len(got) != 1 || got[0].Address != want {
				t.Errorf("%s %s: got %v, %v", field, addr, got, err)
			}
		}
	}
}

// FuzzCompose: whatever strangers chose, a message has the headers that were
// asked for and no other, and says what it was told to say.
func FuzzCompose(f *testing.F) {
	f.Add("Ana", "María", "maria@x.example", "Hi", "Dear María\n", "1@x", "2@x", "3@x")
	f.Add(`"Ana", x`, "a <b>", "Maria <maria@bücher.example>", "x\r\nBcc: y@z.example", "\r\n.\r\n", "a>\r\nBcc:<b", "", "")
	f.Add("=?utf-8?q?x?=", "王", `"a b"@x.example`, "  a   b ", "=\r", strings.Repeat("1", 995), strings.Repeat("2", 200), "é@x")
	f.Add(`\ü`, `M\\arí`, "maria@x.example", `\ü`, "", "1@x", "2@x", "3@x")
	f.Add("\u2028", "\xff", "a@[192.0.2.1]", strings.Repeat("w", 1000), strings.Repeat("w", 1000), "<", ">", " ")
	f.Fuzz(func(t *testing.T, fromName, toName, to, subject, body, id, ref, last string) {
		m := letter()
		body = strings.ReplaceAll(body, "\r", "") // package templates lets none through
		m.FromName, m.ToName, m.To, m.Subject, m.Body, m.MessageID = fromName, toName, to, subject, body, id
		m.InReplyTo, m.References = last, []string{ref, last}
		if last == "" {
			m.References = nil
		}
		raw, err := Compose(m)
		if err != nil {
			return
		}
		checkLines(t, raw)
		if again := compose(t, m); !bytes.Equal(raw, again) {
			t.Fatal("not the same twice")
		}
		h, text := read(t, raw)
		want := 8
		if last != "" {
			want = 10
			if h.Get("In-Reply-To") != "<"+last+">" || h.Get("References") != "<"+ref+"> <"+last+">" {
				t.Fatalf("thread: %q", h)
			}
		}
		if len(h) != want || h.Get("Message-ID") != "<"+id+">" || h.Get("Date") != "Sat, 21 Nov 2026 09:30:00 +0100" {
			t.Fatalf("header: %q", h)
		}
		for field, name := range map[string]string{"From": fromName, "To": toName} {
			got, err := h.AddressList(field)
			if err != nil || len(got) != 1 || !strings.Contains(name, "=?") && got[0].Name != squeeze(strings.ReplaceAll(name, `\`, "")) {
				t.Fatalf("%s: %v, %v for %q", field, got, err, name)
			}
		}
		if !strings.Contains(subject, "=?") && decoded(t, h.Get("Subject")) != squeeze(subject) {
			t.Fatalf("subject %q for %q", h.Get("Subject"), subject)
		}
		if lines := strings.ReplaceAll(body, "\n", "\r\n"); text != lines {
			t.Fatalf("body %q for %q", text, lines)
		}
	})
}

// squeeze makes one space of several.
func squeeze(s string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(s, " "), func(w string) bool { return w == "" }), " ")
}

func TestMessageID(t *testing.T) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	const key = "thank-you/k3v9qd/m2x8"
	got := MessageID(secret, key, "ana@example.org")
	if again := MessageID(secret, key, "ana@example.org"); again != got {
		t.Errorf("%s, then %s", got, again)
	}
	local, domain, _ := strings.Cut(got, "@")
	if len(local) != 24 || domain != "example.org" || strings.Contains(got, "k3v9") {
		t.Errorf("got %s", got)
	}
	for name, other := range map[string]string{
		"key":    MessageID(secret, "thank-you/k3v9qd/m2x9", "ana@example.org"),
		"secret": MessageID([]byte("1123456789abcdef0123456789abcdef"), key, "ana@example.org"),
	} {
		if otherLocal, _, _ := strings.Cut(other, "@"); otherLocal == local {
			t.Errorf("the same for another %s", name)
		}
	}
	for from, want := range map[string]string{
		"ana@bücher.example": "xn--bcher-kva.example",
		"ana@ü.a---0":        "xn--tda.a---0",
		"ana@Example.ORG":    "example.org",
		"ana@mail.a-very-long-department-name.faculty.university.example": "faculty.university.example",
		"ana@" + strings.Repeat("a", 40) + ".example":                     "example",
		"ana@" + strings.Repeat("a", 40) + "b":                            strings.Repeat("a", 32) + "b",
	} {
		if _, got, _ := strings.Cut(MessageID(secret, key, from), "@"); got != want {
			t.Errorf("%s: got %s, want %s", from, got, want)
		}
	}
}

// For any domain, an id is short, can be named, and ends as the domain does.
func TestMessageIDIsShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		domain := rapid.StringMatching(`[a-zü]([a-z0-9-]{0,60}[a-z0-9])?(\.[a-z]([a-z0-9-]{0,61}[a-z0-9])?){0,8}`).Draw(t, "domain")
		id := MessageID(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "secret"), rapid.String().Draw(t, "key"), "ana@"+domain)
		if len("<"+id+">") > 60 {
			t.Fatalf("%s has %d bytes", id, len(id)+2)
		}
		_, end, ok := strings.Cut(id, "@")
		ascii := !strings.Contains(domain, "ü")
		if !ok || end == "" || ascii && !strings.HasSuffix(domain, end) {
			t.Fatalf("%s is not of %s", id, domain)
		}
		m := letter()
		m.MessageID = id
		if _, err := Compose(m); err != nil {
			t.Fatal(err)
		}
	})
}

// A notice says what it is, as text and as HTML; the same one has the same bytes.
func TestComposeNotice(t *testing.T) {
	m := Message{From: "ana@example.org", To: "ana@example.org", Subject: "regards: 1 draft", Body: "One =_ draft\n", HTML: "<p>One draft</p>",
		Notice: "digest", MessageID: "a@example.org", Date: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	raw, err := Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Compose(m); err != nil || !bytes.Equal(raw, again) {
		t.Errorf("composed again it differs: %v", err)
	}
	read, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" || read.Header.Get("Auto-Submitted") != "auto-generated" || read.Header.Get("X-Regards") != "digest" {
		t.Fatalf("%v, %v", read.Header, err)
	}
	parts := multipart.NewReader(read.Body, params["boundary"])
	for _, want := range [][2]string{{"text/plain; charset=UTF-8", "One =_ draft"}, {"text/html; charset=UTF-8", "<p>One draft</p>"}} {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if got := strings.TrimSpace(string(text)); err != nil || part.Header.Get("Content-Type") != want[0] || got != want[1] {
			t.Errorf("%v: %q, %v", part.Header, got, err)
		}
	}
}
