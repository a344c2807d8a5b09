package imapconn

import (
	"bytes"
	"errors"
	"fmt"
	"net"
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

	budget atomic.Int64 // bytes that the command under way may still read
	wrote  atomic.Bool  // something was sent since the last byte was read
	failed atomic.Pointer[error]

	// The reading goroutine's own:
	prefix []byte // what is read before the connection's own bytes
	line   int    // bytes since the last line feed
	spent  error  // a bound was passed
}

// Counters count what passed over the connections that share them.
type Counters struct {
	RoundTrips atomic.Int64 // times that an answer was waited for
	BytesIn    atomic.Int64
}

// lineLimit bounds a line of an answer. Header literals count as lines, too: no
// field that means anything is longer.
const lineLimit = 4 << 20

// Read counts, and fails once a bound is passed: from then on always, and
// without a byte, since the library overlooks an error here and there and reads on.
func (g *guard) Read(b []byte) (int, error) {
	if len(g.prefix) > 0 {
		n := copy(b, g.prefix)
		g.prefix = g.prefix[n:]
		return n, nil
	}
	if g.spent != nil {
		return 0, g.spent
	}
	n, err := g.Conn.Read(b)
	if n > 0 && g.wrote.Swap(false) {
		g.counters.RoundTrips.Add(1)
	}
	g.counters.BytesIn.Add(int64(n))
	if g.spent = g.charge(b[:n]); g.spent != nil {
		n, err = 0, g.spent
	}
	if err != nil {
		g.fail(err)
	}
	return n, err
}

// charge takes what was read off the budget of the command and of the line.
func (g *guard) charge(b []byte) error {
	if g.budget.Add(-int64(len(b))) < 0 {
		return fmt.Errorf("%w in one answer", errBudget)
	}
	if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
		g.line = len(b) - 1 - i
	} else if g.line += len(b); g.line > lineLimit {
		return fmt.Errorf("%w in one line", errBudget)
	}
	return nil
}

func (g *guard) Write(b []byte) (int, error) {
	g.wrote.Store(true)
	n, err := g.Conn.Write(b)
	if err != nil {
		g.fail(err)
	}
	return n, err
}

// fail remembers why the connection is of no use; the first reason holds.
func (g *guard) fail(err error) { g.failed.CompareAndSwap(nil, &err) }

// begin gives the next command its deadline and its budget.
func (g *guard) begin(deadline time.Time, budget int64) error {
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
