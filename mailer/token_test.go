package mailer

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"regards/internal/imapconn"
)

// bearerServer offers mechanisms by SMTP and answers AUTH with what answer
// gives for the decoded initial response. It keeps what clients said.
type bearerServer struct {
	net.Listener
	offers string
	answer func(port int, mechanism, response string) string

	mu   sync.Mutex
	said []string
}

func newBearerServer(t *testing.T, offers string, answer func(port int, mechanism, response string) string) *bearerServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := &bearerServer{Listener: l, offers: offers, answer: answer}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { s.converse(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); serving.Wait() })
	return s
}

func (s *bearerServer) converse(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "220 hello\r\n")
	for in := bufio.NewReader(conn); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		s.mu.Lock()
		s.said = append(s.said, line)
		s.mu.Unlock()
		switch words := append(strings.Fields(line), "", "", ""); words[0] {
		case "EHLO":
			fmt.Fprintf(conn, "250-localhost\r\n250 AUTH %s\r\n", s.offers)
		case "AUTH":
			response, _ := base64.StdEncoding.DecodeString(words[2])
			fmt.Fprint(conn, s.answer(conn.LocalAddr().(*net.TCPAddr).Port, words[1], string(response)), "\r\n")
		case "QUIT":
			return
		default:
			fmt.Fprint(conn, "535 5.7.8 no\r\n")
		}
	}
}

// heard gives what clients said.
func (s *bearerServer) heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.said, "")
}

// server is how to log in by a token, and by "another" when that is refused.
func (s *bearerServer) server(token string) SMTPServer {
	return SMTPServer{Host: "127.0.0.1", Port: s.Addr().(*net.TCPAddr).Port, TLS: "none", User: "ana@example.org", OAuth: true,
		Secret: func(context.Context) (string, error) { return token, nil },
		Renew:  func(context.Context, string) (string, error) { return "another", nil }}
}

func TestTokenBySMTP(t *testing.T) {
	challenge := "334 " + base64.StdEncoding.EncodeToString([]byte(`{"status":"400","scope":"https://mail.google.com/"}`))
	for offers, want := range map[string]string{
		"PLAIN LOGIN XOAUTH2":     "XOAUTH2 user=ana@example.org\x01auth=Bearer another\x01\x01",
		"OAUTHBEARER XOAUTH2":     "OAUTHBEARER n,a=ana@example.org,\x01host=127.0.0.1\x01port=%d\x01auth=Bearer another\x01\x01",
		"PLAIN LOGIN SCRAM-SHA-1": "",
	} {
		s := newBearerServer(t, offers, func(port int, mechanism, response string) string {
			if mechanism+" "+response == strings.Replace(want, "%d", strconv.Itoa(port), 1) {
				return "235 in"
			}
			return challenge
		})
		err := TryLogin(within(t), s.server("refused-token"))
		if want != "" && err != nil {
			t.Errorf("%s: %v", offers, err)
		}
		if want == "" && (!errors.Is(err, imapconn.ErrLogin) || strings.Contains(s.heard(), "AUTH")) {
			t.Errorf("%s: %v after %q", offers, err, s.heard())
		}
	}
}

func TestTokenRefusedBySMTP(t *testing.T) {
	for answer, want := range map[string]struct {
		class error
		words string
	}{
		"334 " + base64.StdEncoding.EncodeToString([]byte(`{"status":"400","scope":"s"}`)): {imapconn.ErrToken, "status 400, scope s"},
		"535 5.7.139 SmtpClientAuthentication is disabled for the Tenant":                  {imapconn.ErrToken, "disabled for the Tenant"},
		"535 5.7.8 not with another":        {imapconn.ErrToken, "not with …"},
		"454 4.7.0 Temporary, with another": {imapconn.ErrAway, "Temporary, with …"},
	} {
		s := newBearerServer(t, "XOAUTH2", func(int, string, string) string { return answer })
		err := TryLogin(within(t), s.server("another"))
		if !errors.Is(err, want.class) || !strings.Contains(err.Error(), want.words) || strings.Contains(err.Error(), "another") {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// A server that repeats what it was told gets no password into an error.
func TestSMTPServerRepeatsThePassword(t *testing.T) {
	for _, code := range []string{"535", "454"} {
		s := newBearerServer(t, "PLAIN", func(_ int, _, response string) string {
			return code + " no " + base64.StdEncoding.EncodeToString([]byte(response)) + " of hunter2"
		})
		server := s.server("hunter2")
		server.OAuth = false
		err := TryLogin(within(t), server)
		if err == nil || !strings.Contains(err.Error(), code+" no … of …") {
			t.Errorf("%v", err)
		}
	}
}

// Tokens are longer than what is told of an answer: no part of one is left.
func TestSMTPServerRepeatsTheToken(t *testing.T) {
	token := "begin" + strings.Repeat("x", 1500)
	s := newBearerServer(t, "XOAUTH2", func(_ int, _, response string) string {
		return "535 no " + base64.StdEncoding.EncodeToString([]byte(response)) + " " + token
	})
	server := s.server(token)
	server.Renew = nil
	if err := TryLogin(within(t), server); err == nil || !strings.Contains(err.Error(), `"535 no … …"`) {
		t.Errorf("%v", err)
	}
}

func TestSMTPDialIsReplaceable(t *testing.T) {
	s := newBearerServer(t, "XOAUTH2", func(int, string, string) string { return "235 in" })
	server := s.server("token")
	server.Host, server.Port, server.TLS = "localhost", 587, "none"
	var to string
	server.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		to = address
		return new(net.Dialer).DialContext(ctx, network, s.Addr().String())
	}
	must(t, TryLogin(within(t), server))
	if to != "localhost:587" {
		t.Errorf("it dialled %s", to)
	}
}
