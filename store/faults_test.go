package store

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

// crashed gives the path of a database as a crash leaves it: with its log and
// the index of that, and three contacts that are in the log only.
func crashed(t *testing.T) (path string) {
	t.Helper()
	s := newStore(t)
	rows(t, s, "PRAGMA wal_checkpoint(TRUNCATE)")
	for _, name := range []string{"Maria", "Tom", "Eve"} {
		add(t, s, name)
	}
	path = filepath.Join(t.TempDir(), "regards.db")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		check(t, os.WriteFile(path+suffix, must[[]byte](t)(os.ReadFile(s.Path()+suffix)), 0o600))
	}
	return path
}

// The log of what was written last ends where it is damaged: what was stored
// before is there, whole, and what is after it is gone as if the power had
// failed. The index of the log is made anew.
func TestDamagedLog(t *testing.T) {
	whole := crashed(t)
	log := must[[]byte](t)(os.ReadFile(whole + "-wal"))
	random := rand.New(rand.NewPCG(1, 2))
	spoil := map[string]func(path string){
		"no index":      func(path string) { check(t, os.Remove(path+"-shm")) },
		"index of junk": func(path string) { check(t, os.WriteFile(path+"-shm", bytes.Repeat([]byte{7}, 32768), 0o600)) },
		"empty index":   func(path string) { check(t, os.WriteFile(path+"-shm", nil, 0o600)) },
	}
	for i := range 40 {
		at := random.IntN(len(log))
		name := "byte " + NewID()
		spoil[name] = func(path string) {
			torn := bytes.Clone(log)
			torn[at] ^= 0xff
			check(t, os.WriteFile(path+"-wal", torn, 0o600))
		}
		if i%4 == 0 {
			spoil[name] = func(path string) { check(t, os.WriteFile(path+"-wal", log[:at], 0o600)) }
		}
	}
	for what, f := range spoil {
		path := filepath.Join(t.TempDir(), "regards.db")
		for _, suffix := range []string{"", "-wal", "-shm"} {
			check(t, os.WriteFile(path+suffix, must[[]byte](t)(os.ReadFile(whole+suffix)), 0o600))
		}
		f(path)
		s, err := Open(ctx, path)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		names := rows(t, s, "SELECT coalesce(group_concat(name), '') FROM (SELECT name FROM contact ORDER BY rowid)")
		if !strings.HasPrefix("Maria,Tom,Eve", names) || strings.Contains(what, "index") && names != "Maria,Tom,Eve" {
			t.Errorf("%s: %q is left", what, names)
		}
		check(t, errors.Join(s.Integrity(ctx), s.Close()))
	}
}

// Damage that does not show while the pages are read in order.
func TestIntegrity(t *testing.T) {
	s := newStore(t)
	add(t, s, "Maria")
	check(t, s.Integrity(ctx))
	for what, statement := range map[string]string{
		"an index":    "UPDATE sqlite_schema SET sql = replace(sql, '(command_id)', '(tbl)') WHERE name = 'undo_command'",
		"a reference": "INSERT INTO undo (command_id, tbl, sql) VALUES (77, 'x', 'y')",
	} {
		copied := filepath.Join(t.TempDir(), "regards.db")
		check(t, Copy(ctx, s.Path(), copied))
		db := raw(t, copied)
		exec(t, db, "INSERT INTO command (id, at, words, final) VALUES (99, 1, 'x', ''); INSERT INTO undo (command_id, tbl, sql) VALUES (99, 'x', 'y')")
		exec(t, db, "PRAGMA writable_schema = 1; "+statement)
		check(t, db.Close())
		err := reopen(t, copied).Integrity(ctx)
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "regards restore FILE") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A database that is a link is opened, locked and restored where it lies.
func TestLinkedDatabase(t *testing.T) {
	s := newStore(t)
	add(t, s, "Maria")
	saved := filepath.Join(t.TempDir(), "saved.db")
	check(t, s.Backup(ctx, saved, noon))
	add(t, s, "Tom")
	check(t, s.Close())
	link := filepath.Join(t.TempDir(), "link.db")
	check(t, os.Symlink(s.Path(), link))
	if got := reopen(t, link); got.Path() != s.Path() {
		t.Errorf("it is at %s", got.Path())
	}
	unlock, err := Lock(ctx, s.Path())
	check(t, err)
	if !Locked(link) {
		t.Error("the link has a lock of its own")
	}
	must[Restored](t)(Restore(ctx, link, saved, noon))
	check(t, unlock())
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if got := rows(t, reopen(t, s.Path()), "SELECT name FROM contact"); got != "Maria" {
		t.Errorf("restored: %s", got)
	}
}

// A link that leads nowhere is a disk that is not there, no new database.
func TestLinkToNowhere(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link.db")
	check(t, os.Symlink(filepath.Join(dir, "away.db"), link))
	_, open := Open(ctx, link)
	_, lock := Lock(ctx, link)
	_, restore := Restore(ctx, link, link, noon)
	for _, err := range []error{open, lock, restore} {
		if err == nil || !strings.Contains(err.Error(), "leads nowhere; is the disk mounted?") {
			t.Errorf("got %v", err)
		}
	}
	if Locked(link) {
		t.Error("locked")
	}
	if left := must[[]os.DirEntry](t)(os.ReadDir(dir)); len(left) != 1 {
		t.Errorf("it made %v", left)
	}
}

// A folder in the place of the database is set aside by a restore.
func TestFolderInItsPlace(t *testing.T) {
	s := newStore(t)
	add(t, s, "Maria")
	path := filepath.Join(t.TempDir(), "regards.db")
	check(t, os.MkdirAll(filepath.Join(path, "inside"), 0o700))
	if _, err := Open(ctx, path); err == nil || !strings.Contains(err.Error(), "it is a folder") || !strings.Contains(err.Error(), "regards restore FILE") {
		t.Errorf("got %v", err)
	}
	aside := must[Restored](t)(Restore(ctx, path, s.Path(), noon)).Aside
	if _, err := os.Stat(filepath.Join(aside, "inside")); err != nil {
		t.Error(err)
	}
	if got := rows(t, reopen(t, path), "SELECT name FROM contact"); got != "Maria" {
		t.Errorf("got %s", got)
	}
}

// What a crash has left of making or restoring a database goes when next a
// service starts; nothing else does.
func TestLeftovers(t *testing.T) {
	s := newStore(t)
	for _, suffix := range []string{".new-abcdefgh", ".new-abcdefgh-wal", ".restoring-abcdefgh", ".restoring-abcdefgh-shm",
		".restoring-abcdefgh.part-abcdefgh", ".newer", ".new-idea.txt", ".new-ABCDEFGH", ".new-abcdefgh.txt", ".restoring.notes", ".part-abcdefgh", ".before-restore-1"} {
		check(t, os.WriteFile(s.Path()+suffix, nil, 0o600))
	}
	unlock, err := Lock(ctx, s.Path())
	check(t, err)
	check(t, unlock())
	check(t, s.Close())
	var names []string
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(s.Path()))) {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "regards.db regards.db.before-restore-1 regards.db.lock regards.db.new-ABCDEFGH regards.db.new-abcdefgh.txt regards.db.new-idea.txt regards.db.newer regards.db.part-abcdefgh regards.db.restoring.notes" {
		t.Errorf("there is %s", got)
	}
}

// A backup that was cut short is no backup: it can be made again, and whoever
// is forgotten is not in it either. A file of the owner's with such a name stays.
func TestHalfCopy(t *testing.T) {
	s := newStore(t)
	z := zed(t, s)
	dir := t.TempDir()
	path := filepath.Join(dir, "b.db")
	check(t, os.WriteFile(path+".part", []byte("precious"), 0o600))
	check(t, s.noteBackup(ctx, path, noon)) // as far as it came
	check(t, os.WriteFile(path+halfCopy+NewID(), []byte("zzyzx"), 0o600))
	if b := must[Backups](t)(s.ForgetInBackups(ctx, z, false, noon)); len(b.Cleaned) != 0 {
		t.Errorf("cleaned %v", b.Cleaned)
	}
	if left := must[[]os.DirEntry](t)(os.ReadDir(dir)); len(left) != 1 {
		t.Errorf("left %v", left)
	}
	check(t, s.Backup(ctx, path, noon))
	if left := must[[]os.DirEntry](t)(os.ReadDir(dir)); len(left) != 2 || left[0].Name() != "b.db" || left[1].Name() != "b.db.part" {
		t.Errorf("left %v", left)
	}
}

// Another process that writes for long is named as the reason; what waits is
// not lost, and neither is what it would have changed.
func TestBusy(t *testing.T) {
	defer func(d time.Duration) { patience = d }(patience)
	patience = 20 * time.Millisecond
	s := newStore(t)
	tom := add(t, s, "Tom")
	other, err := reopen(t, s.Path()).db.BeginTx(ctx, nil)
	check(t, err)
	book := must[int64](t)(s.BookVersion(ctx))
	_, scan := s.Record(ctx, book, inbox(3, mail(tom, "a@x", contact.In)))
	_, command := s.AddContact(ctx, person("Maria", "m@x.example"))
	for _, err := range []error{scan, command, s.Forget(ctx, tom, false, noon), s.Backup(ctx, s.Path()+".copy", noon)} {
		if err == nil || !strings.HasPrefix(err.Error(), s.Path()+": another process has been writing for too long") {
			t.Errorf("got %v", err)
		}
	}
	if _, err := Open(ctx, s.Path()); err != nil {
		t.Errorf("reading needs no lock: %v", err)
	}
	check(t, other.Rollback())
	if got := rows(t, s, "SELECT group_concat(name), (SELECT count(*) FROM touch) FROM contact"); got != "Tom 0" {
		t.Errorf("there is %s", got)
	}
	keep(t, s, inbox(3, mail(tom, "a@x", contact.In)))
}

// A service whose clock was set back says when it last read, not when it will.
func TestLastSyncAfterTheClockWasSetBack(t *testing.T) {
	s := newStore(t)
	for _, at := range []time.Time{noon.AddDate(70, 0, 0), noon, {}} {
		check(t, s.SetAccountState(ctx, AccountState{Name: "work", LastSync: at}))
	}
	if got := must[map[string]AccountState](t)(s.AccountStates(ctx))["work"].LastSync; !got.Equal(noon) {
		t.Errorf("last sync %v", got)
	}
}
