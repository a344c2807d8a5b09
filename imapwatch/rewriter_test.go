package imapwatch

import (
	"bufio"
	"net"
	"sync"
	"testing"

	"regards/internal/mailsim"
)

// rewriter stands between a client and a server and changes the lines that pass.
type rewriter struct {
	listener net.Listener
	working  sync.WaitGroup

	mu     sync.Mutex
	server func(line string) string // changes what the server sends; line ends are included
	client func(line string) string
	conns  map[net.Conn]bool
	dials  int
}

// newRewriter starts one before s. Either function may be nil; one runs at a time.
func newRewriter(t testing.TB, s *mailsim.Server, server, client func(string) string) *rewriter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	r := &rewriter{listener: l, server: server, client: client, conns: map[net.Conn]bool{}}
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

func (r *rewriter) Port() int { return r.listener.Addr().(*net.TCPAddr).Port }

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
	directions.Go(func() { r.pass(client, server, func() func(string) string { return r.client }) })
	directions.Go(func() { r.pass(server, client, func() func(string) string { return r.server }) })
	directions.Wait()
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
		if _, failed := to.Write([]byte(line)); failed != nil || err != nil {
			return
		}
	}
}
