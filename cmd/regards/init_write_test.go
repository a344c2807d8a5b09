package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
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
