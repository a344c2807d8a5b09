package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"
)

// service is whose secrets these are, as a keyring shows them.
const service = "regards"

// patience is how long a keyring may take: its owner may have to unlock it first.
// It is a variable for the tests.
var patience = time.Minute

// FromKeyring gives a secret of the keyring; ErrNone if it has none of that name.
func FromKeyring(ctx context.Context, name string) (value string, err error) {
	err = ask(ctx, func() (err error) {
		value, err = keyring.Get(service, name)
		return err
	})
	if err != nil {
		return "", err
	}
	return value, nil
}

// ToKeyring puts a secret into the keyring, in the place of one of the same name,
// and reads it again: there are keyrings that take everything and keep nothing.
func ToKeyring(ctx context.Context, name, value string) error {
	return ask(ctx, func() error {
		if err := keyring.Set(service, name, value); err != nil {
			return err
		}
		if kept, err := keyring.Get(service, name); err != nil || kept != value {
			return errors.New("the keyring took a secret and did not keep it")
		}
		return nil
	})
}

// DropFromKeyring removes a secret from the keyring; that there is none is no error.
func DropFromKeyring(ctx context.Context, name string) error {
	err := ask(ctx, func() error { return keyring.Delete(service, name) })
	if errors.Is(err, ErrNone) {
		return nil
	}
	return err
}

// ask runs something that asks the keyring, which may never answer.
func ask(ctx context.Context, f func() error) error {
	if !reachable() {
		return ErrNoKeyring
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- errors.New("it gave an answer that cannot be read")
			}
		}()
		done <- f()
	}()
	select {
	case err := <-done:
		return explain(err)
	case <-ctx.Done():
		return fmt.Errorf("%w: it did not answer; is it locked?", ErrNoKeyring)
	}
}

// explain gives an error of the keyring its class.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNone
	}
	return fmt.Errorf("%w: %w", ErrNoKeyring, err)
}

// reachable is false where asking could start a message bus that nobody sees.
// The library does that on systems whose keyring is asked over D-Bus.
func reachable() bool {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	folder := os.Getenv("XDG_RUNTIME_DIR")
	if folder == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(folder, "bus"))
	return err == nil
}
