package classify

import (
	"bytes"
	"iter"
	"strings"
)

// contentType is what regards needs of a Content-Type field (RFC 2045 section 5).
type contentType struct {
	media    string // type/subtype, lower-case; "" when the field is missing
	boundary string // RFC 2046 section 5.1.1
	report   string // report-type of multipart/report (RFC 6522), lower-case
	method   string // of text/calendar (RFC 6047), lower-case
	charset  string // RFC 2046 section 4.1.2, lower-case
	flowed   bool   // format=flowed (RFC 3676)
	delSp    bool   // delsp=yes, likewise
}

func (c contentType) multipart() bool { return strings.HasPrefix(c.media, "multipart/") }

func readContentType(h *Header, v []byte) {
	if h.machine.content.media == "" {
		h.machine.content = parseContentType(v)
	}
}

// parseContentType is more patient than package mime: a parameter that makes no
// sense, or stands twice, costs no other.
func parseContentType(v []byte) contentType {
	var c contentType
	for s := range segments(v) {
		if c.media == "" {
			if c.media = strings.ToLower(clean(firstWord(s))); c.media == "" {
				break
			}
			continue
		}
		key, value, ok := bytes.Cut(s, []byte("="))
		if !ok {
			continue
		}
		key, value = bytes.TrimSpace(key), bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(key, []byte("boundary")):
			c.boundary = string(bytes.TrimRight(paramValue(value), " \t"))
		case bytes.EqualFold(key, []byte("report-type")):
			c.report = strings.ToLower(clean(paramValue(value)))
		case bytes.EqualFold(key, []byte("charset")):
			c.charset = strings.ToLower(clean(paramValue(value)))
		case bytes.EqualFold(key, []byte("format")):
			c.flowed = bytes.EqualFold(paramValue(value), []byte("flowed"))
		case bytes.EqualFold(key, []byte("delsp")):
			c.delSp = bytes.EqualFold(paramValue(value), []byte("yes"))
		case bytes.EqualFold(key, []byte("method")):
			c.method = strings.ToLower(clean(paramValue(value)))
		}
	}
	return c
}

// segments yields what semicolons part, but not those in quoted-strings.
func segments(v []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		start, quoted := 0, false
		for i := 0; i < len(v); i++ {
			switch {
			case v[i] == '\\' && quoted:
				i++
			case v[i] == '"':
				quoted = !quoted
			case v[i] == ';' && !quoted:
				if !yield(v[start:i]) {
					return
				}
				start = i + 1
			}
		}
		yield(v[start:])
	}
}

// firstWord cuts v at the first white space or comment.
func firstWord(v []byte) []byte {
	v = bytes.TrimSpace(v)
	if i := bytes.IndexAny(v, " \t("); i >= 0 {
		v = v[:i]
	}
	return v
}

// paramValue reads a token or a quoted-string, from the start of v.
func paramValue(v []byte) []byte {
	if len(v) == 0 || v[0] != '"' {
		return firstWordUncommented(v)
	}
	out := make([]byte, 0, len(v))
	for i := 1; i < len(v) && v[i] != '"'; i++ {
		if v[i] == '\\' && i+1 < len(v) {
			i++
		}
		out = append(out, v[i])
	}
	return out
}

// firstWordUncommented cuts at white space only: careless programs leave
// parentheses in a boundary without quotes.
func firstWordUncommented(v []byte) []byte {
	if i := bytes.IndexAny(v, " \t"); i >= 0 {
		v = v[:i]
	}
	return v
}
