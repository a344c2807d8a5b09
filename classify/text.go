package classify

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// maxText bounds a decoded subject or name, in bytes.
const maxText = 4 << 10

// words decodes RFC 2047 encoded-words in every charset that go-message knows.
var words = mime.WordDecoder{CharsetReader: charset.Reader}

// decodeText decodes unstructured text (RFC 2047 section 5) and cleans it.
// With an unknown charset the text stays as it was written.
func decodeText(v []byte) string {
	if len(v) > 4*maxText {
		v = v[:4*maxText]
	}
	if !bytes.Contains(v, []byte("=?")) {
		return shorten(clean(v))
	}
	s := toUTF8(v)
	if decoded, err := words.DecodeHeader(s); err == nil {
		s = decoded
	}
	return shorten(cleanString(s))
}

// clean makes strangers' bytes fit to show: valid UTF-8, one line, without
// control characters and bidirectional overrides, trimmed.
func clean(v []byte) string {
	for _, c := range v {
		if c < ' ' || c > '~' {
			return cleanString(toUTF8(v))
		}
	}
	return string(bytes.TrimSpace(v))
}

// toUTF8 takes raw 8-bit text for UTF-8 (RFC 6532) or, where it is not, for
// Windows-1252, the commonest of what stood in headers before.
func toUTF8(v []byte) string {
	if utf8.Valid(v) {
		return string(v)
	}
	decoded, err := charmap.Windows1252.NewDecoder().String(string(v))
	if err != nil {
		return strings.ToValidUTF8(string(v), "")
	}
	return decoded
}

func cleanString(s string) string {
	return strings.TrimSpace(strings.Map(harmless, strings.ToValidUTF8(s, "\uFFFD")))
}

// harmless maps line breaks to a space and drops what could change the line
// around a name: C0 and C1 controls and the embeddings, overrides and isolates
// of Unicode's bidirectional algorithm (UAX 9 section 2).
func harmless(r rune) rune {
	switch {
	case r >= '\t' && r <= '\r', r == '\u0085', r == '\u2028', r == '\u2029':
		return ' '
	case r < ' ', r >= 0x7f && r <= 0x9f:
		return -1
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return -1
	}
	return r
}

// shorten cuts s to maxText bytes, between characters.
func shorten(s string) string { return shortenTo(s, maxText) }

// shortenTo cuts s to n bytes, between characters.
func shortenTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := n
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}
