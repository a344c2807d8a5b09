package classify

import "strings"

// maxOwn bounds what is read of a text's own words, in bytes.
const maxOwn = 8 << 10

// ownLines gives up to n lines of what the sender wrote, trimmed: without what is
// quoted, and up to the signature (RFC 3676 section 4.3) or to the message that is
// answered. Lines that part paragraphs are kept as "" and not counted.
func ownLines(text string, n int) []string {
	lines := strings.Split(strings.ToValidUTF8(text[:min(len(text), maxOwn)], ""), "\n")
	var own []string
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		if line == "-- " || strings.TrimSpace(line) == "--" || n == 0 {
			break
		}
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, ">") || strings.HasPrefix(line, "|"):
			continue
		case quotesBelow(line, lines[i+1:]):
			return own
		case line != "":
			n--
		case len(own) == 0 || own[len(own)-1] == "":
			continue
		}
		own = append(own, line)
	}
	return own
}

// quotesBelow reports whether a quoted message starts with this line.
func quotesBelow(line string, rest []string) bool {
	low := fold(line)
	if strings.HasPrefix(low, "-----") || strings.HasPrefix(low, "_____") {
		words := strings.Trim(low, "-_ ")
		return words != "" && strings.HasSuffix(low, "---") || words == "" && headerBelow(rest)
	}
	if strings.HasSuffix(low, ":") && len(low) < 300 && hasPhrase(" "+low, wroteWords) {
		return true
	}
	return startsWithAny(low, fromLabels) && labelBelow(rest)
}

// headerBelow reports whether the next line that is not blank is the From of a quoted header.
func headerBelow(rest []string) bool {
	for i, line := range rest[:min(len(rest), 4)] {
		if low := fold(line); low != "" {
			return startsWithAny(low, fromLabels) && labelBelow(rest[i+1:])
		}
	}
	return false
}

// labelBelow reports whether one of the next lines is another field of such a header.
func labelBelow(rest []string) bool {
	for _, line := range rest[:min(len(rest), 3)] {
		if startsWithAny(fold(line), sentLabels) {
			return true
		}
	}
	return false
}

func startsWithAny(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

var (
	wroteWords = foldAll(" wrote:", " wrote :", " schrieb", " a écrit", " escribió", " ha scritto", " escreveu", " schreef", " skrev", " kirjoitti", " napisał", " napsal", " написал", " пишет", " yazdı", " writes:", " geschrieben:")
	fromLabels = foldAll("from:", "*from:*", "von:", "de:", "de :", "da:", "van:", "från:", "fra:", "lähettäjä:", "od:", "от:", "kimden:", "差出人:", "发件人:", "发件人：")
	sentLabels = foldAll("sent:", "*sent:*", "date:", "to:", "gesendet:", "datum:", "an:", "envoyé", "date :", "à :", "enviado", "fecha:", "para:", "inviato:", "data:", "a:", "verzonden:", "aan:", "skickat:", "till:", "sendt:", "til:", "lähetetty:", "wysłano:", "odesláno:", "отправлено:", "дата:", "送信日時:", "发送时间:", "发送时间：")
)
