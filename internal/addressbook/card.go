package addressbook

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-vcard"

	"regards/contact"
)

var errNoWay = errors.New("the card has no mail address, no telephone number and no LinkedIn page; add one")

// rawCard takes from a card what regards knows of a person. The values of the
// card still hold their escapes.
func rawCard(card vcard.Card, line int, notes []string) raw {
	r := raw{
		line:         line,
		name:         nameOf(card),
		addresses:    addressesOf(card),
		every:        textOf(card, propEvery),
		medium:       textOf(card, propMedium),
		status:       textOf(card, propStatus),
		pausedUntil:  textOf(card, propPausedUntil),
		greeting:     textOf(card, propGreeting),
		introducedBy: textOf(card, propIntroducedBy),
		language:     languageOf(card),
		register:     textOf(card, propRegister),
		timeZone:     zoneOf(card),
		fallback:     fallbackOf(card),
		missing:      errNoWay,
		notes:        notes,
	}
	r.birthday, r.notes = birthdayOf(card, r.notes)
	for _, f := range card[vcard.FieldCategories] {
		r.groups = append(r.groups, splitEscaped(f.Value, ",;")...)
	}
	return r
}

// kindOf gives the kind of a card that is not of a person or an organisation
// (RFC 6350 section 6.1.4), else "".
func kindOf(card vcard.Card) vcard.Kind {
	kind := card.Kind()
	if apple := textOf(card, appleKind); apple != "" {
		kind = vcard.Kind(strings.ToLower(apple))
	}
	switch kind {
	case vcard.KindGroup, vcard.KindLocation, "device", "application":
		return kind
	}
	return ""
}

// textOf is the first text of a property that is not blank.
func textOf(card vcard.Card, property string) string {
	for _, f := range card[property] {
		if s := strings.TrimSpace(unescape(f.Value)); s != "" {
			return s
		}
	}
	return ""
}

// languageOf is the preferred language of a card (RFC 6350 section 6.4.4), as
// far as it is one of two letters: the first part of its tag (RFC 5646).
func languageOf(card vcard.Card) string {
	fields := slices.Clone(card[vcard.FieldLanguage])
	slices.SortStableFunc(fields, func(a, b *vcard.Field) int { return cmp.Compare(rank(a), rank(b)) })
	for _, f := range fields {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(unescape(f.Value))), "-")
		if (contact.Contact{Name: "x", Medium: contact.Card, Status: contact.Active, Language: tag}).Validate() == nil {
			return tag
		}
	}
	return ""
}

// zoneOf is the time zone of a card, if it is told by its name: an offset (RFC
// 6350 section 6.5.1) knows no summer time.
func zoneOf(card vcard.Card) string {
	zone := textOf(card, vcard.FieldTimezone)
	if _, err := time.LoadLocation(zone); err != nil || !strings.Contains(zone, "/") {
		return ""
	}
	return zone
}

// birthdayOf gives the birthday of a card as contact.ParseBirthday reads it. Cards
// have it with and without the hyphens, with a time behind it, and without the
// year: as two hyphens (RFC 6350 section 4.3.1) or, Apple's way, as a year that is
// named to be left out. One without a day, or in words, is noted and left out.
func birthdayOf(card vcard.Card, notes []string) (string, []string) {
	for _, f := range card[vcard.FieldBirthday] {
		text := strings.TrimSpace(unescape(f.Value))
		if text == "" {
			continue
		}
		day, _, _ := strings.Cut(text, "T")
		digits := strings.ReplaceAll(day, "-", "")
		switch omitted := f.Params.Get("X-APPLE-OMIT-YEAR"); {
		case len(digits) == 8 && omitted != "" && strings.HasPrefix(digits, omitted):
			day = digits[4:6] + "-" + digits[6:]
		case len(digits) == 8:
			day = digits[:4] + "-" + digits[4:6] + "-" + digits[6:]
		case len(digits) == 4 && strings.HasPrefix(day, "--"):
			day = digits[:2] + "-" + digits[2:]
		}
		if _, err := contact.ParseBirthday(day); err == nil {
			return day, notes
		}
		notes = appendNote(notes, "the birthday %s is no day; left out", quote(text))
	}
	return "", notes
}

// nameOf is the formatted name, else the given and the family name, else the
// organisation. Version 2.1 requires no formatted name.
func nameOf(card vcard.Card) string {
	if name := textOf(card, vcard.FieldFormattedName); name != "" {
		return name
	}
	for _, f := range card[vcard.FieldName] {
		if name := joinName(splitComponents(f.Value)); name != "" {
			return name
		}
	}
	for _, f := range card[vcard.FieldOrganization] {
		if name := splitEscaped(f.Value, ";")[0]; name != "" {
			return name
		}
	}
	return ""
}

// splitComponents splits a name into its parts (RFC 6350 section 6.2.2), each
// of which may be a list.
func splitComponents(value string) []string {
	parts := splitRaw(value, ";")
	for i, s := range parts {
		parts[i] = strings.TrimSpace(strings.Join(splitEscaped(s, ","), " "))
	}
	return parts
}

// joinName writes a name in the order of its script: family name first, and no
// space, for Chinese, Japanese and Korean names.
func joinName(parts []string) string {
	family, given := parts[0], ""
	if len(parts) > 1 {
		given = parts[1]
	}
	if isCJK(family) && isCJK(given) {
		return family + given
	}
	return strings.TrimSpace(given + " " + family)
}

func isCJK(s string) bool {
	for _, r := range s {
		if !unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
			return false
		}
	}
	return s != ""
}

// addressesOf gives the mail addresses, the preferred one first.
func addressesOf(card vcard.Card) []string {
	fields := slices.Clone(card[vcard.FieldEmail])
	slices.SortStableFunc(fields, func(a, b *vcard.Field) int { return cmp.Compare(rank(a), rank(b)) })
	var all []string
	for _, f := range fields {
		all = append(all, withoutScheme(strings.TrimSpace(unescape(f.Value))))
	}
	return all
}

// rank is how much a value is preferred, 1 the most: PREF=1 to PREF=100 (RFC
// 6350 section 5.3), or the type pref of the versions before it.
func rank(f *vcard.Field) int {
	if n, err := strconv.Atoi(f.Params.Get(vcard.ParamPreferred)); err == nil && n >= 1 && n <= 100 {
		return n
	}
	if f.Params.HasType("pref") {
		return 1
	}
	return 101
}

// withoutScheme gives the address of a mailto URI (RFC 6068 section 2).
func withoutScheme(s string) string {
	const scheme = "mailto:"
	if len(s) < len(scheme) || !strings.EqualFold(s[:len(scheme)], scheme) {
		return s
	}
	s, _, _ = strings.Cut(s[len(scheme):], "?")
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// fallbackOf is the medium of a person without a mail address.
func fallbackOf(card vcard.Card) contact.Medium {
	for _, f := range card[vcard.FieldTelephone] {
		machine := f.Params.HasType(vcard.TypeFax) || f.Params.HasType(vcard.TypePager)
		if strings.TrimSpace(f.Value) != "" && !machine {
			return contact.Call
		}
	}
	for _, property := range []string{vcard.FieldURL, appleProfile, socialProfile} {
		if slices.ContainsFunc(card[property], isLinkedIn) {
			return contact.LinkedIn
		}
	}
	return ""
}

// isLinkedIn knows LinkedIn by the page, by Apple's type and by the parameter
// of RFC 9554.
func isLinkedIn(f *vcard.Field) bool {
	named := f.Params.HasType("linkedin") || strings.EqualFold(f.Params.Get("SERVICE-TYPE"), "linkedin")
	return strings.TrimSpace(f.Value) != "" && named || strings.Contains(strings.ToLower(f.Value), "linkedin.com/")
}

// splitEscaped splits a value at the separators that have no backslash before
// them, undoes the escapes of the parts and trims them.
func splitEscaped(value, separators string) []string {
	parts := splitRaw(value, separators)
	for i, s := range parts {
		parts[i] = strings.TrimSpace(unescape(s))
	}
	return parts
}

func splitRaw(value, separators string) []string {
	var parts []string
	start := 0
	for i := 0; i < len(value); i++ {
		switch {
		case value[i] == '\\':
			i++
		case strings.IndexByte(separators, value[i]) >= 0:
			parts = append(parts, value[start:i])
			start = i + 1
		}
	}
	return append(parts, value[start:])
}

// unescaper undoes the escapes of RFC 6350 section 3.4, and "\:" and `\"`,
// which Apple and Google wrote. A line end becomes a space: what is read here
// stands in one line.
var unescaper = strings.NewReplacer(`\\`, `\`, `\,`, `,`, `\;`, `;`, `\:`, `:`, `\"`, `"`,
	`\n`, " ", `\N`, " ", "\r\n", " ", "\r", " ", "\n", " ")

func unescape(s string) string { return unescaper.Replace(s) }
