package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"regards/contact"
	"regards/plan"
)

// people are all contacts, to look one up as the owner names them.
type people []contact.Contact

func (s *session) contacts(ctx context.Context) (people, error) {
	all, err := s.store.Contacts(ctx)
	return all, err
}

// contact finds the contact that a CONTACT means.
func (s *session) contact(ctx context.Context, who string) (contact.Contact, error) {
	all, err := s.contacts(ctx)
	if err != nil {
		return contact.Contact{}, err
	}
	return all.find(who)
}

// removed stands for the name of a contact that is gone.
const removed = "(removed)"

// name gives the name of a contact, also of one that is gone.
func (p people) name(id string) string {
	if c, ok := p.byID(id); ok {
		return c.Name
	}
	return removed
}

func (p people) byID(id string) (contact.Contact, bool) {
	for _, c := range p {
		if c.ID == id {
			return c, true
		}
	}
	return contact.Contact{}, false
}

// errNobody means that no contact fits.
var errNobody = errors.New("no contact fits")

// find gives the contact that a CONTACT means: an id, an address, or a name, or
// whole words of one, that fits one contact only.
func (p people) find(who string) (contact.Contact, error) {
	i, err := p.index(who)
	if err != nil {
		return contact.Contact{}, err
	}
	return p[i], nil
}

// index gives the place of the contact that a CONTACT means.
func (p people) index(who string) (int, error) {
	key := plan.AddressKey(who)
	var exact, part []int
	for i, c := range p {
		switch {
		case who == "":
		case c.ID == who, containsKey(c.Addresses, key):
			return i, nil
		case strings.EqualFold(c.Name, who):
			exact = append(exact, i)
		case hasWords(c.Name, who):
			part = append(part, i)
		}
	}
	if len(exact) == 0 {
		exact = part
	}
	switch len(exact) {
	case 0:
		return 0, fmt.Errorf("%w %q; see: regards contact list", errNobody, who)
	case 1:
		return exact[0], nil
	}
	var names []string
	for _, i := range exact {
		names = append(names, fmt.Sprintf("%s (%s)", p[i].Name, p[i].ID))
	}
	return 0, fmt.Errorf("%q fits several contacts: %s; name one by id or address", who, strings.Join(names, ", "))
}

// findExactly is find for what cannot be undone: part of a name is not enough.
func (p people) findExactly(who string) (contact.Contact, error) {
	c, err := p.find(who)
	if err == nil && c.ID != who && !strings.EqualFold(c.Name, who) && !containsKey(c.Addresses, plan.AddressKey(who)) {
		err = fmt.Errorf("%w %q exactly; did you mean %s (%s)?", errNobody, who, c.Name, c.ID)
	}
	return c, err
}

// hasWords reports whether every word of some stands in a name as a word.
func hasWords(name, some string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), isBetweenWords)
	for _, w := range strings.FieldsFunc(strings.ToLower(some), isBetweenWords) {
		if !slices.Contains(words, w) {
			return false
		}
	}
	return strings.ContainsFunc(some, func(r rune) bool { return !isBetweenWords(r) })
}

func isBetweenWords(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}

// parsePerson reads "Name <address>" or a bare address of somebody new; ok is
// false for anything else.
func parsePerson(s string) (c contact.Contact, ok bool) {
	if !strings.Contains(s, "@") {
		return c, false
	}
	addr, name, err := plan.NewAddress(s)
	if err != nil {
		return c, false
	}
	if name == "" {
		name = addr.Addr
	}
	return contact.Contact{Name: name, Addresses: []contact.Address{addr}, Medium: contact.Email, Status: contact.Active}, true
}

// ids gives their ids, in the same order.
func (p people) ids() []string {
	ids := make([]string, len(p))
	for i, c := range p {
		ids[i] = c.ID
	}
	return ids
}
