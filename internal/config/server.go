package config

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Server is how to reach one mail server and where its password is kept. It
// never holds the password itself; see Secret. Of the five fields that say where it is
// Load sets one: the SMTP server takes the IMAP server's if it has none.
type Server struct {
	Host            string   `toml:"host"`
	Port            int      `toml:"port"` // Load fills in the usual one
	TLS             string   `toml:"tls"`  // implicit, starttls or none (loopback only); Load fills in implicit
	User            string   `toml:"user"` // Load fills in the account's address; for SMTP, IMAP's user
	PasswordFile    string   `toml:"password_file"`
	PasswordCommand []string `toml:"password_command"`
	Keyring         string   `toml:"keyring"`    // its name in the keyring of the desktop
	Credential      string   `toml:"credential"` // of systemd
	OAuth2          string   `toml:"oauth2"`     // google, microsoft or custom: see Grant

	// Grant is where the owner's permission lies if OAuth2 is set; Load fills it in.
	Grant Grant
}

// The usual ports for each kind of TLS (RFC 8314, section 3; RFC 6409).
var (
	imapPorts = map[string]int{"implicit": 993, "starttls": 143, "none": 143}
	smtpPorts = map[string]int{"implicit": 465, "starttls": 587, "none": 25}
)

// complete fills in what is not written. The login may be that of another
// server of the account.
func (s *Server) complete(login Server, ports map[string]int) {
	if s.TLS == "" {
		s.TLS = "implicit"
	}
	if s.Port == 0 {
		s.Port = ports[s.TLS]
	}
	if s.User == "" {
		s.User = login.User
	}
	if s.source() == noPassword {
		s.PasswordFile, s.PasswordCommand, s.Keyring = login.PasswordFile, login.PasswordCommand, login.Keyring
		s.Credential, s.OAuth2 = login.Credential, login.OAuth2
	}
}

// server checks [account.imap] or [account.smtp].
func (r *report) server(s Server, at place) {
	r.reachable(s, at)
	r.printable(at.child("user"), s.User)
	r.secret(s, at)
}

// reachable checks what leads to a server.
func (r *report) reachable(s Server, at place) {
	r.host(s.Host, at.child("host"))
	port := at.child("port")
	if port.written() && (s.Port < 1 || s.Port > 65535) {
		r.add(port, fmt.Sprintf("%d is no port", s.Port), "write a number from 1 to 65535")
	}
	tls := at.child("tls")
	if s.TLS != "" {
		r.word(tls, s.TLS, "implicit", "starttls", "none")
	}
	if s.TLS == "none" && s.Host != "" && !s.Loopback() {
		r.add(tls, "would send the password in plain text to another machine", `write "implicit" or "starttls"`)
	}
}

// host does not repeat the value: it may be a URL with a password in it.
func (r *report) host(host string, at place) {
	r.need(at, host, "mail.example.org")
	const fix = `write the name of the server alone, such as "mail.example.org"`
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return
	}
	if strings.ContainsFunc(host, unprintable) || strings.ContainsAny(host, " /@[]\\") {
		r.add(at, "is no name of a server", fix)
	} else if strings.Contains(host, ":") {
		r.add(at, "has a port in it", "write the name alone, and the number as port = …")
	}
}

// Loopback reports whether the server runs on this machine: only then may the
// connection be without TLS.
func (s Server) Loopback() bool {
	if strings.EqualFold(s.Host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(s.Host)
	return err == nil && ip.IsLoopback()
}

// secretSources are the keys that say where a password is kept.
var secretSources = []string{"password_file", "password_command", "keyring", "credential", "oauth2"}

// SecretSources lists the keys of which one says where a password is kept.
func SecretSources() []string { return slices.Clone(secretSources) }

// secret checks that there is one source of a password at most, and a usable one. It
// repeats no value but the path of a file that exists, since people do write
// passwords into the wrong key.
func (r *report) secret(s Server, at place) {
	var first string
	for _, source := range secretSources {
		switch key := at.child(source); {
		case !key.written():
		case first != "":
			r.add(key, "is a second source beside "+first, "write one of the two only")
		default:
			first = source
		}
	}
	switch first {
	case "password_file":
		r.addErr(at.child(first), lookAtSecret(s.PasswordFile))
	case "password_command":
		if len(s.PasswordCommand) == 0 || s.PasswordCommand[0] == "" {
			r.add(at.child(first), "is no command", `write a list of words, such as ["pass", "show", "mail"]`)
		}
	case "keyring":
		if s.Keyring == "" || strings.ContainsFunc(s.Keyring, unprintable) {
			r.add(at.child(first), "is no name of a secret", "write the name under which the keyring has it")
		}
	case "credential":
		if !plainName(s.Credential) {
			r.add(at.child(first), "is no name of a credential", "write the name that LoadCredential= has in the unit")
		}
	case "oauth2":
		if !slices.Contains(oauth2Providers, s.OAuth2) {
			r.add(at.child(first), "is no provider that regards knows", "write "+choices(oauth2Providers))
		}
	}
}

// hasSecret reports whether the table says where the password is, or holds it:
// then that problem says already what to write.
func hasSecret(at place) bool {
	if at.node == nil {
		return false
	}
	for name := range at.node.kids {
		if slices.Contains(secretSources, name) || slices.Contains(secretKeys, strings.ToLower(name)) {
			return true
		}
	}
	return false
}

// plainName reports whether a name means a file in a folder, and no other.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." &&
		!strings.Contains(name, "/") && !strings.ContainsFunc(name, unprintable)
}

// String names the server and the source of the password, not its details.
func (s Server) String() string {
	return fmt.Sprintf("%s (%s, user %s, %s)", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)), s.TLS, s.User, s.source())
}

// Format prints String for every verb, so that %+v and %#v show no command.
func (s Server) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// LogValue is String for slog.
func (s Server) LogValue() slog.Value { return slog.StringValue(s.String()) }

const noPassword = "no password"

// source is the key that the password comes from.
func (s Server) source() string {
	switch {
	case s.PasswordFile != "":
		return "password_file"
	case len(s.PasswordCommand) > 0:
		return "password_command"
	case s.Keyring != "":
		return "keyring"
	case s.Credential != "":
		return "credential"
	case s.OAuth2 != "":
		return "oauth2"
	}
	return noPassword
}
