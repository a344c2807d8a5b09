// Package config reads the one file that tells regards whose mail it watches
// and how often it may speak: config.toml.
//
// Load promises all or nothing. A Config that it returns is valid as a whole:
// every key is known and has the right type, every address, cron line, time
// zone and length of time has been parsed, every password can be had without
// being written in the file, and defaults that follow from other keys (a port
// from the kind of TLS, a user from the address) are filled in. Otherwise it
// returns an *Error that lists every problem, sorted by line, each with what
// to write instead; a mistake in the syntax of TOML hides what comes after it
// and stands alone.
//
// The package stores nothing, reads no clock and opens no connection. It holds
// no password either: Server.Secret fetches one at the moment of a login, and
// neither errors nor logs show it. Values of keys that might hold a secret by
// mistake are never repeated in an error.
package config

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Config is the whole configuration. The toml tags are the keys of the file;
// config.toml.example explains each.
type Config struct {
	Owner    Owner               `toml:"owner"`
	Store    Store               `toml:"store"`
	Accounts []Account           `toml:"account"`
	Letters  Letters             `toml:"letters"`
	Cadences []Cadence           `toml:"cadence"`
	Practice map[string]Practice `toml:"practice"`
	Schedule Schedule            `toml:"schedule"`
	Digest   Digest              `toml:"digest"`
	Goals    Goals               `toml:"goals"`
	Touch    Touch               `toml:"touch"`
	CardDAV  CardDAV             `toml:"carddav"`
}

// Owner is the person whose mail this is.
type Owner struct {
	Name            string   `toml:"name"`
	Address         string   `toml:"address"`
	Aliases         []string `toml:"aliases"`
	TimeZone        string   `toml:"time_zone"` // IANA name; "" is the machine's zone
	Language        string   `toml:"language"`  // ISO 639, two letters
	Signature       string   `toml:"signature"` // Load fills in the name
	Phone           string   `toml:"phone"`     // "none" is an answer too
	PersonalAddress string   `toml:"personal_address"`
}

// Store says where the database lies.
type Store struct {
	Path    string `toml:"path"`    // "" is regards.db in the data folder; see Config.Database
	Backups string `toml:"backups"` // the folder for a daily copy; "": none is made
}

// Account is one IMAP login with an optional SMTP login.
type Account struct {
	Name       string   `toml:"name"`
	Address    string   `toml:"address"` // Load fills in the owner's
	Letters    bool     `toml:"letters"` // false: watched only, no draft ever lies there
	Drafts     string   `toml:"drafts"`  // "" finds it by special-use (RFC 6154)
	Sent       string   `toml:"sent"`    // likewise
	Outbox     string   `toml:"outbox"`
	Ignore     []string `toml:"ignore"`      // patterns as of path.Match, of mailboxes not watched
	AuthservID string   `toml:"authserv_id"` // whose Authentication-Results to believe (RFC 8601)
	IMAP       Server   `toml:"imap"`
	SMTP       *Server  `toml:"smtp"` // nil: nothing is sent through this account
	OAuth2     OAuth2   `toml:"oauth2"`
}

// Letters holds the limits for all letters.
type Letters struct {
	Delivery       string           `toml:"delivery"`         // always "draft"
	PerContactDays int              `toml:"per_contact_days"` // 0: no limit, here and in the next two
	DailyCap       int              `toml:"daily_cap"`
	OpenHellos     int              `toml:"open_hellos"`
	Dormant        contact.Duration `toml:"dormant"`
	SendWindow     Window           `toml:"send_window"`
	SendDays       []time.Weekday   `toml:"send_days"`
	Hold           contact.Duration `toml:"hold"`
	Templates      string           `toml:"templates"` // "": only the built-in wording
}

// Cadence is how often to be in touch with the contacts of a group.
type Cadence struct {
	Group  string           `toml:"group"`
	Every  contact.Duration `toml:"every"`
	Latest contact.Duration `toml:"latest"` // zero: no limit
}

// Practice is what can be set of one practice.
type Practice struct {
	Enabled  bool             `toml:"enabled"`
	Delivery string           `toml:"delivery"` // draft, outbox or send
	Template string           `toml:"template"` // "" is the practice's own
	Within   contact.Duration `toml:"within"`   // zero: no time of its own
	Overdue  contact.Duration `toml:"overdue"`  // likewise
	Schedule Cron             `toml:"schedule"` // when its letters are made; "" whenever plans are
}

// Schedule holds the cron lines, all in the owner's time zone.
type Schedule struct {
	Plan       Cron `toml:"plan"`
	Digest     Cron `toml:"digest"`
	Evening    Cron `toml:"evening"`
	Milestones Cron `toml:"milestones"`
}

// Digest says how the digest reaches the owner, and what it tells beside the rest.
type Digest struct {
	Via string `toml:"via"` // smtp or imap; Load fills in smtp if an account has it
	To  string `toml:"to"`  // Load fills in the owner's address

	// Reflection has the evening note ask what a meeting brought.
	Reflection    bool `toml:"reflection"`
	Birthdays     bool `toml:"birthdays"`
	Anniversaries bool `toml:"anniversaries"` // of the day on which the owner met somebody
}

// Goals are what the owner wants to do in a month; 0: no goal.
type Goals struct {
	People int `toml:"people"` // new ones to meet
	Events int `toml:"events"` // to go to
}

// Touch says what counts as being in touch.
type Touch struct {
	Recipients int `toml:"recipients"` // a message to more people is no personal touch; 0: no limit
}

// Location is the owner's time zone; without one, the machine's.
func (o Owner) Location() *time.Location {
	if o.TimeZone == "" {
		return time.Local
	}
	loc, err := time.LoadLocation(o.TimeZone)
	if err != nil {
		return time.Local // not after Load, which has tried the name
	}
	return loc
}

// Addresses lists the address, the aliases and the personal address, each once.
func (o Owner) Addresses() []string {
	return once(slices.Concat([]string{o.Address}, o.Aliases, []string{o.PersonalAddress}))
}

// Addresses lists every address of the owner, the accounts' included, each once.
func (c Config) Addresses() []string {
	all := c.Owner.Addresses()
	for _, a := range c.Accounts {
		all = append(all, a.Address)
	}
	return once(all)
}

// Database is the path of the database file.
func (c Config) Database() string {
	if c.Store.Path != "" {
		return c.Store.Path
	}
	return filepath.Join(DataDir(), "regards.db")
}

// once drops empty addresses and those that differ from an earlier one by
// letter case at most.
func once(all []string) []string {
	var kept []string
	for _, a := range all {
		same := func(b string) bool { return strings.EqualFold(a, b) }
		if a != "" && !slices.ContainsFunc(kept, same) {
			kept = append(kept, a)
		}
	}
	return kept
}
