package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"regards/internal/mailsim"
)

//go:embed baseline.py
var baselineScript []byte

// world is what is measured, and where: a Dovecot full of mail, and regards.
type world struct {
	opt      options
	log      io.Writer
	dir      string // all files but Dovecot's own
	binary   string // regards
	server   *mailsim.Server
	corpus   *corpus
	contacts []person
	scan     []opened // what regards reads in a first scan; see observe
}

// needs is what the machine must have.
const needs = "the benchmark needs dovecot-imapd and python3 (Debian: apt-get install dovecot-imapd python3)"

// setUp builds regards, starts Dovecot and fills it.
func setUp(ctx context.Context, opt options, log io.Writer) (w *world, err error) {
	if _, err := exec.LookPath("python3"); err != nil && opt.wants("python") {
		return nil, fmt.Errorf("%s: %w", needs, err)
	}
	w = &world{opt: opt, log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.server, err = mailsim.Dovecot(); err != nil {
		if errors.Is(err, mailsim.ErrNotInstalled) {
			err = fmt.Errorf("%s: %w", needs, err)
		}
		return w, err
	}
	if w.dir, err = os.MkdirTemp("", "regards-bench"); err != nil {
		return w, err
	}
	w.binary = w.path("regards")
	w.corpus = newCorpus(opt, w.server.User())
	for _, rank := range contactRanks(opt.contacts) {
		w.contacts = append(w.contacts, w.corpus.people[rank])
	}
	steps := []func(context.Context) error{w.build, w.fill, w.warm}
	if !opt.wants("first", "python", "peak", "second", "reply", "idle") {
		steps = steps[:1] // nothing is asked of the large mailbox
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return w, err
		}
	}
	return w, nil
}

// build compiles regards, wherever in the module the benchmark was started, and
// writes the files that it and the script read.
func (w *world) build(ctx context.Context) error {
	err := errors.Join(os.WriteFile(w.path("baseline.py"), baselineScript, 0o600),
		os.WriteFile(w.path("contacts.csv"), []byte(w.contactsCSV()), 0o600))
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "go", "build", "-o", w.binary, "regards/cmd/regards").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build regards: %w: %s", err, out)
	}
	return nil
}

func (w *world) contactsCSV() string {
	var b strings.Builder
	b.WriteString("name,address,groups\n")
	for i, c := range w.contacts {
		fmt.Fprintf(&b, "%q,%s,%s\n", c.name, c.addr, []string{"mentor", "colleague", "alumni"}[i%3])
	}
	return b.String()
}

// close ends Dovecot and removes all files.
func (w *world) close() error {
	var errs []error
	if w.server != nil {
		errs = append(errs, w.server.Close())
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	return errors.Join(errs...)
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// say tells how the benchmark goes on.
func (w *world) say(format string, args ...any) {
	fmt.Fprintf(w.log, "%s  %s\n", time.Now().Format("15:04:05"), fmt.Sprintf(format, args...))
}
