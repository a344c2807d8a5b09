package imapconn

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// statusWord gives the status responses of RFC 9051 section 7.1 in upper case.
func statusWord(word []byte) (string, bool) {
	for _, status := range []string{"OK", "NO", "BAD", "BYE", "PREAUTH"} {
		if is(word, status) {
			return status, true
		}
	}
	return "", false
}

// takeStatus passes an untagged status response. A BYE is remembered: the
// library forgets its words.
func (a *answers) takeStatus(status string, s *scan) {
	if status == "PREAUTH" {
		if !a.greeted {
			// Over plain text anybody on the way could have let us in to somebody
			// else's mail, and over TLS it is not the account that was asked for.
			a.giveUpFor(fmt.Errorf("%w: the server let anybody in (PREAUTH)", ErrTLS))
		}
		return
	}
	a.greeted = true
	a.putStatus("* ", status, s)
	if status == "BYE" {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.goodbye = strings.TrimSpace(string(a.out.text[len("* BYE"):]))
	}
}

// farewell gives the words of a BYE; ok is false when there was none.
func (a *answers) farewell() (text string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.goodbye, a.goodbye != ""
}

// takeTagged passes the end of a command. Which commands are under way the
// library knows.
func (a *answers) takeTagged(s *scan) {
	const longest = 32
	tag := s.word()
	isTag := isAtom(tag) && len(tag) <= longest && s.skip(' ')
	s.spaces()
	status, ok := statusWord(s.word())
	if !isTag || !ok || status == "BYE" || status == "PREAUTH" {
		a.giveUp("a line that is no response", s.b)
		return
	}
	if a.putFound() {
		a.putStatus(string(tag)+" ", status, s)
	}
}

// takeContinuation passes what a server says when it asks for more.
func (a *answers) takeContinuation(text []byte) {
	const longest = 64 << 10 // a challenge of SASL may be long
	a.out.string("+ ").clean(text, longest).string("\r\n")
}

// putStatus writes a status response with its code, if that can be read, and
// its text.
func (a *answers) putStatus(before, status string, s *scan) {
	const longest = 1000
	s.spaces()
	o := a.out.string(before).string(status)
	if s.skip('[') {
		if code, text, ok := bytes.Cut(s.rest(), []byte("]")); ok {
			o.code(code)
			s = &scan{b: text}
		}
	}
	o.string(" ").clean(s.rest(), longest)
	o.text = bytes.TrimRight(o.text, " ")
	o.string("\r\n")
}

// code writes a response code; those that the library reads on in only if they
// are as they ought to be.
func (o *output) code(code []byte) {
	s := scan{b: code}
	name := s.word()
	s.spaces()
	args := s.rest()
	switch {
	case !isAtom(name):
	case is(name, "CAPABILITY"):
		o.string(" [CAPABILITY").words(args).string("]")
	case !takesArguments(name):
		o.string(" [").upper(name).string("]")
	case validArguments(name, args):
		o.string(" [").upper(name).string(" ").bytes(args).string("]")
	}
}

func takesArguments(name []byte) bool {
	for _, known := range []string{"PERMANENTFLAGS", "UIDNEXT", "UIDVALIDITY", "HIGHESTMODSEQ", "APPENDUID", "COPYUID"} {
		if is(name, known) {
			return true
		}
	}
	return false
}

// validArguments checks what follows the name of a code (RFC 9051 section 7.1,
// RFC 7162 section 3.1.2).
func validArguments(name, args []byte) bool {
	const longest = 8 << 10
	words := bytes.Split(args[:min(len(args), longest)], []byte(" "))
	switch {
	case len(args) > longest:
		return false
	case is(name, "PERMANENTFLAGS"):
		flags, ok := flagList(args)
		return ok && len(flags) == len(args)
	case is(name, "HIGHESTMODSEQ"):
		_, err := strconv.ParseUint(string(args), 10, 63)
		return err == nil && args[0] != '+'
	case is(name, "COPYUID"):
		return len(words) == 3 && validID(words[0]) && validSet(words[1]) && validSet(words[2])
	case is(name, "APPENDUID"):
		return len(words) == 2 && validID(words[0]) && validID(words[1])
	}
	return validID(args) // UIDNEXT, UIDVALIDITY
}

// validID is true for a number that is not 0.
func validID(b []byte) bool {
	n, ok := number(b)
	return ok && n > 0
}

// validSet is true for a set of UIDs without *.
func validSet(b []byte) bool {
	for part := range bytes.SplitSeq(b, []byte(",")) {
		low, high, isRange := bytes.Cut(part, []byte(":"))
		if _, ok := uniqueID(low); !ok || low[0] == '0' {
			return false
		}
		if _, ok := uniqueID(high); isRange && (!ok || high[0] == '0') {
			return false
		}
	}
	return true
}

// clean writes text for people as valid UTF-8 without control characters,
// shortened. It does not begin like a code: one that has no end the library
// would read on into the next lines.
func (o *output) clean(text []byte, longest int) *output {
	const more = "…"
	short := text
	if len(text) > longest {
		short = text[:longest-len(more)]
	}
	begin := len(o.text)
	for i := 0; i < len(short); {
		r, size := utf8.DecodeRune(short[i:])
		i += size
		switch {
		case r == utf8.RuneError && size == 1:
			o.string("?")
		case len(o.text) == begin && (r == ' ' || r == '[' || unicode.IsControl(r)):
		case unicode.IsControl(r):
			o.string(" ")
		default:
			o.text = utf8.AppendRune(o.text, r)
		}
	}
	if len(short) < len(text) {
		o.string(more)
	}
	return o
}
