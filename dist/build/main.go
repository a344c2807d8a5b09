// Build makes what is published of a version: for each system an archive with the static
// program, its manual pages and completions, for Linux also a deb and an rpm, and
// SHA256SUMS over all of them.
//
//	go run ./dist/build [-version 0.1.0] [-targets linux/amd64,…] [-o dist/out] [-packages=false]
//
// The same commit and the same version of Go give the same bytes, wherever and whenever
// it is run: no path, no clock, no user and no order of a disk gets in, and every time is
// that of the commit, or $SOURCE_DATE_EPOCH. The folder given by -o is emptied first, unless
// it holds something that Build has not made. A target that fails stops it, and there is no SHA256SUMS then.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// targets are the systems that a version is published for; arm is ARMv6, which is every
// Raspberry Pi.
const targets = "linux/amd64,linux/arm64,linux/arm,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r := release{say: os.Stdout}
	flag.StringVar(&r.version, "version", "", "what the version is called; without it, as git describe says")
	flag.StringVar(&r.out, "o", filepath.Join("dist", "out"), "the folder for the results")
	flag.BoolVar(&r.packages, "packages", true, "make a deb and an rpm for Linux")
	chosen := flag.String("targets", targets, "GOOS/GOARCH, with commas between")
	flag.Parse()
	r.targets = strings.Split(*chosen, ",")
	if err := r.make(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

// release is a version that is made.
type release struct {
	version  string
	out      string
	targets  []string
	packages bool

	say    io.Writer // what was made is told there
	source string    // the folder of the module; "" for the one around
	commit string    // "" without git
	at     time.Time // the time that every file gets
	papers []file    // what goes into every archive and package beside the program
	sums   sums
}

// make makes everything.
func (r *release) make(ctx context.Context) error {
	if err := r.identify(ctx); err != nil {
		return err
	}
	if err := r.empty(); err != nil {
		return err
	}
	if err := r.write(ctx); err != nil {
		return err
	}
	for _, name := range r.targets {
		t, err := parseTarget(name)
		if err != nil {
			return err
		}
		if err := r.publish(ctx, t); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return r.sums.write(filepath.Join(r.out, "SHA256SUMS"))
}

// publish makes the program for a target, and what it is packed into.
func (r *release) publish(ctx context.Context, t target) error {
	program := filepath.Join(r.out, t.String(), "regards"+t.suffix())
	if err := r.compile(ctx, t, program); err != nil {
		return err
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	files := append([]file{{"regards" + t.suffix(), 0o755, binary}}, r.papers...)
	name := fmt.Sprintf("regards_%s_%s", r.version, t)
	pack, suffix := tarball, ".tar.gz"
	if t.os == "windows" {
		pack, suffix = zipped, ".zip"
	}
	archive, err := pack(name, files, r.at)
	if err != nil {
		return err
	}
	if err := r.keep(name+suffix, archive); err != nil {
		return err
	}
	if t.os == "linux" && r.packages {
		return r.systemPackages(ctx, t, binary)
	}
	return nil
}

// keep writes a result and remembers its sum.
func (r *release) keep(name string, b []byte) error {
	r.sums.add(name, b)
	fmt.Fprintln(r.say, filepath.Join(r.out, name))
	return os.WriteFile(filepath.Join(r.out, name), b, 0o644)
}

// ours marks a folder that may be emptied.
const ours = ".made-by-dist-build"

// empty makes the folder for the results, and empties it if it was one before.
func (r *release) empty() error {
	entries, err := os.ReadDir(r.out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(filepath.Join(r.out, ours)); len(entries) > 0 && err != nil {
		return fmt.Errorf("%s holds other things; name a new folder with -o", r.out)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(r.out, e.Name())); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.out, ours), nil, 0o644)
}
