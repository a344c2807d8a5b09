package addressbook

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-vcard"

	"regards/contact"
)

// WriteCSV writes people with a first line that names the columns. Cells that a
// spreadsheet would run as formulas have an apostrophe before them, which Read
// takes off again. Lines end with LF and there is no byte order mark, as the
// other tools of a shell like it; spreadsheets are told UTF-8 when they ask.
func WriteCSV(w io.Writer, people []Entry) error {
	people, err := writable(people)
	if err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.Write(columns) // an error stays until Flush
	for _, e := range people {
		r := e.raw()
		c.Write([]string{guard(r.name), joinValues(r.addresses), joinValues(r.groups), r.every, r.medium,
			guard(r.greeting), guard(r.introducedBy), r.status, r.pausedUntil,
			r.language, r.register, r.timeZone, r.birthday})
	}
	c.Flush()
	return c.Error()
}

// WriteVCard writes people as vCards of version 3.0 (RFC 2426): Google, Apple
// and Outlook all read it, but not all of them version 4.0. What only regards
// knows stands in X-REGARDS properties, which other programs pass over.
//
// The encoder of go-vcard is not used: it does not fold, and escapes neither a
// semicolon nor a comma within a list.
func WriteVCard(w io.Writer, people []Entry) error {
	people, err := writable(people)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	for _, e := range people {
		writeCard(b, e.raw())
	}
	return b.Flush() // with the first error of any write
}

// writeCard writes one card. Version 3.0 requires N, the parts of the name;
// they are not known, and a guess shows on every telephone, so all of it is
// the given name.
func writeCard(b *bufio.Writer, r raw) {
	writeLine(b, "BEGIN:VCARD")
	writeLine(b, "VERSION:3.0")
	writeLine(b, "FN:"+escape(r.name))
	writeLine(b, "N:;"+escape(r.name)+";;;")
	kind := "INTERNET,PREF"
	for _, a := range r.addresses {
		writeLine(b, "EMAIL;TYPE="+kind+":"+escape(a))
		kind = "INTERNET"
	}
	if len(r.groups) > 0 {
		groups := make([]string, len(r.groups))
		for i, g := range r.groups {
			groups[i] = escape(g)
		}
		writeLine(b, "CATEGORIES:"+strings.Join(groups, ","))
	}
	if r.medium == string(contact.Email) {
		r.medium = ""
	}
	for _, own := range [][2]string{{propEvery, r.every}, {propMedium, r.medium}, {propStatus, r.status}, {propPausedUntil, r.pausedUntil}, {propGreeting, r.greeting}, {propIntroducedBy, r.introducedBy},
		{vcard.FieldLanguage, r.language}, {propRegister, r.register}, {vcard.FieldTimezone + ";VALUE=text", r.timeZone},
		{vcard.FieldBirthday, birthdayLine(r.birthday)}} {
		if own[1] != "" {
			writeLine(b, own[0]+":"+escape(own[1]))
		}
	}
	writeLine(b, "END:VCARD")
}

// birthdayLine is a birthday as a card has it. Version 3.0 knows none without its
// year; that of version 4.0 (RFC 6350 section 6.2.5) is what Google writes, too.
func birthdayLine(birthday string) string {
	if strings.Count(birthday, "-") == 1 {
		return "--" + birthday
	}
	return birthday
}

var escaper = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `;`, `\;`)

// escape is that of RFC 2426 section 4 for text without line ends.
func escape(s string) string { return escaper.Replace(s) }

// width is how long a line may be, in octets and without its end (RFC 6350
// section 3.2; RFC 2426 section 2.6 says characters).
const width = 75

// writeLine writes a content line, folded between characters.
func writeLine(b *bufio.Writer, line string) {
	for room := width; len(line) > room; room = width - 1 {
		for !utf8.RuneStart(line[room]) {
			room--
		}
		b.WriteString(line[:room] + "\r\n ")
		line = line[room:]
	}
	b.WriteString(line + "\r\n")
}

// writable gives people as Read will give them back.
func writable(people []Entry) ([]Entry, error) {
	if len(people) > maxEntries {
		return nil, tooMany()
	}
	all := make([]Entry, len(people))
	for i, e := range people {
		back := e.raw().entry()
		if err := firstError(back.Problem, back.checkLengths()); err != nil {
			return nil, fmt.Errorf("%s cannot be written: %w", quote(e.Name), err)
		}
		if len(back.Notes) > 0 {
			return nil, fmt.Errorf("%s cannot be written: %s", quote(e.Name), back.Notes[0])
		}
		all[i] = back
	}
	return all, nil
}

// checkLengths keeps to what Read takes of a cell or a property, with every
// escape that one of the formats needs.
func (e Entry) checkLengths() error {
	r := e.raw()
	for _, cell := range []string{r.name, r.greeting, r.introducedBy, joinValues(r.addresses), joinValues(r.groups)} {
		if len(guard(escape(cell))) > maxValue {
			return fmt.Errorf("%s is longer than %d KiB; shorten it", quote(cell), maxValue>>10)
		}
	}
	return nil
}

// raw is what a file says of an entry.
func (e Entry) raw() raw {
	r := raw{
		line: e.Line, name: e.Name, groups: e.Groups, medium: string(e.Medium),
		greeting: e.Greeting, introducedBy: e.IntroducedBy, missing: errNoAddress,
		language: e.Language, register: string(e.Register), timeZone: e.TimeZone, birthday: e.Birthday.String(),
	}
	for _, a := range e.Addresses {
		r.addresses = append(r.addresses, a.Addr)
	}
	if e.Status != contact.Active {
		r.status = string(e.Status)
	}
	if e.Status == contact.Paused && !e.PausedUntil.IsZero() {
		r.pausedUntil = e.PausedUntil.UTC().Format(time.RFC3339)
	}
	if !e.Every.IsZero() {
		r.every = e.Every.String()
	}
	return r
}
