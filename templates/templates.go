// Package templates turns the wording of a letter and the facts about a person
// into a subject and a body.
//
// It promises that no letter is half filled: a value that is missing is a
// MissingError that names template, field and contact, and there is no text.
// What strangers or the owner typed is data only; it cannot add a header or a
// template action. Rendering is pure: the wording comes from file systems that
// the caller gives, the built-in one last.
//
// A template is a text file: a first line "Subject: …", an empty line, the
// body. Its name is the practice, then perhaps the kind of occasion, then
// perhaps a language: thank-you.informational.txt, thank-you.help.es.txt. A
// paragraph is one line, however long; mail programs wrap.
package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
	"unicode/utf8"

	"regards/contact"
)

//go:embed letters/*.txt
var embedded embed.FS

// Builtin gives the letters that come with regards.
func Builtin() fs.FS {
	letters, err := fs.Sub(embedded, "letters")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return letters
}

// Letter holds the facts of a letter. A template asks for them by name:
// Greeting, Useful, Signature, Belated; one that is missing ends the rendering.
type Letter struct {
	Contact    string // the name of the person, for errors
	Salutation string // "" when none can be trusted
	Detail     string // what was most useful
	Sign       string // the owner's signature, perhaps of several lines
	Late       bool
}

// MissingError says what a letter lacks.
type MissingError struct {
	Template, Field, Contact string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("template %s needs %s for %s", e.Template, e.Field, e.Contact)
}

// facts is all that a template sees of a Letter, so that none can pass over
// what is missing.
type facts struct{ l Letter }

// Greeting gives the first line: the salutation with its comma.
func (f facts) Greeting() (string, error) {
	s, err := need("greeting", f.l.Salutation)
	if last, _ := utf8.DecodeLastRuneInString(s); err == nil && !strings.ContainsRune(",!:;.，！：；。", last) {
		s += ","
	}
	return s, errors.Join(err, contact.CheckText("greeting", s))
}

// Useful gives what was most useful, to stand at the end of a sentence or in it.
func (f facts) Useful() (string, error) {
	s, err := need("useful", strings.TrimRight(f.l.Detail, ".!,;: "))
	return s, errors.Join(err, contact.CheckText("useful", s))
}

// Signature gives the owner's name as the owner signs.
func (f facts) Signature() (string, error) { return need("signature", f.l.Sign) }

// Belated reports whether the letter comes late.
func (f facts) Belated() bool { return f.l.Late }

func need(field, value string) (string, error) {
	if value = strings.TrimSpace(value); value == "" {
		return "", &MissingError{Field: field}
	}
	return value, nil
}

// Render fills the template that name means in the first of the languages that
// has one; later sources and, at last, the wording without a language suffix
// serve where earlier ones have none.
func Render(sources []fs.FS, name string, languages []string, l Letter) (subject, body string, err error) {
	file, text, err := find(sources, name, languages)
	if err != nil {
		return "", "", err
	}
	t, err := template.New(file).Parse(strings.ReplaceAll(text, "\r\n", "\n"))
	if err != nil {
		return "", "", fmt.Errorf("template %s: %w", file, err)
	}
	var out strings.Builder
	if err := t.Execute(&out, facts{l}); err != nil {
		var missing *MissingError
		if errors.As(err, &missing) {
			return "", "", &MissingError{Template: file, Field: missing.Field, Contact: l.Contact}
		}
		return "", "", fmt.Errorf("template %s for %s: %w", file, l.Contact, err)
	}
	return split(file, out.String())
}

// find gives the file name and the text of a template.
func find(sources []fs.FS, name string, languages []string) (file, text string, err error) {
	for _, lang := range append(languages[:len(languages):len(languages)], "") {
		file = name + ".txt"
		if lang != "" {
			file = name + "." + lang + ".txt"
		}
		for _, source := range sources {
			b, err := fs.ReadFile(source, file)
			if err == nil {
				return file, string(b), nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return "", "", fmt.Errorf("template %s: %w", file, err)
			}
		}
	}
	return "", "", fmt.Errorf("there is no template %s.txt; add it to the folder letters.templates", name)
}

// split takes a rendered text apart and refuses what could break out of its place.
func split(file, text string) (subject, body string, err error) {
	head, body, ok := strings.Cut(text, "\n\n")
	subject, isSubject := strings.CutPrefix(head, "Subject: ")
	if !ok || !isSubject || strings.TrimSpace(subject) == "" {
		return "", "", fmt.Errorf("template %s: write a line \"Subject: …\" and an empty line before the text", file)
	}
	if err := contact.CheckText("subject", subject); err != nil {
		return "", "", fmt.Errorf("template %s: %w", file, err)
	}
	for line := range strings.Lines(body) {
		if err := contact.CheckText("line", strings.TrimSuffix(line, "\n")); err != nil {
			return "", "", fmt.Errorf("template %s: %w", file, err)
		}
	}
	return strings.TrimSpace(subject), strings.TrimSpace(body) + "\n", nil
}
