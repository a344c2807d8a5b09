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
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	_ "modernc.org/sqlite"
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
	order   *Order   // by mail, and not noted yet
	book    atomic.Pointer[book]
}

// Open opens the database at path and brings its schema up to date; a missing
// file is created, with its folder.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := locate(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(ctx, path); err != nil {
			return nil, fmt.Errorf("create database: %w", err)
		}
		return openFile(ctx, path)
	}
	if err == nil {
		err = touchFile(path) // may it be written?
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", explain(path, err))
	}
	if err := looksLikeOne(info); err != nil {
		return nil, explain(path, err)
	}
	return openFile(ctx, path)
}

// looksLikeOne tells what cannot be a database from what may be one.
func looksLikeOne(info fs.FileInfo) error {
	if info.IsDir() {
		return syscall.EISDIR
	}
	if info.Size() == 0 { // SQLite would take it for a new one
		return fmt.Errorf("%w: it is empty", ErrDamaged)
	}
	return nil
}

// locate gives the place of the database itself where path is a link to it: its
// lock, and what a restore puts in its place, belong there.
func locate(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return path, nil // whoever opens it says what is wrong
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("%s is a link that leads nowhere; is the disk mounted? (%w)", path, err)
	}
	return real, nil
}

// create makes a new database under another name, and gives it its own once it
// is whole: a file of that name has always been a database. When another
// process is faster, its file holds.
func create(ctx context.Context, path string) error {
	for {
		if err := createOnce(ctx, path); !errors.Is(err, errSwept) || ctx.Err() != nil {
			return err
		}
	}
}

// errSwept means that a service that begins has swept away what was being made.
var errSwept = errors.New("the new database was swept away")

func createOnce(ctx context.Context, path string) error {
	fresh := path + newFile + NewID()
	defer removeDatabase(fresh)
	err := touchFile(fresh)
	made := err == nil
	if made {
		err = createFresh(ctx, fresh)
	}
	if err == nil {
		err = place(fresh, path)
	}
	if _, there := os.Lstat(path); err != nil && there == nil {
		return nil
	}
	if _, there := os.Lstat(fresh); err != nil && made && errors.Is(there, fs.ErrNotExist) {
		return errSwept
	}
	if err == nil {
		err = syncFolder(path)
	}
	if err = explain(path, err); err != nil && ctx.Err() == nil {
		err = rename(err, fresh, path)
	}
	return err
}

func createFresh(ctx context.Context, fresh string) error {
	s, err := openFile(ctx, fresh)
	if err != nil {
		return err
	}
	return s.closeWhole(ctx)
}

// The names, after the database's own, of files that become a database once
// they are whole: a new one, a restored one, and a copy. A random id follows, so
// that no file of the owner's is ever taken for one of them.
const (
	newFile   = ".new-"
	restoring = ".restoring-"
	halfCopy  = ".part-" // half a copy must not pass for a database
)

// What a crash may leave of them.
var (
	leftovers  = leftover(`\.(?:new|restoring)-[a-z2-7]{8}(?:\.part-[a-z2-7]{8})?`)
	halfCopies = leftover(`\.part-[a-z2-7]{8}`)
)

func leftover(name string) *regexp.Regexp {
	return regexp.MustCompile(`^` + name + `(?:-wal|-shm|-journal)?$`)
}

// sweep removes such leftovers of the database at path. The caller holds the
// Lock; a process that is just making a database finds that there is one, or begins
// anew.
func sweep(path string, what *regexp.Regexp) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), filepath.Base(path))
		if ok && e.Type().IsRegular() && what.MatchString(rest) {
			removing := os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
			if !errors.Is(removing, fs.ErrNotExist) { // whoever made it has done so
				err = errors.Join(err, removing)
			}
		}
	}
	return err
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

// patience is how long anybody waits for another process that writes.
var patience = 10 * time.Second

func busyTimeout() string { return fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()) }

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
		busyTimeout(), "journal_mode(WAL)", "synchronous(" + synchronous + ")", "foreign_keys(1)", "secure_delete(1)", "cache_size(-1000)",
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
	var unwiped bool
	err := s.db.QueryRowContext(ctx, "SELECT value, EXISTS (SELECT 1 FROM meta WHERE key = 'wipe') FROM meta WHERE key = 'secret'").
		Scan(&s.secret, &unwiped)
	if err == nil && unwiped {
		s.wipe(ctx) // where it fails, the next one who opens the database tries again
	}
	return err
}

// Close closes the database.
func (s *Store) Close() error { return errors.Join(s.scans.Close(), s.db.Close()) }

// closeWhole closes a database that is going to be moved, with all of it in its one
// file: where the disk has no room for that, Close says nothing and leaves the log.
func (s *Store) closeWhole(ctx context.Context) error {
	return errors.Join(s.emptyLog(ctx), s.Close())
}

// emptyLog brings what the write-ahead log holds into the file.
func (s *Store) emptyLog(ctx context.Context) error {
	var busy, pages, done int
	if err := s.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done); err != nil {
		return s.explain(err)
	}
	if busy != 0 {
		return fmt.Errorf("%s: another process has been reading for too long", s.path)
	}
	return nil
}

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
	err := s.txOn(ctx, s.db, func(tx *sql.Tx) error {
		if s.command == nil {
			return f(tx)
		}
		if err := s.carried(ctx, tx); err != nil {
			return err
		}
		return s.command.journal(ctx, tx, f)
	})
	if err == nil && s.order != nil {
		s.order = nil // what else it does belongs to it
	}
	return err
}

// snapshot lets f read in several queries what was true at one moment.
func (s *Store) snapshot(ctx context.Context, f func(querier) error) error {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.explain(err)
	}
	defer tx.Rollback() // nothing was written
	return s.explain(f(tx))
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
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// scanText reads a row of one text.
func scanText(rows *sql.Rows) (text string, err error) { return text, rows.Scan(&text) }

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
