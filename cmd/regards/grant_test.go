package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"regards/internal/config"
	"regards/internal/imapconn"
)

// A keyring that cannot be opened, as before anybody is logged in at the desktop, is told
// with what to do, and may be there later: it is no refusal.
func TestTokenInLockedKeyring(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	keyring.MockInitWithError(errors.New("locked"))
	grant := config.Grant{Provider: "google", Account: "my mail", TokenFile: filepath.Join(folder, "token"), Keyring: "token my mail",
		OAuth2: config.OAuth2{ClientID: "x"}}
	check(t, os.WriteFile(grant.TokenFile, []byte("in the keyring\n"), 0o600))
	_, err := tokensFor(config.Server{User: "ana@example.org", Grant: grant}).secret(t.Context())
	if err == nil || !strings.Contains(err.Error(), "unlock it, or have the permission kept in a file: regards login 'my mail'") || errors.Is(err, imapconn.ErrLogin) {
		t.Errorf("got %v", err)
	}
}

// A file that others may read is told with what to do, and its token is not used.
func TestTokenThatOthersMayRead(t *testing.T) {
	grant := config.Grant{Provider: "google", Account: "personal", TokenFile: filepath.Join(t.TempDir(), "token"), OAuth2: config.OAuth2{ClientID: "x"}}
	check(t, os.WriteFile(grant.TokenFile, []byte("hunter2\n"), 0o600))
	check(t, os.Chmod(grant.TokenFile, 0o644))
	_, err := tokensFor(config.Server{User: "ana@example.org", Grant: grant}).secret(t.Context())
	if err == nil || !strings.Contains(err.Error(), "run chmod 600 ") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}
