package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"regards/internal/mailsim"
)

// smallDisk puts a file system of its own under the data folder.
func (m *machine) smallDisk() { mount(m.t, m.data) }

func mount(t testing.TB, dir string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("a full disk needs a file system that can be filled, which only root may mount, as in .ci/run: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// fill leaves so many bytes on the disk of a folder, until it is undone. A service that
// runs may take some of them meanwhile: then it is full before all is written.
func fill(t testing.TB, dir string, left int) (undo func()) {
	t.Helper()
	var disk syscall.Statfs_t
	check(t, syscall.Statfs(dir, &disk))
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, max(0, int(disk.Bavail)*int(disk.Bsize)-left)), 0o600); !errors.Is(err, syscall.ENOSPC) {
		check(t, err)
	}
	return func() { check(t, os.Remove(filler)) }
}

// A disk that is full at one write or another: the command says so, has done
// nothing by halves, and succeeds once there is room.
func TestDiskFull(t *testing.T) {
	advice := regexp.MustCompile(`the disk is full( or reports an error)?: free some space`)
	eachCommand(t, (*machine).smallDisk, func(m *machine, name, before, done string) {
		putBack := m.keep()
		for left, failed := 0, true; failed; left += stride * 4 << 10 {
			putBack()
			undo := fill(m.t, m.data, left)
			failed = m.spoilt("exec", advice, changing[name]...)
			undo()
			m.afterwards(name, before, done, failed)
			if left > 1<<20 {
				m.t.Fatal("it never succeeded")
			}
		}
	})
}

// tracer makes single calls of a program to the system fail.
const tracer = "strace"

// A disk that fails at one write or one sync to it: the same. The trace of the
// calls is the only way to let a sync fail that needs no disk of its own.
func TestDiskFails(t *testing.T) {
	if err := exec.Command(tracer, "-qq", "-o", "/dev/null", "true").Run(); err != nil {
		t.Skipf("a disk that fails is played by %s, which .ci/run installs and which has to be permitted to trace: %v", tracer, err)
	}
	advice := regexp.MustCompile(`the disk (is full or )?reports an error: .*look whether it is sound`)
	for _, call := range []string{"fsync", "pwrite64"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			eachCommand(t, func(*machine) {}, func(m *machine, name, before, done string) {
				putBack := m.keep()
				fault := fmt.Sprintf("%s -f -qq -o /dev/null -e trace=%s -e inject=%s:error=EIO:when=", tracer, call, call)
				for n, good := 1, 0; good < 3; n += stride * (1 + n/8) { // a call that tidies up at the end may fail unseen
					putBack()
					failed := m.spoilt(fmt.Sprint(fault, n), advice, changing[name]...)
					if m.afterwards(name, before, done, failed); failed {
						good = 0
					}
					good++
				}
			})
		})
	}
}

// A write that fails otherwise, as one does beyond a limit for the size of a
// file: the same.
func TestFileTooLarge(t *testing.T) {
	advice := regexp.MustCompile(`the disk (is full or )?reports an error: .*look whether it is sound`)
	eachCommand(t, func(*machine) {}, func(m *machine, name, before, done string) {
		putBack := m.keep()
		for limit, failed := 0, true; failed; limit += stride * 16 { // in units of 512 bytes
			putBack()
			failed = m.spoilt(fmt.Sprintf("ulimit -f %d; exec", limit), advice, changing[name]...)
			m.afterwards(name, before, done, failed)
			if limit > 1<<11 {
				m.t.Fatal("it never succeeded")
			}
		}
	})
}

// readOnly lets nobody write into the data folder, until it is undone.
func (m *machine) readOnly() (undo func()) {
	m.t.Helper()
	again := func(flags uintptr) { check(m.t, syscall.Mount("", m.data, "", syscall.MS_REMOUNT|flags, "")) }
	again(syscall.MS_RDONLY)
	return func() { again(0) }
}

// On a file system that cannot be written every command says so, the reading
// ones too.
func TestReadOnlyDisk(t *testing.T) {
	m := newMachine(t)
	m.smallDisk()
	words := [][]string{{"status"}, {"contact", "list"}, {"contact", "add", "Joe", "joe@x.example"}, {"run", "--once"}, {"backup", "HOME/x.db"}}
	undo := m.readOnly()
	for _, w := range words { // not even a database is there yet
		m.refused("cannot be written: check who owns the file and its folder, and whether the file system is read-only", w...)
	}
	undo()
	m.seed()
	before := m.state()
	undo = m.readOnly()
	for _, w := range append(words, []string{"restore", "HOME/b.db"}, []string{"check"}) {
		m.refused("cannot be written: check who owns the file and its folder, and whether the file system is read-only", w...)
	}
	undo()
	m.same("it has changed", m.state(), before)
}

// refused holds that a command fails with certain words.
func (m *machine) refused(want string, words ...string) {
	m.t.Helper()
	if o := m.do(words...); o.code != 1 || !strings.Contains(o.err, want) || workingFile.MatchString(o.err) {
		m.t.Errorf("%q: code %d: %s", words, o.code, o.err)
	}
}

// The same for a folder that is somebody else's; a folder that is not there is
// made, and a name that is too long is said to be.
func TestForeignFolder(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can run a program as somebody else, as in .ci/run")
	}
	const nobody = 65534
	m := newMachine(t)
	m.seed()
	before := m.state()
	self, err := os.Executable()
	check(t, err)
	text, err := os.ReadFile(self)
	check(t, err)
	check(t, os.WriteFile(filepath.Join(m.home, "regards"), text, 0o755))
	for _, name := range []string{".", "..", "config.toml", "password"} {
		check(t, os.Chown(filepath.Join(m.home, name), nobody, nobody))
	}
	for _, w := range [][]string{{"status"}, {"contact", "add", "Joe", "joe@x.example"}, {"sync"}} {
		c := exec.Command(filepath.Join(m.home, "regards"), m.words(w)...)
		c.Dir, c.SysProcAttr = m.home, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		out, _ := c.CombinedOutput()
		if c.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "check [store] path and who owns the folder") {
			t.Errorf("%q: %v: %s", w, c.ProcessState, out)
		}
	}
	m.same("it has changed", m.state(), before)
}

// A dry run works on a copy: where there is no room for that, it says where
// room is wanted, and leaves nothing there.
func TestDryRunWithoutRoom(t *testing.T) {
	m := newMachine(t)
	m.seed()
	room := t.TempDir()
	mount(t, room)
	for _, left := range []int{0, 8 << 10, 64 << 10} {
		undo := fill(t, room, left)
		for _, words := range [][]string{{"contact", "remove", "Tom", "-n"}, {"restore", "HOME/b.db", "-n"}} {
			o := m.run("TMPDIR="+room+" exec", words...)
			if o.code != 1 || !strings.Contains(o.err, "set TMPDIR to a folder with room") {
				t.Errorf("%q: code %d: %s", words, o.code, o.err)
			}
		}
		undo()
		if left, err := os.ReadDir(room); err != nil || len(left) != 0 {
			t.Errorf("left %v, %v", left, err)
		}
	}
}

// The disk fills up under a service that runs: it ends with an error that says
// so, and the next one goes on where it stood.
func TestServiceOnAFullDisk(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.smallDisk()
	m.seed()
	service := m.command("exec", "run")
	var log bytes.Buffer
	service.Stderr = &log
	check(t, service.Start())
	m.untilDrafted()
	undo := fill(t, m.data, 0)
	const late = 30
	for i := range late {
		_, err := m.server.Append("INBOX", mailsim.Message{Time: time.Now(), Raw: fmt.Appendf(nil, "From: maria@uni.example\r\n"+
			"To: ana@example.org\r\nSubject: %s\r\nMessage-ID: <late%d@x.example>\r\n\r\nHello.\r\n", strings.Repeat("long ", 100), i)})
		check(t, err)
	}
	service.Wait()
	if service.ProcessState.ExitCode() != exitFailed || !strings.Contains(log.String(), "the disk is full: free some space and try again; nothing was lost") {
		t.Errorf("the service: %v: %s", service.ProcessState, &log)
	}
	if status := m.must("status"); !strings.Contains(status, "the service is not running; to start it: regards run") {
		t.Errorf("status: %s", status)
	}
	undo()
	m.must("run", "--once")
	if n := strings.Count(m.state(), `"Medium":"email","Subject":`); n != 20+late {
		t.Errorf("%d touches", n)
	}
	if drafts, err := m.server.Messages("Drafts"); err != nil || len(drafts) != 1 {
		t.Errorf("%d drafts, %v", len(drafts), err)
	}
}

// A disk for the daily backups that is full stops no letter, and is told of until
// there is room.
func TestBackupDiskFull(t *testing.T) {
	m := newMachine(t)
	folder := filepath.Join(m.home, "copies")
	check(t, os.Mkdir(folder, 0o700))
	mount(t, folder)
	m.write("config.toml", fmt.Sprintf("[store]\npath = %q\nbackups = \"copies\"\n\n", m.path())+fmt.Sprintf(storyConfig, m.server.IMAPPort()))
	m.must("log", "met", "Maria <maria@uni.example>", "--useful", "the walk", "--at", "2026-11-19")
	undo := fill(t, folder, 8<<10)
	m.must("run", "--once")
	if said := m.must("status"); !regexp.MustCompile(`today's backup could not be made: .*the disk is full.*free some space`).MatchString(said) ||
		!strings.Contains(said, "letters drafted: 1") {
		t.Errorf("%s", said)
	}
	if left, err := filepath.Glob(filepath.Join(folder, "regards*")); err != nil || len(left) > 0 {
		t.Errorf("%q, %v", left, err)
	}
	undo()
	m.must("run", "--once")
	if said := m.must("status"); strings.Contains(said, "could not be made") || !strings.Contains(said, "last daily backup") {
		t.Errorf("%s", said)
	}
}
