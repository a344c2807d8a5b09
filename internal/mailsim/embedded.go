package mailsim

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// Options changes what an embedded server can do.
type Options struct {
	// Without names capabilities that the server shall lack, for example
	// IDLE, UIDPLUS, MOVE, LIST-STATUS or SPECIAL-USE. They are not announced,
	// their commands are answered with BAD, and without UIDPLUS there is no
	// APPENDUID and no COPYUID. Capabilities without a command of their own
	// are just not announced.
	Without []imap.Cap
	// Provider gives the server the habits of a large one.
	Provider Provider
	// MaxConnections is how many sessions may be logged in at a time; LOGIN of
	// any further one is answered as Gmail does. 0 means 15 on Gmail, which is
	// Gmail's limit, and no limit elsewhere. Server's own sessions don't count.
	MaxConnections int
	// NewMessageIDs gives what is submitted by SMTP another Message-ID in Sent
	// Items, as outlook.com does. It needs the provider Exchange.
	NewMessageIDs bool
	// SMTPCertificate has the SMTP server offer STARTTLS, and take no login
	// without it. nil: it speaks plain text; for implicit TLS see TLSFront.
	SMTPCertificate *tls.Certificate
	// User is the address as which the user logs in; "": ana@example.org. A
	// TokenServer has to be told, too.
	User string
	// Tokens lets the user in by its access tokens too, with XOAUTH2 and, but for
	// Exchange, OAUTHBEARER, by IMAP and SMTP. nil: by the password only.
	Tokens *TokenServer
	// NoPasswords refuses the password too, as outlook.com does. Refusals are in
	// the words of the provider, which Gmail has for the account's own password
	// where one made for a program is wanted.
	NoPasswords bool
}

func (o Options) logins() logins {
	return logins{o.User, o.Tokens, o.NoPasswords, o.Provider}
}

// gmailConnections is Gmail's limit.
const gmailConnections = 15

// Embedded starts an IMAP and an SMTP server inside this process.
func Embedded() (*Server, error) {
	return EmbeddedWith(Options{})
}

// EmbeddedWith is Embedded with options.
func EmbeddedWith(options Options) (*Server, error) {
	if options.Provider == Gmail && options.MaxConnections == 0 {
		options.MaxConnections = gmailConnections
	}
	e := new(embedded)
	logger := log.New(&e.journal, "", log.LstdFlags)
	st, err := newStore(options)
	if err == nil {
		e.smtp, err = newSMTPService(st.file, options.logins(), options.SMTPCertificate, logger)
	}
	if err == nil {
		e.imapServer = newIMAPServer(st, e.isOwn, logger)
		err = e.listen(options)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("mailsim: set up the embedded server: %w", err), e.close())
	}
	return open(&Server{
		user:     options.User,
		backend:  e,
		imapPort: e.imap.port,
		smtp:     e.smtp,
		provider: options.Provider,
	})
}

// embedded is the backend that runs inside this process. Stopping it closes
// its listeners; the servers behind them, and the mail, live on.
type embedded struct {
	imapServer *imapserver.Server
	journal    journal

	imap    *listener
	smtp    *smtpService
	control *listener // nothing is hidden here, see Options.Without
	serving sync.WaitGroup
}

func (e *embedded) listen(options Options) error {
	var errs [2]error
	edits := newEdits(options)
	e.imap, errs[0] = newListener(func(conn net.Conn) net.Conn { return newWire(conn, edits) })
	e.control, errs[1] = newListener(nil)
	return errors.Join(errs[:]...)
}

// isOwn says whether a connection is one of Server's own sessions.
func (e *embedded) isOwn(conn net.Conn) bool {
	return conn.LocalAddr().String() == e.controlAddr()
}

func (e *embedded) listeners() []*listener {
	var all []*listener
	for _, l := range []*listener{e.imap, e.control} {
		if l != nil {
			all = append(all, l)
		}
	}
	return all
}

func (e *embedded) start() error {
	for _, l := range e.listeners() {
		if err := l.reopen(); err != nil {
			return errors.Join(err, e.stop())
		}
	}
	// Serve returns when its listener closes; there is no other way to fail
	// that a client would not notice by itself.
	e.serving.Go(func() { _ = e.imapServer.Serve(e.imap) })
	e.serving.Go(func() { _ = e.imapServer.Serve(e.control) })
	if err := e.smtp.start(); err != nil {
		return errors.Join(err, e.stop())
	}
	return nil
}

func (e *embedded) stop() error {
	var errs []error
	for _, l := range e.listeners() {
		errs = append(errs, l.Close())
	}
	if e.smtp != nil {
		errs = append(errs, e.smtp.stop())
	}
	e.serving.Wait()
	return errors.Join(errs...)
}

func (e *embedded) kill() error  { return e.stop() }
func (e *embedded) close() error { return e.stop() }

func (e *embedded) drop() error {
	e.imap.drop()
	e.smtp.listener.drop()
	return nil
}

func (e *embedded) log() string         { return e.journal.String() }
func (e *embedded) controlAddr() string { return address(e.control.port) }

// journal keeps the end of a server's log.
type journal struct {
	mu   sync.Mutex
	text []byte
}

// journalSize is how much of a log is kept.
const journalSize = 32 << 10

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text = append(j.text, b...)
	if extra := len(j.text) - journalSize; extra > 0 {
		j.text = append([]byte(nil), j.text[extra:]...)
	}
	return len(b), nil
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return string(j.text)
}
