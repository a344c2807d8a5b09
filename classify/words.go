package classify

import "strings"

// text is the text of a body, decoded when it is first asked for.
type text struct {
	plain, page *part // the first of their kind that are no attachment
	decoded     bool
	content     string
}

// maxWords is how much of a text is decoded and searched, in bytes.
const maxWords = 64 << 10

// take keeps p if it is the text of the message.
func (t *text) take(p part) {
	switch media := p.content.media; {
	case p.attached:
	case t.plain == nil && (media == "text/plain" || media == ""): // RFC 2045 section 5.2
		t.plain = &p
	case t.page == nil && media == "text/html":
		t.page = &p
	}
}

// String gives the text in UTF-8, with LF: that of the first plain part or, where
// there is none or it is blank, that of the first HTML part, a line for each block.
func (t *text) String() string {
	if t == nil {
		return ""
	}
	if !t.decoded {
		t.decoded = true
		if t.plain != nil {
			t.content = t.plain.start(maxWords).text()
		}
		if t.page != nil && strings.TrimSpace(t.content) == "" {
			t.content = htmlText(t.page.start(maxWords).text())
		}
	}
	return t.content
}

// start gives p with no more than the first n bytes of its body.
func (p part) start(n int) part {
	p.body = p.body[:min(len(p.body), n)]
	return p
}
