package config

import (
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

// Path says which configuration file holds: the flag, $REGARDS_CONFIG,
// $XDG_CONFIG_HOME/regards/config.toml, /etc/regards/config.toml. The first
// two hold when they are set, the others when the file is there; if none is,
// the owner's own place is named, as the one to put a file.
func Path(flag string) string {
	if flag != "" {
		return flag
	}
	if env := os.Getenv("REGARDS_CONFIG"); env != "" {
		return env
	}
	own := filepath.Join(Base(), "regards", "config.toml")
	if _, err := os.Stat(own); err == nil {
		return own
	}
	const system = "/etc/regards/config.toml"
	if _, err := os.Stat(system); err == nil {
		return system
	}
	return own
}

// DataDir is the folder of the database: $STATE_DIRECTORY under systemd, else
// $XDG_DATA_HOME/regards. It may not exist yet.
func DataDir() string {
	// Systemd joins several folders with colons; the first is ours.
	if state, _, _ := strings.Cut(os.Getenv("STATE_DIRECTORY"), ":"); state != "" {
		return state
	}
	return filepath.Join(xdg("XDG_DATA_HOME", filepath.Join(".local", "share")), "regards")
}

// Base is the folder in which programs keep their configuration: $XDG_CONFIG_HOME,
// else .config in the home folder.
func Base() string { return xdg("XDG_CONFIG_HOME", ".config") }

// xdg is a base directory; the specification says to ignore relative ones.
func xdg(env, fallback string) string {
	if dir := os.Getenv(env); filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(Home(), fallback)
}

// Home is the owner's home folder. Services often run without $HOME.
func Home() string {
	if dir, err := os.UserHomeDir(); err == nil {
		return dir
	}
	if u, err := user.Current(); err == nil && u.HomeDir != "" {
		return u.HomeDir
	}
	return string(filepath.Separator)
}

// expand makes a path of the file absolute: "~/" is the home folder, and what
// is relative starts at the folder of the configuration file.
func expand(path, dir string) string {
	switch {
	case path == "":
		return ""
	case path == "~" || strings.HasPrefix(path, "~/"):
		return filepath.Join(Home(), path[1:])
	case filepath.IsAbs(path):
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
