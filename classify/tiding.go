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
		if kind == "" && movesHere(h, s, low) {
			kind = Moved
		}
		if kind == "" || len(out) == maxTidings || told(out, kind) {
			continue
		}
		t := Tiding{Kind: kind, Words: quotedWords(s), Own: automatic || kind == Moved || kind == Stop || phraseAt(low, iLeftPhrases) >= 0}
		if kind == Moved {
			next := strings.Join(list[min(i+1, len(list)):min(i+3, len(list))], "\n")
			t.Address = newAddress(h, s, low, next)
			if t.Address == "" && phraseAt(low, movedMail) < 0 {
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

// quotedWords cleans a sentence, and cuts it between characters.
func quotedWords(s string) string {
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

func told(list []Tiding, kind TidingKind) bool {
	for _, t := range list {
		if t.Kind == kind {
			return true
		}
	}
	return false
}
