package main

import (
	"os"
	"path/filepath"
	"testing"

	"regards/internal/config"
)

// An account that moves to another provider keeps nothing of the old server, and its
// letters come from the new address; one that has one more address keeps its own.
func TestInitChangesAnAccount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	check(t, os.WriteFile(filepath.Join(filepath.Dir(path), "password"), []byte("x"), 0o600))
	const text = `[owner]
name = "Ana"
address = "ana@old.example"
[[account]]
name = "personal"
[account.imap]
host = "imap.old.example"
port = 1143
tls = "starttls"
user = "ana"
password_file = "password"
[account.smtp]
host = "smtp.old.example"
port = 2525
tls = "starttls"
`
	old, err := config.Parse(path, []byte(text))
	check(t, err)
	for name, x := range map[string]struct {
		answers          config.Answers
		imap, smtp, from string
	}{
		"moved": {config.Answers{Account: "personal", Address: "ana@new.example", Name: "Ana", IMAP: &config.AnswerServer{Host: "imap.new.example"}, SMTP: &config.AnswerServer{Host: "smtp.new.example"}},
			"imap.new.example:993 (implicit, user ana@new.example, password_file)", "smtp.new.example:465 (implicit, user ana@new.example, password_file)", "ana@new.example"},
		"another address": {config.Answers{Address: "diaz@old.example", Name: "Ana", IMAP: &config.AnswerServer{Host: "imap.old.example", Port: 1143, TLS: "starttls", User: "ana"}},
			"imap.old.example:1143 (starttls, user ana, password_file)", "", "ana@old.example"},
		"another server": {config.Answers{Address: "ana@old.example", Name: "Ana", IMAP: &config.AnswerServer{Host: "mail.old.example", User: "ana"}},
			"mail.old.example:993 (implicit, user ana, password_file)", "", "ana@old.example"},
	} {
		s := &setup{path: path, text: []byte(text), old: &old, answers: x.answers}
		if err := s.judge(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		smtp := ""
		if s.account.SMTP != nil {
			smtp = s.account.SMTP.String()
		}
		if got := s.account.IMAP.String(); got != x.imap || smtp != x.smtp || s.account.Address != x.from || s.cfg.Owner.Address != "ana@old.example" {
			t.Errorf("%s: got %s, %s, from %s", name, got, smtp, s.account.Address)
		}
	}
}
