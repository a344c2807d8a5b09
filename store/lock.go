package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// ErrHeld means that another process holds the service's lock.
var ErrHeld = errors.New("another regards service holds the database")

// lockPatience is how long Lock tries.
const lockPatience = time.Second

// Lock takes the service's lock on the database at path, which at most one
// process holds at a time, and which ends with that process however it ends.
// The caller is told who holds it if it is taken.
func Lock(ctx context.Context, path string) (unlock func() error, err error) {
	if path, err = locate(path); err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	name := path + ".lock"
	if err := touchFile(name); err != nil {
		return nil, fmt.Errorf("lock the database: %w", explain(path, err))
	}
	lock := flock.New(name, flock.SetFlag(os.O_RDWR), flock.SetPermissions(0o600))
	// A short wait bears with a Locked that asks at this very moment.
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	got, err := lock.TryLockContext(ctx, lockPatience/10)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	if !got {
		holder, _ := os.ReadFile(name) // the process number is a courtesy; without it the error still says enough
		return nil, fmt.Errorf("%w %s (process %s); stop it first, or let it do the work",
			ErrHeld, path, strings.TrimSpace(string(holder)))
	}
	// The file stays when the lock ends: removing it would race with the next holder.
	err = os.WriteFile(name, fmt.Appendln(nil, os.Getpid()), 0o600)
	if err == nil {
		err = sweep(path, leftovers)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the database: %w", explain(path, err)), lock.Unlock())
	}
	return lock.Unlock, nil
}

// Locked reports whether a service holds the lock on the database at path.
func Locked(path string) bool {
	path, err := locate(path)
	if err != nil {
		return false // nobody could open it
	}
	lock := flock.New(path+".lock", flock.SetFlag(os.O_RDONLY))
	got, err := lock.TryRLock()
	if got {
		err = lock.Unlock()
	}
	return !got && err == nil
}
