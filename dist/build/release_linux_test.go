package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRelease makes what is published for this machine, twice and in different folders,
// and tries it: the deb on a clean Debian, the container's contents in an empty root.
func TestRelease(t *testing.T) {
	if os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skip("it builds releases, installs one on a Debian of its own, and takes a minute: REGARDS_TEST_REAL=1 has it run, as root, as .ci/run does")
	}
	if os.Geteuid() != 0 {
		t.Fatal("only root may have a Debian of its own")
	}
	t.Setenv("SOURCE_DATE_EPOCH", "1795341600") // 2026-11-22
	one := madeIn(t, filepath.Join(t.TempDir(), "one"))
	t.Setenv("TZ", "Asia/Tokyo")
	t.Setenv("LANG", "de_DE.UTF-8")
	other := madeIn(t, filepath.Join(t.TempDir(), "other", "name"))
	t.Run("reproducible", func(t *testing.T) { sameSums(t, one, other) })
	t.Run("deb", func(t *testing.T) { t.Parallel(); debInstalls(t, one) })
	t.Run("container", func(t *testing.T) { t.Parallel(); containerRuns(t, one) })
}

// madeIn makes a release from a copy of the source, without its history.
func madeIn(t *testing.T, dir string) *release {
	t.Helper()
	source, err := output(context.Background(), "", "go", "list", "-m", "-f", "{{.Dir}}")
	check(t, err)
	check(t, filepath.WalkDir(source, func(path string, e fs.DirEntry, err error) error {
		name, _ := filepath.Rel(source, path) // it lies in there
		switch {
		case err != nil:
			return err
		case slices.Contains([]string{".git", "dist/out", "bench/out"}, name) && e.IsDir():
			return filepath.SkipDir
		case e.IsDir():
			return os.MkdirAll(filepath.Join(dir, name), 0o755)
		case !e.Type().IsRegular() || name == ".git":
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), b, 0o644)
	}))
	r := &release{version: "0.1.0", out: filepath.Join(dir, "dist", "out"), targets: []string{"linux/" + runtime.GOARCH}, packages: true, say: io.Discard, source: dir}
	check(t, r.make(context.Background()))
	return r
}

// sameSums holds that two releases are the same to the last bit, and that sha256sum
// agrees with what they say of themselves.
func sameSums(t *testing.T, one, other *release) {
	a, err := os.ReadFile(filepath.Join(one.out, "SHA256SUMS"))
	check(t, err)
	b, err := os.ReadFile(filepath.Join(other.out, "SHA256SUMS"))
	check(t, err)
	if string(a) != string(b) || strings.Count(string(a), "\n") != 3 {
		t.Errorf("the sums are\n%s\nand then\n%s", a, b)
	}
	c := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	c.Dir = one.out
	if said, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v %s", err, said)
	}
}

// name is what a result for this machine is called.
func (r *release) name(suffix string) string {
	return filepath.Join(r.out, fmt.Sprintf("regards_%s_%s%s", r.version, host(), suffix))
}

// debian is the release of Debian on which the package is tried.
const debian = "bookworm"

// debianRoot unpacks a minimal Debian, which is made once and then kept in the cache of
// whoever runs the tests.
func debianRoot(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	check(t, err)
	kept := filepath.Join(cache, "regards-tests", debian+"-"+runtime.GOARCH+".tar")
	if _, err := os.Stat(kept); err != nil {
		check(t, os.MkdirAll(filepath.Dir(kept), 0o755))
		fresh := filepath.Join(t.TempDir(), "debian.tar")
		if said, err := exec.Command("mmdebstrap", "--variant=essential", debian, fresh).CombinedOutput(); err != nil {
			t.Fatalf("apt-get install mmdebstrap: %v %s", err, said)
		}
		said, err := exec.Command("mv", fresh, kept).CombinedOutput()
		if err != nil {
			t.Fatalf("%v %s", err, said)
		}
	}
	root := t.TempDir()
	check(t, os.Chmod(root, 0o755))
	if said, err := exec.Command("tar", "--numeric-owner", "-xpf", kept, "-C", root).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, said)
	}
	return root
}

// within runs a command in a root and gives its exit code and what it said.
func within(t *testing.T, root string, env []string, words ...string) (code int, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // it only keeps a failing test from hanging
	defer cancel()
	c := exec.CommandContext(ctx, "chroot", append([]string{root}, words...)...)
	c.Env = append([]string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "DEBIAN_FRONTEND=noninteractive"}, env...)
	out, err := c.CombinedOutput()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// debInstalls installs the package, uses what is in it, and removes it again.
func debInstalls(t *testing.T, r *release) {
	if _, err := exec.LookPath("lintian"); err != nil {
		t.Log("not judged by lintian, which is not installed")
	} else if said, err := exec.Command("lintian", "--allow-root", "--no-cfg", "--fail-on", "error,warning", r.name(".deb")).CombinedOutput(); err != nil {
		t.Errorf("lintian: %v\n%s", err, said)
	}
	root := debianRoot(t)
	must := func(words ...string) string {
		t.Helper()
		code, said := within(t, root, nil, words...)
		if code != 0 {
			t.Fatalf("%q: code %d\n%s", words, code, said)
		}
		return said
	}
	const listing = `find / -xdev \( -path /proc -o -path /var/lib/dpkg -o -path /var/log -o -path /tmp \) -prune -o -print | sort`
	deb, err := os.ReadFile(r.name(".deb"))
	check(t, err)
	check(t, os.WriteFile(filepath.Join(root, "tmp", "regards.deb"), deb, 0o644))
	letters := filepath.Join(root, "root", ".local", "share", "regards")
	check(t, os.MkdirAll(letters, 0o700))
	check(t, os.WriteFile(filepath.Join(letters, "regards.db"), []byte("years of touches"), 0o600))
	before := must("sh", "-c", listing)
	must("dpkg", "-i", "/tmp/regards.deb")
	if said := must("regards", "version"); !strings.HasPrefix(said, "regards 0.1.0 (go") {
		t.Errorf("version: %s", said)
	}
	must("regards", "demo")
	if page := must("zcat", "/usr/share/man/man1/regards-service-install.1.gz"); !strings.Contains(page, ".TH") || !strings.Contains(page, "regards 0.1.0") {
		t.Errorf("the page: %.200s", page)
	}
	if said := must("bash", "-c", "_init_completion() { :; }; . /usr/share/bash-completion/completions/regards; complete -p regards"); !strings.Contains(said, "__start_regards") {
		t.Errorf("completion: %s", said)
	}
	for _, file := range []string{"fish/vendor_completions.d/regards.fish", "zsh/vendor-completions/_regards", "doc/regards/copyright", "doc/regards/changelog.gz",
		"doc/regards/LICENSES-OF-OTHERS.gz", "doc/regards/docs/service.md"} {
		must("test", "-s", "/usr/share/"+file)
	}
	// The example is a valid configuration, of a password that is not there.
	if code, said := within(t, root, []string{"HOME=/tmp"}, "regards", "--config", "/usr/share/doc/regards/examples/config.toml.example", "check"); code != 1 ||
		!strings.Contains(said, "ok     configuration") || !strings.Contains(said, "pass failed") || strings.Contains(said, "error  database") {
		t.Errorf("check: code %d\n%s", code, said)
	}
	must("dpkg", "--verify", "regards")
	unitsVerify(t, root)
	must("dpkg", "-r", "regards")
	must("dpkg", "-P", "regards")
	if after := must("sh", "-c", listing); after != before {
		t.Errorf("it left, or took:\n%s", difference(before, after))
	}
}

// elsewhere is what systemd misses in a root without systemd.
var elsewhere = regexp.MustCompile(`sysinit\.target not found|/bin/kill is not executable`)

// unitsVerify holds that systemd finds the units of a root and the program in them, and
// nothing wrong.
func unitsVerify(t *testing.T, root string) {
	t.Helper()
	for _, manager := range []string{"user", "system"} {
		unit := filepath.Join(root, "usr/lib/systemd", manager, "regards.service")
		text, err := os.ReadFile(unit)
		check(t, err)
		if !strings.Contains(string(text), "\nExecStart=/usr/bin/regards run\n") {
			t.Errorf("the unit of the %s runs something else:\n%s", manager, text)
		}
		c := exec.Command("systemd-analyze", "verify", "--"+manager, "--man=no", "--root="+root, "/usr/lib/systemd/"+manager+"/regards.service")
		c.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
		said, err := c.CombinedOutput()
		for line := range strings.Lines(string(said)) {
			if strings.Contains(line, "regards") && !elsewhere.MatchString(line) {
				t.Errorf("the unit of the %s: %v %s", manager, err, line)
			}
		}
	}
}

// difference gives the lines that only one of two texts has.
func difference(before, after string) string {
	old, now := strings.Split(before, "\n"), strings.Split(after, "\n")
	var b strings.Builder
	for _, line := range old {
		if !slices.Contains(now, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range now {
		if !slices.Contains(old, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	return b.String()
}
