// Package secret keeps passwords and tokens where the machine keeps secrets: in
// the keyring of the desktop (the Secret Service of Linux, the Keychain of macOS,
// the credentials of Windows) or, where there is none, in files that nobody else
// can read.
//
// It promises that a secret is written whole or not at all, that a file of it
// never has another mode than 0600, not even for a moment, that no call waits
// longer than a person needs to unlock a keyring, and that no error holds any
// part of a secret. ErrNoKeyring and ErrNone tell the two things that callers
// decide about; any other error is that of the machine.
//
// What is kept in files lies where the caller says; in the keyring each secret is
// an item of the service "regards" with the name that the caller gives.
package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Errors that callers tell apart.
var (
	// ErrNone means that nothing is kept under the name.
	ErrNone = errors.New("no such secret is kept")
	// ErrNoKeyring means that this machine has no keyring that could be used now.
	ErrNoKeyring = errors.New("there is no keyring here that can be used")
)

// mostBytes is far more than any password or token has.
const mostBytes = 64 << 10

// ReadFile gives what a file of mode 0600 holds, without the line end that editors
// add. ErrNone means that there is no file.
func ReadFile(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && Shared(info) {
		return "", fmt.Errorf("%s can be used by others (mode %04o); run chmod 600 %s", path, info.Mode().Perm(), path)
	}
	data, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err != nil {
		return "", err
	}
	if len(data) > mostBytes {
		return "", fmt.Errorf("%s is no file of a secret: it is too large", path)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// halves is what the files are called in which WriteFile writes, with a star for what
// makes them different.
func halves(path string) string { return "." + filepath.Base(path) + "-*" }

// Halves lists what writers of a secret that were killed have left beside its file.
func Halves(path string) []string {
	entries, _ := os.ReadDir(filepath.Dir(path)) // what cannot be listed has none
	var left []string
	for _, e := range entries {
		if number, ours := strings.CutPrefix(e.Name(), strings.TrimSuffix(halves(path), "*")); ours && strings.Trim(number, "0123456789") == "" {
			left = append(left, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return left
}

// WriteFile puts a secret into a file of mode 0600, in the place of what it held;
// its folder is made, for this user alone, if it is missing. After an interruption
// the file is the old one or the new one.
func WriteFile(path, value string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	// Such a file is made with mode 0600.
	f, err := os.CreateTemp(folder, halves(path))
	if err != nil {
		return err
	}
	_, err = f.WriteString(value + "\n")
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name()) // half of it would lie there for ever
		return fmt.Errorf("write %s: %w", path, err)
	}
	return syncFolder(folder)
}
