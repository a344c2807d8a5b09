package imapconn

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"reflect"
	"slices"
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

	// OAuth says that Secret gives an OAuth 2.0 access token; see Bearer.
	OAuth bool
	// Renew gives another token in place of one that the server refused: it may
	// have been revoked before its time. It is asked once for a login; nil for
	// no second try.
	Renew func(ctx context.Context, refused string) (string, error)
	// Dial connects; nil for the network's own way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// NewMail is called when the server says, unasked, how many messages the
	// selected mailbox has; nil for nobody. It must not block.
	NewMail func()
	// Counters is where to count; nil for nowhere.
	Counters *Counters
}

// IsLoopback reports whether a host, by name or address, is this computer.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
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
	return Enter(ctx, s.Host, s.Secret, s.Renew, s.enter)
}

// enter connects and logs in by a secret.
func (s Server) enter(ctx context.Context, secret string) (*Conn, error) {
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
	dial := s.Dial
	if dial == nil {
		dial = (&net.Dialer{KeepAliveConfig: keepAlive}).DialContext
	}
	conn, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	return s.secure(ctx, conn)
}

// secure brings TLS about on a connection, where the server has it, and closes the
// connection if there is none to be had.
func (s Server) secure(ctx context.Context, conn net.Conn) (*guard, error) {
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
		return nil, TLSError(s.Host, implicitPort, err)
	}
	g.Conn = secure
	return g, nil
}

// Handshake brings TLS about on a connection to the server as Dial does, and closes
// it: who looks for what is wrong wants to know how far it gets. The state is zero
// where the server's TLS is None. No credential is asked for or sent.
func Handshake(ctx context.Context, s Server, conn net.Conn) (tls.ConnectionState, error) {
	defer conn.Close()
	limited, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	g, err := s.secure(limited, conn)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return tls.ConnectionState{}, ctx.Err()
	case limited.Err() != nil:
		return tls.ConnectionState{}, fmt.Errorf("%w: no TLS within %v", ErrAway, dialTimeout)
	default:
		return tls.ConnectionState{}, err
	}
	if secure, ok := g.Conn.(*tls.Conn); ok {
		return secure.ConnectionState(), nil
	}
	return tls.ConnectionState{}, nil
}

// login waits for the greeting and logs in by a token, or by a password: with
// AUTHENTICATE PLAIN where that takes one round trip (RFC 4959), else with LOGIN.
func (c *Conn) login(ctx context.Context, s Server, secret string) error {
	return c.do(ctx, "login", dialTimeout, smallBudget, func() error {
		if err := c.client.WaitGreeting(); err != nil {
			return greetingError(err)
		}
		caps := c.client.Caps()
		if err := c.authenticate(s, caps, secret); err != nil {
			return err
		}
		return c.learnCaps(caps)
	})
}

func (c *Conn) authenticate(s Server, caps imap.CapSet, secret string) error {
	var err error
	switch {
	case s.OAuth:
		return c.bearer(s, caps, secret)
	case caps.Has(imap.CapSASLIR) && caps.Has(imap.AuthCap("PLAIN")):
		err = c.client.Authenticate(sasl.NewPlainClient("", s.User, secret))
	default:
		err = c.client.Login(s.User, secret).Wait()
	}
	if err != nil {
		return loginError(s, secret, err)
	}
	return nil
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

// greetingError tells a server that greets with NO or BAD, of which RFC 9051
// section 7.1 knows nothing, from one that says nothing that could be read.
func greetingError(err error) error {
	var refused *imap.Error
	if errors.As(err, &refused) && refused.Type != imap.StatusResponseTypeBye {
		return fmt.Errorf("%w: it greeted with %s", ErrAway, words(refused))
	}
	return err
}

// words are those of a refusal, with its code, if it has one.
func words(refused *imap.Error) string {
	return strings.TrimSpace(string(refused.Code) + " " + refused.Text)
}

// loginError tells a refused login from a server that cannot log anybody in now.
func loginError(s Server, secret string, err error) error {
	var refused *imap.Error
	if !errors.As(err, &refused) {
		return err
	}
	said := Without(words(refused), Plain(s.User, secret), secret)
	if passing(refused) {
		return fmt.Errorf("%w: it does not log in %s now: %s", ErrAway, s.User, said)
	}
	advice, ok := loginAdvice[refused.Code]
	if !ok {
		advice = "check user and password (many providers want an app password)"
	}
	return fmt.Errorf("%w for %s at %s: %s; %s", ErrLogin, s.User, s.Host, said, advice)
}

// loginAdvice is what mends a refusal whose code tells its reason (RFC 5530
// section 3).
var loginAdvice = map[imap.ResponseCode]string{
	imap.ResponseCodeAuthenticationFailed: "check user and password (many providers want an app password)",
	imap.ResponseCodeAuthorizationFailed:  "this user may not read that mail",
	imap.ResponseCodeExpired:              "the password has expired: set a new one with the provider",
	imap.ResponseCodePrivacyRequired:      "the server wants TLS: write tls = \"implicit\" or tls = \"starttls\"",
	imap.ResponseCodeContactAdmin:         "ask who runs the server",
}

// passing is true for a refusal that may be over soon: by its code (RFC 5530),
// or by its words, since Gmail and others give no code with "Too many
// simultaneous connections".
func passing(refused *imap.Error) bool {
	switch refused.Code {
	case imap.ResponseCodeUnavailable, imap.ResponseCodeServerBug, imap.ResponseCodeLimit, imap.ResponseCodeInUse:
		return true
	}
	if _, final := loginAdvice[refused.Code]; final {
		return false
	}
	text := strings.ToLower(refused.Text)
	return slices.ContainsFunc(passingWords, func(words string) bool { return strings.Contains(text, words) })
}

var passingWords = []string{"too many", "maximum number of connections", "simultaneous connections", "connection limit",
	"try again later", "try later", "temporar", "currently unavailable"}

// newConn hands a guarded connection to the library.
func newConn(g *guard, s Server) *Conn {
	notify := s.NewMail
	if notify == nil {
		notify = func() {}
	}
	a := &answers{Conn: g, fail: g.fail}
	client := imapclient.New(a, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				notify()
			}
		},
	}})
	return &Conn{client: client, guard: g, answers: a}
}
