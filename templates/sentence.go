package templates

import (
	"regexp"
	"strings"
)

// UsefulSentence gives the sentence of a letter, rendered as by Render, that says
// what was most useful; "" where the wording has none.
func (w *Wording) UsefulSentence(l Letter) (string, error) {
	_, body, err := w.Render(l)
	if err != nil {
		return "", err
	}
	useful, err := fields{l: l, language: w.Language}.Useful()
	if err != nil {
		return "", nil // it is not asked for
	}
	for line := range strings.Lines(body) {
		if before, after, there := strings.Cut(strings.TrimSpace(line), useful); there {
			ends := sentenceEnd.FindAllStringIndex(before, -1)
			if len(ends) > 0 {
				before = before[ends[len(ends)-1][1]:]
			}
			if end := sentenceEnd.FindStringIndex(after); end != nil {
				after = after[:end[1]]
			}
			return before + useful + strings.TrimRight(after, " "), nil
		}
	}
	return "", nil
}

// sentenceEnd is a mark after which a new sentence begins.
var sentenceEnd = regexp.MustCompile(`[.!?…]\s+`)
