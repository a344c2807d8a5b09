package classify

import (
	"strings"
	"unicode"
)

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
