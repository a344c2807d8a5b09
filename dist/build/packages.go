package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"regards/dist"
)

// packager makes debs and rpms without the tools of either system. The module goes by
// its checksum in the public log; a newer one needs a module that not every proxy has.
const packager = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.0"

const maintainer = "The regards authors <regards@users.noreply.github.com>"

// systemPackages makes a deb and an rpm of a program. They start nothing and ask
// nothing: what runs is for each person to switch on, by regards service install.
func (r *release) systemPackages(ctx context.Context, t target, binary []byte) error {
	files, err := r.installed(binary)
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		name string
		own  []file
	}{{"deb", r.ofDebian()}, {"rpm", r.ofRPM()}} {
		name := fmt.Sprintf("regards_%s_%s.%s", r.version, t, kind.name)
		b, err := r.pack(ctx, t, kind.name, slices.Concat(files, kind.own))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := r.keep(name, b); err != nil {
			return err
		}
	}
	return nil
}

const program = "/usr/bin/regards"

// installed lists the files of both kinds of package, by where they come to lie.
func (r *release) installed(binary []byte) ([]file, error) {
	own, err := dist.Unit([]string{program, "run"})
	if err != nil {
		return nil, err
	}
	files := []file{
		{program, 0o755, binary},
		{"/usr/lib/systemd/user/regards.service", 0o644, []byte(own)},
		{"/usr/lib/systemd/system/regards.service", 0o644, []byte(dist.MachineUnit(program))},
		{"/usr/share/bash-completion/completions/regards", 0o644, r.find("completions/bash")},
		{"/usr/share/fish/vendor_completions.d/regards.fish", 0o644, r.find("completions/fish")},
		{"/usr/share/doc/regards/README.md", 0o644, r.find("README.md")},
		{"/usr/share/doc/regards/examples/config.toml.example", 0o644, r.find("config.toml.example")},
	}
	for _, f := range r.papers {
		switch path.Dir(f.path) {
		case "docs", "docs/images":
			files = append(files, file{"/usr/share/doc/regards/" + f.path, 0o644, f.data})
		case "man":
			files = append(files, file{"/usr/share/man/man1/" + path.Base(f.path) + ".gz", 0o644, gzipped(f.data)})
		}
	}
	return files, nil
}

// overrides says to lintian why two things are as they are.
const overrides = `# One static program is what this package is for.
regards: statically-linked-binary [usr/bin/regards]
# It is no part of Debian.
regards: initial-upload-closes-no-bugs [usr/share/doc/regards/changelog.Debian.gz:1]
`

// ofDebian lists what Debian's policy wants (12.5, 12.7), and where its zsh looks.
func (r *release) ofDebian() []file {
	entry := fmt.Sprintf("regards (%s) stable; urgency=medium\n\n  * The changes are in /usr/share/doc/regards/changelog.gz.\n\n -- %s  %s\n",
		r.debianVersion(), maintainer, r.at.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	copyright := "regards is published under the licence below. The licences of what it is built with\n" +
		"are in LICENSES-OF-OTHERS.gz, beside this file.\n\n" + string(r.find("LICENSE"))
	return []file{
		{"/usr/share/doc/regards/changelog.gz", 0o644, gzipped(r.find("CHANGELOG.md"))},
		{"/usr/share/doc/regards/changelog.Debian.gz", 0o644, gzipped([]byte(entry))},
		{"/usr/share/doc/regards/copyright", 0o644, []byte(copyright)},
		{"/usr/share/doc/regards/LICENSES-OF-OTHERS.gz", 0o644, gzipped(r.find("LICENSES-OF-OTHERS"))},
		{"/usr/share/lintian/overrides/regards", 0o644, []byte(overrides)},
		{"/usr/share/zsh/vendor-completions/_regards", 0o644, r.find("completions/zsh")},
	}
}

// ofRPM lists what is where Fedora has it. An rpm removes those folders only that it names.
func (r *release) ofRPM() []file {
	return []file{
		{"/usr/share/doc/regards", fs.ModeDir | 0o755, nil},
		{"/usr/share/doc/regards/docs", fs.ModeDir | 0o755, nil},
		{"/usr/share/doc/regards/examples", fs.ModeDir | 0o755, nil},
		{"/usr/share/licenses/regards", fs.ModeDir | 0o755, nil},
		{"/usr/share/doc/regards/CHANGELOG.md", 0o644, r.find("CHANGELOG.md")},
		{"/usr/share/licenses/regards/LICENSE", 0o644, r.find("LICENSE")},
		{"/usr/share/licenses/regards/LICENSES-OF-OTHERS", 0o644, r.find("LICENSES-OF-OTHERS")},
		{"/usr/share/zsh/site-functions/_regards", 0o644, r.find("completions/zsh")},
	}
}

// packageRelease counts the packages of one version.
const packageRelease = "1"

// debianVersion writes the version so that a preview sorts before what it previews.
func (r *release) debianVersion() string {
	return strings.Replace(r.version, "-", "~", 1) + "-" + packageRelease
}

const description = `keeps a professional network warm
It lives beside its owner's own mailbox, knows when they last were in touch
with each of their contacts, and lays the letters that good manners ask for
into their Drafts. The owner reads, edits and sends them.`

// pack has the packager make a package of files.
func (r *release) pack(ctx context.Context, t target, kind string, files []file) ([]byte, error) {
	dir, err := os.MkdirTemp("", "regards-package-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	contents, err := r.contents(filepath.Join(dir, "root"), files)
	if err != nil {
		return nil, err
	}
	order, err := json.Marshal(r.order(t, kind, contents)) // which is YAML, too
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "nfpm.yaml"), order, 0o644); err != nil {
		return nil, err
	}
	made := filepath.Join(dir, "regards."+kind)
	c := exec.CommandContext(ctx, "go", "run", packager, "package", "--config", filepath.Join(dir, "nfpm.yaml"), "--packager", kind, "--target", made)
	c.Dir, c.Env = dir, append(os.Environ(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.at.Unix()), "GOFLAGS=", "GOWORK=off")
	if said, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, said)
	}
	return os.ReadFile(made)
}

// contents writes files into a folder, and says to the packager where each belongs.
func (r *release) contents(dir string, files []file) (contents []map[string]any, err error) {
	for _, f := range files {
		about := map[string]any{"mode": f.mode.Perm(), "owner": "root", "group": "root", "mtime": r.at.Format(time.RFC3339)}
		if f.mode.IsDir() {
			contents = append(contents, map[string]any{"dst": f.path, "type": "dir", "file_info": about})
			continue
		}
		from := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(from), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(from, f.data, f.mode); err != nil {
			return nil, err
		}
		contents = append(contents, map[string]any{"src": from, "dst": f.path, "file_info": about})
	}
	return contents, nil
}

// order is what the packager is told: https://nfpm.goreleaser.com/docs/configuration/.
func (r *release) order(t target, kind string, contents []map[string]any) map[string]any {
	order := map[string]any{
		"name": "regards", "platform": "linux", "arch": t.arch, "version": r.version, "release": packageRelease,
		"section": "mail", "priority": "optional", "maintainer": maintainer, "description": description,
		"mtime": r.at.Format(time.RFC3339), "recommends": []string{"ca-certificates"}, "disable_globbing": true, "contents": contents,
		"rpm": map[string]any{"buildhost": "localhost", "summary": "keeps a professional network warm"},
	}
	if t.arch == "arm" {
		order["arch"] = "arm6"
	}
	if kind == "rpm" { // Debian has no such field
		order["license"] = "MIT"
	}
	return order
}
