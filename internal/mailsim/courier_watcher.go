//go:build unix

package mailsim

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// gamServer is where Debian keeps the program that tells Courier of changes in
// a Maildir. Without it IDLE fails.
const gamServer = "/usr/libexec/gam_server"

// watcher is a gam_server of one server's own. Left alone, Courier's first IDLE
// starts one that serves the whole user and outlives the server.
type watcher struct {
	process *os.Process   // nil: stopped
	ended   chan struct{} // closed when process has ended
}

// watcherVariable tells the sessions which gam_server is theirs.
func watcherVariable(dir string) string { return "GAM_CLIENT_ID=" + filepath.Base(dir) }

// start runs the program and waits until it listens: a session that finds
// nobody there would start another one.
func (w *watcher) start(who identity, dir string) error {
	cmd := who.command(dir, gamServer, "--notimeout", filepath.Base(dir))
	ended, err := spawn(cmd)
	if err != nil {
		return err
	}
	w.process, w.ended = cmd.Process, ended
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		conn, err := net.Dial("unix", gamSocket(who, dir))
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ended:
			return errors.New("gam_server ended while starting")
		default:
		}
	}
	return fmt.Errorf("gam_server did not answer within %v", startTimeout)
}

// gamSocket returns the name of gam_server's socket: an abstract one, which
// fills all 108 bytes that a name may have.
func gamSocket(who identity, dir string) string {
	name := "@/tmp/fam-" + who.user + "-" + filepath.Base(dir)
	return name + strings.Repeat("\x00", max(0, 108-len(name)))
}

func (w *watcher) stop() error {
	if w.process == nil {
		return nil
	}
	err := alive(syscall.Kill(-w.process.Pid, syscall.SIGKILL))
	if err == nil {
		<-w.ended
	}
	w.process = nil
	return err
}
