// Package mailsim runs real mail servers on loopback, for the demo, the tests
// and the benchmarks.
//
// Embedded is go-imap's and go-smtp's server inside this process, with its mail
// in memory; it needs nothing installed. Dovecot, Cyrus and Courier are real
// ones, run by an unprivileged user in a temporary folder. All hold one user
// with the same mailboxes and are used through the same Server, so that one set
// of tests can run on each; see Server.IMAPName for the names on Courier.
// DovecotWith can give Dovecot more users: see Server.As.
// Embedded corrects those habits of go-imap's memory server that no real server
// has: see session. EmbeddedWith can give it the habits of Gmail or Exchange,
// with their mailboxes: see Provider. TokenServer gives access tokens of OAuth
// 2.0, with which Embedded and Dovecot let the user in when they are told to.
//
// A Server can be stopped, killed and started again on the same port with its
// mail kept. Mail arrives by Append, and Messages reads it, through sessions of
// their own which change nothing else. Proxy stands between a client and a
// server and swallows, cuts or stalls what a test wants to see lost. TLSFront
// stands there too and speaks TLS with a certificate that a CA of the test made.
//
// AddressBook and Radicale are CardDAV servers, which hold no mail.
//
// Nothing here is safe to expose to a network: the password is a constant and
// the servers speak plain text. Every listener is bound to 127.0.0.1.
package mailsim

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
)

// The user of every server.
const (
	userName = "ana@example.org"
	password = "correct-horse"
	loopback = "127.0.0.1"
)

// ErrNotInstalled says that this machine has no such server that can be used.
var ErrNotInstalled = errors.New("mailsim: the mail server is not installed")

// notInstalled returns an ErrNotInstalled that says how to install a server.
// Debian lets nobody install two of them; each finds its programs too where they
// were only unpacked from the package.
func notInstalled(server, debian string) error {
	return fmt.Errorf("%w: %s (Debian: package %s)", ErrNotInstalled, server, debian)
}

// backend is what differs between the servers. Server calls start, stop, kill,
// drop, close and renewInbox one at a time.
type backend interface {
	start() error
	stop() error  // orderly: clients may get a BYE
	kill() error  // at once
	drop() error  // every connection, but keep listening
	close() error // kill, and give back all that the server holds
	log() string
	controlAddr() string // where Server's own sessions connect
}

// inboxRenewer is a backend whose INBOX can't be renamed by IMAP.
type inboxRenewer interface {
	// renewInbox empties INBOX and makes its UIDVALIDITY a later one. It is
	// called while the server is stopped.
	renewInbox() error
}

// Server is a mail server on loopback as one user sees it. Its methods may be called
// from several goroutines.
type Server struct {
	backend  backend
	imapPort int
	smtp     *smtpService // nil: no SMTP
	beside   bool         // smtp is none of backend's: see AddSMTP
	names    naming
	provider Provider
	user     string // "": the usual one
	logins   logins // of the SMTP server that AddSMTP makes

	mu      sync.Mutex // guards running; held while it changes
	running bool
}

// open starts a server and gives it its first mailboxes.
func open(s *Server) (*Server, error) {
	err := s.Start()
	if err == nil {
		err = s.createFirst()
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Host returns the address that the server listens on, 127.0.0.1.
func (s *Server) Host() string { return loopback }

// IMAPPort returns the port of the IMAP server: plain text, no STARTTLS. It
// stays the same over Stop and Start.
func (s *Server) IMAPPort() int { return s.imapPort }

// SMTPPort returns the port of the SMTP server, or 0 for Dovecot, Cyrus and
// Courier, which have none unless AddSMTP gave them one.
func (s *Server) SMTPPort() int {
	if s.smtp == nil {
		return 0
	}
	return s.smtp.listener.port
}

// IMAPAddr returns host and port of the IMAP server, as net.Dial wants them.
func (s *Server) IMAPAddr() string { return address(s.imapPort) }

// User returns the login name, which is also the user's address.
func (s *Server) User() string { return cmp.Or(s.user, userName) }

// As returns a running Dovecot as another of its users, see DovecotOptions, with
// mailboxes of their own: they read and write there by it. It is started, stopped
// and closed by the first Server alone, and has no SMTP.
func (s *Server) As(user string) (*Server, error) {
	other := &Server{backend: s.backend, imapPort: s.imapPort, names: s.names, provider: s.provider, user: user, running: true}
	if err := other.createFirst(); err != nil {
		return nil, err
	}
	return other, nil
}

// DovecotOptions are what can be different about a Dovecot.
type DovecotOptions struct {
	Users       []string // beside the usual one, with the same password; their names are addresses
	Connections int      // how many each user may have at a time; 0: a hundred
	// Tokens lets the usual user in by its access tokens too (with XOAUTH2 and
	// OAUTHBEARER; Dovecot asks it about each), also by SMTP; see AddSMTP.
	Tokens *TokenServer
	// Mechanisms are those for Tokens, in IMAP; nil: the two.
	Mechanisms []string
}

// Password returns the user's password, for IMAP and SMTP.
func (s *Server) Password() string { return password }

// Log returns the newest part of what the server wrote to its log.
func (s *Server) Log() string { return s.backend.log() }

// Start starts a stopped server again, on its old port and with its mail. On a
// running server it does nothing.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running {
		return nil
	}
	err := s.backend.start()
	if err == nil && s.beside {
		err = s.smtp.start()
	}
	if err != nil {
		return fmt.Errorf("mailsim: start the server: %w", err)
	}
	s.running = true
	return nil
}

// Stop shuts the server down as an administrator would, dropping all
// connections. On a stopped server it does nothing.
func (s *Server) Stop() error { return s.halt("stop", s.backend.stop) }

// Kill ends the server like a crash: no BYE, and nothing is finished. The
// processes of a real server get SIGKILL. Start brings it back.
func (s *Server) Kill() error { return s.halt("kill", s.backend.kill) }

func (s *Server) halt(what string, do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running {
		return nil
	}
	s.running = false
	if err := errors.Join(do(), s.stopBeside()); err != nil {
		return fmt.Errorf("mailsim: %s the server: %w", what, err)
	}
	return nil
}

// stopBeside stops what AddSMTP started.
func (s *Server) stopBeside() error {
	if !s.beside {
		return nil
	}
	return s.smtp.stop()
}

// whileStopped stops a running server, does something and starts it again.
func (s *Server) whileStopped(do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running {
		return errors.New("the server is stopped")
	}
	s.running = false
	if err := s.backend.stop(); err != nil {
		return err
	}
	err := do()
	startErr := s.backend.start()
	s.running = startErr == nil
	return errors.Join(err, startErr)
}

// DropConnections cuts every live connection while the server keeps listening.
// On Dovecot only those are cut that have logged in.
func (s *Server) DropConnections() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.beside {
		s.smtp.listener.drop()
	}
	if err := s.backend.drop(); err != nil {
		return fmt.Errorf("mailsim: drop connections: %w", err)
	}
	return nil
}

// Close ends the server and removes its mail and its folder.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = false
	if err := errors.Join(s.backend.close(), s.stopBeside()); err != nil {
		return fmt.Errorf("mailsim: close the server: %w", err)
	}
	return nil
}
