package store

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"regards/contact"
	"regards/plan"
)

// traces knows what gives somebody away in texts about others: the name, the
// addresses, and the Message-IDs of their mail.
type traces struct {
	names, addresses []pattern
	messages         map[string]bool // Message-IDs of their mail alone
	homes            []home
}

// pattern is a name or an address, to be found whole only.
type pattern struct {
	seldom string // folded: a text without it cannot match, which is quick to see
	form   *regexp.Regexp
	dense  bool // it is of a script that writes words without spaces
}

// home is where the mail of an address comes from.
type home struct {
	local   pattern
	domain  string
	private bool // nobody else is known there
}

// cutMark stands where something was cut out of a text.
const cutMark = "…"

// tracesOf are those of a contact's name and addresses.
func tracesOf(c contact.Contact) traces {
	t := traces{messages: map[string]bool{}}
	if _, err := netmail.ParseAddress(c.Name); err != nil { // else it is one of the addresses
		t.names = namePatterns(c.Name)
	}
	for _, a := range c.Addresses {
		for _, spelled := range []string{a.Addr, a.Key} {
			t.addAddress(spelled)
		}
	}
	return t
}

// namePatterns find "First Last" and "Last, First".
func namePatterns(name string) (all []pattern) {
	name = norm.NFC.String(name)
	words := strings.Fields(name)
	if len(words) == 0 {
		return nil
	}
	all = append(all, newPattern(words[len(words)-1], `(?i)`+quoteWords(words)))
	last, first := words[len(words)-1:], words[:len(words)-1]
	turned := quoteWords(last) + `,[\s\pZ]*` + quoteWords(first)
	if family, given, ok := strings.Cut(name, ","); ok {
		turned = quoteWords(append(strings.Fields(given), strings.Fields(family)...))
		first = strings.Fields(given)
	}
	if len(first) > 0 {
		all = append(all, newPattern(first[0], `(?i)`+turned))
	}
	return all
}

func quoteWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	return strings.Join(quoted, `[\s\pZ]+`)
}

func newPattern(seldom, form string) pattern {
	dense := utf8.RuneCountInString(seldom) > 1 && strings.IndexFunc(seldom, func(r rune) bool { return !isDense(r) }) < 0
	return pattern{fold(seldom), regexp.MustCompile(form), dense}
}

// addAddress finds an address with any plus-part and, for Gmail, any dots.
func (t *traces) addAddress(address string) {
	at := strings.LastIndexByte(address, '@')
	if at <= 0 {
		return
	}
	local, domain := norm.NFC.String(address[:at]), norm.NFC.String(strings.ToLower(address[at+1:]))
	if plus := strings.IndexByte(local, '+'); plus > 0 {
		local = local[:plus]
	}
	form, domains := regexp.QuoteMeta(local), regexp.QuoteMeta(domain)
	if domain == "gmail.com" || domain == "googlemail.com" {
		var letters []string
		for _, r := range strings.ReplaceAll(local, ".", "") {
			letters = append(letters, regexp.QuoteMeta(string(r)))
		}
		form, domains, domain = strings.Join(letters, `\.?`), `(?:gmail|googlemail)\.com`, "mail.com"
	}
	t.addresses = append(t.addresses, newPattern(domain, `(?i)`+form+`(?:\+[^\s@<>]*)?@`+domains))
	t.homes = append(t.homes, home{local: newPattern(local, `(?i)`+regexp.QuoteMeta(local)), domain: strings.ToLower(address[at+1:])})
}

// fold gives texts that differ in case only as one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}

// span is a part of a text.
type span struct{ from, to int }

// anyAddress finds whatever looks like an address: a name within one that is
// another's is no trace.
var anyAddress = regexp.MustCompile(`[\pL\pN\pM._+%'-]+@[\pL\pN\pM.-]+`)

// cut gives a text without what gives the person away in it.
func (t traces) cut(text string) string {
	composed := norm.NFC.String(text)
	found := t.find(composed)
	if len(found) == 0 {
		return text
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	var b strings.Builder
	end := 0
	for _, s := range found {
		if s.from >= end {
			b.WriteString(composed[end:s.from] + cutMark)
		}
		end = max(end, s.to)
	}
	return b.String() + composed[end:]
}

// in reports whether a text gives the person away.
func (t traces) in(text string) bool { return len(t.find(norm.NFC.String(text))) > 0 }

func (t traces) find(text string) (found []span) {
	folded := fold(text)
	for _, p := range t.addresses {
		found = append(found, p.find(text, folded, addressGoesOn)...)
	}
	for _, p := range t.names {
		for _, s := range p.find(text, folded, nameGoesOn) {
			if !slices.ContainsFunc(anyAddress.FindAllStringIndex(text, -1), func(o []int) bool { return o[0] <= s.from && s.to <= o[1] }) {
				found = append(found, s)
			}
		}
	}
	return found
}

// find gives where a pattern stands whole: goesOn tells by what is before and
// behind it that it is part of something longer.
func (p pattern) find(text, folded string, goesOn func(before, after string) bool) (found []span) {
	if !strings.Contains(folded, p.seldom) {
		return nil
	}
	for at := 0; at < len(text); {
		m := p.form.FindStringIndex(text[at:])
		if m == nil {
			break
		}
		s := span{at + m[0], at + m[1]}
		if p.dense || !goesOn(text[:s.from], text[s.to:]) {
			found, at = append(found, s), s.to
			continue
		}
		_, size := utf8.DecodeRuneInString(text[s.from:])
		at = s.from + size
	}
	return found
}

// nameGoesOn: a letter or a digit is part of a longer word.
func nameGoesOn(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return isWord(last) || isWord(first)
}

// addressGoesOn: an address may go on with signs, but neither begins nor ends
// with them: the full stop of a sentence is none of it.
func addressGoesOn(before, after string) bool {
	const signs = "._+-"
	return nameGoesOn(strings.TrimRight(before, signs), strings.TrimLeft(after, signs))
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// isDense tells the scripts in which words stand side by side, or carry their
// endings: there a letter beside a name says nothing.
func isDense(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// inID reports whether a Message-ID gives the person away by how it looks: it
// is of a domain that is theirs alone, or holds their address.
func (t traces) inID(id string) bool {
	left, domain, ok := cutLast(id, "@")
	if !ok {
		return false
	}
	domain = strings.ToLower(domain)
	for _, h := range t.homes {
		if h.private && within(domain, h.domain) {
			return true
		}
		if within(domain, h.domain) && len(h.local.find(left, fold(left), nameGoesOn)) > 0 {
			return true
		}
	}
	return false
}

// within reports whether a domain is another one or lies in it.
func within(domain, of string) bool { return domain == of || strings.HasSuffix(domain, "."+of) }

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// inLetter reports whether a composed letter gives the person away.
func (t traces) inLetter(raw []byte) bool {
	text, ids := readLetter(raw)
	return t.in(text) || slices.ContainsFunc(ids, func(id string) bool { return t.messages[id] || t.inID(id) })
}

// recipients gives the keys of the addresses that a composed letter is to.
func recipients(raw []byte) (keys []string) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	to, err := m.Header.AddressList("To")
	if err != nil {
		return nil
	}
	for _, a := range to {
		keys = append(keys, plan.AddressKey(a.Address))
	}
	return keys
}

// readLetter gives the text of a letter as its reader sees it, headers first,
// and the Message-IDs that it names.
func readLetter(raw []byte) (text string, ids []string) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return string(raw), nil
	}
	var b strings.Builder
	for name, values := range m.Header {
		for _, v := range values {
			if name == "References" || name == "In-Reply-To" {
				for id := range strings.FieldsSeq(v) {
					ids = append(ids, strings.Trim(id, "<>"))
				}
				continue
			}
			decoded, err := new(mime.WordDecoder).DecodeHeader(v)
			if err != nil {
				decoded = v
			}
			b.WriteString(decoded + "\n")
		}
	}
	body := m.Body
	switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	io.Copy(&b, body) // what cannot be decoded cannot be read either
	return b.String(), ids
}
