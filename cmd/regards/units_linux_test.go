package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// wantTool skips a test where a program is missing, unless REGARDS_TEST_REAL=1
// says that it has to be there.
func wantTool(t *testing.T, name, debian string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("REGARDS_TEST_REAL") == "1" {
		t.Fatalf("%s is not there; apt-get install %s", name, debian)
	}
	t.Skipf("%s is not there (Debian's %s, which .ci/run installs)", name, debian)
}

// unit copies a unit, with the program where it is, since systemd-analyze looks
// for it.
func unit(t *testing.T, name, program string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../dist", name))
	check(t, err)
	const installed = "ExecStart=/usr/local/bin/regards run\n"
	if !bytes.Contains(text, []byte(installed)) {
		t.Errorf("%s has no %s", name, installed)
	}
	file := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(file, bytes.Replace(text, []byte("/usr/local/bin/regards"), []byte(program), 1), 0o600))
	return file
}

// Every line of the units means something to systemd.
func TestUnitsAreValid(t *testing.T) {
	wantTool(t, "systemd-analyze", "systemd")
	program := plainProgram(t)
	for name, manager := range map[string]string{"regards.service": "--system", "regards-user.service": "--user"} {
		c := exec.Command("systemd-analyze", "verify", manager, "--man=no", unit(t, name, program))
		c.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
		if out, err := c.CombinedOutput(); err != nil || strings.Contains(string(out), name) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// mostExposed is what the unit of the machine may come to, of 10.
const mostExposed = 1.5

func TestUnitExposure(t *testing.T) {
	wantTool(t, "systemd-analyze", "systemd")
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "../../dist/regards.service").CombinedOutput()
	check(t, err)
	m := regexp.MustCompile(`Overall exposure level for regards.service: ([0-9.]+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("no figure in\n%s", out)
	}
	if exposed, err := strconv.ParseFloat(string(m[1]), 64); err != nil || exposed > mostExposed {
		t.Errorf("an exposure of %s, more than %v\n%s", m[1], mostExposed, out)
	}
}

// Systemd hears that the service is up, alive, reads its configuration anew, and
// ends.
func TestServiceNotifies(t *testing.T) {
	m := newMachine(t)
	socket := filepath.Join(m.home, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	check(t, err)
	t.Cleanup(func() { conn.Close() })
	until := func(pattern string) {
		t.Helper()
		check(t, conn.SetReadDeadline(time.Now().Add(untilPatience)))
		b := make([]byte, 4096)
		for {
			n, err := conn.Read(b)
			if err != nil {
				t.Fatalf("never heard %s: %v", pattern, err)
			}
			if strings.Contains(string(b[:n]), "@") {
				t.Errorf("an address: %s", b[:n])
			}
			if regexp.MustCompile(pattern).Match(b[:n]) {
				return
			}
		}
	}
	c := m.command("exec", "run")
	var log bytes.Buffer
	c.Env, c.Stderr = append(os.Environ(), "NOTIFY_SOCKET="+socket, "WATCHDOG_USEC=1000000"), &log
	check(t, c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() { c.Process.Kill() })
	signal := func(s os.Signal) { t.Helper(); check(t, c.Process.Signal(s)) }
	until(`^READY=1\nSTATUS=watching 1 account`)
	until(`WATCHDOG=1`)
	good, err := os.ReadFile(filepath.Join(m.home, "config.toml"))
	check(t, err)
	m.write("config.toml", "wrong")
	signal(syscall.SIGHUP)
	until(`^RELOADING=1\nMONOTONIC_USEC=\d+$`)
	until(`^READY=1`)
	m.write("config.toml", string(good))
	signal(syscall.SIGHUP)
	until(`^RELOADING=1`)
	until(`^READY=1`)
	until(`WATCHDOG=1`)
	check(t, m.server.Stop())
	until(`STATUS=watching 1 account, 1 offline`)
	signal(syscall.SIGTERM)
	until(`^STOPPING=1`)
	if err := <-ended; err != nil {
		t.Errorf("%v\n%s", err, log.String())
	}
}

// sandbox is a systemd of its own that runs the unit as it is, in namespaces of
// which nothing is seen from outside but the folder for /var/lib.
const sandbox = `set -e
mount --make-rprivate /
mount --make-rshared /
mount -t tmpfs tmpfs /run
for d in etc usr/local/bin; do
	mkdir -p /run/over/$d/up /run/over/$d/work
	mount -t overlay overlay -o lowerdir=/$d,upperdir=/run/over/$d/up,workdir=/run/over/$d/work /$d
done
mount --bind "$1/lib" /var/lib
mkdir /etc/regards
cp "$1/service.toml" /etc/regards/config.toml
cp "$1/password" /etc/regards/password
cp "$1/regards" /usr/local/bin/regards
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$2"
echo $$ > "/sys/fs/cgroup/$2/cgroup.procs"
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
exec unshare --cgroup sh -c 'set -e
umount /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
exec env -i PATH="$PATH" container=test SYSTEMD_UNIT_PATH="$1/units" /lib/systemd/systemd --system --unit=test.target --log-target=console --show-status=false' sh "$@"
`

// sweepGroups removes the control groups that a sandbox leaves behind, once its
// processes are gone.
const sweepGroups = `mount --make-rprivate /
mount -t cgroup2 none /mnt
until find "/mnt/$1" -depth -type d -exec rmdir {} +; do sleep 0.1; done
`

func sweep(t *testing.T, group string) {
	t.Helper()
	if said, err := exec.Command("timeout", "180", "unshare", "--mount", "sh", "-c", sweepGroups, "sh", group).CombinedOutput(); err != nil {
		t.Errorf("%v %s", err, said)
	}
}

// wantNamespaces skips a test where nobody may have a systemd of their own.
func wantNamespaces(t *testing.T) {
	t.Helper()
	out, err := exec.Command("unshare", "--mount", "--pid", "--fork", "--cgroup", "true").CombinedOutput()
	if err == nil {
		return
	}
	if os.Getenv("REGARDS_TEST_REAL") == "1" {
		t.Fatalf("a systemd of its own needs namespaces: %v %s", err, out)
	}
	t.Skipf("a systemd of its own needs namespaces, which only root may make, as in .ci/run: %v %s", err, out)
}

// The unit runs under systemd with everything that it forbids forbidden: it reads
// mail, lays a draft, keeps its state, reads its configuration anew, and ends.
func TestUnitInItsSandbox(t *testing.T) {
	wantTool(t, "systemctl", "systemd")
	m := newMachine(t)
	wantNamespaces(t)
	for _, dir := range []string{"lib", "units"} {
		check(t, os.Mkdir(filepath.Join(m.home, dir), 0o755))
	}
	for name, text := range map[string]string{
		"sysinit.target": "", "basic.target": "", "shutdown.target": "", "network-online.target": "",
		"test.target": "Wants=regards.service\n",
	} {
		m.write("units/"+name, "[Unit]\nDefaultDependencies=no\n"+text)
	}
	text, err := os.ReadFile("../../dist/regards.service")
	check(t, err)
	m.write("units/regards.service", string(text)+"\n[Service]\nStandardError=file:/var/lib/log\n")
	program, err := os.ReadFile(plainProgram(t))
	check(t, err)
	check(t, os.WriteFile(filepath.Join(m.home, "regards"), program, 0o755))
	// The service has its state where systemd wants it, and the commands of the
	// administrator look there.
	service := strings.Replace(fmt.Sprintf(storyConfig, m.server.IMAPPort()), `password_file = "password"`, `credential = "mail"`, 1)
	check(t, os.WriteFile(filepath.Join(m.home, "service.toml"), []byte(service), 0o644))
	m.write("config.toml", fmt.Sprintf("[store]\npath = %q\n\n", filepath.Join(m.home, "lib/private/regards/regards.db"))+fmt.Sprintf(storyConfig, m.server.IMAPPort()))

	group := "regards-test-" + strconv.Itoa(os.Getpid())
	c := exec.Command("unshare", "--mount", "--pid", "--fork", "--ipc", "--uts", "--mount-proc", "--kill-child",
		"sh", "-c", sandbox, "sh", m.home, group)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	check(t, c.Start())
	t.Cleanup(func() {
		c.Process.Kill()
		_ = c.Wait()
		sweep(t, group)
		if log, err := os.ReadFile(filepath.Join(m.home, "lib/log")); t.Failed() {
			t.Logf("%s\n%s %v", out.String(), log, err)
		}
	})
	inside := func(words ...string) string {
		t.Helper()
		pid, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", c.Process.Pid, c.Process.Pid))
		check(t, err)
		all := append([]string{"--target", strings.TrimSpace(string(pid)), "--mount", "--pid", "--cgroup"}, words...)
		said, err := exec.Command("nsenter", all...).CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return string(said)
	}
	await := func(what string, f func() bool) {
		t.Helper()
		for deadline := time.Now().Add(untilPatience); !f(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("never: %s\n%s", what, inside("systemctl", "status", "regards"))
			}
		}
	}
	show := func() string {
		return inside("systemctl", "show", "regards", "-p", "ActiveState,StatusText,Result,NRestarts,ExecMainStatus")
	}
	await("the service is up", func() bool { return strings.Contains(show(), "ActiveState=active\n") })
	m.must("log", "met", "Maria <maria@uni.example>", "--useful", "the walk", "--at", "2026-11-19")
	m.untilDrafted()
	if got := show(); !strings.Contains(got, "StatusText=watching 1 account\n") {
		t.Errorf("it says %s", got)
	}
	process := inside("sh", "-c", "cat /proc/$(systemctl show --value -p MainPID regards)/status")
	for _, bound := range []string{"Seccomp:\t2\n", "NoNewPrivs:\t1\n", "CapEff:\t0000000000000000\n", "CapBnd:\t0000000000000000\n"} {
		if !strings.Contains(process, bound) {
			t.Errorf("%q is not true of\n%s", bound, process)
		}
	}
	if said := inside("systemctl", "reload", "regards"); said != "" {
		t.Errorf("reload: %s", said)
	}
	inside("systemctl", "stop", "regards")
	if got := show(); !strings.Contains(got, "Result=success\n") || !strings.Contains(got, "NRestarts=0\n") || !strings.Contains(got, "ExecMainStatus=0\n") {
		t.Errorf("it ended with %s", got)
	}
	log, err := os.ReadFile(filepath.Join(m.home, "lib/log"))
	check(t, err)
	if strings.Count(string(log), "the configuration was read anew") != 1 || strings.Contains(string(log), "level=WARN") {
		t.Errorf("%s", log)
	}
	if drafts, err := m.server.Messages("Drafts"); err != nil || len(drafts) != 1 {
		t.Errorf("%d drafts, %v", len(drafts), err)
	}
}
