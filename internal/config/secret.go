package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"regards/internal/secret"
)

const (
	commandTime = 30 * time.Second
	maxSecret   = 64 << 10
)

// Secret gets the password at the moment it is needed: from the file, from the
// first line that the command prints (30 seconds at most, no shell), from the
// keyring, or from systemd. An error never holds any of it.
func (s Server) Secret(ctx context.Context) (string, error) {
	switch s.source() {
	case "password_file":
		return fileSecret(s.PasswordFile)
	case "password_command":
		return commandSecret(ctx, s.PasswordCommand)
	case "keyring":
		return keyringSecret(ctx, s.Keyring)
	case "credential":
		return credentialSecret(s.Credential)
	case "oauth2":
		return "", errors.New("oauth2 has tokens instead of a password")
	}
	return "", fmt.Errorf("no password for %s; write password_file or password_command", s.Host)
}

// lookAtSecret says what is wrong with a password file without reading it.
func lookAtSecret(path string) error {
	info, err := os.Stat(path)
	switch {
	case path == "" || errors.Is(err, fs.ErrNotExist):
		// The name is not repeated: it may be the password itself.
		return &flaw{"names no file that is there", "write the path of a file (a relative one starts at the folder of this file), with the password in it and mode 0600"}
	case err != nil:
		return &flaw{"names a file that cannot be reached (" + reason(err) + ")", "write the path of a file that you can read"}
	}
	return secretMode(path, info)
}

// secretMode refuses a file that others may read: the mode bits count, not
// whether somebody could in fact reach it.
func secretMode(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return &flaw{path + " is no regular file", "write the path of a file that holds the password"}
	}
	if secret.Shared(info) {
		return &flaw{fmt.Sprintf("%s can be used by others (mode %04o)", path, info.Mode().Perm()), "run chmod 600 " + path}
	}
	return nil
}

func fileSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("password_file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("password_file: %w", err)
	}
	if err := secretMode(path, info); err != nil {
		return "", fmt.Errorf("password_file: %w", err)
	}
	return readSecret("password_file", f)
}

// keyringSecret asks the keyring of the desktop.
func keyringSecret(ctx context.Context, name string) (string, error) {
	value, err := secret.FromKeyring(ctx, name)
	switch {
	case errors.Is(err, secret.ErrNone):
		return "", fmt.Errorf("keyring: it has no %s of the service regards; to put it there: regards init", quote(name))
	case err != nil:
		return "", fmt.Errorf("keyring: %w; unlock it, or write password_file", err)
	}
	return value, nil
}

// credentialSecret reads what LoadCredential= of systemd (systemd.exec(5)) has
// put into a folder that only this service can see.
func credentialSecret(name string) (string, error) {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return "", errors.New("credential: systemd has given none; run this as a service with LoadCredential=NAME:PATH, or write password_file")
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return "", fmt.Errorf("credential: systemd has not given this one (%s); write LoadCredential=NAME:PATH in the unit", reason(err))
	}
	defer f.Close()
	return readSecret("credential", f)
}

// readSecret takes the whole of a file but for the line end that editors add.
func readSecret(source string, f *os.File) (string, error) {
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("%s: %w", source, err)
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	switch {
	case secret == "":
		return "", fmt.Errorf("%s: %s is empty; write the password into it", source, f.Name())
	case len(data) > maxSecret || strings.ContainsAny(secret, "\r\n\x00"):
		return "", fmt.Errorf("%s: %s has more than one line; write the password alone into it", source, f.Name())
	}
	return secret, nil
}

// commandSecret runs the command. Its arguments do not appear in errors.
func commandSecret(ctx context.Context, command []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.WaitDelay = time.Second // a child that keeps the pipe open must not hold us
	stdout, stderr := &capped{max: maxSecret}, &capped{max: 500}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	fail := func(what string) (string, error) {
		return "", fmt.Errorf("password_command: %s %s%s; run the command by hand to see whether it prints the password",
			command[0], what, stderr.said())
	}
	switch err := cmd.Run(); {
	case ctx.Err() == context.DeadlineExceeded:
		return fail("did not end in time")
	case ctx.Err() != nil:
		return "", fmt.Errorf("password_command: %w", ctx.Err())
	// A child that outlives the command, such as an agent, is no failure.
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return fail("failed (" + err.Error() + ")")
	}
	secret, _, _ := strings.Cut(stdout.buf.String(), "\n")
	secret = strings.TrimSuffix(secret, "\r")
	if secret == "" {
		return fail("printed nothing on its first line")
	}
	if strings.ContainsAny(secret, "\r\x00") {
		return fail("printed a control character")
	}
	return secret, nil
}

// capped keeps the beginning of what is written to it, and takes the rest.
type capped struct {
	buf bytes.Buffer
	max int
}

func (c *capped) Write(p []byte) (int, error) {
	c.buf.Write(p[:min(len(p), c.max-c.buf.Len())])
	return len(p), nil
}

// said is the text on one printable line, set off for an error.
func (c *capped) said() string {
	text := strings.Join(strings.FieldsFunc(c.buf.String(), unprintable), " ")
	if text = strings.TrimSpace(strings.ToValidUTF8(text, "")); text == "" {
		return ""
	}
	return ": " + text
}
