package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"regards/contact"
)

// privateFields are headers that tell how a draft was kept, or to whom it goes
// in secret: mail programs write them and take them off when they send. One that
// ends in a hyphen stands for all that begin so.
var privateFields = []string{
	"Bcc", "Fcc", "Resent-Bcc",
	"X-Account-Key", "X-Identity-Key", "X-Mozilla-", // Thunderbird
	"X-Uniform-Type-Identifier", "X-Universally-Unique-Identifier", "X-Apple-", // Apple Mail
	"X-Evolution-", "X-KMail-", "X-Unsent", "X-Draft-", "X-Regards", "X-Regards-",
}

func isPrivate(f field) bool {
	return slices.ContainsFunc(privateFields, func(name string) bool {
		prefix := strings.HasSuffix(name, "-") && len(f.name) > len(name) && strings.EqualFold(f.name[:len(name)], name)
		return prefix || f.is(name)
	})
}

// Prepare makes what is sent of a draft as it lies in a mailbox, and gives its
// recipients, of To, Cc and Bcc, each once. It has a new Date, that of now;
// privateFields are gone; without a Message-ID it gets the one given (without
// angle brackets). All else stays byte for byte. It is an error when the header
// cannot be read, when there is nobody to send it to, or when it is not from
// exactly one of the owner's addresses.
func Prepare(raw []byte, now time.Time, messageID string, owner []string) (message []byte, recipients []string, err error) {
	fields, body, err := splitMessage(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare the letter: %w", err)
	}
	if err := checkFrom(fields, owner); err != nil {
		return nil, nil, fmt.Errorf("prepare the letter: %w", err)
	}
	if recipients, err = recipientsOf(fields); err != nil {
		return nil, nil, fmt.Errorf("prepare the letter: %w", err)
	}
	id, err := idLine(fields, messageID)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare the letter: %w", err)
	}
	var b bytes.Buffer
	b.WriteString("Date: " + now.Format(time.RFC1123Z) + "\r\n" + id)
	for _, f := range fields {
		if f.is("Date") || isPrivate(f) || id != "" && f.is("Message-ID") {
			continue
		}
		b.Write(f.raw)
		if !bytes.HasSuffix(f.raw, []byte("\n")) {
			b.WriteString("\r\n") // the message ends within its header
		}
	}
	if len(body) == 0 {
		body = []byte("\r\n")
	}
	b.Write(body)
	return b.Bytes(), recipients, nil
}

// idLine is the Message-ID to be added, "" when there is one.
func idLine(fields []field, messageID string) (string, error) {
	var ids []string
	for _, f := range fields {
		if f.is("Message-ID") && bareID(f.value()) != "" {
			ids = append(ids, f.value())
		}
	}
	switch {
	case len(ids) == 1:
		return "", nil
	case len(ids) > 1:
		return "", fmt.Errorf("it has %d Message-IDs", len(ids))
	case !contact.WritableID(messageID):
		return "", fmt.Errorf("%q cannot be a Message-ID", messageID)
	}
	return "Message-ID: <" + messageID + ">\r\n", nil
}

// checkFrom makes sure that a letter is from the owner alone.
func checkFrom(fields []field, owner []string) error {
	var from []string
	for _, f := range fields {
		if f.is("From") {
			list, err := addressList(f.value())
			if err != nil {
				return fmt.Errorf("its From cannot be read: %w", err)
			}
			from = append(from, list...)
		}
	}
	if len(from) != 1 {
		return fmt.Errorf("it is from %d addresses, not from one", len(from))
	}
	same := func(addr string) bool { return canonical(addr) == canonical(from[0]) }
	if !slices.ContainsFunc(owner, same) {
		return fmt.Errorf("it is from %q, which is not one of the owner's addresses; choose another From, or add it to aliases", from[0])
	}
	return nil
}

// recipientsOf gives whom a letter goes to.
func recipientsOf(fields []field) (all []string, err error) {
	seen := map[string]bool{}
	for _, f := range fields {
		if !f.is("To") && !f.is("Cc") && !f.is("Bcc") {
			continue
		}
		list, err := addressList(f.value())
		if err != nil {
			return nil, fmt.Errorf("its %s cannot be read: %w", f.name, err)
		}
		for _, addr := range list {
			if !seen[canonical(addr)] {
				seen[canonical(addr)] = true
				all = append(all, addr)
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("it goes to nobody")
	}
	return all, nil
}

// anyCharset lets names be in charsets that nobody needs to read here.
var anyCharset = mail.AddressParser{WordDecoder: &mime.WordDecoder{
	CharsetReader: func(_ string, r io.Reader) (io.Reader, error) { return r, nil },
}}

// addressList gives the addresses of a list, without names; an empty list, or an
// empty group (RFC 5322 section 3.4), has none.
func addressList(list string) (all []string, err error) {
	list = strings.TrimSpace(list)
	if name, members, isGroup := strings.Cut(list, ":"); isGroup && !strings.ContainsAny(name, `"<@,`) && strings.TrimSpace(members) == ";" {
		return nil, nil
	}
	if list == "" {
		return nil, nil
	}
	parsed, err := anyCharset.ParseList(list)
	for _, a := range parsed {
		all = append(all, a.Address)
	}
	return all, err
}

// canonical is an address for comparing: in lower case, its domain in ASCII.
func canonical(addr string) string {
	local, domain := addr, ""
	if at := strings.LastIndexByte(addr, '@'); at >= 0 {
		local, domain = addr[:at+1], addr[at+1:]
	}
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return strings.ToLower(local + domain)
}
