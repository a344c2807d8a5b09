package mailsim

import (
	"bufio"
	"fmt"
	"iter"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	pipelined = 32  // APPENDs under way at a time
	batch     = 500 // messages in one MULTIAPPEND
)

// AppendAll puts many messages into a mailbox, for benchmarks. Dovecot and
// Cyrus take them by MULTIAPPEND (RFC 3502): on Dovecot, 100,000 of them in
// seconds instead of two minutes.
func (s *Server) AppendAll(mailbox string, messages iter.Seq[Message]) error {
	err := s.session(func(c *control) error {
		if c.Caps().Has(imap.CapMultiAppend) && plain(mailbox) {
			return s.multiAppend(s.names.wire(mailbox), messages)
		}
		return c.putAll(s.names.wire(mailbox), messages)
	})
	if err != nil {
		return fmt.Errorf("mailsim: fill %s: %w", mailbox, err)
	}
	return nil
}

// putAll sends APPENDs without waiting for each answer.
func (c *control) putAll(mailbox string, messages iter.Seq[Message]) error {
	var waiting []*imapclient.AppendCommand
	for msg := range messages {
		if len(waiting) == pipelined {
			if _, err := waiting[0].Wait(); err != nil {
				return err
			}
			waiting = waiting[1:]
			c.extend()
		}
		cmd, err := c.put(mailbox, msg)
		waiting = append(waiting, cmd)
		if err != nil {
			break // the server's reason comes with the answer
		}
	}
	for _, cmd := range waiting {
		if _, err := cmd.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// multiAppend sends many messages in one command, which go-imap's client can't.
func (s *Server) multiAppend(mailbox string, messages iter.Seq[Message]) error {
	conn, err := net.DialTimeout("tcp", s.backend.controlAddr(), controlTimeout)
	if err != nil {
		return err
	}
	defer conn.Close()
	b := &bulk{conn: conn, in: bufio.NewReader(conn), out: bufio.NewWriterSize(conn, 64<<10), mailbox: quote(mailbox)}
	if err := b.command("a LOGIN " + quote(s.User()) + " " + quote(password)); err != nil {
		return err
	}
	for msg := range messages {
		if err := b.add(msg); err != nil {
			return err
		}
	}
	return b.flush()
}

// bulk is an IMAP session that speaks LOGIN and MULTIAPPEND with the literals of
// LITERAL+ (RFC 7888), which Dovecot and Cyrus have. Errors of out stay until Flush.
type bulk struct {
	conn    net.Conn
	in      *bufio.Reader
	out     *bufio.Writer
	mailbox string
	open    int // messages in the command that is being sent
}

// add sends a message, and with the last of a batch ends the command.
func (b *bulk) add(msg Message) error {
	if b.open == 0 {
		fmt.Fprintf(b.out, "a APPEND %s", b.mailbox)
	}
	fmt.Fprintf(b.out, " (%s)", strings.Join(msg.Flags, " "))
	if !msg.Time.IsZero() {
		b.out.WriteString(msg.Time.Format(` "02-Jan-2006 15:04:05 -0700"`))
	}
	raw := crlf(msg.Raw)
	fmt.Fprintf(b.out, " {%d+}\r\n%s", len(raw), raw)
	if b.open++; b.open == batch {
		return b.flush()
	}
	return nil
}

// flush ends the command that is being sent, if there is one.
func (b *bulk) flush() error {
	if b.open == 0 {
		return nil
	}
	b.open = 0
	return b.command("")
}

// command sends the end of a command and waits until it is carried out.
func (b *bulk) command(end string) error {
	if err := b.conn.SetDeadline(time.Now().Add(controlTimeout)); err != nil {
		return err
	}
	fmt.Fprintf(b.out, "%s\r\n", end)
	if err := b.out.Flush(); err != nil {
		return err
	}
	for {
		line, err := b.in.ReadString('\n')
		if err != nil {
			return err
		}
		if answer, ok := strings.CutPrefix(line, "a "); ok {
			if strings.HasPrefix(answer, "OK ") {
				return nil
			}
			return fmt.Errorf("the server says %s", strings.TrimSpace(answer))
		}
	}
}

// plain says that a mailbox name is the same in modified UTF-7, which only
// go-imap's client writes here.
func plain(mailbox string) bool {
	return !strings.ContainsFunc(mailbox, func(r rune) bool { return r == '&' || r > '~' })
}

// quote returns an IMAP quoted string.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
