package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// path gives an address as commands write it, its domain in ASCII.
func path(addr string) (path string, utf8 bool, err error) {
	parsed, err := mail.ParseAddress(addr)
	if err != nil {
		return "", false, fmt.Errorf("%q is not a mail address", addr)
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	domain, err := idna.Lookup.ToASCII(parsed.Address[at+1:])
	if err != nil {
		return "", false, fmt.Errorf("the domain of %q: %w", addr, err)
	}
	local := parsed.Address[:at]
	if strings.ContainsFunc(local, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", false, fmt.Errorf("%q is not a mail address", addr)
	}
	return (&mail.Address{Address: local + "@" + domain}).String(), !isASCII([]byte(local)), nil
}

func isASCII(b []byte) bool { return !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x80 }) }

// toWire ends every line with CRLF, the last one too (RFC 5321 section 2.3.8).
func toWire(raw []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(raw) + len(raw)/32 + 2)
	for i, c := range raw {
		switch {
		case c == '\n' && i > 0 && raw[i-1] == '\r':
		case c == '\r', c == '\n':
			b.WriteString("\r\n")
		default:
			b.WriteByte(c)
		}
	}
	if !bytes.HasSuffix(b.Bytes(), []byte("\r\n")) {
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// carries makes sure that the server can carry a message as it is.
func (c *conversation) carries(raw []byte, utf8Address bool) error {
	header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	utf8 := utf8Address || !isASCII(header)
	c.SkipSMTPUTF8(!utf8) // or servers behind this one may refuse what they could well carry
	if has, _ := c.Extension("SMTPUTF8"); utf8 && !has {
		return errors.New("it has characters beyond ASCII in an address or its header, which this server does not carry (SMTPUTF8)")
	}
	if has, _ := c.Extension("8BITMIME"); !isASCII(raw) && !has {
		return errors.New("its text is not encoded in ASCII, and this server does not carry others (8BITMIME)")
	}
	_, most := c.Extension("SIZE")
	if n, err := strconv.ParseInt(most, 10, 64); err == nil && n > 0 && int64(len(raw)) > n {
		return fmt.Errorf("it has %d bytes, and this server carries at most %d", len(raw), n)
	}
	return nil
}
