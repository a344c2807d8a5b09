package classify

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// trusted is the server whose results the tests believe.
var trusted = Policy{AuthservID: "mx.example.net"}

// TestHuman holds law 5 from its other side: people's mail is a touch, whole,
// by header alone as imapwatch fetches it, and with either kind of line end.
func TestHuman(t *testing.T) {
	files := archive(t, "testdata/human.txtar")
	if len(files) < 30 {
		t.Fatalf("only %d messages", len(files))
	}
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			crlf := bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
			for _, raw := range [][]byte{data, crlf} {
				r := Message(raw, trusted)
				if r.Class != Human || !r.Touch || r.Forged {
					t.Fatalf("taken for %q, touch %v, forged %v: %q", r.Class, r.Touch, r.Forged, r.Reasons)
				}
				h, err := Parse(fetched(raw))
				if err != nil {
					t.Fatal(err)
				}
				if v := h.Verdict(trusted); v.Class != Human || !v.Touch {
					t.Fatalf("by header alone taken for %q: %q", v.Class, v.Reasons)
				}
				if h.Date.IsZero() || h.Key() != r.Key() {
					t.Fatalf("date %v, key %q, want %q", h.Date, h.Key(), r.Key())
				}
			}
		})
	}
}

// archive splits a txtar file.
func archive(t testing.TB, path string) map[string][]byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	name := ""
	for line := range bytes.Lines(data) {
		if n, ok := strings.CutPrefix(string(line), "-- "); ok && strings.HasSuffix(n, " --\n") {
			name = strings.TrimSuffix(n, " --\n")
			files[name] = []byte{}
		} else if name != "" {
			files[name] = append(files[name], line...)
		}
	}
	return files
}

// fetched is what a server returns for BODY.PEEK[HEADER.FIELDS (…)]: the named
// fields, folded as they were, and a blank line.
func fetched(raw []byte) []byte {
	header, _, _ := bytes.Cut(raw, []byte("\n\n"))
	if h, _, ok := bytes.Cut(raw, []byte("\r\n\r\n")); ok {
		header = h
	}
	var out []byte
	keep := false
	for line := range bytes.Lines(append(bytes.Clone(header), '\n')) {
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := strings.Cut(string(line), ":")
			keep = slices.ContainsFunc(Fields(), func(f string) bool { return strings.EqualFold(f, strings.TrimSpace(name)) })
		}
		if keep {
			out = append(out, line...)
		}
	}
	return append(out, "\r\n"...)
}
