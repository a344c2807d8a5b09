package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/BurntSushi/toml"
)

// Change is one key of a configuration file and what it is to be.
type Change struct {
	Table   string // owner, account, account.imap, account.smtp or account.oauth2
	Account int    // which [[account]], from 0; their number for a new one
	Key     string // "" with no Value removes the table
	Value   any    // text, a number, true or false, or a list of texts; nil removes the key
}

// Edit gives the text of a configuration with some keys changed, and all else as it
// stood: comments, order, and keys that are not named. The result is a valid
// configuration; if a change is not possible, the error says what to write by hand.
func Edit(file string, text []byte, changes []Change) ([]byte, error) {
	s := strings.TrimPrefix(string(text), "\ufeff")
	for _, c := range changes {
		after, err := c.make(s)
		if err == nil {
			err = c.verify(after)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w; write it by hand: %s under %s", file, err, c.line(), header(c.Table))
		}
		s = after
	}
	if _, err := Parse(file, []byte(s)); err != nil {
		return nil, err
	}
	return []byte(s), nil
}

// line is the change as the file has it.
func (c Change) line() string {
	if c.Value == nil {
		return strings.TrimSpace("without " + c.Key)
	}
	var b strings.Builder
	if err := toml.NewEncoder(&b).Encode(map[string]any{c.Key: c.Value}); err != nil {
		return c.Key + " = …" // not for the types that a Change can have
	}
	return strings.TrimSpace(b.String())
}

// make changes the text.
func (c Change) make(s string) (string, error) {
	var tables map[string]any
	if err := decode(s, &tables); err != nil {
		return "", fmt.Errorf("the file cannot be read: %w", err)
	}
	table := c.find(scan(s))
	key := table.kid(c.Key)
	switch {
	case c.Key == "" && table != nil && table.to > 0:
		return strings.TrimRight(s[:lineStart(s, table.from)], "\n") + "\n" + s[lineEnd(s, table.end()):], nil
	case key != nil && c.Value == nil:
		return c.remove(s, key)
	case key != nil:
		_, value, _ := strings.Cut(c.line(), " = ")
		return s[:key.from] + value + s[key.to:], nil
	case c.Value == nil:
		return s, nil
	case table == nil || table.to == 0:
		return c.addTable(s), nil
	}
	at := lineEnd(s, table.own())
	return s[:at] + newLine(s[:at]) + c.line() + "\n" + s[at:], nil
}

// remove takes out the lines of a key, if nothing else stands there.
func (c Change) remove(s string, key *node) (string, error) {
	start, end := lineStart(s, key.from), lineEnd(s, key.to)
	before := strings.Join(strings.Fields(s[start:key.from]), "")
	if after := strings.TrimSpace(s[key.to:end]); before != c.Key+"=" || after != "" && !strings.HasPrefix(after, "#") {
		return "", fmt.Errorf("%s cannot be removed here", c.Key)
	}
	return s[:start] + s[end:], nil
}

// find gives the table of a change; nil if there is none.
func (c Change) find(root *node) *node {
	first, inner, nested := strings.Cut(c.Table, ".")
	n := root.kid(first)
	if first == "account" {
		if n == nil || c.Account >= len(n.items) {
			return nil
		}
		n = n.items[c.Account]
	}
	if nested {
		n = n.kid(inner)
	}
	return n
}

// addTable adds a table with the key: one of an account behind what that has, any
// other at the end.
func (c Change) addTable(s string) string {
	at := len(s)
	if account := (Change{Table: "account", Account: c.Account}).find(scan(s)); account != nil && c.Table != "account" {
		at = lineEnd(s, account.end())
	}
	return s[:at] + newLine(s[:at]) + "\n" + header(c.Table) + "\n" + c.line() + "\n" + s[at:]
}

// own is where the last key ends that stands in a table itself, not in one below it.
func (n *node) own() int {
	last := n.to
	for _, kid := range n.kids {
		if kid.from > 0 && kid.kids == nil {
			last = max(last, kid.to)
		}
	}
	return last
}

// end is where the last key or header of a table ends.
func (n *node) end() int {
	last := n.to
	for _, kid := range n.kids {
		last = max(last, kid.end())
	}
	for _, item := range n.items {
		last = max(last, item.end())
	}
	return last
}

// verify makes sure that the change means what it should: a file can be written in
// more ways than are thought of here.
func (c Change) verify(s string) error {
	var got, want map[string]any
	if err := decode(s, &got); err != nil {
		return fmt.Errorf("%s cannot be changed here", c.Key)
	}
	first, inner, nested := strings.Cut(c.Table, ".")
	table, _ := got[first].(map[string]any)
	if accounts, ok := got[first].([]map[string]any); ok && c.Account < len(accounts) {
		table = accounts[c.Account]
	}
	if nested {
		table, _ = table[inner].(map[string]any)
	}
	if c.Key == "" && table != nil {
		return fmt.Errorf("%s cannot be removed here", c.Table)
	}
	if c.Value != nil {
		if err := decode(c.line(), &want); err != nil {
			return fmt.Errorf("%s cannot be written", c.Key)
		}
	}
	if !reflect.DeepEqual(table[c.Key], want[c.Key]) {
		return fmt.Errorf("%s cannot be changed here", c.Key)
	}
	return nil
}

func lineStart(s string, at int) int { return strings.LastIndexByte(s[:at], '\n') + 1 }

// lineEnd is behind the end of the line.
func lineEnd(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

// newLine ends a text that does not end with a line end.
func newLine(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return ""
	}
	return "\n"
}
