package addressbook

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// decodeFile takes the byte order mark off a file and turns UTF-16 into UTF-8.
// UTF-16 without a mark shows in the zero byte beside its first letter. Other
// bytes stay as they are: their encoding is a matter of each line.
func decodeFile(data []byte) (string, error) {
	const big, little = unicode.BigEndian, unicode.LittleEndian
	switch has := func(mark string) bool { return bytes.HasPrefix(data, []byte(mark)) }; {
	case has("\xef\xbb\xbf"):
		return string(data[3:]), nil
	case has("\xff\xfe"):
		return decodeUTF16(data[2:], little)
	case has("\xfe\xff"):
		return decodeUTF16(data[2:], big)
	case len(data) > 1 && data[0] != 0 && data[1] == 0:
		return decodeUTF16(data, little)
	case len(data) > 1 && data[0] == 0 && data[1] != 0:
		return decodeUTF16(data, big)
	}
	return string(data), nil
}

func decodeUTF16(data []byte, order unicode.Endianness) (string, error) {
	text, err := unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder().Bytes(data)
	if err != nil {
		return "", fmt.Errorf("the file looks like UTF-16 and is not; save it as UTF-8: %w", err)
	}
	return string(text), nil
}

// toUTF8 takes text for UTF-8 or, where it is not, for Windows-1252: what
// spreadsheets and phones wrote before, and in part still do.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	decoded, err := charmap.Windows1252.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return decoded
}

// decodeCharset decodes text in a charset that has a name, as the WHATWG
// Encoding Standard understands the names: "us-ascii" and "iso-8859-1" are
// Windows-1252 there, which is what programs mean by them.
func decodeCharset(s, name string) (string, error) {
	charset, err := htmlindex.Get(name)
	if err != nil {
		return "", fmt.Errorf("the charset %s is unknown", quote(name))
	}
	decoded, err := charset.NewDecoder().String(s)
	if err != nil || strings.ContainsRune(decoded, utf8.RuneError) {
		return "", fmt.Errorf("it holds bytes that are not %s", quote(name))
	}
	return decoded, nil
}

// lines gives the lines of a text. A copy of it is a place to come back to.
type lines struct {
	text  string
	start int // of the line given last
	pos   int // of the line that comes next
	n     int // the number of the line given last, from 1
}

// next gives the next line without its end, which is CR LF, LF, CR, or the
// CR CR LF of files that were once copied in a text mode too many.
func (l *lines) next() (line string, ok bool) {
	if l.pos >= len(l.text) {
		return "", false
	}
	l.start = l.pos
	l.n++
	rest := l.text[l.start:]
	end := strings.IndexAny(rest, "\r\n")
	if end < 0 {
		l.pos = len(l.text)
		return rest, true
	}
	size := 1
	for _, long := range []string{"\r\r\n", "\r\n"} {
		if strings.HasPrefix(rest[end:], long) {
			size = len(long)
			break
		}
	}
	l.pos = l.start + end + size
	return rest[:end], true
}

// nextText gives the next line that is not blank.
func (l *lines) nextText() (line string, ok bool) {
	for {
		line, ok = l.next()
		if !ok || strings.TrimSpace(line) != "" {
			return line, ok
		}
	}
}

// firstLine is the first line that is not blank, or "".
func firstLine(text string) string {
	l := lines{text: text}
	line, _ := l.nextText()
	return strings.TrimSpace(line)
}

// shown is how much of a text an error shows, in bytes.
const shown = 100

// cutText splits s between characters, the first part short enough to show.
func cutText(s string) (first, rest string) {
	if len(s) <= shown {
		return s, ""
	}
	cut := shown
	for cut > 1 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut], s[cut:]
}

// quote shows a text in an error, shortened.
func quote(s string) string {
	first, rest := cutText(s)
	if rest != "" {
		first += "…"
	}
	return strconv.Quote(first)
}
