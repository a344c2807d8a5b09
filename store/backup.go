package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Copy writes a consistent copy of the database at from to a file that must not
// exist yet, and changes nothing else. A database that does not exist yet has
// nothing to copy.
func Copy(ctx context.Context, from, to string) error {
	info, err := os.Stat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = looksLikeOne(info)
	}
	if err != nil {
		return explain(from, err)
	}
	if from, err = filepath.Abs(from); err != nil {
		return err
	}
	if err := isFree(to); err != nil {
		return err
	}
	half := to + halfCopy
	defer removeDatabase(half)
	if err := removeDatabase(half); err != nil { // of a copy that was cut short
		return fmt.Errorf("copy the database: %w", explain(to, err))
	}
	if err := touchFile(half); err != nil {
		return fmt.Errorf("copy the database: %w", rename(explain(to, err), half, to))
	}
	if err := write(ctx, from, half); err != nil {
		return aboutCopy(from, to, err)
	}
	if err := place(half, to); err != nil {
		return fmt.Errorf("copy the database: %w", explain(to, err))
	}
	if err := syncFolder(to); err != nil {
		return fmt.Errorf("copy the database: %w", explain(to, errors.Join(err, os.Remove(to))))
	}
	return nil
}

// write writes a copy of the database at from to an empty file.
func write(ctx context.Context, from, to string) error {
	err := vacuumInto(ctx, from, to, "")
	if _, log := os.Stat(from + "-wal"); advise(err) == notWritten && errors.Is(log, fs.ErrNotExist) {
		// On a medium that cannot be written no index of a log can be made, and
		// none is wanted: nobody writes there.
		err = vacuumInto(ctx, from, to, "&immutable=1")
	}
	if err != nil {
		return err
	}
	return syncFile(to)
}

func vacuumInto(ctx context.Context, from, to, options string) error {
	source := &url.URL{Scheme: "file", Path: from, RawQuery: "mode=ro&_pragma=" + busyTimeout() + options}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

// halfCopy is the end of the name of a copy that is not whole yet: half a copy
// must not pass for a database.
const halfCopy = ".part"

// place gives a file that is whole its own name, which must be free.
func place(half, whole string) error {
	err := os.Link(half, whole)
	if err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(half, whole) // a file system without links
}

// isFree makes sure that a copy takes nobody's place.
func isFree(to string) error {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("copy the database: %s: %w", to, fs.ErrExist)
	}
	return nil
}

// Backup writes a consistent copy of the database to a file that must not exist
// yet, and keeps in mind where: whoever is forgotten later is forgotten there, too.
func (s *Store) Backup(ctx context.Context, to string, now time.Time) error {
	to, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	if err := isFree(to); err != nil {
		return err
	}
	// First, so that there never is a copy that is not known. A note of one that
	// is not there does no harm.
	if err := s.noteBackup(ctx, to, now); err != nil {
		return err
	}
	return Copy(ctx, s.path, to)
}

func (s *Store) noteBackup(ctx context.Context, path string, now time.Time) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO backup (path, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
		path, seconds(now))
	return s.explain(err)
}

// backups gives the files that hold a copy of the database.
func (s *Store) backups(ctx context.Context) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT path FROM backup ORDER BY path")
	paths, err := collect(rows, err, scanText)
	return paths, s.explain(err)
}

// Restore puts the backup at from in the place of the database at path, whose
// Lock the caller holds. What lay there is kept beside it, under the name that
// is returned, whatever state it is in; "" when nothing lay there. The restored
// database is on hold, since it does not know what was sent meanwhile; people
// who were forgotten since the backup are forgotten in it, too. Until the last
// step nothing has changed.
func Restore(ctx context.Context, path, from string, now time.Time) (aside string, err error) {
	if path, err = locate(path); err != nil {
		return "", err
	}
	if _, err := os.Stat(from); err != nil {
		return "", err
	}
	fresh := path + working[1]
	defer removeDatabase(fresh)
	if err := removeDatabase(fresh); err != nil { // of a restore that was cut short
		return "", err
	}
	err = Copy(ctx, from, fresh)
	if errors.Is(err, ErrDamaged) {
		return "", fmt.Errorf("%s is no backup of regards: %w", from, err)
	}
	if err != nil {
		return "", fmt.Errorf("%s cannot be restored: %w", from, rename(err, fresh, path))
	}
	if _, err := os.Lstat(path); err == nil {
		aside = path + ".before-restore-" + now.UTC().Format("20060102T150405") + "-" + NewID()
	}
	if err := prepareRestored(ctx, fresh, path, aside, now); err != nil {
		known := path // it has no room, say
		if errors.Is(err, ErrDamaged) || errors.Is(err, ErrNewer) {
			known = from
		}
		return "", fmt.Errorf("%s cannot be restored: %w", from, rename(err, fresh, known))
	}
	if aside != "" {
		if err := setAside(ctx, path, aside); err != nil {
			return "", err
		}
	}
	if err := os.Rename(fresh, path); err != nil {
		return aside, explain(path, err)
	}
	if err := syncFolder(path); err != nil {
		return aside, fmt.Errorf("%s was restored, but may not outlast a loss of power: %w", from, explain(path, err))
	}
	return aside, nil
}

// prepareRestored brings a copy of a backup up to date before it takes the
// place of the database at path.
func prepareRestored(ctx context.Context, fresh, path, aside string, now time.Time) (err error) {
	if err := isOurs(ctx, fresh); err != nil {
		return err
	}
	s, err := Open(ctx, fresh)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if aside != "" {
		if err := s.inheritFrom(ctx, path, now); err != nil {
			return err
		}
	}
	why := "it put a backup in the place of the database"
	if aside != "" {
		why += "; to go back: regards restore " + aside
		if err := s.noteBackup(ctx, aside, now); err != nil {
			return err
		}
	}
	if err := s.txOn(ctx, s.db, func(tx *sql.Tx) error { return final(ctx, tx, "restore", why, now) }); err != nil {
		return err
	}
	return s.SetHold(ctx, Hold{Reason: "a backup was restored", Since: now})
}

// isOurs tells a database of regards from another one, and from an empty file.
func isOurs(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", dsn(path, "FULL"))
	if err != nil {
		return err
	}
	defer db.Close()
	var version int
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	if err == nil && version == 0 {
		err = errors.New("it is not a database of regards")
	}
	return explain(path, err)
}

// inheritFrom inherits from the database at path. When that is damaged, nothing
// can be learnt of it.
func (s *Store) inheritFrom(ctx context.Context, path string, now time.Time) error {
	old, err := Open(ctx, path)
	if ctx.Err() != nil || advise(err) == othersLock {
		return err // it is only that it cannot be read now
	}
	if err != nil {
		return nil
	}
	return errors.Join(s.inherit(ctx, old, now), old.Close())
}

// inherit takes over what a backup must not bring back: who was forgotten. It
// also keeps in mind where the other backups lie.
func (s *Store) inherit(ctx context.Context, old *Store, now time.Time) error {
	paths, err := old.backups(ctx)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := s.noteBackup(ctx, path, now); err != nil {
			return err
		}
	}
	if string(old.secret) != string(s.secret) {
		return nil // another database: its hashes say nothing here
	}
	type row struct {
		hash  []byte
		never bool
	}
	rows, err := old.db.QueryContext(ctx, "SELECT hash, never FROM forgotten")
	gone, err := collect(rows, err, func(rows *sql.Rows) (r row, err error) { return r, rows.Scan(&r.hash, &r.never) })
	if err != nil {
		return old.explain(err)
	}
	never := map[hash]bool{}
	for _, r := range gone {
		never[hash(r.hash)] = r.never
		if _, err := s.db.ExecContext(ctx, "INSERT INTO forgotten (hash, never) VALUES (?, ?) ON CONFLICT DO UPDATE SET never = excluded.never",
			r.hash, r.never); err != nil {
			return s.explain(err)
		}
	}
	return s.forgetHashed(ctx, never, now)
}

// forgetHashed forgets the contacts and correspondents whose hashes are given.
func (s *Store) forgetHashed(ctx context.Context, never map[hash]bool, now time.Time) error {
	all, err := s.Contacts(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		for _, a := range c.Addresses {
			if n, gone := never[hashOf(s.secret, a.Key)]; gone {
				if err := s.Forget(ctx, c, n, now); err != nil {
					return err
				}
				break
			}
		}
	}
	rows, err := s.db.QueryContext(ctx, "SELECT DISTINCT key FROM correspondent")
	keys, err := collect(rows, err, scanText)
	if err != nil {
		return s.explain(err)
	}
	for _, key := range keys {
		if _, gone := never[hashOf(s.secret, key)]; gone {
			if _, err := s.db.ExecContext(ctx, "DELETE FROM correspondent WHERE key = ?", key); err != nil {
				return s.explain(err)
			}
		}
	}
	return nil
}

// setAside gives the database at path a second name, with what its write-ahead
// log holds. The first name stays until another file takes it; a folder, which
// can have one name only and is no database, just moves.
func setAside(ctx context.Context, path, aside string) error {
	if old, err := Open(ctx, path); err == nil {
		_, err = old.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		if err := errors.Join(err, old.Close()); err != nil {
			return err
		}
	} // else it is damaged: it is kept as it is
	keep := os.Link
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		keep = os.Rename
	}
	if err := keep(path, aside); err != nil {
		return fmt.Errorf("keep the old database: %w", explain(path, err))
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keep the old database: %w", explain(path, err))
		}
	}
	return nil
}

// removeDatabase removes a database with its companions, if they are there.
func removeDatabase(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if _, err := os.Lstat(path + suffix); errors.Is(err, fs.ErrNotExist) {
			continue // on a file system that cannot be written, removing it would fail all the same
		}
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// syncFolder has the folder of a file written to the disk, where the file
// system can do that with a folder.
func syncFolder(file string) error {
	err := syncFile(filepath.Dir(file))
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// syncFile has a file or a folder written to the disk.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
