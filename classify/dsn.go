package classify

import (
	"bytes"
	"strconv"
	"strings"
)

// Recipient is an address that a bounce speaks of (RFC 3464 section 2.3): one that
// failed, or that is still tried.
type Recipient struct {
	// Address is the Original-Recipient, which is what the sender wrote to, or
	// else the Final-Recipient (sections 2.3.1 and 2.3.2).
	Address string
	Final   string // the Final-Recipient, where an alias led elsewhere
	// Status is a code of RFC 3463 such as 5.1.1: that of the server's reply or of the
	// Status field (section 2.3.4), or else what the words amount to; "" when nothing tells.
	Status string
	// Hard: the address itself is gone. There is no such mailbox, no such host, it has
	// moved, or its domain takes no mail, and that for good (class 5). Everything that
	// may pass is soft, whatever its code: a full or disabled mailbox, a network that
	// fails; and so is what is about the message or its sender: too big, spam, policy,
	// relaying, a refusal after DATA.
	Hard    bool
	Delayed bool   // it is still being tried (RFC 3464 section 2.3.3)
	Words   string // what the server, or the report, says of it; cleaned, at most 300 bytes
}

// deliveryStatus reads the body of a message/delivery-status part: blocks of
// fields, parted by blank lines, one for each recipient (section 2.1).
func (l *recipientList) deliveryStatus(body []byte) {
	for len(body) > 0 && len(l.list) < maxRecipients {
		var block statusBlock
		s := scanner{src: body}
		for s.next() {
			if string(s.name) == "final-recipient" && block.final != "" {
				l.addBlock(&block) // a blank line is missing
				block = statusBlock{}
			}
			block.read(string(s.name), s.value())
		}
		l.addBlock(&block)
		body = s.rest()
	}
}

// addBlock leaves out who got the message (section 2.3.3).
func (l *recipientList) addBlock(b *statusBlock) {
	switch b.action {
	case "delivered", "relayed", "expanded":
		return
	}
	l.add(b.recipient())
}

// statusBlock holds the per-recipient fields that count.
type statusBlock struct{ original, final, action, status, comment, diagnostic string }

func (b *statusBlock) read(name string, value []byte) {
	switch name {
	case "original-recipient":
		b.original = typedAddress(value)
	case "final-recipient":
		b.final = typedAddress(value)
	case "action":
		setToken(&b.action, value)
	case "status":
		b.status, b.comment = statusCode(value), string(value[:min(len(value), maxReason)])
	case "diagnostic-code":
		b.diagnostic = string(value[:min(len(value), maxReason)])
	}
}

func (b *statusBlock) recipient() reported {
	r := reported{field: b.status, delayed: b.action == "delayed", acted: b.action != ""}
	decoded := fromXtext(b.original)
	if r.Address = b.original; r.Address == "" || decoded != b.original && strings.EqualFold(decoded, b.final) {
		r.Address = b.final
	} else if !strings.EqualFold(b.original, b.final) {
		r.Final = b.final
	}
	if kind, words, ok := strings.Cut(b.diagnostic, ";"); ok && len(kind) < 20 {
		r.words = strings.TrimSpace(words) // "smtp; 550 …" (section 2.3.6)
	} else {
		r.words = b.diagnostic
	}
	if r.words == "" && b.comment != b.status {
		r.words = b.comment // "5.2.1 (mailbox disabled)"
	}
	return r
}

// fromXtext undoes the encoding of an Original-Recipient (RFC 3461 section 4), which
// many programs leave out: "+2B" may be just that.
func fromXtext(s string) string {
	if strings.IndexByte(s, '+') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '+' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// typedAddress reads "rfc822; ana@example.org" (section 2.1.2). X.400 addresses
// and the like, without an @, are left out.
func typedAddress(v []byte) string {
	if _, after, ok := bytes.Cut(v, []byte(";")); ok {
		v = after
	}
	return addrSpec(bytes.Trim(stripComments(v), "<> \t"))
}

// statusCode reads a status code (RFC 3463 section 2), without what follows it.
func statusCode(v []byte) string {
	v = firstWord(v)
	dots := 0
	for i, c := range v {
		switch {
		case c == '.' && i > 0 && v[i-1] != '.' && dots < 2:
			dots++
		case !isDigit(c):
			return ""
		}
	}
	if len(v) < 5 || len(v) > 9 || dots != 2 || v[1] != '.' || v[len(v)-1] == '.' {
		return ""
	}
	return string(v)
}
