package classify

import (
	"slices"
	"strings"
)

const (
	maxRecipients = 1000 // of one bounce
	maxWordsOut   = 300  // bytes of Recipient.Words
)

// recipientList holds each address once.
type recipientList struct {
	list  []reported
	index map[string]int // by lower-case address
}

// reported is a recipient with what it is judged by.
type reported struct {
	Recipient
	field   string // Status
	words   string // Diagnostic-Code, or of the text
	beside  string // said of nobody in particular; it counts where words tell nothing
	delayed bool   // its Action says so
	acted   bool   // it has an Action
}

// rate judges by what is there.
func (r *reported) rate() {
	r.words = oneSpaced(r.words)
	s := listen(r.words)
	if (!s.known || s.why.detail == unclear) && r.beside != "" {
		s.hearAlso(oneSpaced(r.beside))
	}
	r.Status, r.Hard = s.rate(r.field, r.delayed)
	r.Words = shortenTo(clean([]byte(r.words)), maxWordsOut)
}

// oneSpaced joins lines, and words that folding set apart.
func oneSpaced(s string) string {
	if strings.Contains(s, "  ") || strings.ContainsAny(s, "\t\r\n") {
		return strings.Join(strings.Fields(s), " ")
	}
	return s
}

// add keeps r unless its address is missing. Of an address met again, a hard
// failure counts.
func (l *recipientList) add(r reported) {
	if r.Address == "" {
		return
	}
	r.rate()
	key := strings.ToLower(r.Address)
	switch i, known := l.index[key]; {
	case known && r.Hard && !l.list[i].Hard:
		l.list[i] = r
		return
	case known, len(l.list) == maxRecipients:
		return
	}
	if l.index == nil {
		l.index = make(map[string]int)
	}
	l.index[key] = len(l.list)
	l.list = append(l.list, r)
}

// out gives the recipients in their order. Where no report says what became of one,
// tried tells whether all are still being tried.
func (l *recipientList) out(tried func() bool) []Recipient {
	out := make([]Recipient, len(l.list))
	asked, still := false, false
	for i, r := range l.list {
		if out[i] = r.Recipient; !r.acted && !r.Hard {
			if !asked {
				asked, still = true, tried()
			}
			out[i].Delayed = still
		}
		out[i].Delayed = out[i].Delayed || r.delayed
	}
	return out
}

// waiting are what mail systems say of what they still try to deliver.
var waiting = []string{
	"will keep trying", "will continue to be", "will be retried", "still being retried", "attempts will continue", "not yet been delivered",
	"not been delivered yet", "could not send message for", "do not need to resend", "no need to resend", "has been delayed", "is delayed",
	"wird weiter versucht", "noch nicht zugestellt", "seguirá intentando", "continuera",
}

// stillTried reports whether the text, or the subject, says that the message is only
// delayed.
func (c *collector) stillTried(h *Header) bool {
	text := c.text.String()
	text = oneSpaced(asciiLower(text[:min(len(text), maxWaiting)]))
	subject := asciiLower(h.Subject)
	return slices.ContainsFunc(waiting, func(words string) bool { return strings.Contains(text, words) || strings.Contains(subject, words) })
}

// maxWaiting is where at the latest a text says that it is about a delay, in bytes.
const maxWaiting = 2 << 10
