package imapconn

import (
	"bytes"
	"strconv"
)

// output is what the library has yet to read: text, and pieces of the buffer
// that stand in it.
type output struct {
	text   []byte
	insets []inset
	at     int // how much of text was read
	inset  int // how many of insets were read
}

// inset is a piece of the buffer that comes before text[at].
type inset struct {
	at    int
	bytes []byte
}

func (o *output) empty() bool { return o.at == len(o.text) && o.inset == len(o.insets) }

func (o *output) reset() {
	if cap(o.text) > largeBuffer {
		o.text = nil
	}
	clear(o.insets)
	o.text, o.insets, o.at, o.inset = o.text[:0], o.insets[:0], 0, 0
}

func (o *output) read(b []byte) (n int) {
	for n < len(b) && !o.empty() {
		until := len(o.text)
		if o.inset < len(o.insets) {
			until = o.insets[o.inset].at
		}
		if o.at < until {
			copied := copy(b[n:], o.text[o.at:until])
			o.at, n = o.at+copied, n+copied
			continue
		}
		next := &o.insets[o.inset]
		copied := copy(b[n:], next.bytes)
		n += copied
		if next.bytes = next.bytes[copied:]; len(next.bytes) == 0 {
			o.inset++
		}
	}
	return n
}

func (o *output) string(s string) *output { o.text = append(o.text, s...); return o }
func (o *output) bytes(b []byte) *output  { o.text = append(o.text, b...); return o }
func (o *output) number(n uint32) *output {
	o.text = strconv.AppendUint(o.text, uint64(n), 10)
	return o
}

// upper writes a word in upper case: the library compares some as they are.
func (o *output) upper(word []byte) *output {
	for _, c := range word {
		o.text = append(o.text, upper(c))
	}
	return o
}

// words writes those of a list that are atoms, each after a space, as long as
// an honest list can be.
func (o *output) words(list []byte) *output {
	for word := range bytes.FieldsSeq(list[:min(len(list), wordsLimit)]) {
		if isAtom(word) {
			o.string(" ").bytes(word)
		}
	}
	return o
}

// wordsLimit bounds a list of words. The library keeps each at ten times its size.
const wordsLimit = 16 << 10

// quoted writes a string whose bytes may stand between quotation marks.
func (o *output) quoted(b []byte) *output {
	o.string(`"`)
	for _, c := range b {
		if c == '"' || c == '\\' {
			o.string(`\`)
		}
		o.text = append(o.text, c)
	}
	return o.string(`"`)
}

// literal writes what may hold any bytes, which stay where they are.
func (o *output) literal(b []byte) *output {
	o.string("{").number(uint32(len(b))).string("}\r\n")
	if len(b) > 0 {
		o.insets = append(o.insets, inset{len(o.text), b})
	}
	return o
}
