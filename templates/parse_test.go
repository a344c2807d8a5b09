package templates

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestFaults(t *testing.T) {
	const head = "Subject: x\n\n"
	for name, x := range map[string]struct{ text, want string }{
		"syntax":           {head + "a\n{{if}}", "template mine.txt: template: mine.txt:4: missing value for if"},
		"unclosed":         {head + "a\n\n{{.Greeting", "mine.txt:5: unclosed action"},
		"unknown field":    {head + "{{.Nickname}}", `template mine.txt: mine.txt:3:2: there is no field .Nickname; write one of .About, .Belated, `},
		"in no branch":     {head + "{{if .Belated}}{{.Nickname}}{{end}}", "mine.txt:3:17: there is no field .Nickname"},
		"raw value":        {head + "{{.Salutation}}", "there is no field .Salutation"},
		"raw name":         {"Subject: {{.Contact}}\n\nx", "mine.txt:1:11: there is no field .Contact"},
		"inside":           {head + "{{.l.Detail}}", "mine.txt:3:4: there is no field .l.Detail"},
		"the whole":        {head + "{{.}}", "mine.txt:3:2: . is nothing that a letter can say"},
		"the whole again":  {head + "{{$}}", "mine.txt:3:2: $ is nothing that a letter can say"},
		"variable":         {head + "{{$x := .Useful}}{{$x}}", "mine.txt:3:2: letters have no variables"},
		"loop":             {head + "{{range 1000000000}}x{{end}}", "mine.txt:3:8: letters are made of fields, if and template only"},
		"with":             {head + "{{with .Useful}}x{{end}}", "mine.txt:3:7: letters are made of fields, if and template only"},
		"printf":           {head + `{{printf "%1000000000d" 1}}`, `mine.txt:3: function "printf" not defined`},
		"define":           {head + `{{define "x"}}y{{end}}`, "mine.txt: write each piece of text into a file of its own"},
		"block":            {head + `{{block "x" .}}y{{end}}`, "mine.txt: write each piece of text into a file of its own"},
		"partial alone":    {head + `{{template "close"}}`, `mine.txt:3:11: write {{template "close" .}}`},
		"partial of less":  {head + `{{template "close" .Useful}}`, `mine.txt:3:11: write {{template "close" .}}`},
		"no partial":       {head + "\n" + `{{template "pitch" .}}`, `mine.txt:4:11: there is no file _pitch.en.txt or _pitch.txt; add it to the folder letters.templates`},
		"partial outside":  {head + `{{template "/../../x" .}}`, "mine.txt:3:11: template _/../../x.en.txt: "},
		"no subject line":  {"Dear Maria,\n\nthanks", `template mine.txt: write a line "Subject: …" and an empty line before the text`},
		"no empty line":    {"Subject: x\nDear Maria", `template mine.txt: write a line "Subject: …"`},
		"empty subject":    {"Subject:  \n\nx", `template mine.txt: write a line "Subject: …"`},
		"empty":            {"", `template mine.txt: write a line "Subject: …"`},
		"second header":    {"Subject: x\nBcc: x@y.example\n\nx", `template mine.txt: subject "x\nBcc: x@y.example" holds a control character`},
		"control":          {head + "a\x07", `template mine.txt: line "a\a" holds a control character`},
		"not UTF-8":        {head + "caf\xe9", `template mine.txt: line "caf\xe9" is not UTF-8 text`},
		"too long":         {head + strings.Repeat("x", maxFile), "template mine.txt: it is longer than 65536 bytes"},
		"comparing apples": {head + `{{if eq .Belated "x"}}{{end}}`, "incompatible types for comparison"},
	} {
		subject, body, err := one(x.text, letter())
		if err == nil || !strings.Contains(err.Error(), x.want) || subject+body != "" {
			t.Errorf("%s: got %q, %q,\n%v; want\n%s", name, subject, body, err, x.want)
		}
	}
}

// Partials come from the same folders in the same order, and in the language of
// the letter.
func TestPartials(t *testing.T) {
	files := map[string]string{
		"mine.txt":     "Subject: {{template \"what\" .}}\n\n{{template \"what\" .}}, {{template \"close\" .}}",
		"mine.de.txt":  "Subject: {{template \"what\" .}}\n\n{{template \"what\" .}}, {{template \"close\" .}}",
		"mine.fr.txt":  "Subject: {{template \"what\" .}}\n\n{{template \"close\" .}}",
		"_what.txt":    "thanks for {{.Useful}}\n\n",
		"_what.de.txt": "danke",
		"_close.txt":   "Cheers, {{template \"name\" .}}",
		"_name.txt":    "{{.Signature}}",
	}
	for language, want := range map[string]string{
		"en": "thanks for your advice on portfolios, Cheers, Ana\n",
		"de": "danke, Mit freundlichen Grüßen\nAna\n",
		"fr": "Bien cordialement,\nAna\n",
	} {
		_, body, err := render(owners(files), "mine", []string{language}, letter())
		if err != nil || body != want {
			t.Errorf("%s: got %q, %v", language, body, err)
		}
	}
	// What a partial lacks is named where it lies.
	l := letter()
	l.Facts.Useful = ""
	found := check(owners(files), "mine", nil, l)
	if len(found) != 1 || found[0].(*MissingError).At != "_what.txt:1" || found[0].(*MissingError).Template != "mine.txt" {
		t.Errorf("got %v", found)
	}
}

func TestCycles(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"itself": {"_a.txt": `{{template "a" .}}`},
		"two":    {"_a.txt": "\n" + `{{if .Belated}}{{template "b" .}}{{end}}`, "_b.txt": `{{template "a" .}}`},
	} {
		files["mine.txt"] = "Subject: x\n\n{{template \"a\" .}}"
		_, _, err := render(owners(files), "mine", nil, letter())
		if err == nil || !strings.Contains(err.Error(), ":11: it includes itself") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Partials that double at every step would make an endless letter of little text.
func TestWorkIsBounded(t *testing.T) {
	for _, grain := range []string{"x", "", "{{if .Belated}}x{{end}}"} {
		files := map[string]string{"mine.txt": "Subject: x\n\n{{template \"p0\" .}}", "_p40.txt": grain}
		for i := range 40 {
			files[fmt.Sprintf("_p%d.txt", i)] = strings.Repeat(fmt.Sprintf("{{template \"p%d\" .}}", i+1), 2)
		}
		_, body, err := render(owners(files), "mine", nil, letter())
		if err == nil || !strings.Contains(err.Error(), "with all that it includes, the template is too long") {
			t.Errorf("%d bytes, %v", len(body), err)
		}
	}
	l := letter()
	l.Facts.Useful = strings.Repeat("x", maxLetter/2)
	if _, body, err := one("Subject: x\n\n{{.Useful}}\n{{.Useful}}", l); err == nil || !strings.Contains(err.Error(), errTooLong.Error()) {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

func TestCheck(t *testing.T) {
	const text = "Subject: {{.Title}}\n\n{{.Greeting}}\n\n{{.Useful}} and {{.Useful}} {{.Phone}}\n\n{{.Signature}}"
	l := letter()
	if found := check(owners(map[string]string{"mine.txt": text}), "mine", nil, l); found != nil {
		t.Errorf("got %v", found)
	}
	l.Facts.Title, l.Facts.Useful, l.Salutation, l.Owner.Phone = "", " . ", "", "none"
	var got []string
	for _, err := range check(owners(map[string]string{"mine.txt": text}), "mine", nil, l) {
		m := err.(*MissingError)
		got = append(got, m.At+" "+m.Field+" "+m.Contact)
	}
	want := []string{"mine.txt:1 title Maria Lopez", "mine.txt:3 greeting Maria Lopez", "mine.txt:5 useful Maria Lopez", "mine.txt:5 phone Maria Lopez"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for text, want := range map[string]string{
		"Subject: x\n\n{{.Greeting}} {{.Nick}}":   "mine.txt:3:16: there is no field .Nick",
		"Subject: x\n{{.Useful}}\n\n{{.Useful}}":  `mine.txt needs useful`,
		"Subject: \n\n{{.Title}} {{if .Formal}}x": "unexpected EOF",
	} {
		found := check(owners(map[string]string{"mine.txt": text}), "mine", nil, l)
		if len(found) == 0 || !strings.Contains(found[0].Error(), want) {
			t.Errorf("%q: got %v", text, found)
		}
	}
	if found := check([]fs.FS{fstest.MapFS{}}, "no", nil, l); len(found) != 1 || !strings.Contains(found[0].Error(), "there is no template no.txt") {
		t.Errorf("got %v", found)
	}
}

// Whatever the owner's files hold, there is a letter or an error, soon.
func FuzzRender(f *testing.F) {
	for _, b := range builtin(f) {
		f.Add(b.Text, "{{.Signature}}", "your advice")
	}
	for _, text := range []string{
		"Subject: x\n\n{{range 1000000000}}x{{end}}", `{{printf "%1000000000d" 1}}`, `{{template "p" .}}`, `{{template "p"}}`,
		"Subject: {{if and .Belated (not .Formal)}}x{{end}}\n\n{{eq .Useful 1}}", "{{define \"x\"}}{{end}}", "{{break}}", "{{(.Useful).x}}",
		"{{nil}}", "{{1e1000}}", "{{call .Has 1}}", "{{.Has}}", "{{.Useful 1}}", "{{.Greeting | .Has | not}}", "{{- /* x */ -}}", "{{else}}",
	} {
		f.Add(text, text, text)
	}
	f.Fuzz(func(t *testing.T, text, partial, useful string) {
		l := letter()
		l.Facts.Useful = useful
		sources := owners(map[string]string{"mine.txt": text, "_p.txt": partial})
		subject, body, err := render(sources, "mine", nil, l)
		if err != nil && subject+body != "" {
			t.Errorf("half a letter: %q, %q, %v", subject, body, err)
		}
		if strings.ContainsAny(subject, "\r\n\x00\u2028") || strings.ContainsAny(body, "\r\x00\u202e") || len(body) > maxLetter {
			t.Errorf("got %q, %q", subject, body)
		}
		found := check(sources, "mine", nil, l)
		if (len(found) == 0) != (err == nil) || len(found) > 0 && found[0].Error() != err.Error() {
			t.Errorf("found %v, but rendering says %v", found, err)
		}
	})
}
