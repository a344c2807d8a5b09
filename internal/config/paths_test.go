package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPath(t *testing.T) {
	home, xdg := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("REGARDS_CONFIG", "")
	t.Setenv("XDG_CONFIG_HOME", "relative paths do not count")
	if got, want := Path(""), filepath.Join(home, ".config/regards/config.toml"); got != want {
		t.Errorf("home: got %s, want %s", got, want)
	}
	t.Setenv("XDG_CONFIG_HOME", xdg)
	own := filepath.Join(xdg, "regards/config.toml")
	if err := os.MkdirAll(filepath.Dir(own), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Path(""); got != own {
		t.Errorf("XDG: got %s, want %s", got, own)
	}
	t.Setenv("REGARDS_CONFIG", "env.toml")
	if got := Path(""); got != "env.toml" {
		t.Errorf("environment: got %s", got)
	}
	if got := Path("flag.toml"); got != "flag.toml" {
		t.Errorf("flag: got %s", got)
	}
}

func TestDataDir(t *testing.T) {
	t.Setenv("HOME", "/home/ana")
	for _, x := range []struct{ state, data, want string }{
		{"", "", "/home/ana/.local/share/regards"},
		{"", "/data", "/data/regards"},
		{"/var/lib/regards", "/data", "/var/lib/regards"},
		{"/var/lib/regards:/var/lib/more", "", "/var/lib/regards"},
	} {
		t.Setenv("STATE_DIRECTORY", x.state)
		t.Setenv("XDG_DATA_HOME", x.data)
		if got := DataDir(); got != x.want {
			t.Errorf("%+v: got %s", x, got)
		}
		if got := (Config{}).Database(); got != x.want+"/regards.db" {
			t.Errorf("%+v: the database is %s", x, got)
		}
	}
	t.Setenv("STATE_DIRECTORY", "")
	t.Setenv("HOME", "")
	if got := DataDir(); !filepath.IsAbs(got) {
		t.Errorf("without $HOME: got %s", got)
	}
}

func TestRelativePaths(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for _, name := range []string{"password", "~/password"} {
		text := strings.Replace(base, secretLine, fmt.Sprintf("password_file = %q", name), 1) +
			"[store]\npath = \"db/regards.db\"\n[letters]\ntemplates = \"~/\"\n"
		path := write(t, text)
		dir := filepath.Dir(path)
		secret := filepath.Join(dir, "password")
		if strings.HasPrefix(name, "~") {
			secret = filepath.Join(os.Getenv("HOME"), "password")
		}
		if err := os.WriteFile(secret, []byte("hunter2"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Accounts[0].IMAP.PasswordFile; got != secret {
			t.Errorf("password_file: got %s, want %s", got, secret)
		}
		if got, want := c.Database(), filepath.Join(dir, "db/regards.db"); got != want {
			t.Errorf("database: got %s, want %s", got, want)
		}
		if got, want := c.Letters.Templates, os.Getenv("HOME"); got != want {
			t.Errorf("templates: got %s, want %s", got, want)
		}
	}
}

// Where the database lies can be told of files that are wrong elsewhere.
func TestDatabaseOf(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", "/state")
	dir := t.TempDir()
	for text, want := range map[string]string{
		"": "/state/regards.db",
		"[owner]\nname = 1\n[store]\npath = \"here.db\"\n":    filepath.Join(dir, "here.db"),
		"[store]\npath = \"/there.db\"\n\n[letters\nhold = 0": "/there.db",
		"[letters\n[store]\npath = \"/late.db\"":              "/state/regards.db",
		"[store]\npath = 7":                                   "/state/regards.db",
		"store = 7\n=":                                        "/state/regards.db",
		"\xff":                                                "/state/regards.db",
	} {
		file := filepath.Join(dir, "config.toml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := DatabaseOf(file); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if got := DatabaseOf(filepath.Join(dir, "none.toml")); got != "/state/regards.db" {
		t.Errorf("no file: %s", got)
	}
}
