package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Below these many free bytes writing fails soon, and is failing.
const (
	littleRoom = 100 << 20
	noRoom     = 10 << 20
)

// private notes that others have rights to a file that should be the owner's alone.
// Windows has no such bits.
func (k *checkup) private(what, path string, bad fs.FileMode, who, mode string) {
	info, err := os.Stat(path)
	if runtime.GOOS == "windows" || err != nil || info.Mode()&fs.ModeSticky != 0 || info.Mode().Perm()&bad == 0 {
		return
	}
	k.note(what, fmt.Sprintf("others may %s %s", who, path), fmt.Sprintf("run chmod %s %s", mode, quote(path)))
}

// configBits are the bits that a configuration should not have. That of a service of
// the whole machine may be read by everybody: it holds no secret.
func configBits(path string) fs.FileMode {
	if strings.HasPrefix(path, "/etc/") {
		return 0o022
	}
	return 0o077
}

// disk looks whether there is room where something is written. The database's folder
// is what counts; a backup, and the copy on which a dry run works, are as large as the
// database.
func (k *checkup) disk() {
	need := sizeOf(k.cfg.Database(), k.cfg.Database()+"-wal")
	data := nearest(filepath.Dir(k.cfg.Database()))
	k.room("disk", data, 0, true)
	k.writable(data)
	if folder := k.cfg.Store.Backups; folder != "" {
		k.room("backups", nearest(folder), need, false)
	}
	if temp := os.TempDir(); nearest(temp) == temp {
		k.room("temporary files", temp, need, false)
	} else {
		k.note("temporary files", "there is no folder "+temp, "make it, or set TMPDIR to another one")
	}
}

// room says how much is free at a folder. What matters most is an error when it is
// missing, and is told when there is enough.
func (k *checkup) room(what, folder string, need uint64, matters bool) {
	free, err := freeSpace(folder)
	if err != nil {
		k.note(what, fmt.Sprintf("how much is free at %s cannot be told: %v", folder, err), "")
		return
	}
	text := fmt.Sprintf("%s free at %s", bytesInWords(free), folder)
	const fix = "free some space, for nothing can be stored without"
	switch enough(free, need, matters) {
	case "error":
		k.fail(what, fmt.Errorf("only %s", text), fix)
	case "note":
		k.note(what, "only "+text, fix)
	case "ok":
		if matters {
			k.ok(what, text)
		}
	}
}

// enough says in which state a disk is with so many bytes free, on which so many are
// needed at once.
func enough(free, need uint64, matters bool) string {
	switch {
	case matters && free < noRoom:
		return "error"
	case free < need+littleRoom:
		return "note"
	}
	return "ok"
}

// writable tries whether files can be made in the folder of the database.
func (k *checkup) writable(folder string) {
	if k.app.dryRun {
		return
	}
	f, err := os.CreateTemp(folder, ".regards-check-")
	var named *fs.PathError
	if errors.As(err, &named) {
		err = named.Err // without the name, which nobody chose
	}
	if err != nil {
		k.fail("disk", fmt.Errorf("nothing can be written into %s: %w", folder, err), "give this user the right to, or write another path = \"…\" under [store]")
		return
	}
	f.Close()
	_ = os.Remove(f.Name()) // it was made a moment ago
}

// nearest is a folder, or the first above it that is there.
func nearest(folder string) string {
	for {
		if _, err := os.Stat(folder); err == nil || filepath.Dir(folder) == folder {
			return folder
		}
		folder = filepath.Dir(folder)
	}
}

// sizeOf is how many bytes files have; those that are missing have none.
func sizeOf(files ...string) (all uint64) {
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			all += uint64(info.Size())
		}
	}
	return all
}

// bytesInWords writes a number of bytes in its largest unit.
func bytesInWords(n uint64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	value, unit := float64(n), 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	return fmt.Sprintf("%.3g %s", value, units[unit])
}
