// Package contact holds the values that the rest of regards speaks of: the
// people the owner keeps in touch with, the touches between them, the
// occasions that good manners answer, and the letters that come of it.
//
// It promises nothing but meaning: a value knows what makes it valid and how
// it is written, and nothing about mailboxes, tables, clocks or templates. It
// imports the standard library only, so that every other package may import
// it. Times are instants; how they are shown is the caller's business. Ids are
// random strings that are never reused; they are made by package store.
package contact

import (
	"cmp"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Medium is a way of being in touch.
type Medium string

// The media that a contact may prefer and a touch may use.
const (
	Email    Medium = "email"
	Call     Medium = "call"
	Meeting  Medium = "meeting"
	LinkedIn Medium = "linkedin"
	Card     Medium = "card"
	Text     Medium = "text"
)

// Media lists every Medium, as help texts and errors name them.
func Media() []Medium { return []Medium{Email, Call, Meeting, LinkedIn, Card, Text} }

// Status says whether letters may go to a contact.
type Status string

// The states of a contact. Only an active one is written to.
const (
	Active       Status = "active"
	Paused       Status = "paused"
	ByHand       Status = "by-hand"
	DoNotContact Status = "do-not-contact"
	Deceased     Status = "deceased"
	Bounced      Status = "bounced"
)

// Statuses lists every Status.
func Statuses() []Status {
	return []Status{Active, Paused, ByHand, DoNotContact, Deceased, Bounced}
}

// Address is one mail address of a contact: as the owner wrote it, and the
// key by which it is compared with others (see plan.NewAddress).
type Address struct {
	Addr    string
	Key     string
	Bounced time.Time // mail to it came back for good then; zero: it does not
}

// Contact is a person the owner keeps in touch with.
type Contact struct {
	ID           string
	Name         string
	Addresses    []Address
	Groups       []string // in the order given
	Medium       Medium
	Every        Duration // the owner's own cadence for this person; zero: that of the groups
	Greeting     string   // the salutation as the owner writes it, such as "Dear Prof. Lopez"; "": from the name
	Language     string   // of letters to them, ISO 639, two letters; "": the owner's
	Register     Register // "": formal
	TimeZone     string   // IANA name of where they live; "": the owner's
	Birthday     Birthday
	IntroducedBy string // id of a contact, or ""
	Status       Status
	PausedUntil  time.Time // zero unless Status is Paused; then letters wait until that time
	Away         Absence
	Answered     time.Time // what came until then waits for no answer: the owner said so
	Wanted       time.Time // the owner wanted a hello written to them then
	Added        time.Time
	Findings     []Finding // what mail told of them that the owner has not seen to, the oldest first
}

// Register is how a language that has two ways of address speaks to somebody.
type Register string

// The registers: du, tú, tu are familiar; Sie, usted, vous are formal.
const (
	Formal   Register = "formal"
	Familiar Register = "familiar"
)

// Registers lists every Register.
func Registers() []Register { return []Register{Formal, Familiar} }

// Absence is a time in which somebody is away: out of office, on leave. The
// zero Absence is none.
type Absence struct {
	Since, Until time.Time
	Deputy       string // the address of whom they name to write to meanwhile; "": nobody
}

// Absorb gives c with what other has beyond it, for when both turn out to be
// one person. Of their statuses the more careful one holds.
func (c Contact) Absorb(other Contact) Contact {
	c.Addresses = append(slices.Clone(c.Addresses), other.Addresses...)
	c.Findings = append(slices.Clone(c.Findings), other.Findings...)
	c.Groups = slices.Clone(c.Groups)
	for _, g := range other.Groups {
		if !slices.Contains(c.Groups, g) {
			c.Groups = append(c.Groups, g)
		}
	}
	if c.Every.IsZero() {
		c.Every = other.Every
	}
	c.Greeting = cmp.Or(c.Greeting, other.Greeting)
	c.Language = cmp.Or(c.Language, other.Language)
	c.Register = cmp.Or(c.Register, other.Register)
	c.TimeZone = cmp.Or(c.TimeZone, other.TimeZone)
	if c.Birthday.IsZero() || c.Birthday.Year == 0 && other.Birthday.Month == c.Birthday.Month && other.Birthday.Day == c.Birthday.Day {
		c.Birthday = other.Birthday
	}
	if other.Away.Until.After(c.Away.Until) {
		c.Away = other.Away
	}
	if other.Answered.After(c.Answered) {
		c.Answered = other.Answered
	}
	if other.Wanted.After(c.Wanted) {
		c.Wanted = other.Wanted
	}
	if c.IntroducedBy == "" || c.IntroducedBy == other.ID {
		c.IntroducedBy = other.IntroducedBy
	}
	if c.IntroducedBy == c.ID {
		c.IntroducedBy = ""
	}
	if other.Added.Before(c.Added) {
		c.Added = other.Added
	}
	switch mine, theirs := slices.Index(caution, c.Status), slices.Index(caution, other.Status); {
	case theirs > mine:
		c.Status, c.PausedUntil = other.Status, other.PausedUntil
	case theirs == mine && c.Status == Paused && !c.PausedUntil.IsZero() &&
		(other.PausedUntil.IsZero() || other.PausedUntil.After(c.PausedUntil)):
		c.PausedUntil = other.PausedUntil
	}
	return c
}

// caution lists every Status, from the one under which most is done.
var caution = []Status{Active, Bounced, Paused, ByHand, DoNotContact, Deceased}

// Validate reports everything that is wrong with c, joined.
func (c Contact) Validate() error {
	var errs []error
	if err := CheckText("name", c.Name); err != nil {
		errs = append(errs, err)
	} else if strings.TrimSpace(c.Name) == "" {
		errs = append(errs, errors.New("a contact needs a name"))
	}
	if c.Greeting != "" {
		errs = append(errs, CheckText("greeting", c.Greeting))
	}
	if !slices.Contains(Media(), c.Medium) {
		errs = append(errs, fmt.Errorf("medium %q is unknown; write one of %s", c.Medium, List(Media())))
	}
	if !slices.Contains(Statuses(), c.Status) {
		errs = append(errs, fmt.Errorf("status %q is unknown; write one of %s", c.Status, List(Statuses())))
	}
	if c.Medium == Email && len(c.Addresses) == 0 {
		errs = append(errs, errors.New("a contact kept by email needs an address; add one, or name another --medium"))
	}
	errs = append(errs, c.checkManner(), c.Birthday.validate())
	for _, a := range c.Addresses {
		errs = append(errs, a.validate())
	}
	for _, g := range c.Groups {
		if err := CheckText("group", g); err != nil || strings.TrimSpace(g) == "" {
			errs = append(errs, fmt.Errorf("group %q: write a printable word", g))
		}
	}
	return errors.Join(errs...)
}

// checkManner reports what is wrong with how c is written to.
func (c Contact) checkManner() error {
	var errs []error
	if len(c.Language) != 0 && (len(c.Language) != 2 || strings.Trim(c.Language, "abcdefghijklmnopqrstuvwxyz") != "") {
		errs = append(errs, fmt.Errorf("language %q is no language; write two letters, such as en", c.Language))
	}
	if c.Register != "" && !slices.Contains(Registers(), c.Register) {
		errs = append(errs, fmt.Errorf("register %q is unknown; write one of %s", c.Register, List(Registers())))
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		errs = append(errs, fmt.Errorf("time zone %q is unknown; write one such as Europe/Madrid", c.TimeZone))
	}
	if !c.Away.Until.IsZero() && !c.Away.Until.After(c.Away.Since) {
		errs = append(errs, errors.New("an absence ends after it begins"))
	}
	return errors.Join(errs...)
}

func (a Address) validate() error {
	parsed, err := mail.ParseAddress(a.Addr)
	if err != nil || parsed.Address != a.Addr || a.Key == "" {
		return fmt.Errorf("address %q is not a mail address; write it as name@example.org", a.Addr)
	}
	return nil
}

// CheckText reports text that could break out of the line it will stand in: a
// control character, a line break, a bidirectional override or bytes that are
// not UTF-8. Names, subjects and notes pass it before they are stored.
func CheckText(what, s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s %q is not UTF-8 text", what, s)
	}
	for _, r := range s {
		if unicode.IsControl(r) || isBidiControl(r) || r == '\u2028' || r == '\u2029' {
			return fmt.Errorf("%s %q holds a control character; leave it out", what, s)
		}
	}
	return nil
}

// Paragraphs gives the paragraphs of a text, which empty lines part. Each is one
// line, as CheckText wants it; none is empty.
func Paragraphs(what, s string) ([]string, error) {
	var all []string
	for _, p := range blankLines.Split(strings.ReplaceAll(s, "\r\n", "\n"), -1) {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		if strings.Contains(p, "\n") {
			return nil, fmt.Errorf("%s %q: write each paragraph in one line, however long, and an empty line between two", what, p)
		}
		if err := CheckText(what, p); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// blankLines part paragraphs.
var blankLines = regexp.MustCompile(`\n[ \t]*\n`)

func isBidiControl(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// List joins words for a sentence: "a, b, c".
func List[T ~string](words []T) string {
	s := make([]string, len(words))
	for i, w := range words {
		s[i] = string(w)
	}
	return strings.Join(s, ", ")
}
