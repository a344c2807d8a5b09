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
// for a line would not hear Ctrl-C. One goroutine owns it.
type asker struct {
	out    io.Writer
	read   func() (string, error)                // the next line, with its end
	hidden func(context.Context) (string, error) // a line that is not shown as it is typed

	// A line that is waited for already: whoever asked has gone on without it.
	pending chan typed
}

type typed struct {
	line string
	err  error
}

// errNoAnswer means that the input ended where an answer was wanted.
var errNoAnswer = errors.New("the input ended before the last answer")

// asker gives one for the terminal on which the program runs.
func (a *app) asker() *asker {
	reader := bufio.NewReader(a.in)
	q := &asker{out: a.err, read: func() (string, error) { return reader.ReadString('\n') }}
	q.hidden = q.line
	if f, ok := a.in.(*os.File); ok {
		q.hidden = func(ctx context.Context) (string, error) { return hiddenLine(ctx, f, a.err) }
	}
	return q
}

// line gives the next line.
func (q *asker) line(ctx context.Context) (string, error) {
	if q.pending == nil {
		q.pending = inTheBackground(q.read)
	}
	select {
	case got := <-q.pending:
		q.pending = nil
		return got.answer()
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// pasted gives lines until stop is called; what is typed after that is for the next
// question.
func (q *asker) pasted(ctx context.Context) (lines <-chan string, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	all, over := make(chan string), make(chan struct{})
	go func() {
		defer close(over)
		defer close(all)
		for {
			line, err := q.line(ctx)
			if err != nil {
				return
			}
			select {
			case all <- strings.TrimSpace(line):
			case <-ctx.Done():
				return
			}
		}
	}()
	return all, func() { cancel(); <-over }
}

func inTheBackground(read func() (string, error)) chan typed {
	done := make(chan typed, 1)
	go func() {
		line, err := read()
		done <- typed{line, err}
	}()
	return done
}

// answer is the line without its end, which the last one may lack.
func (t typed) answer() (string, error) {
	switch {
	case errors.Is(t.err, io.EOF) && strings.TrimSpace(t.line) == "":
		return "", errNoAnswer
	case t.err != nil && !errors.Is(t.err, io.EOF):
		return "", t.err
	}
	return strings.TrimRight(t.line, "\r\n"), nil
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
	done := inTheBackground(func() (string, error) {
		line, err := term.ReadPassword(fd)
		return string(line), err
	})
	select {
	case got := <-done:
		return got.answer()
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// ask asks for a line; an empty one is the default.
func (q *asker) ask(ctx context.Context, question, otherwise string) (string, error) {
	fmt.Fprintf(q.out, "%s: ", question+inBrackets(otherwise))
	text, err := q.line(ctx)
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
