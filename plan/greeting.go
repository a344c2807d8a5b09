package plan

import (
	"slices"
	"strings"
	"unicode"

	"regards/contact"
)

// Salutation gives the words that a letter to c opens with: the contact's own
// greeting, else one made of a clean personal name; "" when neither can be
// trusted (law 6). Only names in the Latin script, given name first, are
// trusted: elsewhere a program cannot tell which part to use.
func Salutation(c contact.Contact) string {
	if c.Greeting != "" {
		return c.Greeting
	}
	if given := givenName(c.Name); given != "" {
		return "Dear " + given
	}
	return ""
}

// notNames are words that stand where a given name would, and are none.
var notNames = strings.Fields(`admin admissions alumni bureau career careers center centre club college
	committee company contact customer department desk dr editor events faculty family foundation frau group
	help herr hiring hr human info institute international it job jobs lab mail marketing mr mrs ms mx news
	newsletter no-reply noreply office personnel press prof professor recruiter recruiting recruitment
	registrar research sales school secretary señor señora service services sir society staff student students
	studio support talent team the university`)

// givenName gives the first word of a name that reads like a person's: one to
// four words, each a capital followed by small letters, perhaps with hyphen,
// apostrophe or the particles of family names; or "".
func givenName(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 || len(words) > 4 {
		return ""
	}
	for i, w := range words {
		if i > 0 && (isParticle(w) || isInitial(w)) {
			continue
		}
		if !isNameWord(w) || slices.Contains(notNames, strings.ToLower(w)) {
			return ""
		}
	}
	return words[0]
}

// isNameWord reports whether w is written like a name: Maria, Jean-Luc, O'Neill, McCoy.
func isNameWord(w string) bool {
	runes := []rune(w)
	if len(runes) < 2 || !unicode.IsUpper(runes[0]) {
		return false
	}
	small := 0
	for _, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !strings.ContainsRune("-'’", r), unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r):
			return false
		case unicode.IsLower(r):
			small++
		}
	}
	return small > 0 && small*2 >= len(runes)-1
}

func isParticle(w string) bool {
	return slices.Contains([]string{"de", "del", "della", "der", "den", "di", "da", "do", "dos", "du", "la", "le",
		"van", "von", "zu", "y", "e", "bin", "al", "ter", "ten"}, w)
}

func isInitial(w string) bool {
	return len(w) == 2 && w[0] >= 'A' && w[0] <= 'Z' && w[1] == '.'
}
