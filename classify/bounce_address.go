package classify

import "strings"

// mention is an address in a line, and where it stands.
type mention struct {
	addr       string
	start, end int
}

// mentions finds the addresses of a line, at most limit of them. What it finds shares
// memory with the line.
func mentions(line string, limit int) []mention {
	var list []mention
	for from := 0; len(list) < limit; {
		at := strings.IndexByte(line[from:], '@')
		if at < 0 {
			break
		}
		at += from
		start, end := localStart(line, from, at), domainEnd(line, at+1)
		if start+5 < at && strings.EqualFold(line[start:start+5], "smtp=") {
			start += 5 // in an X.400 address
		}
		from = max(end, at+1)
		if start < at && end > at+1 && end-start <= maxAddr {
			list = append(list, mention{line[start:end], start, end})
		}
	}
	return list
}

// localStart walks back over a local part (RFC 5322 section 3.2.3), a quoted one too.
func localStart(line string, from, at int) int {
	if at > from && line[at-1] == '"' {
		if i := strings.LastIndexByte(line[from:at-1], '"'); i >= 0 && i+2 < at-from {
			return from + i
		}
		return at
	}
	start := at
	for start > from && isLocalByte(line[start-1]) {
		start--
	}
	for start < at && strings.IndexByte("'*-./=", line[start]) >= 0 {
		start++
	}
	return start
}

func isLocalByte(c byte) bool {
	return isAlnum(c) || c >= 0x80 || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0
}

// domainEnd walks over a domain, without the punctuation behind it.
func domainEnd(line string, start int) int {
	end := start
	for end < len(line) && (isAlnum(line[end]) || line[end] == '.' || line[end] == '-' || line[end] == '_' || line[end] >= 0x80) {
		end++
	}
	for end > start && (line[end-1] == '.' || line[end-1] == '-' || line[end-1] == '_') {
		end--
	}
	return end
}
