package classify

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// trusted is the server whose results the tests believe.
var trusted = Policy{AuthservID: "mx.example.net"}

// TestPeople holds law 5 from its other side: people's mail is a touch, whole, by
// header alone as imapwatch fetches it, with the start of the body only, and with
// either kind of line end. The messages of testdata/people are in a file for each
// language.
func TestPeople(t *testing.T) {
	paths, err := filepath.Glob("testdata/people/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	languages, messages := len(paths), 0
	for _, path := range append(paths, "testdata/human.txtar") {
		language := strings.TrimSuffix(filepath.Base(path), ".txtar")
		for name, data := range archive(t, path) {
			messages++
			t.Run(language+"/"+name, func(t *testing.T) {
				crlf := bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
				if wrong := slices.Concat(mistakes(data), mistakes(crlf)); len(wrong) > 0 {
					t.Error(strings.Join(wrong, "\n"))
				}
			})
		}
	}
	if languages < 22 || messages < 326 {
		t.Errorf("only %d languages and %d messages", languages, messages)
	}
}

// mistakes judges a person's message in each of the ways it is read, and says what
// is wrong with the verdicts.
func mistakes(raw []byte) []string {
	var wrong []string
	check := func(how string, v Verdict) {
		if v.Class != Human || !v.Touch || v.Forged {
			wrong = append(wrong, fmt.Sprintf("%s taken for %q, touch %v, forged %v: %q", how, v.Class, v.Touch, v.Forged, v.Reasons))
		}
	}
	r := Message(raw, trusted)
	check("whole", r.Verdict)
	h, err := Parse(fetched(raw))
	if err != nil {
		return append(wrong, err.Error())
	}
	check("by header alone", h.Verdict(trusted))
	if h.Date.IsZero() || h.Key() != r.Key() {
		wrong = append(wrong, fmt.Sprintf("date %v, key %q, want %q", h.Date, h.Key(), r.Key()))
	}
	// What imapwatch hands over is the header and 64 KiB, which may end anywhere in a part.
	body := bodyOf(raw)
	check("with the first 64 KiB", h.Read(body[:min(64<<10, len(body))], trusted).Verdict)
	for i := range 8 {
		n := len(body) * i / 8
		check(fmt.Sprintf("with %d of %d bytes of its body", n, len(body)), h.Read(body[:n], trusted).Verdict)
	}
	return wrong
}

// bodyOf is what follows the first blank line.
func bodyOf(raw []byte) []byte {
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if _, body, ok := bytes.Cut(raw, []byte(blank)); ok {
			return body
		}
	}
	return nil
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
