package config

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a fresh machine may have no time zones of its own
	"unicode"
)

// languages are the two-letter codes of ISO 639.
const languages = "" +
	"aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch " +
	"co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy " +
	"ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it " +
	"iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo " +
	"lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny " +
	"oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl " +
	"sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty " +
	"ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"

// most is the limit of every number: counts and days beyond it are slips.
const most = 36500

// need asks for a value; the example shows one.
func (r *report) need(at place, value, example string) {
	if value != "" {
		return
	}
	text := "is missing"
	if at.written() {
		text = "is empty"
	}
	r.add(at, text, fmt.Sprintf("write %s = %q", lastPart(at.key), example))
}

// lastPart is the key without its table.
func lastPart(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// printable refuses what could break a line, a header or a terminal.
func (r *report) printable(at place, value string) {
	if strings.ContainsFunc(value, unprintable) {
		r.add(at, "has a control character in it", "write printable text on one line")
	}
}

// unprintable reports control characters, line and paragraph separators, and
// the marks that reorder text. Joiners stay: some scripts need them in names.
func unprintable(c rune) bool {
	return unicode.In(c, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) &&
		c != '\u200e' && c != '\u200f' && c != '\u061c'
}

// address refuses all but a bare address (addr-spec of RFC 5322, section
// 3.4.1); "" is left to need.
func (r *report) address(at place, value string) {
	if value == "" {
		return
	}
	const fix = `write an address alone, such as "ana@example.org"`
	parsed, err := mail.ParseAddress(value)
	switch {
	case err != nil || len(value) > 254:
		r.add(at, quote(value)+" is no address", fix)
	case parsed.Address != value:
		r.add(at, quote(value)+" has more than an address in it", "write "+quote(parsed.Address))
	}
}

// word asks for one of a few words.
func (r *report) word(at place, value string, known ...string) {
	if !slices.Contains(known, value) {
		r.add(at, quote(value)+" is not known here", "write "+choices(known))
	}
}

// number refuses negative and absurd counts.
func (r *report) number(at place, n int) {
	const fix = "write a number from 1 to 36500, or 0 for no limit"
	switch {
	case n < 0:
		r.add(at, fmt.Sprintf("%d is negative", n), fix)
	case n > most:
		r.add(at, fmt.Sprintf("%d is too large", n), fix)
	}
}

func (r *report) timeZone(at place, name string) {
	if name == "" {
		return
	}
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		r.add(at, quote(name)+" is no known time zone", `write one such as "Europe/Madrid"`)
	}
}

func (r *report) language(at place, code string) {
	if len(code) != 2 || !slices.Contains(strings.Fields(languages), code) {
		r.add(at, quote(code)+" is no language code", `write two letters of ISO 639, such as "en"`)
	}
}
