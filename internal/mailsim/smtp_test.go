package mailsim

import (
	"crypto/tls"
	"errors"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSMTP(t *testing.T) {
	t.Parallel()
	s := opened(t)(Embedded())
	addr := address(s.SMTPPort())
	auth := smtp.PlainAuth("", s.User(), s.Password(), s.Host())
	text := "Subject: hello\r\n\r\n.a line with a dot\r\n"
	to := []string{"maria@example.net", "joao@example.net"}

	must(t, smtp.SendMail(addr, auth, s.User(), to, []byte(text)))
	must(t, s.Stop())
	must(t, s.Start())
	must(t, smtp.SendMail(addr, nil, s.User(), to[:1], []byte(text)))

	got := s.Sent()
	if len(got) != 2 {
		t.Fatalf("%d messages came", len(got))
	}
	if got[0].User != s.User() || got[0].From != s.User() || !slices.Equal(got[0].To, to) || string(got[0].Data) != text {
		t.Errorf("first: %+v", got[0])
	}
	if got[1].User != "" || !slices.Equal(got[1].To, to[:1]) {
		t.Errorf("second: %+v", got[1])
	}
}

func TestSMTPRefusesAWrongPassword(t *testing.T) {
	t.Parallel()
	s := opened(t)(Embedded())
	err := smtp.SendMail(address(s.SMTPPort()), smtp.PlainAuth("", s.User(), "wrong", s.Host()),
		s.User(), []string{"maria@example.net"}, []byte("Subject: x\r\n\r\n"))
	var refused *textproto.Error
	if !errors.As(err, &refused) || refused.Code != 535 {
		t.Errorf("wrong password: %v", err)
	}
	if len(s.Sent()) != 0 {
		t.Errorf("came: %+v", s.Sent())
	}
}

// A connection that ends inside DATA has delivered nothing.
func TestSMTPCutInData(t *testing.T) {
	t.Parallel()
	s := opened(t)(Embedded())
	p := newProxy(t, address(s.SMTPPort()))
	p.OnClient(func(line []byte) Action {
		if strings.HasPrefix(string(line), "the rest") {
			return Cut
		}
		return Pass
	})
	err := smtp.SendMail(p.Addr(), nil, s.User(), []string{"maria@example.net"}, []byte("Subject: x\r\n\r\nhalf\r\nthe rest\r\n"))
	if err == nil {
		t.Error("SendMail noticed nothing")
	}
	eventually(t, "the server to hang up", func() bool { return p.Counts().Open == 0 })
	if len(s.Sent()) != 0 {
		t.Errorf("came: %+v", s.Sent())
	}
}

func TestAddSMTP(t *testing.T) {
	t.Parallel()
	s := realServer(t, Dovecot)
	if s.SMTPPort() != 0 || s.Sent() != nil || s.SMTPFault("dot", 451) == nil {
		t.Errorf("without: port %d, sent %v", s.SMTPPort(), s.Sent())
	}
	must(t, s.AddSMTP())
	addr := address(s.SMTPPort())
	must(t, s.Stop())
	if err := submit(s, addr); err == nil {
		t.Error("it goes on while the server is stopped")
	}
	must(t, s.Start())
	must(t, submit(s, addr))
	if len(s.Sent()) != 1 || len(value[[]Message](t)(s.Messages("Sent"))) != 0 {
		t.Errorf("sent %v", s.Sent())
	}
}

// submit sends a message with a login.
func submit(s *Server, addr string) error {
	return smtp.SendMail(addr, smtp.PlainAuth("", s.User(), s.Password(), s.Host()), s.User(),
		[]string{"maria@example.net"}, []byte("Subject: x\r\n\r\nMAIL is a word\r\nDATA\r\nQUIT\r\n"))
}

func TestSMTPFaults(t *testing.T) {
	t.Parallel()
	s := opened(t)(Embedded())
	addr := address(s.SMTPPort())
	for _, stage := range []string{"connect", "auth", "mail", "rcpt", "data", "dot", "quit"} {
		for _, code := range []int{451, 550} {
			before := len(s.Sent())
			must(t, s.SMTPFault(stage, code))
			var refused *textproto.Error
			if err := submit(s, addr); !errors.As(err, &refused) || refused.Code != code {
				t.Errorf("%d at %s: %v", code, stage, err)
			}
			if taken := len(s.Sent()) > before; taken != (stage == "quit") {
				t.Errorf("%d at %s: taken: %t", code, stage, taken)
			}
			must(t, s.SMTPFault(stage, 0))
		}
	}
	for _, stage := range []string{"connect", "ehlo", "auth", "mail", "rcpt", "data", "body", "dot", "quit"} {
		before := len(s.Sent())
		must(t, s.SMTPFault(stage, SMTPCut))
		var refused *textproto.Error
		if err := submit(s, addr); err == nil || errors.As(err, &refused) {
			t.Errorf("cut at %s: %v", stage, err)
		}
		if taken := len(s.Sent()) > before; taken != (stage == "dot" || stage == "quit") {
			t.Errorf("cut at %s: taken: %t", stage, taken)
		}
		must(t, s.SMTPFault(stage, 0))
	}
	must(t, submit(s, addr))
	if s.SMTPFault("never", 451) == nil || s.SMTPFault("dot", 250) == nil {
		t.Error("a fault that there is not")
	}
}

// What hangs is ended by the client alone.
func TestSMTPHangs(t *testing.T) {
	t.Parallel()
	s := opened(t)(Embedded())
	must(t, s.SMTPFault("dot", SMTPHang))
	p := newProxy(t, address(s.SMTPPort()))
	ended := make(chan error)
	go func() { ended <- submit(s, p.Addr()) }()
	eventually(t, "the message to arrive", func() bool { return len(s.Sent()) == 1 })
	p.Drop()
	if err := <-ended; err == nil {
		t.Error("it was answered")
	}
}

func TestSMTPStartTLS(t *testing.T) {
	t.Parallel()
	ca := value[*CA](t)(NewCA())
	certificate := value[tls.Certificate](t)(ca.Issue("127.0.0.1", time.Now().Add(-time.Hour), time.Now().Add(time.Hour)))
	s := opened(t)(EmbeddedWith(Options{SMTPCertificate: &certificate}))
	c := value[*smtp.Client](t)(smtp.Dial(address(s.SMTPPort())))
	defer c.Close()
	if auth, _ := c.Extension("AUTH"); auth {
		t.Error("a login is offered without TLS")
	}
	must(t, c.StartTLS(&tls.Config{ServerName: "127.0.0.1", RootCAs: ca.Pool()}))
	must(t, c.Auth(smtp.PlainAuth("", s.User(), s.Password(), s.Host())))
	must(t, c.Quit())
}
