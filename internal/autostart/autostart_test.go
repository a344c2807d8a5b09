package autostart

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"regards/dist"
)

// fake is a machine whose commands are answered by a function, and written down.
type fake struct {
	Manager
	ran []string
}

func newFake(t *testing.T, system string, answer func(command string) (string, error)) *fake {
	t.Helper()
	dir := t.TempDir()
	f := &fake{Manager: Manager{system: system, home: dir, configs: filepath.Join(dir, ".config"), temp: filepath.Join(dir, "temp"), user: "501", name: "ana"}}
	f.run = func(_ context.Context, words ...string) (string, error) {
		f.ran = append(f.ran, strings.Join(words, " "))
		return answer(strings.Join(words, " "))
	}
	return f
}

func ok(string) (string, error) { return "", nil }

var (
	errExit = errors.New("exit status 1")
	words   = []string{"/opt/bin/regards", "run"}
)

// lines says steps without the folder of the test.
func (f *fake) lines(steps []Step) (lines []string) {
	for _, s := range steps {
		lines = append(lines, strings.ReplaceAll(s.String(), f.home, "~"))
	}
	return lines
}

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nnot\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fake) put(t *testing.T, text string) {
	t.Helper()
	check(t, write(f.File(), []byte(text)))
}

func TestSystemd(t *testing.T) {
	ctx := context.Background()
	f := newFake(t, "linux", ok)
	steps, err := f.Install(ctx, words, true)
	check(t, err)
	const unit = "~/.config/systemd/user/regards.service"
	reload, enable := "run systemctl --user daemon-reload", "run systemctl --user enable --now regards.service"
	equal(t, "the first time", f.lines(steps), "write "+unit, reload, enable, "run loginctl enable-linger")
	check(t, f.Do(ctx, steps))
	equal(t, "what ran", f.ran, "systemctl --user daemon-reload", "systemctl --user enable --now regards.service", "loginctl enable-linger")
	if text, err := os.ReadFile(f.File()); err != nil || !strings.Contains(string(text), "ExecStart=/opt/bin/regards run\n") {
		t.Errorf("%s %v", text, err)
	}

	steps, err = f.Install(ctx, words, false)
	check(t, err)
	equal(t, "once more", f.lines(steps), reload, enable)
	steps, err = f.Install(ctx, []string{"/opt/new/regards", "run"}, false)
	check(t, err)
	equal(t, "elsewhere", f.lines(steps), "write "+unit, reload, enable, "run systemctl --user restart regards.service")

	link := filepath.Join(filepath.Dir(f.File()), "default.target.wants", "regards.service")
	check(t, os.Mkdir(filepath.Dir(link), 0o755))
	check(t, os.Symlink(f.File(), link))
	equal(t, "files", f.Files(ctx), link, f.File())
	steps, err = f.Remove(ctx)
	check(t, err)
	equal(t, "removing", f.lines(steps), "run systemctl --user disable --now regards.service",
		"remove ~/.config/systemd/user/default.target.wants/regards.service", "remove "+unit,
		reload, "run systemctl --user reset-failed regards.service")
	check(t, f.Do(ctx, steps))
	if left := f.Files(ctx); len(left) > 0 || f.Installed(ctx) != "" {
		t.Errorf("left: %s", left)
	}
	if steps, err = f.Remove(ctx); err != nil || len(steps) > 0 {
		t.Errorf("removing nothing: %v %v", steps, err)
	}
}

// A unit of a package is switched on, not copied; one of ours that says the same gives
// way to it.
func TestPackagedUnit(t *testing.T) {
	f := newFake(t, "linux", ok)
	text, err := dist.Unit(words)
	check(t, err)
	for there, want := range map[string]string{
		"":          "run systemctl --user daemon-reload",
		text:        "remove ~/.config/systemd/user/regards.service",
		text + "\n": "remove ~/.config/systemd/user/regards.service",
	} {
		steps, err := f.installUnit(words, there, text, false)
		check(t, err)
		if got := f.lines(steps)[0]; got != want {
			t.Errorf("%d bytes: %s, not %s", len(there), got, want)
		}
	}
	link := filepath.Join(filepath.Dir(f.File()), "default.target.wants", "regards.service")
	check(t, os.MkdirAll(filepath.Dir(link), 0o755))
	check(t, os.Symlink(packaged, link))
	if got := f.Installed(context.Background()); got != packaged {
		t.Errorf("installed is %q", got)
	}
	steps, err := f.installUnit([]string{"/usr/bin/regards", "--config", "/x", "run"}, "", text, false)
	check(t, err)
	if got := f.lines(steps)[0]; got != "write ~/.config/systemd/user/regards.service" {
		t.Errorf("another configuration: %s", got)
	}
}

// What somebody else made is neither replaced nor removed.
func TestForeign(t *testing.T) {
	ctx := context.Background()
	for _, system := range []string{"linux", "darwin", "windows"} {
		f := newFake(t, system, func(string) (string, error) { return "<Task>theirs</Task>", nil })
		if system != "windows" {
			f.put(t, "theirs")
		}
		_, install := f.Install(ctx, words, false)
		_, remove := f.Remove(ctx)
		if !errors.Is(install, ErrForeign) || !errors.Is(remove, ErrForeign) {
			t.Errorf("%s: %v, %v", system, install, remove)
		}
	}
}

func TestLaunchd(t *testing.T) {
	ctx := context.Background()
	known := 3
	f := newFake(t, "darwin", func(command string) (string, error) {
		if strings.HasPrefix(command, "launchctl print") {
			if known--; known > 0 {
				return "state = running", nil
			}
			return "", errExit
		}
		return "", nil
	})
	const list = "~/Library/LaunchAgents/regards.plist"
	steps, err := f.Install(ctx, words, false)
	check(t, err)
	equal(t, "installing", f.lines(steps), "write "+list, "run launchctl bootout gui/501/regards", "run launchctl print gui/501/regards",
		"run launchctl enable gui/501/regards", "run launchctl bootstrap gui/501 "+list)
	check(t, f.Do(ctx, steps))
	if prints := slices.DeleteFunc(slices.Clone(f.ran), func(c string) bool { return !strings.Contains(c, "print") }); len(prints) != 3 {
		t.Errorf("it was asked %d times whether the old one is gone", len(prints))
	}
	if text, err := os.ReadFile(f.File()); err != nil || !strings.Contains(string(text), "<string>/opt/bin/regards</string>") {
		t.Errorf("%s %v", text, err)
	}
	steps, err = f.Remove(ctx)
	check(t, err)
	equal(t, "removing", f.lines(steps), "run launchctl bootout gui/501/regards", "run launchctl print gui/501/regards", "remove "+list)
	check(t, f.Do(ctx, steps))
	if f.Installed(ctx) != "" || f.Running(ctx) {
		t.Error("it is still there")
	}
}

func TestWindows(t *testing.T) {
	ctx := context.Background()
	made := ""
	f := newFake(t, "windows", nil)
	f.run = func(_ context.Context, words ...string) (string, error) {
		f.ran = append(f.ran, strings.Join(words, " "))
		switch {
		case words[1] == "/create":
			b, err := os.ReadFile(words[5])
			made = string(b)
			return "", err
		case words[1] == "/delete":
			made = ""
		case made == "":
			return "", errExit
		}
		return dist.Mark, nil
	}
	steps, err := f.Install(ctx, words, false)
	check(t, err)
	equal(t, "installing", f.lines(steps), "write ~/temp/regards-task.xml", "run schtasks /end /tn regards",
		"run schtasks /create /tn regards /xml ~/temp/regards-task.xml /f", "remove ~/temp/regards-task.xml", "run schtasks /run /tn regards")
	if shown := steps[0].Shown(); !strings.Contains(shown, "<UserId>501</UserId>") {
		t.Errorf("it shows %s", shown)
	}
	check(t, f.Do(ctx, steps))
	if made == "" || f.Installed(ctx) != "the task regards" {
		t.Error("no task was made")
	}
	equal(t, "files", f.Files(ctx), "the task regards")
	if left, _ := filepath.Glob(filepath.Join(f.temp, "*")); len(left) > 0 {
		t.Errorf("left: %s", left)
	}
	steps, err = f.Remove(ctx)
	check(t, err)
	equal(t, "removing", f.lines(steps), "run schtasks /end /tn regards", "run schtasks /delete /tn regards /f")
	check(t, f.Do(ctx, steps))
	if f.Installed(ctx) != "" {
		t.Error("it is still there")
	}
}

// A command that fails stops what follows, with what it said and what to do.
func TestFailure(t *testing.T) {
	ctx := context.Background()
	f := newFake(t, "darwin", func(command string) (string, error) {
		if strings.Contains(command, "bootstrap") {
			return "Bootstrap failed: 125", errExit
		}
		return "", errExit
	})
	steps, err := f.Install(ctx, words, false)
	check(t, err)
	err = f.Do(ctx, steps)
	if err == nil || !strings.Contains(err.Error(), "Bootstrap failed: 125; log in at the Mac itself") || !errors.Is(err, errExit) {
		t.Errorf("%v", err)
	}
}

// Systemd may look elsewhere for units than this session's variables say.
func TestElsewhere(t *testing.T) {
	f := newFake(t, "linux", func(command string) (string, error) {
		if strings.Contains(command, "enable") {
			return "Unit file regards.service does not exist.", errExit
		}
		return "", nil
	})
	for configs, advised := range map[string]bool{f.configs: false, filepath.Join(f.home, "elsewhere"): true} {
		f.configs = configs
		steps, err := f.Install(context.Background(), words, false)
		check(t, err)
		if err = f.Do(context.Background(), steps); err == nil || strings.Contains(err.Error(), "XDG_CONFIG_HOME") != advised {
			t.Errorf("%s: %v", configs, err)
		}
	}
}

func TestReach(t *testing.T) {
	ctx := context.Background()
	words := []string{"/opt/my bin/regards", "--config", "/100%.toml", "run"}
	const lines = "    @reboot '/opt/my bin/regards' --config '/100\\%.toml' run\n    */15 * * * * '/opt/my bin/regards' --config '/100\\%.toml' run --once"
	for name, x := range map[string]struct {
		system string
		said   string
		err    error
		want   []string
	}{
		"there":      {system: "linux"},
		"a Mac":      {system: "darwin", err: errExit},
		"no systemd": {system: "linux", err: exec.ErrNotFound, want: []string{"there is no systemd here", lines}},
		"no session": {system: "linux", said: "Failed to connect\nto bus", err: errExit, want: []string{"(Failed to connect to bus)", "enable-linger ana", "/run/user/501", lines}},
	} {
		err := newFake(t, x.system, func(string) (string, error) { return x.said, x.err }).Reach(ctx, words)
		if (err == nil) != (x.want == nil) {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range x.want {
			if err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: no %q in %v", name, want, err)
			}
		}
	}
}
