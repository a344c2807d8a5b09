package mailsim

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Ports are taken from below the range that systems use for outgoing
// connections, so that none of those can grab the port of a stopped server.
const (
	minPort   = 10000
	blocks    = 22
	blockSize = 1000
)

// lastPort counts through the ports of this process, so that no server of its own grabs
// a stopped one's port either.
var lastPort atomic.Uint32

// ownBlock gives the first port of the block that this process has for itself: its
// servers stop and start, and the port of one that is stopped is free for whoever asks.
// The block is held by a listener on that port, as long as the process lives. When all
// are taken, some are shared.
var ownBlock = sync.OnceValues(func() (first int, holder net.Listener) {
	order := rand.Perm(blocks)
	for _, block := range order {
		first = minPort + block*blockSize
		if holder, err := net.Listen("tcp", address(first)); err == nil {
			return first, holder
		}
	}
	return minPort + order[0]*blockSize, nil
})

func nextPort() int {
	first, _ := ownBlock()
	return first + 1 + int(lastPort.Add(1)%(blockSize-1))
}

// startTimeout is how long a server may take to come up, including the wait
// for its port to become free. Nothing waits for its end but what has failed.
const startTimeout = time.Minute

// listener accepts connections and can cut all of them. It can be closed and
// opened again on the same port.
type listener struct {
	wrap func(net.Conn) net.Conn // applied to each connection; may be nil

	port  int
	conns sync.WaitGroup // connections that their handlers still hold

	mu    sync.Mutex
	inner net.Listener // nil: closed
	live  map[*trackedConn]struct{}
}

// trackedConn tells its listener when its handler is done with it.
type trackedConn struct {
	net.Conn
	once   sync.Once
	closed func()
}

func (c *trackedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.closed)
	return err
}

// newListener opens a listener on a free port.
func newListener(wrap func(net.Conn) net.Conn) (*listener, error) {
	l := &listener{wrap: wrap, live: make(map[*trackedConn]struct{})}
	var err error
	for range 100 {
		l.port = nextPort()
		if err = l.open(); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("no free port on %s from %d on: %w", loopback, l.port, err)
}

func address(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

// open listens, if the listener isn't open already.
func (l *listener) open() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inner != nil {
		return nil
	}
	inner, err := net.Listen("tcp", address(l.port))
	if err != nil {
		return err
	}
	l.inner = inner
	return nil
}

// reopen is open for a port that was in use a moment ago. A child process that
// is just being started holds copies of all sockets of this process until it
// executes its program, also of those that were closed since.
func (l *listener) reopen() error {
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(10 * time.Millisecond) {
		if err := l.open(); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// Accept implements net.Listener. After Close it returns net.ErrClosed, which
// ends the accept loops of both server libraries.
func (l *listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	inner := l.inner
	l.mu.Unlock()
	if inner == nil {
		return nil, net.ErrClosed
	}
	conn, err := inner.Accept()
	if err != nil {
		return nil, err
	}
	tracked, ok := l.track(conn, inner)
	if !ok {
		conn.Close()
		return nil, net.ErrClosed
	}
	if l.wrap != nil {
		return l.wrap(tracked), nil
	}
	return tracked, nil
}

// track registers a connection, unless the listener was closed meanwhile: such
// a connection would outlive Close.
func (l *listener) track(conn net.Conn, inner net.Listener) (*trackedConn, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inner != inner {
		return nil, false
	}
	tracked := &trackedConn{Conn: conn}
	tracked.closed = func() {
		l.mu.Lock()
		delete(l.live, tracked)
		l.mu.Unlock()
		l.conns.Done()
	}
	l.live[tracked] = struct{}{}
	l.conns.Add(1)
	return tracked, true
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr {
	return &net.TCPAddr{IP: net.ParseIP(loopback), Port: l.port}
}

// Close stops listening and cuts all connections. When it returns, their
// handlers are done: nothing more happens to the mail.
func (l *listener) Close() error {
	l.mu.Lock()
	inner := l.inner
	l.inner = nil
	l.mu.Unlock()
	var err error
	if inner != nil {
		err = inner.Close()
	}
	l.drop()
	l.conns.Wait()
	return err
}

// drop cuts all connections under their handlers.
func (l *listener) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.live {
		conn.Conn.Close()
	}
}
