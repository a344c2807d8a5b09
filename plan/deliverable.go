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

// WrittenSince says that the owner sent the contact of an approved letter a message
// of the same subject or thread after the approval: that may have been the letter,
// from a copy of it. It is "" when they did not, or when that was another one of
// all letters.
func WrittenSince(l contact.Letter, all map[string]contact.Letter, sent []contact.Touch) string {
	for _, t := range sent {
		if t.ContactID != l.ContactID || !byMail(t) || !t.At.After(l.Approved) || kinship(l, "", t.References, t.Subject) == 0 {
			continue
		}
		if !isLetter(all, t.MessageID) {
			return fmt.Sprintf("you have sent them %q since you approved it; if it is to go all the same, move it out of the outbox, and back a few minutes later", t.Subject)
		}
	}
	return ""
}

// isLetter reports whether a message is one of our letters.
func isLetter(all map[string]contact.Letter, messageID string) bool {
	for _, l := range all {
		if l.Is(messageID) {
			return true
		}
	}
	return false
}

// hasAddress reports whether addr, without a name, is one of c's.
func hasAddress(c contact.Contact, addr string) bool {
	key := AddressKey(addr)
	return slices.ContainsFunc(c.Addresses, func(a contact.Address) bool { return a.Key == key })
}
