package classify

import "strings"

// codes are what a server's reply holds beside its words.
type codes struct {
	enhanced string // RFC 3463
	reply    string // RFC 5321 section 4.2: three digits, of class 4 or 5
}

// findCodes finds the first SMTP reply code and the first enhanced code that says
// more than its class.
func findCodes(s string) codes {
	var c codes
	for i := 0; i < len(s); i++ {
		if s[i] != '4' && s[i] != '5' || i > 0 && (isAlnum(s[i-1]) || s[i-1] == '.' || s[i-1] == '-' && i > 1 && isDigit(s[i-2])) {
			continue
		}
		end := i
		for end < len(s) && (isDigit(s[end]) || s[end] == '.') {
			end++
		}
		word := strings.TrimRight(s[i:end], ".")
		switch {
		case end < len(s) && (isAlnum(s[end]) || s[end] == '@' || s[end] == '_'):
		case len(word) == 3 && c.reply == "" && word[1] <= '5' && isDigit(word[1]):
			c.reply = word
		case len(word) >= 5 && statusCode([]byte(word)) != "" && (c.enhanced == "" || vague(c.enhanced)):
			c.enhanced = word
		}
		i = end
	}
	return c
}

func isAlnum(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// vague codes say no more than their class (RFC 3463 section 3.1).
func vague(status string) bool {
	return len(status) < 5 || strings.HasSuffix(status, ".0.0")
}

// said is what the words of a server, or of a report, amount to.
type said struct {
	low   string
	codes codes
	why   reason
	known bool // why holds something
}

func listen(words string) said {
	s := said{low: " " + strings.TrimRight(asciiLower(words), ". ") + ". "}
	s.codes = findCodes(s.low)
	s.why, s.known = reasonOf(s.low)
	return s
}

// unclear is the detail of reasons that say no more than that something went wrong.
const unclear = "3.0"

// hearAlso takes from other words what these did not tell.
func (s *said) hearAlso(words string) {
	other := listen(words)
	if other.known {
		s.why, s.known = other.why, true
	}
	if s.codes == (codes{}) {
		s.codes = other.codes
	}
}

// telling reports whether there is a reason or a code.
func (s said) telling() bool { return s.known || s.codes != (codes{}) }

// rate judges what was said of a recipient, beside the Status field of a report. The
// words weigh most: many servers send 550 or 5.1.1 for everything.
func (s said) rate(status string, delayed bool) (best string, hard bool) {
	low, c, why, known := s.low, s.codes, s.why, s.known
	best = status
	if c.enhanced != "" && (vague(best) || best[0] == c.enhanced[0]) && !(vague(c.enhanced) && best != "") {
		best = c.enhanced
	}
	class := classOf(best, c, known, why)
	if vague(best) && known {
		best = string(class) + "." + why.detail
	}
	if best == "" && c.reply != "" {
		best = string(class) + ".0.0"
	}
	switch {
	case delayed || class != '5':
		return best, false
	case known && why.hard:
		return best, !afterData(low) && !doubted(why, status, best)
	case known && why.detail != "2.1":
		return best, false
	}
	return best, gone(best, c.reply)
}

// classOf is '4' for what may pass and '5' for what is final (RFC 3463 section 3.1).
func classOf(status string, c codes, known bool, why reason) byte {
	switch {
	case status != "":
		return status[0]
	case c.reply != "":
		return c.reply[0]
	case known && strings.HasPrefix(why.detail, "4.") && why.detail != "4.6":
		return '4'
	}
	return '5'
}

// afterData knows what was said of the message, not of the recipient: the reply came
// only after the whole message was there (RFC 5321 section 3.3).
func afterData(low string) bool {
	return strings.Contains(low, "in reply to end of data") || strings.Contains(low, "after end of data")
}

// doubted: an unknown user whom the code does not call unknown, but refused by policy
// (X.7) or in some other way (X.2.0), as by the filters of mobile carriers.
func doubted(why reason, status, best string) bool {
	if best == "5.1.7" || best == "5.1.8" {
		return true // the sender's address
	}
	if why.detail != "1.1" {
		return false
	}
	return strings.HasPrefix(best, "5.7.") || status == "5.2.0"
}

// gone are the codes that speak of the address alone: no such mailbox, host or
// domain, moved, no mail accepted there (RFC 3463 sections 3.2 and 3.4, RFC 7505), and
// 551, 521 and 556 (RFC 5321 section 4.2.2, RFC 7504).
func gone(status, reply string) bool {
	switch status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.3.2", "5.4.4":
		return true
	}
	return reply == "551" || reply == "521" || reply == "556"
}
