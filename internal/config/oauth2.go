package config

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// OAuth2 is what [account.oauth2] says of the program's registration with the
// provider (RFC 6749 section 2). It holds no secret.
type OAuth2 struct {
	ClientID         string `toml:"client_id"`
	ClientSecretFile string `toml:"client_secret_file"` // "": the provider gave none
	Tenant           string `toml:"tenant"`             // of microsoft; "": any
	// What only custom has.
	AuthorizeURL string   `toml:"authorize_url"`
	TokenURL     string   `toml:"token_url"`
	DeviceURL    string   `toml:"device_url"` // "": the provider has none
	Scopes       []string `toml:"scopes"`
}

// oauth2Providers are those of whom regards knows something, and any other.
var oauth2Providers = []string{"google", "microsoft", "custom"}

// Grant is the owner's permission to read and send the mail of an account: with whom
// it was given, and where its token lies.
type Grant struct {
	Provider string // google, microsoft or custom; "": none is needed
	Account  string
	OAuth2
	TokenFile string
	Keyring   string // its name in the keyring, if the file says that it lies there
}

// grant fills in what the servers of an account need to have tokens.
func (c *Config) grant(a *Account) {
	fill := func(s *Server) {
		if s.OAuth2 != "" {
			s.Grant = Grant{Provider: s.OAuth2, Account: a.Name, OAuth2: a.OAuth2, TokenFile: c.TokenFile(a.Name), Keyring: TokenName(a.Name)}
		}
	}
	fill(&a.IMAP)
	if a.SMTP != nil {
		fill(a.SMTP)
	}
}

// TokenFile is where the token of an account lies, beside the database.
func (c *Config) TokenFile(account string) string {
	return filepath.Join(filepath.Dir(c.Database()), SecretName("token", account))
}

// TokenName is what the token of an account is called in the keyring.
func TokenName(account string) string { return "token " + account }

// longestName leaves room in the 255 bytes that a file's name may have for what is put
// before and behind it.
const longestName = 120

// SecretName is the name of a file for a secret of an account: one of its own for each
// that accounts can have, since letter case does not tell them apart, on any system.
func SecretName(what, account string) string {
	name := url.PathEscape(strings.Map(lower, account))
	name = strings.ReplaceAll(name, ":", "%3A") // to Windows it is more than a character
	if rest, dot := strings.CutSuffix(name, "."); dot {
		name = rest + "%2E" // which Windows forgets
	}
	if len(name) > longestName {
		name = fmt.Sprintf("%s-%x", name[:longestName/2], sha256.Sum256([]byte(name)))
	}
	return what + "-" + name
}

// lower is the small letter, if it is equal to the other as strings.EqualFold has it.
func lower(r rune) rune {
	if small := unicode.ToLower(r); strings.EqualFold(string(small), string(r)) {
		return small
	}
	return r
}

// oauth2 checks [account.oauth2], which goes with oauth2 = "…" of a server.
func (r *report) oauth2(a Account, at place) {
	var used []string
	for _, s := range []*Server{&a.IMAP, a.SMTP} {
		if s != nil && s.OAuth2 != "" && !slices.Contains(used, s.OAuth2) {
			used = append(used, s.OAuth2)
		}
	}
	switch {
	case len(used) > 1:
		r.add(at, "is for one provider, and the servers name two", "write the same oauth2 for both")
		return
	case len(used) == 0 && at.written():
		r.add(at, "is not used", `write oauth2 = "google", "microsoft" or "custom" in [account.imap], or remove it`)
		return
	case len(used) == 0:
		return
	}
	if !slices.Contains(oauth2Providers, used[0]) {
		return
	}
	if a.OAuth2.ClientID == "" {
		table := "[account.oauth2] with "
		if r.answering {
			table = ""
		}
		r.add(at.child("client_id"), "is missing", "write "+table+"the client_id under which "+used[0]+" knows this program; docs/providers.md says how to come by it")
	}
	r.printable(at.child("client_id"), a.OAuth2.ClientID)
	if at.child("client_secret_file").written() {
		r.addErr(at.child("client_secret_file"), lookAtSecret(a.OAuth2.ClientSecretFile))
	}
	r.tenant(a.OAuth2, used[0], at.child("tenant"))
	r.endpoints(a.OAuth2, used[0] == "custom", at)
}

func (r *report) tenant(o OAuth2, provider string, at place) {
	switch {
	case o.Tenant != "" && provider != "microsoft":
		r.add(at, "is for microsoft only", "remove it")
	case o.Tenant != "" && strings.ContainsFunc(o.Tenant, func(c rune) bool { return c > 0x7e || !bareKey(byte(c)) && c != '.' }):
		r.add(at, "is no name of a tenant", `write its domain or its id, such as "uni.example"`)
	}
}

// endpoints checks what only a provider needs that regards does not know.
func (r *report) endpoints(o OAuth2, custom bool, at place) {
	for _, e := range []struct {
		key, value string
		need       bool
	}{{"authorize_url", o.AuthorizeURL, o.DeviceURL == ""}, {"token_url", o.TokenURL, true}, {"device_url", o.DeviceURL, false}} {
		key := at.child(e.key)
		switch {
		case !custom && key.written():
			r.add(key, "is for custom only", "remove it")
		case custom && e.need:
			r.need(key, e.value, "https://login.example.org/"+strings.TrimSuffix(e.key, "_url"))
		}
		if e.value != "" && !safeURL(e.value) {
			r.add(key, "is no address of a page that could be trusted with a token", `write one that begins with "https://"`)
		}
	}
	scopes := at.child("scopes")
	switch {
	case !custom && scopes.written():
		r.add(scopes, "is for custom only", "remove it")
	case custom && len(o.Scopes) == 0:
		r.add(scopes, "is missing", `write what to ask for, such as scopes = ["email", "offline_access"]`)
	}
	for i, s := range o.Scopes {
		r.printable(scopes.item(i), s)
	}
}

// safeURL reports whether a token may go there: by https, or to this machine.
func safeURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}
