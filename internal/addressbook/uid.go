package addressbook

import (
	"strings"

	"github.com/emersion/go-vcard"
)

// UID gives the UID of the first card of a text (RFC 6350 section 6.7.6), by which
// an address book knows a card again whatever else is changed; "" if it has none.
func UID(text string) string {
	c := &cards{lines: lines{text: text}}
	for depth := 0; ; {
		line, _, ok := c.content()
		p := parseProperty(line)
		switch {
		case !ok, isMarker(line, "END") && depth == 1:
			return ""
		case isMarker(line, "BEGIN"):
			depth++
		case isMarker(line, "END"):
			depth--
		case depth == 1 && p.name == vcard.FieldUID && len(p.field.Value) <= maxValue:
			return strings.TrimSpace(unescape(p.field.Value))
		}
	}
}
