package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"regards/internal/config"
	"regards/internal/imapconn"
)

// finding is one line of check.
type finding struct {
	What  string `json:"what"`
	State string `json:"state"` // ok, note or error
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"` // what mends it, where the text does not say so
}

// findings gathers what check finds.
type findings struct {
	all  []finding
	errs []error
}

func (r *findings) ok(what, text string) { r.all = append(r.all, finding{what, "ok", text, ""}) }
func (r *findings) note(what, text, fix string) {
	r.all = append(r.all, finding{what, "note", text, fix})
}

// fail adds an error. Without a fix here, it is that of a mended error, if it is one.
func (r *findings) fail(what string, err error, fix string) {
	var m interface{ mending() string }
	if fix == "" && errors.As(err, &m) {
		fix = m.mending()
	}
	r.all = append(r.all, finding{what, "error", err.Error(), fix})
	if fix != "" && !strings.Contains(fix, "\n") { // the steps of a provider are told once
		err = fmt.Errorf("%w; %s", err, fix)
	}
	r.errs = append(r.errs, fmt.Errorf("%s: %w", what, err))
}

// add adds what was found elsewhere.
func (r *findings) add(more findings) {
	r.all, r.errs = append(r.all, more.all...), append(r.errs, more.errs...)
}

// failure is the error of a check: nil when there is none among the findings.
func (r *findings) failure() error {
	if r.errs == nil {
		return nil
	}
	return &checkError{r.errs}
}

// checkError is one error or several. It says all of them, and is, for errors.Is and
// the exit code, only those that are graver than the others: what passes by itself must
// not hide what does not.
type checkError struct{ errs []error }

func (e *checkError) Error() string {
	return fmt.Sprintf("%s: %v", plural(len(e.errs), "error"), errors.Join(e.errs...))
}

func (e *checkError) Unwrap() []error {
	gravest := slices.Max(gravities(e.errs))
	return slices.DeleteFunc(slices.Clone(e.errs), func(err error) bool { return gravity(err) < gravest })
}

func gravities(errs []error) []int {
	all := make([]int, len(errs))
	for i, err := range errs {
		all[i] = gravity(err)
	}
	return all
}

// gravity orders errors: who mends the configuration first, then the login, may find
// that the rest is mended, too.
func gravity(err error) int {
	var configuration *config.Error
	switch {
	case errors.As(err, &configuration):
		return 3
	case errors.Is(err, imapconn.ErrLogin):
		return 2
	case errors.Is(err, imapconn.ErrAway):
		return 0
	}
	return 1
}

// mended is an error in the owner's words, and what mends it, which is not in them.
type mended struct {
	text, fix string
	err       error
}

func (m *mended) Error() string   { return m.text }
func (m *mended) Unwrap() error   { return m.err }
func (m *mended) mending() string { return m.fix }

// cutFix cuts the fix off an error of which it is known that one stands at its end.
func cutFix(err error) error {
	text := err.Error()
	i := strings.LastIndex(text, "; ")
	if i < 0 {
		return err
	}
	return &mended{text[:i], text[i+len("; "):], err}
}
