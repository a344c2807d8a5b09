package config

import (
	"time"

	"regards/contact"
)

// Default is the configuration of an empty file. It is not valid yet: owner
// and accounts have no default.
func Default() Config {
	return Config{
		Owner: Owner{Language: "en"},
		Letters: Letters{
			Delivery:       "draft",
			PerContactDays: 7,
			DailyCap:       10,
			OpenHellos:     3,
			Dormant:        contact.Duration{Months: 24},
			SendWindow:     Window{Start: 9 * time.Hour, End: 18 * time.Hour},
			SendDays:       []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday},
			Hold:           contact.Duration{Rest: 4 * time.Hour},
		},
		Practice: defaultPractices(),
		Schedule: Schedule{
			Plan:       mustCron("*/10 * * * *"),
			Digest:     mustCron("0 8 * * MON"),
			Evening:    mustCron("0 19 * * *"),
			Milestones: mustCron("0 8 1 */3 *"),
		},
		Touch: Touch{Recipients: 8},
	}
}

// defaultPractices holds every practice there is: a name that is missing here
// is an error in the file.
func defaultPractices() map[string]Practice {
	plain := Practice{Enabled: true, Delivery: "draft"}
	all := make(map[string]Practice)
	for _, name := range []string{
		"thank-you", "follow-up", "keep-in-touch", "milestone", "close-the-loop",
		"job-lead", "reference", "farewell", "promise", "request",
	} {
		all[name] = plain
	}
	timed := func(name string, within, overdue contact.Duration) {
		p := plain
		p.Within, p.Overdue = within, overdue
		all[name] = p
	}
	timed("thank-you", contact.Duration{Rest: 24 * time.Hour}, contact.Duration{Rest: 48 * time.Hour})
	timed("follow-up", contact.Duration{Days: 2}, contact.Duration{})
	timed("job-lead", contact.Duration{Days: 7}, contact.Duration{})
	return all
}

// setDefaults prepares an element of [[account]] before its keys are read.
func (a *Account) setDefaults() {
	a.Letters = true
	a.Outbox = "Regards Outbox"
}

// expandPaths makes the paths of the file absolute.
func (c *Config) expandPaths(dir string) {
	c.Store.Path = expand(c.Store.Path, dir)
	c.Store.Backups = expand(c.Store.Backups, dir)
	c.Letters.Templates = expand(c.Letters.Templates, dir)
	c.CardDAV.PasswordFile = expand(c.CardDAV.PasswordFile, dir)
	for i := range c.Accounts {
		a := &c.Accounts[i]
		a.IMAP.PasswordFile = expand(a.IMAP.PasswordFile, dir)
		if a.SMTP != nil {
			a.SMTP.PasswordFile = expand(a.SMTP.PasswordFile, dir)
		}
		a.OAuth2.ClientSecretFile = expand(a.OAuth2.ClientSecretFile, dir)
	}
}

// complete fills in the defaults that follow from other keys.
func (c *Config) complete() {
	set := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	set(&c.Owner.Signature, c.Owner.Name)
	set(&c.Digest.To, c.Owner.Address)
	if c.sends() {
		set(&c.Digest.Via, "smtp")
	}
	set(&c.Digest.Via, "imap")
	if c.CardDAV.URL != "" {
		set(&c.CardDAV.User, c.Owner.Address)
	}
	for i := range c.Accounts {
		a := &c.Accounts[i]
		set(&a.Address, c.Owner.Address)
		a.IMAP.complete(Server{User: a.Address}, imapPorts)
		if a.SMTP != nil {
			a.SMTP.complete(a.IMAP, smtpPorts)
		}
		c.grant(a)
	}
}
