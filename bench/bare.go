package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"time"
)

// bare is the least that an IMAP client can be: it writes commands and throws
// the answers away unread. What it takes is the server's time.
type bare struct {
	conn     net.Conn
	buf      []byte
	received int64 // bytes
}

// patience bounds each wait for the server.
const patience = 10 * time.Minute

// dialBare connects and logs in. The connection ends with ctx.
func (w *world) dialBare(ctx context.Context) (*bare, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", w.server.IMAPAddr())
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	b := &bare{conn: conn, buf: make([]byte, 64<<10)}
	if err := b.do("LOGIN %s %s", w.server.User(), w.server.Password()); err != nil {
		conn.Close()
		return nil, err
	}
	return b, nil
}

// tag marks the bench's commands. No message of the corpus has a line that
// begins with it.
const tag = "bench7"

// do sends a command and discards the answer.
func (b *bare) do(format string, args ...any) error {
	command := fmt.Sprintf(format, args...)
	if err := b.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(b.conn, "%s %s\r\n", tag, command); err != nil {
		return err
	}
	var tail []byte // the newest bytes of the answer
	for {
		n, err := b.conn.Read(b.buf)
		if err != nil {
			return fmt.Errorf("%.40s: %w", command, err)
		}
		b.received += int64(n)
		tail = newest(tail, b.buf[:n])
		if line, ok := tagged(tail); ok {
			if !bytes.HasPrefix(line, []byte(tag+" OK")) {
				return fmt.Errorf("%.40s: the server answers %q", command, line)
			}
			return nil
		}
	}
}

// longestLine is more than any tagged line has.
const longestLine = 1024

// newest gives the end of what came so far.
func newest(tail, chunk []byte) []byte {
	if len(chunk) >= longestLine {
		return append(tail[:0], chunk[len(chunk)-longestLine:]...)
	}
	tail = append(tail, chunk...)
	return append(tail[:0], tail[max(0, len(tail)-longestLine):]...)
}

// tagged gives the last line of the answer when it ends the command.
func tagged(tail []byte) (line []byte, ok bool) {
	line, ok = bytes.CutSuffix(tail, []byte("\r\n"))
	if !ok {
		return nil, false
	}
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	return line, bytes.HasPrefix(line, []byte(tag+" "))
}

// opened is a mailbox that regards opened, and what it fetched there: the words
// of its own commands.
type opened struct {
	mailbox string // as EXAMINE names it, quoted where it must be
	items   string // in parentheses
}

// scanBare fetches from every mailbox what regards fetches, and throws it away.
func (w *world) scanBare(ctx context.Context) (took time.Duration, received int64, err error) {
	started := time.Now()
	b, err := w.dialBare(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer b.conn.Close()
	for _, o := range w.scan {
		if err := b.do("EXAMINE %s", o.mailbox); err != nil {
			return 0, 0, err
		}
		if err := b.do("UID FETCH 1:* %s", o.items); err != nil {
			return 0, 0, err
		}
	}
	return time.Since(started), b.received, b.do("LOGOUT")
}
