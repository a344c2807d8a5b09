// Package templates turns the wording of a letter and the facts about a person
// into a subject and a body.
//
// It promises that no letter is half filled: a value that is missing is a
// MissingError that names template, field and contact, and there is no text.
// What strangers or the owner typed is data only; it cannot add a header or a
// template action. Rendering is pure, and what it costs is bounded before it
// begins: the language of a template has no loops (see parse).
//
// A template is a text file: a first line "Subject: …", an empty line, the
// body. Its name is that of the practice, then perhaps the variant, then
// perhaps a language: thank-you.informational.txt, thank-you.help.es.txt. A
// paragraph is one line, however long; mail programs wrap. A file whose name
// begins with an underscore is a partial, a piece of text for other templates:
// {{template "close" .}} stands for _close.es.txt, or else _close.txt.
package templates

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"regards/contact"
	"regards/plan"
)

// Letter holds the facts of a letter. A template asks for them by the methods
// of fields; one that is missing ends the rendering.
type Letter struct {
	Contact    string           // the name of the person, for errors
	Salutation string           // "" when none can be trusted
	Register   contact.Register // "": formal
	Facts      plan.Facts
	Owner      Owner
}

// Owner is what a letter may say of its sender.
type Owner struct {
	Name            string
	Signature       string // perhaps of several lines
	Phone           string // "none" leaves it out; "" is no answer yet
	PersonalAddress string
}

// MissingError says what a letter lacks.
type MissingError struct {
	Template, Field, Contact string
	At                       string // file and line that ask for it
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("template %s needs %s for %s", e.Template, e.Field, e.Contact)
}

// Wording is a template with all that it includes, ready to be filled. Many may
// do so at once.
type Wording struct {
	Template
	parsed *template.Template
}

// Load makes the template that Find finds ready. An error names file and line.
func Load(sources []fs.FS, name string, languages []string) (*Wording, error) {
	t, err := Find(sources, name, languages)
	if err != nil {
		return nil, err
	}
	parsed, err := parse(sources, t)
	if err != nil {
		return nil, err
	}
	return &Wording{t, parsed}, nil
}

// Render fills the template with the facts of a letter, whose salutation is to
// be in the language of w.
func (w *Wording) Render(l Letter) (subject, body string, err error) {
	return w.render(fields{l: l, language: w.Language})
}

// maxLetter bounds a rendered letter, in bytes.
const maxLetter = 256 << 10

// errTooLong means that a letter is over maxLetter.
var errTooLong = fmt.Errorf("the letter is longer than %d bytes", maxLetter)

// bounded takes up to maxLetter bytes.
type bounded struct{ strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxLetter {
		return 0, errTooLong
	}
	return b.Builder.Write(p)
}

// place finds file and line in an error of package template.
var place = regexp.MustCompile(`^template: (.+?:\d+):\d+: `)

func (w *Wording) render(f fields) (subject, body string, err error) {
	var out bounded
	if err := w.parsed.Execute(&out, f); err != nil {
		var missing *MissingError
		if !errors.As(err, &missing) {
			return "", "", fmt.Errorf("template %s for %s: %w", w.File, f.l.Contact, err)
		}
		at := w.File
		if m := place.FindStringSubmatch(err.Error()); m != nil {
			at = m[1]
		}
		return "", "", &MissingError{Template: w.File, Field: missing.Field, Contact: f.l.Contact, At: at}
	}
	if subject, body, err = split(w.File, out.String()); err != nil {
		return "", "", err
	}
	if w.Language == "de" {
		body = capitalise(body)
	}
	return subject, body, nil
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
	body = strings.ReplaceAll(body, between, "\n\n")
	for line := range strings.Lines(body) {
		if err := contact.CheckText("line", strings.TrimSuffix(line, "\n")); err != nil {
			return "", "", fmt.Errorf("template %s: %w", file, err)
		}
	}
	return strings.TrimSpace(subject), strings.TrimSpace(body) + "\n", nil
}

// capitalise makes the second paragraph begin with a capital where the greeting
// ends a sentence. After its comma, as is usual, German goes on in small letters.
func capitalise(body string) string {
	greeting, rest, ok := strings.Cut(body, "\n\n")
	if !ok || !strings.HasSuffix(greeting, "!") {
		return body
	}
	first, size := utf8.DecodeRuneInString(rest)
	return greeting + "\n\n" + string(unicode.ToUpper(first)) + rest[size:]
}
