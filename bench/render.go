package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"mime"
	"strings"
	"time"

	"regards/internal/mailsim"
)

// letter writes one message.
type letter struct {
	bytes.Buffer
	rng *rand.Rand
}

func (l *letter) field(format string, args ...any) {
	fmt.Fprintf(l, format, args...)
	l.WriteString("\r\n")
}

// render writes an event as the message that lies in the mailbox, with all
// that its way through mail servers has added.
func (c *corpus) render(e event) mailsim.Message {
	l := &letter{rng: rand.New(rand.NewPCG(c.seed, uint64(e.n)+1))}
	l.Grow(8 << 10)
	if !e.sent {
		c.writeTrace(l, e)
	}
	c.writeMachine(l, e)
	c.writeHead(l, e)
	l.writeBody(e, c.people[e.peer])
	flags := []string{`\Seen`}
	if len(e.refs) > 0 && !e.sent && l.rng.IntN(3) == 0 {
		flags = append(flags, `\Answered`)
	}
	arrived := e.at.Add(time.Duration(1+l.rng.IntN(20)) * time.Second)
	return mailsim.Message{Time: arrived, Flags: flags, Raw: l.Bytes()}
}

// writeHead writes what the sender's mail program does.
func (c *corpus) writeHead(l *letter, e event) {
	peer := c.people[e.peer]
	from, to := peer, c.owner.String()
	if e.sent {
		from, to = c.owner, peer.String()
	}
	switch {
	case e.kind == list:
		to = listAddr(e.list)
	case e.kind == newsletter:
		from = person{fmt.Sprintf("Newsletter %d", e.list), fmt.Sprintf("news@shop%d.example", e.list), peer.domain}
	case e.kind == group:
		to = c.crowd(l.rng, to)
	}
	l.field("From: %s", from)
	l.field("To: %s", to)
	if e.kind == personal && l.rng.IntN(8) == 0 {
		l.field("Cc: %s", c.people[l.rng.IntN(correspondents)])
	}
	zone := time.FixedZone("", 1800*(l.rng.IntN(40)-18))
	l.field("Date: %s", e.at.In(zone).Format(time.RFC1123Z))
	l.field("Message-ID: <%s>", c.messageID(e))
	if n := len(e.refs); n > 0 {
		l.field("In-Reply-To: <%s>", e.refs[n-1])
		l.field("References: <%s>", strings.Join(e.refs, ">\r\n <"))
	}
	l.field("Subject: %s", mime.QEncoding.Encode("utf-8", e.subject))
	l.field("User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Thunderbird/%[1]d.0", 60+l.rng.IntN(70))
	l.field("X-Mailer-Trace: %s", l.base64(40))
	l.field("MIME-Version: 1.0")
}

// crowd addresses a message to a dozen people and more.
func (c *corpus) crowd(rng *rand.Rand, first string) string {
	all := []string{first}
	for range 12 + rng.IntN(20) {
		all = append(all, c.people[rng.IntN(correspondents)].String())
	}
	return strings.Join(all, ",\r\n ")
}

// writeMachine writes what tells a machine's or a list's mail from a person's.
func (c *corpus) writeMachine(l *letter, e event) {
	switch e.kind {
	case list:
		domain := strings.Replace(listAddr(e.list), "@", ".", 1)
		l.field("List-Id: Announcements and talk <%s>", domain)
		l.field("List-Post: <mailto:%s>", listAddr(e.list))
		l.field("List-Help: <mailto:request@%s?subject=help>", domain)
		l.field("List-Unsubscribe: <https://%s/options>,\r\n <mailto:request@%[1]s?subject=unsubscribe>", domain)
		l.field("List-Archive: <https://%s/archive>", domain)
		l.field("Precedence: list")
		l.field("Sender: bounces@%s", domain)
	case newsletter:
		l.field("List-Unsubscribe: <https://shop%d.example/u/%s>", e.list, l.base64(30))
		l.field("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
		l.field("Precedence: bulk")
		l.field("Feedback-ID: %d:campaign:shop%d", e.n, e.list)
	case autoReply:
		l.field("Auto-Submitted: auto-replied")
		l.field("X-Auto-Response-Suppress: All")
	}
}

// writeBody writes the MIME fields and a short body. The owner greets.
func (l *letter) writeBody(e event, peer person) {
	text := strings.Repeat("Some words that somebody wrote, and a few more to fill the line.\r\n", 1+l.rng.IntN(6))
	if e.sent {
		first, _, _ := strings.Cut(peer.name, " ")
		text = "Dear " + first + ",\r\n\r\n" + text
	}
	if e.kind != newsletter && l.rng.IntN(2) == 0 {
		l.field("Content-Type: text/plain; charset=utf-8; format=flowed")
		l.field("Content-Transfer-Encoding: 8bit")
		l.field("Content-Language: en-GB")
		l.field("\r\n%s", text)
		return
	}
	boundary := "----=_Part_" + l.base64(24)
	l.field("Content-Type: multipart/alternative;\r\n boundary=%q", boundary)
	l.field("\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s", boundary, text)
	l.field("--%s\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>%s</p>\r\n--%[1]s--", boundary, text)
}

func listAddr(n int) string { return fmt.Sprintf("list%d@lists%d.example", n, n%7) }
