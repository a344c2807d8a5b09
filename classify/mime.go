package classify

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
)

const (
	maxDepth   = 20       // nested multiparts that are entered
	maxParts   = 1000     // parts that are looked at
	maxBody    = 16 << 20 // bytes of a body that are searched
	maxDecoded = 1 << 20  // bytes of one part that are decoded
)

// part is a leaf of a message: no multipart. What a message/rfc822 part holds
// is not looked into: it is another message.
type part struct {
	content  contentType
	encoding string
	attached bool // Content-Disposition: attachment (RFC 2183)
	cut      bool // the message ends within its header: it may be anything
	body     []byte
}

// walker visits the parts in one pass, with the boundaries of all open
// multiparts at hand: an outer one also ends inner ones that were never closed
// (RFC 2046 section 5.1.2).
type walker struct {
	src   []byte
	pos   int
	open  []string // boundaries, outermost first
	parts int
	visit func(part)
}

// walk visits every part of the message that has this header and body.
func walk(h *Header, body []byte, visit func(part)) {
	w := &walker{src: body[:min(len(body), maxBody)], visit: visit}
	w.enter(part{content: h.machine.content, encoding: h.machine.encoding})
	for w.parts < maxParts && w.nextPart() {
		w.enter(w.partHeader())
	}
}

// enter opens a multipart, or visits a leaf; then it stands before a boundary.
func (w *walker) enter(p part) {
	w.parts++
	start := w.pos
	if p.content.multipart() && p.content.boundary != "" && len(w.open) < maxDepth {
		w.open = append(w.open, p.content.boundary)
		w.skipToBoundary()
		return
	}
	end := w.skipToBoundary()
	p.body = w.src[start:max(start, end)]
	if !p.cut {
		w.visit(p)
	}
}

// skipToBoundary moves to the next line that is an open boundary, or to the
// end, and returns where the text before it ends.
func (w *walker) skipToBoundary() (end int) {
	for w.pos < len(w.src) {
		if level, _ := w.boundary(w.src[w.pos:]); level >= 0 {
			end = w.pos
			if end > 0 && w.src[end-1] == '\n' {
				end--
			}
			if end > 0 && w.src[end-1] == '\r' {
				end--
			}
			return end
		}
		w.pos = lineEnd(w.src, w.pos)
	}
	return len(w.src)
}

// nextPart steps over boundaries until one opens a part.
func (w *walker) nextPart() bool {
	for w.pos < len(w.src) {
		level, closing := w.boundary(w.src[w.pos:])
		if level < 0 {
			return false
		}
		w.pos = lineEnd(w.src, w.pos)
		if !closing {
			w.open = w.open[:level+1]
			return true
		}
		w.open = w.open[:level]
		w.skipToBoundary()
	}
	return false
}

// boundary tells which open multipart the line belongs to, or -1.
func (w *walker) boundary(src []byte) (level int, closing bool) {
	if !bytes.HasPrefix(src, []byte("--")) || len(w.open) == 0 {
		return -1, false
	}
	line := bytes.TrimRight(src[2:lineEnd(src, 0)], " \t\r\n")
	for i := len(w.open) - 1; i >= 0; i-- {
		if rest, ok := bytes.CutPrefix(line, []byte(w.open[i])); ok && (len(rest) == 0 || string(rest) == "--") {
			return i, len(rest) > 0
		}
	}
	return -1, false
}

func lineEnd(src []byte, pos int) int {
	if i := bytes.IndexByte(src[pos:], '\n'); i >= 0 {
		return pos + i + 1
	}
	return len(src)
}

// partHeader reads the header of a part (RFC 2045 section 3).
func (w *walker) partHeader() part {
	var p part
	s := scanner{src: w.src[w.pos:], stop: func(line []byte) bool {
		level, _ := w.boundary(line)
		return level >= 0
	}}
	for s.next() {
		switch string(s.name) {
		case "content-type":
			p.content = parseContentType(s.value())
		case "content-transfer-encoding":
			setToken(&p.encoding, s.value())
		case "content-disposition":
			disposition, _, _ := bytes.Cut(s.value(), []byte(";"))
			p.attached = strings.EqualFold(string(firstWord(disposition)), "attachment")
		}
	}
	w.pos += s.pos
	p.cut = !s.ended
	return p
}

// decoded undoes the Content-Transfer-Encoding (RFC 2045 section 6), up to
// maxDecoded bytes and as far as it is well-formed.
func (p part) decoded() []byte {
	var r io.Reader
	switch p.encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(p.body))
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(p.body))
	default:
		return p.body
	}
	out, _ := io.ReadAll(io.LimitReader(r, maxDecoded)) // what came before an error still counts
	return out
}
