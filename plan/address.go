package plan

import (
	"fmt"
	"net/mail"
	"strings"

	"golang.org/x/net/idna"

	"regards/contact"
)

// NewAddress takes an address as a person writes it, with or without a display
// name, and gives it with its key. The name is "" when there was none.
func NewAddress(s string) (a contact.Address, name string, err error) {
	parsed, err := mail.ParseAddress(s)
	if err != nil {
		return a, "", fmt.Errorf("%q is not a mail address; write it as name@example.org", s)
	}
	return contact.Address{Addr: parsed.Address, Key: AddressKey(parsed.Address)}, parsed.Name, nil
}

// AddressKey folds addr into the form in which two spellings of one mailbox are
// equal: without case, the domain in ASCII (IDNA 2008, RFC 5891), without a
// plus-part (RFC 5233), and for Gmail, which ignores them, without dots.
//
// RFC 5321 section 2.4 lets a server tell local parts apart by case; no server
// that people use does, and two contacts at one such address never occur.
func AddressKey(addr string) string {
	addr = strings.ToLower(strings.TrimSpace(addr))
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return addr
	}
	local, domain := addr[:at], asciiDomain(strings.TrimRight(addr[at+1:], "."))
	if plus := strings.IndexByte(local, '+'); plus > 0 {
		local = local[:plus]
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + domain
}

// asciiDomain gives a domain in its ASCII form, or as it stands where that is
// impossible.
func asciiDomain(domain string) string {
	ascii := true
	for i := range len(domain) {
		ascii = ascii && domain[i] < 0x80
	}
	if ascii {
		return domain
	}
	if a, err := idna.Lookup.ToASCII(domain); err == nil {
		return a
	}
	return domain
}
