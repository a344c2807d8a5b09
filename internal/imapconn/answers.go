package imapconn

import (
	"bytes"
	"net"
)

// answers hands the server's answers to the library, shortened. A FETCH of
// header fields comes back with the names of all fields in each answer (RFC
// 9051 section 6.4.5), and taking them apart letter by letter was a third of the
// work of a scan: the library gets BODY[HEADER] in their place. Nothing else is
// changed, and nothing in a literal, whatever it looks like.
type answers struct {
	net.Conn
	in      [64 << 10]byte // the library itself reads 4 KiB at a time
	out     []byte         // what the library has yet to read
	buffer  []byte         // the memory of out
	line    []byte         // the line under way
	long    bool           // the rest of the line under way is passed on as it is
	literal int            // bytes of a literal still to come
	err     error
}

// longLine is the length from which on a line is not looked at.
const longLine = 8 << 10

// longSize is how much of the end of a line the size of a literal can take up.
const longSize = 32

func (a *answers) Read(b []byte) (int, error) {
	for len(a.out) == 0 {
		if a.err != nil {
			return 0, a.err
		}
		var n int
		n, a.err = a.Conn.Read(a.in[:])
		a.out = a.buffer[:0]
		a.take(a.in[:n])
		if a.err != nil {
			a.pass(a.line)
		}
		a.buffer = a.out
	}
	n := copy(b, a.out)
	a.out = a.out[n:]
	return n, nil
}

// take passes on what was read: literals as they are, lines when they are whole.
func (a *answers) take(b []byte) {
	for len(b) > 0 {
		if a.literal > 0 {
			n := min(a.literal, len(b))
			a.pass(b[:n])
			a.literal -= n
			b = b[n:]
			continue
		}
		n := bytes.IndexByte(b, '\n') + 1
		if n == 0 {
			n = len(b)
		}
		a.line = append(a.line, b[:n]...)
		b = b[n:]
		whole := a.line[len(a.line)-1] == '\n'
		if !whole && len(a.line) < longLine {
			return
		}
		if !whole { // all but what may be the beginning of a literal's size
			rest := len(a.line) - longSize
			a.pass(a.line[:rest])
			a.line, a.long = append(a.line[:0], a.line[rest:]...), true
			continue
		}
		a.literal = literalSize(a.line)
		if !a.long {
			a.line = shortened(a.line)
		}
		a.pass(a.line)
		a.line, a.long = a.line[:0], false
	}
}

func (a *answers) pass(b []byte) { a.out = append(a.out, b...) }

// shortened takes the names of header fields out of the line of a FETCH, in place.
func shortened(line []byte) []byte {
	const before, list = "BODY[HEADER", ".FIELDS ("
	i := bytes.Index(line, []byte(before+list))
	if i < 0 || !bytes.HasPrefix(line, []byte("* ")) {
		return line
	}
	i += len(before)
	end := bytes.Index(line[i:], []byte(")]"))
	if end < 0 {
		return line
	}
	return append(line[:i], line[i+end+1:]...)
}

// literalSize gives the size of the literal that a line announces at its end
// (RFC 9051 section 4.3); 0 for none.
func literalSize(line []byte) int {
	line, ok := bytes.CutSuffix(bytes.TrimRight(line, "\r\n"), []byte("}"))
	if !ok {
		return 0
	}
	n, factor := 0, 1
	for i := len(line) - 1; i >= 0 && factor < 1e12; i-- {
		switch c := line[i]; {
		case c >= '0' && c <= '9':
			n += int(c-'0') * factor
			factor *= 10
		case c == '{':
			return n
		default:
			return 0
		}
	}
	return 0
}
