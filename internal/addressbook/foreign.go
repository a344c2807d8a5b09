package addressbook

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"regards/contact"
	"regards/plan"
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
	"labels": roleGroups, "group membership": roleGroups, "categories": roleGroups, "kategorien": roleGroups, "catégories": roleGroups,
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

// maxForeignSpan is how many lines a record of another program may span: notes
// and postal addresses have many.
const maxForeignSpan = 200

// spanning reads on where the cell at the end of a line is open. Other programs
// write whole lines, with as many cells as there are columns: where that does
// not come out, a quote is astray, and the line that has it is lost alone.
func (s *sheet) spanning(line string) ([]string, error) {
	var text strings.Builder
	text.WriteString(line)
	ahead := s.lines
	for range maxForeignSpan {
		next, ok := ahead.next()
		if !ok || text.Len() > maxValue {
			break
		}
		text.WriteString("\n")
		text.WriteString(toUTF8(next))
		if strings.Count(next, `"`)%2 == 0 {
			continue
		}
		cells, open, err := splitCells(text.String(), s.delimiter)
		if open || err != nil || len(cells) != len(s.head) {
			break
		}
		s.lines = ahead
		return cells, nil
	}
	return nil, errStrayQuote
}

// ErrNobody is the Problem of a line that names nobody, as LinkedIn writes one
// for a member who left or hides. An import leaves it out without harm.
var ErrNobody = errors.New("it has no name and no address")

var (
	errNoForeignWay = errors.New("there is no mail address, no telephone number and no LinkedIn page; add one there, or add the person by hand: regards contact add")
	errOnlyExchange = errors.New("its only address is one of an Exchange server (/o=…), which is no mail address; find out the one for mail")
)

// foreign reads a line of another program.
func (s *sheet) foreign(cells []string, line int) Entry {
	p := row{sheet: s, cells: cells}
	r := raw{line: line, missing: errNoForeignWay, fallback: p.fallback()}
	name, beside := p.name()
	r.name = name
	exchange := false
	r.addresses, exchange = p.addresses()
	if exchange {
		r.notes = appendNote(r.notes, "an address of an Exchange server (/o=…) is no mail address; left out")
		r.missing = errOnlyExchange
	}
	r.groups = p.groups()
	r.birthday, r.notes = p.birthday(r.notes)
	e := r.entry()
	if name == "" && len(r.addresses) == 0 && !exchange {
		e.Problem = ErrNobody
	}
	e.Page, e.Dropped = p.page(), p.dropped(beside)
	return e
}

// row is a line of another program.
type row struct {
	*sheet
	cells []string
}

// all gives what a line has in the columns of a role, without those that are empty.
func (p row) all(of role) []string {
	var values []string
	for i, c := range p.cells {
		if c = strings.TrimSpace(c); c != "" && i < len(p.roles) && p.roles[i] == of {
			values = append(values, c)
		}
	}
	return values
}

// name puts the name together from its parts, and tells whether something stood
// beside it that is none of it.
func (p row) name() (name string, beside bool) {
	part := func(of role) string {
		text := strings.Join(p.all(of), " ")
		tidied := plan.TidyName(text)
		beside = beside || tidied != strings.Join(strings.Fields(text), " ")
		return tidied
	}
	first := strings.TrimSpace(part(roleGiven) + " " + part(roleMiddle))
	name = joinName([]string{part(roleFamily), first})
	if name == "" {
		name = part(roleName)
	}
	if before := part(rolePrefix); before != "" && name != "" {
		name = before + " " + name
	}
	return name, beside
}

// addresses gives the mail addresses, first the one that Google marks with a
// star, and tells whether an address of an Exchange server was among them: an
// X.500 name that means something within its organisation alone.
func (p row) addresses() (all []string, exchange bool) {
	starred := false
	for i, c := range p.cells {
		if i >= len(p.roles) {
			break
		}
		switch p.roles[i] {
		case roleAddressLabel:
			starred = strings.HasPrefix(strings.TrimSpace(c), "* ")
		case roleAddress:
			values := slices.DeleteFunc(strings.Split(c, " ::: "), func(a string) bool {
				is := isExchange(a)
				exchange = exchange || is
				return is || strings.TrimSpace(a) == ""
			})
			if starred {
				all = append(values, all...)
			} else {
				all = append(all, values...)
			}
			starred = false
		}
	}
	return all, exchange
}

func isExchange(address string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(address)), "/o=")
}

// groups gives the labels that are the owner's own. A star marks those of
// Google: everybody is in myContacts; but friends and family are groups.
func (p row) groups() []string {
	var all []string
	for _, cell := range p.all(roleGroups) {
		for _, g := range strings.Split(cell, p.layout.separator) {
			name, systems := strings.CutPrefix(strings.TrimSpace(g), "* ")
			low := strings.ToLower(strings.ReplaceAll(name, " ", ""))
			if low == "mycontacts" || low == "mycontact" || systems && !slices.Contains([]string{"friends", "family", "coworkers"}, low) {
				continue
			}
			all = append(all, name)
		}
	}
	return all
}

// fallback is the medium of whoever has no mail address.
func (p row) fallback() contact.Medium {
	switch {
	case p.layout.fallback != "":
		return p.layout.fallback
	case len(p.all(rolePhone)) > 0:
		return contact.Call
	case slices.ContainsFunc(p.all(rolePage), func(url string) bool { return strings.Contains(strings.ToLower(url), "linkedin.com/") }):
		return contact.LinkedIn
	}
	return ""
}

// page is the LinkedIn page of a person, to tell two people of one name apart.
func (p row) page() string {
	for _, url := range p.all(rolePage) {
		url = strings.TrimSuffix(strings.ToLower(url), "/")
		if _, id, ok := strings.Cut(url, "linkedin.com/in/"); ok && len(id) <= maxWord {
			return id
		}
	}
	return ""
}

// dropped names what a line has that a contact has no place for, each thing once.
func (p row) dropped(beside bool) []string {
	var all []string
	for i, c := range p.cells {
		if i >= len(p.roles) || strings.TrimSpace(c) == "" {
			continue
		}
		if r := p.roles[i]; r == roleDropped || r == rolePage || r == rolePhone {
			all = append(all, p.titles[i])
		}
	}
	if beside {
		all = append(all, besideName)
	}
	return distinct(all)
}

// besideName stands for what plan.TidyName takes off a name.
const besideName = "what stood beside a name"
