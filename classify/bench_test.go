package classify

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"
)

// filtered is what a fetch of Fields returns for a usual reply: 1.3 KB.
const filtered = "Return-Path: <maria.lopez@example.org>\r\n" +
	"Authentication-Results: mx.example.net;\r\n" +
	"\tdkim=pass (2048-bit key; unprotected) header.d=example.org header.i=@example.org header.a=rsa-sha256 header.s=google header.b=Qm9v;\r\n" +
	"\tspf=pass (mx.example.net: domain of maria.lopez@example.org designates 192.0.2.7 as permitted sender) smtp.mailfrom=maria.lopez@example.org;\r\n" +
	"\tdmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from=example.org\r\n" +
	"From: =?UTF-8?Q?Mar=C3=ADa_L=C3=B3pez?= <maria.lopez@example.org>\r\n" +
	"To: Ana =?UTF-8?B?RMOtYXo=?= <ana@example.net>\r\n" +
	"Cc: \"Smith, John\" <john.smith@example.com>, Li Wei <li.wei@example.cn>\r\n" +
	"Date: Thu, 19 Nov 2026 10:12:45 +0100\r\n" +
	"Subject: =?UTF-8?Q?Re=3A_Caf=C3=A9_el_martes=3F?=\r\n" +
	"Message-ID: <CAHk-=wh7Xq3Zk2vP0000000000000000000000000001@mail.gmail.com>\r\n" +
	"In-Reply-To: <20261118174512.0000001@example.net>\r\n" +
	"References: <CAHk-=wgA000000000000000000000000000000000000@mail.gmail.com>\r\n" +
	" <20261116091212.0000000@example.net>\r\n" +
	" <20261118174512.0000001@example.net>\r\n" +
	"Content-Type: multipart/alternative; boundary=\"0000000000008e1c9b0629abcdef\"\r\n\r\n"

// plainHeader is the same without encoded-words and results.
const plainHeader = "Return-Path: <maria.lopez@example.org>\r\n" +
	"From: Maria Lopez <maria.lopez@example.org>\r\n" +
	"To: Ana Diaz <ana@example.net>\r\n" +
	"Date: Thu, 19 Nov 2026 10:12:45 +0100\r\n" +
	"Subject: Lunch on Tuesday?\r\n" +
	"Message-ID: <20261119101245.0000002@example.org>\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n\r\n"

func BenchmarkHeader(b *testing.B) {
	policy := Policy{AuthservID: "mx.example.net"}
	internal := time.Date(2026, 11, 19, 9, 13, 0, 0, time.UTC)
	for _, c := range []struct{ name, header string }{{"typical", filtered}, {"plain", plainHeader}} {
		b.Run(c.name, func(b *testing.B) {
			header := []byte(c.header)
			b.SetBytes(int64(len(header)))
			b.ReportAllocs()
			for b.Loop() {
				h, err := Parse(header)
				if err != nil {
					b.Fatal(err)
				}
				if v := h.Verdict(policy); !v.Touch || h.Time(internal).IsZero() || h.Key() == "" {
					b.Fatal(v)
				}
			}
		})
	}
}

// monsters are messages made to exhaust whoever reads them: 50 MB of header,
// and 10,000 parts within parts.
func monsters() map[string][]byte {
	const size, depth = 50 << 20, 10_000
	field := func(name, value string) []byte {
		return []byte("From: a@b.example\r\n" + name + strings.Repeat(value, size/len(value)) + "\r\n\r\nbody\r\n")
	}
	var parts, messages, reports bytes.Buffer
	for i := range depth {
		n := strconv.Itoa(i)
		parts.WriteString("Content-Type: multipart/mixed; boundary=b" + n + "\r\n\r\n--b" + n + "\r\n")
		messages.WriteString("Content-Type: message/rfc822\r\n\r\nFrom: x" + n + "@b.example\r\n")
		reports.WriteString("Content-Type: multipart/report; report-type=delivery-status; boundary=b" + n + "\r\n\r\n--b" + n + "\r\n")
	}
	return map[string][]byte{
		"one field": field("Subject: ", "x"), "fields": field("X-A: b", "\r\nX-Field: value"), "recipients": field("To: ", "u@b.example, "),
		"encoded words": field("Subject: ", "=?utf-8?q?=C3=A9?= "), "references": field("References: ", "<a@b.example>\r\n "),
		"comments": field("From: ", "("), "results": field("Authentication-Results: x; ", "dmarc=(pass "),
		"parts": parts.Bytes(), "messages": messages.Bytes(), "reports": reports.Bytes(),
	}
}

// BenchmarkMonsters measures the time and memory that the worst messages cost.
func BenchmarkMonsters(b *testing.B) {
	for kind, make := range map[string]func() map[string][]byte{
		"any": monsters, "headers": monstrousHeaders, "parts": monstrousParts, "notices": monstrousNotices, "replies": monstrousReplies,
	} {
		for name, raw := range make() {
			b.Run(kind+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(raw)))
				for b.Loop() {
					Message(raw, Policy{AuthservID: "x"})
				}
			})
		}
	}
}
