package mailsim

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// patience keeps a failing test from hanging; no test passes by waiting for it.
const patience = 2 * time.Minute

// realServers are the servers that have to be installed.
var realServers = map[string]func() (*Server, error){"dovecot": Dovecot, "cyrus": Cyrus, "courier": Courier}

// forEachServer runs a test on a new server of each kind.
func forEachServer(t *testing.T, test func(t *testing.T, s *Server)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, opened(t)(Embedded()))
	})
	for name, start := range realServers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, realServer(t, start))
		})
	}
}

// realServer starts a real server, or skips the test where it isn't installed,
// unless REGARDS_TEST_REAL=1 says that it has to be.
func realServer(t *testing.T, start func() (*Server, error)) *Server {
	t.Helper()
	s, err := start()
	if errors.Is(err, ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skipf("not run on a real server: %v", err)
	}
	return opened(t)(s, err)
}

// opened returns a function that takes a constructor's results.
func opened(t *testing.T) func(*Server, error) *Server {
	return func(s *Server, err error) *Server {
		t.Helper()
		must(t, err)
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("the server's log:\n%s", s.Log())
			}
			must(t, s.Close())
		})
		return s
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// value returns a function that takes a value and an error.
func value[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func letter(n int) Message {
	return Message{
		Time: time.Date(2026, 11, 2, 9, 30, n, 0, time.UTC),
		Raw: []byte(fmt.Sprintf("From: Maria <maria@example.net>\r\nTo: ana@example.org\r\nSubject: letter %d\r\n"+
			"Message-ID: <%d@example.net>\r\n\r\nDear Ana,\r\n", n, n)),
	}
}

// rawClient is an IMAP client that sends and expects lines.
type rawClient struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dial(t *testing.T, addr string) *rawClient {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, patience)
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(patience)))
	return &rawClient{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// login dials and logs in with the tag "in".
func login(t *testing.T, addr string) *rawClient {
	t.Helper()
	c := dial(t, addr)
	c.expect("* OK ")
	c.do("in LOGIN " + userName + " " + password)
	return c
}

func (c *rawClient) send(line string) {
	c.t.Helper()
	if _, err := c.conn.Write([]byte(line + "\r\n")); err != nil {
		c.t.Fatalf("send %q: %v", line, err)
	}
}

// expect reads until a line begins with prefix; it returns all lines read.
func (c *rawClient) expect(prefix string) []string {
	c.t.Helper()
	var lines []string
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			c.t.Fatalf("waiting for %q after %q: %v", prefix, lines, err)
		}
		line = strings.TrimRight(line, "\r\n")
		lines = append(lines, line)
		if strings.HasPrefix(line, prefix) {
			return lines
		}
	}
}

// ask sends a command and returns all lines of the answer.
func (c *rawClient) ask(command string) []string {
	c.t.Helper()
	c.send(command)
	tag, _, _ := strings.Cut(command, " ")
	return c.expect(tag + " ")
}

// do is ask for a command that must succeed.
func (c *rawClient) do(command string) []string {
	c.t.Helper()
	lines := c.ask(command)
	if last := lines[len(lines)-1]; !strings.Contains(last, " OK ") {
		c.t.Fatalf("%s: %s", command, last)
	}
	return lines
}

// end reads until the connection ends and returns the lines that came.
func (c *rawClient) end() []string {
	c.t.Helper()
	var lines []string
	for {
		line, err := c.in.ReadString('\n')
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			c.t.Fatalf("the connection is still open after %q", lines)
		}
		if err != nil {
			return lines
		}
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
}

// appendCommand returns an APPEND of a short message; its literal doesn't wait
// for the server. Courier knows only literals that wait: it asks for this one
// and then finds it there.
func appendCommand(s *Server, tag, mailbox string) string {
	const text = "Subject: a message in a literal\r\n\r\nHello"
	plus := "+"
	if onCourier(s) {
		plus = ""
	}
	return fmt.Sprintf("%s APPEND %s {%d%s}\r\n%s", tag, s.IMAPName(mailbox), len(text), plus, text)
}

// onCourier says whether a server is Courier, the only one with prefixes.
func onCourier(s *Server) bool { return s.names.prefix != "" }

// lacks says whether a server doesn't announce a capability.
func lacks(t *testing.T, s *Server, c imap.Cap) bool {
	t.Helper()
	return !client(t, s.IMAPAddr()).Caps().Has(c)
}

// eventually waits for something that other goroutines do.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still waiting for %s", what)
		}
	}
}

// client logs in with go-imap's client.
func client(t *testing.T, addr string) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(addr, nil)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.Login(userName, password).Wait())
	return c
}

// count returns how many lines contain text.
func count(lines []string, text string) (n int) {
	for _, line := range lines {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}
