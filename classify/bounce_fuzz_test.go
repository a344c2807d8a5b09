package classify

import (
	"reflect"
	"strings"
	"testing"
)

// FuzzBounce reads a text as that of a delivery report, plain and as an SNS notification.
func FuzzBounce(f *testing.F) {
	for name, data := range archive(f, "testdata/bounces.txtar") {
		if !strings.HasSuffix(name, ".want") {
			f.Add(data)
			if _, text, ok := strings.Cut(string(data), "\n\n"); ok {
				f.Add([]byte(text))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, header := range []string{
			"From: MAILER-DAEMON@example.org\nTo: ana@example.net\n\n",
			"From: no-reply@example.org\nX-Amz-Sns-Message-Id: 1\n\n",
			"From: postmaster@example.org\nReturn-Path: <>\nContent-Type: text/html\n\n",
		} {
			raw := append([]byte(header), text...)
			r := Message(raw, trusted)
			checkReport(t, r)
			if !reflect.DeepEqual(r, Message(raw, trusted)) {
				t.Error("not the same twice")
			}
			if len(r.Recipients) > maxRecipients || len(r.Recipients) > 0 && r.Class != Bounce {
				t.Errorf("%d recipients of a %s", len(r.Recipients), r.Class)
			}
			for _, rcpt := range r.Recipients {
				checkRecipient(t, rcpt)
			}
		}
	})
}

func checkRecipient(t *testing.T, r Recipient) {
	t.Helper()
	if addrSpec([]byte(r.Address)) != r.Address || r.Address == "" {
		t.Errorf("%q is no address", r.Address)
	}
	if r.Status != "" && statusCode([]byte(r.Status)) != r.Status {
		t.Errorf("status %q", r.Status)
	}
	if r.Hard && !strings.HasPrefix(r.Status, "5.") {
		t.Errorf("%s is hard with status %q", r.Address, r.Status)
	}
	if len(r.Words) > maxWordsOut {
		t.Errorf("%d bytes of words", len(r.Words))
	}
}

// monstrousNotices are returned mail of texts that a part repeated fills.
func monstrousNotices() map[string][]byte {
	const size = maxBody + 1<<20
	many := func(s string) string { return strings.Repeat(s, size/len(s)) }
	notices := map[string][]byte{}
	for name, text := range map[string]string{
		"one line":    many("a"),
		"addresses":   many("a@b.example "),
		"list":        "The following addresses failed:\n" + many("a@b.example: user unknown\n"),
		"at":          many("@"),
		"quotes":      many(`"@`),
		"local part":  "could not be delivered to " + many("a") + "@b.example",
		"replies":     "<a@b.example>: failed\n" + many("550 5.1.1 x... y\n"),
		"rcpt":        many(">>> RCPT TO:<a@b.example>\n<<< 550 no\n"),
		"pending":     many("Your message to a@b.example\n"),
		"phrases":     many("domain "),
		"statuses":    "Reporting-MTA: x\n\n" + many("Final-Recipient: rfc822; a@b.example\n\n"),
		"json":        many("{\"Message\":"),
		"blank":       many("\n"),
		"copies":      many("Message-ID: "),
		"digits":      many("5.1."),
		"wrapped":     many("From: MAILER-DAEMON\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"),
		"no boundary": "\n--c\n" + many("Content-Type: text/plain\n"),
	} {
		notices[name+", by SNS"] = []byte("From: MAILER-DAEMON\nX-Amz-Sns-Message-Id: 1\n\n" + text)
		notices[name+", in parts"] = []byte("From: MAILER-DAEMON\nContent-Type: multipart/mixed; boundary=b\n\n" + text)
	}
	return notices
}

// A notice of any text is one; see also BenchmarkMonsters.
func TestNoticeOfMonsters(t *testing.T) {
	for name, raw := range monstrousNotices() {
		if r := Message(raw, trusted); r.Class != Bounce {
			t.Errorf("%s: %s", name, r.Class)
		}
	}
}
