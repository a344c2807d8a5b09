package plan

import (
	"fmt"
	"net/mail"
	"slices"

	"regards/contact"
)

// Deliverable gives the one address to which an approved letter goes, as it
// stands in its header, or says in words for the owner why regards does not send
// it. Recipients are those of To, Cc and Bcc together, as the owner left them:
// they may name one address of the contact, and the owner.
func Deliverable(l contact.Letter, c contact.Contact, recipients, owner []string) (to, why string) {
	if l.ContactID != c.ID {
		return "", "it is a letter to somebody else than " + c.Name
	}
	for _, r := range recipients {
		parsed, err := mail.ParseAddress(r)
		if err != nil {
			return "", fmt.Sprintf("its recipient %q is not a mail address; correct it", r)
		}
		key := AddressKey(parsed.Address)
		switch {
		case key == AddressKey(to):
		case hasAddress(c, key) && to == "":
			to = parsed.Address
		case hasAddress(c, key):
			return "", fmt.Sprintf("it goes to %s and to %s; leave one of them, or send it yourself", to, parsed.Address)
		case !slices.ContainsFunc(owner, func(o string) bool { return AddressKey(o) == key }):
			return "", fmt.Sprintf("it goes to %s, too, which is no address of %s; take that out, or send it yourself", parsed.Address, c.Name)
		}
	}
	if to == "" {
		return "", fmt.Sprintf("it goes to no address of %s; put one into To", c.Name)
	}
	return to, ""
}

// hasAddress reports whether addr, without a name, is one of c's.
func hasAddress(c contact.Contact, addr string) bool {
	key := AddressKey(addr)
	return slices.ContainsFunc(c.Addresses, func(a contact.Address) bool { return a.Key == key })
}
