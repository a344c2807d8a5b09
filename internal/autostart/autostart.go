// Package autostart has the service manager of a machine start regards for one person,
// and keep it running: systemd's user manager, launchd, or the Task Scheduler of
// Windows.
//
// What it would do is a list of steps, which can be shown before anything is done;
// whatever stands in the way is an error that says what to do instead. It writes one file
// and, on Windows, one task, named regards, from those of package dist, and touches
// neither where somebody else made them. Installing twice is like once. The file is
// replaced as a whole, so that an interruption leaves the old one or the new one; a
// command that fails leaves what was done before it, and installing goes on from there.
package autostart

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"regards/dist"
	"regards/internal/config"
)

// Manager is the service manager of a machine, for one person.
type Manager struct {
	system  string // as GOOS has it; what is neither darwin nor windows has systemd, or nothing
	home    string // in it lies the folder of launchd
	configs string // in it lies the folder of systemd
	temp    string // where the file for schtasks lies while it reads it
	user    string // their number, on Windows their security identifier
	name    string // as they log in
	run     func(ctx context.Context, words ...string) (said string, err error)
}

// Here is the service manager of this machine, for whoever runs the program. An empty
// container does not know them, and has none.
func Here() (Manager, error) {
	m := Manager{runtime.GOOS, config.Home(), config.Base(), os.TempDir(), strconv.Itoa(os.Getuid()), os.Getenv("USER"), run}
	u, err := user.Current()
	switch {
	case err == nil:
		m.user, m.name = u.Uid, u.Username
	case m.system == "windows":
		return m, fmt.Errorf("who runs this: %w", err)
	}
	return m, nil
}

// run runs a command and gives what it said on both of its outputs.
func run(ctx context.Context, words ...string) (string, error) {
	out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput()
	said := strings.TrimSpace(strings.ReplaceAll(string(out), "\x00", "")) // schtasks may write UTF-16
	return said, err
}

// taskName is what the manager calls regards.
const taskName = "regards"

// File is where regards is installed: a unit or a property list, or, on Windows, "the task
// regards".
func (m Manager) File() string {
	switch m.system {
	case "darwin":
		return filepath.Join(m.home, "Library", "LaunchAgents", "regards.plist")
	case "windows":
		return "the task " + taskName
	}
	return filepath.Join(m.configs, "systemd", "user", "regards.service")
}

// packaged is where a package of the system puts a unit of its own.
const packaged = "/usr/lib/systemd/user/regards.service"

// Files lists what is there by which a service manager starts regards, whoever put it
// there, with the links that enable it. What a package has installed is the package's,
// and not in it.
func (m Manager) Files(ctx context.Context) (files []string) {
	if m.system == "windows" {
		if m.there(ctx) != "" {
			files = append(files, m.File())
		}
		return files
	}
	for _, dir := range []string{"/etc/systemd/system", "/etc/systemd/user", filepath.Join(m.configs, "systemd", "user")} {
		links, _ := filepath.Glob(filepath.Join(dir, "*.wants", "regards.service")) // the pattern is sound
		files = append(append(files, links...), filepath.Join(dir, "regards.service"))
	}
	files = append(files, filepath.Join(m.home, "Library", "LaunchAgents", "regards.plist"))
	there := files[:0]
	for _, file := range files {
		if _, err := os.Lstat(file); err == nil {
			there = append(there, file)
		}
	}
	return there
}

// there is the text of what is installed, "" for nothing.
func (m Manager) there(ctx context.Context) string {
	if m.system == "windows" {
		text, err := m.run(ctx, "schtasks", "/query", "/tn", taskName, "/xml")
		if err != nil {
			return ""
		}
		return text
	}
	text, err := os.ReadFile(m.File())
	if err != nil {
		return ""
	}
	return string(text)
}

// ErrForeign is for what somebody else made under the name that regards wants.
var ErrForeign = errors.New("it was not made by regards service install; look at it, and remove it yourself if nobody needs it")

// Installed names what is installed for this person: File, or the unit of a package that
// they have switched on; "" for nothing.
func (m Manager) Installed(ctx context.Context) string {
	if m.there(ctx) != "" {
		return m.File()
	}
	links, _ := filepath.Glob(filepath.Join(filepath.Dir(m.File()), "*.wants", "regards.service")) // the pattern is sound
	if len(links) == 0 {
		return ""
	}
	if unit, err := os.Readlink(links[0]); err == nil {
		return unit
	}
	return links[0]
}

// Install lists the steps that have words, the program's absolute path and its arguments,
// run from now on and at each login; linger, on Linux: from when the machine starts.
func (m Manager) Install(ctx context.Context, words []string, linger bool) ([]Step, error) {
	there := m.there(ctx)
	if there != "" && !strings.Contains(there, dist.Mark) {
		return nil, fmt.Errorf("%s is there: %w", m.File(), ErrForeign)
	}
	switch m.system {
	case "darwin":
		return m.installAgent(words)
	case "windows":
		return m.installTask(words)
	}
	byPackage, _ := os.ReadFile(packaged) // most often there is none
	return m.installUnit(words, there, string(byPackage), linger)
}

// Remove lists the steps that end regards and take it from the manager; none, if it is
// not there.
func (m Manager) Remove(ctx context.Context) ([]Step, error) {
	there := m.there(ctx)
	switch {
	case m.Installed(ctx) == "":
		return nil, nil
	case there != "" && !strings.Contains(there, dist.Mark):
		return nil, fmt.Errorf("%s is there: %w", m.File(), ErrForeign)
	}
	switch m.system {
	case "darwin":
		return m.removeAgent(), nil
	case "windows":
		return removeTask(), nil
	}
	return m.removeUnit(there != ""), nil
}

// Do takes steps, one after the other, until one fails.
func (m Manager) Do(ctx context.Context, steps []Step) error {
	for _, s := range steps {
		if err := m.do(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (m Manager) do(ctx context.Context, s Step) error {
	switch {
	case s.Write != "":
		return write(s.Write, s.Text)
	case s.Remove != "":
		if err := os.Remove(s.Remove); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	case s.UntilFails:
		return m.untilFails(ctx, s)
	}
	said, err := m.run(ctx, s.Run...)
	if err == nil || s.MayFail {
		return nil
	}
	return fmt.Errorf("%s: %w: %s%s", s, err, said, s.Advice)
}

// How often and how long it is asked whether something is gone.
const (
	askEvery = 200 * time.Millisecond
	askFor   = 20 * time.Second
)

// untilFails repeats a command until it fails, since it asks after what is about to be
// gone.
func (m Manager) untilFails(ctx context.Context, s Step) error {
	for range askFor / askEvery {
		if _, err := m.run(ctx, s.Run...); err != nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(askEvery):
		}
	}
	return fmt.Errorf("%s: what is there does not end; end it, and try again", s)
}

// write replaces a file as a whole.
func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".regards-")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
