package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// upToTheEnd answers everything but whether to write.
func upToTheEnd(n *beginner) {
	n.t.Helper()
	upToPassword(n)
	n.press(n.t, n.server.Password()+"\r")
	n.await(n.t, "config.toml? [Y/n]: ")
}

// toTheEnd sets everything up.
func toTheEnd(n *beginner) {
	n.t.Helper()
	upToTheEnd(n)
	n.press(n.t, "\r")
	n.answer("Did it [Y/n]: ", "")
	n.await(n.t, "what comes next")
	check(n.t, n.c.Wait())
}

// A window that is closed takes the password back, which was kept for the checks;
// nor does a folder stay that was made for it.
func TestInitHangsUp(t *testing.T) {
	t.Parallel()
	n := startInit(t, "gmail")
	upToTheEnd(n)
	if left := n.left(); len(left) != 1 {
		t.Fatalf("kept: %v", left)
	}
	check(t, n.c.Process.Signal(syscall.SIGHUP))
	if err := n.c.Wait(); err == nil || n.c.ProcessState.ExitCode() != exitFailed {
		t.Errorf("it ended with %v", err)
	}
	if _, err := os.Lstat(filepath.Join(n.home, ".config")); !os.IsNotExist(err) {
		t.Errorf("left: %v, %v", n.left(), err)
	}
}

// Somebody else's change of the configuration is not written over; what is changed
// keeps its mode, and the link that leads to it.
func TestInitChangesNothingElse(t *testing.T) {
	t.Parallel()
	n := startInit(t, "gmail")
	toTheEnd(n)
	real := filepath.Join(n.home, "dotfiles.toml")
	check(t, os.Rename(n.config(), real))
	check(t, os.Symlink(real, n.config()))
	check(t, os.Chmod(real, 0o644))
	before, err := os.ReadFile(real)
	check(t, err)
	again := func() {
		n.start()
		n.answer("Your mail address [ana@gmail.com]: ", "")
		n.answer("Your name", "Ana Díaz")
		n.answer("[es]: ", "")
		n.answer("Which one [k]: ", "")
		n.await(t, "config.toml? [Y/n]: ")
	}

	again()
	changed := string(before) + "\n[digest]\nweekday = \"fri\"\n"
	check(t, os.WriteFile(real, []byte(changed), 0o644))
	n.press(t, "\r")
	n.await(t, "has changed meanwhile")
	if n.c.Wait() == nil {
		t.Error("it ended well")
	}
	if after, err := os.ReadFile(real); string(after) != changed || err != nil {
		t.Errorf("it says %s, %v", after, err)
	}

	check(t, os.WriteFile(real, before, 0o644))
	again()
	n.press(t, "\r")
	n.await(t, "wrote ")
	check(t, n.c.Wait())
	after, err := os.ReadFile(real)
	check(t, err)
	if info, err := os.Lstat(real); err != nil || info.Mode() != 0o644 || !strings.Contains(string(after), "Ana Díaz") {
		t.Errorf("%v, %v:\n%s", info.Mode(), err, after)
	}
	if leads, err := os.Readlink(n.config()); leads != real || err != nil {
		t.Errorf("the link leads to %q, %v", leads, err)
	}
}

// A password that is refused has never lain in the place of the one that works: whoever
// reads that meanwhile, and whatever ends the set-up, finds the old one.
func TestInitTriesBeforeItKeeps(t *testing.T) {
	t.Parallel()
	n := startInit(t, "gmail")
	toTheEnd(n)
	kept := filepath.Join(filepath.Dir(n.config()), "password-personal")
	held := filepath.Join(n.home, "held") // which keeps the file's number from being given anew
	check(t, os.Link(kept, held))

	n.start()
	n.answer("Your mail address [ana@gmail.com]: ", "")
	n.answer("Your name", "")
	n.answer("[es]: ", "")
	n.answer("Which one [k]: ", "1")
	n.answer("(it is not shown): ", "summer 2026")
	n.await(t, "(it is not shown): ") // again, since it was refused
	check(t, n.c.Process.Kill())
	_ = n.c.Wait() // it was killed
	before, err := os.Stat(held)
	check(t, err)
	if after, err := os.Stat(kept); err != nil || !os.SameFile(before, after) {
		t.Errorf("the password was replaced: %v", err)
	}
}

// A rehearsal leaves nothing, though the password has to be kept for the checks.
func TestInitRehearsed(t *testing.T) {
	t.Parallel()
	n := beginnerAt(t, "gmail")
	n.start("-n")
	upToPassword(n)
	n.press(t, n.server.Password()+"\r")
	n.await(t, "dry run: nothing was changed")
	check(t, n.c.Wait())
	if _, err := os.Lstat(filepath.Join(n.home, ".config")); !os.IsNotExist(err) {
		t.Errorf("left: %v, %v", n.left(), err)
	}
}

// After a kill there is no half of a configuration, what is left is for its owner alone,
// and the next try takes its place.
func TestInitKilled(t *testing.T) {
	t.Parallel()
	n := startInit(t, "gmail")
	upToTheEnd(n)
	check(t, n.c.Process.Kill())
	_ = n.c.Wait() // it was killed
	left := n.left()
	if len(left) != 1 || filepath.Base(left[0]) != "password-personal" {
		t.Fatalf("left: %v", left)
	}
	if info, err := os.Stat(left[0]); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	n.start()
	toTheEnd(n)
	if left := n.left(); len(left) != 2 {
		t.Errorf("there is %v", left)
	}
}
