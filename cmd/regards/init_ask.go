package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"os/user"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"regards/internal/config"
	"regards/internal/provider"
	"regards/templates"
)

// who asks for address, name and language.
func (s *setup) who(ctx context.Context) (err error) {
	if s.ask == nil {
		return nil
	}
	a := &s.answers
	var was config.Owner
	if s.old != nil {
		was = s.old.Owner
	}
	fmt.Fprintln(s.err, "Nothing is written before the end. What stands in brackets is the answer to an empty line.")
	if a.Address, err = s.ask.until(ctx, "Your mail address", was.Address, goodAddress); err != nil {
		return err
	}
	if a.Name, err = s.ask.until(ctx, "Your name, as your letters show it", cmp.Or(was.Name, fullName()), goodName); err != nil {
		return err
	}
	languages := templates.Languages()
	language := cmp.Or(was.Language, languageOf(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")), "en")
	question := "Language of the digest and of letters (" + strings.Join(languages, ", ") + ")"
	a.Language, err = s.ask.until(ctx, question, language, func(text string) error {
		if !slices.Contains(languages, text) {
			return fmt.Errorf("write one of %s; a contact can have another one later", strings.Join(languages, ", "))
		}
		return nil
	})
	return err
}

func goodAddress(text string) error {
	if parsed, err := mail.ParseAddress(text); err != nil || parsed.Address != text {
		return errors.New(`write the address alone, such as ana@example.org`)
	}
	return nil
}

func goodName(text string) error {
	if text == "" {
		return errors.New("letters need a name at their end")
	}
	return nil
}

// fullName is the name that the machine knows of its user; "" for none.
func fullName() string {
	u, err := user.Current()
	if err != nil || u.Uid == "0" {
		return ""
	}
	name, _, _ := strings.Cut(u.Name, ",")
	return strings.TrimSpace(name)
}

// languageOf takes a language that there are letters in from the settings of the
// machine, such as de_AT.UTF-8; "" for none.
func languageOf(settings ...string) string {
	for _, setting := range settings {
		if len(setting) >= 2 && slices.Contains(templates.Languages(), strings.ToLower(setting[:2])) {
			return strings.ToLower(setting[:2])
		}
	}
	return ""
}

// The ways to log in that a provider does not name.
const (
	byCommand = "c"
	asBefore  = "k"
)

// chooseWay asks how to log in. Of the two that it gives the second one counts if the
// first is nil.
func (s *setup) chooseWay(ctx context.Context) (way *provider.Way, other string, err error) {
	ways := s.found.Ways
	if len(ways) == 0 {
		ways = []provider.Way{{Method: provider.Password}}
	}
	fmt.Fprintln(s.err, "How to log in:")
	for i, w := range ways {
		fmt.Fprintf(s.err, "  %d  %s\n", i+1, wayWords(w))
	}
	fmt.Fprintln(s.err, "  c  by a command that prints the password, such as: pass show mail")
	choices, otherwise := []string{byCommand}, "1"
	if _, known := s.before(); known {
		fmt.Fprintln(s.err, "  k  as before")
		choices, otherwise = append(choices, asBefore), asBefore
	}
	for i := range ways {
		choices = append(choices, strconv.Itoa(i+1))
	}
	choice, err := s.ask.until(ctx, "Which one", otherwise, func(text string) error {
		if !slices.Contains(choices, text) {
			return errors.New("write what stands at the beginning of the line")
		}
		return nil
	})
	if n, numbered := strconv.Atoi(choice); numbered == nil && err == nil {
		return &ways[n-1], "", nil
	}
	return nil, choice, err
}

func wayWords(w provider.Way) string {
	switch w.Method {
	case provider.AppPassword:
		return "with an app password, which the provider makes for one program"
	case provider.OAuth2:
		return "by a permission on a page of the provider's (OAuth 2.0, " + w.OAuth2 + ")"
	}
	return "with the password of the mailbox"
}

// steps shows what has to be done elsewhere first.
func (s *setup) steps(w provider.Way) {
	for i, step := range w.Steps {
		fmt.Fprintf(s.err, "  %d. %s\n", i+1, step)
	}
}

// askPassword asks for a password, which the terminal does not show.
func (s *setup) askPassword(ctx context.Context, w provider.Way) (string, error) {
	what := "Password"
	if w.Method == provider.AppPassword {
		what = "App password"
	}
	for {
		fmt.Fprintf(s.err, "%s (it is not shown): ", what)
		text, err := s.ask.hidden(ctx)
		if err != nil || text != "" {
			return tidyPassword(text), err
		}
	}
}

// fourByFour is an app password of Google's as it is shown: the blanks are for the eye.
var fourByFour = regexp.MustCompile(`^[a-z]{4}( [a-z]{4}){3}$`)

func tidyPassword(text string) string {
	if fourByFour.MatchString(text) {
		return strings.ReplaceAll(text, " ", "")
	}
	return text
}

// askCommand asks for a command that prints the password.
func (s *setup) askCommand(ctx context.Context) ([]string, error) {
	text, err := s.ask.until(ctx, "Command", "", func(text string) error {
		if text == "" {
			return errors.New("write a command, such as: pass show mail")
		}
		return nil
	})
	return commandWords(text), err
}

// commandWords splits a command at its blanks; one with marks of a shell is for the
// shell.
func commandWords(text string) []string {
	if strings.ContainsAny(text, "'\"\\$|&;<>`*?(){}~") {
		return []string{"sh", "-c", text}
	}
	return strings.Fields(text)
}
