package templates

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"regards/contact"
)

// fields is all that a template sees of a Letter, so that none can pass over
// what is missing. docs/templates.md lists its methods.
type fields struct {
	l        Letter
	language string
	assumed  []string // what Check has found to be missing already
}

// Greeting gives the first line: the salutation with its mark.
func (f fields) Greeting() (string, error) {
	s, err := f.text("greeting")
	if last, _ := utf8.DecodeLastRuneInString(s); err != nil || strings.ContainsRune(",!:;.，！：；。", last) {
		return s, err
	}
	if f.language == "es" {
		return s + ":", nil
	}
	return s + ",", nil
}

// Useful gives what was most useful, to stand at the end of a sentence or in it.
func (f fields) Useful() (string, error) { return f.phrase("useful") }

// Title gives what the occasion was about.
func (f fields) Title() (string, error) { return f.phrase("title") }

// Next gives what the owner promised.
func (f fields) Next() (string, error) { return f.phrase("next") }

// News gives what the owner has to tell, a paragraph of its own.
func (f fields) News() (string, error) { return f.text("news") }

// About gives the name of the person that the letter is about.
func (f fields) About() (string, error) { return f.text("about") }

// Date gives day and month of the occasion, in the language of the template.
func (f fields) Date() (string, error) { return f.text("date") }

// Belated reports whether the letter comes late.
func (f fields) Belated() bool { return f.l.Facts.Late }

// Formal reports whether the letter speaks to somebody as Sie, usted or vous.
func (f fields) Formal() (bool, error) {
	switch f.l.Register {
	case "", contact.Formal:
		return true, nil
	case contact.Familiar:
		return false, nil
	}
	return false, fmt.Errorf("register %q is unknown; write one of %s", f.l.Register, contact.List(contact.Registers()))
}

// Signature gives the owner's name as the owner signs, perhaps in several lines.
func (f fields) Signature() (string, error) { return f.text("signature") }

// OwnerName gives the owner's full name.
func (f fields) OwnerName() (string, error) { return f.text("name") }

// Phone gives the owner's phone number. Has tells whether there is one to give.
func (f fields) Phone() (string, error) {
	if has, err := f.Has("phone"); err != nil || !has {
		return "", &MissingError{Field: "phone"}
	}
	return f.text("phone")
}

// PersonalAddress gives the address that the owner keeps.
func (f fields) PersonalAddress() (string, error) { return f.text("personal_address") }

// Has reports whether a fact is known, so that a sentence can do without. That
// of the phone wants an answer, if only "none".
func (f fields) Has(field string) (bool, error) {
	switch {
	case field == "phone":
		phone, err := f.text(field)
		return !strings.EqualFold(phone, "none"), err
	case !slices.Contains(optional, field):
		return false, fmt.Errorf("there is no fact %q; write one of %s", field, contact.List(optional))
	}
	return strings.TrimSpace(f.value(field)) != "", nil
}

// optional are the facts that Has knows.
var optional = []string{"useful", "title", "news", "next", "about", "date", "phone", "personal_address"}

// phrase is text for the inside of a sentence: what ends one is cut off.
func (f fields) phrase(field string) (string, error) {
	s, err := f.text(field)
	if s = strings.TrimRight(s, ".!?…,;: "); s == "" && err == nil {
		err = &MissingError{Field: field}
	}
	return s, err
}

// text gives a value that is there and can break out of nothing.
func (f fields) text(field string) (string, error) {
	s := strings.TrimSpace(f.value(field))
	switch {
	case slices.Contains(f.assumed, field):
		return "x", nil
	case s == "":
		return "", &MissingError{Field: field}
	case field == "signature":
		return s, nil // its lines are looked at with all others
	}
	return s, errors.Join(contact.CheckText(field, s))
}

// value gives a value as it was given.
func (f fields) value(field string) string {
	switch field {
	case "greeting":
		return f.l.Salutation
	case "useful":
		return f.l.Facts.Useful
	case "title":
		return f.l.Facts.Title
	case "news":
		return f.l.Facts.News
	case "next":
		return f.l.Facts.Next
	case "about":
		return f.l.Facts.About
	case "date":
		return dateWords(f.l.Facts.When, f.language)
	case "signature":
		return f.l.Owner.Signature
	case "name":
		return f.l.Owner.Name
	case "phone":
		return f.l.Owner.Phone
	case "personal_address":
		return f.l.Owner.PersonalAddress
	}
	panic("templates: no value " + field) // the methods above name them all
}

// months are the names of the months, from January on.
var months = map[string][]string{
	"de": strings.Fields("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
	"es": strings.Fields("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
	"fr": strings.Fields("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
}

// dateWords writes a day as people do in letters, without the year; in a
// language that it does not know, in figures. The zero time is "".
func dateWords(t time.Time, language string) string {
	if t.IsZero() {
		return ""
	}
	if language == fallback {
		return t.Format("2 January")
	}
	names, ok := months[language]
	if !ok {
		return t.Format(time.DateOnly)
	}
	name := names[t.Month()-1]
	switch {
	case language == "es":
		return fmt.Sprintf("%d de %s", t.Day(), name)
	case language == "de":
		return fmt.Sprintf("%d. %s", t.Day(), name)
	case t.Day() == 1:
		return "1er " + name
	}
	return fmt.Sprintf("%d %s", t.Day(), name)
}
