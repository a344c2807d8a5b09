package classify

import "bytes"

// encodedWord copies an encoded-word whole, since careless programs leave
// commas and brackets in it (RFC 2047 section 5 forbids them).
func (p *addressParser) encodedWord() {
	word := p.src[p.pos:min(len(p.src), p.pos+maxWord)]
	if i := bytes.IndexAny(word, " \t"); i >= 0 {
		word = word[:i]
	}
	length := 1
	if n := encodedLength(word); n > 0 {
		length = n
	}
	p.text = append(p.text, p.src[p.pos:p.pos+length]...)
	p.pos += length
}

// encodedLength measures =?charset?encoding?text?= at the start of word; 0 when
// there is none.
func encodedLength(word []byte) int {
	if !bytes.HasPrefix(word, []byte("=?")) {
		return 0
	}
	n := 2
	for range 3 {
		i := bytes.IndexByte(word[n:], '?')
		if i < 0 {
			return 0
		}
		n += i + 1
	}
	if n == len(word) || word[n] != '=' {
		return 0
	}
	return n + 1
}

// phrase reads a display-name: words joined by one space, quoted-strings
// without their quotes, encoded-words decoded, in quotes too, where many
// programs leave them.
func phrase(text []byte) string {
	text = bytes.TrimSpace(text)
	if bytes.IndexByte(text, '"') >= 0 || bytes.Contains(text, []byte("  ")) {
		text = unquote(text)
	}
	return decodeText(text)
}

// unquote removes quotes and backslashes, and joins words by one space.
func unquote(text []byte) []byte {
	out := make([]byte, 0, len(text))
	quoted, space := false, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			quoted = !quoted
			continue
		case c == ' ' && !quoted:
			space = len(out) > 0
			continue
		case c == '\\' && quoted && i+1 < len(text):
			i++
			c = text[i]
		}
		if space {
			out, space = append(out, ' '), false
		}
		out = append(out, c)
	}
	return out
}

// unescape removes the backslashes of quoted-pairs (RFC 5322 section 3.2.1).
func unescape(text []byte) []byte {
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		out = append(out, text[i])
	}
	return out
}
