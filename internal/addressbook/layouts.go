package addressbook

import (
	"regexp"
	"slices"
	"strings"

	"regards/contact"
)

// layout is how another program writes its people into a CSV file.
type layout struct {
	named     func(head headings) bool // whether a line names its columns
	separator string                   // between several groups in a cell
	fallback  contact.Medium           // of whoever has no address; "": see row.fallback
}

// layouts are the files of other programs that are read, the most telling first.
//
// LinkedIn's Connections.csv had no URL at first, and mostly has notes above the
// names of its columns. Google wrote "Given Name" once and writes "First Name" now;
// how many numbered columns there are depends on the people. Outlook's columns have
// the names that Microsoft gave them in each language.
var layouts = []layout{
	{named: headings.isLinkedIn, separator: ";", fallback: contact.LinkedIn},
	{named: headings.isGoogle, separator: " ::: "},
	{named: headings.isOutlook, separator: ";"},
}

// headings are the names of the columns, in small letters.
type headings []string

func (h headings) has(name string) bool { return slices.Contains(h, name) }

func (h headings) isLinkedIn() bool {
	return h.has("first name") && h.has("last name") && h.has("connected on")
}

func (h headings) isGoogle() bool {
	if h.has("given name") && h.has("family name") {
		return h.has("group membership") || slices.ContainsFunc(h, numberedAddress.MatchString)
	}
	return h.has("first name") && h.has("last name") && (h.has("labels") || slices.ContainsFunc(h, numberedAddress.MatchString))
}

func (h headings) isOutlook() bool {
	has := func(r role) bool { return slices.ContainsFunc(h, func(s string) bool { return roleOf(s) == r }) }
	return has(roleGiven) && has(roleFamily) && has(roleAddress)
}

// role is what a column of another program means to regards.
type role int

const (
	roleDropped role = iota // a contact has no place for it
	roleSilent              // it says nothing by itself, such as that an address is of the kind "Work"
	roleName
	rolePrefix
	roleGiven
	roleMiddle
	roleFamily
	roleAddress
	roleAddressLabel
	roleGroups
	roleBirthday
	rolePage
	rolePhone
)

// roles tells what columns mean. The names in German, French, Spanish and
// Italian are those of Outlook.
var roles = map[string]role{
	"name": roleName, "name prefix": rolePrefix, "title": rolePrefix, "anrede": rolePrefix,
	"first name": roleGiven, "given name": roleGiven, "vorname": roleGiven, "prénom": roleGiven, "nombre": roleGiven, "nome": roleGiven,
	"middle name": roleMiddle, "additional name": roleMiddle, "weitere vornamen": roleMiddle, "2. vorname": roleMiddle, "zweiter vorname": roleMiddle,
	"deuxième prénom": roleMiddle, "segundo nombre": roleMiddle, "secondo nome": roleMiddle,
	"last name": roleFamily, "family name": roleFamily, "nachname": roleFamily, "nom": roleFamily, "apellidos": roleFamily, "cognome": roleFamily,
	"email": roleAddress, "e-mail": roleAddress, "email address": roleAddress,
	"e-mail address": roleAddress, "e-mail 2 address": roleAddress, "e-mail 3 address": roleAddress,
	"e-mail-adresse": roleAddress, "e-mail 2: adresse": roleAddress, "e-mail 3: adresse": roleAddress,
	"adresse de messagerie": roleAddress, "adresse de messagerie 2": roleAddress, "adresse de messagerie 3": roleAddress,
	"dirección de correo electrónico": roleAddress, "dirección de correo electrónico 2": roleAddress,
	"dirección de correo electrónico 3": roleAddress, "dirección del correo electrónico 3": roleAddress,
	"indirizzo posta elettronica": roleAddress, "indirizzo posta elettronica 2": roleAddress, "indirizzo posta elettronica 3": roleAddress,
	"groups": roleGroups, "labels": roleGroups, "group membership": roleGroups, "categories": roleGroups, "kategorien": roleGroups, "catégories": roleGroups,
	"categorías": roleGroups, "categorie": roleGroups,
	"birthday": roleBirthday, "geburtstag": roleBirthday, "anniversaire": roleBirthday, "cumpleaños": roleBirthday, "compleanno": roleBirthday,
	"url": rolePage, "web page": rolePage, "personal web page": rolePage, "webseite": rolePage, "page web": rolePage, "página web": rolePage, "pagina web": rolePage,
	"home phone": rolePhone, "business phone": rolePhone, "mobile phone": rolePhone, "primary phone": rolePhone, "other phone": rolePhone,
	"telefon privat": rolePhone, "telefon (privat)": rolePhone, "telefon geschäftlich": rolePhone, "mobiltelefon": rolePhone, "haupttelefon": rolePhone,
	"téléphone (domicile)": rolePhone, "téléphone (bureau)": rolePhone, "tél. mobile": rolePhone, "téléphone principal": rolePhone,
	"teléfono del trabajo": rolePhone, "teléfono movil": rolePhone, "teléfono móvil": rolePhone, "particular": rolePhone, "teléfono principal": rolePhone,
	"abitazione": rolePhone, "ufficio": rolePhone, "cellulare": rolePhone, "telefono principale": rolePhone,
	"file as": roleSilent, "photo": roleSilent, "initials": roleSilent, "gender": roleSilent, "priority": roleSilent, "sensitivity": roleSilent, "private": roleSilent,
	"initialen": roleSilent, "geschlecht": roleSilent, "priorität": roleSilent, "vertraulichkeit": roleSilent, "privat": roleSilent,
}

// Numbered columns, mostly Google's: "E-mail 1 - Value", "Phone 2 - Type".
var (
	numberedAddress = regexp.MustCompile(`^e-mail \d+ - value$`)
	numberedLabel   = regexp.MustCompile(`^e-mail \d+ - (type|label)$`)
	numberedPhone   = regexp.MustCompile(`^phone \d+ - value$`)
	numberedPage    = regexp.MustCompile(`^website \d+ - value$`)
	aside           = regexp.MustCompile(` - (type|label)$|^e-mail.* (type|display name)$|^e-mail.*: (typ|angezeigter name)$|^e-mail-typ$|phonetic|yomi`)
)

func roleOf(heading string) role {
	switch {
	case roles[heading] != roleDropped:
		return roles[heading]
	case numberedAddress.MatchString(heading):
		return roleAddress
	case numberedLabel.MatchString(heading):
		return roleAddressLabel
	case numberedPhone.MatchString(heading):
		return rolePhone
	case numberedPage.MatchString(heading):
		return rolePage
	case aside.MatchString(heading):
		return roleSilent
	}
	return roleDropped
}

// maxPreamble is how many lines of text are looked at for the names of columns:
// LinkedIn writes notes above them.
const maxPreamble = 30

// readForeignHead finds the line with which another program names its columns,
// and tells whether there is one. A first line that names one of our columns is
// our own.
func (s *sheet) readForeignHead() bool {
	ahead := s.lines
	for n := range maxPreamble {
		line, ok := ahead.nextText()
		if !ok {
			return false
		}
		for _, d := range []string{",", ";", "\t"} {
			cells, open, err := splitCells(toUTF8(line), d)
			if open || err != nil {
				continue
			}
			if s.setForeignHead(cells) {
				s.delimiter, s.lines = d, ahead
				return true
			}
			if n == 0 && slices.ContainsFunc(cells, func(c string) bool { return slices.Contains(columns[:2], column(c)) }) {
				return false
			}
		}
	}
	return false
}

func (s *sheet) setForeignHead(cells []string) bool {
	var head headings
	for _, c := range cells {
		head = append(head, strings.ToLower(strings.Join(strings.Fields(strings.Trim(c, "\ufeff")), " ")))
	}
	i := slices.IndexFunc(layouts, func(l layout) bool { return l.named(head) })
	if i < 0 {
		return false
	}
	s.layout, s.head = &layouts[i], head
	for i, h := range head {
		s.roles = append(s.roles, roleOf(h))
		s.titles = append(s.titles, title(cells[i]))
	}
	return true
}

// numbered is what stands behind the name of a thing of which there are several.
var numbered = regexp.MustCompile(` \d+ - .*$`)

// title is the name of a column in a note: "Address" for "Address 1 - Street". One
// that could harm a terminal is quoted.
func title(heading string) string {
	t := numbered.ReplaceAllString(strings.Join(strings.Fields(strings.Trim(heading, "\ufeff")), " "), "")
	if len(t) > shown || contact.CheckText("heading", t) != nil {
		return quote(t)
	}
	return t
}
