package mailsim

import (
	"bytes"
	"io"
	"mime"
	"net/mail"
	"net/smtp"
	"slices"
	"strings"
	"testing"
)

func exchange(t *testing.T, options Options) *Server {
	t.Helper()
	options.Provider = Exchange
	return opened(t)(EmbeddedWith(options))
}

func TestExchangeCapabilities(t *testing.T) {
	t.Parallel()
	w := login(t, exchange(t, Options{}).IMAPAddr())
	lines := w.do("a CAPABILITY")
	for _, has := range []string{"CHILDREN", "IDLE", "MOVE", "NAMESPACE", "UIDPLUS", "UNSELECT"} {
		if count(lines, " "+has) != 1 {
			t.Errorf("%s is missing: %q", has, lines)
		}
	}
	for _, lacks := range []string{"CONDSTORE", "ENABLE", "ESEARCH", "LIST-", "SEARCHRES", "SPECIAL-USE", "STATUS="} {
		if count(lines, " "+lacks) != 0 {
			t.Errorf("%s is announced: %q", lacks, lines)
		}
	}
	for _, command := range []string{`b LIST "" * RETURN (STATUS (MESSAGES))`, `b LIST (SPECIAL-USE) "" *`, "b UID SEARCH RETURN (COUNT) ALL"} {
		if answer := w.ask(command); count(answer, "b BAD ") != 1 {
			t.Errorf("%s: %q", command, answer)
		}
	}
}

func TestExchangeList(t *testing.T) {
	t.Parallel()
	s := exchange(t, Options{})
	w := login(t, s.IMAPAddr())
	list := w.do(`a LIST "" *`)
	for _, want := range []string{
		`* LIST (\HasNoChildren) "/" Inbox`,
		`* LIST (\HasNoChildren) "/" "Archive"`,
		`* LIST (\HasNoChildren \Trash) "/" "Deleted Items"`,
		`* LIST (\HasNoChildren \Drafts) "/" "Drafts"`,
		`* LIST (\HasNoChildren \Junk) "/" "Junk Email"`,
		`* LIST (\HasNoChildren) "/" "Outbox"`,
		`* LIST (\HasNoChildren \Sent) "/" "Sent Items"`,
	} {
		if !slices.Contains(list, want) {
			t.Errorf("not in LIST: %s\n%q", want, list)
		}
	}
	if answer := w.ask("b DELETE Outbox"); count(answer, "b NO ") != 1 {
		t.Errorf("%q", answer)
	}
	value[uint32](t)(s.Append(inbox, letter(1)))
	if status := w.do("c STATUS Inbox (MESSAGES)"); count(status, "MESSAGES 1") != 1 {
		t.Errorf("%q", status)
	}
}

// The message says the same and no byte of it is where it was.
func TestExchangeRewritesWhatIsAppended(t *testing.T) {
	t.Parallel()
	s := exchange(t, Options{})
	sent := Message{Raw: []byte("Message-ID: <1@example.org>\r\nDate: Mon, 02 Nov 2026 09:30:00 +0000\r\n" +
		"X-Note: kept\r\nReferences: <a@example.net>\r\n <b@example.net>\r\nTo: Maria <maria@example.net>\r\n" +
		"Subject: a subject which is so long that it has to go on to another line\r\nFrom: ana@example.org\r\n" +
		"\r\nDear Maria,\r\nthank you.\r\n")}
	for _, mailbox := range []string{"Drafts", inbox} {
		value[uint32](t)(s.Append(mailbox, sent))
		got := value[[]Message](t)(s.Messages(mailbox))[0].Raw
		if !bytes.HasPrefix(got, []byte("From: ")) || !bytes.Contains(got, []byte("\r\nX-MS-Has-Attach:")) || bytes.Contains(got, []byte("Dear Maria")) {
			t.Errorf("%s", got)
		}
		sameMail(t, got, sent.Raw)
	}
}

// sameMail compares what two messages say.
func sameMail(t *testing.T, got, want []byte) {
	t.Helper()
	a, b := value[*mail.Message](t)(mail.ReadMessage(bytes.NewReader(got))), value[*mail.Message](t)(mail.ReadMessage(bytes.NewReader(want)))
	for name := range b.Header {
		if !strings.HasPrefix(name, "Content-") && a.Header.Get(name) != b.Header.Get(name) {
			t.Errorf("%s is %q, want %q", name, a.Header.Get(name), b.Header.Get(name))
		}
	}
	texts := [2]string{}
	for i, m := range []*mail.Message{a, b} {
		body := value[[]byte](t)(io.ReadAll(m.Body))
		texts[i] = string(value[[]byte](t)(decode(m.Header.Get("Content-Transfer-Encoding"), body)))
	}
	if texts[0] != texts[1] {
		t.Errorf("the text is %q, want %q", texts[0], texts[1])
	}
}

func TestRewriteChangesEveryEncoding(t *testing.T) {
	t.Parallel()
	const head = "From: ana@example.org\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
	for encoding, body := range map[string]string{
		"7bit": "Hello\r\n", "8bit": "Olá\r\n", "base64": "T2zDoQ0K\r\n", "quoted-printable": "Ol=C3=A1=\r\n.\r\n",
	} {
		raw := []byte(head + encoding + "\r\n\r\n" + body)
		once := rewrite(raw)
		twice := rewrite(once)
		for _, got := range [][]byte{once, twice} {
			sameMail(t, got, raw)
		}
		if bytes.Equal(once, raw) || bytes.Equal(twice, once) {
			t.Errorf("%s: nothing changed: %s", encoding, twice)
		}
	}
}

// A multipart message keeps its body, and its boundary.
func TestRewriteSparesMultipart(t *testing.T) {
	t.Parallel()
	const body = "--b\r\n\r\nHello\r\n--b--\r\n"
	got := string(rewrite([]byte("Content-Type: multipart/mixed; boundary=b\r\nFrom: ana@example.org\r\n\r\n" + body)))
	if !strings.HasPrefix(got, "From: ") || !strings.HasSuffix(got, "\r\n\r\n"+body) {
		t.Errorf("%s", got)
	}
}

func TestExchangeFilesWhatIsSent(t *testing.T) {
	t.Parallel()
	for name, renumbers := range map[string]bool{"with its Message-ID": false, "with another Message-ID": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := exchange(t, Options{NewMessageIDs: renumbers})
			auth := smtp.PlainAuth("", s.User(), s.Password(), s.Host())
			must(t, smtp.SendMail(address(s.SMTPPort()), auth, s.User(), []string{"maria@example.net"}, letter(1).Raw))
			filed := value[[]Message](t)(s.Messages("Sent Items"))
			if len(filed) != 1 || !slices.Equal(filed[0].Flags, []string{`\Seen`}) {
				t.Fatalf("%+v", filed)
			}
			header := value[*mail.Message](t)(mail.ReadMessage(bytes.NewReader(filed[0].Raw))).Header
			const old = "<1@example.net>"
			if id := header.Get("Message-ID"); (id != old) != renumbers || id == "" {
				t.Errorf("Message-ID %s", id)
			}
			if original := header.Get("X-Microsoft-Original-Message-ID"); (original == old) != renumbers {
				t.Errorf("original Message-ID %q", original)
			}
			value[uint32](t)(s.Append("Drafts", letter(2)))
			if id := messageID(value[[]Message](t)(s.Messages("Drafts"))[0].Raw); id != "<2@example.net>" {
				t.Errorf("appended: Message-ID %s", id)
			}
		})
	}
}

// Whatever is appended, what comes out can be read and says the same subject.
func FuzzRewrite(f *testing.F) {
	f.Add([]byte("From: a\r\nSubject: hello  there\r\n\r\ntext"))
	f.Add([]byte("no header"))
	f.Add([]byte("Subject:\r\n x\r\n\t y\r\nContent-Transfer-Encoding: base64\r\n\r\n!"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		want, err := mail.ReadMessage(bytes.NewReader(crlf(raw)))
		if err != nil || want.Header.Get("Subject") == "" {
			return
		}
		got, err := mail.ReadMessage(bytes.NewReader(rewrite(raw)))
		if err != nil {
			t.Fatalf("%v in %q", err, rewrite(raw))
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		if a, b := squeeze(got.Header.Get("Subject")), squeeze(want.Header.Get("Subject")); a != b {
			t.Errorf("%q became %q", b, a)
		}
		if _, _, err := mime.ParseMediaType(want.Header.Get("Content-Type")); err == nil && got.Header.Get("Content-Type") == "" {
			t.Error("Content-Type is lost")
		}
	})
}
