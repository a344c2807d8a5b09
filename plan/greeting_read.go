package plan

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"regards/contact"
)

// maxGreeting is how long a line may be and still be a greeting, in bytes.
const maxGreeting = 80

// GreetingIn gives how the owner greeted somebody in a mail to them, as it was
// written, with its mark: the first line of the plain text when it is a greeting
// and nothing else. Every word of it has to be accounted for: words that open a
// greeting, then perhaps titles, then words of that contact's name. Anything
// else gives "": quoted text, a group, somebody else's name, a nickname, and a
// greeting that is bound to the time of the day.
func GreetingIn(body, contactName string) string {
	line := firstLine(body)
	if len(line) > maxGreeting || contact.CheckText("greeting", line) != nil {
		return ""
	}
	words := strings.Fields(strings.TrimRight(line, ",!: \u00a0"))
	opened, _ := opening(words)
	if words = words[opened:]; opened == 0 || len(words) == 0 {
		return ""
	}
	for len(words) > 1 && isTitle(words[0]) {
		words = words[1:]
	}
	if !names(words, contactName) {
		return ""
	}
	return strings.Join(strings.Fields(line), " ")
}

// firstLine gives the first line that holds something, trimmed.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.Trim(line, "\ufeff \t\r\n\u00a0"); line != "" {
			return line
		}
	}
	return ""
}

// openings begin a greeting at any time of the day, in some languages; longer
// ones come first.
var openings = []struct{ words, languages string }{
	{"sehr geehrte", "de"}, {"sehr geehrter", "de"}, {"guten tag", "de"}, {"grüß gott", "de"}, {"my dear", "en"},
	{"ma chère", "fr"}, {"mon cher", "fr"},
	{"apreciada", "es"}, {"apreciado", "es"}, {"beste", "nl"}, {"bonjour", "fr"}, {"cara", "it pt"}, {"caro", "it pt"}, {"cher", "fr"},
	{"chère", "fr"}, {"ciao", "it de"}, {"coucou", "fr"}, {"dear", "en"}, {"dearest", "en"}, {"estimada", "es"}, {"estimado", "es"},
	{"geachte", "nl"}, {"gentile", "it"}, {"hallo", "de nl"}, {"hei", "no fi"}, {"hej", "sv da"}, {"hello", "en"}, {"hey", "en de"},
	{"hi", "en de nl"}, {"hoi", "nl"}, {"hola", "es"}, {"kjære", "no"}, {"kære", "da"}, {"liebe", "de"}, {"lieber", "de"}, {"oi", "pt"},
	{"olá", "pt"}, {"prezada", "pt"}, {"prezado", "pt"}, {"querida", "es pt"}, {"querido", "es pt"}, {"salut", "fr"}, {"servus", "de"},
	{"verehrte", "de"}, {"verehrter", "de"},
}

// opening counts the words that open a greeting, perhaps with a comma after
// them, and gives the languages in which they do.
func opening(words []string) (n int, languages string) {
	for _, o := range openings {
		n := strings.Count(o.words, " ") + 1
		if n > len(words) {
			continue
		}
		if said := strings.Join(words[:n], " "); strings.EqualFold(strings.TrimSuffix(said, ","), o.words) {
			return n, o.languages
		}
	}
	return 0, ""
}

// GreetingFits reports whether a greeting that GreetingIn gave can open a letter
// in a language: "Hola Maria," opens no German one.
func GreetingFits(greeting, language string) bool {
	_, languages := opening(strings.Fields(greeting))
	return slices.Contains(strings.Fields(languages), language)
}

// Openings that speak to somebody as tú or du, and as usted or Sie; the others
// go with both.
var (
	familiarOpenings = strings.Fields("ciao coucou dearest hallo hey hi hola liebe lieber querida querido salut servus")
	formalOpenings   = []string{"sehr geehrte", "sehr geehrter", "verehrte", "verehrter", "apreciada", "apreciado", "estimada", "estimado"}
)

// RegisterIn gives the register that a greeting of somebody sets for the letter
// under it: formal after a title, a family name or a formal opening, familiar
// where a familiar opening is followed by nothing but given names; "" when it
// does not tell.
func RegisterIn(greeting, contactName string) contact.Register {
	words := strings.Fields(strings.TrimRight(greeting, ",!:.  "))
	n, _ := opening(words)
	opened := strings.ToLower(strings.TrimSuffix(strings.Join(words[:n], " "), ","))
	words = words[n:]
	family := familyName(contactName)
	isFormal := func(w string) bool { return isTitle(w) || slices.Contains(family, fold(w)) }
	switch {
	case n == 0 || len(words) == 0:
		return ""
	case slices.Contains(formalOpenings, opened) || slices.ContainsFunc(words, isFormal):
		return contact.Formal
	case slices.Contains(familiarOpenings, opened) && names(words, contactName):
		return contact.Familiar
	}
	return ""
}

// familyName gives the words of a name that are the family's: those before a
// comma, or the last one; none of a name of one word. They are folded.
func familyName(name string) []string {
	before, _, comma := strings.Cut(name, ",")
	before, _, _ = strings.Cut(before, "(")
	words := strings.Fields(fold(before))
	switch {
	case comma:
		return words
	case len(words) < 2:
		return nil
	}
	return words[len(words)-1:]
}

// titles stand between the opening and the name, written with or without a point.
var titles = strings.Fields(`mr mrs ms miss mx dr dra prof professor professorin doctor doctora docteur docteure frau herr herrn
	señor señora señorita sr sra srta don doña lic ing profesor profesora madame monsieur mme mlle m professeur professeure
	dott dott.ssa prof.ssa dottor dottoressa signor signora sig sig.ra senhor senhora mevrouw meneer`)

func isTitle(word string) bool {
	return slices.Contains(titles, strings.ToLower(strings.TrimSuffix(word, ".")))
}

// names reports whether all of some words belong to the name of a person, and
// one of them is more than a particle.
func names(words []string, name string) bool {
	if strings.Contains(name, "@") {
		return false // an address is no name
	}
	var known []string
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return !isNameRune(r) }) {
		if !slices.Contains(noPerson, strings.ToLower(w)) {
			known = append(known, fold(w))
		}
	}
	told := false
	for _, w := range words {
		if !slices.Contains(known, fold(w)) {
			return false
		}
		particle := slices.Contains(particles, w)
		if !particle && !isNameWord(w) {
			return false
		}
		told = told || !particle
	}
	return told
}

func isNameRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || r == '-' || r == '\'' || r == '’'
}

// fold makes spellings of a name equal: without accents, in small letters.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsMark(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(strings.ReplaceAll(s, "’", "'")))
}
