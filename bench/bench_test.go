package main

import (
	"errors"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"regards/internal/mailsim"
)

// TestRun takes every figure once, of a small mailbox.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute, which -short leaves out")
	}
	var table, log strings.Builder
	args := []string{"-messages", "500", "-sent", "200", "-replies", "2", "-rounds", "1", "-settle", "100ms"}
	err := run(t.Context(), args, &table, &log)
	lacking := errors.Is(err, mailsim.ErrNotInstalled) || errors.Is(err, exec.ErrNotFound)
	if lacking && os.Getenv("REGARDS_TEST_REAL") != "1" {
		t.Skip(err) // it says what the machine must have
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	for _, want := range []string{"first `sync`", "baseline.py", "peak memory", "second `sync`", "2 replies", "resident memory",
		"for 0 script and regards name another one", "milestone to 1000 contacts", "20 on one server, without TLS", "20 on one server, with TLS", "any of 20 accounts",
		"500 messages in INBOX, 200 in Sent"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("lacks %q:\n%s", want, table.String())
		}
	}
}

func TestParse(t *testing.T) {
	for _, args := range []string{"-only never", "-messages 0", "-replies -1", "-contacts 0", "-contacts 5001", "more", "-nonsense"} {
		var said strings.Builder
		if _, err := parse(strings.Fields(args), &said); err == nil {
			t.Errorf("%s: no error", args)
		}
	}
	opt, err := parse([]string{"-only", "second,idle"}, nil)
	if err != nil || !opt.wants("first", "idle") || opt.wants("first", "reply") {
		t.Errorf("%+v, %v", opt, err)
	}
}

func TestObserve(t *testing.T) {
	lines := []string{
		"T1 AUTHENTICATE PLAIN AGFuYQBwYXNz", `T2 LIST "" "*" RETURN (STATUS (UIDNEXT))`,
		`T3 EXAMINE "My \"mail\""`, "T4 UID SEARCH RETURN (ALL) UID 1:9", "T5 UID FETCH 5:9 (UID FLAGS)", "T6 UID FETCH 1:4 (UID FLAGS)",
		"T7 EXAMINE INBOX", "T8 UID FETCH 1:2,4 (UID FLAGS)", "T9 LOGOUT",
	}
	want := []opened{{`"My \"mail\""`, "(UID FLAGS)"}, {"INBOX", "(UID FLAGS)"}}
	if got, err := observe(lines); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range [][]string{nil, {"T1 EXAMINE INBOX"}, {"T1 UID FETCH 1 (UID)"}} {
		if got, err := observe(bad); err == nil {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}

// The end of an answer is found however the network cuts it, and not before.
func TestTagged(t *testing.T) {
	answer := "* 1 FETCH (BODY[] {9}\r\nbench7\r\n\r\n)\r\n" + strings.Repeat("x", 3000) + "\r\nbench7 OK done\r\n"
	for size := 1; size <= len(answer); size++ {
		var tail []byte
		for rest := answer; rest != ""; {
			n := min(size, len(rest))
			tail, rest = newest(tail, []byte(rest[:n])), rest[n:]
			line, ok := tagged(tail)
			if ok != (rest == "") || ok && string(line) != "bench7 OK done" {
				t.Fatalf("in pieces of %d, %d left: %q", size, len(rest), line)
			}
		}
	}
}

func TestStats(t *testing.T) {
	values := []float64{4, 1, 3, 2}
	if median(values) != 2.5 || quantile(values, 0) != 1 || quantile(values, 1) != 4 || quantile([]float64{7}, 0.9) != 7 {
		t.Errorf("median %v, lowest %v, highest %v", median(values), quantile(values, 0), quantile(values, 1))
	}
	if got := spread(values, "%.1f"); got != "2.5 (1.0–4.0)" {
		t.Error(got)
	}
	if got := sum(values, values); !reflect.DeepEqual(got, []float64{8, 2, 6, 4}) || values[0] != 4 {
		t.Errorf("%v of %v", got, values)
	}
}

func TestMemory(t *testing.T) {
	kib, err := memory(os.Getpid(), "VmRSS")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("memory is read from /proc, which Linux has")
	}
	if err != nil || kib < 1000 {
		t.Errorf("%d KiB, %v", kib, err)
	}
	if _, err := memory(os.Getpid(), "VmNone"); err == nil {
		t.Error("no error")
	}
}
