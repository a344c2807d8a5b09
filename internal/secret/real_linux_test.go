package secret

import (
	"errors"
	"os"
	"os/exec"
	"testing"
)

// inDesktop tells the test's own program that it runs in the session of a desktop.
const inDesktop = "REGARDS_TEST_IN_DESKTOP"

// The keyring of GNOME, in a session of its own, keeps a secret and gives it back.
func TestRealKeyring(t *testing.T) {
	if os.Getenv(inDesktop) != "" {
		keepsSecrets(t)
		return
	}
	_, busErr := exec.LookPath("dbus-run-session")
	_, keyringErr := exec.LookPath("gnome-keyring-daemon")
	if err := errors.Join(busErr, keyringErr); err != nil && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skip("there is no keyring to be had (Debian: packages gnome-keyring and dbus-daemon): ", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	c := exec.CommandContext(t.Context(), "dbus-run-session", "--", "sh", "-c",
		`printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" -test.run '^TestRealKeyring$' -test.v`, self)
	c.Env = []string{inDesktop + "=1", "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "PATH=" + os.Getenv("PATH")}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func keepsSecrets(t *testing.T) {
	ctx := t.Context()
	for _, value := range []string{"hunter2", "contraseña"} {
		if err := ToKeyring(ctx, "mail", value); err != nil {
			t.Fatal(err)
		}
		if got, err := FromKeyring(ctx, "mail"); got != value || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, value)
		}
	}
	if err := DropFromKeyring(ctx, "mail"); err != nil {
		t.Fatal(err)
	}
	if got, err := FromKeyring(ctx, "mail"); !errors.Is(err, ErrNone) {
		t.Errorf("dropped: got %q, %v", got, err)
	}
}
