package carddav

import (
	"encoding/xml"
	"strings"
	"testing"
)

// Whatever a server sends in place of a card or of an answer, a card is a person who
// can become a contact, or says what is wrong.
func FuzzCard(f *testing.F) {
	for _, text := range []string{
		"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:urn:uuid:4711\r\nFN:Maria\r\nEMAIL:maria@x.example\r\nEND:VCARD\r\n",
		"BEGIN:VCARD\nVERSION:2.1\nN:Lopez;Maria\nTEL:1\nUID;X=\"a:b\":\n  folded\nEND:VCARD",
		"BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nUID:inner\nEND:VCARD\nUID:outer\nEMAIL:a@x\nEND:VCARD",
		"BEGIN:VCARD\nKIND:group\nFN:Team\nEND:VCARD", "BEGIN:", "", "name,address\nMaria,maria@x.example",
	} {
		f.Add(text, `<multistatus xmlns="DAV:"><response><href>/a.vcf</href><status>HTTP/1.1 404</status></response></multistatus>`)
	}
	f.Fuzz(func(t *testing.T, text, answer string) {
		c := cardOf("/a.vcf", text)
		if c.UID == "" {
			t.Error("nothing knows the card again")
		}
		if c.Entry.Problem == nil {
			p := newPerson(c.Entry, Terms{NewID: func() string { return "1" }})
			if err := p.Validate(); err != nil {
				t.Errorf("%v: %+v", err, p)
			}
		} else if strings.ContainsAny(c.Entry.Problem.Error(), "\x00\x1b\n") {
			t.Errorf("%q", c.Entry.Problem)
		}
		var ms multistatus
		if xml.Unmarshal([]byte(answer), &ms) == nil {
			for _, r := range ms.Responses {
				r.found()
				r.code()
			}
		}
	})
}
