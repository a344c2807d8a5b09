//go:build unix

package secret

import (
	"errors"
	"io/fs"
	"os"
)

// Shared reports whether others than the owner of a file may use it.
func Shared(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// syncFolder makes the new name of a file last through a loss of power.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
