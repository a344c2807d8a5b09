package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"regards/contact"
)

var ctx = context.Background()

// noon is the time at which these tests play.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func newStore(t testing.TB) *Store {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "regards.db"))
}

func reopen(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must gives the value of a call that does not fail.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		check(t, err)
		return v
	}
}

// raw opens the file without our schema and pragmas.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	check(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// rows gives the result of a query as text, one row a line.
func rows(t testing.TB, s *Store, query string, args ...any) string {
	t.Helper()
	result, err := s.db.Query(query, args...)
	check(t, err)
	columns, err := result.Columns()
	check(t, err)
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	lines, err := collect(result, err, func(r *sql.Rows) (string, error) {
		err := r.Scan(values...)
		words := make([]string, len(values))
		for i, v := range values {
			words[i] = fmt.Sprint(*v.(*any))
		}
		return strings.Join(words, " "), err
	})
	check(t, err)
	return strings.Join(lines, "\n")
}

func person(name string, addrs ...string) contact.Contact {
	c := contact.Contact{Name: name, Medium: contact.Email, Status: contact.Active, Added: noon}
	for _, a := range addrs {
		c.Addresses = append(c.Addresses, contact.Address{Addr: a, Key: strings.ToLower(a)})
	}
	return c
}

// add stores a contact with one address: its name in small letters at x.example.
func add(t testing.TB, s *Store, name string) contact.Contact {
	t.Helper()
	return must[contact.Contact](t)(s.AddContact(ctx, person(name, strings.ToLower(name)+"@x.example")))
}

// snapshot reads a file and the log beside it.
func snapshot(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	check(t, err)
	wal, err := os.ReadFile(path + "-wal")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b) + "|" + string(wal)
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "share", "regards")
	path := filepath.Join(dir, "regards.db")
	s := reopen(t, path)
	add(t, s, "Maria")
	unlock, err := Lock(ctx, path)
	check(t, err)
	defer unlock()
	for name, want := range map[string]fs.FileMode{
		filepath.Dir(dir): fs.ModeDir | 0o700, dir: fs.ModeDir | 0o700,
		path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, path + ".lock": 0o600,
	} {
		info, err := os.Stat(name)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v; want %v", name, info, err, want)
		}
	}
	if s.Path() != path {
		t.Errorf("path %s", s.Path())
	}
}

func TestSecretStays(t *testing.T) {
	s := newStore(t)
	secret := bytes.Clone(s.Secret())
	if len(secret) != 32 || bytes.Equal(secret, make([]byte, 32)) {
		t.Fatalf("secret %x", secret)
	}
	if other := newStore(t); bytes.Equal(other.Secret(), secret) {
		t.Error("two databases have one secret")
	}
	check(t, s.Close())
	if again := reopen(t, s.Path()); !bytes.Equal(again.Secret(), secret) {
		t.Error("the secret has changed")
	}
}

func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	s := reopen(t, "a ?#%.db")
	if !filepath.IsAbs(s.Path()) {
		t.Errorf("path %s", s.Path())
	}
	if _, err := os.Stat("a ?#%.db"); err != nil {
		t.Error(err)
	}
	add(t, s, "Maria")
	if got, err := reopen(t, "a ?#%.db").Contacts(ctx); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(ctx, dir); err == nil || !strings.HasPrefix(err.Error(), "open database: ") {
		t.Errorf("a folder: %v", err)
	}
	file := filepath.Join(dir, "file")
	check(t, os.WriteFile(file, nil, 0o600))
	if _, err := Open(ctx, filepath.Join(file, "regards.db")); err == nil || !strings.HasPrefix(err.Error(), "open database: ") {
		t.Errorf("below a file: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Open(cancelled, filepath.Join(dir, "regards.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Several processes may be the first to open a database.
func TestOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "regards.db")
	secrets := make([]string, 8)
	var all sync.WaitGroup
	for i := range secrets {
		all.Go(func() {
			s, err := Open(ctx, path)
			if err != nil {
				t.Error(err)
				return
			}
			secrets[i] = string(s.Secret())
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, secret := range secrets {
		if len(secret) != 32 || secret != secrets[0] {
			t.Fatalf("secrets %x", secrets)
		}
	}
}

func TestNewer(t *testing.T) {
	s := newStore(t)
	add(t, s, "Maria")
	exec(t, s.db, "PRAGMA user_version = 99")
	check(t, s.Close())
	before := snapshot(t, s.Path())
	_, err := Open(ctx, s.Path())
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), s.Path()) || !strings.Contains(err.Error(), "regards restore FILE") {
		t.Errorf("got %v", err)
	}
	if snapshot(t, s.Path()) != before {
		t.Error("the file has changed")
	}
}

// damaged opens bytes as a database.
func damaged(t *testing.T, what string, data []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "regards.db")
	check(t, os.WriteFile(path, data, 0o600))
	before := snapshot(t, path)
	s, err := Open(ctx, path)
	if err == nil {
		s.Close()
	}
	if !errors.Is(err, ErrDamaged) || !strings.HasPrefix(err.Error(), path) || !strings.Contains(err.Error(), "regards restore FILE") {
		t.Errorf("%s: %v", what, err)
	}
	if snapshot(t, path) != before {
		t.Errorf("%s: the file has changed", what)
	}
}

func TestDamaged(t *testing.T) {
	s := newStore(t)
	for i := range 200 {
		add(t, s, fmt.Sprint("Maria", i))
	}
	check(t, s.Close())
	good, err := os.ReadFile(s.Path())
	check(t, err)
	const page = 4096
	if len(good) < 20*page {
		t.Fatalf("only %d bytes", len(good))
	}
	garbage := make([]byte, page)
	rand.Read(garbage)
	damaged(t, "text", []byte("this is no database, though it is long enough to be taken for one"+strings.Repeat(".", page)))
	damaged(t, "garbage", bytes.Repeat(garbage, 4))
	damaged(t, "two bytes", []byte("xy")) // SQLite takes one byte for none
	damaged(t, "truncated in a page", good[:len(good)/2+100])
	damaged(t, "truncated between pages", good[:len(good)/page/2*page])
	damaged(t, "truncated in the header", good[:60])
	for at := 0; at < len(good); at += page {
		for what, bytes := range map[string][]byte{"garbage": garbage, "zeros": make([]byte, page)} {
			torn := append([]byte(nil), good...)
			copy(torn[max(at, 100):at+page], bytes)
			damaged(t, fmt.Sprintf("%s in page %d", what, at/page+1), torn)
		}
	}
}

func TestCopy(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, s *Store) (path string){
		"while it is open": func(_ *testing.T, s *Store) string { return s.Path() },
		"after it":         func(t *testing.T, s *Store) string { check(t, s.Close()); return s.Path() },
		"after a crash": func(t *testing.T, s *Store) string { // the log is still there
			path := filepath.Join(t.TempDir(), "regards.db")
			for _, end := range []string{"", "-wal"} {
				check(t, os.WriteFile(path+end, must[[]byte](t)(os.ReadFile(s.Path()+end)), 0o600))
			}
			return path
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			add(t, s, "Maria")
			from, to := prepare(t, s), filepath.Join(t.TempDir(), "backups", "copy.db")
			before := snapshot(t, from)
			check(t, Copy(ctx, from, to))
			if snapshot(t, from) != before {
				t.Error("the source has changed")
			}
			info, err := os.Stat(to)
			if err != nil || info.Mode() != 0o600 {
				t.Errorf("%v, %v", info, err)
			}
			taken := reopen(t, to)
			if got, err := taken.Contacts(ctx); err != nil || len(got) != 1 || got[0].Name != "Maria" {
				t.Errorf("%v, %v", got, err)
			}
			if !bytes.Equal(taken.Secret(), s.Secret()) {
				t.Error("another secret")
			}
			add(t, taken, "Tom")
			if got := rows(t, reopen(t, from), "SELECT name FROM contact"); got != "Maria" {
				t.Errorf("the source holds %s", got)
			}
		})
	}
}

func TestCopyOfNothing(t *testing.T) {
	dir := t.TempDir()
	check(t, Copy(ctx, filepath.Join(dir, "regards.db"), filepath.Join(dir, "copy.db")))
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestCopyFails(t *testing.T) {
	s := newStore(t)
	dir := t.TempDir()
	to, bad := filepath.Join(dir, "copy.db"), filepath.Join(dir, "bad.db")
	check(t, os.WriteFile(to, []byte("precious"), 0o600))
	check(t, os.WriteFile(bad, bytes.Repeat([]byte("x"), 5000), 0o600))
	for _, there := range []string{to, dir} {
		if err := Copy(ctx, s.Path(), there); !errors.Is(err, fs.ErrExist) {
			t.Errorf("over %s: %v", there, err)
		}
	}
	if b, err := os.ReadFile(to); string(b) != "precious" {
		t.Errorf("%q, %v", b, err)
	}
	if err := Copy(ctx, bad, filepath.Join(dir, "other.db")); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged source: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func TestWatch(t *testing.T) {
	s := newStore(t)
	other := reopen(t, s.Path())
	w, err := s.Watch(ctx)
	check(t, err)
	last := must[int64](t)(w.Version(ctx))
	for _, x := range []struct {
		what   string
		change bool
		do     func()
	}{
		{"nothing", false, func() {}},
		{"a command's change", true, func() { add(t, other, "Maria") }},
		{"nothing since", false, func() {}},
		{"reading", false, func() { must[[]contact.Contact](t)(other.Contacts(ctx)) }},
		{"a change that failed", false, func() {
			if _, err := other.AddContact(ctx, person("Maria", "maria@x.example")); !errors.Is(err, ErrTaken) {
				t.Error(err)
			}
		}},
		{"our own change", true, func() { add(t, s, "Tom") }},
		{"a checkpoint", false, func() { rows(t, other, "PRAGMA wal_checkpoint(PASSIVE)") }},
		{"another one's change", true, func() { check(t, other.SetAccountState(ctx, AccountState{Name: "work"})) }},
	} {
		x.do()
		v := must[int64](t)(w.Version(ctx))
		if (v != last) != x.change {
			t.Errorf("%s: %d, then %d", x.what, last, v)
		}
		last = v
	}
	check(t, w.Close())
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "regards.db")
	if Locked(path) {
		t.Error("locked before there is anything")
	}
	unlock, err := Lock(ctx, path)
	check(t, err)
	if !Locked(path) {
		t.Error("not locked")
	}
	_, err = Lock(ctx, path)
	if pid := fmt.Sprintf("(process %d)", os.Getpid()); !errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), pid) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if !Locked(path) {
		t.Error("the second one ended the lock")
	}
	check(t, unlock())
	if Locked(path) {
		t.Error("still locked")
	}
	again, err := Lock(ctx, path)
	check(t, err)
	check(t, again())
	if _, err := Lock(ctx, filepath.Join(path+".lock", "x")); err == nil || !strings.HasPrefix(err.Error(), "lock the database: ") {
		t.Errorf("below a file: %v", err)
	}
}

// Asking whether the lock is held does not keep others from taking it.
func TestLockedDoesNotDisturb(t *testing.T) {
	path := filepath.Join(t.TempDir(), "regards.db")
	stop := make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				Locked(path)
			}
		}
	})
	for range 50 {
		unlock, err := Lock(ctx, path)
		check(t, err)
		check(t, unlock())
	}
	close(stop)
	asking.Wait()
}

// Eight writers that read first and write later all get through; of those who
// want one key, one gets it (law 3).
func TestWritersAtOnce(t *testing.T) {
	s := newStore(t)
	stores := []*Store{s, reopen(t, s.Path()), reopen(t, s.Path())}
	const letters = 25
	won := make([]int, letters)
	var mu sync.Mutex
	var all sync.WaitGroup
	for writer := range 8 {
		all.Go(func() {
			for i := range letters {
				err := putLetter(stores[writer%len(stores)], contact.Letter{Key: fmt.Sprint("k", i), State: contact.Queued, Reason: fmt.Sprint(writer)})
				switch {
				case err == nil:
					mu.Lock()
					won[i]++
					mu.Unlock()
				case !errors.Is(err, ErrTaken):
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for i, n := range won {
		if n != 1 {
			t.Errorf("letter %d was made %d times", i, n)
		}
	}
}

func TestReadOnly(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("it needs another user than root, who may write anything; TestForeignFolder of cmd/regards runs as one under .ci/run")
	}
	s := newStore(t)
	check(t, s.Close())
	check(t, os.Chmod(s.Path(), 0o400))
	if _, err := Open(ctx, s.Path()); err == nil {
		t.Error("opened")
	}
}

func TestExplain(t *testing.T) {
	s := newStore(t)
	exec(t, s.db, "CREATE TABLE full (x)")
	_, err := s.db.Exec("PRAGMA query_only = 1; INSERT INTO full VALUES (1)")
	if err = s.explain(err); err == nil || !strings.Contains(err.Error(), "cannot be written: check who owns the file") {
		t.Errorf("read-only: %v", err)
	}
	plain := errors.New("x")
	if s.explain(plain) != plain || s.explain(nil) != nil {
		t.Error("other errors stay as they are")
	}
}

// update makes a contact what c says.
func update(s *Store, c contact.Contact) error {
	_, err := s.UpdateContact(ctx, c.ID, func(contact.Contact) (contact.Contact, error) { return c, nil })
	return err
}

// putLetter stores a letter with the address book of this moment.
func putLetter(s *Store, l contact.Letter) error {
	book, err := s.BookVersion(ctx)
	if err != nil {
		return err
	}
	stored, err := s.PutLetters(ctx, book, []contact.Letter{l})
	if err == nil && len(stored) == 0 {
		err = ErrTaken
	}
	return err
}

// recordAttempt is RecordAttempts for one letter; ErrTaken when it is not to be put.
func recordAttempt(s *Store, key string, a contact.Attempt) error {
	allowed, err := s.RecordAttempts(ctx, []string{key}, a)
	if err == nil && len(allowed) == 0 {
		err = ErrTaken
	}
	return err
}

// setLetter stores, as the service, what became of a letter: its state, where it lies, and why.
// What was tried, and a wish to take it back that is fulfilled, is over then.
func setLetter(s *Store, key string, state contact.State, place contact.Place, reason string) error {
	defer func(c *command) { s.command = c }(s.command)
	s.command = nil
	_, err := s.UpdateLetters(ctx, []string{key}, func(l contact.Letter) (contact.Letter, error) {
		l.State, l.Place, l.Reason = state, place, cmp.Or(reason, l.Reason)
		l.Attempt, l.TakeBack = contact.Attempt{}, l.TakeBack && !state.Ended()
		return l, nil
	})
	return err
}
