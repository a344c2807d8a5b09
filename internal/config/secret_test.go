package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"regards/internal/secret"
)

// secretFile writes a password file and gives its path.
func secretFile(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSecretFile(t *testing.T) {
	for text, want := range map[string]string{
		"hunter2":       "hunter2",
		"hunter2\n":     "hunter2",
		"hunter2\r\n":   "hunter2",
		" correct h\t ": " correct h\t ",
	} {
		path := secretFile(t, text, 0o600)
		if got, err := (Server{PasswordFile: path}).Secret(t.Context()); got != want || err != nil {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                               "is empty; write the password into it",
		"\n":                             "is empty; write the password into it",
		"hunter2\n\n":                    "has more than one line; write the password alone into it",
		"hunter2\x00":                    "has more than one line; write the password alone into it",
		"a\rb":                           "has more than one line; write the password alone into it",
		strings.Repeat("hunter2", 10000): "has more than one line; write the password alone into it",
	} {
		path := secretFile(t, text, 0o600)
		got, err := (Server{PasswordFile: path}).Secret(t.Context())
		if want := "password_file: " + path + " " + want; got != "" || err == nil || err.Error() != want {
			t.Errorf("%.20q: got %q, %v; want %s", text, got, err, want)
		}
	}
}

func TestSecretFileMode(t *testing.T) {
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o610, 0o666} {
		path := secretFile(t, "hunter2\n", mode)
		want := fmt.Sprintf("%s can be used by others (mode %04o); run chmod 600 %s", path, mode, path)
		_, err := Load(write(t, strings.Replace(base, secretLine, fmt.Sprintf("password_file = %q", path), 1)))
		if err == nil || !strings.HasSuffix(err.Error(), ": line 9: account.imap.password_file: "+want) {
			t.Errorf("Load with %o: got %v", mode, err)
		}
		if _, err := (Server{PasswordFile: path}).Secret(t.Context()); err == nil || err.Error() != "password_file: "+want {
			t.Errorf("Secret with %o: got %v", mode, err)
		}
	}
	for _, mode := range []os.FileMode{0o600, 0o400, 0o700} {
		path := secretFile(t, "hunter2\n", mode)
		load(t, strings.Replace(base, secretLine, fmt.Sprintf("password_file = %q", path), 1))
	}
	if _, err := (Server{PasswordFile: "/no/such"}).Secret(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: got %v", err)
	}
}

func TestSecretCommand(t *testing.T) {
	sh := func(script string) Server { return Server{PasswordCommand: []string{"sh", "-c", script}} }
	got, err := sh(`printf 'hunter2\r\nsecond line\n'; echo warning >&2`).Secret(t.Context())
	if got != "hunter2" || err != nil {
		t.Errorf("got %q, %v; want hunter2", got, err)
	}
	got, err = sh(`echo hunter2; sleep 5 &`).Secret(t.Context())
	if got != "hunter2" || err != nil {
		t.Errorf("with a child that stays: got %q, %v; want hunter2", got, err)
	}
	const hint = "; run the command by hand to see whether it prints the password"
	for script, want := range map[string]string{
		`printf '\033no\nkey' >&2; exit 3`: "password_command: sh failed (exit status 3): no key" + hint,
		`echo; echo hunter2`:               "password_command: sh printed nothing on its first line" + hint,
		`printf 'a\rhunter2'`:              "password_command: sh printed a control character" + hint,
	} {
		if got, err := sh(script).Secret(t.Context()); got != "" || err == nil || err.Error() != want {
			t.Errorf("%s: got %q, %v", script, got, err)
		}
	}
	_, err = Server{PasswordCommand: []string{"/no/such", "hunter2"}}.Secret(t.Context())
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("missing program: got %v", err)
	}
}

func TestSecretCommandEnds(t *testing.T) {
	slow := Server{PasswordCommand: []string{"sleep", "60"}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := slow.Secret(ctx); err == nil || !strings.Contains(err.Error(), "sleep did not end in time") {
		t.Errorf("deadline: got %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := slow.Secret(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

func TestSecretCredential(t *testing.T) {
	s := Server{Credential: "mail"}
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	if _, err := s.Secret(t.Context()); err == nil || !strings.Contains(err.Error(), "write password_file") {
		t.Errorf("outside of systemd: got %v", err)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", t.TempDir())
	if _, err := s.Secret(t.Context()); err == nil || !strings.Contains(err.Error(), "LoadCredential=NAME:PATH") {
		t.Errorf("not given: got %v", err)
	}
	path := secretFile(t, "hunter2\n", 0o440)
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Dir(path))
	if got, err := (Server{Credential: "password"}).Secret(t.Context()); got != "hunter2" || err != nil {
		t.Errorf("got %q, %v; want hunter2", got, err)
	}
}

func TestSecretKeyring(t *testing.T) {
	keyring.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	if err := secret.ToKeyring(t.Context(), "mail", "hunter2"); err != nil {
		t.Fatal(err)
	}
	if got, err := (Server{Keyring: "mail"}).Secret(t.Context()); got != "hunter2" || err != nil {
		t.Errorf("got %q, %v; want hunter2", got, err)
	}
	if _, err := (Server{Keyring: "other"}).Secret(t.Context()); err == nil || !strings.Contains(err.Error(), "regards init") {
		t.Errorf("not there: got %v", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", "")
	if _, err := (Server{Keyring: "mail"}).Secret(t.Context()); runtime.GOOS == "linux" && !errors.Is(err, secret.ErrNoKeyring) {
		t.Errorf("without a desktop: got %v", err)
	}
}

func TestSecretOthers(t *testing.T) {
	if _, err := (Server{OAuth2: "google"}).Secret(t.Context()); err == nil || !strings.Contains(err.Error(), "tokens instead") {
		t.Errorf("oauth2: got %v", err)
	}
	if _, err := (Server{Host: "h"}).Secret(t.Context()); err == nil || !strings.Contains(err.Error(), "no password for h") {
		t.Errorf("none: got %v", err)
	}
}

// Law 9: no way of printing shows the command, which may hold a secret.
func TestServerPrintsNoSecret(t *testing.T) {
	s := Server{Host: "h", Port: 1, TLS: "none", User: "u", PasswordCommand: []string{"echo", "hunter2"}}
	account := Account{IMAP: s, SMTP: &s}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("x", "server", s, "pointer", &s)
	}
	out := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		out += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, &s) + fmt.Sprintf(verb, account)
	}
	if strings.Contains(out, "hunter2") || !strings.Contains(out, "h:1 (none, user u, password_command)") {
		t.Errorf("got %s", out)
	}
}
