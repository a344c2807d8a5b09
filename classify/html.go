package classify

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ReplyText is PlainText for a reply: where there is no plain part, it gives the
// text of the first HTML part, a line for each block, up to what it quotes.
func ReplyText(raw []byte) string {
	if text := PlainText(raw); strings.TrimSpace(text) != "" {
		return text
	}
	h, body, err := parse(raw[:min(len(raw), maxPlain)])
	if err != nil {
		return ""
	}
	text, found := "", false
	walk(&h, body, func(p part) {
		if p.content.media == "text/html" && !found && !p.attached {
			text, found = htmlText(p.text()), true
		}
	})
	return text
}

// quoteMarks are ids and classes by which mail programs mark what they quote.
var quoteMarks = []string{"gmail_quote", "divRplyFwdMsg", "appendonsend", "moz-cite-prefix", "protonmail_quote", "yahoo_quoted", "OLK_SRC_BODY_SECTION"}

// htmlText gives the words of a page up to what it quotes.
func htmlText(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(maxPlain)
	hidden := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.Write(bytes.ReplaceAll(z.Text(), []byte("\n"), []byte(" ")))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, attrs := z.TagName()
			tag := atom.Lookup(name)
			for attrs {
				var key, value []byte
				if key, value, attrs = z.TagAttr(); string(key) == "class" || string(key) == "id" {
					for _, mark := range quoteMarks {
						if bytes.Contains(value, []byte(mark)) {
							return b.String()
						}
					}
				}
			}
			switch tag {
			case atom.Blockquote, atom.Hr:
				return b.String()
			case atom.Style, atom.Script, atom.Head, atom.Title:
				hidden++
			case atom.Br, atom.P, atom.Div, atom.Tr, atom.Li, atom.Td:
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Style, atom.Script, atom.Head, atom.Title:
				hidden = max(0, hidden-1)
			case atom.P, atom.Div, atom.Tr, atom.Li:
				b.WriteByte('\n')
			}
		}
	}
}
