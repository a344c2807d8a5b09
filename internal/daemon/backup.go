package daemon

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// BackupLine is what the daily backup is called among the firings and the troubles.
const BackupLine = "backup"

// How often it is looked whether a backup is due, and how long one waits that
// failed.
const (
	backupLook  = time.Minute
	backupRetry = 10 * time.Minute
)

// keptBackups is how many daily backups there are at most.
const keptBackups = 7

// backups takes a backup each day, until ctx ends. That has a goroutine of its own:
// the folder may lie on a slow disk, for which no letter waits.
func (d *Daemon) backups(ctx context.Context) error {
	look := time.NewTicker(backupLook)
	defer look.Stop()
	for failed := (time.Time{}); ; {
		if since := d.now().Sub(failed); since < 0 || since >= backupRetry {
			if failed = (time.Time{}); !d.backup(ctx) {
				failed = d.now()
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// backup takes today's backup, unless there is one. It reports whether all is well;
// if not, the owner is told.
func (d *Daemon) backup(ctx context.Context) (ok bool) {
	now := d.now().In(d.settings.Policy.Location)
	text, verbatim, err := "", "", error(nil)
	if d.settings.Backups != "" {
		if err = d.takeBackup(ctx, now); ctx.Err() != nil {
			return true // the next run takes it
		}
	}
	if err != nil {
		verbatim = err.Error()
		text = "today's backup could not be made: " + verbatim + "; it is tried again every ten minutes, and [store] backups names the folder"
		d.log.Warn("today's backup could not be made", "error", err)
	}
	told := d.decide(ctx, func(ctx context.Context) error { return d.store.SetTrouble(ctx, BackupLine, text, verbatim, now) })
	if told != nil && ctx.Err() == nil {
		d.log.Warn("a trouble cannot be stored", "error", told)
	}
	return err == nil && told == nil
}

// takeBackup writes today's backup if it is due, and removes those that are too old.
func (d *Daemon) takeBackup(ctx context.Context, now time.Time) error {
	last, known, err := d.store.Fired(ctx, BackupLine)
	if err != nil || known && sameDay(last.In(now.Location()), now) {
		return err
	}
	file := filepath.Join(d.settings.Backups, "regards-"+now.Format(time.DateOnly)+".db")
	paths, err := d.backupPaths(ctx)
	if err != nil {
		return err
	}
	// One that is there already was made just before the service was killed.
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) || !slices.Contains(paths, file) {
		if err := d.store.Backup(ctx, file, now); err != nil {
			return err
		}
		d.log.Info("backup", "file", file)
	}
	for _, old := range outdated(append(paths, file), d.settings.Backups) {
		if err := d.store.RemoveBackup(ctx, old); err != nil {
			return err
		}
	}
	return d.decide(ctx, func(ctx context.Context) error { return d.store.SetFired(ctx, BackupLine, now) })
}

func (d *Daemon) backupPaths(ctx context.Context) ([]string, error) {
	files, err := d.store.BackupFiles(ctx)
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.Path
	}
	return paths, err
}

var dailyName = regexp.MustCompile(`^regards-\d{4}-\d\d-\d\d\.db$`)

// outdated gives, of the backups that are kept in mind, the daily ones in a folder
// that are more than are kept.
func outdated(paths []string, folder string) []string {
	daily := slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		return filepath.Dir(path) != filepath.Clean(folder) || !dailyName.MatchString(filepath.Base(path))
	})
	slices.SortFunc(daily, func(a, b string) int { return strings.Compare(b, a) })
	daily = slices.Compact(daily)
	return daily[min(keptBackups, len(daily)):]
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }
