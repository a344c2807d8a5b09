package imapconn

import (
	"bytes"
	"slices"
	"strings"
)

// listAttributes are the mailbox attributes that mean something to us.
var listAttributes = []string{`\NOSELECT`, `\NONEXISTENT`, `\DRAFTS`, `\SENT`, `\TRASH`, `\JUNK`, `\ALL`, `\FLAGGED`, `\IMPORTANT`}

// takeList passes a LIST (RFC 9051 section 7.3.1) without its extended data. A
// mailbox whose name or line cannot be read must not be left out, or it would
// count as gone; it is kept for Mailboxes, which tells of the problem.
func (a *answers) takeList(s *scan) {
	begin := s.at
	attrs, ok := s.value()
	s.spaces()
	delimiter, hasDelimiter := s.value()
	s.spaces()
	v, hasName := s.astring()
	if !ok || attrs.kind != listValue || !hasDelimiter || !hasName || !s.onlyExtended() {
		a.keepNameless(s.b[begin:], "the server's line about it cannot be read")
		return
	}
	name, _ := v.bytes()
	known := knownAttributes(attrs.text)
	if why := invalidName(name); why != "" {
		if !slices.Contains(known, `\NOSELECT`) && !slices.Contains(known, `\NONEXISTENT`) {
			a.keepNameless(name, "its name is not valid (RFC 3501 section 5.1.3): "+why)
		}
		return
	}
	o := a.out.string("* LIST (").string(strings.Join(known, " ")).string(") ")
	if sign, _ := delimiter.bytes(); delimiter.kind == quotedValue && len(sign) == 1 && ' ' < sign[0] && sign[0] < 0x7f {
		o.quoted(sign)
	} else {
		o.string("NIL")
	}
	o.string(" ").quoted(name).string("\r\n")
}

// knownAttributes gives those attributes of a list that we know, each once.
func knownAttributes(text []byte) (known []string) {
	for word := range bytes.FieldsSeq(text) {
		for _, attr := range listAttributes {
			if is(word, attr) && !slices.Contains(known, attr) {
				known = append(known, attr)
			}
		}
	}
	return known
}

// astring gives a name: an atom, in which brackets are allowed, or a string.
func (s *scan) astring() (value, bool) {
	v, ok := s.value()
	return v, ok && v.kind != listValue
}

// onlyExtended is true when nothing follows but the extended data of a LIST, a
// list: after anything else the name before it may be half a name.
func (s *scan) onlyExtended() bool {
	if s.spaces(); !s.done() {
		v, ok := s.value()
		s.spaces()
		return ok && v.kind == listValue && s.done()
	}
	return true
}

// takeMailboxStatus passes the parts of a STATUS (RFC 9051 section 7.3.3) that
// Mailboxes asks for. What is garbled is left out: whoever opens the mailbox
// learns it anew.
func (a *answers) takeMailboxStatus(s *scan) {
	v, ok := s.astring()
	s.spaces()
	items, hasItems := s.value()
	name, _ := v.bytes()
	if !ok || invalidName(name) != "" {
		return
	}
	o := a.out.string("* STATUS ").quoted(name).string(" (")
	if hasItems && items.kind == listValue {
		o.statusItems(items.text)
	}
	o.string(")\r\n")
}

func (o *output) statusItems(text []byte) {
	between := ""
	for s := (scan{b: text}); ; {
		s.spaces()
		name := s.word()
		s.spaces()
		v, ok := s.value()
		if !ok {
			return
		}
		n, isNumber := number(v.text)
		if isNumber && (is(name, "MESSAGES") || n > 0 && (is(name, "UIDNEXT") || is(name, "UIDVALIDITY"))) {
			o.string(between).upper(name).string(" ").number(n)
			between = " "
		}
	}
}

// keepNameless keeps a mailbox that cannot be used, with the reason.
func (a *answers) keepNameless(name []byte, problem string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.nameless) < mailboxesLimit {
		a.nameless = append(a.nameless, Mailbox{Name: printable(name), Problem: problem})
	}
}

// takeNameless gives what was kept since the last call.
func (a *answers) takeNameless() []Mailbox {
	a.mu.Lock()
	defer a.mu.Unlock()
	kept := a.nameless
	a.nameless = nil
	return kept
}
