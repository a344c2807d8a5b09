package classify

import (
	"bytes"
	"strings"
)

// readNotice reads the text of the report and what stands for it.
func (c *collector) readNotice(h *Header) *notice {
	text := c.text.String()
	daemon := func(addr string) bool { return holds(h.From, addr) }
	n := readNotice(text, func(addr string) bool { return holds(h.To, addr) || daemon(addr) }, daemon)
	if n.transcript && n.rest != "" && !n.copied {
		c.recipients.deliveryStatus([]byte(n.rest))
	}
	if n.copied && c.copy.From == nil {
		c.copy, _ = Parse([]byte(strings.TrimLeft(afterLine(n.rest), " \r\n"))) // unreadable: none
	}
	c.notice = noticeSigns{
		failing: n.failing || n.transcript, named: len(n.failed) > 0 || len(c.recipients.list) > 0,
		transcript: n.transcript, copied: n.copied || n.id != "", personal: greets(text) || len(c.copy.From) > 0 && holds(h.From, c.copy.From[0].Addr),
	}
	return n
}

// greets tells "Dear Ana," and the like in the first line.
func greets(text string) bool {
	line, _, _ := strings.Cut(strings.TrimLeft(text, " \t\r\n"), "\n")
	line = strings.TrimSpace(line)
	word, _, _ := strings.Cut(asciiLower(line[:min(len(line), maxWord)]), " ")
	switch strings.TrimRight(word, ",!") {
	case "dear", "hi", "hello", "hallo", "hey", "liebe", "lieber", "sehr", "guten", "moin", "bonjour", "cher", "chère",
		"hola", "querida", "querido", "estimado", "estimada", "ciao", "caro", "cara", "gentile", "buongiorno", "olá", "caro(a)", "prezado", "beste", "geachte", "dag":
		return strings.HasSuffix(line, ",") || strings.HasSuffix(line, "!")
	}
	return false
}

// afterLine leaves out the line that says that a message follows; a field it keeps.
func afterLine(s string) string {
	line, rest, _ := strings.Cut(s, "\n")
	if name, _, ok := strings.Cut(line, ":"); ok && readers[strings.ToLower(name)] != nil || strings.HasPrefix(line, "Received:") {
		return s
	}
	return rest
}

func holds(list []Address, addr string) bool {
	for _, a := range list {
		if strings.EqualFold(a.Addr, addr) {
			return true
		}
	}
	return false
}

// complete takes from the text what the reports did not say.
func (c *collector) complete(h *Header, n *notice) {
	for _, a := range h.machine.failed {
		if len(c.recipients.list) == len(h.machine.failed) {
			break
		}
		c.recipients.add(reported{Recipient: Recipient{Address: a.Addr}})
	}
	if len(c.recipients.list) > 0 {
		c.addWords(h, n)
		return
	}
	for _, f := range n.failed {
		r := Recipient{Address: addrSpec([]byte(f.addr)), Final: addrSpec([]byte(f.final))}
		c.recipients.add(reported{Recipient: r, words: string(f.words), beside: n.beside(h)})
	}
	if len(c.recipients.list) == 0 {
		c.recipients.add(reported{Recipient: Recipient{Address: c.onlyOne(h, n)}, beside: n.beside(h)})
	}
}

// onlyOne finds the address that must be meant where none is named as failed: the one
// of the text, of the subject, or to which the returned message went; or a name where an
// address was announced, in the domain of the mail system.
func (c *collector) onlyOne(h *Header, n *notice) string {
	weak := n.weak
	if len(weak) == 0 {
		for _, m := range mentions(h.Subject, 2) {
			weak = append(weak, m.addr)
		}
	}
	if len(weak) == 0 && n.bare != "" && len(h.From) == 1 {
		_, domain, _ := strings.Cut(h.From[0].Addr, "@")
		weak = []string{n.bare + "@" + domain}
	}
	if len(weak) == 0 && len(c.copy.Cc) == 0 && len(c.copy.To) == 1 {
		weak = []string{c.copy.To[0].Addr}
	}
	if len(weak) == 0 || n.own(weak[0]) {
		return ""
	}
	for _, w := range weak {
		if !strings.EqualFold(w, weak[0]) {
			return ""
		}
	}
	return addrSpec([]byte(weak[0]))
}

// beside is what was said of nobody in particular.
func (n *notice) beside(h *Header) string { return string(n.common) + h.Subject }

// addWords gives the recipients of a report without Diagnostic-Code the words of the text.
func (c *collector) addWords(h *Header, n *notice) {
	for i := range c.recipients.list {
		r := &c.recipients.list[i]
		if r.words != "" {
			continue
		}
		var f failure
		if at, ok := n.index[asciiLower(r.Address)]; ok {
			f = n.failed[at]
		} else if at, ok := n.index[asciiLower(r.Final)]; ok {
			f = n.failed[at]
		} else if len(n.failed) == 1 {
			f = n.failed[0]
		}
		r.words, r.beside = string(f.words), n.beside(h)
		r.rate()
	}
}

// soften: a server refused a message as a whole (after DATA), which a Diagnostic-Code
// does not tell; Postfix and Exim write it into their text.
func (c *collector) soften() {
	list := c.recipients.list
	if len(list) != 1 || !list[0].Hard || c.text.plain == nil || !bytes.Contains(c.text.plain.start(maxNotice).body, []byte("end of")) {
		return
	}
	if afterData(asciiLower(oneSpaced(c.text.String()))) {
		list[0].Hard = false
	}
}

// wanting reports whether the text may add to what the reports say.
func (l *recipientList) wanting() bool {
	for _, r := range l.list {
		if r.words == "" {
			return true
		}
	}
	return len(l.list) == 0
}
