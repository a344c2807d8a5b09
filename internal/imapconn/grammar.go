package imapconn

import "bytes"

// scan goes through one response, whose literals are there to their ends. It
// never descends: lists in lists are counted, not called for.
type scan struct {
	b  []byte
	at int
}

// kind is what a value is (RFC 9051 section 4).
type kind byte

const (
	atomValue kind = iota
	quotedValue
	literalValue
	listValue
)

// value is a value with what stands between its delimiters; a quoted string
// still has its backslashes.
type value struct {
	kind kind
	text []byte
}

func (s *scan) rest() []byte { return s.b[s.at:] }
func (s *scan) done() bool   { return s.at == len(s.b) }

// skip steps over a byte, if it is the next.
func (s *scan) skip(c byte) bool {
	if s.at < len(s.b) && s.b[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scan) spaces() {
	for s.skip(' ') {
	}
}

// word gives what comes before the next space, bracket or quotation mark;
// perhaps nothing.
func (s *scan) word() []byte {
	begin := s.at
	for s.at < len(s.b) && s.b[s.at] > ' ' && !isSpecial[s.b[s.at]] {
		s.at++
	}
	return s.b[begin:s.at]
}

// isSpecial holds the characters that end a word; the table saves a third of
// the time that the comparisons took.
var isSpecial = [256]bool{'(': true, ')': true, '[': true, ']': true, '<': true, '>': true, '{': true, '"': true}

// value gives the next value of any kind. It is false when there is none, or
// none that ends.
func (s *scan) value() (v value, ok bool) {
	if s.done() {
		return v, false
	}
	begin := s.at
	switch c := s.b[s.at]; {
	case c == '"':
		ok = s.toQuote()
		v = value{quotedValue, s.b[begin+1 : max(s.at-1, begin+1)]}
	case c == '(':
		ok = s.toParen()
		v = value{listValue, s.b[begin+1 : max(s.at-1, begin+1)]}
	case c == '{', c == '~' && begin+1 < len(s.b) && s.b[begin+1] == '{':
		s.skip('~') // literal8 of RFC 3516
		v.kind = literalValue
		v.text, ok = s.literal()
	default:
		for s.at < len(s.b) && s.b[s.at] != ' ' && s.b[s.at] != '(' && s.b[s.at] != ')' {
			s.at++
		}
		v.text = s.b[begin:s.at]
		ok = len(v.text) > 0
	}
	return v, ok
}

// toQuote goes behind the quotation mark that ends the string beginning here.
func (s *scan) toQuote() bool {
	for s.at++; s.at < len(s.b); s.at++ {
		switch s.b[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			return true
		}
	}
	s.at = len(s.b)
	return false
}

// toParen goes behind the parenthesis that ends the list beginning here,
// however deep the lists in it are.
func (s *scan) toParen() bool {
	for depth := 0; s.at < len(s.b); {
		switch s.b[s.at] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				s.at++
				return true
			}
		case '"':
			if !s.toQuote() {
				return false
			}
			continue
		case '{':
			if _, ok := s.literal(); ok {
				continue
			}
		}
		s.at++
	}
	return false
}

// literal gives the content of the literal beginning here and goes behind it.
// If there is none it stays.
func (s *scan) literal() (content []byte, ok bool) {
	at, size := s.at+1, 0
	for at < len(s.b) && '0' <= s.b[at] && s.b[at] <= '9' && size <= commandBudget {
		size = 10*size + int(s.b[at]-'0')
		at++
	}
	if at == s.at+1 {
		return nil, false
	}
	for _, c := range []byte("+}\r\n") {
		if at < len(s.b) && s.b[at] == c {
			at++
		} else if c == '}' || c == '\n' {
			return nil, false
		}
	}
	if size > len(s.b)-at {
		return nil, false
	}
	s.at = at + size
	return s.b[at:s.at], true
}

// section gives what stands between the brackets of BODY[…], in which names of
// header fields may come in any form.
func (s *scan) section() (content []byte, ok bool) {
	plain, _, ok := bytes.Cut(s.rest(), []byte("]"))
	if ok && bytes.Count(plain, []byte(`"`))%2 == 0 && bytes.IndexByte(plain, '\\') < 0 && bytes.IndexByte(plain, '{') < 0 {
		s.at += len(plain) + 1 // as each header of a scan comes
		return plain, true
	}
	for begin := s.at; s.at < len(s.b); {
		switch s.b[s.at] {
		case ']':
			s.at++
			return s.b[begin : s.at-1], true
		case '"':
			if !s.toQuote() {
				return nil, false
			}
			continue
		case '{':
			if _, ok := s.literal(); ok {
				continue
			}
		}
		s.at++
	}
	return nil, false
}

// partial gives the origin of a part of a body with its brackets, <0>; it may
// be missing.
func (s *scan) partial() []byte {
	begin := s.at
	if s.skip('<') {
		s.word()
		s.skip('>')
	}
	return s.b[begin:s.at]
}

// bytes gives what a string is about; ok is false for a list.
func (v value) bytes() (b []byte, ok bool) {
	if v.kind != quotedValue || bytes.IndexByte(v.text, '\\') < 0 {
		return v.text, v.kind != listValue
	}
	for i := 0; i < len(v.text); i++ {
		if v.text[i] == '\\' && i+1 < len(v.text) {
			i++
		}
		b = append(b, v.text[i])
	}
	return b, true
}

func (v value) isNIL() bool { return v.kind == atomValue && is(v.text, "NIL") }

// is compares without regard to case; word is in upper case.
func is(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i := range b {
		if upper(b[i]) != word[i] {
			return false
		}
	}
	return true
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// isAtom is true for what the library reads as an atom.
func isAtom(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || bytes.IndexByte([]byte(`(){%*"\]`), c) >= 0 {
			return false
		}
	}
	return len(b) > 0
}

// number reads a number of 32 bits.
func number(b []byte) (uint32, bool) {
	if len(b) == 0 || len(b) > 10 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + uint64(c-'0')
	}
	return uint32(n), n <= 1<<32-1
}

// lastUID is the largest UID that a message can have: UIDNEXT has to fit above
// it. Counting up to 2^32-1 in 32 bits never ends, either.
const lastUID = 1<<32 - 2

// uniqueID reads a UID; 0 if it is none.
func uniqueID(b []byte) (uint32, bool) {
	n, ok := number(b)
	if !ok || n == 0 || n > lastUID {
		return 0, false
	}
	return n, true
}

// flagList checks a list of flags, which is given with its parentheses.
func flagList(b []byte) ([]byte, bool) {
	s := scan{b: b}
	v, ok := s.value()
	if !ok || v.kind != listValue || len(v.text) > wordsLimit {
		return nil, false
	}
	for i, flag := range bytes.Split(v.text, []byte(" ")) {
		if name := bytes.TrimPrefix(flag, []byte(`\`)); !isAtom(name) && string(flag) != `\*` && (i > 0 || len(v.text) > 0) {
			return nil, false
		}
	}
	return b[:s.at], true
}

// trimEnd cuts the end of a line.
func trimEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}
