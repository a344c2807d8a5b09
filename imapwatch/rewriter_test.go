package imapwatch

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regards/internal/mailsim"
)

// rewriter stands between a client and a server and changes the lines that pass.
type rewriter struct {
	listener net.Listener
	working  sync.WaitGroup

	mu     sync.Mutex
	server func(line string) string // changes what the server sends; line ends are included
	client func(line string) string
	each   func() (server, client func(line string) string) // makes those of one connection, if not nil
	conns  map[net.Conn]bool
	dials  int
	awaits map[string]*awaiting // by the address of the client; see account
}

// What an edit puts at the end of a line after which the connection ends, or
// nothing more is said; any other of the misdeeds can stand there as well.
const (
	cut  = "\x00cut"
	mute = "\x00mute"
)

// newRewriter starts one before s. Either function may be nil; one runs at a time.
func newRewriter(t testing.TB, s *mailsim.Server, server, client func(string) string) *rewriter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	r := &rewriter{listener: l, server: server, client: client, conns: map[net.Conn]bool{}, awaits: map[string]*awaiting{}}
	r.working.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r.working.Go(func() { r.serve(conn, s.IMAPAddr()) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		r.mu.Lock()
		for conn := range r.conns {
			conn.Close()
		}
		r.mu.Unlock()
		r.working.Wait()
	})
	return r
}

// account is the account of a server's user, for whom the time of a command is over as
// soon as the server falls silent: no test has to wait for that, nor to guess how long
// an honest answer takes.
func (r *rewriter) account(s *mailsim.Server) Account {
	a := account(s, r.Port())
	a.Server.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		c := &awaiting{Conn: conn}
		r.awaits[conn.LocalAddr().String()] = c
		return c, nil
	}
	return a
}

// awaiting is a connection that knows whether an answer is waited for with a limit.
type awaiting struct {
	net.Conn
	limited atomic.Bool
}

// SetDeadline is what package imapconn sets the limit of a command by.
func (c *awaiting) SetDeadline(t time.Time) error {
	c.limited.Store(!t.IsZero())
	return c.Conn.SetDeadline(t)
}

// timeIsUp ends the wait of a client, if it has set itself a limit.
func (r *rewriter) timeIsUp(client net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.awaits[client.RemoteAddr().String()]; c != nil && c.limited.Load() {
		_ = c.Conn.SetDeadline(time.Unix(1, 0)) // it fails where the client has gone
	}
}

func (r *rewriter) Port() int { return r.listener.Addr().(*net.TCPAddr).Port }

// reset breaks all connections at once, as a change of the network does.
func (r *rewriter) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for conn := range r.conns {
		_ = conn.(*net.TCPConn).SetLinger(0) // may be closed by now
		conn.Close()
	}
	clear(r.conns)
}

// Dials counts the connections made so far.
func (r *rewriter) Dials() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dials
}

func (r *rewriter) serve(client net.Conn, addr string) {
	server, err := net.Dial("tcp", addr)
	if err != nil {
		client.Close()
		return
	}
	r.mu.Lock()
	r.dials++
	r.conns[client], r.conns[server] = true, true
	r.mu.Unlock()
	var directions sync.WaitGroup
	ofServer, ofClient := func() func(string) string { return r.server }, func() func(string) string { return r.client }
	r.mu.Lock()
	if r.each != nil {
		editServer, editClient := r.each()
		ofServer, ofClient = func() func(string) string { return editServer }, func() func(string) string { return editClient }
	}
	r.mu.Unlock()
	directions.Go(func() { r.pass(client, server, ofClient) })
	directions.Go(func() { r.pass(server, client, ofServer) })
	directions.Wait()
}

// inMailbox has a rewriter change what the server says while a mailbox is open,
// or being opened, in each connection of its own.
func (r *rewriter) inMailbox(name string, edit func(line string) string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.each = func() (server, client func(string) string) {
		open := ""
		return func(line string) string {
				if open == name {
					return edit(line)
				}
				return line
			}, func(line string) string {
				if m := opened1.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
					open = m[1]
				}
				return line
			}
	}
}

// honest has a rewriter change nothing in connections to come.
func (r *rewriter) honest() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.each, r.server, r.client = nil, nil, nil
}

func (r *rewriter) pass(from, to net.Conn, hook func() func(string) string) {
	defer from.Close()
	defer to.Close()
	in := bufio.NewReader(from)
	for {
		line, err := in.ReadString('\n')
		r.mu.Lock()
		if edit := hook(); edit != nil {
			line = edit(line)
		}
		r.mu.Unlock()
		line, deed, _ := strings.Cut(line, "\x00")
		if _, failed := io.WriteString(to, line); failed != nil || err != nil {
			return
		}
		if do := misdeeds[deed]; do != nil {
			if deed == "mute" {
				r.timeIsUp(to)
			}
			do(to)
			if deed != "cut" { // and nothing more is said
				_, _ = io.Copy(io.Discard, in)
			}
			return
		}
	}
}
