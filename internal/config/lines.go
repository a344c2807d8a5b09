package config

import "strings"

// scan finds the line of every key of a text that the library has parsed
// without an error: only what keys, strings, comments and brackets look like
// matters, not whether they make sense.
func scan(src string) *node {
	s := &scanner{src: strings.TrimPrefix(src, "\ufeff"), line: 1}
	root := &node{}
	table := root
	for s.skip(" \t\r\n"); s.more(); s.skip(" \t\r\n") {
		before := s.pos
		if s.peek() == '[' {
			table = s.header(root)
		} else {
			s.pair(table)
		}
		if s.pos == before {
			break // never on a text that the library accepts
		}
	}
	return root
}

type scanner struct {
	src  string
	pos  int
	line int
}

func (s *scanner) more() bool { return s.pos < len(s.src) }

// peek is the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if !s.more() {
		return 0
	}
	return s.src[s.pos]
}

func (s *scanner) advance(n int) {
	n = min(n, len(s.src)-s.pos)
	s.line += strings.Count(s.src[s.pos:s.pos+n], "\n")
	s.pos += n
}

// skip passes over the given bytes, and over comments if line ends are among them.
func (s *scanner) skip(blank string) {
	for s.more() {
		switch {
		case strings.IndexByte(blank, s.peek()) >= 0:
			s.advance(1)
		case s.peek() == '#' && strings.Contains(blank, "\n"):
			s.until("\n")
		default:
			return
		}
	}
}

func (s *scanner) until(stops string) {
	if i := strings.IndexAny(s.src[s.pos:], stops); i >= 0 {
		s.advance(i)
	} else {
		s.advance(len(s.src))
	}
}

// header reads [a.b] or [[a.b]] and gives the table that follows.
func (s *scanner) header(root *node) *node {
	line, from := s.line, s.pos
	list := strings.HasPrefix(s.src[s.pos:], "[[")
	s.skip("[")
	table := root.find(s.key(), line)
	if list {
		table = table.append(line)
	}
	s.skip(" \t]")
	table.from, table.to = from, s.pos
	return table
}

// pair reads key = value into a table.
func (s *scanner) pair(table *node) {
	line := s.line
	n := table.find(s.key(), line)
	n.twice = n.kids != nil || n.items != nil
	s.skip("= \t")
	n.from = s.pos
	s.value(n)
	n.to = s.pos
}

// key reads a dotted key, whose parts may be quoted.
func (s *scanner) key() []string {
	var parts []string
	for {
		s.skip(" \t")
		start := s.pos
		if c := s.peek(); c == '"' || c == '\'' {
			s.text()
			parts = append(parts, unquote(s.src[start:s.pos]))
		} else {
			s.until(" \t.=]\r\n")
			parts = append(parts, s.src[start:s.pos])
		}
		s.skip(" \t")
		if s.peek() != '.' {
			return parts
		}
		s.advance(1)
	}
}

// unquote leaves the escapes to the library, so that both read the same key.
func unquote(s string) string {
	var v map[string]any
	_ = decode("k = "+s, &v) // the library has read it once without an error
	plain, _ := v["k"].(string)
	return plain
}

// text passes over a string of any of the four kinds.
func (s *scanner) text() {
	quote := s.src[s.pos : s.pos+1]
	if strings.HasPrefix(s.src[s.pos:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	s.advance(len(quote))
	for s.more() && !strings.HasPrefix(s.src[s.pos:], quote) {
		if s.peek() == '\\' && quote[0] == '"' {
			s.advance(1)
		}
		s.advance(1)
	}
	s.advance(len(quote))
	// The text of a long string may itself end with one or two quotes.
	for i := 0; len(quote) == 3 && i < 2 && s.peek() == quote[0]; i++ {
		s.advance(1)
	}
}

// value passes over a value and notes the keys and elements in it.
func (s *scanner) value(n *node) {
	switch s.peek() {
	case '"', '\'':
		s.text()
	case '[':
		s.elements(']', func() { s.value(n.append(s.line)) })
	case '{':
		s.elements('}', func() { s.pair(n) })
	default:
		s.until(",]}#\n")
	}
}

// elements reads what stands between brackets.
func (s *scanner) elements(end byte, element func()) {
	s.advance(1)
	for s.skip(" \t\r\n,"); s.more() && s.peek() != end; s.skip(" \t\r\n,") {
		before := s.pos
		element()
		if s.pos == before {
			return // never on a text that the library accepts
		}
	}
	s.advance(1)
}
