package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxTokens bounds how much of a text is searched for dates.
const maxTokens = 2000

// token is a word, a number or a mark of a text that is searched for dates.
type token struct {
	word   string // folded; "" of a number
	num    int
	digits int  // how many the number has; 0: none
	near   bool // no space before it
	upper  bool // it starts with a capital
	ends   bool // a sentence ends before it
}

// abbreviated spells out what means "until" and "from" in Dutch and Swedish.
var abbreviated = strings.NewReplacer("t/m", "tm", "t.o.m.", "tom", "t.e.m.", "tm", "fr.o.m.", "från", " t o m ", " tom ", "T.o.m.", "tom", "T/m", "tm")

// tokenize reads a text; lines parts paragraphs by "".
func tokenize(lines []string) []token {
	var out []token
	ends := false
	for _, line := range lines {
		if line == "" {
			ends = true
			continue
		}
		s := abbreviated.Replace(norm.NFKC.String(unquoted(line)))
		near := false
		for s != "" && len(out) < maxTokens {
			t, n := nextToken(s)
			s = s[n:]
			if n > 0 && t == (token{}) {
				near = false
				continue
			}
			t.near, t.ends = near, ends
			near, ends = true, false
			if t.word == "!" || t.word == "?" || t.word == "。" || t.word == ";" || t.word == "•" {
				ends = true
				continue
			}
			out = append(out, t)
		}
	}
	endSentences(out)
	return out
}

// nextToken reads one token from the start of s, and its length; spaces give none.
func nextToken(s string) (token, int) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsSpace(r):
		return token{}, size
	case r >= '0' && r <= '9':
		t := token{}
		for t.digits < len(s) && isDigit(s[t.digits]) {
			t.num = min(t.num*10+int(s[t.digits]-'0'), 1e6)
			t.digits++
		}
		return t, t.digits
	case ideographic(r):
		return token{word: fold(s[:size])}, size
	case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r):
		n := strings.IndexFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) || ideographic(r)
		})
		if n < 0 {
			n = len(s)
		}
		return token{word: fold(s[:n]), upper: unicode.IsUpper(r)}, n
	}
	return token{word: fold(string(r))}, size
}

// ideographic tells the scripts without spaces, of which every character is a token.
func ideographic(r rune) bool {
	return r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// endSentences drops the points that end sentences, and marks what follows: a point
// behind a number, or before a month or a number, is part of a date.
func endSentences(list []token) {
	for i := 1; i+1 < len(list); i++ {
		next, before := &list[i+1], list[i-1]
		if list[i].word != "." || next.near || next.digits > 0 {
			continue
		}
		if _, month := monthNumbers[next.word]; month {
			continue
		}
		if next.upper || before.digits == 0 && len(before.word) >= 4 {
			next.ends = true
		}
	}
}

// quotes are the marks by which notices quote the subject that they answer, in pairs.
var quotes = []struct{ open, end string }{{"\"", "\""}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"「", "」"}}

// unquoted leaves out what a line quotes: its dates are another's.
func unquoted(line string) string {
	for _, q := range quotes {
		var b strings.Builder
		for {
			before, rest, ok := strings.Cut(line, q.open)
			_, after, closed := strings.Cut(rest, q.end)
			if !ok || !closed {
				break
			}
			b.WriteString(before)
			line = after
		}
		line = b.String() + line
	}
	return line
}
