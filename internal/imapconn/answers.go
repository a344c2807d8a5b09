package imapconn

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"sync"
)

// answers stands between the network and the IMAP library and hands it only
// what it can read and we can use. The library gives up a connection for an
// item that it does not know, for one bad date, one bad name; it keeps every
// word that comes in memory; and it sorts a search by inserting. So each
// response (RFC 9051 section 9) is taken apart here, literals included, and put
// together anew from the parts that passed the check. What we never ask for is
// left out. The stream is given up, with ErrGarbled, only where it cannot be
// followed any more, or where leaving something out would be taken for an answer.
//
// A response is looked at once it is there to its end: one that breaks off is
// never handed over. The guard below bounds how long that may become.
type answers struct {
	net.Conn
	fail func(error) // is told why the stream was given up

	buffer     []byte
	start, end int // what was read and has yet to be taken apart: buffer[start:end]
	looked     int // how far behind start the end of the response was looked for
	line       int // where behind start the line under way begins
	err        error
	over       bool             // the last response ended a command, or left the word to us
	tiny       [tinyBuffer]byte // what buffer is when nothing is owed to us

	out     output
	msg     message  // memory for one FETCH
	found   []uint32 // what a SEARCH under way has found
	sorted  int      // how many of them were sorted and joined
	greeted bool

	mu       sync.Mutex
	goodbye  string
	nameless []Mailbox // what LIST named in a way that cannot be used
}

// The buffer has at least smallBuffer bytes while answers come, and tinyBuffer while
// a connection waits, as most do most of the time: twenty accounts have sixty. What
// else has grown beyond largeBuffer is given back.
const (
	tinyBuffer  = 1 << 10
	smallBuffer = 64 << 10
	largeBuffer = 1 << 20
)

// buffers are those that nobody reads into now.
var buffers = sync.Pool{New: func() any { return new([smallBuffer]byte) }}

// Read gives as much as fits into b and is there.
func (a *answers) Read(b []byte) (n int, err error) {
	for n < len(b) {
		switch {
		case a.ready():
			n += a.out.read(b[n:])
		case n > 0:
			return n, nil
		case a.err != nil:
			return 0, a.err
		default:
			a.fill()
		}
	}
	return n, nil
}

// ready takes responses apart until there is something to hand over; false
// when more has to be read before.
func (a *answers) ready() bool {
	for a.out.empty() {
		response, whole := a.next()
		if !whole {
			return false
		}
		a.out.reset()
		a.take(response)
	}
	return true
}

// fill reads more. Nothing may be left in out: it refers to the buffer.
func (a *answers) fill() {
	if a.start == a.end {
		a.start, a.end = 0, 0
		if a.over || len(a.buffer) > largeBuffer {
			a.rest()
		}
	}
	if a.start > 0 && len(a.buffer)-a.end < smallBuffer/2 {
		a.end = copy(a.buffer, a.buffer[a.start:a.end])
		a.start = 0
	}
	if a.end == len(a.buffer) {
		a.grow()
	}
	n, err := a.Conn.Read(a.buffer[a.end:])
	a.end, a.err = a.end+n, err
}

// rest gives the buffer back until more comes than fits into a tiny one.
func (a *answers) rest() {
	if len(a.buffer) == smallBuffer {
		buffers.Put((*[smallBuffer]byte)(a.buffer))
	}
	a.buffer = a.tiny[:]
}

// grow makes room behind what was read. A literal tells how much is to come.
func (a *answers) grow() {
	var larger []byte
	if a.looked < smallBuffer && a.end < smallBuffer {
		larger = buffers.Get().(*[smallBuffer]byte)[:]
	} else {
		larger = make([]byte, max(2*len(a.buffer), min(a.looked, commandBudget)+smallBuffer))
	}
	copy(larger, a.buffer)
	a.buffer = larger
}

// next gives the next response when it is there to its end: its lines, and the
// literals that they announce. It goes on where it stopped the last time.
func (a *answers) next() (response []byte, whole bool) {
	have := a.buffer[a.start:a.end]
	for a.looked < len(have) {
		i := bytes.IndexByte(have[a.looked:], '\n')
		if i < 0 {
			a.looked = len(have)
			break
		}
		end := a.looked + i + 1
		size, announced := literalSize(have[a.line:end])
		// What was decided at the first line holds to the end: to decide at each
		// literal would take the square of their number.
		if !announced || a.line == 0 && !mayHoldLiterals(have) {
			a.start, a.looked, a.line = a.start+end, 0, 0
			return have[:end], true
		}
		if size > commandBudget {
			a.giveUp(fmt.Sprintf("a literal of more than %d bytes", commandBudget), have[a.line:end])
			return nil, false
		}
		a.line = end + int(size)
		a.looked = a.line
	}
	return nil, false
}

// giveUp ends the stream: it cannot be followed any more.
func (a *answers) giveUp(reason string, response []byte) {
	a.giveUpFor(fmt.Errorf("%w: %s: %q", ErrGarbled, reason, excerpt(response)))
}

func (a *answers) giveUpFor(err error) {
	a.err = err
	a.start, a.end, a.looked, a.line = 0, 0, 0, 0
	a.fail(err)
}

// excerpt is the beginning of a response, for an error.
func excerpt(response []byte) []byte {
	const enough = 80
	response = bytes.TrimRight(response, "\r\n")
	if len(response) > enough {
		return append(slices.Clip(response[:enough]), "…"...)
	}
	return response
}

// mayHoldLiterals is false for responses that end in text for people, which may
// look like anything (RFC 9051 section 7.1), and for what is no data.
func mayHoldLiterals(response []byte) bool {
	s := scan{b: response}
	if !s.skip('*') {
		return false
	}
	s.spaces()
	_, isStatus := statusWord(s.word())
	return !isStatus
}

// literalSize gives the size of the literal that a line announces at its end
// (RFC 9051 section 4.3), in the forms that scan.literal reads. One too large to
// be written down is as large as can be.
func literalSize(line []byte) (size int64, announced bool) {
	line, ok := bytes.CutSuffix(trimEnd(line), []byte("}"))
	if !ok {
		return 0, false
	}
	line, _ = bytes.CutSuffix(line, []byte("+"))
	digits := len(line)
	for digits > 0 && '0' <= line[digits-1] && line[digits-1] <= '9' {
		digits--
	}
	if digits == 0 || digits == len(line) || line[digits-1] != '{' {
		return 0, false
	}
	for _, c := range line[digits:] {
		size = min(10*size+int64(c-'0'), commandBudget+1)
	}
	return size, true
}

// take puts together what is handed over of one response.
func (a *answers) take(response []byte) {
	line := trimEnd(response)
	s := scan{b: line}
	a.over = len(line) > 0 && line[0] != '*'
	switch {
	case len(line) == 0:
		// Some servers are generous with line ends.
	case s.skip('*'):
		a.takeUntagged(&s)
	case s.skip('+'):
		s.spaces()
		a.takeContinuation(s.rest())
	default:
		a.takeTagged(&s)
	}
}

// takeUntagged passes what is known and drops the rest (RFC 9051 section 2.2.2
// wants clients to be ready for any response at any time).
func (a *answers) takeUntagged(s *scan) {
	s.spaces()
	word := s.word()
	if status, ok := statusWord(word); ok {
		a.takeStatus(status, s)
		return
	}
	a.greeted = true
	s.spaces()
	if n, ok := number(word); ok {
		a.takeNumbered(n, s)
		return
	}
	switch {
	case is(word, "LIST"):
		a.takeList(s)
	case is(word, "STATUS"):
		a.takeMailboxStatus(s)
	case is(word, "SEARCH"):
		a.takeSearch(s)
	case is(word, "ESEARCH"):
		a.takeESearch(s)
	case is(word, "CAPABILITY"), is(word, "ENABLED"):
		a.out.string("* ").upper(word).words(s.rest()).string("\r\n")
	case is(word, "FLAGS"):
		if flags, ok := flagList(s.rest()); ok {
			a.out.string("* FLAGS ").bytes(flags).string("\r\n")
		}
	}
}

// takeNumbered passes what is said of a message or of their number.
func (a *answers) takeNumbered(n uint32, s *scan) {
	switch word := s.word(); {
	case is(word, "FETCH") && n > 0:
		s.spaces()
		a.takeFetch(n, s)
	case is(word, "EXISTS"), is(word, "EXPUNGE") && n > 0:
		a.out.string("* ").number(n).string(" ").upper(word).string("\r\n")
	}
}
