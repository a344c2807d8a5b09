package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Error lists everything that is wrong with a configuration file. There is at
// least one problem.
type Error struct {
	File     string
	Problems []Problem // sorted by line
	cause    error     // why the file could not be read, if that is the problem
}

// Problem is one mistake in the file.
type Problem struct {
	Line int    // from 1; 0 if no line is to blame
	Key  string // dotted, as in account.imap.port; "" if the whole file is meant
	Text string // what is wrong
	Fix  string // what to do about it, beginning with a verb
}

// Error gives one line for each problem: FILE: line N: KEY: what is wrong; write …
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = e.File + ": " + p.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the reason why the file could not be read, so that
// errors.Is(err, fs.ErrNotExist) tells a missing file from a wrong one.
func (e *Error) Unwrap() error { return e.cause }

// String is the problem's line without the name of the file.
func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Text)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// flaw is an error of a single value, in the two halves of a Problem.
type flaw struct{ text, fix string }

func (f *flaw) Error() string { return f.text + "; " + f.fix }

// report gathers problems while the file is read and checked.
type report struct {
	file      string
	dir       string // where relative paths start
	answering bool   // the file has answers, and keys before any table
	problems  []Problem
}

// add notes a problem. Of one key only the first counts: what a misread value
// breaks further on says nothing new.
func (r *report) add(at place, text, fix string) {
	if at.refused() {
		return
	}
	if at.node != nil {
		at.node.bad = true
	}
	r.problems = append(r.problems, Problem{Line: at.line, Key: at.key, Text: text, Fix: fix})
}

// addErr notes what a parser of single values found; nil is nothing.
func (r *report) addErr(at place, err error) {
	var f *flaw
	switch {
	case err == nil:
	case errors.As(err, &f):
		r.add(at, f.text, f.fix)
	default: // "what is wrong; what to write"
		text, fix, _ := strings.Cut(err.Error(), "; ")
		r.add(at, text, fix)
	}
}

// err is nil as long as nothing was noted.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	return &Error{File: r.file, Problems: r.problems}
}

// quote repeats a value in an error, made printable and not too long.
func quote(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		s = string(runes[:59]) + "…"
	}
	return strconv.Quote(s)
}

// choices joins quoted words as people do: "a", "b" or "c".
func choices(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	return joinOr(quoted)
}

func joinOr(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
