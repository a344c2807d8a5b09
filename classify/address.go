package classify

import "bytes"

const (
	maxAddresses = 1000
	maxWord      = 512 // bytes of an encoded-word; RFC 2047 section 2 allows 75
	maxAddr      = 512 // bytes; RFC 5321 section 4.5.3.1 allows 64 + 1 + 255
)

// addressParser reads an address-list (RFC 5322 sections 3.4 and 4.4), groups
// and semicolons between addresses included. It splits the list into pieces
// and takes one address, or none, from each, so that a bad one costs no other.
// Where quotes or comments are not closed, nothing says what they span: then
// it starts again without them (lenient).
type addressParser struct {
	null  bool   // the list holds <>
	local string // the first address without a domain, such as MAILER-DAEMON

	src     []byte
	pos     int
	lenient bool
	broken  bool // something is not closed
	text    []byte
	at      bool // text has an @ outside quotes
	comment []byte
	addr    []byte // between angle brackets; nil when there were none
	name    int    // where in text the name ended and the angle bracket stood
	out     []Address
}

// appendAddresses adds the addresses of v to list, up to maxAddresses.
func appendAddresses(list []Address, v []byte) []Address {
	room := maxAddresses - len(list)
	if room <= 0 {
		return list
	}
	p := addressParser{}
	found := p.parse(v)
	if len(found) > room {
		found = found[:room]
	}
	if list == nil {
		return found
	}
	return append(list, found...)
}

func (p *addressParser) parse(v []byte) []Address {
	p.src, p.text = v, make([]byte, 0, len(v))
	p.scan()
	if p.broken {
		*p = addressParser{src: v, lenient: true, text: p.text[:0]}
		p.scan()
	}
	return p.out
}

func (p *addressParser) scan() {
	for p.pos < len(p.src) && len(p.out) < maxAddresses && !p.broken {
		p.step()
	}
	p.flush()
}

// step takes one lexical token.
func (p *addressParser) step() {
	switch c := p.src[p.pos]; {
	case c == '"' && !p.lenient:
		p.quoted()
	case c == '(' && !p.lenient:
		p.skipComment()
	case c == '<':
		p.angle()
	case c == ',' || c == ';':
		p.flush()
		p.pos++
	case c == ':' && !p.at && p.addr == nil:
		p.text = p.text[:0] // the name of a group
		p.pos++
	case c == '=':
		p.encodedWord()
	case c == '\t':
		p.text = append(p.text, ' ')
		p.pos++
	default:
		p.at = p.at || c == '@'
		p.text = append(p.text, c)
		p.pos++
	}
}

// quoted copies a quoted-string as it is (RFC 5322 section 3.2.4).
func (p *addressParser) quoted() {
	end := p.pos + 1
	for end < len(p.src) && p.src[end] != '"' {
		if p.src[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(p.src) {
		p.broken = true
		return
	}
	p.text = append(p.text, p.src[p.pos:end+1]...)
	p.pos = end + 1
}

// skipComment keeps the last comment: it may be all the name there is.
func (p *addressParser) skipComment() {
	rest := skipComment(p.src[p.pos:])
	if rest == nil {
		p.broken = true
		return
	}
	end := len(p.src) - len(rest)
	p.comment = p.src[p.pos+1 : end-1]
	p.text = append(p.text, ' ')
	p.pos = end
}

// angle takes an angle-addr. A second one in the same piece shows that a comma
// is missing.
func (p *addressParser) angle() {
	if p.addr != nil {
		next := bytes.Clone(p.text[p.name:])
		p.text = p.text[:p.name]
		p.flush()
		p.text = append(p.text, next...)
	}
	p.name = len(p.text)
	inside, quoted := p.src[p.pos+1:], false
	for i, c := range inside {
		switch {
		case c == '"' && !p.lenient && (i == 0 || inside[i-1] != '\\'):
			quoted = !quoted
		case c == '>' && !quoted, c == ',' && p.lenient:
			p.addr = inside[:i:i]
			p.pos += i + 1
			if c == '>' {
				p.pos++
			}
			return
		}
	}
	if !p.lenient {
		p.broken = true
		return
	}
	p.addr = inside
	p.pos = len(p.src)
}
