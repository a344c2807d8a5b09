package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"regards/internal/secret"
)

// A link that leads to a configuration still to come stays a link, as one into a folder
// under version control.
func TestWriteConfigThroughLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a right of their own there")
	}
	folder := t.TempDir()
	check(t, os.Mkdir(filepath.Join(folder, "config"), 0o700))
	path, far := filepath.Join(folder, "config", "config.toml"), filepath.Join(folder, "dotfiles", "regards.toml")
	check(t, os.Symlink(filepath.Join("..", "dotfiles", "regards.toml"), path))
	for _, text := range []string{"a = 1", "a = 2"} {
		check(t, writeConfig(path, []byte(text+"\n")))
		if got, err := os.ReadFile(far); string(got) != text+"\n" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if _, err := os.Readlink(path); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Stat(far); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// Of two set-ups that run side by side the one that fails takes back what is its own: the
// password that the other one has kept stays, and so does the one that was there before.
func TestTakeBackIsOnesOwn(t *testing.T) {
	for name, before := range map[string]string{"first": "", "again": "of last year"} {
		path := filepath.Join(t.TempDir(), "regards", "password-personal")
		if before != "" {
			check(t, secret.WriteFile(path, before))
		}
		holds := func(want string) {
			t.Helper()
			got, err := secret.ReadFile(path)
			if got != want || want == "" != errors.Is(err, secret.ErrNone) {
				t.Errorf("%s: the file holds %q, %v; want %q", name, got, err, want)
			}
		}
		var one, other setup
		check(t, one.writeSecret(path, "of the one"))
		check(t, one.takeBack())
		holds(before)
		check(t, one.writeSecret(path, "of the one"))
		check(t, other.writeSecret(path, "of the other"))
		check(t, one.takeBack())
		holds("of the other")
	}
}
