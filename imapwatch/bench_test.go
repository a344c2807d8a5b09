package imapwatch

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
)

// benchMessages is how many messages BenchmarkScan reads.
const benchMessages = 5000

// BenchmarkScan measures a first scan of the embedded server, which works in
// this process: "bare" reads the same answers from a socket, and what the scan
// itself costs is the difference.
func BenchmarkScan(b *testing.B) {
	s := embedded(b)
	fill(b, s, "INBOX", 1, benchMessages)
	a := account(s, s.IMAPPort())
	measure := func(name string, scan func() error) {
		b.Run(name, func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				must(b, scan())
			}
			runtime.ReadMemStats(&after)
			n := float64(b.N) * benchMessages
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/message")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/n, "B/message")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/message")
		})
	}
	measure("watcher", func() error { return New(a, nil, discard{}).Sync(context.Background()) })
	measure("bare", func() error { return bareScan(s.IMAPAddr(), s.User(), s.Password(), headerFields) })
}

// discard is a Sink that keeps nothing.
type discard struct{ failing }

// bareScan sends the commands of a first scan and throws the answers away.
func bareScan(addr, user, word string, fields []string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i, command := range []string{
		"LOGIN " + user + " " + word, "EXAMINE INBOX", "UID SEARCH RETURN (ALL) UID 1:*",
		fmt.Sprintf("UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (%s)])", strings.Join(fields, " ")),
	} {
		if _, err := fmt.Fprintf(conn, "x%d %s\r\n", i, command); err != nil {
			return err
		}
		for tag := fmt.Sprintf("x%d ", i); ; {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return err
			}
			if strings.HasPrefix(string(line), tag) {
				break
			}
		}
	}
	_, err = io.WriteString(conn, "x9 LOGOUT\r\n")
	return err
}
