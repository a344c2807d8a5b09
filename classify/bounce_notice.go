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
	n.transcript = n.transcript || reply || strings.HasPrefix(trimmed, "<<<") || strings.HasPrefix(trimmed, ">>>") || strings.Contains(trimmed, "rcpt to:")
	found := mentions(line, 20)
	switch {
	case len(found) == 0:
		n.refusedRcpt(trimmed)
		if reply && n.cur >= 0 && strings.Contains(trimmed, "... ") && listen(string(n.failed[n.cur].words)).telling() || strings.HasPrefix(trimmed, "pipe to |") || strings.HasPrefix(trimmed, "save to ") {
			n.cur = -1 // it speaks of another
		}
		if n.open && n.bare == "" && strings.IndexByte(trimmed, ' ') < 0 && (line[0] == ' ' || line[0] == '\t') {
			n.bare = strings.TrimSpace(line)
		}
		n.words(line)
	case strings.Contains(low, "rcpt to:"):
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

// addresses takes the addresses of a line that failed.
func (n *notice) addresses(line, low string, f flags, found []mention) {
	first := found[0]
	before, after := low[:first.start], low[first.end:]
	item := startsItem(before)
	switch {
	case item && n.lists(before, after, f) || n.open && strings.HasSuffix(before, "smtp="):
		n.fail(first.addr)
		n.more(line, low, found)
	case replyAt(strings.TrimSpace(low)) && !strings.Contains(before, "from") && !n.own(first.addr):
		n.fail(first.addr)
		n.words(line)
	case origin(before) && (n.cur >= 0 || n.open):
		n.expanded(first.addr)
	case n.own(first.addr) || byOrFrom(before):
		n.words(line)
	case labelled(before) || f.failing() && towards(before):
		for _, m := range together(low, found) {
			n.fail(m.addr)
		}
		n.words(line)
	default:
		n.weak = append(n.weak, first.addr)
		switch {
		case towards(before):
			for _, m := range together(low, found) {
				n.pending = append(n.pending, m.addr)
			}
		case item && strings.Trim(after, " \t\r>\"'") == "":
			n.lone = append(n.lone, first.addr)
		}
		n.words(line)
	}
}

// lists tells an address of a list, at the start of a line: one was announced, or it
// stands between angle brackets, or the reason stands behind it.
func (n *notice) lists(before, after string, f flags) bool {
	switch {
	case n.open && (itemEnds(after) || f.failing() || listen(after).telling()):
		return true
	case strings.HasSuffix(before, "<") && itemEnds(after) && strings.TrimLeft(after, "> \t\r") != "":
		return true
	}
	rest := strings.TrimLeft(after, ">\"' ")
	return rest != "" && strings.IndexByte(":-.(", rest[0]) >= 0 && listen(rest).telling()
}

// more reads what stands behind the first address of a list's line.
func (n *notice) more(line, low string, found []mention) {
	last := found[0]
	for _, m := range found[1:] {
		between := low[last.end:m.start]
		switch {
		case origin(between):
			n.expanded(m.addr)
		case parts(between):
			n.fail(m.addr)
		default:
			n.words(line[last.end:])
			return
		}
		last = m
	}
	n.words(line[last.end:])
}

// fail notes an address that failed; the words that follow are about it.
func (n *notice) fail(addr string) {
	if n.daemon(addr) || len(n.failed) == maxRecipients {
		return
	}
	key := asciiLower(addr)
	i, known := n.index[key]
	if !known {
		i = len(n.failed)
		n.index[key] = i
		n.failed = append(n.failed, failure{addr: addr})
	}
	n.cur = i
}

// expanded names the address that the sender wrote to.
func (n *notice) expanded(addr string) {
	if n.cur < 0 {
		n.fail(addr)
		return
	}
	f := &n.failed[n.cur]
	if n.daemon(addr) || f.final != "" {
		return
	}
	f.addr, f.final = addr, f.addr
	n.index[asciiLower(addr)] = n.cur
}

// words keeps what is said of the address at hand, or of none.
func (n *notice) words(line string) {
	dst, limit := &n.common, maxCommon
	if n.cur >= 0 {
		dst, limit = &n.failed[n.cur].words, maxReason
	}
	line = strings.TrimRight(strings.TrimLeft(line, " \t\r<>:;,)]\""), " \t\r<>")
	if room := limit - len(*dst); room > 0 {
		*dst = append(*dst, line[:min(len(line), room)]...)
		*dst = append(*dst, ' ')
	}
}
