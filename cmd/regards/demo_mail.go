package main

import (
	"fmt"
	"strings"
	"time"

	"regards/internal/mailsim"
)

// demoPerson is one of the people in the demo's mailbox.
type demoPerson struct {
	name, addr, group string
	last              int  // days since the last exchange
	theirs            bool // the last one was from them
	topics            []string
}

var demoPeople = []demoPerson{
	{"Maria Lopez", "maria@uni.example", "mentor", 4, false, []string{"Thank you for offering to talk", "Your talk on coral reefs"}},
	{"Tom Berger", "tom.berger@labor.example", "supervisor", 25, false, []string{"The internship report", "Dates for the review"}},
	{"Aisha Rahman", "aisha@rahman.example", "mentor", 71, false, []string{"Grant applications", "Coffee in March?"}},
	{"Jean-Luc Moreau", "jl.moreau@edu.example", "alumni", 130, false, []string{"Alumni evening", "Hello from Lyon"}},
	{"Wei Chen", "wei.chen@lab.example", "colleague", 9, true, []string{"Microscope bookings", "Draft of the poster"}},
	{"Ingrid Holm", "ingrid@holm.example", "referee", 260, false, []string{"A reference, if you would", "News from Bergen"}},
}

// seed fills the mailbox with a year of mail: exchanges with the six people and
// with others, a list, a newsletter.
func (d *demo) seed() (count int, err error) {
	put := func(mailbox string, days int, header, from, to, subject, extra string) {
		if err != nil {
			return
		}
		count++
		at := d.now.AddDate(0, 0, -days).Add(-time.Duration(count%8) * time.Hour)
		raw := fmt.Sprintf("From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <demo-%d@%s>\n%s%s\n\nHello,\n\nsee above.\n",
			from, to, subject, at.Format(time.RFC1123Z), count, "mail.example", header, extra)
		_, err = d.server.Append(mailbox, mailsim.Message{Time: at, Flags: []string{`\Seen`}, Raw: crlf(raw)})
	}
	const ana = `"Ana Díaz" <ana@example.org>`
	for i := range 40 {
		put("INBOX", 9*i+1, "List-Id: <announce.dept.example>\n", "Dept <office@dept.example>", "announce@dept.example",
			fmt.Sprintf("Seminar %d", 40-i), "")
		put("INBOX", 9*i+2, "List-Unsubscribe: <https://shop.example/u>\n", "Shop <news@shop.example>", ana, "This week's offers", "Precedence: bulk")
		friend := fmt.Sprintf("Friend %c <friend%d@home.example>", 'A'+i%6, i%6)
		put("INBOX", 8*i+3, "", friend, ana, "Weekend?", "")
		put("Sent", 8*i+2, "", ana, friend, "Re: Weekend?", "")
	}
	for _, p := range demoPeople {
		person := fmt.Sprintf("%s <%s>", p.name, p.addr)
		for i := range 12 {
			days, topic := p.last+24*i, p.topics[i%len(p.topics)]
			if (i%2 == 0) == p.theirs {
				put("INBOX", days, "", person, ana, topic, "")
			} else {
				put("Sent", days, "", ana, person, topic, "")
			}
		}
	}
	return count, err
}

// receive delivers a message into INBOX, as the owner's mail server does.
func (d *demo) receive(raw string) error {
	_, err := d.server.Append("INBOX", mailsim.Message{Time: d.now, Raw: crlf(raw)})
	return err
}

func demoReply(now time.Time) string {
	return fmt.Sprintf(`From: Maria Lopez <maria@uni.example>
To: Ana Díaz <ana@example.org>
Subject: Re: Thank you for offering to talk
Date: %s
Message-ID: <reply-1@uni.example>
In-Reply-To: <demo-161@mail.example>
References: <demo-161@mail.example>

Gladly! Does Thursday suit you?
`, now.Format(time.RFC1123Z))
}

func demoAutoReply(now time.Time) string {
	return fmt.Sprintf(`From: Tom Berger <tom.berger@labor.example>
To: ana@example.org
Subject: Out of office: Dates for the review
Date: %s
Message-ID: <auto-1@labor.example>
Auto-Submitted: auto-replied

I am away until Monday.
`, now.Format(time.RFC1123Z))
}

func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

// replies has Ana answer mail that regards sent her.
func (d *demo) replies(messageID, text string) error {
	raw := fmt.Sprintf("From: \"Ana Díaz\" <ana@example.org>\nTo: ana@example.org\nSubject: Re: regards\nDate: %s\nMessage-ID: <demo-answer@example.org>\nIn-Reply-To: <%s>\n\n%s\n\nAna\n",
		d.now.Format(time.RFC1123Z), messageID, text)
	_, err := d.server.Append("Sent", mailsim.Message{Time: d.now, Flags: []string{`\Seen`}, Raw: crlf(raw)})
	return err
}
