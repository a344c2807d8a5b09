package mailer

import (
	"context"
	"fmt"
	"time"

	"github.com/wneessen/go-mail"
)

// SMTPServer is how letters leave an account.
type SMTPServer struct {
	Host   string
	Port   int
	TLS    string // implicit, starttls or none
	User   string
	Secret func(context.Context) (string, error)
}

// smtpTimeout bounds one conversation with a server.
const smtpTimeout = 30 * time.Second

// TryLogin logs in and out again. TLS is mandatory unless it is "none", which
// the configuration allows on loopback only.
func TryLogin(ctx context.Context, s SMTPServer) error {
	secret, err := s.Secret(ctx)
	if err != nil {
		return fmt.Errorf("login to %s: %w", s.Host, err)
	}
	options := []mail.Option{mail.WithPort(s.Port), mail.WithTimeout(smtpTimeout), mail.WithUsername(s.User), mail.WithPassword(secret)}
	switch s.TLS {
	case "implicit":
		options = append(options, mail.WithSSL(), mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover))
	case "starttls":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory), mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover))
	default:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS), mail.WithSMTPAuth(mail.SMTPAuthPlainNoEnc))
	}
	client, err := mail.NewClient(s.Host, options...)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	return client.Close()
}
