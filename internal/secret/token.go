package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Token is a secret that its giver replaces from time to time, such as a refresh
// token (RFC 6749 section 6). Whoever replaces it holds its lock.
type Token struct {
	Path string // of its file, which says so if the token lies in the keyring
	Name string // in the keyring
}

// inKeyring is what the file holds where the token lies in the keyring.
const inKeyring = "in the keyring"

// InKeyring reports whether the file says that the token lies in the keyring.
func (t Token) InKeyring() bool {
	value, err := ReadFile(t.Path)
	return err == nil && value == inKeyring
}

// Load gives the token; "" if there is none.
func (t Token) Load(ctx context.Context) (string, error) {
	value, err := ReadFile(t.Path)
	if err == nil && value == inKeyring {
		value, err = FromKeyring(ctx, t.Name)
	}
	if errors.Is(err, ErrNone) {
		return "", nil
	}
	return value, err
}

// Keep puts a first token into the keyring if there is one, else into the file,
// and says which.
func (t Token) Keep(ctx context.Context, value string) (where string, err error) {
	err = ToKeyring(ctx, t.Name, value)
	if err == nil {
		return "the keyring", WriteFile(t.Path, inKeyring)
	}
	if !errors.Is(err, ErrNoKeyring) {
		return "", err
	}
	return t.Path, WriteFile(t.Path, value)
}

// Save puts a token where the one before it lies.
func (t Token) Save(ctx context.Context, value string) error {
	if t.InKeyring() {
		return ToKeyring(ctx, t.Name, value)
	}
	return WriteFile(t.Path, value)
}

// Drop removes the token; that there is none is no error.
func (t Token) Drop(ctx context.Context) error {
	if t.InKeyring() {
		if err := DropFromKeyring(ctx, t.Name); err != nil {
			return err
		}
	}
	for _, file := range t.Files() {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

const lockSuffix = ".lock"

// Files are those that a token can have: its own, and that of the lock.
func (t Token) Files() []string { return []string{t.Path, t.Path + lockSuffix} }

// Lock keeps other processes from replacing the token until unlock.
func (t Token) Lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(t.Path), 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(t.Path+lockSuffix, flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, fmt.Errorf("lock %s: %w", t.Path, err)
	}
	return func() { _ = lock.Unlock() }, nil // the lock ends with the process at the latest
}
