package main

import (
	"errors"
	"os"
	"strings"
	"testing"

	"regards/internal/mailsim"
)

// Two short days end with the store that a fresh scan makes.
func TestSoak(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), []string{"-days", "2", "-day", "2s"}, &out)
	if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skipf("nothing to soak in: %v", err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if got := out.String(); strings.Count(got, "\n|") != 3 || !strings.Contains(got, "that a fresh scan finds, and no others") {
		t.Errorf("got %s", got)
	}
}

// Nine days of a year have a Monday, and a server that is killed.
func TestYear(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), []string{"-year", "9"}, &out)
	if errors.Is(err, mailsim.ErrNotInstalled) && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skipf("nothing to soak in: %v", err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if got := out.String(); strings.Count(got, "\n| ") != 3 || !strings.Contains(got, "that a fresh scan finds, and no others") {
		t.Errorf("got %s", got)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-days", "0"}, {"-day", "1ms"}, {"-year", "-1"}, {"more"}, {"-nonsense"}} {
		if err := run(t.Context(), args, new(strings.Builder)); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}

func TestDiffer(t *testing.T) {
	if got := differ([]string{"a", "b", "d"}, []string{"b", "c"}); strings.Join(got, "") != "ad" {
		t.Errorf("got %v", got)
	}
}
