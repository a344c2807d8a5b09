package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"regards/internal/config"
	"regards/internal/secret"
)

// What lies in the keyring is known by the configuration and by the file of the token,
// and is removed; without a keyring, which cannot be asked, that is said and no more.
func TestUninstallFromKeyring(t *testing.T) {
	keyring.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	ctx, folder := t.Context(), t.TempDir()
	cfg := config.Config{Store: config.Store{Path: filepath.Join(folder, "regards.db")}, Accounts: []config.Account{
		{Name: "personal", IMAP: config.Server{Keyring: "ana@example.org"}, SMTP: &config.Server{Keyring: "ana@example.org"}},
		{Name: "work"},
	}}
	token := secret.Token{Path: cfg.TokenFile("work"), Name: config.TokenName("work")}
	_, err := token.Keep(ctx, "hunter2")
	check(t, err)
	check(t, secret.ToKeyring(ctx, "ana@example.org", "hunter2"))
	found := leavings{Config: filepath.Join(folder, "config.toml")}
	found.kept(cfg)
	if want := []string{"ana@example.org", "token work"}; !reflect.DeepEqual(found.Keyring, want) || !reflect.DeepEqual(found.Tokens, []string{token.Path}) {
		t.Fatalf("found %q and %q", found.Keyring, found.Tokens)
	}
	var out bytes.Buffer
	check(t, (&app{out: &out}).removeTokens(ctx, found))
	for _, name := range found.Keyring {
		if _, err := secret.FromKeyring(ctx, name); !errors.Is(err, secret.ErrNone) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	if out.Len() > 0 || token.InKeyring() {
		t.Errorf("said %q", out.String())
	}
	keyring.MockInitWithError(errors.New("locked"))
	check(t, (&app{out: &out}).removeTokens(ctx, found))
	if !strings.Contains(out.String(), `stays    'token work' of the service regards in the keyring`) {
		t.Errorf("said %q", out.String())
	}
}
