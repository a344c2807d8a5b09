package classify

import "strings"

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
