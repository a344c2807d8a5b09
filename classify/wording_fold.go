package classify

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold makes words comparable: lower-case, without accents, with plain quotes and
// digits, and each run of white space as one space.
func fold(s string) string {
	if !plainASCII(s) {
		s = norm.NFC.String(strings.Map(unaccent, norm.NFKD.String(strings.ToLower(s))))
	} else {
		s = strings.ToLower(s)
	}
	if strings.Contains(s, "  ") || strings.ContainsAny(s, "\t\n\r") {
		s = strings.Join(strings.Fields(s), " ")
	}
	return strings.TrimSpace(s)
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func unaccent(r rune) rune {
	switch {
	case unicode.Is(unicode.Mn, r):
		return -1
	case r == 'ı':
		return 'i'
	case r == '’' || r == '‘' || r == '´' || r == '`':
		return '\''
	case r >= '‐' && r <= '―' || r == '−':
		return '-'
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}
