package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"regards/internal/config"
)

// typing gives an asker and the other end of its terminal.
func typing(t *testing.T) (*asker, *strings.Builder, io.WriteCloser) {
	t.Helper()
	in, keys := io.Pipe()
	t.Cleanup(func() { in.Close() })
	reader, out := bufio.NewReader(in), &strings.Builder{}
	return &asker{out: out, read: func() (string, error) { return reader.ReadString('\n') }}, out, keys
}

func TestAsk(t *testing.T) {
	q, out, keys := typing(t)
	go io.WriteString(keys, "\n  two \nthree\r\nbad\ngood\ny\nNO\n\n")
	for _, x := range []struct{ otherwise, want string }{{"one", "one"}, {"one", "two"}, {"", "three"}} {
		if got, err := q.ask(t.Context(), "What", x.otherwise); got != x.want || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, x.want)
		}
	}
	got, err := q.until(t.Context(), "Which", "", func(text string) error {
		if text == "bad" {
			return errors.New("not that one")
		}
		return nil
	})
	if got != "good" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for _, want := range []bool{true, false, true} {
		if sure, err := q.yes(t.Context(), "Sure?", true); sure != want || err != nil {
			t.Errorf("got %v, %v; want %v", sure, err, want)
		}
	}
	const shown = "What [one]: What [one]: What: Which:   not that one\nWhich: Sure? [Y/n]: Sure? [Y/n]: Sure? [Y/n]: "
	if out.String() != shown {
		t.Errorf("shown: %q", out.String())
	}
}

// The last line may have no end; behind it there is no answer.
func TestAskAtTheEnd(t *testing.T) {
	q, _, keys := typing(t)
	go func() {
		io.WriteString(keys, "last")
		keys.Close()
	}()
	if got, err := q.ask(t.Context(), "What", ""); got != "last" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := q.ask(t.Context(), "What", "default"); !errors.Is(err, errNoAnswer) {
		t.Errorf("got %q, %v", got, err)
	}
}

// Who waits for a pasted line and goes on without one leaves the next line to the next
// question; nobody waits longer than the context.
func TestAskAfterPasting(t *testing.T) {
	q, _, keys := typing(t)
	lines, stop := q.pasted(t.Context())
	go io.WriteString(keys, " https://127.0.0.1/?code=x \n")
	if line := <-lines; line != "https://127.0.0.1/?code=x" {
		t.Errorf("pasted %q", line)
	}
	stop()
	if _, more := <-lines; more {
		t.Error("it went on")
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := q.ask(over, "What", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %q, %v", got, err)
	}
	go io.WriteString(keys, "an answer\n")
	if got, err := q.ask(t.Context(), "What", ""); got != "an answer" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestServerOf(t *testing.T) {
	for text, want := range map[string]string{
		"mail.example.org":      "mail.example.org 993 implicit",
		"mail.example.org:143":  "mail.example.org 143 starttls",
		"mail.example.org:1143": "mail.example.org 1143 implicit",
		"mail.example.org:0":    "0 is no port",
		"mail.example.org:x":    "x is no port",
		"https://x.example/":    "write the name of the server",
		"x.example/mail":        "write the name of the server",
		"ana@example.org":       "write the name of the server",
	} {
		s, err := serverOf(text, 993)
		if got := describe(s, err); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if s, err := serverOf("", 993); s != nil || err != nil {
		t.Errorf("nothing: got %v, %v", s, err)
	}
}

func describe(s *config.AnswerServer, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(s.Host, " ", s.Port, " ", s.TLS)
}

func TestCommandWords(t *testing.T) {
	for text, want := range map[string]string{
		"pass show mail":            "pass|show|mail",
		"  op  read  op://mail/pw ": "op|read|op://mail/pw",
		`security find "My mail"`:   `sh|-c|security find "My mail"`,
		"gpg -d ~/mail.gpg":         "sh|-c|gpg -d ~/mail.gpg",
	} {
		if got := strings.Join(commandWords(text), "|"); got != want {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

func TestTidyPassword(t *testing.T) {
	for text, want := range map[string]string{
		"abcd efgh ijkl mnop": "abcdefghijklmnop", // as Google shows it
		"correct horse":       "correct horse",
		" a b ":               " a b ",
	} {
		if got := tidyPassword(text); got != want {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestLanguageOf(t *testing.T) {
	for _, x := range []struct {
		settings []string
		want     string
	}{{[]string{"", "de_AT.UTF-8"}, "de"}, {[]string{"C", "fr"}, "fr"}, {[]string{"sv_SE"}, ""}, {nil, ""}} {
		if got := languageOf(x.settings...); got != x.want {
			t.Errorf("%q: got %q", x.settings, got)
		}
	}
}
