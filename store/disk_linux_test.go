package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"regards/contact"
)

// smallDisk gives a folder on a file system of its own that holds size bytes.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("a full disk needs a file system that can be filled, which only root may mount, as in .ci/run: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes a file until the disk holds no more than left bytes.
func fill(t *testing.T, dir string, left int64) (name string) {
	t.Helper()
	name = filepath.Join(dir, "filler")
	var disk syscall.Statfs_t
	check(t, syscall.Statfs(dir, &disk))
	check(t, os.WriteFile(name, make([]byte, max(0, int64(disk.Bavail)*int64(disk.Bsize)-left)), 0o600))
	return name
}

// A full disk is a clear error, nothing stored is lost, nothing is stored by
// halves, and with some space all goes on.
func TestFullDisk(t *testing.T) {
	for _, left := range []int64{0, 8 << 10, 64 << 10} {
		t.Run(fmt.Sprint(left), func(t *testing.T) {
			dir := smallDisk(t, 2<<20)
			s := reopen(t, filepath.Join(dir, "regards.db"))
			maria := add(t, s, "Maria")
			keep(t, s, inbox(1, mail(maria, "a@x", contact.In)))
			filler := fill(t, dir, left)
			many := inbox(5000)
			for i := range 2000 {
				many.Touches = append(many.Touches, mail(maria, fmt.Sprint(i, "@x"), contact.Out))
			}
			_, err := s.Record(ctx, must[int64](t)(s.BookVersion(ctx)), many)
			if err == nil || !strings.Contains(err.Error(), "regards.db: the disk is full: free some space and try again") {
				t.Fatalf("got %v", err)
			}
			const state = "SELECT (SELECT high FROM mailbox), (SELECT group_concat(key) FROM touch)"
			if got := rows(t, s, state); got != "1 a@x" {
				t.Errorf("on a full disk: %.80s", got)
			}
			check(t, os.Remove(filler))
			if got := keep(t, s, inbox(2, mail(maria, "b@x", contact.Out))); len(got) != 1 {
				t.Errorf("afterwards: %v", got)
			}
			check(t, s.Close())
			if got := rows(t, reopen(t, s.Path()), state); got != "2 a@x,b@x" {
				t.Errorf("opened again: %s", got)
			}
		})
	}
}

func TestOpenOnAFullDisk(t *testing.T) {
	dir := smallDisk(t, 2<<20)
	path := filepath.Join(dir, "regards.db")
	s := reopen(t, path)
	add(t, s, "Maria")
	check(t, s.Close())
	filler := fill(t, dir, 0)
	if s, err := Open(ctx, path); err == nil {
		s.Close() // reading needs little
	} else if !strings.HasPrefix(err.Error(), path+": the disk") {
		t.Errorf("got %v", err)
	}
	if _, err := Open(ctx, filepath.Join(dir, "new.db")); err == nil || strings.Count(err.Error(), "the disk is full") != 1 {
		t.Errorf("a new one: %v", err)
	}
	if err := Copy(ctx, path, filepath.Join(dir, "copy.db")); err == nil || !strings.Contains(err.Error(), "disk") {
		t.Errorf("a copy: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "copy.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it left half a copy: %v", err)
	}
	check(t, os.Remove(filler))
	if got := rows(t, reopen(t, path), "SELECT name FROM contact"); got != "Maria" {
		t.Errorf("got %s", got)
	}
}

// A new database, and a restored one, take their place whole or not at all, however
// little the disk holds.
func TestPlacedWholeOnASmallDisk(t *testing.T) {
	s := newStore(t)
	add(t, s, "Maria")
	saved := filepath.Join(t.TempDir(), "saved.db")
	check(t, s.Backup(ctx, saved, noon))
	for name, make := range map[string]func(path string) error{
		"new": func(path string) error {
			s, err := Open(ctx, path)
			if err == nil {
				err = s.Close()
			}
			return err
		},
		"restored": func(path string) error { _, err := Restore(ctx, path, saved, noon); return err },
	} {
		t.Run(name, func(t *testing.T) {
			dir := smallDisk(t, 1<<20)
			path := filepath.Join(dir, "regards.db")
			for left := int64(0); ; left += 24 << 10 {
				filler := fill(t, dir, left)
				err := make(path)
				check(t, os.Remove(filler))
				if err == nil {
					break
				}
				if _, there := os.Stat(path); there == nil || !strings.Contains(err.Error(), "the disk") {
					t.Fatalf("with %d bytes free: %v, and a database", left, err)
				}
			}
			want := map[string]string{"new": "0 0", "restored": "1 1"}[name]
			if got := rows(t, reopen(t, path), "SELECT (SELECT count(*) FROM contact), (SELECT count(*) FROM hold)"); got != want {
				t.Errorf("contacts and holds: %s", got)
			}
		})
	}
}

// Somebody is forgotten, and the disk has no room to write the file anew: that
// is said, and done by whoever opens it when there is.
func TestForgetOnAFullDisk(t *testing.T) {
	dir := smallDisk(t, 2<<20)
	s := reopen(t, filepath.Join(dir, "regards.db"))
	z := zed(t, s)
	rows(t, s, "PRAGMA wal_checkpoint(TRUNCATE)")
	const pending = "SELECT count(*) FROM meta WHERE key = 'wipe'"
	var err error
	for left := int64(0); ; left += 8 << 10 { // until there is room for all but that
		filler := fill(t, dir, left)
		err = s.Forget(ctx, z, false, noon)
		check(t, os.Remove(filler))
		if rows(t, s, pending) == "1" {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "they are forgotten, but traces may be left") || !strings.Contains(err.Error(), "the disk is full: free some space") {
		t.Errorf("got %v", err)
	}
	check(t, s.Close())
	if got := rows(t, reopen(t, s.Path()), pending); got != "0" {
		t.Errorf("pending: %s", got)
	}
	grep(t, dir, zedWords...)
}

// A backup is restored from a medium that cannot be written, also after
// somebody was forgotten in it.
func TestRestoreFromAReadOnlyDisk(t *testing.T) {
	dir := smallDisk(t, 2<<20)
	s := newStore(t)
	maria := add(t, s, "Maria")
	add(t, s, "Tom")
	saved := filepath.Join(dir, "b.db")
	check(t, s.Backup(ctx, saved, noon))
	must[Backups](t)(s.ForgetInBackups(ctx, maria, false, noon))
	check(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	path := filepath.Join(t.TempDir(), "regards.db")
	must[Restored](t)(Restore(ctx, path, saved, noon))
	if got := rows(t, reopen(t, path), "SELECT name FROM contact"); got != "Tom" {
		t.Errorf("restored: %s", got)
	}
	err := s.Backup(ctx, filepath.Join(dir, "c.db"), noon)
	if err == nil || !strings.Contains(err.Error(), "c.db: cannot be written: ") || strings.Contains(err.Error(), halfCopy) {
		t.Errorf("a copy to it: %v", err)
	}
	// The note of that copy is in nobody's way.
	if _, err := s.ForgetInBackups(ctx, maria, false, noon); err == nil || strings.Contains(err.Error(), "c.db") {
		t.Errorf("forgetting: %v", err)
	}
}
