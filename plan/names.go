package plan

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TidyName takes off a name what certainly is none of it: symbols, characters that
// cannot be seen, pronouns in brackets or at the end, and degrees at the end. What is
// not certain stays, and keeps Salutation from trusting the name. Capitals stay too:
// nobody can tell how MCDONALD writes his name.
func TidyName(name string) string {
	name = composed(strings.Map(withoutSymbol, name))
	for {
		before := name
		name = cutPronouns(name)
		name = cutDegrees(name)
		name = strings.TrimSpace(strings.TrimRight(name, ",|•· "))
		if name == before {
			return name
		}
	}
}

// withoutSymbol drops emoji and other symbols with what colours them. The sign for what
// could not be read stays: "Jos Lopez" is nobody.
func withoutSymbol(r rune) rune {
	const selector, keycap = '\ufe0f', '\u20e3'
	if skin := r >= 0x1f3fb && r <= 0x1f3ff; skin || unicode.Is(unicode.So, r) && r != utf8.RuneError || r == selector || r == keycap {
		return -1
	}
	return r
}

// ownPronouns are those that people write beside their names, in some languages.
var ownPronouns = strings.Fields("she her hers he him his they them theirs ze zir xe xem elle la il lui iel ella él el le lei sie ihr er ihn")

// cutPronouns cuts "(She/Her)" or "she/her" off the end of a name.
func cutPronouns(name string) string {
	rest, last := cutLast(name)
	if i := strings.LastIndexByte(name, '('); i >= 0 && strings.HasSuffix(name, ")") {
		rest, last = name[:i], strings.TrimSuffix(name[i+1:], ")")
	}
	parts := strings.FieldsFunc(strings.ToLower(last), func(r rune) bool { return strings.ContainsRune("/|, ", r) })
	if len(parts) < 2 { // "Kim (He)" may be a family name
		return name
	}
	for _, p := range parts {
		if !slices.Contains(ownPronouns, p) {
			return name
		}
	}
	return strings.TrimSpace(rest)
}

// Degrees and certificates as people write them behind their names, without
// points, beside those that are no name however they are written: see degrees. Those
// of capital may be names in small letters, the short ones in capitals too, as the
// French write family names: they are degrees behind a comma only.
var (
	capital = strings.Fields("CISSP ACCA FCCA CFP CSM CSPO PSM ITIL CISA CISM PHR SPHR GPHR SHRM-CP SHRM-SCP PMI-ACP LCSW CSCP FRSA PRINCE2 MEd MEng BEng EdD")
	short   = strings.Fields("MA BA BS MS MD JD DO RN PE CA DC OD CIMA CAIA MENG BENG EDD MED DDS DVM")
)

// cutDegrees cuts the degrees off the end of a name.
func cutDegrees(name string) string {
	for _, mark := range []string{",", "|", " - ", " – ", " — ", "•", "·"} {
		if before, after, ok := strings.Cut(name, mark); ok && areDegrees(before, after) {
			return strings.TrimSpace(before)
		}
	}
	rest, last := cutLast(name)
	if isDegree(last, rest) {
		return rest
	}
	return name
}

// areDegrees reports whether what stands behind a comma is degrees and nothing else.
func areDegrees(before, after string) bool {
	words := strings.FieldsFunc(after, func(r rune) bool { return r == ' ' || strings.ContainsRune(",|/&•·", r) })
	for _, w := range words {
		bare := strings.ReplaceAll(w, ".", "")
		if !isDegree(w, before) && !(slices.Contains(short, bare) && hasSmall(before)) {
			return false
		}
	}
	return len(words) > 0
}

// isDegree reports whether a word is a degree behind the rest of a name.
func isDegree(word, rest string) bool {
	bare := strings.Trim(strings.ReplaceAll(word, ".", ""), "()[]")
	return slices.Contains(degrees, strings.ToLower(bare)) || slices.Contains(capital, bare) && hasSmall(rest)
}

func hasSmall(s string) bool { return strings.ContainsFunc(s, unicode.IsLower) }

// cutLast cuts the last word off.
func cutLast(s string) (rest, last string) {
	i := strings.LastIndexByte(s, ' ')
	return strings.TrimSpace(s[:max(i, 0)]), s[i+1:]
}

// AreTitles reports whether a text is titles and nothing else: "Prof. Dr.", but not
// "CTO".
func AreTitles(text string) bool {
	words := strings.Fields(text)
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !isTitle(w) })
}

// NameKey gives what two spellings of a person's full name have in common: its
// words without accents, capitals, points, degrees and the titles before it, the
// given names first. Two people may have one key; "" is that of no name.
func NameKey(name string) string {
	name = TidyName(name)
	if before, after, ok := strings.Cut(name, ","); ok {
		name = after + " " + before
	}
	words := strings.FieldsFunc(fold(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '-' && r != '\'' })
	for len(words) > 2 && isTitle(words[0]) && words[0] != "don" {
		words = words[1:]
	}
	return strings.Join(words, " ")
}
