package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func answersFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "answers.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadAnswers(t *testing.T) {
	path := answersFile(t, `address = "ana@example.org"
name = "Ana Díaz"
password_file = "password"
[imap]
host = "imap.example.org"
port = 993
tls = "implicit"
`)
	if _, err := LoadAnswers(path); err == nil || !strings.Contains(err.Error(), "line 3: password_file: names no file") {
		t.Errorf("without the file: got %v", err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "password"), []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := LoadAnswers(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(filepath.Dir(path), "password"); a.PasswordFile != want || a.IMAP.Port != 993 || a.SMTP != nil || !a.TestMail {
		t.Errorf("got %+v", a)
	}
}

func TestLoadAnswersRefuses(t *testing.T) {
	const base = "address = \"ana@example.org\"\nname = \"Ana\"\npassword_command = [\"p\"]\n"
	for name, x := range map[string]struct{ text, want string }{
		"nothing":       {"", `address: is missing; write address = "ana@example.org"`},
		"wrong address": {strings.Replace(base, "ana@", "@", 1), `line 1: address: "@example.org" is no address`},
		"no way in":     {strings.Replace(base, "password_command = [\"p\"]", "", 1), "write one of password_file, password_command, oauth2"},
		"two ways in":   {base + "oauth2 = \"google\"\n", "write one of password_file, password_command, oauth2"},
		"no command":    {strings.Replace(base, `["p"]`, `[]`, 1), "line 3: password_command: is no command"},
		"no provider":   {strings.Replace(base, `password_command = ["p"]`, `oauth2 = "yahoo"`, 1), `line 3: oauth2: is no provider that regards knows; write "google"`},
		"no oauth2":     {strings.Replace(base, `password_command = ["p"]`, `oauth2 = ""`, 1), "line 3: oauth2: is no provider"},
		"no client":     {strings.Replace(base, `password_command = ["p"]`, `oauth2 = "microsoft"`, 1), "client_id: is missing; write the client_id under which microsoft"},
		"no endpoint":   {strings.Replace(base, `password_command = ["p"]`, "oauth2 = \"custom\"\nclient_id = \"c\"\nscopes = [\"m\"]", 1), "token_url: is missing"},
		"plain token":   {strings.Replace(base, `password_command = ["p"]`, "oauth2 = \"custom\"\nclient_id = \"c\"\nscopes = [\"m\"]\nauthorize_url = \"https://x.example\"\ntoken_url = \"http://x.example\"", 1), "line 7: token_url: is no address of a page"},
		"line end":      {strings.Replace(base, `"Ana"`, `"Ana\nBcc: x"`, 1), "line 2: name: has a control character"},
		"of an account": {base + `account = "a\u0007"`, "line 4: account: has a control character"},
		"password":      {base + "password = \"hunter2\"\n", "line 4: password: inline password"},
		"misspelt":      {base + "adress = \"x\"\n", "line 4: adress: unknown key (did you mean address?)"},
		"language":      {base + "language = \"english\"\n", "line 4: language:"},
		"plain text":    {base + "[imap]\nhost = \"x.example\"\ntls = \"none\"", "line 6: imap.tls: would send"},
		"wrong type":    {base + "[imap]\nport = \"993\"\nhost = \"x\"", "line 5: imap.port: is text"},
		"no host":       {base + "[imap]\nport = 993", "imap.host: is missing"},
		"smtp alone":    {base + "[smtp]\nhost = \"x\"", "line 4: smtp: stands without [imap]"},
		"no TOML":       {base + "[imap", "line 4"},
	} {
		_, err := LoadAnswers(answersFile(t, x.text))
		var wrong *Error
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %s", name, err, x.want)
		}
	}
	if _, err := LoadAnswers(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a folder; name the file in it with --answers FILE") {
		t.Errorf("a folder: got %v", err)
	}
	if _, err := LoadAnswers(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
}
