package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Ctrl-C while the provider's page waits ends a login in words.
func TestLoginInterrupted(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "config.toml")
	check(t, os.WriteFile(path, []byte(`[owner]
name = "Ana"
address = "ana@example.org"
[[account]]
name = "uni"
[account.imap]
host = "127.0.0.1"
port = 1
tls = "none"
oauth2 = "custom"
[account.oauth2]
client_id = "c"
authorize_url = "http://127.0.0.1:1/authorize"
token_url = "http://127.0.0.1:1/token"
scopes = ["mail"]
`), 0o600))
	self, err := os.Executable()
	check(t, err)
	check(t, os.Symlink(self, filepath.Join(home, "regards"))) // see TestMain
	c := exec.Command(filepath.Join(home, "regards"), "--config", path, "login", "uni")
	c.Env = []string{"HOME=" + home, "TZ=UTC"}
	pipe, err := c.StderrPipe()
	check(t, err)
	check(t, c.Start())
	said := bufio.NewReader(pipe)
	_, err = said.ReadString('?') // the page
	check(t, err)
	check(t, c.Process.Signal(syscall.SIGINT))
	rest, err := io.ReadAll(said)
	check(t, err)
	_ = c.Wait() // the exit code is what it is for any failure
	if text := string(rest); c.ProcessState.ExitCode() != exitFailed || !strings.HasSuffix(text, "\nregards: interrupted\n") {
		t.Errorf("%v: %s", c.ProcessState, text)
	}
}
