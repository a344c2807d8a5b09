package store

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What the owner can do about the faults of a machine.
const (
	diskFull   = "the disk is full: free some space and try again; nothing was lost"
	diskFails  = "the disk reports an error: look whether it is sound and whether your quota is used up, then try again; nothing was lost so far"
	fullOrBad  = "the disk is full or reports an error: free some space or look whether it is sound, then try again; nothing was lost"
	notWritten = "cannot be written: check who owns the file and its folder, and whether the file system is read-only"
	noPlace    = "there is no way to that place: check [store] path and who owns the folder"
	longPath   = "the name is too long: choose a shorter [store] path"
	othersLock = "another process has been writing for too long; try again, and if it stays so, look which regards hangs"
	isFolder   = "it is a folder, not a database: move it away" + orAside
	orAside    = ", or have it set aside for a backup: regards restore FILE"
	getBackup  = "put a backup back with: regards restore FILE"
	useNewer   = "use that version, or restore a backup of this one: regards restore FILE"
)

// explain adds to an error of SQLite what the owner can do about it.
func (s *Store) explain(err error) error { return explain(s.path, err) }

// explain adds to an error of the file at path what the owner can do about it, once.
func explain(path string, err error) error {
	advice := advise(err)
	switch {
	case advice == "", strings.Contains(err.Error(), advice):
		return err
	case errors.Is(err, ErrDamaged), errors.Is(err, ErrNewer):
		return fmt.Errorf("%s: %w; %s", path, err, advice)
	case advice == getBackup:
		return fmt.Errorf("%s: %w (%w); %s", path, ErrDamaged, err, advice)
	}
	return fmt.Errorf("%s: %s (%w)", path, advice, err)
}

// IsBusy reports whether an error is that another process held the database for too
// long: it passes.
func IsBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// advise says what can be done about an error; "" when nothing is known.
func advise(err error) string {
	var e *sqlite.Error
	var number syscall.Errno
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrDamaged):
		return getBackup
	case errors.Is(err, ErrNewer):
		return useNewer
	case errors.As(err, &e):
		return adviseSQLite(e.Code())
	case errors.As(err, &number):
		return adviseSystem(number)
	}
	return ""
}

func adviseSQLite(code int) string {
	if code == sqlite3.SQLITE_IOERR_SHMSIZE { // a file cannot grow, and SQLite does not say why
		return fullOrBad
	}
	switch code & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return getBackup
	case sqlite3.SQLITE_FULL:
		return diskFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return notWritten
	case sqlite3.SQLITE_IOERR:
		return diskFails
	case sqlite3.SQLITE_BUSY:
		return othersLock
	}
	return ""
}

func adviseSystem(number syscall.Errno) string {
	switch number {
	case syscall.ENOSPC:
		return diskFull
	case syscall.EIO, syscall.EFBIG, syscall.EDQUOT:
		return diskFails
	case syscall.EROFS:
		return notWritten
	case syscall.EISDIR:
		return isFolder
	case syscall.ENAMETOOLONG:
		return longPath
	case syscall.EACCES, syscall.EPERM, syscall.ENOENT, syscall.ENOTDIR, syscall.ELOOP:
		return noPlace
	}
	return ""
}

// aboutCopy explains an error of writing a copy: most are about the file that
// is read, but when there is no room, it is the copy that lacks it.
func aboutCopy(from, to string, err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_FULL || e.Code() == sqlite3.SQLITE_IOERR_WRITE) {
		from = to
	}
	return explain(from, err)
}

// rename puts the name that the owner knows in place of a working file's.
func rename(err error, working, known string) error {
	return errors.New(strings.ReplaceAll(err.Error(), working, known))
}

// withoutRestore takes from an error of a backup the advice to restore one:
// it is about the database.
func withoutRestore(err error) error {
	text := err.Error()
	for _, advice := range []string{"; " + getBackup, "; " + useNewer, orAside} {
		text = strings.ReplaceAll(text, advice, "")
	}
	return errors.New(text)
}
