package config

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const book = "[carddav]\nurl = \"https://dav.example.org\"\n"

func TestProblemsOfCardDAV(t *testing.T) {
	const at, secret = "line 11: carddav.url: ", "\ncredential = \"x\""
	const fix = `; write it as "https://dav.example.org"`
	checkProblems(t, []problem{
		{"no secret", "", book, "line 10: carddav: has no password; write one of password_file, password_command, keyring, credential"},
		{"a name alone", "", "[carddav]\nurl = \"dav.example.org\"" + secret, at + "is no address of a server" + fix},
		{"another scheme", "", "[carddav]\nurl = \"carddav://dav.example.org\"" + secret, at + "is no address of a server" + fix},
		{"a query", "", "[carddav]\nurl = \"https://dav.example.org/?hunter2\"" + secret, at + "is no address of a server" + fix},
		{"plain text", "", "[carddav]\nurl = \"http://dav.example.org\"" + secret, at + "would send the password in plain text to another machine" + fix},
		{"password", "", "[carddav]\nurl = \"https://ana:hunter2@dav.example.org\"" + secret, at + "has a user or a password in it; write the name as user = …, and the password into a file"},
		{"user", "", book + "user = \"a:b\"" + secret, "line 12: carddav.user: has a colon in it; write the name alone"},
		{"inline password", "", book + "password = \"hunter2\"", "line 12: carddav.password: inline password: this file holds no secrets; " + secretFix},
		{"two secrets", "", book + "password_command = [\"pass\"]" + secret, "line 13: carddav.credential: is a second source beside password_command; write one of the two only"},
	})
}

func TestCardDAV(t *testing.T) {
	if c := load(t, base+"[carddav]\nuser = \"ana\""); c.CardDAV.URL != "" {
		t.Errorf("there is none, and it is %v", c.CardDAV)
	}
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := load(t, base+book+fmt.Sprintf("password_file = %q", file)).CardDAV
	if c.User != "ana@example.org" || c.Loopback() {
		t.Errorf("got %v", c)
	}
	if secret, err := c.Secret(context.Background()); err != nil || secret != "hunter2" {
		t.Errorf("got %q, %v", secret, err)
	}
	if text := fmt.Sprintf("%+v %#v %s", c, c, c); strings.Contains(text, file) {
		t.Errorf("it shows where the password is: %s", text)
	}
	local := load(t, base+"[carddav]\nurl = \"http://127.0.0.1:5232/ana/\"\npassword_command = [\"pass\"]").CardDAV
	if !local.Loopback() {
		t.Error("a server of this machine may be without TLS")
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Load(write(t, base+book+fmt.Sprintf("password_file = %q", file)))
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(err.Error(), "line 12: carddav.password_file: ") {
		t.Errorf("a password that others can read: %v", err)
	}
}
