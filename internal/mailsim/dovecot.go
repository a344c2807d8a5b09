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
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Dovecot starts a Dovecot 2.3 of its own in a temporary folder, as the current
// user. Dovecot lets nobody read mail as root: root runs it as "nobody". The
// error is ErrNotInstalled when there is no dovecot that can be used.
func Dovecot() (*Server, error) {
	master, err := findDovecot()
	if err != nil {
		return nil, err
	}
	d := &dovecot{master: master}
	if err := d.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("mailsim: set up Dovecot: %w", err), d.close())
	}
	return open(&Server{backend: d, imapPort: d.port})
}

// findDovecot returns the path of dovecot, which often isn't in a user's PATH.
func findDovecot() (string, error) {
	master, err := exec.LookPath("dovecot")
	if err != nil {
		master, err = exec.LookPath("/usr/sbin/dovecot")
	}
	if err != nil {
		return "", ErrNotInstalled
	}
	version, err := exec.Command(master, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s --version: %w", ErrNotInstalled, master, err)
	}
	if !strings.HasPrefix(string(version), "2.3.") { // 2.4 reads another configuration
		return "", fmt.Errorf("%w: %s is version %s", ErrNotInstalled, master, strings.TrimSpace(string(version)))
	}
	return master, nil
}

// dovecot is the backend that runs Dovecot as a child process.
type dovecot struct {
	master string // path of the program
	who    identity
	dir    string
	port   int

	process *os.Process   // leads a process group with all of Dovecot's processes
	ended   chan struct{} // closed when process has ended; nil before the first start
}

// prepare makes the folder and its configuration.
func (d *dovecot) prepare() (err error) {
	if d.who, err = unprivileged(); err != nil {
		return err
	}
	// The name is short: the paths of Dovecot's sockets may have 107 bytes.
	if d.dir, err = os.MkdirTemp("", "mailsim"); err != nil {
		return err
	}
	free, err := newListener(nil)
	if err != nil {
		return err
	}
	d.port = free.port
	if err := free.Close(); err != nil {
		return err
	}
	files := map[string]string{
		"dovecot.conf": configuration(d.dir, d.port, d.who),
		"users":        userName + ":{PLAIN}" + password + "\n",
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(d.dir, name), []byte(content), 0o600); err != nil {
			return err
		}
		if err := d.who.own(filepath.Join(d.dir, name)); err != nil {
			return err
		}
	}
	return d.who.own(d.dir)
}

// portInUse is how Dovecot's log says EADDRINUSE.
const portInUse = "Address already in use"

// start runs Dovecot, again while another process holds its port: that may be
// the rest of a Dovecot which was killed.
func (d *dovecot) start() error {
	deadline := time.Now().Add(startTimeout)
	for {
		err := d.launch()
		if err == nil {
			err = d.awaitGreeting(deadline)
		}
		if err == nil {
			return nil
		}
		err = errors.Join(err, d.kill())
		if !strings.Contains(d.log(), portInUse) || time.Now().After(deadline) {
			return fmt.Errorf("%w\nThe end of Dovecot's log:\n%s", err, d.log())
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// launch starts the process. Its goroutine stays on one system thread as long
// as the process lives, because Linux takes the end of the thread that started
// a child for the death of the parent (see setDeathSignal).
func (d *dovecot) launch() error {
	log, err := d.newLog()
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := d.command(d.master, "-F", "-c", d.configFile())
	cmd.Stderr = log // what is wrong with the configuration goes there
	started := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in its log
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	d.process, d.ended = cmd.Process, ended
	return nil
}

// newLog empties the log.
func (d *dovecot) newLog() (*os.File, error) {
	log, err := os.OpenFile(d.logFile(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return log, d.who.own(d.logFile())
}

// command returns a command that runs as the right user in the right place.
func (d *dovecot) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = d.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: d.who.credential}
	setDeathSignal(cmd.SysProcAttr)
	return cmd
}

// awaitGreeting waits until the server greets a client.
func (d *dovecot) awaitGreeting(deadline time.Time) error {
	for time.Now().Before(deadline) {
		if d.greets() {
			return nil
		}
		select {
		case <-d.ended:
			return errors.New("Dovecot ended while starting")
		case <-time.After(5 * time.Millisecond):
		}
	}
	return fmt.Errorf("Dovecot did not answer on port %d within %v", d.port, startTimeout)
}

func (d *dovecot) greets() bool {
	conn, err := net.DialTimeout("tcp", address(d.port), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(startTimeout))
	greeting, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(greeting, "* OK ")
}

// stop signals the whole group: told alone, Dovecot's master would wait long
// for its clients.
func (d *dovecot) stop() error { return d.signal(syscall.SIGTERM) }

func (d *dovecot) kill() error { return d.signal(syscall.SIGKILL) }

// signal ends all of Dovecot's processes and waits for the first of them.
func (d *dovecot) signal(sig syscall.Signal) error {
	if d.process == nil {
		return nil
	}
	defer func() { d.process = nil }()
	err := syscall.Kill(-d.process.Pid, sig)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	select {
	case <-d.ended:
		return nil
	case <-time.After(startTimeout):
		return errors.Join(fmt.Errorf("Dovecot ignored %v for %v and was killed", sig, startTimeout),
			syscall.Kill(-d.process.Pid, syscall.SIGKILL))
	}
}

// notLoggedIn is doveadm's exit code when there is nobody to kick (EX_NOHOST).
const notLoggedIn = 68

func (d *dovecot) drop() error {
	out, err := d.command("doveadm", "-c", d.configFile(), "kick", userName).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == notLoggedIn {
		return nil
	}
	if err != nil {
		return fmt.Errorf("doveadm kick: %w: %s", err, out)
	}
	return nil
}

func (d *dovecot) close() error {
	err := d.kill()
	if d.dir == "" {
		return err
	}
	return errors.Join(err, os.RemoveAll(d.dir))
}

func (d *dovecot) configFile() string  { return filepath.Join(d.dir, "dovecot.conf") }
func (d *dovecot) logFile() string     { return filepath.Join(d.dir, "dovecot.log") }
func (d *dovecot) controlAddr() string { return address(d.port) }

func (d *dovecot) log() string {
	text, err := os.ReadFile(d.logFile())
	if err != nil {
		return fmt.Sprintf("(no log: %v)", err)
	}
	return string(text[max(0, len(text)-journalSize):])
}
