package mailsim

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
)

func newProxy(t *testing.T, target string) *Proxy {
	t.Helper()
	p, err := NewProxy(target)
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	return p
}

// at returns a hook that acts on lines which begin with prefix.
func at(prefix string, action Action) Hook {
	return func(line []byte) Action {
		if bytes.HasPrefix(line, []byte(prefix)) {
			return action
		}
		return Pass
	}
}

func TestProxyPassesAndCounts(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		p := newProxy(t, s.IMAPAddr())
		w := login(t, p.Addr())
		w.do("a SELECT INBOX")
		w.send("b LOGOUT")
		w.end()
		sent := []string{"in LOGIN " + userName + " " + password, "a SELECT INBOX", "b LOGOUT"}
		if got := p.ClientLines(); !slices.Equal(got, sent) {
			t.Errorf("client lines %q", got)
		}
		got := p.Counts()
		bytes := int64(len(strings.Join(sent, "\r\n")) + 2)
		if got.Connections != 1 || got.ClientLines != len(sent) || got.ClientBytes != bytes ||
			got.ServerLines < 8 || got.ServerBytes < 200 {
			t.Errorf("%+v, want %d bytes from the client", got, bytes)
		}
	})
}

// The fault that law 3 is about: APPEND lands and its answer is lost.
func TestProxyLosesTheAnswerOfAppend(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]Action{"drop": Drop, "cut": Cut, "stall": Stall} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachServer(t, func(t *testing.T, s *Server) {
				p := newProxy(t, s.IMAPAddr())
				p.OnServer(at("a OK", action))
				w := login(t, p.Addr())
				w.send(appendCommand(s, "a", "Drafts"))
				switch action {
				case Drop:
					if answer := w.do("b NOOP"); count(answer, "a OK") != 0 {
						t.Errorf("the answer came: %q", answer)
					}
				case Cut:
					if lines := w.end(); count(lines, "a ") != 0 {
						t.Errorf("came before the cut: %q", lines)
					}
				case Stall:
					w.send("b LOGOUT") // still reaches the server
					eventually(t, "the answers", func() bool { return p.Counts().ServerLines >= 5 })
				}
				if got := value[[]Message](t)(s.Messages("Drafts")); len(got) != 1 {
					t.Errorf("Drafts: %+v", got)
				}
			})
		})
	}
}

// Cut inside APPEND: half a message is no message, on any server.
func TestProxyCutsInsideAppend(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		hook   Hook
		landed int
	}{
		{"before the literal", at("a APPEND", CutAfter), 0},
		{"in the literal", at("Subject", CutAfter), 0},
		{"before the last line", at("Hello", Cut), 0},
		{"after the last line", at("Hello", CutAfter), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			forEachServer(t, func(t *testing.T, s *Server) {
				p := newProxy(t, s.IMAPAddr())
				p.OnClient(test.hook)
				c := login(t, p.Addr())
				c.send(appendCommand(s, "a", "Drafts"))
				c.end()
				must(t, c.conn.Close())
				eventually(t, "the server to hang up", func() bool { return p.Counts().Open == 0 })
				if got := value[[]Message](t)(s.Messages("Drafts")); len(got) != test.landed {
					t.Errorf("Drafts: %+v", got)
				}
			})
		})
	}
}

func TestProxyCutAfter(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, s *Server) {
		value[uint32](t)(s.Append(inbox, letter(1)))
		p := newProxy(t, s.IMAPAddr())
		p.OnServer(at("Subject: ", CutAfter))
		w := login(t, p.Addr())
		w.do("a EXAMINE INBOX")
		w.send("b UID FETCH 1 BODY.PEEK[]")
		lines := w.end()
		if last := lines[len(lines)-1]; last != "Subject: letter 1" {
			t.Errorf("came before the cut: %q", lines)
		}
		p.OnServer(nil)
		login(t, p.Addr()).do("c EXAMINE INBOX")
	})
}

func TestProxyStallsOneDirection(t *testing.T) {
	t.Parallel()
	s := opened(t)(Embedded())
	p := newProxy(t, s.IMAPAddr())
	w := login(t, p.Addr())
	w.do("a SELECT INBOX")
	p.OnClient(at("b", Stall))
	w.send("b NOOP")
	w.send("c NOOP")
	eventually(t, "the client's lines", func() bool { return p.Counts().ClientLines == 4 })
	must(t, s.DropConnections()) // this direction isn't stalled: the client sees the end
	if lines := w.end(); count(lines, "a ") != 0 {
		t.Errorf("the server answered: %q", lines)
	}
	if got := p.ClientLines(); !slices.Contains(got, "c NOOP") {
		t.Errorf("client lines %q", got)
	}
}

func TestProxyOutlivesItsServer(t *testing.T) {
	t.Parallel()
	s := opened(t)(Embedded())
	p := newProxy(t, s.IMAPAddr())
	must(t, s.Stop())
	conn, err := net.Dial("tcp", p.Addr())
	must(t, err)
	defer conn.Close()
	if n, err := io.Copy(io.Discard, conn); n != 0 {
		t.Errorf("%d bytes from a server that is stopped: %v", n, err)
	}
	must(t, s.Start())
	login(t, p.Addr())
}

func TestProxyCloseCutsConnections(t *testing.T) {
	t.Parallel()
	s := opened(t)(Embedded())
	p := newProxy(t, s.IMAPAddr())
	w := login(t, p.Addr())
	must(t, p.Close())
	w.end()
	awaitRefusal(t, p.Addr())
	must(t, p.Close())
}
