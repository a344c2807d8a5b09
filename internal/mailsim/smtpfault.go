package mailsim

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/emersion/go-smtp"
)

// What the SMTP server can do at a stage instead of refusing with a code.
const (
	SMTPCut  = -1 // close the connection in place of the answer
	SMTPHang = -2 // never answer
)

// smtpStages are where faults can be put.
var smtpStages = []string{"connect", "ehlo", "auth", "mail", "rcpt", "data", "body", "dot", "quit"}

// SMTPFault makes the SMTP server answer with code (4xx or 5xx) at a stage of
// every conversation from now on, or do what SMTPCut and SMTPHang say; 0 ends
// that. The stages are connect, ehlo, auth, mail, rcpt, data, body, dot and
// quit. A message refused at the dot is not taken; after SMTPCut and SMTPHang it
// is. At the stage body, SMTPCut closes the connection within the message, and
// nothing is taken. Within STARTTLS there are no faults but a code at the dot;
// TLSFront is the way to have them with TLS.
func (s *Server) SMTPFault(stage string, code int) error {
	if s.smtp == nil {
		return fmt.Errorf("mailsim: this server has no SMTP")
	}
	if !slices.Contains(smtpStages, stage) || code != 0 && code != SMTPCut && code != SMTPHang && (code < 400 || code > 599) {
		return fmt.Errorf("mailsim: no fault %d at the stage %q", code, stage)
	}
	s.smtp.faults.set(stage, code)
	return nil
}

// smtpFaults holds the fault of each stage. Connections that are open see
// changes too.
type smtpFaults struct {
	mu    sync.Mutex
	codes map[string]int
}

func (f *smtpFaults) set(stage string, code int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.codes == nil {
		f.codes = make(map[string]int)
	}
	f.codes[stage] = code
}

func (f *smtpFaults) at(stage string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.codes[stage]
}

// refusal is the error with which a session refuses a message at the dot.
func (f *smtpFaults) refusal() error {
	code := f.at("dot")
	if code < 400 {
		return nil
	}
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: "scripted refusal"}
}

// faultyConn is a client's connection to the SMTP server on which faults happen.
// The server reads and writes it from one goroutine.
type faultyConn struct {
	net.Conn
	faults *smtpFaults
	in     *bufio.Reader

	line    []byte // what the server has yet to read of a line
	greeted bool
	asked   bool // DATA was passed on, and is not answered yet
	inData  bool
	ended   bool // the dot was passed on, and is not answered yet
	secret  bool // TLS goes through
}

func newFaultyConn(conn net.Conn, faults *smtpFaults) net.Conn {
	return &faultyConn{Conn: conn, faults: faults, in: bufio.NewReader(conn)}
}

// Read gives the server the next line that no fault keeps from it.
func (c *faultyConn) Read(b []byte) (int, error) {
	for len(c.line) == 0 {
		if c.secret {
			return c.in.Read(b)
		}
		line, err := c.in.ReadBytes('\n')
		if len(line) == 0 {
			return 0, err
		}
		pass, err := c.take(line)
		if err != nil {
			return 0, err
		}
		if pass {
			c.line = line
		}
	}
	n := copy(b, c.line)
	c.line = c.line[n:]
	return n, nil
}

// take judges a line of the client.
func (c *faultyConn) take(line []byte) (pass bool, err error) {
	word, _, _ := strings.Cut(strings.ToLower(trimEOL(line)), " ")
	if c.inData {
		c.inData = word != "."
		c.ended = !c.inData
		return true, c.cutAt("body")
	}
	if word == "helo" {
		word = "ehlo"
	}
	code := c.faults.at(word)
	switch {
	case code == 0 || !slices.Contains(smtpStages, word):
		c.asked, c.secret = word == "data", word == "starttls"
		return true, nil
	case code == SMTPHang:
		return false, nil
	case code == SMTPCut:
		return false, c.cutAt(word)
	}
	_, err = fmt.Fprintf(c.Conn, "%d %d.0.0 scripted refusal\r\n", code, code/100)
	return false, err
}

// cutAt closes the connection if that is the fault of the stage.
func (c *faultyConn) cutAt(stage string) error {
	if c.faults.at(stage) != SMTPCut {
		return nil
	}
	c.Conn.Close()
	return io.EOF
}

// Write passes an answer of the server, unless a fault keeps it back.
func (c *faultyConn) Write(b []byte) (int, error) {
	stage := ""
	switch {
	case !c.greeted:
		c.greeted, stage = true, "connect"
	case c.ended:
		c.ended, stage = false, "dot"
	case c.asked:
		c.asked, c.inData = false, strings.HasPrefix(string(b), "354")
	}
	code := 0
	if stage != "" {
		code = c.faults.at(stage)
	}
	switch {
	case code == SMTPHang:
		return len(b), nil
	case code == SMTPCut:
		return 0, c.cutAt(stage)
	case code != 0 && stage == "connect":
		_, err := fmt.Fprintf(c.Conn, "%d scripted refusal\r\n", code)
		return len(b), err
	}
	return c.Conn.Write(b)
}
