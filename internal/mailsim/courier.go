//go:build unix

package mailsim

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
)

// courierIMAPD is where Debian keeps the program that serves one session.
const courierIMAPD = "/usr/bin/imapd"

// Courier starts a Courier IMAP 5 in a temporary folder, as the current user;
// root runs it as "nobody". Everything but INBOX lies below "INBOX.", and levels
// are separated by dots: see Server.IMAPName. The error is ErrNotInstalled when
// there is no Courier.
//
// Each session is Courier's own imapd over a Maildir. The login before it is
// played here, because Courier's asks a daemon of the whole system.
func Courier() (*Server, error) {
	for program, debian := range map[string]string{courierIMAPD: "courier-imap", gamServer: "gamin"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%w: %w", notInstalled("Courier IMAP", debian), err)
		}
	}
	c := &courier{sessions: make(map[*os.Process]struct{})}
	if err := c.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("mailsim: set up Courier: %w", err), c.close())
	}
	return open(&Server{
		backend:  c,
		imapPort: c.front.port,
		names:    naming{prefix: "INBOX.", separator: "."},
	})
}

// courier is the backend that runs a process of Courier for each client.
type courier struct {
	who     identity
	dir     string
	front   *listener
	journal journal
	serving sync.WaitGroup
	watcher watcher

	mu       sync.Mutex // guards what follows
	sessions map[*os.Process]struct{}
	running  bool
}

// prepare makes the folder and an empty Maildir.
func (c *courier) prepare() (err error) {
	if c.who, err = unprivileged(); err != nil {
		return err
	}
	if c.dir, err = newFolder(c.who, "Maildir", "Maildir/cur", "Maildir/new", "Maildir/tmp"); err != nil {
		return err
	}
	c.front, err = newListener(nil)
	return err
}

func (c *courier) start() error {
	if err := c.watcher.start(c.who, c.dir); err != nil {
		return errors.Join(err, c.watcher.stop())
	}
	if err := c.front.reopen(); err != nil {
		return errors.Join(err, c.watcher.stop())
	}
	c.mu.Lock()
	c.running = true
	c.mu.Unlock()
	c.serving.Go(c.serve)
	return nil
}

func (c *courier) serve() {
	for {
		conn, err := c.front.Accept()
		if err != nil {
			return
		}
		c.serving.Go(func() {
			defer conn.Close()
			c.attend(conn.(*trackedConn).Conn.(*net.TCPConn))
		})
	}
}

// attend greets a client, and once it has logged in hands its socket to imapd.
func (c *courier) attend(conn *net.TCPConn) {
	tag, ok := courierLogin(conn)
	if !ok {
		return
	}
	socket, err := conn.File()
	if err != nil {
		return // dropped
	}
	defer socket.Close()
	cmd := c.who.command(c.dir, courierIMAPD, "Maildir")
	cmd.Env = courierEnvironment(tag, c.dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = socket, socket, &c.journal
	if ended := c.launch(cmd); ended != nil {
		<-ended
		c.forget(cmd.Process)
	}
}

// launch starts a session, unless the server has stopped meanwhile.
func (c *courier) launch(cmd *exec.Cmd) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.running {
		return nil
	}
	ended, err := spawn(cmd)
	if err != nil {
		fmt.Fprintf(&c.journal, "start %s: %v\n", cmd.Path, err)
		return nil
	}
	c.sessions[cmd.Process] = struct{}{}
	return ended
}

func (c *courier) forget(session *os.Process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sessions, session)
}

func (c *courier) stop() error { return c.halt(syscall.SIGTERM) }
func (c *courier) kill() error { return c.halt(syscall.SIGKILL) }

// halt ends the sessions and waits for them.
func (c *courier) halt(sig syscall.Signal) error {
	c.mu.Lock()
	c.running = false
	c.mu.Unlock()
	err := c.signal(sig)
	if c.front != nil {
		err = errors.Join(err, c.front.Close())
	}
	c.serving.Wait()
	return errors.Join(err, c.watcher.stop())
}

func (c *courier) signal(sig syscall.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for session := range c.sessions {
		errs = append(errs, alive(session.Signal(sig)))
	}
	return errors.Join(errs...)
}

func (c *courier) drop() error {
	c.front.drop()
	return c.signal(syscall.SIGTERM)
}

// renewInbox removes INBOX's mail and the file with its UIDs, which Courier then
// makes anew.
func (c *courier) renewInbox() error {
	maildir := filepath.Join(c.dir, "Maildir")
	err := os.Remove(filepath.Join(maildir, "courierimapuiddb"))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	for _, sub := range []string{"cur", "new", "tmp"} {
		messages, globErr := filepath.Glob(filepath.Join(maildir, sub, "*"))
		err = errors.Join(err, globErr)
		for _, message := range messages {
			err = errors.Join(err, os.Remove(message))
		}
	}
	awaitNextSecond()
	return err
}

func (c *courier) close() error {
	err := c.kill()
	if c.dir == "" {
		return err
	}
	return errors.Join(err, removeAll(c.dir))
}

func (c *courier) log() string         { return c.journal.String() }
func (c *courier) controlAddr() string { return address(c.front.port) }
