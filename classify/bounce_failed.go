package classify

import "strings"

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
