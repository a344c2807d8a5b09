package plan

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A greeting is made of a name that reads like a person's (see Salutation), so a name
// that is put in order wrongly ends in a wrong greeting. Hence only what is certain is
// changed: "LOPEZ, Maria (HR)" is Maria Lopez, while MARIA LOPEZ, which may have either
// part first, stays as it is, and letters to her ask for a greeting (law 6).

// maxName is how long a name may be, in characters; what is longer is none.
const maxName = 100

// tidyName gives the name of who writes from an address as the owner would write it, on
// one line without control characters; "" when what stands there is no name.
func tidyName(name, addr string) string {
	name = oneLine(name)
	if before, rest, ok := strings.Cut(name, "<"); ok && strings.Contains(rest, "@") {
		name = strings.TrimSpace(before)
	}
	name = TidyName(withoutTag(withoutQuotes(name)))
	if strings.Contains(name, "@") || utf8.RuneCountInString(name) > maxName || !strings.ContainsFunc(name, unicode.IsLetter) {
		return ""
	}
	words := strings.Fields(name)
	before, after, comma := strings.Cut(name, ",")
	switch local := localLetters(addr); {
	case comma:
		return orElse(familyFirst(strings.Fields(before), strings.Fields(after), local), name)
	case len(words) > 1 && isCapitals(words[0]) && !isCapitals(words[len(words)-1]):
		return orElse(capitalsFirst(words, local), name)
	case len(words) > 1 && isCapitals(words[len(words)-1]) && !isCapitals(words[0]):
		return orElse(capitalsLast(words, local), name)
	}
	return name
}

// orElse joins the words of a name; without any it gives the name as it is.
func orElse(words []string, name string) string {
	if len(words) == 0 {
		return name
	}
	return strings.Join(words, " ")
}

// oneLine makes text of strangers fit for one line: composed, without control
// characters.
func oneLine(s string) string {
	return composed(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError))))
}

// joiners are invisible, and within a word part of it in some scripts. They also join
// emoji.
const joiners = "\u200c\u200d"

// composed gives text in one spelling (NFC), without format characters, and with single
// spaces between its words. Joiners within a word stay.
func composed(s string) string {
	words := strings.Fields(norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) && !strings.ContainsRune(joiners, r) {
			return -1
		}
		return r
	}, s)))
	for i, w := range words {
		words[i] = strings.Trim(w, joiners)
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// withoutQuotes takes off quotes that stand around all of a name.
func withoutQuotes(name string) string {
	for _, q := range []string{`""`, "''", "“”", "‘’", "«»"} {
		first, size := utf8.DecodeRuneInString(q)
		inner, begins := strings.CutPrefix(name, string(first))
		inner, ends := strings.CutSuffix(inner, q[size:])
		if begins && ends && !strings.Contains(inner, q[size:]) {
			return strings.TrimSpace(inner)
		}
	}
	return name
}

// tags are words that firms and programs put behind a name.
var tags = strings.Fields("ext extern external externe externo gast guest contractor he him his she her hers they them theirs")

// withoutTag takes off what stands behind a name in brackets, if it names a department
// or pronouns. Anything else may be what somebody likes to be called.
func withoutTag(name string) string {
	for _, b := range []string{"()", "[]"} {
		open := strings.LastIndexByte(name, b[0])
		if open <= 0 || !strings.HasSuffix(name, b[1:]) {
			continue
		}
		words := strings.FieldsFunc(strings.ToLower(name[open:]), func(r rune) bool { return !isNameRune(r) })
		other := func(w string) bool { return !slices.Contains(noPerson, w) && !slices.Contains(tags, w) }
		if len(words) > 0 && !slices.ContainsFunc(words, other) {
			return strings.TrimSpace(name[:open])
		}
	}
	return name
}

// notBehind are words that stand behind a comma and are no given names.
var notBehind = strings.Fields("ba bsc cpa dds dphil esq ii iii iv jr llm ma mba md mph ms msc phd prof rn sr")

// familyFirst gives "Lopez, Maria" as "Maria Lopez". An address that names the words in the
// order in which they stand leaves open which is the given name.
func familyFirst(family, given []string, local string) []string {
	if len(family) == 0 || len(given) == 0 || len(family)+len(given) > 4 ||
		slices.Contains(notBehind, strings.ToLower(given[len(given)-1])) || local == letters(slices.Concat(family, given)) {
		return nil
	}
	words := respelled(slices.Concat(given, family))
	if len(words) == 0 || givenName(strings.Join(words, " ")) == "" {
		return nil
	}
	return words
}

// capitalsFirst gives "DUPONT Jean" as "Jean Dupont", if the address names the family.
func capitalsFirst(words []string, local string) []string {
	n := slices.IndexFunc(words, func(w string) bool { return !isCapitals(w) })
	if !strings.Contains(local, letters(words[:n])) {
		return nil
	}
	return familyFirst(words[:n], words[n:], "")
}

// capitalsLast gives "Jean DUPONT" as "Jean Dupont", if the address names the family.
func capitalsLast(words []string, local string) []string {
	if !strings.Contains(local, letters(words[len(words)-1:])) {
		return nil
	}
	return respelled(words)
}

// isCapitals reports whether a word is written in capitals, and long enough to be no
// initials.
func isCapitals(w string) bool {
	return utf8.RuneCountInString(w) >= 3 && strings.ToUpper(w) == w && strings.ContainsFunc(w, unicode.IsLetter)
}

// respelled gives words as names are written; none when that of one of them is not
// certain: McDonald, de Luca.
func respelled(words []string) []string {
	all := make([]string, len(words))
	for i, w := range words {
		switch low := strings.ToLower(w); {
		case isNameWord(w) && !isCapitals(w), isInitial(w), slices.Contains(particles, w):
			all[i] = w
		case len(low) < 3 || low != w && !isCapitals(w) || strings.HasPrefix(low, "mc") || strings.HasPrefix(low, "mac") || slices.Contains(particles, low):
			return nil
		default:
			if all[i] = capitalized(low); !isNameWord(all[i]) {
				return nil
			}
		}
	}
	return all
}

// capitalized writes each part of a word with a capital: jean-paul, o'neill.
func capitalized(low string) string {
	begins := true
	return strings.Map(func(r rune) rune {
		first := begins
		if begins = !unicode.IsLetter(r); first {
			return unicode.ToUpper(r)
		}
		return r
	}, low)
}

// localLetters gives the letters of the local part of an address, folded.
func localLetters(addr string) string {
	local, _, _ := strings.Cut(AddressKey(addr), "@")
	return letters([]string{local})
}

// letters gives the letters of words in one, folded.
func letters(words []string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, fold(strings.Join(words, "")))
}
