package addressbook

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/plan"
)

// raw is what a line or a card says of a person, before it is judged.
type raw struct {
	line                   int
	name                   string
	addresses, groups      []string
	every, medium, status  string
	pausedUntil            string
	greeting, introducedBy string
	language, register     string
	timeZone, birthday     string
	fallback               contact.Medium // where there is no address; "": none
	missing                error          // what to say where an address is missing
	notes                  []string
}

// entry judges what was read. The first thing that is wrong is the Problem.
func (r raw) entry() Entry {
	e := Entry{Line: r.line, Notes: r.notes, Greeting: strings.TrimSpace(r.greeting), IntroducedBy: strings.TrimSpace(r.introducedBy),
		Language: strings.ToLower(strings.TrimSpace(r.language)), Register: contact.Register(strings.ToLower(strings.TrimSpace(r.register))),
		TimeZone: strings.TrimSpace(r.timeZone)}
	display, bad := e.setAddresses(r.addresses)
	e.Groups = distinct(r.groups)
	e.Name = cmp.Or(strings.TrimSpace(r.name), display)
	if e.Name == "" && len(e.Addresses) > 0 {
		e.Name = e.Addresses[0].Addr
	}
	every := e.setEvery(r.every)
	medium := e.setMedium(r.medium, r.fallback)
	e.Problem = firstError(every, medium, e.setBirthday(r.birthday), e.setStatus(r.status), e.setPausedUntil(r.pausedUntil), e.checkTexts(), e.checkManner())
	if e.Problem == nil {
		e.Problem = e.checkWhole(cmp.Or(bad, r.missing))
	}
	return e
}

// setAddresses takes what is a mail address, notes what is none, and gives the
// first name that stood beside an address, and the first fault.
func (e *Entry) setAddresses(texts []string) (name string, bad error) {
	seen := map[string]bool{}
	for _, text := range texts {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		a, display, err := address(text)
		if err != nil {
			bad = cmp.Or(bad, err)
			e.note("%s is not a mail address; left out", quote(text))
			continue
		}
		name = cmp.Or(name, strings.TrimSpace(display))
		if !seen[a.Key] {
			seen[a.Key] = true
			e.Addresses = append(e.Addresses, a)
		}
	}
	return name, bad
}

// address reads a mail address. One whose local part needs quotes (RFC 5321
// section 4.1.2) is refused like any other that a contact cannot have.
func address(text string) (a contact.Address, name string, err error) {
	if len(text) <= maxAddress {
		a, name, err = plan.NewAddress(text)
		again, _, errAgain := plan.NewAddress(a.Addr)
		if err == nil && errAgain == nil && again == a && contact.CheckText("address", a.Addr) == nil {
			return a, name, nil
		}
	}
	return contact.Address{}, "", fmt.Errorf("%s is not a mail address; write it as name@example.org", quote(text))
}

// maxAddress is far above what RFC 5321 section 4.5.3.1 allows an address, with
// room for a name beside it.
const maxAddress = 4 << 10

func (e *Entry) setEvery(text string) (err error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	if e.Every, err = contact.ParseDuration(text); err != nil {
		return fmt.Errorf("every: %w", err)
	}
	return nil
}

func (e *Entry) setBirthday(text string) (err error) {
	text = strings.TrimSpace(text)
	if len(text) > maxWord {
		return fmt.Errorf("%s is no birthday", quote(text))
	}
	e.Birthday, err = contact.ParseBirthday(text)
	return err
}

func (e *Entry) setMedium(text string, fallback contact.Medium) error {
	e.Medium = contact.Medium(strings.ToLower(strings.TrimSpace(text)))
	switch {
	case e.Medium == "" && len(e.Addresses) == 0:
		e.Medium = cmp.Or(fallback, contact.Email)
	case e.Medium == "":
		e.Medium = contact.Email
	case !slices.Contains(contact.Media(), e.Medium):
		return fmt.Errorf("medium %s is unknown; write one of %s", quote(text), contact.List(contact.Media()))
	}
	return nil
}

func (e *Entry) setStatus(text string) error {
	e.Status = contact.Status(strings.ToLower(cmp.Or(strings.TrimSpace(text), string(contact.Active))))
	if !slices.Contains(contact.Statuses(), e.Status) {
		return fmt.Errorf("status %s is unknown; write one of %s", quote(text), contact.List(contact.Statuses()))
	}
	return nil
}

// setPausedUntil reads a time, which says something of a pause alone.
func (e *Entry) setPausedUntil(text string) error {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, err = time.Parse(time.DateOnly, text)
		t = t.Add(12 * time.Hour)
	}
	if t = t.UTC().Truncate(time.Second); err != nil || t.Year() < 1 || t.Year() > 9999 {
		return fmt.Errorf(`paused_until: %s is not a time; write for example "2026-11-21" or "2026-11-21T15:00:00Z"`, quote(text))
	}
	if e.Status != contact.Paused {
		e.note("paused_until goes with the status paused only; left out")
		return nil
	}
	e.PausedUntil = t
	return nil
}

func (e *Entry) checkTexts() error {
	err := firstError(checkText("name", e.Name), checkText("greeting", e.Greeting), checkText("introduced_by", e.IntroducedBy))
	for _, g := range e.Groups {
		err = firstError(err, checkText("group", g))
	}
	return err
}

// checkManner holds language, register and time zone to what a contact can have.
func (e *Entry) checkManner() error {
	for _, text := range []string{e.Language, string(e.Register), e.TimeZone} {
		if len(text) > maxWord {
			return fmt.Errorf("%s is no language, register or time zone", quote(text))
		}
	}
	return contact.Contact{Name: "x", Medium: contact.Card, Status: contact.Active,
		Language: e.Language, Register: e.Register, TimeZone: e.TimeZone}.Validate()
}

// maxWord is far above the length of any name of a time zone.
const maxWord = 100

// checkText is contact.CheckText with errors that stay short.
func checkText(what, s string) error {
	for s != "" {
		var part string
		part, s = cutText(s)
		if err := contact.CheckText(what, part); err != nil {
			return err
		}
	}
	return nil
}

// checkWhole says what is missing.
func (e *Entry) checkWhole(missing error) error {
	switch {
	case e.Name == "" && len(e.Addresses) == 0:
		return errors.New("there is no name and no address; write at least one of them")
	case e.Medium == contact.Email && len(e.Addresses) == 0:
		return missing
	}
	return nil
}

func (e *Entry) note(format string, args ...any) { e.Notes = appendNote(e.Notes, format, args...) }

// appendNote keeps a file of faults from filling the memory with notes.
func appendNote(notes []string, format string, args ...any) []string {
	if len(notes) >= maxNotes {
		return notes
	}
	return append(notes, fmt.Sprintf(format, args...))
}

// distinct gives the texts that are not blank, trimmed, each once.
func distinct(texts []string) []string {
	var all []string
	seen := map[string]bool{}
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" && !seen[t] {
			seen[t] = true
			all = append(all, t)
		}
	}
	return all
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
