package plan

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// ownLine is a line that the owner has written.
type ownLine struct {
	text  string
	below bool // it stands directly below another one
}

// ownLines gives the lines that the owner has written in a reply. Not theirs is what
// stands behind ">", what follows the mark of a quoted or forwarded message or of a
// signature (RFC 3676 sections 4.3 and 4.5), and what a telephone adds.
func ownLines(text string) (own []ownLine) {
	lines := strings.Split(visible.Replace(text), "\n")
	below := false
	for i, raw := range lines {
		line := strings.TrimSpace(raw)
		if raw == "-- " || line == "--" || endsOwn(lines[i:]) {
			break
		}
		if line == "" || line[0] == '>' || attributes(line) {
			below = false
			continue
		}
		own = append(own, ownLine{line, below})
		below = true
	}
	return own
}

// visible drops what nobody sees, and makes plain spaces of others.
var visible = strings.NewReplacer("\r", "", "\u00a0", " ", "\u202f", " ", "\t", " ", "\ufeff", "", "\u200b", "", "\u200e", "", "\u200f", "", "\u2060", "")

var (
	// A rule before a message that is quoted below it, with or without words.
	ruled = regexp.MustCompile(`^[-_=*]{3,}\s*(\pL.*\pL\s*[-_=*]{3,})?$`)
	// The fields of a quoted header, as mail programs of some languages write them.
	quotedFrom = regexp.MustCompile(`(?i)^\*?(from|von|de|da|van|från)\s?:\*?\s+\S`)
	quotedNext = regexp.MustCompile(`(?i)^\*?(sent|date|to|subject|gesendet|datum|an|betreff|enviado|fecha|para|asunto|envoyé|à|objet|cc)( el)?\s?:\*?\s`)
	// The words that end "On Monday, Ana wrote:".
	wrote = regexp.MustCompile(`(?i)(wrote|writes|schrieb.*|escribió|escribe|a écrit|écrit|ha scritto|skrev|schreef.*)\s?:$|^.*<\S+@\S+>.*\s(wrote|schrieb|escribió|a écrit)\s?:`)
	// What a telephone adds.
	added = regexp.MustCompile(`(?i)^(sent (from|with|via)|get outlook|enviad[oa] (desde|con)|von mei\pL+ .*gesendet|gesendet (mit|von|aus)|envoyé (de|avec|depuis)|(obtenir|obtener|hol\pL+) outlook)\b`)
)

// endsOwn reports whether what follows was written by somebody else.
func endsOwn(lines []string) bool {
	line := strings.TrimSpace(lines[0])
	if ruled.MatchString(line) || added.MatchString(line) {
		return true
	}
	if quotedFrom.MatchString(line) {
		for _, next := range lines[1:min(len(lines), 4)] {
			if quotedNext.MatchString(strings.TrimSpace(next)) {
				return true
			}
		}
	}
	// Behind "Ana wrote:" what is not marked as quoted is quoted all the same.
	if attributes(line) {
		for _, next := range lines[1:] {
			if next = strings.TrimSpace(next); next != "" {
				return next[0] != '>'
			}
		}
		return true
	}
	return false
}

// attributes reports whether a line says who wrote what follows. An order says it of
// nobody, but a date may begin such a line.
func attributes(line string) bool {
	if m := numbered.FindStringSubmatch(line); m != nil && !strings.ContainsAny(line, "@<") {
		return false
	}
	return wrote.MatchString(line) || strings.HasSuffix(line, ":") && strings.ContainsAny(line, "@<")
}

// closes reports whether a line ends a letter, as people do.
func closes(line string) bool {
	first, _ := cutWord(strings.ToLower(line))
	return slices.Contains(closings, strings.TrimRight(first, ".,!"))
}

var closings = strings.Fields(`best thanks thank cheers regards kind warm yours sincerely bye
	saludos gracias atentamente abrazos besos danke grüße gruß lg vg mfg beste viele liebe herzliche merci cordialement bises bien amitiés`)

func cutWord(s string) (first, rest string) {
	first, rest, _ = strings.Cut(strings.TrimSpace(s), " ")
	return first, strings.TrimSpace(rest)
}

// shorten gives words on one line.
func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if letters := []rune(s); len(letters) > maxOrderText {
		s = string(letters[:maxOrderText])
	}
	return s
}

// lastWord gives the last word of a text.
func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

// Openings give the first two words of a line, the first three, and so on up to eight,
// however it was broken and marked: they tell a line that is quoted.
func Openings(line string) (all []string) {
	words := strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for n := 2; n <= min(len(words), 8); n++ {
		all = append(all, strings.Join(words[:n], " "))
	}
	return all
}

// Quotes reports whether words are the line of ours whose Openings have these
// hashes, or begin it.
func Quotes(words string, hashes []string, hash func(string) string) bool {
	said := Openings(words)
	n := len(said)
	return n > 0 && n <= len(hashes) && hash(said[n-1]) == hashes[n-1]
}

// FirstParagraph gives the first paragraph of a message that the owner wrote, on one
// line and without what closes it; "" when it has none. Names are those by which the
// owner signs.
func FirstParagraph(text string, names ...string) string {
	var lines []string
	for i, l := range ownLines(text) {
		signed := slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(strings.TrimRight(l.text, ",."), name) })
		if i > 0 && !l.below || closes(l.text) || signed {
			break
		}
		lines = append(lines, l.text)
	}
	return strings.Join(lines, " ")
}
