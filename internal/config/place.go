package config

// node is a key of the file and where it stands. The toml library knows the
// lines of syntax errors only, so they are found by a scan of our own.
type node struct {
	line  int
	kids  map[string]*node // of a table
	items []*node          // of a list, or of the tables of [[key]]
	twice bool             // assigned to although it was a table already
	bad   bool             // a problem has been noted

	from, to int // where the value stands in the text; of a table with a header, where that stands
}

// kid is the key of that name below n, or nil.
func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	return n.kids[name]
}

// place is a key as errors name it. A key that is missing has no node and the
// line of its table.
type place struct {
	key  string
	line int
	node *node
	mute bool // the table around it was refused, which says enough
}

func (p place) child(name string) place {
	c := place{key: showKey(name), line: p.line, node: p.node.kid(name), mute: p.refused()}
	if p.key != "" {
		c.key = p.key + "." + c.key
	}
	if c.node != nil {
		c.line = c.node.line
	}
	return c
}

func (p place) item(i int) place {
	p.mute = p.refused()
	if p.node != nil && i < len(p.node.items) {
		p.node = p.node.items[i]
		p.line = p.node.line
	}
	return p
}

// refused reports whether a problem of the key, or of a table around it, has
// been noted.
func (p place) refused() bool { return p.mute || p.node != nil && p.node.bad }

// written reports whether the file has the key.
func (p place) written() bool { return p.node != nil }

// showKey quotes a key where the file must, too.
func showKey(name string) string {
	for i := range len(name) {
		if !bareKey(name[i]) {
			return quote(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}

func bareKey(c byte) bool {
	return c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// find goes down from n along a dotted key, to the newest table of a list, and
// makes what is missing.
func (n *node) find(key []string, line int) *node {
	for i, part := range key {
		if i > 0 && len(n.items) > 0 {
			n = n.items[len(n.items)-1]
		}
		kid := n.kids[part]
		if kid == nil {
			if n.kids == nil {
				n.kids = make(map[string]*node)
			}
			kid = &node{line: line}
			n.kids[part] = kid
		}
		n = kid
	}
	return n
}

// append adds an element to a list.
func (n *node) append(line int) *node {
	item := &node{line: line}
	n.items = append(n.items, item)
	return item
}
