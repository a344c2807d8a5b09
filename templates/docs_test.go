package templates

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/templates.md names the fields, functions and letters that there are, and
// its example is a letter.
func TestDocs(t *testing.T) {
	raw, err := os.ReadFile("../docs/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(raw)
	var fields []string
	for _, m := range regexp.MustCompile("(?m)^\\| `\\.([A-Z]\\w+)").FindAllStringSubmatch(doc, -1) {
		fields = append(fields, m[1])
	}
	if slices.Sort(fields); !slices.Equal(fields, fieldNames()) {
		t.Errorf("the fields are %q, those documented %q", fieldNames(), fields)
	}
	for _, fact := range optional {
		if !strings.Contains(doc, "`"+fact+"`") {
			t.Errorf("the fact %s is not documented", fact)
		}
	}
	for name := range functions {
		if !strings.Contains(doc, "`"+name+"`") {
			t.Errorf("the function %s is not documented", name)
		}
	}
	var letters []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[a-z].*?) \\|").FindAllStringSubmatch(doc, -1) {
		practice := ""
		for _, m := range regexp.MustCompile("`([a-z-]*)(\\.[a-z-]+)?`").FindAllStringSubmatch(row[1], -1) {
			if m[1] != "" {
				practice = m[1]
			}
			letters = append(letters, practice+m[2])
		}
	}
	for _, b := range builtin(t) {
		if !slices.Contains(letters, b.Name) {
			t.Errorf("%s is not documented", b.Name)
		}
	}
	if len(letters) != len(builtin(t))/4 {
		t.Errorf("%d letters are documented: %q", len(letters), letters)
	}
	_, example, _ := strings.Cut(doc, "## A file\n\n")
	example, _, _ = strings.Cut(example, "\n\nThe first line")
	if _, _, err := one(strings.ReplaceAll(example[4:], "\n    ", "\n"), letter()); err != nil {
		t.Error(err)
	}
}
