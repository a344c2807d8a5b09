package imapconn

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// scanAnswers are what a server says to a first scan: n headers of about 700 bytes.
func scanAnswers(n int) []byte {
	var b bytes.Buffer
	names := strings.ToUpper(`"From" "Sender" "Reply-To" "To" "Cc" "Date" "Subject" "Message-ID" "In-Reply-To" "References" ` +
		`"Auto-Submitted" "List-Id" "Precedence" "Return-Path" "Content-Type" "Authentication-Results"`)
	header := "From: Maria <maria@example.net>\r\nTo: ana@example.org\r\nSubject: a letter\r\n" +
		strings.Repeat("References: <0123456789@example.net>\r\n", 16) + "\r\n"
	for i := range n {
		fmt.Fprintf(&b, "* %d FETCH (UID %d FLAGS (\\Seen $Forwarded NonJunk) INTERNALDATE \"22-Nov-2026 04:42:00 +0000\" BODY[HEADER.FIELDS (%s)] {%d}\r\n%s)\r\n",
			i+1, i+1, names, len(header), header)
	}
	return b.Bytes()
}

// BenchmarkAnswers measures what the filter costs a scan: it reads as the
// library does, 4 KiB at a time.
func BenchmarkAnswers(b *testing.B) {
	const messages = 1000
	in := scanAnswers(messages)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		a := &answers{Conn: readConn{r: bytes.NewReader(in)}, fail: func(error) {}}
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{a}, make([]byte, 4096)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/messages, "ns/message")
}
