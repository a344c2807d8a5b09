package classify

import "strings"

// movesHere knows "please use maria@new.example from now on" by the address, which must
// be the sender's: others take over work as well.
func movesHere(h *Header, s, low string) bool {
	if phraseAt(low, fromNowOn) < 0 || hasPhrase(low, reports) {
		return false
	}
	for _, f := range addressesIn(s) {
		if !recipient(h, f.addr) && ownsAddress(h, f.addr) {
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
