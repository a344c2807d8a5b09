package mailsim

import (
	"errors"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"
	"testing"
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

func TestRealServersHaveNoSMTP(t *testing.T) {
	t.Parallel()
	if s := realServer(t, Dovecot); s.SMTPPort() != 0 || s.Sent() != nil {
		t.Errorf("port %d, sent %v", s.SMTPPort(), s.Sent())
	}
}
