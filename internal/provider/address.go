package provider

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// address is a mail address whose domain is in lower case and in the ASCII form
// of RFC 5890.
type address struct{ local, domain string }

func (a address) String() string { return a.local + "@" + a.domain }

// maxAddress is more than RFC 5321, section 4.5.3.1 allows.
const maxAddress = 320

func parseAddress(text string) (address, error) {
	text = strings.TrimSpace(text)
	at := strings.LastIndexByte(text, '@')
	odd := func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(" <>,;:\"\\@", r) }
	if at < 1 || len(text) > maxAddress || strings.ContainsFunc(text[:at], odd) {
		return address{}, fmt.Errorf("%w: write it as name@example.org", ErrAddress)
	}
	domain, ok := hostname(text[at+1:])
	if !ok {
		return address{}, fmt.Errorf("%w: what stands after the @ is no name of a domain; write it as name@example.org", ErrAddress)
	}
	return address{local: text[:at], domain: domain}, nil
}

// hostname brings a name of a host in the internet into its ASCII form, without
// the dot of the root. Names without a dot and IP addresses are none: what
// strangers write must not lead into the owner's own network.
func hostname(name string) (string, bool) {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.TrimSpace(name), "."))
	if err != nil || len(ascii) > 253 || !strings.Contains(ascii, ".") || strings.Contains(ascii, "..") ||
		strings.HasPrefix(ascii, ".") || strings.HasSuffix(ascii, ".") {
		return "", false
	}
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	if _, err := netip.ParseAddr(ascii); err == nil || strings.Trim(last, "0123456789") == "" || strings.HasSuffix(ascii, ".localhost") {
		return "", false
	}
	return ascii, true
}

// within reports whether a host is a domain or lies below it.
func within(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// The placeholders of Mozilla's format, which the table uses as well.
const (
	wholeAddress = "%EMAILADDRESS%"
	localPart    = "%EMAILLOCALPART%"
	domainPart   = "%EMAILDOMAIN%"
)

// fill puts the address in place of the placeholders.
func fill(pattern string, a address) string {
	return strings.NewReplacer(wholeAddress, a.String(), localPart, a.local, domainPart, a.domain).Replace(pattern)
}
