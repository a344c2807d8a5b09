package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// write writes what goes with the program: the papers of the source, the licences of
// what is built in, manual pages and completions.
func (r *release) write(ctx context.Context) error {
	for _, pattern := range []string{"README.md", "CHANGELOG.md", "LICENSE", "config.toml.example", "docs/*.md", "docs/images/*.png", "dist/*.service", "dist/*.plist", "dist/*.xml"} {
		paths, err := filepath.Glob(filepath.Join(r.source, filepath.FromSlash(pattern)))
		if err != nil || len(paths) == 0 {
			return fmt.Errorf("there is no %s", pattern)
		}
		for _, path := range paths { // Glob sorts them
			if err := r.paper(path); err != nil {
				return err
			}
		}
	}
	licences, err := r.licences(ctx)
	if err != nil {
		return err
	}
	r.papers = append(r.papers, file{"LICENSES-OF-OTHERS", 0o644, licences})
	return r.spoken(ctx)
}

func (r *release) paper(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(r.source, path)
	r.papers = append(r.papers, file{filepath.ToSlash(name), 0o644, b})
	return err
}

// find gives the text of a paper.
func (r *release) find(path string) []byte {
	for _, f := range r.papers {
		if f.path == path {
			return f.data
		}
	}
	panic("no paper " + path)
}

// spoken writes what the program says of itself: manual pages and completions.
func (r *release) spoken(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "regards-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "regards"+host().suffix())
	if err := r.compile(ctx, host(), program); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, program, "man", filepath.Join(dir, "man"))
	// The pages carry a month, that of this variable.
	c.Env = append(os.Environ(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.at.Unix()), "TZ=UTC")
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("manual pages: %w: %s", err, said)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "man", "*.1"))
	if err != nil || len(pages) == 0 {
		return fmt.Errorf("there are no manual pages")
	}
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		r.papers = append(r.papers, file{"man/" + filepath.Base(page), 0o644, b})
	}
	for _, shell := range []string{"bash", "fish", "zsh"} {
		b, err := exec.CommandContext(ctx, program, "completion", shell).Output()
		if err != nil {
			return fmt.Errorf("completion for %s: %w", shell, err)
		}
		r.papers = append(r.papers, file{"completions/" + shell, 0o644, b})
	}
	return nil
}

// aLicence is how modules call the files that have to go with their code.
var aLicence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// licences gathers the licences of Go and of every module that is built in on any of
// the systems, since most of them want to go along with the program.
func (r *release) licences(ctx context.Context) ([]byte, error) {
	const format = `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}` + "\t" + `{{.Dir}}{{end}}{{end}}`
	found := map[string]bool{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		c := exec.CommandContext(ctx, "go", "list", "-deps", "-f", format, "./cmd/regards")
		c.Dir, c.Env, c.Stderr = r.source, target{system, "amd64"}.environment(), os.Stderr
		out, err := c.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for line := range strings.Lines(string(out)) {
			found[strings.TrimSpace(line)] = true
		}
	}
	root, err := output(ctx, r.source, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	delete(found, "")
	found["The Go programming language\t"+root] = true
	var modules []string
	for m := range found {
		modules = append(modules, m)
	}
	slices.Sort(modules)
	return licencesOf(modules)
}

// licencesOf writes the licences in folders: "NAME\tFOLDER" each.
func licencesOf(modules []string) ([]byte, error) {
	b := bytes.NewBufferString("regards is built with the following, whose licences these are.\n")
	for _, m := range modules {
		name, dir, _ := strings.Cut(m, "\t")
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		before := b.Len()
		for _, e := range entries {
			if e.IsDir() || !aLicence.MatchString(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(b, "\n%s\n%s, %s\n\n%s\n", strings.Repeat("-", 72), name, e.Name(), bytes.TrimSpace(text))
		}
		if b.Len() == before {
			return nil, fmt.Errorf("%s has no licence in %s", name, dir)
		}
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("\r\n"), []byte("\n")), nil
}
