package secret

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

// desktop pretends that a keyring can be reached, which the library replaces.
func desktop(t *testing.T) {
	t.Helper()
	keyring.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
}

func headless(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("this system has a keyring at any time")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "secret")
	if _, err := ReadFile(path); !errors.Is(err, ErrNone) {
		t.Errorf("no file: got %v", err)
	}
	for _, value := range []string{"hunter2", "a longer one than before", "ñ \t with blanks "} {
		if err := WriteFile(path, value); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadFile(path); got != value || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, value)
		}
	}
	if runtime.GOOS != "windows" {
		if m, folder := mode(t, path), mode(t, filepath.Dir(path)); m != 0o600 || folder != 0o700 {
			t.Errorf("modes %v and %v", m, folder)
		}
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("others can read it: got %v", err)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// What cannot be written leaves what was there, and nothing else.
func TestFileThatCannotBeReplaced(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "secret")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, "hunter2"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestKeyring(t *testing.T) {
	desktop(t)
	ctx := t.Context()
	if _, err := FromKeyring(ctx, "mail"); !errors.Is(err, ErrNone) {
		t.Errorf("nothing there: got %v", err)
	}
	if err := ToKeyring(ctx, "mail", "hunter2"); err != nil {
		t.Fatal(err)
	}
	if got, err := FromKeyring(ctx, "mail"); got != "hunter2" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for range 2 {
		if err := DropFromKeyring(ctx, "mail"); err != nil {
			t.Error(err)
		}
	}
	keyring.MockInitWithError(errors.New("locked"))
	if err := ToKeyring(ctx, "mail", "hunter2"); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("a keyring that refuses: got %v", err)
	}
	headless(t)
	if err := ToKeyring(ctx, "mail", "hunter2"); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("no desktop: got %v", err)
	}
}

func TestKeyringThatNeverAnswers(t *testing.T) {
	desktop(t)
	before := patience
	patience = time.Millisecond
	defer func() { patience = before }()
	never := make(chan struct{})
	defer close(never)
	if err := ask(t.Context(), func() error { <-never; return nil }); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("got %v", err)
	}
	if err := ask(t.Context(), func() error { panic("hunter2") }); !errors.Is(err, ErrNoKeyring) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a library that panics: got %v", err)
	}
}

func TestToken(t *testing.T) {
	ctx := t.Context()
	for _, where := range []string{"keyring", "file"} {
		t.Run(where, func(t *testing.T) {
			desktop(t)
			if where == "file" {
				headless(t)
			}
			token := Token{Path: filepath.Join(t.TempDir(), "token-personal"), Name: "token personal"}
			if got, err := token.Load(ctx); got != "" || err != nil {
				t.Errorf("none yet: got %q, %v", got, err)
			}
			told, err := token.Keep(ctx, "first")
			if err != nil || (told == token.Path) != (where == "file") {
				t.Fatalf("kept in %q, %v", told, err)
			}
			if got, err := token.Load(ctx); got != "first" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
			if err := token.Save(ctx, "second"); err != nil {
				t.Fatal(err)
			}
			if got, err := token.Load(ctx); got != "second" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
			if data, _ := os.ReadFile(token.Path); strings.Contains(string(data), "second") != (where == "file") {
				t.Errorf("the file holds %q", data)
			}
			for range 2 {
				if err := token.Drop(ctx); err != nil {
					t.Error(err)
				}
			}
			if got, err := token.Load(ctx); got != "" || err != nil {
				t.Errorf("dropped: got %q, %v", got, err)
			}
		})
	}
}

func TestLock(t *testing.T) {
	token := Token{Path: filepath.Join(t.TempDir(), "token")}
	unlock, err := token.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := token.Lock(ended); err == nil {
		t.Error("two hold the lock")
	}
	unlock()
	again, err := token.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again()
}
