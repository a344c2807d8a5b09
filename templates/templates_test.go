package templates

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write testdata anew")

// letter lacks nothing.
func letter() Letter {
	return Letter{Contact: "Maria Lopez", Salutation: "Dear Maria", Detail: "your advice on portfolios", Sign: "Ana"}
}

// builtin gives the names of the built-in templates.
func builtin(t testing.TB) []string {
	t.Helper()
	files, err := fs.Glob(Builtin(), "*.txt")
	if err != nil || len(files) < 4 {
		t.Fatalf("%q, %v", files, err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".txt")
	}
	return files
}

// owners is a folder of the owner's wording.
func owners(files map[string]string) []fs.FS {
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return []fs.FS{folder, Builtin()}
}

// one renders a text that stands alone in the owner's folder.
func one(text string, l Letter) (subject, body string, err error) {
	return Render(owners(map[string]string{"mine.txt": text}), "mine", nil, l)
}

func TestBuiltin(t *testing.T) {
	var got txtar.Archive
	for _, name := range builtin(t) {
		for _, variant := range []string{"", " (belated)"} {
			l := letter()
			l.Late = variant != ""
			subject, body, err := Render([]fs.FS{Builtin()}, name, []string{"en"}, l)
			if err != nil {
				t.Error(err)
			}
			got.Files = append(got.Files, txtar.File{Name: name + variant, Data: []byte("Subject: " + subject + "\n\n" + body)})
		}
	}
	const golden = "testdata/builtin.txtar"
	if *update {
		if err := os.WriteFile(golden, txtar.Format(&got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := txtar.ParseFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range want.Files {
		texts[f.Name] = string(f.Data)
	}
	if len(texts) != len(got.Files) {
		t.Errorf("%d texts, but %d in %s", len(got.Files), len(texts), golden)
	}
	for _, f := range got.Files {
		if texts[f.Name] != string(f.Data) {
			t.Errorf("%s: got\n%s\nwant\n%s", f.Name, f.Data, texts[f.Name])
		}
	}
}

// Nothing in a letter looks like a machine's work.
func TestBuiltinReadsWell(t *testing.T) {
	for _, name := range builtin(t) {
		for _, late := range []bool{false, true} {
			l := letter()
			l.Late = late
			subject, body, err := Render([]fs.FS{Builtin()}, name, nil, l)
			if err != nil {
				t.Fatal(err)
			}
			for _, bad := range []string{"<no value>", "%!", "{{", "  ", "\t", " \n", "\n\n\n", " ,", " .", "..", ",,", "regards:", "\r"} {
				if strings.Contains(subject+"\n"+body, bad) {
					t.Errorf("%s: %q in\n%s", name, bad, body)
				}
			}
			// Paragraphs are single lines: only the close has two.
			paragraphs := strings.Split(strings.TrimSuffix(body, "\n"), "\n\n")
			if paragraphs[0] != "Dear Maria," || paragraphs[len(paragraphs)-1] != "Kind regards,\nAna" {
				t.Errorf("%s: begins %q and ends %q", name, paragraphs[0], paragraphs[len(paragraphs)-1])
			}
			for _, p := range paragraphs[:len(paragraphs)-1] {
				if strings.Contains(p, "\n") {
					t.Errorf("%s: a broken paragraph: %q", name, p)
				}
			}
			if !strings.Contains(body, l.Detail) {
				t.Errorf("%s does not say what was most useful", name)
			}
		}
	}
}

// Law 6: no half-filled letter.
func TestMissing(t *testing.T) {
	for field, drop := range map[string]func(*Letter){
		"greeting":  func(l *Letter) { l.Salutation = "" },
		"useful":    func(l *Letter) { l.Detail = " . " },
		"signature": func(l *Letter) { l.Sign = "\n" },
	} {
		for _, name := range builtin(t) {
			l := letter()
			drop(&l)
			subject, body, err := Render([]fs.FS{Builtin()}, name, nil, l)
			var missing *MissingError
			if !errors.As(err, &missing) || *missing != (MissingError{name + ".txt", field, "Maria Lopez"}) {
				t.Errorf("%s without %s: %v", name, field, err)
			}
			if want := "template " + name + ".txt needs " + field + " for Maria Lopez"; err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if subject+body != "" {
				t.Errorf("%s without %s: got %q, %q", name, field, subject, body)
			}
		}
	}
}

func TestValues(t *testing.T) {
	const text = "Subject: x\n\n{{.Greeting}}|{{.Useful}}|{{.Signature}}|{{.Belated}}"
	for name, x := range map[string]struct {
		change func(*Letter)
		want   string
	}{
		"plain":                  {nil, "Dear Maria,|your advice on portfolios|Ana|false"},
		"late":                   {func(l *Letter) { l.Late = true }, "Dear Maria,|your advice on portfolios|Ana|true"},
		"greeting with its mark": {func(l *Letter) { l.Salutation = "Hello!" }, "Hello!|your advice on portfolios|Ana|false"},
		"greeting with a colon":  {func(l *Letter) { l.Salutation = "王老师：" }, "王老师：|your advice on portfolios|Ana|false"},
		"greeting in Greek":      {func(l *Letter) { l.Salutation = "Αγαπητή Μαρία" }, "Αγαπητή Μαρία,|your advice on portfolios|Ana|false"},
		"a whole sentence":       {func(l *Letter) { l.Detail = " your advice! " }, "Dear Maria,|your advice|Ana|false"},
		"signature of two lines": {func(l *Letter) { l.Sign = "Ana\n+34 600\n" }, "Dear Maria,|your advice on portfolios|Ana\n+34 600|false"},
		"actions are text":       {func(l *Letter) { l.Detail = "{{.Signature}} {{" }, "Dear Maria,|{{.Signature}} {{|Ana|false"},
		"markup is text":         {func(l *Letter) { l.Detail = `<b>&amp; "x"` }, `Dear Maria,|<b>&amp; "x"|Ana|false`},
		"header in a signature":  {func(l *Letter) { l.Sign = "Ana\n\nBcc: x@y.example" }, "Dear Maria,|your advice on portfolios|Ana\n\nBcc: x@y.example|false"},
	} {
		l := letter()
		if x.change != nil {
			x.change(&l)
		}
		subject, body, err := one(text, l)
		if err != nil || subject != "x" || body != x.want+"\n" {
			t.Errorf("%s: got %q, %q, %v", name, subject, body, err)
		}
	}
}

// Law 6: what others typed cannot leave its place.
func TestInjection(t *testing.T) {
	for _, bad := range []string{"\n\nBcc: x@y.example", "x\nBcc: x@y.example", "x\r\nBcc: x@y.example", "x\ry", "\x00", "a\tb", "\u202ex", "\u2028x", "\xff"} {
		for what, l := range map[string]Letter{
			"useful":   {Salutation: "Dear Maria", Detail: "a" + bad + "b", Sign: "Ana"},
			"greeting": {Salutation: "Dear" + bad + "b", Detail: "a", Sign: "Ana"},
		} {
			for _, text := range []string{"Subject: {{.Useful}}{{.Greeting}}\n\nx", "Subject: x\n\n{{.Useful}}{{.Greeting}}"} {
				if subject, body, err := one(text, l); err == nil {
					t.Errorf("%s %q: got %q, %q", what, bad, subject, body)
				}
			}
		}
	}
	for _, bad := range []string{"Ana\x1b[2J", "Ana\u202e", "Ana\x00", "\xffAna", "Ana\rBcc: x"} {
		l := letter()
		l.Sign = bad
		if subject, body, err := one("Subject: x\n\n{{.Signature}}", l); err == nil {
			t.Errorf("signature %q: got %q, %q", bad, subject, body)
		}
	}
	l := letter()
	l.Sign = "Ana\nBcc: x@y.example"
	if subject, _, err := one("Subject: {{.Signature}}\n\nx", l); err == nil {
		t.Errorf("got %q", subject)
	}
}

// Whatever is typed, a letter has one line of subject and no control characters.
func TestRenderKeepsItsLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := letter()
		l.Detail = rapid.OneOf(rapid.String(), rapid.StringMatching("[a\n\r{}.: ]{0,8}")).Draw(t, "useful")
		l.Salutation = rapid.OneOf(rapid.String(), rapid.StringMatching("[a\n\r{}.: ]{0,8}")).Draw(t, "greeting")
		l.Sign = rapid.OneOf(rapid.String(), rapid.StringMatching("[a\n\r{}.: ]{0,8}")).Draw(t, "signature")
		subject, body, err := one("Subject: {{.Greeting}} {{.Useful}}\n\n{{.Signature}} {{.Useful}}", l)
		if err != nil {
			if subject+body != "" {
				t.Fatalf("half a letter: %q, %q", subject, body)
			}
			return
		}
		if strings.ContainsAny(subject, "\r\n\x00\u2028") || strings.ContainsAny(body, "\r\x00\u202e") || strings.Contains(body, "<no value>") {
			t.Fatalf("got %q, %q", subject, body)
		}
	})
}

func TestFaults(t *testing.T) {
	const head = "Subject: x\n\n"
	for name, x := range map[string]struct{ text, want string }{
		"syntax":          {head + "a\n{{if}}", "template mine.txt: template: mine.txt:4: missing value for if"},
		"unclosed":        {head + "a\n\n{{.Greeting", "mine.txt:5: unclosed action"},
		"unknown field":   {head + "{{.Nickname}}", `mine.txt:3:2: executing "mine.txt" at <.Nickname>: can't evaluate field Nickname`},
		"raw value":       {head + "{{.Salutation}}", "can't evaluate field Salutation"},
		"raw name":        {"Subject: {{.Contact}}\n\nx", "can't evaluate field Contact"},
		"the whole":       {head + "{{.l.Detail}}", "mine.txt:3"},
		"no subject line": {"Dear Maria,\n\nthanks", `template mine.txt: write a line "Subject: …" and an empty line before the text`},
		"no empty line":   {"Subject: x\nDear Maria", `template mine.txt: write a line "Subject: …"`},
		"empty subject":   {"Subject:  \n\nx", `template mine.txt: write a line "Subject: …"`},
		"empty":           {"", `template mine.txt: write a line "Subject: …"`},
		"second header":   {"Subject: x\nBcc: x@y.example\n\nx", `template mine.txt: subject "x\nBcc: x@y.example" holds a control character`},
		"control":         {head + "a\x07", `template mine.txt: line "a\a" holds a control character`},
		"not UTF-8":       {head + "caf\xe9", `template mine.txt: line "caf\xe9" is not UTF-8 text`},
	} {
		subject, body, err := one(x.text, letter())
		if err == nil || !strings.Contains(err.Error(), x.want) || subject+body != "" {
			t.Errorf("%s: got %q, %q,\n%v; want\n%s", name, subject, body, err, x.want)
		}
	}
}

func TestLineEnds(t *testing.T) {
	want, _, err := one("Subject: x\n\n{{.Greeting}}\n\nThanks.\n", letter())
	if err != nil {
		t.Fatal(err)
	}
	subject, body, err := one("Subject: x\r\n\r\n{{.Greeting}}\r\n\r\nThanks.\r\n\r\n", letter())
	if err != nil || subject != want || body != "Dear Maria,\n\nThanks.\n" {
		t.Errorf("got %q, %q, %v", subject, body, err)
	}
}

func TestFind(t *testing.T) {
	text := func(s string) string { return "Subject: " + s + "\n\nx" }
	sources := []fs.FS{
		fstest.MapFS{
			"thank-you.met.txt":    {Data: []byte(text("mine"))},
			"thank-you.met.es.txt": {Data: []byte(text("mine, Spanish"))},
		},
		fstest.MapFS{
			"thank-you.met.txt":    {Data: []byte(text("second"))},
			"thank-you.met.es.txt": {Data: []byte(text("second, Spanish"))},
			"thank-you.met.de.txt": {Data: []byte(text("second, German"))},
			"only.txt":             {Data: []byte(text("only"))},
			"folder.txt/x":         {Data: []byte("x")},
		},
	}
	for _, x := range []struct{ name, languages, want string }{
		{"thank-you.met", "", "mine"},
		{"thank-you.met", "es", "mine, Spanish"},
		{"thank-you.met", "de", "second, German"},
		{"thank-you.met", "fr", "mine"},
		{"thank-you.met", "de es", "second, German"},
		{"thank-you.met", "fr es de", "mine, Spanish"},
		{"only", "es de", "only"},
	} {
		got, _, err := Render(sources, x.name, strings.Fields(x.languages), letter())
		if err != nil || got != x.want {
			t.Errorf("%s in %q: got %q, %v; want %q", x.name, x.languages, got, err, x.want)
		}
	}
	for name, want := range map[string]string{
		"thank-you.call": "there is no template thank-you.call.txt; add it to the folder letters.templates",
		"folder":         "template folder.txt: ",
	} {
		if _, _, err := Render(sources, name, nil, letter()); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

// The owner's wording stands before ours.
func TestOwnersWording(t *testing.T) {
	sources := owners(map[string]string{"thank-you.met.txt": "Subject: mine\n\n{{.Greeting}}"})
	if got, _, err := Render(sources, "thank-you.met", []string{"en"}, letter()); err != nil || got != "mine" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, _, err := Render(sources, "thank-you.help", []string{"en"}, letter()); err != nil || got != "Thank you for your help" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestLanguagesStay(t *testing.T) {
	languages := []string{"es", "de", "fr"}[:2]
	if _, _, err := Render([]fs.FS{Builtin()}, "thank-you.met", languages, letter()); err != nil {
		t.Fatal(err)
	}
	if got := languages[:3][2]; got != "fr" {
		t.Errorf("the caller's slice holds %q", got)
	}
}
