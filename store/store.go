// Package store keeps what regards knows in one SQLite file: contacts, touches,
// occasions, letters, and how far each mailbox has been scanned. It is the only
// package that speaks SQL.
//
// It promises that what belongs together changes together: the touches of a
// range of messages and the cursor that says the range was read are one
// transaction; a letter's bytes and its key are one row. It never re-creates a
// file that it cannot read: a damaged database is ErrDamaged, one written by a
// newer regards is ErrNewer, and both leave the file as it was.
//
// Several processes may open one file: the service and the commands meet here.
// Writers take the write lock at the start of a transaction, so that reading
// first and writing later cannot fail half-way. Only one process may hold the
// service's Lock. Times are stored as whole seconds of Unix time, the zero time
// as 0. Every file it makes is readable by its owner alone.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors that callers tell apart.
var (
	ErrDamaged  = errors.New("the database is damaged")
	ErrNewer    = errors.New("the database was written by a newer version of regards")
	ErrNotFound = errors.New("not found")
	ErrTaken    = errors.New("already taken")
	ErrStale    = errors.New("the contacts have changed in the meantime")
)

// Store is an open database. It is safe for use by several goroutines.
type Store struct {
	db *sql.DB
	// scans is the same database for what came of mail. If the power fails, the
	// last ranges may be gone from it, with their cursors: they are read again.
	// It spares a sync of the disk for each range; the next transaction through
	// db makes them last.
	scans   *sql.DB
	path    string
	secret  []byte
	command *command // what the owner does; nil in the service
}

// Open opens the database at path and brings its schema up to date; a missing
// file is created, with its folder.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(ctx, path); err != nil {
			return nil, fmt.Errorf("create database: %w; check [store] path and who owns the folder", err)
		}
		return openFile(ctx, path)
	}
	if err == nil {
		err = touchFile(path) // may it be written?
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w; check [store] path and who owns the folder", err)
	}
	if info.Size() == 0 { // SQLite would take it for a new one
		return nil, (&Store{path: path}).explain(fmt.Errorf("%w: it is empty", ErrDamaged))
	}
	return openFile(ctx, path)
}

// create makes a new database under another name, and gives it its own once it
// is whole: a file of that name has always been a database. When another
// process is faster, its file holds.
func create(ctx context.Context, path string) error {
	fresh := path + ".new-" + NewID()
	defer removeDatabase(fresh)
	if err := touchFile(fresh); err != nil {
		return err
	}
	s, err := openFile(ctx, fresh)
	if err == nil {
		err = s.Close()
	}
	if err != nil && ctx.Err() == nil {
		err = strip(err, fresh)
	}
	if err != nil {
		return err
	}
	err = os.Link(fresh, path)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil { // a file system without links
		err = os.Rename(fresh, path)
	}
	return errors.Join(err, syncFile(filepath.Dir(path)))
}

func openFile(ctx context.Context, path string) (s *Store, err error) {
	s = &Store{path: path}
	if s.db, err = sql.Open("sqlite", dsn(path, "FULL")); err != nil {
		return nil, err
	}
	if s.scans, err = sql.Open("sqlite", dsn(path, "NORMAL")); err != nil {
		return nil, err
	}
	s.db.SetMaxIdleConns(1)
	s.scans.SetMaxIdleConns(1)
	s.scans.SetConnMaxIdleTime(scanIdle)
	if err := s.prepare(ctx); err != nil {
		s.Close()
		return nil, s.explain(err)
	}
	return s, nil
}

// scanIdle is after how long without mail the memory for storing it is given back.
const scanIdle = 5 * time.Second

// touchFile makes sure that the file exists and is the owner's alone before
// SQLite, which would ask the umask, creates it.
func touchFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn names the file with the pragmas that every connection needs.
func dsn(path, synchronous string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(" + synchronous + ")", "foreign_keys(1)", "secure_delete(1)", "cache_size(-1000)",
	}}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// prepare checks the file, migrates it and reads its secret.
func (s *Store) prepare(ctx context.Context) error {
	var verdict string
	if err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	return s.db.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'secret'").Scan(&s.secret)
}

// Close closes the database.
func (s *Store) Close() error { return errors.Join(s.scans.Close(), s.db.Close()) }

// Path is where the database lies.
func (s *Store) Path() string { return s.path }

// Secret is the random key of this database, 32 bytes: Message-IDs are derived
// from it.
func (s *Store) Secret() []byte { return s.secret }

// Watch notices changes of the database that others make.
type Watch struct{ conn *sql.Conn }

// Watch begins to look out for changes that others make.
func (s *Store) Watch(ctx context.Context) (*Watch, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, s.explain(err)
	}
	return &Watch{conn}, nil
}

// Version gives a number that differs from the last one after any change of the
// database that was not made through this Watch (PRAGMA data_version).
func (w *Watch) Version(ctx context.Context) (int64, error) {
	var v int64
	err := w.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v)
	return v, err
}

// Close ends the watch.
func (w *Watch) Close() error { return w.conn.Close() }

// tx runs f in one transaction that outlasts a loss of power. What a command of
// the owner does in it can be taken back.
func (s *Store) tx(ctx context.Context, f func(*sql.Tx) error) error {
	return s.txOn(ctx, s.db, func(tx *sql.Tx) error {
		if s.command == nil {
			return f(tx)
		}
		return s.command.journal(ctx, tx, f)
	})
}

func (s *Store) txOn(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(err)
	}
	if err := f(tx); err != nil {
		return s.explain(errors.Join(err, ignoreDone(tx.Rollback())))
	}
	return s.explain(tx.Commit())
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// explain adds to an error of SQLite what the owner can do about it.
func (s *Store) explain(err error) error {
	var e *sqlite.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrDamaged):
		return fmt.Errorf("%s: %w; put a backup back with: regards restore FILE", s.path, err)
	case errors.Is(err, ErrNewer):
		return fmt.Errorf("%s: %w; use that version, or restore a backup of this one: regards restore FILE", s.path, err)
	case !errors.As(err, &e):
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%s: %w (%w); put a backup back with: regards restore FILE", s.path, ErrDamaged, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%s: the disk is full: free some space and try again; nothing was lost (%w)", s.path, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("%s: cannot be written: check who owns the file and its folder (%w)", s.path, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%s: the disk reports an error; nothing was lost so far (%w)", s.path, err)
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("%s: another process has been writing for 10 seconds; try again (%w)", s.path, err)
	}
	return err
}

// NewID makes an id that is never reused: 40 random bits, of letters and digits
// that are easy to type.
func NewID() string { return strings.ToLower(rand.Text()[:8]) }

// newTouchID makes an id for a touch: there are hundreds of thousands of them,
// so it has 80 random bits.
func newTouchID() string { return strings.ToLower(rand.Text()[:16]) }

// seconds and fromSeconds convert between a time and its column.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromSeconds(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// collect reads all rows of a query by scan.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
