//go:build unix

package mailsim

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// process is the part of a backend that runs a server as a child process, in a
// temporary folder and in a process group of its own.
type process struct {
	name string   // of the server, for messages
	args []string // the command that runs it in the foreground
	who  identity
	dir  string
	port int

	leader *os.Process   // leads a group with all of the server's processes; nil: stopped
	ended  chan struct{} // closed when leader has ended; nil before the first start
}

// prepare makes the folder, with subfolders, and finds a user and a port.
func (p *process) prepare(subfolders ...string) (err error) {
	if p.who, err = unprivileged(); err != nil {
		return err
	}
	if p.dir, err = newFolder(p.who, subfolders...); err != nil {
		return err
	}
	free, err := newListener(nil)
	if err != nil {
		return err
	}
	p.port = free.port
	return free.Close()
}

// write puts files into the folder, which only the server's user may read.
func (p *process) write(files map[string]string) error {
	for name, content := range files {
		path := filepath.Join(p.dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return err
		}
		if err := p.who.own(path); err != nil {
			return err
		}
	}
	return nil
}

// start runs the server, as soon as its port is free: the rest of a server that
// was killed may still hold it.
func (p *process) start() error {
	deadline := time.Now().Add(startTimeout)
	err := awaitPort(p.port, deadline)
	if err == nil {
		err = p.launch()
	}
	if err == nil {
		err = p.awaitGreeting(deadline)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%w\nThe end of %s's log:\n%s", err, p.name, p.log()), p.kill())
	}
	return nil
}

// awaitPort waits until nobody listens on a port.
func awaitPort(port int, deadline time.Time) error {
	for {
		free, err := net.Listen("tcp", address(port))
		if err == nil {
			return free.Close()
		}
		if time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// launch starts the process with an empty log.
func (p *process) launch() error {
	log, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	if err := p.who.own(p.logFile()); err != nil {
		return err
	}
	cmd := p.command(p.args[0], p.args[1:]...)
	cmd.Stdout, cmd.Stderr = log, log // what is wrong with the configuration goes there
	p.ended, err = spawn(cmd)
	if err == nil {
		p.leader = cmd.Process
	}
	return err
}

// command returns a command that runs as the right user in the right place.
func (p *process) command(name string, args ...string) *exec.Cmd {
	return p.who.command(p.dir, name, args...)
}

// awaitGreeting waits until the server greets a client.
func (p *process) awaitGreeting(deadline time.Time) error {
	for time.Now().Before(deadline) {
		if p.greets() {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended while starting", p.name)
		case <-time.After(5 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s did not answer on port %d within %v", p.name, p.port, startTimeout)
}

func (p *process) greets() bool {
	conn, err := net.DialTimeout("tcp", address(p.port), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(startTimeout))
	greeting, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(greeting, "* OK ")
}

// stop signals the whole group: told alone, the first process of a mail server
// may wait long for its clients.
func (p *process) stop() error { return p.signal(syscall.SIGTERM) }

func (p *process) kill() error { return p.signal(syscall.SIGKILL) }

// signal ends all of the server's processes and waits for the first of them.
func (p *process) signal(sig syscall.Signal) error {
	if p.leader == nil {
		return nil
	}
	defer func() { p.leader = nil }()
	err := syscall.Kill(-p.leader.Pid, sig)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(startTimeout):
		return errors.Join(fmt.Errorf("%s ignored %v for %v and was killed", p.name, sig, startTimeout),
			syscall.Kill(-p.leader.Pid, syscall.SIGKILL))
	}
}

func (p *process) close() error {
	err := p.kill()
	if p.dir == "" {
		return err
	}
	return errors.Join(err, removeAll(p.dir))
}

func (p *process) logFile() string     { return filepath.Join(p.dir, "server.log") }
func (p *process) controlAddr() string { return address(p.port) }

func (p *process) log() string {
	text, err := os.ReadFile(p.logFile())
	if err != nil {
		return fmt.Sprintf("(no log: %v)", err)
	}
	return string(text[max(0, len(text)-journalSize):])
}
