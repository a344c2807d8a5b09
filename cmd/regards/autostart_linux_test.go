package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"regards/dist"
)

// userManager is a systemd as a person has one, in namespaces of its own, and what a
// person does with it: each command's outcome is printed.
const userManager = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user
for d in usr/bin usr/lib/systemd/user; do
	mkdir -p /run/over/$d/up /run/over/$d/work
	mount -t overlay overlay -o lowerdir=/$d,upperdir=/run/over/$d/up,workdir=/run/over/$d/work /$d
done
cp "$3" /usr/bin/regards
cp "$1/packaged.service" /usr/lib/systemd/user/regards.service
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$2"
echo $$ > "/sys/fs/cgroup/$2/cgroup.procs"
exec unshare --cgroup sh -c '
umount /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
export XDG_RUNTIME_DIR=/run/user HOME="$1" TMPDIR="$1/tmp"
unset XDG_DATA_HOME XDG_CONFIG_HOME REGARDS_CONFIG STATE_DIRECTORY
/lib/systemd/systemd --user --log-target=console >/run/log 2>&1 &
until systemctl --user show >/dev/null 2>&1; do sleep 0.1; done
show() { systemctl --user show regards -p FragmentPath,ActiveState,SubState,UnitFileState,NRestarts,NeedDaemonReload; }
does() { echo "== $1"; shift; "$@" 2>&1; echo "code $?"; }
does install "$3" --config "$4" service install
does shown show
until "$3" --config "$4" status | grep -q INBOX; do sleep 0.1; done
does watching "$3" --config "$4" status
does again "$3" --config "$4" service install
does status "$3" --config "$4" service status
does same show
does remove "$3" --config "$4" service remove
does gone show
export PATH=/usr/bin:/bin
does packaged regards service install
does shipped show
does unpackaged regards service remove
does kept show
does log cat /run/log
' sh "$@"
`

// A systemd of the owner's own takes what service install writes, whatever the paths:
// the service runs with its configuration, and is gone when it is removed. The unit of a
// package is switched on and off, and stays.
func TestServiceUnderARealUserManager(t *testing.T) {
	wantTool(t, "systemctl", "systemd")
	wantNamespaces(t)
	m := newMachine(t)
	odd, odder := filepath.Join(m.home, `a b %h $HOME ${x} & ü ;`), filepath.Join(m.home, `50% 'q' "d" \n $HOME`)
	for _, dir := range []string{"tmp", filepath.Base(odd), filepath.Base(odder)} {
		check(t, os.Mkdir(filepath.Join(m.home, dir), 0o755))
	}
	program, err := os.ReadFile(plainProgram(t))
	check(t, err)
	check(t, os.WriteFile(filepath.Join(odd, "regards"), program, 0o755))
	secret := fmt.Sprintf("password_file = %q", filepath.Join(m.home, "password"))
	text := fmt.Sprintf("[store]\npath = %q\n\n", m.path()) + fmt.Sprintf(storyConfig, m.server.IMAPPort())
	m.write(filepath.Base(odder)+"/50%.toml", strings.Replace(text, `password_file = "password"`, secret, 1))
	own, err := dist.Unit([]string{"/usr/bin/regards", "run"})
	check(t, err)
	m.write("packaged.service", own)
	check(t, os.MkdirAll(filepath.Join(m.home, ".config", "regards"), 0o700))
	m.write(".config/regards/config.toml", strings.Replace(fmt.Sprintf(storyConfig, m.server.IMAPPort()), `password_file = "password"`, secret, 1))
	group := "regards-test-user-" + strconv.Itoa(os.Getpid())
	t.Cleanup(func() { sweep(t, group) })
	said, err := exec.Command("timeout", "300", "unshare", "--mount", "--pid", "--fork", "--mount-proc", "--cgroup", "--kill-child",
		"sh", "-c", userManager, "sh", m.home, group, filepath.Join(odd, "regards"), filepath.Join(odder, "50%.toml")).CombinedOutput()
	check(t, err)
	steps := map[string]string{}
	for _, step := range strings.Split(string(said), "== ")[1:] {
		name, out, _ := strings.Cut(step, "\n")
		steps[name] = out
	}
	for name, wants := range map[string][]string{
		"packaged":   {"installed: /usr/lib/systemd/user/regards.service", "code 0"},
		"shipped":    {"ActiveState=active\n", "FragmentPath=/usr/lib/systemd/user/regards.service\n", "UnitFileState=enabled\n"},
		"unpackaged": {"no longer started by /usr/lib/systemd/user/regards.service", "code 0"},
		"kept":       {"ActiveState=inactive\n", "UnitFileState=disabled\n"},
		"install":    {"installed: " + m.home + "/.config/systemd/user/regards.service", "code 0"},
		"shown":      {"ActiveState=active\n", "SubState=running\n", "UnitFileState=enabled\n", "NRestarts=0\n", "NeedDaemonReload=no\n"},
		"watching":   {"INBOX", "code 0"},
		"again":      {"installed: ", "code 0"},
		"status":     {"running; the machine starts it", "code 0"},
		"same":       {"ActiveState=active\n", "NRestarts=0\n"},
		"remove":     {"no longer started by ", "code 0"},
		"gone":       {"ActiveState=inactive\n", "FragmentPath=/usr/lib/systemd/user/regards.service\n", "UnitFileState=disabled\n"},
	} {
		for _, want := range wants {
			if !strings.Contains(steps[name], want) {
				t.Errorf("%s has no %q:\n%s", name, want, steps[name])
			}
		}
	}
	if left, _ := filepath.Glob(m.home + "/.config/systemd/user/*"); len(left) > 1 || len(left) == 1 && filepath.Ext(left[0]) != ".wants" {
		t.Errorf("left: %s", left)
	}
	if t.Failed() {
		t.Logf("%s", said)
	}
}
