package config

import (
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// hardLines is a file that is hard to scan: the number at the end of a
// key is its line.
const hardLines = `k1 = 'its' # k0 = 1
` + `"k2" = "a \" # = [ b"
'k3' . "\u006b3"= [ # [x]
  "]", '''
  k0 = 1''', [ { k5 = "}" }, { k5 = 2,
  k6 = 3 } ], """a
\""" k0"""",
]
[ t9 ] # [k0]
k10.k10 = 2026-11-22 10:00:00
k11 = { k11 = [1, 2], "k.11" = { } }
[[a12]]
k13 = """"""
k14 = ""
[a12.k15]
k16 = ''''x'''
[[a12]]
k18 = "\\"
k19 = -1_000.5e3
`

func TestScan(t *testing.T) {
	r := &report{}
	tables, ok := r.parse([]byte(hardLines))
	if !ok {
		t.Fatal(r.err())
	}
	found := 0
	for _, eol := range []string{"\n", "\r\n"} {
		eachNode("", tables, scan("\ufeff"+strings.ReplaceAll(hardLines, "\n", eol)), func(key string, n *node) {
			found++
			if n == nil || digits.FindString(key) != strconv.Itoa(n.line) {
				t.Errorf("%s: got %+v", key, n)
			}
		})
	}
	if found != 2*20 {
		t.Errorf("found %d keys", found)
	}
}

// digits is the number that ends a key.
var digits = regexp.MustCompile(`\d+$`)

// eachNode visits every key of a parsed file together with its node.
func eachNode(key string, v any, n *node, visit func(string, *node)) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			visit(key+"."+name, n.kid(name))
			eachNode(key+"."+name, inner, n.kid(name), visit)
		}
	case []map[string]any:
		if len(n.items) != len(v) {
			return // of [1, [{}]] the library keeps the table alone
		}
		for i, inner := range v {
			eachNode(key, inner, place{node: n}.item(i).node, visit)
		}
	case []any:
		for i, inner := range v {
			eachNode(key, inner, place{node: n}.item(i).node, visit)
		}
	}
}

// FuzzLoad looks for panics, for errors that say nothing, and for keys whose
// line the scanner does not find although the library has them.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(base))
	f.Add([]byte(hardLines))
	f.Add([]byte("\ufeff[owner]\r\nname = 1\r\n[[account]]\n[account.imap]\nhost={a.b=[{}]}"))
	f.Add([]byte("a.b = 1\na = 2\n[[cadence]]\nevery = 3\nlatest = \"1d\"\n[practice.\"x y\"]"))
	f.Add([]byte("k3.\"\\r006b3\"="))
	f.Add([]byte("'k3' . \"\\eL\\x80\" = [ # [x]\n]"))
	if example, err := os.ReadFile("../../config.toml.example"); err == nil {
		f.Add(example)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := Parse("config.toml", data)
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.File == "" || len(e.Problems) == 0) {
			t.Fatalf("got %#v", err)
		}
		last, end := 0, strings.Count(string(data), "\n")+1
		for _, p := range problemsOf(e) {
			if p.Text == "" || p.Fix == "" || p.Line < last || p.Line > end || strings.ContainsAny(p.String(), "\n\r") {
				t.Fatalf("problem %+v", p)
			}
			last = p.Line
		}
		r := &report{}
		if tables, ok := r.parse(data); ok {
			eachNode("", tables, scan(string(data)), func(key string, n *node) {
				if n == nil || n.line < 1 {
					t.Fatalf("%q has no line", key)
				}
			})
		}
	})
}

func problemsOf(e *Error) []Problem {
	if e == nil {
		return nil
	}
	return e.Problems
}
