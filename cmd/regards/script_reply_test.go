package main

import (
	"bytes"
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/html"

	"regards/classify"
	"regards/internal/mailsim"
)

// cmdReply has the owner answer a message, which it quotes: reply MAILBOX TIME
// ORIGINAL TEXT [FIELD=VALUE]… . TIME may be now. Original and text are files; the answer lies in the
// mailbox afterwards, with the fields changed.
func cmdReply(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: reply MAILBOX TIME ORIGINAL TEXT [FIELD=VALUE]…")
	}
	_, original, _ := strings.Cut(ts.ReadFile(args[2]), "\n") // its flags, or its envelope
	m, err := mail.ReadMessage(strings.NewReader(original))
	ts.Check(err)
	id := m.Header.Get("Message-ID")
	refs := strings.TrimSpace(m.Header.Get("References") + " " + id)
	var text strings.Builder
	text.WriteString(ts.ReadFile(args[3]))
	fmt.Fprintf(&text, "\nOn Mon, 23 Nov 2026 at 08:00, Ana Díaz <ana@example.org> wrote:\n")
	for line := range strings.Lines(classify.PlainText([]byte(original))) {
		text.WriteString("> " + line)
	}
	put(ts, args[0], args[1], "Re: "+m.Header.Get("Subject"), text.String(), append([]string{"In-Reply-To=" + id, "References=" + refs}, args[4:]...))
}

// cmdTap has the owner tap on a link in the HTML part of a message and send the mail
// that opens: tap MAILBOX TIME ORIGINAL BODY [FIELD=VALUE]… .
func cmdTap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: tap MAILBOX TIME ORIGINAL BODY [FIELD=VALUE]…")
	}
	_, original, _ := strings.Cut(ts.ReadFile(args[2]), "\n")
	for _, link := range linksOf(ts, original) {
		if query := link.Query(); link.Scheme == "mailto" && query.Get("body") == args[3] {
			put(ts, args[0], args[1], query.Get("subject"), query.Get("body")+"\n", append([]string{"To=" + link.Opaque}, args[4:]...))
			return
		}
	}
	ts.Fatalf("no link says %q", args[3])
}

// linksOf gives the links in the HTML part of a message.
func linksOf(ts *testscript.TestScript, raw string) (all []*url.URL) {
	page := ""
	for _, part := range strings.Split(raw, "\n--") {
		if strings.Contains(part, "Content-Type: text/html") {
			_, part, _ = strings.Cut(part, "\n") // the boundary
			page = classify.PlainText([]byte(strings.Replace(part, "text/html", "text/plain", 1)))
		}
	}
	root, err := html.Parse(strings.NewReader(page))
	ts.Check(err)
	for node := range root.Descendants() {
		for _, a := range node.Attr {
			if node.Data == "a" && a.Key == "href" {
				u, err := url.Parse(a.Val)
				ts.Check(err)
				all = append(all, u)
			}
		}
	}
	return all
}

// put lays a message of the owner to themselves into a mailbox.
func put(ts *testscript.TestScript, mailbox, at, subject, text string, changes []string) {
	when := time.Now()
	if at != "now" {
		var err error
		when, err = time.Parse(time.RFC3339, at)
		ts.Check(err)
	}
	w := worldOf(ts)
	raw := []byte(fmt.Sprintf("From: Ana <ana@example.org>\r\nTo: ana@example.org\r\nSubject: %s\r\nDate: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s",
		subject, when.Format(time.RFC1123Z), strings.ReplaceAll(text, "\n", "\r\n")))
	w.saved++
	for _, change := range append([]string{fmt.Sprintf("Message-ID=<written%d@program.example>", w.saved)}, changes...) {
		name, value, _ := strings.Cut(change, "=")
		raw = withField(raw, name, value)
	}
	_, err := w.server.Append(mailbox, mailsim.Message{Flags: []string{`\Seen`}, Time: when, Raw: bytes.TrimLeft(raw, "\r\n")})
	ts.Check(err)
}
