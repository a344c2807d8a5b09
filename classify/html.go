package classify

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ReplyText gives the text of a reply as PlainText does, with the lines whole that
// were broken on the way (RFC 3676); where there is no plain part, that of the first
// HTML part, a line for each block, up to what it quotes.
func ReplyText(raw []byte) string {
	h, body, err := parse(raw[:min(len(raw), maxPlain)])
	if err != nil {
		return ""
	}
	var t text
	walk(&h, body, t.take)
	if t.plain != nil {
		words := t.plain.text()
		if t.plain.content.flowed {
			words = unflow(words, t.plain.content.delSp)
		}
		if strings.TrimSpace(words) != "" {
			return words
		}
	}
	if t.page != nil {
		return htmlText(t.page.text())
	}
	return ""
}

// unflow joins the lines of a paragraph (RFC 3676 section 4.1): those that end with a
// space, which goes where delSp says so. Quoted lines stay as they are.
func unflow(text string, delSp bool) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		line = strings.TrimPrefix(line, " ") // section 4.4
		flows := strings.HasSuffix(line, " ") && line != "-- " && !strings.HasPrefix(line, ">")
		if flows && delSp {
			line = line[:len(line)-1]
		}
		b.WriteString(line)
		if !flows {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// quoteMarks are ids and classes by which mail programs mark what they quote.
var quoteMarks = strings.Fields("gmail_quote divRplyFwdMsg appendonsend moz-cite-prefix protonmail_quote yahoo_quoted OLK_SRC_BODY_SECTION")

// htmlText gives the words of a page, up to what it quotes: a blockquote alone may
// have the owner's words below it.
func htmlText(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(maxPlain)
	hidden, quoted := 0, 0
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 && quoted == 0 {
				b.Write(bytes.ReplaceAll(z.Text(), []byte("\n"), []byte(" ")))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, attrs := z.TagName()
			if attrs && marksQuote(z) {
				return b.String()
			}
			switch tag := atom.Lookup(name); {
			case tag == atom.Hr:
				return b.String()
			case tag == atom.Blockquote:
				quoted++
				b.WriteString("\n\n")
			case tag == atom.Body:
				hidden = 0
			case kind == html.StartTagToken && isHidden(tag):
				hidden++
			case breaksLine(tag) || tag == atom.Br || tag == atom.Td:
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch tag := atom.Lookup(name); {
			case tag == atom.Blockquote:
				quoted = max(0, quoted-1)
			case isHidden(tag):
				hidden = max(0, hidden-1)
			case breaksLine(tag):
				b.WriteByte('\n')
			}
		}
	}
}

func isHidden(tag atom.Atom) bool {
	return tag == atom.Style || tag == atom.Script || tag == atom.Title
}

func breaksLine(tag atom.Atom) bool {
	return tag == atom.P || tag == atom.Div || tag == atom.Tr || tag == atom.Li
}

// marksQuote reports whether the tag at hand is where a mail program begins to quote.
func marksQuote(z *html.Tokenizer) bool {
	for {
		key, value, more := z.TagAttr()
		if name := string(key); name == "class" || name == "id" {
			for word := range strings.FieldsSeq(string(value)) {
				if slices.Contains(quoteMarks, strings.TrimPrefix(word, "x_")) {
					return true
				}
			}
		}
		if !more {
			return false
		}
	}
}
