package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Keys that mean the same on every terminal.
const (
	ctrlC  = '\x03'
	ctrlD  = '\x04'
	escape = '\x1b'
)

// keys reads what the owner types, a key or a line at a time.
type keys struct {
	in *bufio.Reader
	// raw has the terminal hand over each key at once and unseen, until restore.
	raw func() (restore func(), err error)
}

// keysFrom reads from a terminal, which is as it was before whenever no key is waited for.
func keysFrom(terminal *os.File) *keys {
	return &keys{in: bufio.NewReader(terminal), raw: func() (func(), error) {
		fd := int(terminal.Fd())
		before, err := term.MakeRaw(fd)
		return func() { term.Restore(fd, before) }, err // on failure there is nothing left to try
	}}
}

// next waits for a key. What arrow keys and others send at once is one key.
func (k *keys) next(ctx context.Context) (rune, error) {
	restore, err := k.raw()
	if err != nil {
		return 0, fmt.Errorf("read a key: %w", err)
	}
	defer restore()
	return awaited(ctx, func() (rune, error) {
		r, _, err := k.in.ReadRune()
		if r == escape {
			_, err = k.in.Discard(k.in.Buffered())
		}
		return r, err
	})
}

// line reads a line, which the terminal lets the owner edit. One that ends without
// Enter is io.EOF.
func (k *keys) line(ctx context.Context, out io.Writer, prompt string) (string, error) {
	fmt.Fprint(out, prompt)
	return awaited(ctx, func() (string, error) {
		var b strings.Builder
		for {
			r, _, err := k.in.ReadRune()
			if err != nil || r == '\n' || r == '\r' {
				return strings.TrimSpace(b.String()), err
			}
			b.WriteRune(r)
		}
	})
}

// awaited waits for input until ctx ends. What is still waited for then ends with the
// program.
func awaited[T any](ctx context.Context, f func() (T, error)) (got T, err error) {
	type result struct {
		got T
		err error
	}
	done := make(chan result, 1)
	go func() {
		got, err := f()
		done <- result{got, err}
	}()
	select {
	case <-ctx.Done():
		return got, ctx.Err()
	case r := <-done:
		return r.got, r.err
	}
}
