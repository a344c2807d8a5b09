package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// target is a system to build for.
type target struct{ os, arch string }

var targetName = regexp.MustCompile(`^(linux|darwin|windows)/(amd64|arm64|arm)$`)

func parseTarget(name string) (target, error) {
	m := targetName.FindStringSubmatch(name)
	if m == nil {
		return target{}, fmt.Errorf("%q is no target; write some of %s", name, targets)
	}
	return target{m[1], m[2]}, nil
}

// String names it in files: linux_amd64, linux_armv6.
func (t target) String() string {
	if t.arch == "arm" {
		return t.os + "_armv6"
	}
	return t.os + "_" + t.arch
}

func (t target) suffix() string {
	if t.os == "windows" {
		return ".exe"
	}
	return ""
}

// environment is what a build is told, and nothing of what is set around it that would
// change its bytes.
func (t target) environment() []string {
	return append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GOFIPS140=off",
		"GOAMD64=v1", "GOARM64=v8.0", "GOARM=6", "GOWORK=off")
}

// compile builds the program.
func (r *release) compile(ctx context.Context, t target, to string) error {
	flags := fmt.Sprintf("-s -w -buildid= -X main.version=%s -X main.commit=%s", r.version, r.commit)
	path, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", flags, "-o", path, "./cmd/regards")
	c.Dir, c.Env, c.Stderr = r.source, t.environment(), os.Stderr
	return c.Run()
}

// host is the system that runs this.
func host() target { return target{runtime.GOOS, runtime.GOARCH} }

// identify finds the source, its commit, its time and the name of the version.
func (r *release) identify(ctx context.Context) (err error) {
	if r.source == "" {
		if r.source, err = output(ctx, "", "go", "list", "-m", "-f", "{{.Dir}}"); err != nil {
			return err
		}
	}
	r.commit, _ = output(ctx, r.source, "git", "rev-parse", "HEAD") // there may be no git, as in a tarball
	if r.version == "" {
		described, err := output(ctx, r.source, "git", "describe", "--tags", "--dirty", "--match", "v[0-9]*")
		if err != nil {
			return fmt.Errorf("git knows no tag before this commit; name the version: -version 0.1.0")
		}
		r.version = versionOf(described)
	}
	if !versionName.MatchString(r.version) {
		return fmt.Errorf("%q is no version; write one such as 0.1.0 or 0.2.0-rc1", r.version)
	}
	epoch := os.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		if epoch, err = output(ctx, r.source, "git", "log", "-1", "--format=%ct"); err != nil {
			return fmt.Errorf("there is no commit to take the time from; set SOURCE_DATE_EPOCH to seconds since 1970")
		}
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil || seconds < earliest {
		return fmt.Errorf("SOURCE_DATE_EPOCH=%q is no number of seconds since 1970 that an archive can hold", epoch)
	}
	r.at = time.Unix(seconds, 0).UTC()
	return nil
}

// earliest is what a zip can hold: 1980.
const earliest = 315532800

var (
	versionName = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?(\+[0-9A-Za-z.]+)?$`)
	afterTag    = regexp.MustCompile(`-(\d+)-(g[0-9a-f]+)(-dirty)?$`)
)

// versionOf turns what git describe says into a version (semver.org): what lies after a
// tag is not before it, as it would be with a hyphen.
func versionOf(described string) string {
	v := strings.TrimPrefix(described, "v")
	if m := afterTag.FindStringSubmatch(v); m != nil {
		return strings.TrimSuffix(v, m[0]) + "+" + m[1] + "." + m[2] + strings.Replace(m[3], "-", ".", 1)
	}
	if clean, dirty := strings.CutSuffix(v, "-dirty"); dirty {
		return clean + "+dirty"
	}
	return v
}

// output runs a command in a folder and gives what it printed.
func output(ctx context.Context, dir string, words ...string) (string, error) {
	c := exec.CommandContext(ctx, words[0], words[1:]...)
	c.Dir = dir
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(words, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
