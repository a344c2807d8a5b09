//go:build unix

package mailsim

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// cyrusPrograms is where Debian keeps the programs of Cyrus.
const cyrusPrograms = "/usr/lib/cyrus/bin/"

// Cyrus starts a Cyrus IMAP 3 of its own in a temporary folder, as the current
// user; root runs it as "nobody". Mailbox names are the same as Dovecot's. The
// error is ErrNotInstalled when there is no Cyrus.
//
// Cyrus writes its log to syslog, so Log has only what it prints before that.
func Cyrus() (*Server, error) {
	for _, program := range []string{"master", "imapd", "idled", "ctl_cyrusdb", "mbpath", "reconstruct"} {
		if _, err := exec.LookPath(cyrusPrograms + program); err != nil {
			return nil, fmt.Errorf("%w: %w", notInstalled("Cyrus IMAP", "cyrus-imapd"), err)
		}
	}
	c := &cyrus{process: process{name: "Cyrus"}}
	if err := c.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("mailsim: set up Cyrus: %w", err), c.close())
	}
	return open(&Server{backend: c, imapPort: c.port})
}

// cyrus is the backend that runs Cyrus as a child process.
type cyrus struct {
	process
	passwords net.Listener
}

// prepare makes the folder and its configuration, and answers for passwords.
func (c *cyrus) prepare() error {
	if err := c.process.prepare("conf", "conf/socket", "mail"); err != nil {
		return err
	}
	c.args = []string{cyrusPrograms + "master", "-D", "-C", c.configFile(), "-M", filepath.Join(c.dir, "cyrus.conf"),
		"-p", filepath.Join(c.dir, "pid")}
	err := c.write(map[string]string{
		"imapd.conf": fill(imapdConf, c.dir, c.port, c.who),
		"cyrus.conf": fill(cyrusConf, c.dir, c.port, c.who),
	})
	if err != nil {
		return err
	}
	c.passwords, err = answerPasswords(filepath.Join(c.dir, "saslauthd"), c.who)
	return err
}

// drop ends the processes that serve clients. Cyrus has one file for each of
// them; files of processes that were killed stay.
func (c *cyrus) drop() error {
	files, err := os.ReadDir(filepath.Join(c.dir, "conf", "proc"))
	if errors.Is(err, os.ErrNotExist) {
		return nil // nobody has been here yet
	}
	for _, file := range files {
		pid, parseErr := strconv.Atoi(file.Name())
		if parseErr != nil || c.leader == nil {
			continue
		}
		if group, goneErr := syscall.Getpgid(pid); goneErr == nil && group == c.leader.Pid && pid != group {
			err = errors.Join(err, alive(syscall.Kill(pid, syscall.SIGTERM)))
		}
	}
	return err
}

// alive forgives that the process to be signalled has ended by itself.
func alive(err error) error {
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// renewInbox removes INBOX's mail and index and lets Cyrus make a new index, as
// an administrator does who lost the old one.
func (c *cyrus) renewInbox() error {
	const name = "user/" + userName
	path, err := c.run("mbpath", name)
	if err != nil {
		return err
	}
	inside, err := filepath.Glob(filepath.Join(strings.TrimSpace(path), "*"))
	for _, file := range inside {
		err = errors.Join(err, os.RemoveAll(file))
	}
	if err != nil {
		return err
	}
	awaitNextSecond()
	_, err = c.run("reconstruct", name)
	return err
}

// run runs one of Cyrus's tools and returns what it printed.
func (c *cyrus) run(tool string, args ...string) (string, error) {
	cmd := c.command(cyrusPrograms+tool, append([]string{"-C", c.configFile()}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", tool, err, out)
	}
	return string(out), nil
}

func (c *cyrus) close() error {
	if c.passwords != nil {
		_ = c.passwords.Close() // nothing can be lost here
	}
	return c.process.close()
}

func (c *cyrus) configFile() string { return filepath.Join(c.dir, "imapd.conf") }
