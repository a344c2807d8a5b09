package addressbook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-vcard"
)

// cards reads the cards of a file one after the other into the values of
// go-vcard. The decoder of that library reads versions 3.0 and 4.0 only: it
// takes the bare parameters of 2.1 for values, leaves quoted-printable and
// charsets as they are, ends a card at the end of an AGENT within it, drops a
// folded line at the end of the file, undoes the escapes before a list can be
// split at its commas, and knows no line numbers.
type cards struct {
	lines  lines
	legacy bool // the card is of version 2.1
}

func readCards(text string) ([]Entry, error) {
	c := &cards{lines: lines{text: text}}
	var all []Entry
	for {
		e, ok := c.next()
		if !ok {
			return all, nil
		}
		if len(all) == maxEntries {
			return nil, tooMany()
		}
		all = append(all, e)
	}
}

// isMarker recognises BEGIN:VCARD and END:VCARD, also behind the byte order
// mark of a file that was joined to others.
func isMarker(line, word string) bool {
	name, value, ok := strings.Cut(strings.TrimPrefix(line, "\ufeff"), ":")
	return ok && strings.EqualFold(strings.TrimSpace(name), word) && strings.EqualFold(strings.TrimSpace(value), "VCARD")
}

// next gives the person of the next card.
func (c *cards) next() (Entry, bool) {
	line, number, ok := c.content()
	if !ok {
		return Entry{}, false
	}
	if !isMarker(line, "BEGIN") {
		c.skipToCard()
		return Entry{Line: number, Problem: errors.New("this stands outside of a card; a card begins with BEGIN:VCARD")}, true
	}
	c.legacy = false
	card, notes, err := c.card()
	e := rawCard(card, number, notes).entry()
	if kind := kindOf(card); err == nil && kind != "" {
		err = fmt.Errorf("%w: its KIND is %q; leave it out", ErrNotPerson, kind)
	}
	if err != nil {
		e.Problem = err
	}
	return e, true
}

// skipToCard passes over what stands between cards.
func (c *cards) skipToCard() {
	for {
		before := *c
		if line, _, ok := c.content(); !ok || isMarker(line, "BEGIN") {
			*c = before
			return
		}
	}
}

// card reads the properties of a card up to its end. A card within the card,
// the AGENT of version 2.1, is passed over. A card without an end is taken if
// another begins there, since it is whole then.
func (c *cards) card() (card vcard.Card, notes []string, err error) {
	card = vcard.Card{}
	depth, last := 0, property{}
	for {
		before := *c
		line, number, ok := c.content()
		p := parseProperty(line)
		switch {
		case !ok:
			return card, notes, errors.New("the card has no END:VCARD; the file may be cut off there")
		case isMarker(line, "END"):
			if depth--; depth < 0 {
				return card, notes, nil
			}
		case isMarker(line, "BEGIN") && last.name == agent, p.name == agent && isMarker(p.field.Value, "BEGIN"):
			depth++
		case isMarker(line, "BEGIN"):
			*c = before
			return card, appendNote(notes, "line %d: END:VCARD is missing before the next card", number), nil
		case depth > 0:
		case p.name == "" && last.binary():
			p = last
		case p.name == "":
			notes = appendNote(notes, "line %d: %s is no property; left out", number, quote(line))
		case slices.Contains(wanted, p.name):
			if err := c.add(card, p); err != nil {
				notes = appendNote(notes, "line %d: %s: %v; left out", number, p.name, err)
			}
		}
		last = p
	}
}

// wanted are the properties that are read. The others, photos above all, are
// passed over.
var wanted = []string{
	vcard.FieldVersion, vcard.FieldFormattedName, vcard.FieldName, vcard.FieldOrganization, vcard.FieldEmail,
	vcard.FieldCategories, vcard.FieldTelephone, vcard.FieldURL, vcard.FieldKind,
	appleKind, appleProfile, socialProfile, propEvery, propMedium, propStatus, propPausedUntil, propGreeting, propIntroducedBy, propRegister,
	vcard.FieldLanguage, vcard.FieldTimezone, vcard.FieldBirthday,
}

// Properties that go-vcard has no word for: that of the versions before 4.0,
// Apple's, that of RFC 9554, and ours.
const (
	agent            = "AGENT"
	appleKind        = "X-ADDRESSBOOKSERVER-KIND"
	appleProfile     = "X-SOCIALPROFILE"
	socialProfile    = "SOCIALPROFILE"
	propEvery        = "X-REGARDS-EVERY"
	propMedium       = "X-REGARDS-MEDIUM"
	propStatus       = "X-REGARDS-STATUS"
	propPausedUntil  = "X-REGARDS-PAUSED-UNTIL"
	propGreeting     = "X-REGARDS-GREETING"
	propIntroducedBy = "X-REGARDS-INTRODUCED-BY"
	propRegister     = "X-REGARDS-REGISTER"
)

func (c *cards) add(card vcard.Card, p property) error {
	if len(p.field.Value) > maxValue {
		return fmt.Errorf("it is longer than %d KiB", maxValue>>10)
	}
	value, err := decodeValue(p.field)
	if err != nil {
		return err
	}
	p.field.Value = value
	card.Add(p.name, p.field)
	if p.name == vcard.FieldVersion {
		c.legacy = strings.TrimSpace(value) == "2.1"
	}
	return nil
}

// content gives the next content line, unfolded, with the number of the line
// it begins on (RFC 6350 section 3.2). Version 2.1 keeps the white space of a
// fold, and goes on after a soft line break of quoted-printable (RFC 2045
// section 6.7) without any.
func (c *cards) content() (text string, number int, ok bool) {
	line, ok := c.lines.nextText()
	if !ok {
		return "", 0, false
	}
	number = c.lines.n
	if c.cutJoined(line) {
		return "END:VCARD", number, true
	}
	var b strings.Builder
	soft := isQuotedPrintable(line)
	for {
		ahead := c.lines
		next, more := ahead.next()
		broken := soft && strings.HasSuffix(line, "=")
		switch {
		case broken && more && !isMarker(next, "BEGIN") && !isMarker(next, "END"):
			line = line[:len(line)-1]
		case more && isFolded(next) && c.legacy:
		case more && isFolded(next):
			next = next[1:]
		default:
			b.WriteString(line)
			return b.String(), number, true
		}
		b.WriteString(line)
		line, c.lines = next, ahead
	}
}

// cutJoined splits END:VCARD from a BEGIN:VCARD behind it on one line: what
// becomes of files without a last line end that are joined.
func (c *cards) cutJoined(line string) bool {
	const end = len("END:VCARD")
	if len(line) <= end || !isMarker(line[:end], "END") || !isMarker(line[end:], "BEGIN") {
		return false
	}
	c.lines.pos = c.lines.start + end
	c.lines.n--
	return true
}

func isFolded(line string) bool { return line != "" && (line[0] == ' ' || line[0] == '\t') }

func isQuotedPrintable(line string) bool {
	head, _, ok := strings.Cut(line, ":")
	return ok && len(head) < maxValue && strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
}

// property is one content line.
type property struct {
	name  string // in capitals; "" for a line that is no property
	field *vcard.Field
}

// binary says that the lines below may be a block of base64, which version 2.1
// need not indent.
func (p property) binary() bool {
	return p.name != "" && (encoding(p.field) == "BASE64" || encoding(p.field) == "B")
}

func encoding(f *vcard.Field) string { return strings.ToUpper(f.Params.Get("ENCODING")) }

// parseProperty takes a content line apart (RFC 6350 section 3.3).
func parseProperty(line string) property {
	head, value, ok := cutUnquoted(line, ':')
	if !ok {
		head, value, ok = strings.Cut(line, ":") // a quote without its fellow
	}
	name, params, _ := cutUnquoted(head, ';')
	group, name := cutGroup(strings.ToUpper(strings.TrimSpace(name)))
	if !ok || name == "" || strings.ContainsAny(name, " \t=") || len(head) > maxValue {
		return property{}
	}
	f := &vcard.Field{Value: value, Group: group, Params: vcard.Params{}}
	for params != "" {
		var p string
		p, params, _ = cutUnquoted(params, ';')
		addParam(f.Params, p)
	}
	return property{name, f}
}

// cutUnquoted cuts at the first sep that stands outside of double quotes.
func cutUnquoted(s string, sep byte) (before, after string, found bool) {
	within := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			within = !within
		case s[i] == sep && !within:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// cutGroup takes the group off a name: "item1.EMAIL".
func cutGroup(s string) (group, name string) {
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return "", s
}

// addParam reads TYPE=home,work as well as the bare words of version 2.1, of
// which the encodings are told from the types by what they are.
func addParam(params vcard.Params, p string) {
	name, value, ok := strings.Cut(p, "=")
	name = strings.ToUpper(strings.TrimSpace(name))
	if !ok {
		name, value = vcard.ParamType, strings.TrimSpace(p)
		if slices.Contains([]string{"QUOTED-PRINTABLE", "BASE64", "B", "7BIT", "8BIT"}, strings.ToUpper(value)) {
			name = "ENCODING"
		}
	}
	for v := range strings.SplitSeq(strings.ReplaceAll(value, `"`, ""), ",") {
		params.Add(name, strings.TrimSpace(v))
	}
}

// decodeValue gives a value as UTF-8. A charset is not believed of a value that
// was not encoded and is UTF-8: people save files anew and leave it in place.
// Charsets that switch by the escape character look like UTF-8 and are none.
func decodeValue(f *vcard.Field) (string, error) {
	value, err := decodeTransfer(f)
	if err != nil {
		return "", err
	}
	encoded := value != f.Value || strings.Contains(value, "\x1b")
	charset := f.Params.Get("CHARSET")
	if charset == "" || !encoded && utf8.ValidString(value) {
		return toUTF8(value), nil
	}
	return decodeCharset(value, charset)
}

func decodeTransfer(f *vcard.Field) (string, error) {
	var r io.Reader
	switch value := strings.NewReader(f.Value); encoding(f) {
	case "QUOTED-PRINTABLE":
		r = quotedprintable.NewReader(value)
	case "BASE64", "B":
		r = base64.NewDecoder(base64.StdEncoding, value)
	default:
		return f.Value, nil
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("its %s cannot be decoded", strings.ToLower(encoding(f)))
	}
	return string(data), nil
}
