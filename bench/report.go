package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// row is one figure: what was measured, what it is compared with, and what the
// project wants of it.
type row struct{ what, measured, against, ratio, must, aim string }

// report is what the benchmark prints.
type report struct {
	opt   options
	facts []string
	rows  []row
	notes []string
	took  time.Duration
}

func (r *report) add(line row) { r.rows = append(r.rows, line) }

func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// print writes the report in Markdown.
func (r *report) print(out io.Writer) error {
	var b strings.Builder
	b.WriteString("| figure | measured | compared with | ratio or difference | must | aim |\n|---|---|---|---|---|---|\n")
	for _, l := range r.rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", l.what, l.measured, l.against, l.ratio, l.must, l.aim)
	}
	fmt.Fprintf(&b, "\n%d messages in INBOX, %d in Sent, %d contacts among %d correspondents, seed %d; "+
		"medians of %d rounds, with the lowest and the highest.\n\n", r.opt.messages, r.opt.sent, r.opt.contacts,
		correspondents, r.opt.seed, r.opt.rounds)
	for _, line := range append(r.notes, r.facts...) {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	fmt.Fprintf(&b, "- all of it took %v\n", r.took.Round(time.Second))
	_, err := io.WriteString(out, b.String())
	return err
}

// describe turns the rounds into rows of the table.
func (r rounds) describe(w *world, rep *report) {
	total := float64(w.opt.messages + w.opt.sent)
	if w.opt.wants("first") {
		rep.add(row{
			what:     "first `sync`, wall time",
			measured: fmt.Sprintf("%s s, %.0f messages/s", spread(r.sync, "%.2f"), total/median(r.sync)),
			against:  fmt.Sprintf("bare socket: %s s, %.0f MB", spread(r.bare, "%.2f"), float64(r.received)/1e6),
			ratio:    spread(r.overBare, "%.2f") + "x", must: "4x", aim: "2x",
		})
		rep.note("first: %s s of CPU time in regards alone", spread(r.cpu, "%.2f"))
	}
	if w.opt.wants("python") {
		rep.add(row{
			what: "the same over a Python script", measured: spread(r.sync, "%.2f") + " s",
			against: "bench/baseline.py: " + spread(r.python, "%.2f") + " s",
			ratio:   spread(r.overPython, "%.2f") + "x", must: "0.5x", aim: "0.25x",
		})
		rep.note("python: of %d contacts, %d have a last touch; for %d script and regards name another one",
			len(w.contacts), r.known, r.differing)
	}
	if w.opt.wants("peak") {
		rep.add(row{
			what: "peak memory of the first `sync`", measured: spread(r.peak, "%.1f") + " MiB",
			against: "–", ratio: "–", must: "64 MiB", aim: "32 MiB",
		})
	}
}

// facts describes the machine and what is installed on it.
func facts(ctx context.Context) []string {
	return []string{
		fmt.Sprintf("%d CPUs (%s); load of the last minute at the start: %s", runtime.NumCPU(), processor(), word("/proc/loadavg", 0)),
		fmt.Sprintf("%s, kernel %s, Dovecot %s, %s", runtime.Version(), word("/proc/sys/kernel/osrelease", 0),
			version(ctx, "dovecot", "/usr/sbin/dovecot"), version(ctx, "python3")),
	}
}

// version asks the first of the programs that is there.
func version(ctx context.Context, programs ...string) string {
	for _, program := range programs {
		if out, err := exec.CommandContext(ctx, program, "--version").Output(); err == nil {
			return strings.TrimSpace(string(out))
		}
	}
	return "(unknown)"
}

func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // missing beyond Linux
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, " \t\n:")
		}
	}
	return runtime.GOARCH
}

// word gives one word of a file.
func word(path string, n int) string {
	text, _ := os.ReadFile(path) // missing beyond Linux
	if words := strings.Fields(string(text)); n < len(words) {
		return words[n]
	}
	return "(unknown)"
}
