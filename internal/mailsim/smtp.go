package mailsim

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// SMTPMessage is a message that came by SMTP.
type SMTPMessage struct {
	User string   // who had logged in; "" for nobody
	From string   // the envelope's sender
	To   []string // the envelope's recipients, in their order
	Data []byte   // the message, without the dots of RFC 5321, section 4.5.2
}

// Sent returns what has come by SMTP, oldest first. It survives Stop and Start.
// The real servers have no SMTP server but that of AddSMTP: without it, it is
// always empty.
func (s *Server) Sent() []SMTPMessage {
	if s.smtp == nil {
		return nil
	}
	return s.smtp.outbox.list()
}

// SMTPHeard returns every byte that clients have sent by SMTP so far as it came,
// passwords and TLS records too.
func (s *Server) SMTPHeard() []byte {
	if s.smtp == nil {
		return nil
	}
	s.smtp.mu.Lock()
	defer s.smtp.mu.Unlock()
	return slices.Clone(s.smtp.heard)
}

// ForgetSent drops what Sent and SMTPHeard return, and gives how many messages those
// were.
func (s *Server) ForgetSent() int {
	if s.smtp == nil {
		return 0
	}
	s.smtp.mu.Lock()
	s.smtp.heard = nil
	s.smtp.mu.Unlock()
	s.smtp.outbox.mu.Lock()
	defer s.smtp.outbox.mu.Unlock()
	n := len(s.smtp.outbox.messages)
	s.smtp.outbox.messages = nil
	return n
}

// AddSMTP puts an SMTP server beside a real server, which files nothing in Sent.
// It is stopped and started with the server. It is called before anybody else uses
// the Server.
func (s *Server) AddSMTP() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.smtp != nil {
		return nil
	}
	beside, err := newSMTPService(func([]byte) error { return nil }, s.logins, nil, log.New(io.Discard, "", 0))
	if err == nil && s.running {
		err = beside.start()
	}
	if err != nil {
		return fmt.Errorf("mailsim: add SMTP: %w", err)
	}
	s.smtp, s.beside = beside, true
	return nil
}

// smtpService is an SMTP server on a port of its own.
type smtpService struct {
	outbox   outbox
	faults   smtpFaults
	server   *smtp.Server
	listener *listener
	serving  sync.WaitGroup

	mu    sync.Mutex // guards heard
	heard []byte
}

func (s *smtpService) record(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, b...)
}

// newSMTPService makes a server that hands what logged-in users send to file. It
// offers STARTTLS if it has a certificate, and a login within TLS only then.
func newSMTPService(file func(raw []byte) error, l logins, certificate *tls.Certificate, logger *log.Logger) (*smtpService, error) {
	s := new(smtpService)
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &smtpSession{outbox: &s.outbox, faults: &s.faults, logins: l, file: file}, nil
	}))
	s.server.Domain = "localhost"
	s.server.MaxLineLength = 12288 // RFC 4954 section 4; access tokens are long
	s.server.AllowInsecureAuth = certificate == nil
	s.server.ErrorLog = logger
	if certificate != nil {
		s.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}}
	}
	var err error
	s.listener, err = newListener(func(conn net.Conn) net.Conn {
		return newFaultyConn(&recorder{Conn: conn, record: s.record}, &s.faults)
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *smtpService) start() error {
	if err := s.listener.reopen(); err != nil {
		return err
	}
	// Serve returns when its listener closes; see embedded.start.
	s.serving.Go(func() { _ = s.server.Serve(s.listener) })
	return nil
}

func (s *smtpService) stop() error {
	err := s.listener.Close()
	s.serving.Wait()
	return err
}

// outbox holds what came by SMTP.
type outbox struct {
	mu       sync.Mutex
	messages []SMTPMessage
}

func (o *outbox) add(m SMTPMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.messages = append(o.messages, m)
}

func (o *outbox) list() []SMTPMessage {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.messages)
}

// smtpSession is one SMTP connection. It takes mail with and without a login,
// as relays on loopback do; a wrong password is refused. Only what came with a
// login is filed as sent.
type smtpSession struct {
	outbox *outbox
	faults *smtpFaults
	logins logins
	file   func(raw []byte) error
	user   string
	draft  SMTPMessage
}

// AuthMechanisms implements smtp.AuthSession.
func (s *smtpSession) AuthMechanisms() []string { return s.logins.mechanisms() }

// Auth implements smtp.AuthSession.
func (s *smtpSession) Auth(mechanism string) (sasl.Server, error) {
	if !slices.Contains(s.AuthMechanisms(), mechanism) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return s.logins.server(mechanism, s.logins.smtpRefusal(), func(user string) error {
		s.user = user
		return nil
	}), nil
}

// Reset implements smtp.Session.
func (s *smtpSession) Reset() { s.draft = SMTPMessage{} }

// Logout implements smtp.Session.
func (s *smtpSession) Logout() error { return nil }

// Mail implements smtp.Session.
func (s *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	s.draft = SMTPMessage{User: s.user, From: from}
	return nil
}

// Rcpt implements smtp.Session.
func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.draft.To = append(s.draft.To, to)
	return nil
}

// Data implements smtp.Session.
func (s *smtpSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err // the connection was cut: half a message is no message
	}
	if err := s.faults.refusal(); err != nil {
		return err
	}
	s.draft.Data = data
	s.outbox.add(s.draft)
	if s.user == "" {
		return nil
	}
	return s.file(data)
}
