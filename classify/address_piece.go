package classify

import (
	"bytes"
	"strings"
)

// flush ends a piece of the list and takes its address.
func (p *addressParser) flush() {
	if p.broken {
		return
	}
	if p.addr != nil {
		p.named()
	} else if len(bytes.TrimSpace(p.text)) > 0 {
		p.bare()
	}
	p.text, p.at, p.comment, p.addr = p.text[:0], false, nil, nil
}

// named takes "Ana Díaz <ana@example.org>", and the older "<ana@example.org> (Ana Díaz)".
func (p *addressParser) named() {
	name := phrase(p.text)
	if name == "" {
		name = decodeText(unescape(p.comment))
	}
	p.add(name, p.addr)
}

// bare takes an address without angle brackets. Where there are words beside
// it, each one with an @ is an address: the commas are missing.
func (p *addressParser) bare() {
	if addr := addrSpec(p.text); addr != "" || bytes.IndexByte(bytes.TrimSpace(p.text), ' ') < 0 {
		p.add(decodeText(unescape(p.comment)), p.text)
		return
	}
	for _, token := range bytes.Fields(p.text) {
		if bytes.IndexByte(token, '@') > 0 {
			p.add("", bytes.Trim(token, `"'()[]`))
		}
	}
}

// add keeps the address when it is one.
func (p *addressParser) add(name string, raw []byte) {
	raw = bytes.TrimSpace(raw)
	switch addr := addrSpec(raw); {
	case addr != "" && len(p.out) < maxAddresses:
		p.out = append(p.out, Address{Name: name, Addr: addr})
	case len(raw) == 0:
		p.null = true
	case p.local == "" && bytes.IndexByte(raw, '@') < 0 && len(raw) <= maxAddr:
		p.local = clean(raw)
	}
}

// addrSpec reads local@domain (RFC 5322 section 3.4.1) as it is written, but
// without a route, comments, and white space beside dots and the @ (section
// 4.4). It returns "" for what is no address.
func addrSpec(raw []byte) string {
	raw = bytes.TrimSpace(stripComments(raw))
	if i := bytes.LastIndexByte(raw, ':'); i > 0 && raw[0] == '@' {
		raw = raw[i+1:]
	}
	if len(raw) > maxAddr {
		return ""
	}
	addr := clean(raw)
	if strings.IndexByte(addr, ' ') >= 0 {
		addr = tighten(addr)
	}
	if len(addr) > maxAddr { // bytes beyond ASCII have grown
		return ""
	}
	at := strings.LastIndexByte(addr, '@')
	if at < 1 || !validLocal(addr[:at]) || !validDomain(addr[at+1:]) {
		return ""
	}
	return addr
}

// specials cannot stand in an address outside quotes and brackets (RFC 5322
// section 3.2.3). The @ and the backslash are let pass in local parts: their
// servers took them.
const specials = `<>()[],;:" `

func validLocal(s string) bool {
	quoted := len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"'
	return quoted || !strings.ContainsAny(s, specials)
}

func validDomain(s string) bool {
	if len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']' {
		return !strings.ContainsAny(s[1:len(s)-1], `<>()[],;" `)
	}
	return s != "" && !strings.ContainsAny(s, specials)
}

// tighten removes the white space beside dots and the @, outside quotes.
func tighten(addr string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(addr); i++ {
		c := addr[i]
		if c == '"' {
			quoted = !quoted
		}
		if c == ' ' && !quoted && !isText(addr, i) {
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// isText reports whether the white space at i parts two words.
func isText(addr string, i int) bool {
	before := strings.TrimRight(addr[:i], " ")
	after := strings.TrimLeft(addr[i:], " ")
	return before != "" && after != "" &&
		!strings.HasSuffix(before, ".") && !strings.HasSuffix(before, "@") &&
		after[0] != '.' && after[0] != '@'
}
