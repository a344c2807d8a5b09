package mailer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/internal/imapconn"
	"regards/internal/mailsim"
)

// BenchmarkPutAll lays the letters of a milestone to 1,000 contacts into Dovecot,
// by 50 with an Attempt each, and says how much longer that takes than APPENDs of
// the same bytes that nobody waits for ("x_bare"; the issue wants 2).
func BenchmarkPutAll(b *testing.B) {
	s, err := mailsim.Dovecot()
	if errors.Is(err, mailsim.ErrNotInstalled) {
		b.Skip(err)
	}
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	letters := make([]Outgoing, 1000)
	for i := range letters {
		id := fmt.Sprintf("%024d@example.org", i)
		letters[i] = Outgoing{with1000(b, id), id}
	}
	var bare, ours time.Duration
	for b.Loop() {
		bare += timed(b, func() error { return appendBare(s, letters) })
		ours += timed(b, func() error { return putByFifty(b.Context(), s, letters) })
	}
	b.ReportMetric(float64(ours)/float64(bare), "x_bare")
}

// with1000 is a letter of the usual size.
func with1000(tb testing.TB, id string) []byte {
	return compose(tb, with(func(m *Message) {
		m.MessageID, m.Body = id, strings.Repeat("Thank you once more – it helped a lot. ", 25)
	}))
}

func timed(b *testing.B, do func() error) time.Duration {
	start := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func putByFifty(ctx context.Context, s *mailsim.Server, letters []Outgoing) error {
	server := imapconn.Server{Host: s.Host(), Port: s.IMAPPort(), TLS: imapconn.None, User: s.User(),
		Secret: func(context.Context) (string, error) { return s.Password(), nil }}
	d, err := open(ctx, server, "")
	if err != nil {
		return err
	}
	defer d.Close(ctx)
	for some := range slices.Chunk(letters, 50) {
		attempt, err := d.look(ctx)
		if err != nil {
			return err
		}
		if _, errs := d.PutAll(ctx, "Drafts", some, attempt); errors.Join(errs...) != nil {
			return errors.Join(errs...)
		}
	}
	return nil
}

// appendBare sends all letters at once, and then reads all answers.
func appendBare(s *mailsim.Server, letters []Outgoing) error {
	conn, err := net.Dial("tcp", s.IMAPAddr())
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewScanner(conn)
	fmt.Fprintf(conn, "in LOGIN %s %s\r\n", s.User(), s.Password())
	for in.Scan() && !strings.HasPrefix(in.Text(), "in ") {
	}
	var b bytes.Buffer
	for _, l := range letters {
		fmt.Fprintf(&b, "a APPEND Drafts (\\Draft \\Seen) {%d+}\r\n%s\r\n", len(l.Raw), l.Raw)
	}
	b.WriteString("out LOGOUT\r\n")
	go io.Copy(conn, &b) // an error shows in the answers
	taken := 0
	for in.Scan() {
		if strings.HasPrefix(in.Text(), "a OK") {
			taken++
		}
	}
	if taken != len(letters) {
		return fmt.Errorf("%d letters were taken", taken)
	}
	return nil
}
