package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// profile is an installation of regards: a configuration and a database.
type profile struct {
	binary, config, database string
}

// newProfile makes an installation that knows the contacts and has read no mail
// yet. It reaches the server at port.
func (w *world) newProfile(ctx context.Context, name string, port int) (*profile, error) {
	dir := w.path(name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	p := &profile{w.binary, filepath.Join(dir, "config.toml"), filepath.Join(dir, "regards.db")}
	if err := w.configure(p, port); err != nil {
		return nil, err
	}
	_, err := p.regards(ctx, "contact", "import", w.path("contacts.csv"))
	return p, err
}

// configure writes the configuration of a profile, again for another port.
func (w *world) configure(p *profile, port int) error {
	password := filepath.Join(filepath.Dir(p.config), "password")
	text := fmt.Sprintf(`[owner]
name = "Ana Díaz"
address = %q

[store]
path = %q

[[account]]
name = "personal"
  [account.imap]
  host = %q
  port = %d
  tls = "none"
  password_file = %q
`, w.server.User(), p.database, w.server.Host(), port, password)
	return errors.Join(os.WriteFile(password, []byte(w.server.Password()+"\n"), 0o600),
		os.WriteFile(p.config, []byte(text), 0o600))
}

// usage is what one run of a program took.
type usage struct {
	out  []byte
	wall time.Duration
	cpu  time.Duration
	peak int64 // KiB of memory that were resident at once
}

func (p *profile) command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, p.binary, append([]string{"--config", p.config, "--log-level", "warn"}, args...)...)
}

// regards runs one command to its end.
func (p *profile) regards(ctx context.Context, args ...string) (usage, error) {
	return measure(p.command(ctx, args...))
}

// measure runs a program to its end.
func measure(cmd *exec.Cmd) (usage, error) {
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, err
	}
	stop, peak := make(chan struct{}), make(chan int64)
	go func() { peak <- watchPeak(cmd.Process.Pid, stop) }()
	err := cmd.Wait()
	u := usage{out: out.Bytes(), wall: time.Since(started)}
	close(stop)
	u.peak, u.cpu = <-peak, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()
	if err != nil {
		return u, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args[1:], " "), err, problems.Bytes())
	}
	return u, nil
}

// watchPeak follows VmHWM, the peak of a process's resident memory, until stop.
// The rusage of an ended process would not do: Linux counts into it what the
// parent had resident when it started the program.
func watchPeak(pid int, stop <-chan struct{}) (peak int64) {
	for {
		if kib, err := memory(pid, "VmHWM"); err == nil {
			peak = kib
		}
		select {
		case <-stop:
			return peak
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// memory gives a field of /proc/PID/status in KiB (proc_pid_status(5)).
func memory(pid int, field string) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		}
	}
	return 0, fmt.Errorf("process %d tells no %s", pid, field)
}

// ask runs a command and reads its answer.
func (p *profile) ask(ctx context.Context, answer any, args ...string) error {
	use, err := p.regards(ctx, append(args, "--json")...)
	if err != nil {
		return err
	}
	return json.Unmarshal(use.out, answer)
}

// end asks a program to end, and insists after a while.
func end(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	timer := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	return cmd.Wait()
}
