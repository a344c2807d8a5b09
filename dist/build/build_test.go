package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestVersionOf(t *testing.T) {
	for described, want := range map[string]string{
		"v0.1.0":                    "0.1.0",
		"v0.1.0-dirty":              "0.1.0+dirty",
		"v0.1.0-rc1":                "0.1.0-rc1",
		"v0.1.0-3-gabcdef0":         "0.1.0+3.gabcdef0",
		"v0.1.0-rc1-3-gabcdef0":     "0.1.0-rc1+3.gabcdef0",
		"v1.20.3-14-gabcdef0-dirty": "1.20.3+14.gabcdef0.dirty",
	} {
		if got := versionOf(described); got != want || !versionName.MatchString(got) {
			t.Errorf("%s: %s, not %s", described, got, want)
		}
	}
	for _, name := range []string{"", "1", "0.1", "v0.1.0", "279d399", "0.1.0 -X main.x=y", "0.1.0-a-b", "0.1.0/.."} {
		if versionName.MatchString(name) {
			t.Errorf("%q is a version", name)
		}
	}
}

// A preview comes before what it previews, in Debian as everywhere.
func TestDebianVersion(t *testing.T) {
	for version, want := range map[string]string{"0.1.0": "0.1.0-1", "0.2.0-rc1": "0.2.0~rc1-1", "0.1.0+3.gabc": "0.1.0+3.gabc-1"} {
		if got := (&release{version: version}).debianVersion(); got != want {
			t.Errorf("%s: %s, not %s", version, got, want)
		}
	}
}

func TestTargets(t *testing.T) {
	for name, want := range map[string]string{"linux/amd64": "linux_amd64", "linux/arm": "linux_armv6", "windows/arm64": "windows_arm64"} {
		if got, err := parseTarget(name); err != nil || got.String() != want {
			t.Errorf("%s: %s %v", name, got, err)
		}
	}
	for _, name := range strings.Split(targets, ",") {
		if _, err := parseTarget(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := parseTarget("plan9/amd64"); err == nil {
		t.Error("plan9 was taken")
	}
}

var (
	someFiles = []file{{"regards", 0o755, []byte("program")}, {"man/a.1", 0o644, []byte("page")}}
	someTime  = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
)

// An archive holds its files in their order, root's, of one time, with their modes, and
// is the same the next time.
func TestTarball(t *testing.T) {
	b, err := tarball("top", someFiles, someTime)
	check(t, err)
	again, err := tarball("top", someFiles, someTime.In(time.FixedZone("", 3600)))
	check(t, err)
	if !bytes.Equal(b, again) {
		t.Error("it is not the same the next time")
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	check(t, err)
	if z.Name != "" || !z.ModTime.IsZero() {
		t.Errorf("gzip has %q, %s", z.Name, z.ModTime)
	}
	r := tar.NewReader(z)
	for _, f := range someFiles {
		head, err := r.Next()
		check(t, err)
		data, err := io.ReadAll(r)
		check(t, err)
		if head.Name != "top/"+f.path || head.Mode != int64(f.mode) || head.Uid != 0 || head.Gid != 0 || head.Uname != "" || !head.ModTime.Equal(someTime) || !bytes.Equal(data, f.data) {
			t.Errorf("%+v: %q", head, data)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("more follows: %v", err)
	}
}

func TestZipped(t *testing.T) {
	b, err := zipped("top", someFiles, someTime)
	check(t, err)
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	check(t, err)
	for i, f := range someFiles {
		got := r.File[i]
		data, err := got.Open()
		check(t, err)
		text, err := io.ReadAll(data)
		check(t, err)
		if got.Name != "top/"+f.path || got.Mode() != f.mode || !got.Modified.Equal(someTime) || !bytes.Equal(text, f.data) {
			t.Errorf("%+v: %q", got.FileHeader, text)
		}
	}
}

// A module without a licence is not given away.
func TestLicences(t *testing.T) {
	with, without := t.TempDir(), t.TempDir()
	check(t, os.WriteFile(filepath.Join(with, "LICENSE.md"), []byte("do as you please\r\n"), 0o600))
	text, err := licencesOf([]string{"a.example/b v1\t" + with})
	if err != nil || !strings.Contains(string(text), "a.example/b v1, LICENSE.md\n\ndo as you please\n") {
		t.Errorf("%s %v", text, err)
	}
	if _, err := licencesOf([]string{"a.example/b v1\t" + without}); err == nil {
		t.Error("it went without")
	}
}

// A folder with other things in it is left alone; one from before is emptied.
func TestEmpty(t *testing.T) {
	r := &release{out: filepath.Join(t.TempDir(), "out"), say: io.Discard}
	check(t, r.empty())
	check(t, r.keep("old", []byte("x")))
	check(t, r.empty())
	if _, err := os.Stat(filepath.Join(r.out, "old")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was there: %v", err)
	}
	theirs := t.TempDir()
	check(t, os.WriteFile(filepath.Join(theirs, "letter"), nil, 0o600))
	if err := (&release{out: theirs}).empty(); err == nil {
		t.Error("it was emptied")
	}
}
