package provider

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxTalk bounds what a server may say before TLS or in its greeting, in bytes.
const maxTalk = 16 << 10

// protocols are the few lines of IMAP and SMTP that tell a mail server.
var protocols = map[string]struct {
	greeting func(io.Reader) error
	startTLS func(io.ReadWriter) error
}{
	"imap": {imapGreeting, imapStartTLS},
	"smtp": {smtpGreeting, smtpStartTLS},
}

func reader(r io.Reader) *bufio.Reader { return bufio.NewReader(io.LimitReader(r, maxTalk)) }

var errNoMailServer = errors.New("what answers there is no mail server")

func imapGreeting(r io.Reader) error { return imapOK(reader(r)) }

// imapOK reads the greeting of RFC 9051, section 7.1. One that lets anybody in
// (PREAUTH) is not taken.
func imapOK(r *bufio.Reader) error {
	line, err := r.ReadString('\n')
	if err != nil || !strings.HasPrefix(strings.ToUpper(line), "* OK") {
		return errNoMailServer
	}
	return nil
}

// imapStartTLS asks for TLS (RFC 9051, section 6.2.1).
func imapStartTLS(conn io.ReadWriter) error {
	r := reader(conn)
	if err := imapOK(r); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "S1 STARTTLS\r\n"); err != nil {
		return err
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if !strings.HasPrefix(line, "* ") {
			return agreed(r, strings.HasPrefix(strings.ToUpper(line), "S1 OK"))
		}
	}
}

// agreed is whether TLS may begin: the server said so, and nothing after it in
// plain text, which could be from anybody.
func agreed(r *bufio.Reader, ok bool) error {
	if !ok || r.Buffered() > 0 {
		return errors.New("it does not change to TLS")
	}
	return nil
}

func smtpGreeting(r io.Reader) error { return smtpReply(reader(r), "220") }

// smtpStartTLS asks for TLS (RFC 3207).
func smtpStartTLS(conn io.ReadWriter) error {
	r := reader(conn)
	if err := smtpReply(r, "220"); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "EHLO localhost\r\n"); err != nil {
		return err
	}
	if err := smtpReply(r, "250"); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "STARTTLS\r\n"); err != nil {
		return err
	}
	err := smtpReply(r, "220")
	return errors.Join(err, agreed(r, err == nil))
}

// smtpReply reads a reply of one or more lines (RFC 5321, section 4.2) and
// checks its code.
func smtpReply(r *bufio.Reader, code string) error {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if !strings.HasPrefix(line, code) || len(line) < 4 {
			return fmt.Errorf("%w: it says %q", errNoMailServer, printable(line, maxName))
		}
		if line[3] != '-' {
			return nil
		}
	}
}
