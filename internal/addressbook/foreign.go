package addressbook

import (
	"errors"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"regards/contact"
	"regards/plan"
)

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
		beside = beside || tidied != norm.NFC.String(strings.Join(strings.Fields(text), " "))
		return tidied
	}
	first := strings.TrimSpace(part(roleGiven) + " " + part(roleMiddle))
	name = joinName([]string{part(roleFamily), first})
	if name == "" {
		name = part(roleName)
	}
	// A column named Title may be that of a courtesy or of a job.
	if before := strings.Join(p.all(rolePrefix), " "); plan.AreTitles(before) && name != "" {
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
		if r := p.roles[i]; r == roleDropped || r == rolePage || r == rolePhone || r == rolePrefix && !plan.AreTitles(c) {
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
