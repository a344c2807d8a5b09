package mailsim

import (
	"bufio"
	"bytes"
	"net"
	"strings"
	"sync"
	"sync/atomic"
)

// link is one client's connection through a Proxy.
type link struct {
	proxy  *Proxy
	client *net.TCPConn
	server *net.TCPConn
	cut    atomic.Bool
}

// run forwards in both directions until both have ended.
func (l *link) run() {
	var directions sync.WaitGroup
	directions.Go(func() { l.forward(l.client, l.server, true) })
	directions.Go(func() { l.forward(l.server, l.client, false) })
	directions.Wait()
}

// forward passes lines from one side to the other until the connection ends.
func (l *link) forward(from, to *net.TCPConn, fromClient bool) {
	in, out := bufio.NewReaderSize(from, 64<<10), bufio.NewWriterSize(to, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 && !l.cut.Load() {
			if !l.handle(line, out, fromClient) {
				l.proxy.discard(in, fromClient)
				return
			}
		}
		if err != nil || !holdsLine(in) {
			_ = out.Flush() // a dead receiver shows when it is read from
		}
		if err != nil {
			_ = to.CloseWrite()
			return
		}
	}
}

// handle does with a line what its hook says. It returns false if this
// direction is stalled.
func (l *link) handle(line []byte, out *bufio.Writer, fromClient bool) bool {
	action := l.proxy.judge(fromClient, line)
	if action == Pass || action == CutAfter {
		_, _ = out.Write(line)
	}
	switch action {
	case Cut, CutAfter:
		_ = out.Flush()
		l.sever()
	case Stall:
		_ = out.Flush()
		return false
	}
	return true
}

// sever ends the connection for both sides. What they still send is read and
// thrown away: closing a socket with unread data would reset the connection,
// and the reset could overtake what was forwarded before.
func (l *link) sever() {
	l.cut.Store(true)
	_ = l.client.CloseWrite()
	_ = l.server.CloseWrite()
}

// discard reads what comes after a stall, so that the sender notices nothing.
func (p *Proxy) discard(in *bufio.Reader, fromClient bool) {
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			p.receive(fromClient, line)
		}
		if err != nil {
			return
		}
	}
}

// close ends the connection at once.
func (l *link) close() {
	l.client.Close()
	l.server.Close()
}

// holdsLine says whether a whole line can be read without waiting.
func holdsLine(in *bufio.Reader) bool {
	buffered, _ := in.Peek(in.Buffered())
	return bytes.IndexByte(buffered, '\n') >= 0
}

func trimEOL(line []byte) string { return strings.TrimRight(string(line), "\r\n") }
