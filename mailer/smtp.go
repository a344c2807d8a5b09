package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"regards/internal/imapconn"
)

// SMTPServer is how letters leave an account.
type SMTPServer struct {
	Host   string
	Port   int
	TLS    string // implicit, starttls or none
	User   string
	Secret func(context.Context) (string, error)
	Roots  *x509.CertPool // nil: those of the system

	// OAuth, Renew and Dial are as those of imapconn.Server.
	OAuth bool
	Renew func(ctx context.Context, refused string) (string, error)
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
}

// limits bound the steps of a conversation. That after the final dot is as long
// as RFC 5321 section 4.5.3.2 wants it: who gives up earlier never knows whether
// the message went. They are a variable for the tests.
var limits = struct{ login, command, block, dot, quit time.Duration }{
	login: 30 * time.Second, command: 2 * time.Minute, block: 3 * time.Minute, dot: 10 * time.Minute, quit: 3 * time.Second,
}

// mostAnswers is how many bytes a server may send in one conversation.
const mostAnswers = 1 << 20

// TryLogin logs in and out again. TLS is mandatory unless it is "none", which is
// for loopback only.
func TryLogin(ctx context.Context, s SMTPServer) error {
	c, err := s.dial(ctx)
	if err != nil {
		return err
	}
	c.quit(limits.quit)
	return nil
}

// conversation is a connection to an SMTP server that is logged in.
type conversation struct {
	*smtp.Client
	conn net.Conn // below TLS
}

// dial connects, brings TLS about and logs in. Its errors are ErrAway, ErrTLS and
// ErrLogin of imapconn, or that of the secret. No byte of a credential is sent
// before TLS stands, unless TLS is none.
func (s SMTPServer) dial(ctx context.Context) (*conversation, error) {
	if s.TLS == "none" && !imapconn.IsLoopback(s.Host) {
		return nil, fmt.Errorf("%w: tls = \"none\" is for this computer itself, not for %s", imapconn.ErrTLS, s.Host)
	}
	return imapconn.Enter(ctx, s.Host, s.Secret, s.Renew, s.enter)
}

// enter connects, brings TLS about and logs in by a secret.
func (s SMTPServer) enter(ctx context.Context, secret string) (*conversation, error) {
	addr := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	limited, cancel := context.WithTimeout(ctx, limits.login)
	defer cancel()
	dial := s.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(limited, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w: %w", addr, imapconn.ErrAway, err)
	}
	c, err := s.converse(ctx, limited, conn, func(client *smtp.Client) error { return s.login(client, secret) })
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", addr, err)
	}
	return c, nil
}

// Handshake goes on a connection as far as a login would: it is greeted, and brings
// TLS about. Then it closes it. The state is zero where the server's TLS is none. No
// credential is asked for or sent. The errors are ErrAway and ErrTLS of imapconn.
func Handshake(ctx context.Context, s SMTPServer, conn net.Conn) (tls.ConnectionState, error) {
	limited, cancel := context.WithTimeout(ctx, limits.login)
	defer cancel()
	c, err := s.converse(ctx, limited, conn, func(*smtp.Client) error { return nil })
	if err != nil {
		return tls.ConnectionState{}, err
	}
	state, _ := c.TLSConnectionState() // none, without TLS
	c.quit(limits.quit)
	return state, nil
}

// converse begins a conversation, and does what follows. All that ends with limited,
// and the connection is closed when it fails.
func (s SMTPServer) converse(ctx, limited context.Context, conn net.Conn, then func(*smtp.Client) error) (*conversation, error) {
	stop := context.AfterFunc(limited, func() { conn.Close() })
	defer stop()
	client, err := s.begin(conn)
	if err == nil {
		err = then(client)
	}
	if err == nil {
		return &conversation{client, conn}, nil
	}
	conn.Close()
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case limited.Err() != nil:
		err = fmt.Errorf("%w: it did not come to a login within %v", imapconn.ErrAway, limits.login)
	}
	return nil, err
}

// begin goes on until a login can begin.
func (s SMTPServer) begin(conn net.Conn) (*smtp.Client, error) {
	config := &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	var inner net.Conn = &bounded{Conn: conn, left: mostAnswers}
	if s.TLS == "implicit" {
		secure := tls.Client(inner, config)
		if err := secure.Handshake(); err != nil {
			return nil, s.tlsError(err)
		}
		inner = secure
	}
	client, err := smtp.NewClient(inner, s.Host)
	if err != nil {
		return nil, answerError("it does not greet", err)
	}
	// The name of this computer is nobody's business.
	if err := client.Hello("localhost"); err != nil {
		return nil, answerError("it does not answer EHLO", err)
	}
	if s.TLS == "starttls" {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return nil, fmt.Errorf("%w: the server does not offer STARTTLS, or somebody on the way hides it; does it offer tls = \"implicit\"?", imapconn.ErrTLS)
		}
		if err := client.StartTLS(config); err != nil {
			return nil, s.tlsError(err)
		}
	}
	return client, nil
}

// login logs in by the first way that both sides know. Over TLS, to a server
// whose certificate was verified, PLAIN works for more of them than the others.
func (s SMTPServer) login(client *smtp.Client, secret string) error {
	_, offered := client.Extension("AUTH")
	if s.OAuth {
		return s.bearer(client, strings.Fields(offered), secret)
	}
	plain := s.TLS == "none"
	for _, way := range []struct {
		name string
		auth smtp.Auth
	}{
		{"PLAIN", smtp.PlainAuth("", s.User, secret, s.Host, plain)}, {"LOGIN", smtp.LoginAuth(s.User, secret, s.Host, plain)},
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(s.User, secret)}, {"SCRAM-SHA-1", smtp.ScramSHA1Auth(s.User, secret)},
		{"CRAM-MD5", smtp.CRAMMD5Auth(s.User, secret)},
	} {
		if !slices.Contains(strings.Fields(offered), way.name) {
			continue
		}
		err := client.Auth(way.auth)
		var answer *textproto.Error
		if errors.As(err, &answer) {
			answer.Msg = imapconn.Without(answer.Msg, imapconn.Plain(s.User, secret), secret)
		}
		if answer != nil && answer.Code >= 500 {
			return fmt.Errorf("%w for %s: %s; check user and password (many providers want an app password)", imapconn.ErrLogin, s.User, said(answer))
		}
		return answerError("it does not log in "+s.User+" now", err)
	}
	return fmt.Errorf("%w: the server offers no way to log in that is known here: %q", imapconn.ErrLogin, offered)
}

// bearer logs in by an access token.
func (s SMTPServer) bearer(client *smtp.Client, offered []string, token string) error {
	has := func(mechanism string) bool { return slices.Contains(offered, mechanism) }
	b, err := imapconn.NewBearer(has, s.User, token, s.Host, s.Port)
	if err != nil {
		return err
	}
	auth := &tokenAuth{Bearer: b}
	err = client.Auth(auth)
	var answer *textproto.Error
	switch {
	case auth.challenged:
		return b.Refused("", false)
	case errors.As(err, &answer):
		_, told, _ := b.Start()
		answer.Msg = imapconn.Without(answer.Msg, string(told), token) // before its end is cut off
		return b.Refused(said(answer), answer.Code < 500)
	}
	return answerError("it does not log in "+s.User+" now", err)
}

// tokenAuth is a Bearer as the SMTP library wants it.
type tokenAuth struct {
	*imapconn.Bearer
	challenged bool // the server has said why it refuses
}

// Start implements smtp.Auth.
func (a *tokenAuth) Start(*smtp.ServerInfo) (string, []byte, error) { return a.Bearer.Start() }

// Next implements smtp.Auth. More is false once the login has succeeded.
func (a *tokenAuth) Next(challenge []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	a.challenged = true
	return a.Bearer.Next(challenge)
}

// implicitPort is that of submission with TLS from the first byte on (RFC 8314
// section 3.3).
const implicitPort = 465

// tlsError tells a server that refuses TLS now from one whose TLS cannot be trusted.
func (s SMTPServer) tlsError(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return answerError("no TLS", err)
	}
	return imapconn.TLSError(s.Host, implicitPort, err)
}

// answerError says that something failed for which nobody but the server can be
// blamed; nil for nil.
func answerError(what string, err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return fmt.Errorf("%w: %s: %s", imapconn.ErrAway, what, said(answer))
	}
	if err != nil {
		err = fmt.Errorf("%w: %s: %w", imapconn.ErrAway, what, err)
	}
	return err
}

// said gives a server's words for people to read, on one line.
func said(answer *textproto.Error) string {
	const longest = 500
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(answer.Msg, "?"))
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", answer.Code, text))
}

// quit says goodbye, and closes whatever the answer is, after a time at the
// latest.
func (c *conversation) quit(limit time.Duration) {
	_ = c.UpdateDeadline(limit)
	_ = c.Quit() // the work was done before
	c.conn.Close()
}

// bounded is a connection from which only so much can be read: the library
// keeps answers of any length.
type bounded struct {
	net.Conn
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.Conn.Read(p)
	b.left -= int64(n)
	return n, err
}
