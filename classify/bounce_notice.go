package classify

import "strings"

// notice is what the text of a delivery report tells: the addresses that failed, and
// what was said of each.
type notice struct {
	failing    bool // words say that something was not delivered
	transcript bool // of an SMTP session, or the fields of a report
	copied     bool // the returned message, or its header, follows
	id         string
	failed     []failure
	weak       []string // other addresses, for want of better ones
	bare       string   // a name without a domain where an address was announced
	common     []byte   // words that belong to no address in particular
	rest       string   // the fields of RFC 3464, or the returned message

	own, daemon func(addr string) bool
	index       map[string]int // into failed, by lower-case address
	open        bool           // addresses that failed may follow
	cur         int            // whose words follow, or -1
	rcpt        string         // of the last RCPT command
	pending     []string       // addresses that fail if the paragraph says so
	lone        []string       // addresses on lines of their own
	paragraph   flags
}

// failure is an address that failed.
type failure struct {
	addr, final string
	words       []byte
}

const (
	maxReason = 600 // bytes of words that are kept and judged for each recipient
	maxCommon = 2 << 10
	maxNotice = 16 << 10 // bytes of a text in which a notice, and the copy's header, are looked for
)

// readNotice reads the text of a report up to the returned message. An address for which
// own says true is the sender's; one of daemon is that of the mail system.
func readNotice(text string, own, daemon func(string) bool) *notice {
	n := &notice{own: own, daemon: daemon, cur: -1, index: make(map[string]int)}
	text = text[:min(len(text), maxNotice)]
	low := asciiLower(text)
	for pos := 0; pos < len(text); {
		end, next := len(text), len(text)
		if i := strings.IndexByte(text[pos:], '\n'); i >= 0 {
			end, next = pos+i, pos+i+1
		}
		line := low[pos:end]
		f := flagsOf(line)
		if fields := statusField(line); fields || copyBegins(line, f) {
			n.transcript, n.copied = n.transcript || fields, n.copied || !fields
			n.rest = text[pos:]
			break
		}
		n.line(text[pos:end], line, f)
		pos = next
	}
	n.endParagraph()
	if len(n.failed) == 0 && n.failing {
		n.settle()
	}
	n.id = inlineID(text, low)
	return n
}

// line reads one line of the notice.
func (n *notice) line(line, low string, f flags) {
	trimmed := strings.TrimSpace(low)
	if trimmed == "" {
		n.endParagraph()
		return
	}
	n.failing = n.failing || f.failing()
	n.paragraph |= f
	reply := replyAt(trimmed)
	n.transcript = n.transcript || reply || strings.HasPrefix(trimmed, "<<<") || strings.HasPrefix(trimmed, ">>>")
	found := mentions(line, 20)
	command := len(found) > 0 && strings.Contains(low, "rcpt to:")
	n.transcript = n.transcript || command
	switch {
	case len(found) == 0:
		n.refusedRcpt(trimmed)
		if n.ofAnother(trimmed, reply) {
			n.cur = -1 // it speaks of another
		}
		if n.open && n.bare == "" && strings.IndexByte(trimmed, ' ') < 0 && (line[0] == ' ' || line[0] == '\t') {
			n.bare = strings.TrimSpace(line)
		}
		n.words(line)
	case command:
		n.rcpt = found[0].addr
		n.words(line)
	case strings.Contains(low, "mail from:"):
	default:
		n.addresses(line, low, f, found)
	}
	n.open = n.open || f.announces()
}

// settle takes what stood out where no address was said to have failed: those on lines
// of their own, or the recipient of a transcript.
func (n *notice) settle() {
	for _, addr := range n.lone {
		n.fail(addr)
	}
	if len(n.failed) == 0 && n.rcpt != "" {
		n.fail(n.rcpt)
	}
}

// ofAnother: a line without an address begins to speak of another recipient: a reply for
// a host, behind which old sendmail names the address, or a pipe of Exim's.
func (n *notice) ofAnother(low string, reply bool) bool {
	if strings.HasPrefix(low, "pipe to |") || strings.HasPrefix(low, "save to ") {
		return true
	}
	return reply && n.cur >= 0 && strings.Contains(low, "... ") && listen(string(n.failed[n.cur].words)).telling()
}

// endParagraph: addresses to which a message went have failed when the same paragraph
// says that something did.
func (n *notice) endParagraph() {
	if n.paragraph.failing() && len(n.failed) == 0 {
		for _, addr := range n.pending {
			if !n.own(addr) {
				n.fail(addr)
			}
		}
	}
	n.pending, n.paragraph, n.cur = nil, 0, -1
}

// refusedRcpt takes the address of an RCPT command once a server refuses it.
func (n *notice) refusedRcpt(low string) {
	if n.rcpt == "" {
		return
	}
	reply := low
	if i := strings.LastIndexAny(low, "<>"); i >= 0 {
		reply = strings.TrimSpace(low[i+1:])
	}
	switch {
	case replyAt(reply):
		n.fail(n.rcpt)
		n.rcpt = ""
	case strings.HasPrefix(reply, "2"):
		n.rcpt = ""
	}
}
