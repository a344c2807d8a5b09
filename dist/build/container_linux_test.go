package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regards/internal/mailsim"
)

// image is what the last stage of the Containerfile says.
type image struct {
	env     []string
	user    string
	volumes []string
	command []string    // entry point and arguments
	copies  [][3]string // from, to, owner
	folders []string    // that /image has in the stage before
	unknown string
}

var imageFolder = regexp.MustCompile(` /image/(\w+)`)

var copyLine = regexp.MustCompile(`^COPY --from=build (?:--chown=(\d+:\d+) )?(/\S+) (/\S*)$`)

func containerfile(t *testing.T) (i image) {
	t.Helper()
	text, err := os.ReadFile("../../Containerfile")
	check(t, err)
	first, last, _ := strings.Cut(string(text), "\nFROM scratch\n")
	for _, m := range imageFolder.FindAllStringSubmatch(first, -1) {
		i.folders = append(i.folders, m[1])
	}
	if last == "" {
		t.Fatal("it is not made from nothing")
	}
	list := func(words string) (all []string) {
		check(t, json.Unmarshal([]byte(words), &all))
		return all
	}
	for line := range strings.Lines(last) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch m := copyLine.FindStringSubmatch(strings.TrimSpace(line)); {
		case m != nil:
			i.copies = append(i.copies, [3]string{m[2], m[3], m[1]})
		case word == "ENV":
			i.env = append(i.env, rest)
		case word == "USER":
			i.user = rest
		case word == "VOLUME":
			i.volumes = list(rest)
		case word == "ENTRYPOINT", word == "CMD":
			i.command = append(i.command, list(rest)...)
		case word != "" && word != "#":
			i.unknown += line
		}
	}
	return i
}

// What the image promises stands in the file: nobody's rights, two volumes, the service.
func TestContainerfile(t *testing.T) {
	i := containerfile(t)
	if i.unknown != "" || i.user != "65532:65532" || fmt.Sprint(i.volumes) != "[/config /state]" || fmt.Sprint(i.command) != "[/regards run]" {
		t.Errorf("%+v", i)
	}
}

// emptyRoot builds the root that the Containerfile describes, by hand since not every
// machine has an engine; files are by the names that they have in the stage before.
func (i image) emptyRoot(t *testing.T, files map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	check(t, os.Chmod(root, 0o755))
	for _, c := range i.copies {
		to, owner := filepath.Join(root, c[1]), strings.Split(c[2], ":")[0]
		if data, ok := files[c[0]]; ok {
			check(t, os.MkdirAll(filepath.Dir(to), 0o755))
			check(t, os.WriteFile(to, data, 0o755))
			continue
		}
		if c[0] != "/image/" {
			t.Fatalf("nothing is known of %s", c[0])
		}
		uid, err := strconv.Atoi(owner)
		check(t, err)
		for _, folder := range i.folders {
			check(t, os.MkdirAll(filepath.Join(to, folder), 0o755))
			check(t, os.Chown(filepath.Join(to, folder), uid, uid))
		}
	}
	check(t, os.WriteFile(filepath.Join(root, "etc", "hosts"), []byte("127.0.0.1 localhost\n"), 0o644)) // as every engine does
	return root
}

// trustedServer is a mail server whose certificate only these roots of trust know.
func trustedServer(t *testing.T) (server *mailsim.Server, port int, roots []byte) {
	t.Helper()
	server, err := mailsim.Embedded()
	check(t, err)
	t.Cleanup(func() { server.Close() })
	ca, err := mailsim.NewCA()
	check(t, err)
	now := time.Now()
	certificate, err := ca.Issue("localhost", now.Add(-time.Hour), now.Add(time.Hour))
	check(t, err)
	front, err := mailsim.NewTLSFront(server.IMAPAddr(), certificate)
	check(t, err)
	t.Cleanup(func() { front.Close() })
	return server, front.Port(), ca.PEM()
}

// containerRuns runs the service as the image does: in its root, as its user, with its
// variables, and with a server whose certificate only the roots of the image know.
func containerRuns(t *testing.T, r *release) {
	i := containerfile(t)
	server, port, roots := trustedServer(t)
	binary, err := os.ReadFile(filepath.Join(r.out, host().String(), "regards"))
	check(t, err)
	root := i.emptyRoot(t, map[string][]byte{"/regards": binary, "/etc/ssl/certs/ca-certificates.crt": roots})
	for name, text := range map[string]string{
		"password": server.Password(),
		"config.toml": fmt.Sprintf("[owner]\nname = \"Ana\"\naddress = \"ana@example.org\"\ntime_zone = \"Europe/Madrid\"\n"+
			"[[account]]\nname = \"personal\"\n[account.imap]\nhost = \"localhost\"\nport = %d\npassword_file = \"password\"\n", port),
	} {
		file := filepath.Join(root, "config", name)
		check(t, os.WriteFile(file, []byte(text), 0o600))
		check(t, os.Chown(file, 65532, 65532))
	}
	for _, words := range [][]string{{"version"}, {"check"}, append(i.command[1:], "--once"), append(i.command[1:], "--once", "-n"), {"status"}, {"uninstall", "-n"}, {"demo"}} {
		c := exec.Command("chroot", append([]string{"--userspec=" + i.user, root, i.command[0]}, words...)...)
		c.Env = i.env
		if said, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", words, err, said)
		}
	}
	made, err := os.Stat(filepath.Join(root, "state", "regards.db"))
	if err != nil || made.Mode() != 0o600 {
		t.Errorf("the database: %v %v", made, err)
	}
	entries, err := os.ReadDir(root)
	check(t, err)
	for _, e := range entries {
		if !slices.Contains([]string{"config", "state", "etc", "regards"}, e.Name()) {
			t.Errorf("it wrote %s", e.Name())
		}
	}
}
