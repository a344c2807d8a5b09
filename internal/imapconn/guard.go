package imapconn

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// errBudget means that a server sent more than any honest answer needs.
var errBudget = errors.New("the server sent too much")

// guard stands between the IMAP library and the network. The library clears its
// read deadline after every response and reads strings of any length, so a
// server that falls silent or never ends its line would hold it for ever: guard
// keeps a deadline of its own for each command, and bounds the bytes of a
// command and of a line. It counts what passes.
type guard struct {
	net.Conn
	counters *Counters

	mu       sync.Mutex
	deadline time.Time // of the command under way; zero: none

	budget atomic.Int64 // bytes that the command under way may still read
	line   int          // bytes since the last line feed; the reading goroutine's own
	wrote  atomic.Bool  // something was sent since the last byte was read
	failed atomic.Pointer[error]
	prefix []byte // what is read before the connection's own bytes
}

// Counters count what passed over the connections that share them.
type Counters struct {
	RoundTrips atomic.Int64 // times that an answer was waited for
	BytesIn    atomic.Int64
}

// lineLimit bounds a line of an answer. Header literals count as lines, too: no
// field that means anything is longer.
const lineLimit = 4 << 20

// Read counts, and fails once the budget is used up.
func (g *guard) Read(b []byte) (int, error) {
	if len(g.prefix) > 0 {
		n := copy(b, g.prefix)
		g.prefix = g.prefix[n:]
		return n, nil
	}
	n, err := g.Conn.Read(b)
	if n > 0 && g.wrote.Swap(false) {
		g.counters.RoundTrips.Add(1)
	}
	g.counters.BytesIn.Add(int64(n))
	if err == nil {
		err = g.charge(b[:n])
	}
	if err != nil {
		g.failed.CompareAndSwap(nil, &err)
	}
	return n, err
}

// charge takes what was read off the budget of the command and of the line.
func (g *guard) charge(b []byte) error {
	if g.budget.Add(-int64(len(b))) < 0 {
		return fmt.Errorf("%w in one answer", errBudget)
	}
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == '\n' {
			g.line = len(b) - 1 - i
			return nil
		}
	}
	if g.line += len(b); g.line > lineLimit {
		return fmt.Errorf("%w in one line", errBudget)
	}
	return nil
}

func (g *guard) Write(b []byte) (int, error) {
	g.wrote.Store(true)
	n, err := g.Conn.Write(b)
	if err != nil {
		g.failed.CompareAndSwap(nil, &err)
	}
	return n, err
}

// begin gives the next command its deadline and its budget.
func (g *guard) begin(deadline time.Time, budget int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.deadline = deadline
	g.budget.Store(budget)
	return g.Conn.SetDeadline(deadline)
}

// The library sets deadlines that suit it; those of the command hold.
func (g *guard) SetDeadline(time.Time) error      { return nil }
func (g *guard) SetReadDeadline(time.Time) error  { return nil }
func (g *guard) SetWriteDeadline(time.Time) error { return nil }

// cause gives the first error of the connection itself: it tells more than the
// library's words for what followed from it.
func (g *guard) cause() error {
	if p := g.failed.Load(); p != nil {
		return *p
	}
	return nil
}
