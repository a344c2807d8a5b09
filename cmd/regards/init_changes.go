package main

import (
	"cmp"
	"slices"
	"strings"

	"regards/internal/config"
)

// changes are what the answers make of the configuration.
func (s *setup) changes() []config.Change {
	return slices.Concat(s.ownerChanges(), s.accountChanges(), s.serverChanges("account.imap", s.answers.IMAP, s.answers.Address), s.secret, s.smtpChanges())
}

// set is a change of the account that is set up, or of the owner.
func (s *setup) set(table, key string, value any) config.Change {
	return config.Change{Table: table, Account: s.index(), Key: key, Value: value}
}

func (s *setup) ownerChanges() (all []config.Change) {
	a := s.answers
	switch {
	case s.old == nil || strings.EqualFold(s.old.Owner.Address, a.Address):
		all = append(all, s.set("owner", "name", a.Name), s.set("owner", "address", a.Address))
	case s.isAlias():
		all = append(all, s.set("owner", "aliases", append(slices.Clone(s.old.Owner.Aliases), a.Address)))
	}
	if a.Language != "" {
		all = append(all, s.set("owner", "language", a.Language))
	}
	if a.TimeZone != "" {
		all = append(all, s.set("owner", "time_zone", a.TimeZone))
	}
	return all
}

// isAlias reports whether the address is a further one of an account that is there.
func (s *setup) isAlias() bool {
	_, known := s.before()
	return known && !slices.ContainsFunc(s.old.Addresses(), func(own string) bool { return strings.EqualFold(own, s.answers.Address) })
}

func (s *setup) accountChanges() (all []config.Change) {
	if before, known := s.before(); known {
		if s.answers.IMAP == nil || sameLogin(before.IMAP, s.answers) || strings.EqualFold(before.Address, s.answers.Address) {
			return nil
		}
		// Its mail has moved: letters come from the new address, and answers go there.
		return []config.Change{s.set("account", "address", s.answers.Address)}
	}
	all = append(all, s.set("account", "name", s.name()))
	if s.old != nil && !strings.EqualFold(s.old.Owner.Address, s.answers.Address) {
		all = append(all, s.set("account", "address", s.answers.Address))
	}
	return all
}

// serverChanges are those of a server; none for nil. User is who logs in there if
// nobody is named. What is not answered is not left as it was of another server.
func (s *setup) serverChanges(table string, as *config.AnswerServer, user string) []config.Change {
	if as == nil {
		return nil
	}
	var port, tls, login any
	if as.Port != 0 {
		port = as.Port
	}
	if as.TLS != "" {
		tls = as.TLS
	}
	if as.User != user && as.User != "" {
		login = as.User
	}
	return []config.Change{s.set(table, "host", as.Host), s.set(table, "port", port), s.set(table, "tls", tls), s.set(table, "user", login)}
}

// smtpChanges come behind those of the IMAP server, whose user and password hold for
// both. Answers with an IMAP server alone mean that there is no other.
func (s *setup) smtpChanges() []config.Change {
	a := s.answers
	if before, _ := s.before(); s.noSMTP || a.SMTP == nil && a.IMAP != nil && before.SMTP != nil {
		return []config.Change{s.set("account.smtp", "", nil)}
	}
	user := a.Address
	if a.IMAP != nil {
		user = cmp.Or(a.IMAP.User, user)
	}
	return s.serverChanges("account.smtp", a.SMTP, user)
}

// judge makes a configuration of the answers.
func (s *setup) judge() error {
	text, err := config.Edit(s.path, s.text, s.changes())
	if err != nil {
		return err
	}
	if s.cfg, err = config.Parse(s.path, text); err != nil {
		return err
	}
	s.account = s.cfg.Accounts[s.index()]
	return nil
}
