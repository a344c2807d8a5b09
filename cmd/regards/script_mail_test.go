package main

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"regards/classify"
	"regards/internal/mailsim"
)

// replace lays a changed version of a message into a mailbox, and then removes the
// message, as mail programs do.
func replace(ts *testscript.TestScript, mailbox, subject, to string, flags, changes []string) error {
	w := worldOf(ts)
	uid := uidOf(ts, mailbox, subject)
	messages, err := w.server.Messages(mailbox)
	ts.Check(err)
	i := slices.IndexFunc(messages, func(m mailsim.Message) bool { return m.UID == uid })
	raw := messages[i].Raw
	if to == mailbox || len(changes) > 0 {
		raw = w.changed(raw, changes)
	}
	_, err = w.server.Append(to, mailsim.Message{Flags: flags, Raw: raw})
	ts.Check(err)
	return w.server.Remove(mailbox, uid)
}

// changed gives a message as a mail program saves it: with another Message-ID and
// one line more. Each FIELD=VALUE stands for a field of the header; Message-ID=
// leaves that, and the text, as it was.
func (w *world) changed(raw []byte, changes []string) []byte {
	w.saved++
	id := fmt.Sprintf("<saved%d@program.example>", w.saved)
	text := fmt.Sprintf("Saved %d times.\r\n", w.saved)
	for _, change := range changes {
		switch name, value, _ := strings.Cut(change, "="); {
		case name == "Message-ID" && value == "":
			id, text = "", ""
		case name == "Message-ID":
			id = value
		default:
			raw = withField(raw, name, value)
		}
	}
	if id != "" {
		raw = withField(raw, "Message-ID", id)
	}
	return append(bytes.TrimRight(raw, "\r\n"), "\r\n"+text...)
}

// withField gives a message with one field of that name, without any for "".
func withField(raw []byte, name, value string) []byte {
	header, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	old := regexp.MustCompile("(?mi)^" + name + ":.*\r\n([ \t].*\r\n)*")
	header = old.ReplaceAll(append(slices.Clone(header), "\r\n"...), nil)
	if value != "" {
		header = append(header, name+": "+value+"\r\n"...)
	}
	return slices.Concat(header, []byte("\r\n"), body)
}

// cmdDrafts holds how many messages lie in Drafts, and writes the newest one to
// the file draft.
func cmdDrafts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: drafts COUNT")
	}
	holds(ts, worldOf(ts).drafts, args[0], "draft")
}

// cmdHolds holds how many messages lie in a mailbox, and writes the newest one to
// the file found, and its text, decoded, to found.text: holds MAILBOX COUNT; ! holds
// MAILBOX holds that there is none of that name, with or without a prefix.
func cmdHolds(ts *testscript.TestScript, neg bool, args []string) {
	if neg && len(args) == 1 {
		boxes, err := worldOf(ts).server.Mailboxes()
		ts.Check(err)
		if slices.ContainsFunc(boxes, func(box string) bool { return strings.HasSuffix(box, args[0]) }) {
			ts.Fatalf("there is a mailbox %s", args[0])
		}
		return
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: holds MAILBOX COUNT")
	}
	holds(ts, args[0], args[1], "found")
}

func holds(ts *testscript.TestScript, mailbox, count, file string) {
	messages, err := worldOf(ts).server.Messages(mailbox)
	ts.Check(err)
	if strconv.Itoa(len(messages)) != count {
		ts.Fatalf("%d messages lie in %s, not %s", len(messages), mailbox, count)
	}
	if len(messages) > 0 {
		last := messages[len(messages)-1]
		slices.Sort(last.Flags)
		text := fmt.Sprintf("Flags: %s\n%s", strings.Join(last.Flags, " "), strings.ReplaceAll(string(last.Raw), "\r\n", "\n"))
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
		ts.Check(os.WriteFile(ts.MkAbs(file+".text"), []byte(classify.PlainText(last.Raw)), 0o600))
	}
}

// cmdSMTP has letters sent: smtp on configures it; smtp STAGE CODE makes the
// server fail at a stage, see mailsim.Server.SMTPFault.
func cmdSMTP(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case !neg && len(args) == 1 && args[0] == "on":
		text := ts.ReadFile("config.toml") + fmt.Sprintf(smtpConfig, worldOf(ts).server.SMTPPort())
		ts.Check(os.WriteFile(ts.MkAbs("config.toml"), []byte(text), 0o600))
	case !neg && len(args) == 2:
		code, err := strconv.Atoi(args[1])
		ts.Check(err)
		ts.Check(worldOf(ts).server.SMTPFault(args[0], code))
	default:
		ts.Fatalf("usage: smtp on, or smtp STAGE CODE")
	}
}

const smtpConfig = `
[account.smtp]
host = "127.0.0.1"
port = %d
tls = "none"
user = "ana@example.org"
password_file = "password"

[schedule]
digest = "" # a story that has one says so
`

// cmdSent holds how many messages came by SMTP, and writes the last one, after its
// envelope, to the file sent: sent COUNT.
func cmdSent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sent COUNT")
	}
	all := worldOf(ts).server.Sent()
	if strconv.Itoa(len(all)) != args[0] {
		ts.Fatalf("%d messages were sent, not %s", len(all), args[0])
	}
	if len(all) > 0 {
		last := all[len(all)-1]
		text := fmt.Sprintf("Envelope: %s to %s\n%s", last.From, strings.Join(last.To, " "), strings.ReplaceAll(string(last.Data), "\r\n", "\n"))
		ts.Check(os.WriteFile(ts.MkAbs("sent"), []byte(text), 0o600))
	}
}

// cmdKey finds the one letter in whose line of letter list --all a pattern is, and
// sets a variable to its key: key VARIABLE PATTERN.
func cmdKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: key VARIABLE PATTERN")
	}
	ts.Check(ts.Exec("regards", "letter", "list", "--all"))
	lines := slices.DeleteFunc(strings.Split(ts.ReadFile("stdout"), "\n")[1:], func(line string) bool {
		return !regexp.MustCompile(args[1]).MatchString(line)
	})
	if len(lines) != 1 {
		ts.Fatalf("%q is in %d lines of\n%s", args[1], len(lines), ts.ReadFile("stdout"))
	}
	ts.Setenv(args[0], strings.Fields(lines[0])[0])
}

// cmdReads shows the message in a file as a mail program does, without the time: it
// writes the subject and the plain text to the file text, and the page, if there is
// one, to the file html: reads FILE.
func cmdReads(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: reads FILE")
	}
	_, raw, _ := strings.Cut(ts.ReadFile(args[0]), "\n") // the flags, or the envelope
	message, err := mail.ReadMessage(strings.NewReader(raw))
	ts.Check(err)
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	ts.Check(err)
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	ts.Check(err)
	for parts := multipart.NewReader(message.Body, params["boundary"]); ; {
		part, err := parts.NextPart() // it decodes quoted-printable
		if err == io.EOF {
			return
		}
		ts.Check(err)
		data, err := io.ReadAll(part)
		ts.Check(err)
		file, text := "text", subject+"\n\n"+string(data)
		if kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind == "text/html" {
			file, text = "html", string(data)
		}
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(strings.ReplaceAll(text, "\r\n", "\n")), 0o600))
	}
}

// cmdAcquaint fills the mailboxes with mail of people and writes the file that
// Google Contacts would have of them, with the label mentor: acquaint COUNT FILE.
// One in eight only ever wrote to the owner, one in eight never answered, and the
// owner owes one in eight an answer; the last mail is from a month to two years old.
func cmdAcquaint(ts *testscript.TestScript, neg bool, args []string) {
	count, err := strconv.Atoi(args[0])
	ts.Check(err)
	now, err := time.Parse(time.RFC3339, storyNow)
	ts.Check(err)
	file := "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value\n"
	mails := map[bool][]mailsim.Message{} // by whether the owner wrote them
	for i := range count {
		last := now.Add(-time.Duration(30+i*13%700) * 24 * time.Hour)
		file += fmt.Sprintf("%s,Friend,* myContacts ::: mentor,,p%d@people.example\n", givenNames[i%len(givenNames)]+strings.Repeat("a", i/len(givenNames)), i)
		switch out := i%8 != 3; i % 8 {
		case 1:
			mails[false] = append(mails[false], acquaintance(i, last, false))
		case 2:
			mails[true] = append(mails[true], acquaintance(i, last, true))
		default:
			mails[!out] = append(mails[!out], acquaintance(i, last.Add(-24*time.Hour), !out))
			mails[out] = append(mails[out], acquaintance(i, last, out))
		}
	}
	w := worldOf(ts)
	ts.Check(w.server.AppendAll("INBOX", slices.Values(mails[false])))
	ts.Check(w.server.AppendAll(w.sent, slices.Values(mails[true])))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(file), 0o600))
}

var givenNames = strings.Fields("Ada Bea Cleo Dora Elsa Fina Greta Hanna Ida Juna Karla Lena Mila Nora Olga Petra Rosa Sina Tessa Ursa")

// acquaintance is a mail from the person of a number, or to them.
func acquaintance(number int, at time.Time, out bool) mailsim.Message {
	them, us := fmt.Sprintf("p%d@people.example", number), "ana@example.org"
	from, to := them, us
	if out {
		from, to = us, them
	}
	raw := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: Hello %d\r\nDate: %s\r\nMessage-ID: <m%d.%t@people.example>\r\n\r\nDear all,\r\n",
		from, to, number, at.Format(time.RFC1123Z), number, out)
	return mailsim.Message{Time: at, Raw: []byte(raw)}
}
