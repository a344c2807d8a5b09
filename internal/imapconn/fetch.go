package imapconn

import (
	"bytes"
	"time"
)

// message is what a FETCH says of a message, as far as we use it.
type message struct {
	uid    uint32
	flags  bool // they were told
	draft  bool
	date   []byte
	bodied bool // there was a BODY[…]
	bodies []body
}

// body is one BODY[…]. Its content stands in the buffer.
type body struct {
	section, partial []byte
	content          []byte
	none             bool // NIL
}

// bodiesLimit bounds the parts of one message in one answer: we ask for one.
const bodiesLimit = 8

// takeFetch passes UID, \Draft, INTERNALDATE and BODY[…] of a FETCH (RFC 9051
// section 7.5.2), the UID first, since the library has to know it before a
// literal. A response that cannot be read to its end passes as its UID alone, so
// that it is seen that something is missing; if there is not even that, the
// stream is given up: a message of which nothing is heard counts as gone. So it is
// for a body that belongs to nobody.
func (a *answers) takeFetch(seq uint32, s *scan) {
	m := &a.msg
	whole := m.read(s)
	switch {
	case m.uid != 0 && whole:
		a.putFetch(seq, m)
	case m.uid != 0:
		a.putFetch(seq, &message{uid: m.uid})
	case !whole:
		a.giveUp("a FETCH", s.b)
	case m.bodied:
		a.giveUp("a FETCH without a UID", s.b)
	}
	// Without either it is news of flags, which nobody asked for.
	clear(m.bodies) // they would keep the buffer
	*m = message{bodies: m.bodies[:0]}
}

// read reads the items up to the end of the list; false when it cannot.
func (m *message) read(s *scan) bool {
	if !s.skip('(') {
		return false
	}
	for {
		if s.spaces(); s.skip(')') {
			return true
		}
		if !m.readItem(s) {
			return false
		}
	}
}

// readItem reads one item with its value. Of an item that comes twice the
// first holds.
func (m *message) readItem(s *scan) bool {
	name := s.word()
	if len(name) == 0 {
		return false
	}
	var section, partial []byte
	bracket := s.skip('[')
	if bracket {
		var ok bool
		if section, ok = s.section(); !ok {
			return false
		}
		partial = s.partial()
	}
	s.spaces()
	v, ok := s.value()
	if !ok {
		return false
	}
	switch {
	case bracket && is(name, "BODY"):
		m.addBody(section, partial, v)
	case bracket:
	case is(name, "UID") && m.uid == 0:
		m.uid, ok = uniqueID(v.text)
	case is(name, "FLAGS") && !m.flags:
		m.flags, m.draft = true, hasDraft(v)
	case is(name, "INTERNALDATE") && m.date == nil:
		m.date = date(v)
	}
	return ok
}

// addBody takes a body whose section the library can read.
func (m *message) addBody(section, partial []byte, v value) {
	m.bodied = true
	section, ok := shortSection(section)
	if !ok || !validPartial(partial) || len(m.bodies) == bodiesLimit {
		return
	}
	for _, other := range m.bodies {
		if bytes.EqualFold(other.section, section) && bytes.Equal(other.partial, partial) {
			return
		}
	}
	b := body{section: section, partial: partial, none: v.isNIL()}
	if !b.none {
		if b.content, ok = v.bytes(); !ok || v.kind == atomValue {
			return
		}
	}
	m.bodies = append(m.bodies, b)
}

// hasDraft finds \Draft in a list of flags.
func hasDraft(v value) bool {
	if v.kind != listValue {
		return false
	}
	for text := v.text; len(text) > 0; {
		flag, rest, _ := bytes.Cut(text, []byte(" "))
		if is(flag, `\DRAFT`) {
			return true
		}
		text = rest
	}
	return false
}

// date gives a date-time that the library can read, or nothing.
func date(v value) []byte {
	const layout, length = "_2-Jan-2006 15:04:05 -0700", 26
	text, ok := v.bytes()
	if !ok || len(text) != length {
		return nil
	}
	t, err := time.Parse(layout, string(text))
	if err != nil || t.IsZero() {
		return nil
	}
	return text
}

// shortSection takes the names of header fields out of a section: taking them
// apart letter by letter was a third of the library's work in a scan. It is
// false for a section that does not exist (RFC 9051 section 6.4.5).
func shortSection(section []byte) ([]byte, bool) {
	if i := bytes.IndexByte(section, ' '); i >= 0 {
		section = section[:i]
	}
	i := 0
	for i < len(section) && ('0' <= section[i] && section[i] <= '9' || section[i] == '.') {
		i++
	}
	name := section[i:]
	for _, fields := range []string{"HEADER.FIELDS", "HEADER.FIELDS.NOT"} {
		if is(name, fields) {
			name = name[:len("HEADER")]
		}
	}
	known := len(name) == 0 || is(name, "HEADER") || is(name, "TEXT") || is(name, "MIME")
	return section[:i+len(name)], known && validPart(section[:i], len(name) > 0)
}

// validPart checks the numbers of a part; a name follows the last dot.
func validPart(part []byte, named bool) bool {
	if len(part) == 0 {
		return true
	}
	if named {
		var dot bool
		if part, dot = bytes.CutSuffix(part, []byte(".")); !dot {
			return false
		}
	}
	for len(part) > 0 {
		digits, rest, more := bytes.Cut(part, []byte("."))
		if len(digits) == 0 || len(digits) > 9 || more && len(rest) == 0 {
			return false
		}
		part = rest
	}
	return true
}

func validPartial(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	inner, ok := bytes.CutPrefix(b, []byte("<"))
	inner, closed := bytes.CutSuffix(inner, []byte(">"))
	_, isNumber := number(inner)
	return ok && closed && isNumber
}

// putFetch writes a FETCH.
func (a *answers) putFetch(seq uint32, m *message) {
	o := a.out.string("* ").number(seq).string(" FETCH (UID ").number(m.uid)
	switch {
	case m.draft:
		o.string(` FLAGS (\Draft)`)
	case m.flags:
		o.string(" FLAGS ()")
	}
	if m.date != nil {
		o.string(` INTERNALDATE "`).bytes(m.date).string(`"`)
	}
	for _, b := range m.bodies {
		o.string(" BODY[").upper(b.section).string("]").bytes(b.partial).string(" ")
		if b.none {
			o.string("NIL")
		} else {
			o.literal(b.content)
		}
	}
	o.string(")\r\n")
}
