package mailsim

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
)

// Action is what a Proxy does with a line.
type Action int

const (
	// Pass forwards the line.
	Pass Action = iota
	// Drop swallows the line.
	Drop
	// Cut closes the connection on both sides before the line.
	Cut
	// CutAfter forwards the line, then closes the connection on both sides.
	CutAfter
	// Stall forwards neither this line nor anything after it in this
	// direction, also not the end of the connection, as a network does that
	// has forgotten a connection. The other direction goes on.
	Stall
)

// Hook judges a line, which ends in \n but where the connection ends. It must
// not change the line or keep it. A Proxy runs one hook at a time.
type Hook func(line []byte) Action

// Counts says what a Proxy has received from either side so far.
type Counts struct {
	Connections int // made
	Open        int // of those, where either side hasn't closed yet
	ClientLines int
	ClientBytes int64
	ServerLines int
	ServerBytes int64
}

// Proxy stands between clients and a server on loopback and does to their lines
// what its hooks say. Literals and messages pass as lines too. What was
// forwarded before a cut does arrive.
type Proxy struct {
	target   string
	listener net.Listener
	working  sync.WaitGroup

	judging sync.Mutex // held while a hook runs

	mu       sync.Mutex // guards what follows
	onClient Hook
	onServer Hook
	counts   Counts
	lines    []string
	links    map[*link]struct{}
	closed   bool
}

// NewProxy starts a proxy before the server at target, a host and port. The
// server may be stopped and started meanwhile: each connection dials anew.
func NewProxy(target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return nil, fmt.Errorf("mailsim: start the proxy: %w", err)
	}
	p := &Proxy{target: target, listener: listener, links: make(map[*link]struct{})}
	p.working.Go(p.serve)
	return p, nil
}

// Addr returns host and port where the proxy listens.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Port returns the port where the proxy listens, on 127.0.0.1.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// OnClient sets the hook for what clients send; nil passes everything. It
// applies to open connections too.
func (p *Proxy) OnClient(hook Hook) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onClient = hook
}

// OnServer sets the hook for what the server sends; nil passes everything. It
// applies to open connections too.
func (p *Proxy) OnServer(hook Hook) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onServer = hook
}

// Counts returns what came so far, over all connections.
func (p *Proxy) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	counts := p.counts
	counts.Open = len(p.links)
	return counts
}

// Forget drops the lines that ClientLines returns: what lives long with a proxy must
// not grow by them.
func (p *Proxy) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = nil
}

// ClientLines returns all lines that clients have sent so far, without their
// ends, in the order in which they came: what was dropped as well, and
// passwords too.
func (p *Proxy) ClientLines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.lines)
}

// Drop closes every connection on both sides, stalled ones too, as a change of
// the network does. New ones are served.
func (p *Proxy) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.close()
	}
}

// Close ends the proxy and its connections, and waits for them.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Drop()
	err := p.listener.Close()
	p.working.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("mailsim: close the proxy: %w", err)
	}
	return nil
}

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.working.Go(func() { p.connect(client) })
	}
}

// connect serves one client. Without a server, the client sees its connection
// closed.
func (p *Proxy) connect(client net.Conn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		client.Close()
		return
	}
	l := &link{proxy: p, client: client.(*net.TCPConn), server: server.(*net.TCPConn)}
	if p.add(l) {
		l.run()
	}
	l.close()
	p.remove(l)
}

func (p *Proxy) add(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.links[l] = struct{}{}
	p.counts.Connections++
	return true
}

func (p *Proxy) remove(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}

// judge counts a line and asks the hook of its direction.
func (p *Proxy) judge(fromClient bool, line []byte) Action {
	hook := p.receive(fromClient, line)
	if hook == nil {
		return Pass
	}
	p.judging.Lock()
	defer p.judging.Unlock()
	return hook(line)
}

// receive counts a line and returns the hook of its direction.
func (p *Proxy) receive(fromClient bool, line []byte) Hook {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !fromClient {
		p.counts.ServerLines++
		p.counts.ServerBytes += int64(len(line))
		return p.onServer
	}
	p.counts.ClientLines++
	p.counts.ClientBytes += int64(len(line))
	p.lines = append(p.lines, trimEOL(line))
	return p.onClient
}
