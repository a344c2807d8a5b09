package mailsim

import (
	"io"
	"log"
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
// The real servers have no SMTP server: there it is always empty.
func (s *Server) Sent() []SMTPMessage {
	if s.outbox == nil {
		return nil
	}
	return s.outbox.list()
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

// newSMTPServer returns a server that hands what logged-in users send to file.
func newSMTPServer(o *outbox, file func(raw []byte) error, logger *log.Logger) *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &smtpSession{outbox: o, file: file}, nil
	}))
	server.Domain = "localhost"
	server.AllowInsecureAuth = true
	server.ErrorLog = logger
	return server
}

// smtpSession is one SMTP connection. It takes mail with and without a login,
// as relays on loopback do; a wrong password is refused. Only what came with a
// login is filed as sent.
type smtpSession struct {
	outbox *outbox
	file   func(raw []byte) error
	user   string
	draft  SMTPMessage
}

// AuthMechanisms implements smtp.AuthSession.
func (s *smtpSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *smtpSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(identity, user, pass string) error {
		if user != userName || pass != password || identity != "" && identity != user {
			return smtp.ErrAuthFailed
		}
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
	s.draft.Data = data
	s.outbox.add(s.draft)
	if s.user == "" {
		return nil
	}
	return s.file(data)
}
