package imapconn

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// script is a server on loopback that plays the same steps on each connection.
type script struct {
	t        *testing.T
	listener net.Listener
	steps    []step
	playing  sync.WaitGroup
	hasty    bool // a client that leaves before it was heard is the end, not a failure

	mu    sync.Mutex
	heard strings.Builder // all that clients sent, on the wire and out of TLS
	conns int
	ended int // connections on which every step was played
	open  map[net.Conn]bool
}

// step is what the server does next. An error ends the connection; it fails the
// test unless it is errEnd.
type step func(*player) error

// player is one connection.
type player struct {
	conn net.Conn
	in   *bufio.Reader
	hear func([]byte)
	tag  string
	line string // the last command, without its tag
	tags map[string]string
}

var errEnd = errors.New("the script ends here")

// errLeft means that the client left before it said what is expected.
var errLeft = errors.New("the client left")

// scripted starts a server. After the last step it reads on until the client
// closes the connection.
func scripted(t *testing.T, steps ...step) *script {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := &script{t: t, listener: l, steps: steps, open: map[net.Conn]bool{}}
	s.playing.Go(s.serve)
	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()
		for conn := range s.open {
			conn.Close()
		}
		s.mu.Unlock()
		s.playing.Wait()
	})
	return s
}

func (s *script) serve() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns++
		s.open[conn] = true
		s.mu.Unlock()
		s.playing.Go(func() { s.play(conn) })
	}
}

func (s *script) play(conn net.Conn) {
	defer func() {
		s.mu.Lock()
		delete(s.open, conn)
		s.mu.Unlock()
		conn.Close()
	}()
	_ = conn.SetDeadline(time.Now().Add(patience))
	p := &player{hear: s.hear, tags: map[string]string{}}
	p.use(conn)
	for i, do := range s.steps {
		if err := do(p); errors.Is(err, errEnd) {
			return
		} else if errors.Is(err, errLeft) && s.hasty {
			return
		} else if err != nil {
			s.t.Errorf("the server's step %d: %v", i+1, err)
			return
		}
	}
	s.mu.Lock()
	s.ended++
	s.mu.Unlock()
	_, _ = io.Copy(io.Discard, p.in)
}

func (s *script) hear(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard.Write(b)
}

// Ended tells whether a client has stayed until the last step.
func (s *script) Ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended > 0
}

// Heard gives all that clients have sent.
func (s *script) Heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard.String()
}

// server is how to reach the script without TLS.
func (s *script) server() Server {
	return Server{Host: "127.0.0.1", Port: s.listener.Addr().(*net.TCPAddr).Port, TLS: None,
		User: "ana@example.org", Secret: secret("correct-horse")}
}

// use talks over conn from now on, whose bytes are heard.
func (p *player) use(conn net.Conn) {
	p.conn = conn
	p.in = bufio.NewReader(io.TeeReader(conn, hearer(p.hear)))
}

type hearer func([]byte)

func (h hearer) Write(b []byte) (int, error) {
	h(b)
	return len(b), nil
}

// heardConn lets the raw bytes below TLS be heard, too.
type heardConn struct {
	net.Conn
	in io.Reader
}

func (c heardConn) Read(b []byte) (int, error) { return c.in.Read(b) }

// raw sends text as it is, at once. A client that has gone already is the end.
func raw(text string) step {
	return func(p *player) error {
		if _, err := io.WriteString(p.conn, text); err != nil {
			return errEnd
		}
		return nil
	}
}

func send(lines ...string) step { return raw(strings.Join(lines, "\r\n") + "\r\n") }

// expect reads a line, whose first word becomes the tag if there are two; what
// follows must match.
func expect(pattern string) step {
	re := regexp.MustCompile(pattern)
	return func(p *player) error {
		line, err := p.in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("%w while %s was expected: %w", errLeft, pattern, err)
		}
		line = strings.TrimRight(line, "\r\n")
		if tag, rest, ok := strings.Cut(line, " "); ok && strings.HasPrefix(tag, "T") || strings.HasPrefix(tag, "S1") {
			p.tag, line = tag, rest
		}
		p.line = line
		if !re.MatchString(line) {
			return errors.New("expected " + pattern + ", got " + line)
		}
		return nil
	}
}

// reply answers the last command.
func reply(text string) step {
	return func(p *player) error { return send(p.tag + " " + text)(p) }
}

// remember gives the tag of the last command a name for replyTo.
func remember(name string) step {
	return func(p *player) error { p.tags[name] = p.tag; return nil }
}

func replyTo(name, text string) step {
	return func(p *player) error { return send(p.tags[name] + " " + text)(p) }
}

// forever sends text again and again until the client has had enough.
func forever(text string) step {
	chunk := strings.Repeat(text, max(1, 64<<10/len(text)))
	return func(p *player) error {
		for {
			if _, err := io.WriteString(p.conn, chunk); err != nil {
				return errEnd
			}
		}
	}
}

// end closes the connection.
func end(*player) error { return errEnd }

// withTLS goes on under TLS; a handshake that fails is the end.
func withTLS(config *tls.Config) step {
	return func(p *player) error {
		if p.in.Buffered() > 0 {
			return errors.New("the client went on in plain text")
		}
		conn := tls.Server(heardConn{p.conn, io.TeeReader(p.conn, hearer(p.hear))}, config)
		if err := conn.Handshake(); err != nil {
			return errEnd
		}
		p.use(conn)
		return nil
	}
}

var greet = send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] at your service")

// enter lets the client log in and tells what the server can do.
func enter(caps string) step {
	return func(p *player) error {
		if err := expect(`^AUTHENTICATE PLAIN \S+$`)(p); err != nil {
			return err
		}
		return reply("OK [CAPABILITY " + caps + "] logged in")(p)
	}
}
