package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	tidingLines = 15  // own lines that are searched
	maxTidings  = 4   // of one message
	maxSaid     = 200 // bytes of a sentence that are kept
)

// tidings finds what the first own lines say of people. In an automatic reply, somebody
// who has left or died is its sender; in a person's mail that counts only where the
// sentence begins with a name, or with he or she, and no family is spoken of.
func tidings(h *Header, text string, automatic bool) []Tiding {
	var out []Tiding
	family := false
	list := sentences(ownLines(text, tidingLines))
	for i, s := range list {
		low := fold(s)
		family = family || speaksOfFamily(low)
		kind := tidingIn(s, low, automatic, family, h.Date.Year())
		if kind == "" || len(out) == maxTidings || told(out, kind) {
			continue
		}
		t := Tiding{Kind: kind, Words: said(s)}
		if kind == Moved {
			next := strings.Join(list[min(i+1, len(list)):min(i+3, len(list))], "\n")
			t.Address = newAddress(h, s, low, next)
			if t.Address == "" && !hasPhrase(low, movedMail) {
				continue // the new address of a house
			}
		}
		out = append(out, t)
	}
	return out
}

// tidingIn judges one sentence.
func tidingIn(s, low string, automatic, family bool, year int) TidingKind {
	if phraseAt(firstWords(low), conditions) == 0 {
		return ""
	}
	if i := phraseAt(low, stopPhrases); i >= 0 && i < 60 && !hasPhrase(low[:i], reports) && phraseAt(low[:i], denials) < 0 {
		return Stop
	}
	if strings.HasSuffix(low, "?") {
		return ""
	}
	switch i := phraseAt(low, movedPhrases); {
	case i >= 0 && !hasPhrase(low[:i], reports):
		return Moved
	case phraseAt(low, iLeftPhrases) >= 0 && !family:
		return Left
	}
	if i := phraseAt(low, diedPhrases); i >= 0 && !family && !anotherYear(low, year) && (automatic || aboutSomebody(s, low, i)) {
		return Died
	}
	if i := phraseAt(low, leftPhrases); i >= 0 && !family && (automatic || aboutSomebody(s, low, i)) {
		return Left
	}
	return ""
}

// firstWords is as much of a sentence as a condition takes.
func firstWords(low string) string {
	return low[:min(len(low), 24)]
}

// phraseAt finds the first phrase, as whole words; -1 when there is none.
func phraseAt(low string, list []string) int {
	for _, p := range list {
		for from := 0; from < len(low); {
			i := strings.Index(low[from:], p)
			if i < 0 {
				break
			}
			i += from
			if wordEdge(low, i, p) {
				return i
			}
			from = i + len(p)
		}
	}
	return -1
}

func wordEdge(low string, i int, p string) bool {
	before, _ := utf8.DecodeLastRuneInString(low[:i])
	after, _ := utf8.DecodeRuneInString(low[i+len(p):])
	return (i == 0 || !unicode.IsLetter(before)) && (i+len(p) == len(low) || !unicode.IsLetter(after))
}

// aboutSomebody reports whether what stands before the phrase at i is who the sentence
// speaks of: he or she, or a name, perhaps with a title. The words with which such news
// begin are skipped.
func aboutSomebody(s, low string, i int) bool {
	subject := low[:i]
	for _, p := range preambles {
		if j := strings.Index(subject, p); j >= 0 && j < 80 {
			subject = subject[j+len(p):]
			break
		}
	}
	words := strings.Fields(strings.Trim(subject, " ,:-"))
	if len(words) == 0 || len(words) > 7 {
		return false
	}
	if thirdPersons[words[0]] {
		return len(words) == 1
	}
	return capitalised(s, words)
}

// capitalised finds the folded words in the sentence as it was written, and reports
// whether each is the part of a name.
func capitalised(s string, words []string) bool {
	written := strings.Fields(s)
	start := -1
	for i := range written {
		if fold(strings.Trim(written[i], ",:-")) == strings.Trim(words[0], ",:-") {
			start = i
			break
		}
	}
	if start < 0 || start+len(words) > len(written) {
		return false
	}
	for n, w := range written[start : start+len(words)] {
		bare := strings.Trim(w, ",.:-")
		switch low := fold(bare); {
		case notSubjects[low] || n == 0 && articles[low]:
			return false
		case particles[bare] || titleWords[low]:
		case !capital(bare):
			return false
		}
	}
	return true
}

// anotherYear knows history by its year.
func anotherYear(low string, year int) bool {
	for _, w := range strings.FieldsFunc(low, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, digits := number([]byte(w)); digits == 4 && len(w) == 4 && n > 1000 && n < 2100 && n != year && n != year-1 {
			return true
		}
	}
	return false
}

func speaksOfFamily(low string) bool {
	for _, w := range strings.FieldsFunc(low, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) {
		if families[w] {
			return true
		}
	}
	return false
}

// newAddress finds the address that a sentence gives, behind the words that speak of
// it, else before them, else in the sentences below.
func newAddress(h *Header, s, low, next string) string {
	cut := phraseAt(low, movedPhrases) // a fold away from where it is written: near enough
	for _, text := range []string{s[min(max(cut, 0), len(s)):], s, next} {
		for _, f := range addressesIn(text) {
			if !recipient(h, f.addr) {
				return clean([]byte(f.addr))
			}
		}
	}
	return ""
}

func recipient(h *Header, addr string) bool {
	for _, list := range [][]Address{h.To, h.Cc} {
		for _, a := range list[:min(len(list), 100)] {
			if strings.EqualFold(a.Addr, addr) {
				return true
			}
		}
	}
	return false
}

func movedTo(list []Tiding) string {
	for _, t := range list {
		if t.Kind == Moved {
			return t.Address
		}
	}
	return ""
}

func told(list []Tiding, kind TidingKind) bool {
	for _, t := range list {
		if t.Kind == kind {
			return true
		}
	}
	return false
}

// said cleans a sentence, and cuts it between characters.
func said(s string) string {
	s = clean([]byte(s))
	if len(s) <= maxSaid {
		return s
	}
	cut := maxSaid
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimSpace(s[:cut])
}

// sentences joins the lines of each paragraph, and splits it behind points and marks
// that a space follows. Points behind single letters and titles end none.
func sentences(lines []string) []string {
	var out []string
	paragraph := ""
	flush := func() {
		rest := paragraph
		for i := 0; i < len(rest); i++ {
			if strings.IndexByte(".!?", rest[i]) < 0 || i+1 < len(rest) && rest[i+1] != ' ' || rest[i] == '.' && abbreviates(rest[:i]) {
				continue
			}
			out = append(out, strings.TrimSpace(rest[:i+1]))
			rest, i = rest[i+1:], -1
		}
		if rest = strings.TrimSpace(rest); rest != "" {
			out = append(out, rest)
		}
		paragraph = ""
	}
	for _, line := range lines {
		if line == "" || endsGreeting(paragraph) {
			flush()
		}
		paragraph = strings.TrimSpace(paragraph + " " + line)
	}
	flush()
	return out
}

// endsGreeting keeps "Dear Ana," apart from what follows.
func endsGreeting(paragraph string) bool {
	return len(paragraph) < 50 && strings.HasSuffix(paragraph, ",")
}

// abbreviates reports whether the last word of s has its point for being short.
func abbreviates(s string) bool {
	word := s[strings.LastIndexByte(s, ' ')+1:]
	return len(word) == 1 || titleWords[strings.ToLower(word)]
}
