package autostart

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"regards/dist"
)

// unitName is what systemctl calls the unit.
const unitName = "regards.service"

func systemctl(words ...string) []string {
	return append([]string{"systemctl", "--user"}, words...)
}

// installUnit writes the unit unless it is there as it should be, or a package has the
// same one; there is the text of the unit so far, byPackage that of a package.
func (m Manager) installUnit(words []string, there, byPackage string, linger bool) ([]Step, error) {
	text, err := dist.Unit(words)
	if err != nil {
		return nil, err
	}
	var steps []Step
	switch {
	case byPackage == text && there != "":
		steps = append(steps, Step{Remove: m.File()})
	case byPackage != text && there != text:
		steps = append(steps, Step{Write: m.File(), Text: []byte(text)})
	}
	advice := "; see: journalctl --user -n 20 -u regards"
	if m.configs != filepath.Join(m.home, ".config") {
		advice = "; if systemd finds no such unit, it does not know of XDG_CONFIG_HOME: unset that and try again" + advice
	}
	steps = append(steps, Step{Run: systemctl("daemon-reload")}, Step{Run: systemctl("enable", "--now", unitName), Advice: advice})
	if there != "" && there != text { // what runs is what the old unit said
		steps = append(steps, Step{Run: systemctl("restart", unitName), Advice: advice})
	}
	if linger {
		steps = append(steps, Step{Run: []string{"loginctl", "enable-linger"}})
	}
	return steps, nil
}

// removeUnit ends the service and removes the unit, if it is ours. The links go too
// where systemd cannot be reached, and then there is nothing that runs.
func (m Manager) removeUnit(ours bool) []Step {
	steps := []Step{{Run: systemctl("disable", "--now", unitName), MayFail: true}}
	links, _ := filepath.Glob(filepath.Join(filepath.Dir(m.File()), "*.wants", unitName)) // the pattern is sound
	for _, link := range links {
		steps = append(steps, Step{Remove: link})
	}
	if ours {
		steps = append(steps, Step{Remove: m.File()})
	}
	return append(steps, Step{Run: systemctl("daemon-reload"), MayFail: true},
		Step{Run: systemctl("reset-failed", unitName), MayFail: true})
}

// Reach asks whether the manager can be spoken to; if not, the error says how else words
// can be run. For launchd and Windows that shows when it is told something.
func (m Manager) Reach(ctx context.Context, words []string) error {
	if m.system == "darwin" || m.system == "windows" {
		return nil
	}
	said, err := m.run(ctx, systemctl("show", "--property=Version")...)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("there is no systemd here that could start regards. %s", cron(words))
	}
	return fmt.Errorf("systemd cannot be asked to start regards (%s). Log in as %s, at the machine or by ssh rather than by su or sudo, "+
		"and try again; if that does not help: sudo loginctl enable-linger %s, then export XDG_RUNTIME_DIR=/run/user/%s. %s",
		oneLine(said), m.name, m.name, m.user, cron(words))
}

func oneLine(said string) string { return strings.Join(strings.Fields(said), " ") }

// cron is how to do without a service manager. Cron takes a percent sign for the end of
// a line.
func cron(words []string) string {
	line := strings.ReplaceAll(shellWords(words), "%", `\%`)
	return "Let cron do it, with one of these lines in crontab -e:\n" +
		"    @reboot " + line + "\n" +
		"    */15 * * * * " + line + " --once"
}

// Running reports whether the manager has regards running. On Windows, whose words are in
// the language of the machine, what is installed may be.
func (m Manager) Running(ctx context.Context) bool {
	var err error
	var said string
	switch m.system {
	case "darwin":
		said, err = m.run(ctx, "launchctl", "print", m.target())
		return err == nil && strings.Contains(said, "state = running")
	case "windows":
		return m.there(ctx) != ""
	}
	_, err = m.run(ctx, systemctl("is-active", unitName)...)
	return err == nil
}

// NeedsLinger reports whether the services of this person end when they log out, though
// they could go on. That is so on Linux alone.
func (m Manager) NeedsLinger() bool {
	_, err := os.Stat(filepath.Join("/var/lib/systemd/linger", m.name))
	return m.system == "linux" && err != nil
}
