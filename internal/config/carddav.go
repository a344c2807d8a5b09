package config

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
)

// CardDAV is the owner's address book on a server (RFC 6352), from which people
// come in, and where its password is kept. It never holds the password itself.
type CardDAV struct {
	URL             string   `toml:"url"`   // of the server, or of one address book there; "": there is none
	User            string   `toml:"user"`  // Load fills in the owner's address
	Group           string   `toml:"group"` // a label for the people who come from there; "": none
	PasswordFile    string   `toml:"password_file"`
	PasswordCommand []string `toml:"password_command"`
	Keyring         string   `toml:"keyring"`
	Credential      string   `toml:"credential"` // of systemd
}

// server is where the password is kept, as a mail server has it.
func (c CardDAV) server() Server {
	s := Server{User: c.User, PasswordFile: c.PasswordFile, PasswordCommand: c.PasswordCommand, Keyring: c.Keyring, Credential: c.Credential}
	if u, err := url.Parse(c.URL); err == nil {
		s.Host = u.Hostname()
	}
	return s
}

// Secret gets the password at the moment it is needed; see Server.Secret.
func (c CardDAV) Secret(ctx context.Context) (string, error) { return c.server().Secret(ctx) }

// Loopback reports whether the server runs on this machine.
func (c CardDAV) Loopback() bool { return c.server().Loopback() }

// String names the server and the source of the password, not its details.
func (c CardDAV) String() string {
	return fmt.Sprintf("%s (user %s, %s)", c.URL, c.User, c.server().source())
}

// Format prints String for every verb, so that %+v and %#v show no command.
func (c CardDAV) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue is String for slog.
func (c CardDAV) LogValue() slog.Value { return slog.StringValue(c.String()) }

// cardDAV checks [carddav]. Without url nothing else in it matters.
func (r *report) cardDAV(c CardDAV, at place) {
	r.printable(at.child("user"), c.User)
	r.printable(at.child("group"), c.Group)
	if c.URL == "" {
		return
	}
	if strings.Contains(c.User, ":") { // RFC 7617, section 2
		r.add(at.child("user"), "has a colon in it", "write the name alone")
	}
	r.bookURL(c, at.child("url"))
	r.secret(c.server(), at)
	if !hasSecret(at) {
		r.add(place{key: at.key, line: at.line, mute: at.refused()}, "has no password", "write one of password_file, password_command, keyring, credential")
	}
}

// bookURL does not repeat the value: it may hold a password.
func (r *report) bookURL(c CardDAV, at place) {
	const fix = `write it as "https://dav.example.org"`
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Hostname() == "" || strings.ContainsFunc(c.URL, unprintable):
		r.add(at, "is no address of a server", fix)
	case u.User != nil:
		r.add(at, "has a user or a password in it", "write the name as user = …, and the password into a file")
	case u.Scheme == "http" && !c.Loopback():
		r.add(at, "would send the password in plain text to another machine", fix)
	case u.Scheme != "https" && u.Scheme != "http", u.RawQuery != "" || u.Fragment != "":
		r.add(at, "is no address of a server", fix)
	}
}
