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
	"slices"
	"syscall"
	"time"

	"regards/contact"
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
	half := to + halfCopy + NewID()
	defer removeDatabase(half)
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

// link is os.Link, but where a test plays a file system without links.
var link = os.Link

// place gives a file that is whole its own name, which must be free.
func place(half, whole string) error {
	err := link(half, whole)
	if err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(half, whole) // a file system without links
}

// isFree makes sure that a copy takes nobody's place.
func isFree(to string) error {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("copy the database: %s: %w; name another file, or remove it first", to, fs.ErrExist)
	}
	return nil
}

// CanBackup says why a backup cannot be written to a file; nil: it can, unless
// the disk fails.
func CanBackup(to string) error {
	if err := isFree(to); err != nil {
		return err
	}
	folder := filepath.Dir(to)
	info, err := os.Stat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("copy the database: there is no folder %s: make it first, or name another file; is the disk mounted?", folder)
	}
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder; name another file", folder)
	}
	if err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return nil
}

// Backup writes a consistent copy of the database to a file that must not exist
// yet, in a folder that must, and keeps in mind where: whoever is forgotten
// later is forgotten there, too.
func (s *Store) Backup(ctx context.Context, to string, now time.Time) error {
	to, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	if err := CanBackup(to); err != nil {
		return err
	}
	var known bool
	if err := s.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM backup WHERE path = ?)", to).Scan(&known); err != nil {
		return s.explain(err)
	}
	// First, so that there never is a copy that is not known. A note of one that
	// is not there does little harm.
	if err := s.noteBackup(ctx, to, now); err != nil {
		return err
	}
	err = Copy(ctx, s.path, to)
	if err != nil && !known {
		_, drop := s.db.ExecContext(context.WithoutCancel(ctx), "DELETE FROM backup WHERE path = ?", to)
		err = errors.Join(err, s.explain(drop))
	}
	return err
}

func (s *Store) noteBackup(ctx context.Context, path string, now time.Time) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO backup (path, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
		path, seconds(now))
	return s.explain(err)
}

// BackupFile is a copy of the database that is kept in mind.
type BackupFile struct {
	Path string
	At   time.Time
}

// BackupFiles gives every copy that is kept in mind, sorted by path. It may be gone.
func (s *Store) BackupFiles(ctx context.Context) ([]BackupFile, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT path, at FROM backup ORDER BY path")
	all, err := collect(rows, err, func(rows *sql.Rows) (f BackupFile, err error) {
		var at int64
		err = rows.Scan(&f.Path, &at)
		f.At = fromSeconds(at)
		return f, err
	})
	return all, s.explain(err)
}

// RemoveBackup removes a copy that is kept in mind, with what is left of one that
// was cut short, and then the note of it. One that is not known it does not touch.
func (s *Store) RemoveBackup(ctx context.Context, path string) error {
	known, err := s.backups(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(known, path) {
		return ErrNotFound
	}
	if err := errors.Join(sweep(path, halfCopies), removeDatabase(path)); err != nil {
		return fmt.Errorf("remove the backup: %w", err)
	}
	_, err = s.db.ExecContext(ctx, "DELETE FROM backup WHERE path = ?", path)
	return s.explain(err)
}

// backups gives the files that hold a copy of the database.
func (s *Store) backups(ctx context.Context) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT path FROM backup ORDER BY path")
	paths, err := collect(rows, err, scanText)
	return paths, s.explain(err)
}

// Restored is what became of the database that lay where a backup is now.
type Restored struct {
	Aside string // where it is kept; "" when nothing lay there
	// Unread is why it could not be told who was forgotten since the backup was
	// made: nil when it could, or nothing lay there.
	Unread error
}

// Restore puts the backup at from in the place of the database at path, whose
// Lock the caller holds. What lay there is kept beside it, whatever state it is
// in. The restored database is on hold, since it does not know what was sent
// meanwhile; people who were forgotten since the backup are forgotten in it, too,
// and a letter whose sending has begun since is not sent again.
// Until the last step nothing has changed.
func Restore(ctx context.Context, path, from string, now time.Time) (r Restored, err error) {
	if path, err = locate(path); err != nil {
		return r, err
	}
	if _, err := os.Stat(from); err != nil {
		return r, err
	}
	fresh := path + restoring + NewID()
	defer removeDatabase(fresh)
	err = Copy(ctx, from, fresh)
	if errors.Is(err, ErrDamaged) {
		return r, fmt.Errorf("%s is no backup of regards: %w", from, err)
	}
	if err != nil {
		return r, fmt.Errorf("%s cannot be restored: %w", from, rename(err, fresh, path))
	}
	if _, err := os.Lstat(path); err == nil {
		r.Aside = path + ".before-restore-" + now.UTC().Format("20060102T150405") + "-" + NewID()
	}
	r.Unread, err = prepareRestored(ctx, fresh, path, r.Aside, now)
	if err != nil {
		known := path // it has no room, say
		if errors.Is(err, ErrDamaged) || errors.Is(err, ErrNewer) {
			known = from
		}
		return Restored{}, fmt.Errorf("%s cannot be restored: %w", from, rename(err, fresh, known))
	}
	if r.Aside != "" {
		if err := setAside(ctx, path, r.Aside); err != nil {
			return Restored{}, err
		}
	}
	if err := os.Rename(fresh, path); err != nil {
		return r, errors.Join(explain(path, err), putBack(r.Aside, path))
	}
	if err := syncFolder(path); err != nil {
		return r, fmt.Errorf("%s was restored, but may not outlast a loss of power: %w", from, explain(path, err))
	}
	return r, nil
}

// prepareRestored brings a copy of a backup up to date before it takes the
// place of the database at path.
func prepareRestored(ctx context.Context, fresh, path, aside string, now time.Time) (unread, err error) {
	if err := isOurs(ctx, fresh); err != nil {
		return nil, err
	}
	s, err := Open(ctx, fresh)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err == nil {
			err = s.emptyLog(ctx)
		}
		err = errors.Join(err, s.Close())
	}()
	why := "it put a backup in the place of the database"
	if aside != "" {
		if unread, err = s.inheritFrom(ctx, path, now); err != nil {
			return unread, err
		}
		why += "; to go back: regards restore " + aside
		if err := s.noteAside(ctx, path, aside, now); err != nil {
			return unread, err
		}
	}
	if err := s.txOn(ctx, s.db, func(tx *sql.Tx) error { return final(ctx, tx, "restore", why, now) }); err != nil {
		return unread, err
	}
	return unread, errors.Join(s.setRestored(ctx, now), s.SetHold(ctx, Hold{Reason: HeldRestored, Since: now}))
}

// noteAside keeps in mind where the old database is kept, unless a folder lies
// in its place, in which nobody can be forgotten.
func (s *Store) noteAside(ctx context.Context, path, aside string, now time.Time) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	return s.noteBackup(ctx, aside, now)
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
// can be learnt of it: unread says so.
func (s *Store) inheritFrom(ctx context.Context, path string, now time.Time) (unread, err error) {
	old, err := Open(ctx, path)
	if ctx.Err() != nil || advise(err) == othersLock {
		return nil, err // it is only that it cannot be read now
	}
	if err != nil {
		return err, nil
	}
	return nil, errors.Join(s.inherit(ctx, old, now), old.Close())
}

// inherit takes over what a backup must not bring back: who was forgotten, and
// letters that may have been sent. It also keeps in mind where the other backups
// lie.
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
	if err := s.inheritSendings(ctx, old); err != nil {
		return err
	}
	return s.inheritForgotten(ctx, old, now)
}

// inheritForgotten forgets whoever was forgotten in another copy of the database.
func (s *Store) inheritForgotten(ctx context.Context, from *Store, now time.Time) error {
	if string(from.secret) != string(s.secret) {
		return nil // another database: its hashes say nothing here
	}
	type row struct {
		hash  []byte
		never bool
	}
	rows, err := from.db.QueryContext(ctx, "SELECT hash, never FROM forgotten")
	gone, err := collect(rows, err, func(rows *sql.Rows) (r row, err error) { return r, rows.Scan(&r.hash, &r.never) })
	if err != nil {
		return from.explain(err)
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
		keys := []string{idKey(c.ID)}
		for _, a := range c.Addresses {
			keys = append(keys, a.Key)
		}
		for _, key := range keys {
			if n, gone := never[hashOf(s.secret, key)]; gone {
				if err := s.Forget(ctx, c, n, now); err != nil {
					return err
				}
				break
			}
		}
	}
	rows, err := s.db.QueryContext(ctx, "SELECT key FROM correspondent UNION SELECT sender FROM overruled WHERE class = ?", neverProposed)
	keys, err := collect(rows, err, scanText)
	if err != nil {
		return s.explain(err)
	}
	for _, key := range keys {
		n, gone := never[hashOf(s.secret, key)]
		if !gone {
			continue
		}
		if err := s.Forget(ctx, contact.Contact{Addresses: []contact.Address{{Addr: key, Key: key}}}, n, now); err != nil {
			return err
		}
	}
	return nil
}

// setAside gives the database at path a second name, with what its write-ahead
// log holds. The first name stays until another file takes it; a folder, which
// can have one name only and is no database, just moves, and so does a file
// where the file system knows no links.
func setAside(ctx context.Context, path, aside string) error {
	if old, err := Open(ctx, path); err == nil {
		_, err = old.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		if err := errors.Join(err, old.Close()); err != nil {
			return err
		}
	} // else it is damaged: it is kept as it is
	if err := place(path, aside); err != nil {
		return fmt.Errorf("keep the old database: %w", explain(path, err))
	}
	if err := moveLog(path, aside); err != nil {
		return fmt.Errorf("keep the old database: %w", explain(path, err))
	}
	return nil
}

func moveLog(from, to string) error {
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(from+suffix, to+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// putBack gives what was set aside its name again where it has lost it.
func putBack(aside, path string) error {
	if aside == "" {
		return nil
	}
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	return errors.Join(os.Rename(aside, path), moveLog(aside, path))
}

// Remove removes the database at path, whose Lock the caller holds, with all that
// lies beside it but the lock.
func Remove(path string) error {
	path, err := locate(path)
	if err != nil {
		return err
	}
	return errors.Join(sweep(path, leftovers), removeDatabase(path))
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
