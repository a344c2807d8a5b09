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
	"strings"
	"time"
)

// Copy writes a consistent copy of the database at from to a file that must not
// exist yet, and changes nothing else. A database that does not exist yet has
// nothing to copy.
func Copy(ctx context.Context, from, to string) error {
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	from, err := filepath.Abs(from)
	if err != nil {
		return err
	}
	s := &Store{path: from}
	source := &url.URL{Scheme: "file", Path: from, RawQuery: "mode=ro&_pragma=busy_timeout(10000)"}
	if s.db, err = sql.Open("sqlite", source.String()); err != nil {
		return err
	}
	defer s.db.Close()
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("copy the database: %s: %w", to, fs.ErrExist)
	}
	if err := touchFile(to); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if _, err = s.db.ExecContext(ctx, "VACUUM INTO ?", to); err == nil {
		err = syncFile(to)
	}
	if err != nil {
		os.Remove(to) // half a copy, or an empty file, would pass for a database
	}
	return s.explain(err)
}

// Backup writes a consistent copy of the database to a file that must not exist
// yet, and keeps in mind where: whoever is forgotten later is forgotten there, too.
func (s *Store) Backup(ctx context.Context, to string, now time.Time) error {
	to, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	if err := Copy(ctx, s.path, to); err != nil {
		return err
	}
	return s.noteBackup(ctx, to, now)
}

func (s *Store) noteBackup(ctx context.Context, path string, now time.Time) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO backup (path, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
		path, seconds(now))
	return s.explain(err)
}

// backups gives the files that hold a copy of the database.
func (s *Store) backups(ctx context.Context) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT path FROM backup ORDER BY path")
	paths, err := collect(rows, err, func(rows *sql.Rows) (p string, err error) { return p, rows.Scan(&p) })
	return paths, s.explain(err)
}

// Restore puts the backup at from in the place of the database at path, whose
// Lock the caller holds. What lay there is kept beside it, under the name that
// is returned, whatever state it is in; "" when nothing lay there. The restored
// database is on hold, since it does not know what was sent meanwhile; people
// who were forgotten since the backup are forgotten in it, too. Until the last
// step nothing has changed.
func Restore(ctx context.Context, path, from string, now time.Time) (aside string, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	if _, err := os.Stat(from); err != nil {
		return "", err
	}
	fresh := path + ".restoring"
	defer os.Remove(fresh)
	if err := removeDatabase(fresh); err != nil { // of a restore that was cut short
		return "", err
	}
	if err := Copy(ctx, from, fresh); err != nil {
		return "", fmt.Errorf("%s is no backup of regards: %w", from, strip(err, fresh))
	}
	if _, err := os.Lstat(path); err == nil {
		aside = path + ".before-restore-" + now.UTC().Format("20060102T150405") + "-" + NewID()
	}
	if err := prepareRestored(ctx, fresh, path, aside, now); err != nil {
		return "", fmt.Errorf("%s cannot be restored: %w", from, strip(err, fresh))
	}
	if aside != "" {
		if err := setAside(ctx, path, aside); err != nil {
			return "", err
		}
	}
	if err := os.Rename(fresh, path); err != nil {
		return aside, err
	}
	return aside, syncFile(filepath.Dir(path))
}

// strip takes the name of a working file out of an error.
func strip(err error, name string) error {
	return errors.New(strings.ReplaceAll(err.Error(), name+": ", ""))
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
	if old, err := Open(ctx, path); err == nil {
		err := errors.Join(s.inherit(ctx, old, now), old.Close())
		if err != nil {
			return err
		}
	} // else it is damaged or not there: nothing can be learnt of it
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
	return err
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
	keys, err := collect(rows, err, func(rows *sql.Rows) (key string, err error) { return key, rows.Scan(&key) })
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
// log holds. The first name stays until another file takes it.
func setAside(ctx context.Context, path, aside string) error {
	if old, err := Open(ctx, path); err == nil {
		_, err = old.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		if err := errors.Join(err, old.Close()); err != nil {
			return err
		}
	} // else it is damaged: it is kept as it is
	if err := os.Link(path, aside); err != nil {
		return fmt.Errorf("keep the old database: %w", err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keep the old database: %w", err)
		}
	}
	return nil
}

// removeDatabase removes a database with its companions, if they are there.
func removeDatabase(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// syncFile has a file or a folder written to the disk.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
