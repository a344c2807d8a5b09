package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"regards/contact"
	"regards/plan"
)

// people are all contacts, to look one up as the owner names them.
type people []contact.Contact

func (s *session) contacts(ctx context.Context) (people, error) {
	all, err := s.store.Contacts(ctx)
	return all, err
}

// name gives the name of a contact, also of one that is gone.
func (p people) name(id string) string {
	if c, ok := p.byID(id); ok {
		return c.Name
	}
	return "(removed)"
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
// part of one, that fits one contact only.
func (p people) find(who string) (contact.Contact, error) {
	if c, ok := p.byID(who); ok {
		return c, nil
	}
	key := plan.AddressKey(who)
	var exact, part people
	for _, c := range p {
		for _, a := range c.Addresses {
			if a.Key == key {
				return c, nil
			}
		}
		switch {
		case strings.EqualFold(c.Name, who):
			exact = append(exact, c)
		case strings.Contains(strings.ToLower(c.Name), strings.ToLower(who)) && who != "":
			part = append(part, c)
		}
	}
	if len(exact) == 0 {
		exact = part
	}
	switch len(exact) {
	case 0:
		return contact.Contact{}, fmt.Errorf("%w %q; see: regards contact list", errNobody, who)
	case 1:
		return exact[0], nil
	}
	var names []string
	for _, c := range exact {
		names = append(names, fmt.Sprintf("%s (%s)", c.Name, c.ID))
	}
	return contact.Contact{}, fmt.Errorf("%q fits several contacts: %s; name one by id or address", who, strings.Join(names, ", "))
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
