// Package addressbook reads and writes files of people: CSV, as spreadsheets
// know it, and vCards of the versions 2.1 (versit), 3.0 (RFC 2426) and 4.0
// (RFC 6350), as phones and mail programs export them. It reads the CSV files of
// LinkedIn, Google Contacts and Outlook as they are, and tells them by the names
// of their columns.
//
// Read promises an Entry for every line or card that speaks of somebody, each
// with its line in the file. One that cannot be taken carries its Problem and
// hides none of the others; what was left out of one that can be taken stands
// in its Notes. An Entry without Problem has a name and, where its medium is
// email, an address, and all its texts pass contact.CheckText. Only a file
// that is no address book at all, or too large for one, is an error of Read.
//
// Names of other programs' files are tidied where that is certain, and what a
// contact has no place for stands in Dropped.
//
// What WriteCSV and WriteVCard write, Read gives back: the same people in the
// same order. White space around a text and values named twice are not kept.
// They write everybody or, when somebody's values are not fit for it, return
// an error and write nothing.
//
// The package is pure: bytes in, values out. It stores nothing, reads no clock
// and does not know who is a contact already: that is the caller's business,
// as is finding the person whom IntroducedBy names.
package addressbook

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"regards/contact"
)

// The limits of a file. They are far beyond what a person knows of people, and
// keep a file that is something else from filling the memory.
const (
	maxFile    = 64 << 20 // bytes
	maxValue   = 64 << 10 // bytes of a cell, or of a property that is read
	maxEntries = 200_000
	maxNotes   = 20 // for one entry
)

// Entry is a person as a line of a CSV file or a vCard describes them.
type Entry struct {
	Line         int // where the line or card begins in the file, from 1
	Name         string
	Addresses    []contact.Address // the preferred one first
	Groups       []string
	Every        contact.Duration // zero: that of the groups
	Medium       contact.Medium
	Status       contact.Status // active unless the file says otherwise
	PausedUntil  time.Time      // in UTC, whole seconds; zero unless Status is paused; a date alone is noon
	Greeting     string
	Language     string           // of letters to them; "": the owner's
	Register     contact.Register // "": formal
	TimeZone     string           // IANA name; "": the owner's
	Birthday     contact.Birthday
	IntroducedBy string   // a name or an address, as the file has it
	Notes        []string // what was left out of it, such as an address that is none
	Problem      error    // why it cannot be taken, and what to write instead; nil: it can

	// Of another program's file:
	Page    string   // who it is on LinkedIn, to tell two people of one name apart; "": not known
	Dropped []string // what the file says and a contact has no place for, such as "Company"
}

// ErrNotPerson is the Problem of a card that describes a group, a place or a
// device (RFC 6350 section 6.1.4), which an import leaves out without harm.
var ErrNotPerson = errors.New("not a person's card")

// Read reads a CSV file or vCards. Which of them it is, it tells by the first
// line that is not blank; the encoding may be UTF-8, UTF-16 or Windows-1252.
func Read(r io.Reader) ([]Entry, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("the file is larger than %d MiB; split it", maxFile>>20)
	}
	text, err := decodeFile(data)
	if err != nil {
		return nil, err
	}
	switch first := firstLine(text); {
	case first == "":
		return nil, errors.New("the file is empty; a CSV file begins with the names of its columns, a vCard with BEGIN:VCARD")
	case strings.ContainsRune(first, 0) || strings.HasPrefix(first, "PK\x03\x04"):
		return nil, errors.New("this is no text file; save it as CSV (UTF-8) or as vCard")
	case isMarker(first, "BEGIN"):
		return readCards(text)
	}
	return readCSV(text)
}

func tooMany() error {
	return fmt.Errorf("there are more than %d people; split the file", maxEntries)
}
