package classify

import (
	"bytes"
	"io"
	"strings"

	"github.com/emersion/go-message/charset"
)

// maxPlain is how much of a message PlainText reads, in bytes.
const maxPlain = 64 << 10

// PlainText gives the text of a message as far as its first 64 KiB tell: the
// first part of type text/plain that is no attachment (RFC 2046 section 4.1),
// decoded into UTF-8, with LF. It is "" when there is none. What it gives is
// strangers' text and may hold any character.
func PlainText(raw []byte) string {
	h, body, err := parse(raw[:min(len(raw), maxPlain)])
	if err != nil {
		return ""
	}
	var t text
	if walk(&h, body, t.take); t.plain == nil {
		return ""
	}
	return t.plain.text()
}

// text decodes a text part; one in an unknown charset is taken for UTF-8 or
// Windows-1252.
func (p part) text() string {
	decoded := p.decoded()
	text := ""
	switch p.content.charset {
	case "", "utf-8", "us-ascii":
		text = toUTF8(decoded)
	default:
		r, err := charset.Reader(p.content.charset, bytes.NewReader(decoded))
		if err != nil {
			text = toUTF8(decoded)
			break
		}
		converted, _ := io.ReadAll(io.LimitReader(r, maxDecoded)) // what came before an error still counts
		text = string(converted)
	}
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD")
}
