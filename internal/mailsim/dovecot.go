//go:build unix

package mailsim

import (
	"cmp"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Dovecot starts a Dovecot 2.3 of its own in a temporary folder, as the current
// user. Dovecot lets nobody read mail as root: root runs it as "nobody". The
// error is ErrNotInstalled when there is no dovecot that can be used.
func Dovecot() (*Server, error) { return DovecotWith(DovecotOptions{}) }

// DovecotWith is Dovecot with some things different about it.
func DovecotWith(o DovecotOptions) (*Server, error) {
	master, err := findDovecot()
	if err != nil {
		return nil, err
	}
	d := &dovecot{process{name: "Dovecot"}}
	if err := d.prepare(master, o); err != nil {
		return nil, errors.Join(fmt.Errorf("mailsim: set up Dovecot: %w", err), d.close())
	}
	return open(&Server{backend: d, imapPort: d.port, logins: logins{tokens: o.Tokens}})
}

// findDovecot returns the path of dovecot, which often isn't in a user's PATH.
func findDovecot() (string, error) {
	master, err := exec.LookPath("dovecot")
	if err != nil {
		master, err = exec.LookPath("/usr/sbin/dovecot")
	}
	if err != nil {
		return "", notInstalled("Dovecot 2.3", "dovecot-imapd")
	}
	version, err := exec.Command(master, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s --version: %w", notInstalled("Dovecot 2.3", "dovecot-imapd"), master, err)
	}
	if !strings.HasPrefix(string(version), "2.3.") { // 2.4 reads another configuration
		return "", fmt.Errorf("%w: %s is version %s", notInstalled("Dovecot 2.3", "dovecot-imapd"), master,
			strings.TrimSpace(string(version)))
	}
	return master, nil
}

// dovecot is the backend that runs Dovecot as a child process.
type dovecot struct{ process }

// prepare makes the folder and its configuration.
func (d *dovecot) prepare(master string, o DovecotOptions) error {
	if err := d.process.prepare(); err != nil {
		return err
	}
	d.args = []string{master, "-F", "-c", d.configFile()}
	var users strings.Builder
	for _, user := range append([]string{userName}, o.Users...) {
		users.WriteString(user + ":{PLAIN}" + password + "\n")
	}
	files := map[string]string{
		"dovecot.conf": configuration(d.dir, d.port, d.who, cmp.Or(o.Connections, 100)),
		"users":        users.String(),
	}
	if o.Tokens != nil {
		mechanisms := "xoauth2 oauthbearer"
		if o.Mechanisms != nil {
			mechanisms = strings.Join(o.Mechanisms, " ")
		}
		files["dovecot.conf"] += fill(strings.ReplaceAll(dovecotTokens, "@mechanisms@", mechanisms), d.dir, d.port, d.who)
		files["tokens"] = fmt.Sprintf(dovecotIntrospection, o.Tokens.URL("introspect"))
	}
	return d.write(files)
}

// notLoggedIn is doveadm's exit code when there is nobody to kick (EX_NOHOST).
const notLoggedIn = 68

func (d *dovecot) drop() error {
	out, err := d.command("doveadm", "-c", d.configFile(), "kick", userName).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == notLoggedIn {
		return nil
	}
	if err != nil {
		return fmt.Errorf("doveadm kick: %w: %s", err, out)
	}
	return nil
}

func (d *dovecot) configFile() string { return filepath.Join(d.dir, "dovecot.conf") }
