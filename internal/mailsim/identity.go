//go:build unix

package mailsim

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// identity is the user that a real server runs as.
type identity struct {
	user, group string
	uid, gid    int
	credential  *syscall.Credential // nil: the current user
}

// unprivileged returns the current user, or for root the user "nobody".
func unprivileged() (identity, error) {
	current, err := user.Current()
	if err == nil && current.Uid == "0" {
		current, err = user.Lookup("nobody")
	}
	if err != nil {
		return identity{}, fmt.Errorf("find a user to run as: %w", err)
	}
	group, err := user.LookupGroupId(current.Gid)
	if err != nil {
		return identity{}, fmt.Errorf("find the group of %s: %w", current.Username, err)
	}
	who := identity{user: current.Username, group: group.Name}
	if who.uid, err = strconv.Atoi(current.Uid); err != nil {
		return identity{}, err
	}
	if who.gid, err = strconv.Atoi(current.Gid); err != nil {
		return identity{}, err
	}
	if os.Getuid() == 0 {
		who.credential = &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
	}
	return who, nil
}

// own gives a file to the user.
func (who identity) own(path string) error {
	if who.credential == nil {
		return nil
	}
	return os.Chown(path, who.uid, who.gid)
}

// newFolder makes a temporary folder for a user. Its name is short: the path of
// a socket may have 107 bytes.
func newFolder(who identity, subfolders ...string) (string, error) {
	dir, err := os.MkdirTemp("", "mailsim")
	if err != nil {
		return "", err
	}
	err = who.own(dir)
	for _, name := range subfolders {
		path := filepath.Join(dir, name)
		err = errors.Join(err, os.Mkdir(path, 0o700), who.own(path))
	}
	return dir, err
}

// awaitNextSecond waits until a UIDVALIDITY that is the time in seconds, as
// Cyrus's and Courier's is, has become another one.
func awaitNextSecond() {
	now := time.Now()
	time.Sleep(now.Truncate(time.Second).Add(time.Second).Sub(now))
}

// removeAll removes a folder whose owner may just be ending: processes that
// were killed can have a file half made.
func removeAll(dir string) error {
	for range 100 {
		if os.RemoveAll(dir) == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return os.RemoveAll(dir)
}

// command returns a command that runs as the user, in a process group of its own.
func (who identity) command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: who.credential}
	setDeathSignal(cmd.SysProcAttr)
	return cmd
}

// spawn starts a command and returns a channel that is closed when it has ended.
// The goroutine stays on one system thread as long as the process lives, because
// Linux takes the end of the thread that started a child for the death of the
// parent (see setDeathSignal).
func spawn(cmd *exec.Cmd) (chan struct{}, error) {
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
	return ended, <-started
}
