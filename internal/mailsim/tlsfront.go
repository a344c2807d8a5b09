package mailsim

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// TLSFront gives a server on loopback a port with implicit TLS: it ends TLS and
// forwards what was inside. It keeps what clients sent, on the wire and inside
// TLS, so that a test can tell what a client gave away to whom.
type TLSFront struct {
	target   string
	config   *tls.Config
	listener *listener
	working  sync.WaitGroup

	mu     sync.Mutex // guards what follows
	wire   bytes.Buffer
	inside bytes.Buffer
}

// NewTLSFront starts a front before the server at target, a host and port. The
// server may be stopped and started meanwhile: each connection dials anew, once
// its handshake has succeeded.
func NewTLSFront(target string, certificate tls.Certificate) (*TLSFront, error) {
	f := &TLSFront{target: target, config: &tls.Config{Certificates: []tls.Certificate{certificate}}}
	var err error
	f.listener, err = newListener(func(conn net.Conn) net.Conn {
		return &recorder{Conn: conn, record: func(b []byte) { f.record(&f.wire, b) }}
	})
	if err != nil {
		return nil, fmt.Errorf("mailsim: start the TLS front: %w", err)
	}
	f.working.Go(f.serve)
	return f, nil
}

// recorder records what is read from a connection.
type recorder struct {
	net.Conn
	record func([]byte)
}

func (r *recorder) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.record(b[:n])
	return n, err
}

// Addr returns host and port where the front listens.
func (f *TLSFront) Addr() string { return address(f.listener.port) }

// Port returns the port where the front listens, on 127.0.0.1.
func (f *TLSFront) Port() int { return f.listener.port }

// OnWire returns every byte that clients have sent so far as it came: TLS
// records, or whatever a client sent in their place.
func (f *TLSFront) OnWire() []byte { return f.recorded(&f.wire) }

// Inside returns every byte that clients have sent so far inside TLS, where
// passwords are.
func (f *TLSFront) Inside() []byte { return f.recorded(&f.inside) }

func (f *TLSFront) record(to *bytes.Buffer, b []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	to.Write(b)
}

func (f *TLSFront) recorded(in *bytes.Buffer) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return bytes.Clone(in.Bytes())
}

// Close ends the front and its connections, and waits for them.
func (f *TLSFront) Close() error {
	err := f.listener.Close()
	f.working.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("mailsim: close the TLS front: %w", err)
	}
	return nil
}

func (f *TLSFront) serve() {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.working.Go(func() { f.connect(conn) })
	}
}

// connect serves one client. Without a server, the client sees its connection
// closed.
func (f *TLSFront) connect(conn net.Conn) {
	defer conn.Close()
	client := tls.Server(conn, f.config)
	if client.Handshake() != nil {
		return
	}
	server, err := net.Dial("tcp", f.target)
	if err != nil {
		return
	}
	defer server.Close()
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(client, server)
		_ = client.CloseWrite()
		conn.Close() // the server has hung up
	})
	fromClient := &recorder{Conn: client, record: func(b []byte) { f.record(&f.inside, b) }}
	_, _ = io.Copy(server, fromClient)
	_ = server.(*net.TCPConn).CloseWrite()
	_ = server.SetReadDeadline(time.Now().Add(startTimeout)) // it should hang up now
	back.Wait()
}
