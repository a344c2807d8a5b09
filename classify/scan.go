package classify

import (
	"bytes"
	"slices"
)

const (
	maxHeader = 1 << 20   // bytes of a header that are read
	maxValue  = 128 << 10 // bytes of one field that are read
	maxName   = 40        // longer than every name in fields
)

// scanner walks over the fields of a header (RFC 5322 section 2.2). It copies
// nothing but the value asked for.
type scanner struct {
	src  []byte
	pos  int                    // start of the next line; of the body, when next says false
	stop func(line []byte) bool // says where a header ends that no blank line ends; may be nil

	ended bool // the header was there to its end: a blank line, or what stop says

	name []byte // of the current field, lower-case
	raw  []byte // its value, still folded
	low  [maxName]byte
	buf  []byte
}

// newScanner skips a byte order mark and a leading mbox "From " line.
func newScanner(src []byte) *scanner {
	s := &scanner{src: bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))}
	if mboxLine(s.src) {
		s.line()
	}
	return s
}

// mboxLine tells "From ana@example.org Mon …" from the obsolete "From : ana@example.org".
func mboxLine(src []byte) bool {
	after, ok := bytes.CutPrefix(bytes.TrimPrefix(src, []byte(">")), []byte("From "))
	return ok && !bytes.HasPrefix(bytes.TrimLeft(after, " \t"), []byte(":"))
}

// rest is what has not been read: the body, once next has said false.
func (s *scanner) rest() []byte { return s.src[s.pos:] }

// next moves to the next field. It says false at the blank line that ends the
// header, which it steps over, and at the end of what may be read.
func (s *scanner) next() bool {
	for s.pos < len(s.src) {
		if s.stop != nil && s.stop(s.rest()) {
			s.ended = true
			return false
		}
		if s.pos >= maxHeader {
			s.pos = len(s.src)
			return false
		}
		start := s.pos
		end := s.line()
		if end == start {
			s.ended = true
			return false
		}
		for s.pos < len(s.src) && s.pos < maxHeader && (s.src[s.pos] == ' ' || s.src[s.pos] == '\t') {
			end = s.line()
		}
		if s.field(s.src[start:end]) {
			return true
		}
	}
	return false
}

// line steps over one line and returns where its text ends, without LF or CRLF.
func (s *scanner) line() (end int) {
	if i := bytes.IndexByte(s.rest(), '\n'); i >= 0 {
		end = s.pos + i
		s.pos = end + 1
		if i > 0 && s.src[end-1] == '\r' {
			end--
		}
		return end
	}
	end = len(s.src)
	if end > s.pos && s.src[end-1] == '\r' {
		end--
	}
	s.pos = len(s.src)
	return end
}

// field splits name and value. It says false for lines that are no field.
func (s *scanner) field(lines []byte) bool {
	colon := bytes.IndexByte(lines, ':')
	if colon <= 0 {
		return false
	}
	name := bytes.TrimRight(lines[:colon], " \t")
	if len(name) == 0 || len(name) > maxName {
		return false
	}
	for i, c := range name {
		if c <= ' ' || c >= 0x7f {
			return false
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		s.low[i] = c
	}
	s.name, s.raw = s.low[:len(name)], lines[colon+1:]
	return true
}

// value unfolds the current field (RFC 5322 section 2.2.3) and trims it. What
// it returns holds until the next call.
func (s *scanner) value() []byte {
	v := s.raw
	if len(v) > maxValue {
		v = v[:maxValue]
	}
	if bytes.IndexByte(v, '\n') < 0 {
		return bytes.TrimSpace(v)
	}
	s.buf = slices.Grow(s.buf[:0], len(v))
	for len(v) > 0 {
		line := v
		if i := bytes.IndexByte(v, '\n'); i >= 0 {
			line, v = v[:i], v[i+1:]
		} else {
			v = nil
		}
		s.buf = append(s.buf, bytes.TrimSuffix(line, []byte("\r"))...)
	}
	return bytes.TrimSpace(s.buf)
}
