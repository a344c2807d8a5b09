package imapconn

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// TLS says how a connection is protected.
type TLS string

// The ways of protecting a connection. None is for loopback addresses only; the
// configuration refuses it elsewhere.
const (
	Implicit TLS = "implicit" // RFC 8314
	StartTLS TLS = "starttls" // RFC 9051 section 6.2.1, mandatory here
	None     TLS = "none"
)

// Server is where an account's mail lies and how to get in.
type Server struct {
	Host   string
	Port   int
	TLS    TLS
	User   string
	Secret func(context.Context) (string, error) // asked at each login, maybe by several goroutines
	Roots  *x509.CertPool                        // nil: those of the system

	// NewMail is called when the server says, unasked, how many messages the
	// selected mailbox has; nil for nobody. It must not block.
	NewMail func()
	// Counters is where to count; nil for nowhere.
	Counters *Counters
}

// Errors that callers tell apart.
var (
	// ErrLogin means that the server refused the user or the secret.
	ErrLogin = errors.New("the login was refused")
	// ErrAway means that the server cannot be reached or broke the connection:
	// trying again later may help.
	ErrAway = errors.New("the server is away")
	// ErrTLS means that there is no connection that could be trusted with a secret.
	ErrTLS = errors.New("no trustworthy TLS connection")
)

// keepAlive finds out within two minutes that the other side is gone.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 45 * time.Second, Interval: 15 * time.Second, Count: 4}

// dialTimeout bounds the way up to the login, and then the login. It is a
// variable for the tests.
var dialTimeout = 30 * time.Second

// Dial connects, verifies the server's certificate and logs in. No byte of a
// credential is sent before TLS stands, unless the server's TLS is None.
func Dial(ctx context.Context, s Server) (*Conn, error) {
	if s.Counters == nil {
		s.Counters = new(Counters)
	}
	secret, err := s.Secret(ctx)
	if err != nil {
		return nil, fmt.Errorf("login to %s: %w", s.Host, err)
	}
	g, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	c := newConn(g, s)
	if err := c.login(ctx, s, secret); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// connect gives a guarded connection on which the IMAP library may start.
func (s Server) connect(ctx context.Context) (*guard, error) {
	addr := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	limited, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	g, err := s.open(limited, addr)
	switch {
	case err == nil:
		return g, nil
	case ctx.Err() != nil:
		err = ctx.Err()
	case limited.Err() != nil:
		err = fmt.Errorf("%w: no answer within %v", ErrAway, dialTimeout)
	}
	return nil, fmt.Errorf("connect to %s: %w", addr, err)
}

// open dials and brings TLS about, where the server has it.
func (s Server) open(ctx context.Context, addr string) (*guard, error) {
	dialer := net.Dialer{KeepAliveConfig: keepAlive}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	g := &guard{Conn: conn, counters: s.Counters}
	g.budget.Store(smallBudget) // the library begins to read before the login begins
	switch s.TLS {
	case None:
		return g, nil
	case StartTLS:
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		err := startTLS(conn)
		stop()
		if err != nil {
			conn.Close()
			return nil, err
		}
		// The library waits for a greeting; the server gave its own before TLS.
		g.prefix = []byte("* OK ready\r\n")
	}
	secure := tls.Client(conn, &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, tlsError(err)
	}
	g.Conn = secure
	return g, nil
}

// tlsError tells a certificate that cannot be trusted from a server that speaks
// no TLS here and from a connection that broke.
func tlsError(err error) error {
	const port = "is this a port for implicit TLS (993)? otherwise write tls = \"starttls\""
	var network *net.OpError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &plain):
		return fmt.Errorf("%w: %w; %s", ErrTLS, err, port)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network) && network.Op != "remote error":
		return fmt.Errorf("%w: %w; %s", ErrAway, err, port)
	}
	return fmt.Errorf("%w: %w; check the server's name, or ask who runs it to renew its certificate", ErrTLS, err)
}

// startTLS asks a server that speaks plain text to change to TLS. Whatever the
// server says beyond the agreement would have come from anybody on the way: it
// is an error (CVE-2011-0411 and its kin), as is a server already logged in.
func startTLS(conn net.Conn) error {
	r := bufio.NewReaderSize(io.LimitReader(conn, 64<<10), 4096)
	greeting, err := r.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("%w: no greeting: %w", ErrAway, err)
	}
	switch upper := bytes.ToUpper(greeting); {
	case bytes.HasPrefix(upper, []byte("* BYE")):
		return fmt.Errorf("%w: the server greeted with %q", ErrAway, greeting)
	case !bytes.HasPrefix(upper, []byte("* OK")):
		return fmt.Errorf("%w: the server greeted with %q", ErrTLS, greeting)
	}
	if _, err := io.WriteString(conn, "S1 STARTTLS\r\n"); err != nil {
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("%w: no answer to STARTTLS: %w", ErrAway, err)
		}
		if bytes.HasPrefix(line, []byte("* ")) {
			continue
		}
		if !bytes.HasPrefix(bytes.ToUpper(line), []byte("S1 OK")) {
			return fmt.Errorf("%w: the server refuses STARTTLS: %q; does it offer tls = \"implicit\"?", ErrTLS, line)
		}
		if r.Buffered() > 0 {
			return fmt.Errorf("%w: the server went on in plain text after STARTTLS", ErrTLS)
		}
		return nil
	}
}

// login waits for the greeting and logs in by AUTHENTICATE PLAIN where that
// takes one round trip (RFC 4959), else by LOGIN.
func (c *Conn) login(ctx context.Context, s Server, secret string) error {
	return c.do(ctx, "login", dialTimeout, smallBudget, func() error {
		if err := c.client.WaitGreeting(); err != nil {
			return err
		}
		if c.client.State() == imap.ConnStateAuthenticated {
			return fmt.Errorf("%w: the server let anybody in (PREAUTH)", ErrTLS)
		}
		caps := c.client.Caps()
		var err error
		if caps.Has(imap.CapSASLIR) && caps.Has(imap.AuthCap("PLAIN")) {
			err = c.client.Authenticate(sasl.NewPlainClient("", s.User, secret))
		} else {
			err = c.client.Login(s.User, secret).Wait()
		}
		if err != nil {
			return loginError(s, err)
		}
		return c.learnCaps(caps)
	})
}

// learnCaps waits until it is known what the server can do for who is logged
// in. Most servers say so with the answer to the login; for others the library
// asks, but only after it has told us of that answer: until then it gives what
// held before.
func (c *Conn) learnCaps(before imap.CapSet) error {
	now := c.client.Caps()
	if now != nil && reflect.ValueOf(now).Pointer() != reflect.ValueOf(before).Pointer() {
		return nil
	}
	_, err := c.client.Capability().Wait()
	return err
}

// loginError tells a refused login from a server that cannot log anybody in now
// (RFC 5530).
func loginError(s Server, err error) error {
	var refused *imap.Error
	if !errors.As(err, &refused) {
		return err
	}
	text := strings.TrimSpace(string(refused.Code) + " " + refused.Text)
	switch refused.Code {
	case imap.ResponseCodeUnavailable, imap.ResponseCodeServerBug, imap.ResponseCodeLimit, imap.ResponseCodeInUse:
		return fmt.Errorf("%w: it does not log in %s now: %s", ErrAway, s.User, text)
	}
	return fmt.Errorf("%w for %s at %s: %s; check user and password (many providers want an app password)",
		ErrLogin, s.User, s.Host, text)
}

// newConn hands a guarded connection to the library.
func newConn(g *guard, s Server) *Conn {
	notify := s.NewMail
	if notify == nil {
		notify = func() {}
	}
	client := imapclient.New(&answers{Conn: g}, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				notify()
			}
		},
	}})
	return &Conn{client: client, guard: g}
}
