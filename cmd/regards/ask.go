package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// asker asks the owner, and gives up when the context ends: a program that waits
// for a line would not hear Ctrl-C.
type asker struct {
	out    io.Writer
	lines  func(context.Context) (string, error)
	hidden func(context.Context) (string, error) // a line that is not shown as it is typed
}

// errNoAnswer means that the input ended where an answer was wanted.
var errNoAnswer = errors.New("the input ended before the last answer")

// asker gives one for the terminal on which the program runs.
func (a *app) asker() *asker {
	reader := bufio.NewReader(a.in)
	lines := func(ctx context.Context) (string, error) {
		return whenAsked(ctx, func() (string, error) { return reader.ReadString('\n') })
	}
	f, ok := a.in.(*os.File)
	if !ok {
		return &asker{a.err, lines, lines}
	}
	return &asker{a.err, lines, func(ctx context.Context) (string, error) { return hiddenLine(ctx, f, a.err) }}
}

// whenAsked runs something that waits for a person, until it is over or ctx is.
func whenAsked(ctx context.Context, f func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		text, err := f()
		done <- answer{text, err}
	}()
	select {
	case got := <-done:
		if errors.Is(got.err, io.EOF) && strings.TrimSpace(got.text) == "" {
			return "", errNoAnswer
		}
		if errors.Is(got.err, io.EOF) {
			got.err = nil // the last line has no end
		}
		return strings.TrimRight(got.text, "\r\n"), got.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// hiddenLine reads a line that the terminal does not show, and leaves the terminal as
// it was.
func hiddenLine(ctx context.Context, f *os.File, out io.Writer) (string, error) {
	fd := int(f.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	defer fmt.Fprintln(out)
	defer term.Restore(fd, before)
	return whenAsked(ctx, func() (string, error) {
		line, err := term.ReadPassword(fd)
		return string(line), err
	})
}

// ask asks for a line; an empty one is the default.
func (q *asker) ask(ctx context.Context, question, otherwise string) (string, error) {
	fmt.Fprintf(q.out, "%s: ", question+inBrackets(otherwise))
	text, err := q.lines(ctx)
	if text = strings.TrimSpace(text); text == "" {
		text = otherwise
	}
	return text, err
}

// until asks again until an answer is good.
func (q *asker) until(ctx context.Context, question, otherwise string, good func(string) error) (string, error) {
	for {
		text, err := q.ask(ctx, question, otherwise)
		if err != nil {
			return "", err
		}
		why := good(text)
		if why == nil {
			return text, nil
		}
		fmt.Fprintf(q.out, "  %v\n", why)
	}
}

// yes asks for a yes or a no; an empty line is the default.
func (q *asker) yes(ctx context.Context, question string, otherwise bool) (bool, error) {
	choice := "y/N"
	if otherwise {
		choice = "Y/n"
	}
	text, err := q.ask(ctx, question+" ["+choice+"]", "")
	switch strings.ToLower(text) {
	case "y", "yes":
		return true, err
	case "":
		return otherwise, err
	}
	return false, err
}

// confirmed asks the owner for a yes. Where nobody can be asked, it must have
// been given with the command.
func (a *app) confirmed(ctx context.Context, yes bool, question string) (bool, error) {
	if yes {
		return true, nil
	}
	if !a.onTerminal() {
		return false, usagef("%s Nobody can be asked here: add --yes", question)
	}
	sure, err := a.asker().yes(ctx, question, false)
	if err == nil && !sure {
		fmt.Fprintln(a.err, "nothing was changed")
	}
	return sure, err
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " [" + text + "]"
}
