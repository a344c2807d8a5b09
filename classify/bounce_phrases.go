package classify

import "strings"

// reasonPhrase is one of the phrases of a reason; rank is its place in reasons.
type reasonPhrase struct {
	text, then string // then may stand up to maxGap bytes behind text
	rank       int
}

// maxGap is what the dots of a phrase may stand for, in bytes.
const maxGap = 80

// phraseIndex finds phrases by a hash of their first three bytes, so that a text is
// gone through once and not for each of some hundred phrases.
type phraseIndex [1 << 12][]reasonPhrase

var reasonPhrases = func() *phraseIndex {
	var index phraseIndex
	for rank, r := range reasons {
		for _, p := range r.phrases {
			text, then, _ := strings.Cut(p, "…")
			h := trigram(text)
			index[h] = append(index[h], reasonPhrase{text, then, rank})
		}
	}
	return &index
}()

// trigram needs three bytes.
func trigram(s string) uint {
	return (uint(s[0]) ^ uint(s[1])<<4 ^ uint(s[2])<<7) & (1<<12 - 1)
}

// reasonOf finds the reason of the lowest rank whose words stand in a text in lower case.
func reasonOf(low string) (reason, bool) {
	best := len(reasons)
	for i := 0; i+3 <= len(low); i++ {
		for _, p := range reasonPhrases[trigram(low[i:])] {
			if p.rank < best && p.begins(low[i:]) {
				best = p.rank
			}
		}
	}
	if best == len(reasons) {
		return reason{}, false
	}
	return reasons[best], true
}

func (p reasonPhrase) begins(s string) bool {
	after, ok := strings.CutPrefix(s, p.text)
	if !ok || p.then == "" {
		return ok
	}
	return strings.Contains(after[:min(len(after), maxGap+len(p.then))], p.then)
}
