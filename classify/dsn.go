package classify

import (
	"bytes"
	"strings"
)

// maxRecipients bounds the recipients of one bounce.
const maxRecipients = 1000

// Recipient is an address that a delivery status notification speaks of
// (RFC 3464 section 2.3).
type Recipient struct {
	// Address is the Original-Recipient, which is what the sender wrote to, or
	// else the Final-Recipient (sections 2.3.1 and 2.3.2).
	Address string
	Final   string // the Final-Recipient, where an alias led elsewhere
	Status  string // RFC 3463 code such as 5.1.1; "" when missing (section 2.3.4)
	Delayed bool   // it is still being tried: Action delayed (RFC 3464 section 2.3.3)
	Words   string // of the server, cleaned, at most 300 bytes
	Hard    bool   // Action failed and a Status of class 5: a permanent failure (RFC 3463 section 3.1)
}

// recipientList holds each address once.
type recipientList struct {
	list  []Recipient
	index map[string]int // by lower-case address
}

// deliveryStatus reads the body of a message/delivery-status part: blocks of
// fields, parted by blank lines, one for each recipient (section 2.1).
func (l *recipientList) deliveryStatus(body []byte) {
	for len(body) > 0 && len(l.list) < maxRecipients {
		var block statusBlock
		s := scanner{src: body}
		for s.next() {
			if string(s.name) == "final-recipient" && block.final != "" {
				l.add(block.recipient()) // a blank line is missing
				block = statusBlock{}
			}
			block.read(string(s.name), s.value())
		}
		l.add(block.recipient())
		body = s.rest()
	}
}

// failed takes X-Failed-Recipients. They bear no status, so none is hard.
func (l *recipientList) failed(list []Address) {
	for _, a := range list {
		l.add(Recipient{Address: a.Addr})
	}
}

// add keeps r unless its address is missing. Of an address met again, a hard
// failure counts.
func (l *recipientList) add(r Recipient) {
	if r.Address == "" {
		return
	}
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

// statusBlock holds the per-recipient fields that count.
type statusBlock struct{ original, final, action, status string }

func (b *statusBlock) read(name string, value []byte) {
	switch name {
	case "original-recipient":
		b.original = typedAddress(value)
	case "final-recipient":
		b.final = typedAddress(value)
	case "action":
		setToken(&b.action, value)
	case "status":
		b.status = statusCode(value)
	}
}

func (b *statusBlock) recipient() Recipient {
	r := Recipient{Address: b.original, Status: b.status}
	switch {
	case r.Address == "":
		r.Address = b.final
	case !strings.EqualFold(b.original, b.final):
		r.Final = b.final
	}
	r.Delayed = strings.HasPrefix(b.action, "delay")
	// "failed" is the standard's word, "failure" that of some programs (section 2.3.3).
	r.Hard = strings.HasPrefix(b.action, "fail") && strings.HasPrefix(b.status, "5.")
	return r
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
