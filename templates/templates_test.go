package templates

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"regards/contact"
	"regards/plan"
)

var update = flag.Bool("update", false, "write testdata anew")

// letter lacks nothing.
func letter() Letter {
	return Letter{
		Contact: "Maria Lopez", Salutation: "Dear Maria",
		Facts: plan.Facts{
			Useful: "your advice on portfolios", Title: "Coral day", News: "I have moved to Lisbon. My new job began in May.",
			Next: "send you my CV", About: "Tom Baker", When: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC),
		},
		Owner: Owner{Name: "Ana Díaz", Signature: "Ana", Phone: "+34 600 000 000", PersonalAddress: "ana@home.example"},
	}
}

// spoken is a letter in a language: each has a salutation and words of its own.
func spoken(language string, register contact.Register) Letter {
	l := letter()
	l.Register = register
	l.Salutation = plan.Salutation(contact.Contact{Name: "Maria Lopez"}, language, register)
	switch language {
	case "es":
		l.Facts.Useful, l.Facts.Next, l.Facts.News = "los consejos sobre portafolios", "enviar mi CV", "Me he mudado a Lisboa."
		if register != contact.Familiar {
			l.Salutation = "Estimada Dra. López" // a name alone gives none
		}
	case "de":
		l.Facts.Useful, l.Facts.Next, l.Facts.News = "die Hinweise zum Portfolio", "den Lebenslauf schicken", "Ich bin nach Lissabon gezogen."
	case "fr":
		l.Facts.Useful, l.Facts.Next, l.Facts.News = "les conseils sur les portfolios", "envoyer mon CV", "Je me suis installée à Lisbonne."
	}
	return l
}

// builtin gives the built-in templates.
func builtin(t testing.TB) []Template {
	t.Helper()
	all, err := List([]fs.FS{Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// owners is a folder of the owner's wording.
func owners(files map[string]string) []fs.FS {
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return []fs.FS{folder, Builtin()}
}

// render loads a template and fills it.
func render(sources []fs.FS, name string, languages []string, l Letter) (subject, body string, err error) {
	w, err := Load(sources, name, languages)
	if err != nil {
		return "", "", err
	}
	return w.Render(l)
}

// check loads a template and checks it.
func check(sources []fs.FS, name string, languages []string, l Letter) []error {
	w, err := Load(sources, name, languages)
	if err != nil {
		return []error{err}
	}
	return w.Check(l)
}

// one renders a text that stands alone in the owner's folder.
func one(text string, l Letter) (subject, body string, err error) {
	return render(owners(map[string]string{"mine.txt": text}), "mine", nil, l)
}

// Every practice has a wording for each of its letters, in each language.
func TestBuiltinIsComplete(t *testing.T) {
	var got []string
	for _, b := range builtin(t) {
		got = append(got, b.Name+" "+b.Language)
		if !b.Builtin || b.File != b.Name+"."+b.Language+".txt" {
			t.Errorf("%+v", b)
		}
	}
	var want []string
	for _, name := range strings.Fields(`close-the-loop.helped close-the-loop.in-touch farewell follow-up
		job-lead.applied job-lead.interview job-lead.no job-lead.offer keep-in-touch milestone promise
		reference.ask reference.ended reference.ended-unused reference.thanks reference.used
		thank-you.help thank-you.informational thank-you.interview thank-you.met thank-you.met-again`) {
		for _, language := range []string{"de", "en", "es", "fr"} {
			want = append(want, name+" "+language)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// lateAndBare makes a letter late, and takes from it what it can do without.
func lateAndBare(l *Letter) {
	l.Facts.Late, l.Facts.Title, l.Facts.When, l.Owner.Phone = true, "", time.Time{}, "none"
}

// variants renders a built-in template in each way that differs from the ways
// before it.
func variants(t testing.TB, b Template) []txtar.File {
	var files []txtar.File
	seen := map[string]bool{}
	for _, v := range []struct {
		name     string
		register contact.Register
		change   func(*Letter)
	}{
		{"", contact.Formal, func(*Letter) {}},
		{" familiar", contact.Familiar, func(*Letter) {}},
		{" late bare", contact.Formal, lateAndBare},
		{" familiar late bare", contact.Familiar, lateAndBare},
	} {
		l := spoken(b.Language, v.register)
		v.change(&l)
		subject, body, err := render([]fs.FS{Builtin()}, b.Name, []string{b.Language}, l)
		if err != nil {
			t.Fatal(err)
		}
		text := "Subject: " + subject + "\n\n" + body
		if !seen[text] {
			files = append(files, txtar.File{Name: b.Name + " " + b.Language + v.name, Data: []byte(text)})
		}
		seen[text] = true
	}
	return files
}

func TestBuiltin(t *testing.T) {
	var got txtar.Archive
	for _, b := range builtin(t) {
		got.Files = append(got.Files, variants(t, b)...)
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

// Nothing in a letter looks like a machine's work, or breaks a rule of its language.
func TestBuiltinReadsWell(t *testing.T) {
	closings := map[string][]string{
		"en": {"Kind regards,", "All the best,"}, "es": {"Un cordial saludo,", "Un saludo,"},
		"de": {"Mit freundlichen Grüßen", "Herzliche Grüße"}, "fr": {"Bien cordialement,", "Amicalement,"},
	}
	for _, b := range builtin(t) {
		for _, f := range variants(t, b) {
			text := string(f.Data)
			for _, bad := range []string{"<no value>", "%!", "{{", "}}", "  ", "\t", " \n", "\n\n\n", " ,", " .", "..", ",,", "regards:", "\r", "’"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s: %q in\n%s", f.Name, bad, text)
				}
			}
			if b.Language == "fr" && strings.ContainsAny(strings.NewReplacer("Subject:", "", "\u00a0:", "", "\u00a0;", "", "\u00a0?", "").Replace(text), ":;?!") {
				t.Errorf("%s: a mark without its no-break space:\n%s", f.Name, text)
			}
			// Paragraphs are single lines: only the close has two.
			paragraphs := strings.Split(strings.TrimSuffix(text, "\n"), "\n\n")
			lines := strings.Split(paragraphs[len(paragraphs)-1], "\n")
			if len(lines) != 2 || !slices.Contains(closings[b.Language], lines[0]) || lines[1] != "Ana" {
				t.Errorf("%s: ends with %q", f.Name, lines)
			}
			if !strings.HasPrefix(paragraphs[1], spoken(b.Language, registerOf(f.Name)).Salutation) {
				t.Errorf("%s: begins with %q", f.Name, paragraphs[1])
			}
			for _, p := range paragraphs[:len(paragraphs)-1] {
				if strings.Contains(p, "\n") {
					t.Errorf("%s: a broken paragraph: %q", f.Name, p)
				}
			}
		}
	}
}

func registerOf(name string) contact.Register {
	if strings.Contains(name, "familiar") {
		return contact.Familiar
	}
	return contact.Formal
}

// In a letter to a friend nothing is formal, and the other way round.
func TestBuiltinKeepsItsRegister(t *testing.T) {
	words := map[string]map[contact.Register][]string{
		"es": {contact.Formal: {"le", "Le", "su", "Su", "usted", "decírselo", "suyas"},
			contact.Familiar: {"te", "Te", "tu", "Tu", "ti", "tú", "contigo", "tuyas", "conocerte"}},
		"de": {contact.Formal: {"Sie", "Ihnen", "Ihr", "Ihre"},
			contact.Familiar: {"du", "Du", "dir", "dich", "dein", "deine", "Dein"}},
		"fr": {contact.Formal: {"vous", "Vous", "votre", "Votre", "vos"},
			contact.Familiar: {"tu", "Tu", "te", "toi", "ton", "ta", "tes", "t", "Ta"}},
	}
	isMark := func(r rune) bool { return strings.ContainsRune(" \n\u00a0,.;:?¿!'-", r) }
	for _, b := range builtin(t) {
		for _, f := range variants(t, b) {
			own := registerOf(f.Name)
			for register, bad := range words[b.Language] {
				for _, w := range strings.FieldsFunc(string(f.Data), isMark) {
					if register != own && slices.Contains(bad, w) {
						t.Errorf("%s: %q in\n%s", f.Name, w, f.Data)
					}
				}
			}
		}
	}
}

// What manners ask of single letters.
func TestBuiltinManners(t *testing.T) {
	for _, x := range []struct {
		name       string
		has, hasNo []string
	}{
		{"thank-you.informational.en", []string{"your advice on portfolios"}, []string{"job", "position", "opening", "opportunit", "intern"}},
		{"thank-you.interview.en", []string{"interest", "position"}, nil},
		{"keep-in-touch.en", []string{"?"}, []string{"news", "Coral", "portfolios"}},
		{"farewell.en", []string{"ana@home.example", "+34 600 000 000", "30 November", "portfolios"}, nil},
		{"farewell.en late bare", []string{"ana@home.example"}, []string{"call", "none", "phone"}},
		{"farewell.fr", []string{"30 novembre"}, nil},
		{"milestone.de", []string{"\n\nIch bin nach Lissabon gezogen.\n\n", "Subject: Coral day\n"}, nil},
		{"close-the-loop.in-touch.en", []string{"Tom Baker"}, []string{"portfolios"}},
		{"close-the-loop.helped.en", []string{"Tom Baker"}, []string{"portfolios"}},
		{"promise.en", []string{"send you my CV"}, nil},
	} {
		text := ""
		for _, b := range builtin(t) {
			for _, f := range variants(t, b) {
				if strings.Replace(f.Name, " ", ".", 1) == x.name {
					text = string(f.Data)
				}
			}
		}
		for _, want := range x.has {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", x.name, want, text)
			}
		}
		for _, bad := range x.hasNo {
			if strings.Contains(text, bad) || text == "" {
				t.Errorf("%s: %q in\n%s", x.name, bad, text)
			}
		}
	}
}

// Law 6: no half-filled letter. Each built-in one wants what it cannot do without.
func TestMissing(t *testing.T) {
	drops := map[string]func(*Letter){
		"greeting":         func(l *Letter) { l.Salutation = "" },
		"useful":           func(l *Letter) { l.Facts.Useful = " . " },
		"signature":        func(l *Letter) { l.Owner.Signature = "\n" },
		"news":             func(l *Letter) { l.Facts.News = "" },
		"next":             func(l *Letter) { l.Facts.Next = "" },
		"about":            func(l *Letter) { l.Facts.About = "" },
		"phone":            func(l *Letter) { l.Owner.Phone = "" },
		"personal_address": func(l *Letter) { l.Owner.PersonalAddress = "" },
	}
	needs := map[string]string{
		"close-the-loop.helped": "about", "close-the-loop.in-touch": "about", "farewell": "useful phone personal_address",
		"milestone": "news", "reference.ended": "news", "reference.ended-unused": "news", "promise": "next", "thank-you.help": "useful",
		"thank-you.informational": "useful", "thank-you.interview": "useful", "thank-you.met": "useful", "thank-you.met-again": "useful",
	}
	for _, b := range builtin(t) {
		for field, drop := range drops {
			l := letter()
			drop(&l)
			subject, body, err := render([]fs.FS{Builtin()}, b.Name, []string{b.Language}, l)
			if !slices.Contains(strings.Fields("greeting signature "+needs[b.Name]), field) {
				if field != "useful" && err != nil {
					t.Errorf("%s without %s: %v", b.File, field, err)
				}
				continue
			}
			var missing *MissingError
			if !errors.As(err, &missing) || missing.Template != b.File || missing.Field != field || missing.Contact != "Maria Lopez" {
				t.Errorf("%s without %s: %v", b.File, field, err)
			}
			if want := "template " + b.File + " needs " + field + " for Maria Lopez"; err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if subject+body != "" {
				t.Errorf("%s without %s: got %q, %q", b.File, field, subject, body)
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
		"late":                   {func(l *Letter) { l.Facts.Late = true }, "Dear Maria,|your advice on portfolios|Ana|true"},
		"greeting with its mark": {func(l *Letter) { l.Salutation = "Hello!" }, "Hello!|your advice on portfolios|Ana|false"},
		"greeting with a colon":  {func(l *Letter) { l.Salutation = "王老师：" }, "王老师：|your advice on portfolios|Ana|false"},
		"greeting in Greek":      {func(l *Letter) { l.Salutation = "Αγαπητή Μαρία" }, "Αγαπητή Μαρία,|your advice on portfolios|Ana|false"},
		"a whole sentence":       {func(l *Letter) { l.Facts.Useful = " your advice! " }, "Dear Maria,|your advice|Ana|false"},
		"a question, left open":  {func(l *Letter) { l.Facts.Useful = "your advice\u00a0?…" }, "Dear Maria,|your advice|Ana|false"},
		"a question":             {func(l *Letter) { l.Facts.Useful = "the question why not?" }, "Dear Maria,|the question why not|Ana|false"},
		"it goes on":             {func(l *Letter) { l.Facts.Useful = "your advice and all …" }, "Dear Maria,|your advice and all|Ana|false"},
		"signature of two lines": {func(l *Letter) { l.Owner.Signature = "Ana\n+34 600\n" }, "Dear Maria,|your advice on portfolios|Ana\n+34 600|false"},
		"actions are text":       {func(l *Letter) { l.Facts.Useful = "{{.Signature}} {{" }, "Dear Maria,|{{.Signature}} {{|Ana|false"},
		"markup is text":         {func(l *Letter) { l.Facts.Useful = `<b>&amp; "x"` }, `Dear Maria,|<b>&amp; "x"|Ana|false`},
		"header in a signature":  {func(l *Letter) { l.Owner.Signature = "Ana\n\nBcc: x@y.example" }, "Dear Maria,|your advice on portfolios|Ana\n\nBcc: x@y.example|false"},
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

func TestFields(t *testing.T) {
	for text, want := range map[string]string{
		"{{.Title}}, {{.About}}, {{.Next}}": "Coral day, Tom Baker, send you my CV",
		"{{.News}}":                         "I have moved to Lisbon. My new job began in May.",
		"{{.Date}}":                         "30 November",
		"{{.OwnerName}} {{.Phone}} {{.PersonalAddress}}":                        "Ana Díaz +34 600 000 000 ana@home.example",
		"{{if .Formal}}Sie{{else}}du{{end}}":                                    "Sie",
		`{{if and (.Has "title") (not .Belated)}}{{.Title}}{{else}}x{{end}}`:    "Coral day",
		`{{if eq .About "Tom Baker"}}Tom{{else if .Belated}}y{{else}}z{{end}}`:  "Tom",
		`{{/* a remark */ -}} {{"{{"}}`:                                         "{{",
		`{{range 3}}x{{end}}`:                                                   "",
		`{{if or (ne .Title "Coral day") (.Has "phone")}}{{.Phone}}{{end}} end`: "+34 600 000 000 end",
	} {
		_, body, err := one("Subject: x\n\n"+text, letter())
		if body != want+"\n" && want != "" || (err != nil) != (want == "") {
			t.Errorf("%s: got %q, %v", text, body, err)
		}
	}
	l := letter()
	l.Register = "rude"
	if _, _, err := one("Subject: x\n\n{{if .Formal}}x{{end}}", l); err == nil || !strings.Contains(err.Error(), `register "rude" is unknown; write one of formal, familiar`) {
		t.Error(err)
	}
	if _, _, err := one(`{{if .Has "titel"}}{{end}}`, letter()); err == nil || !strings.Contains(err.Error(), `there is no fact "titel"; write one of useful, title`) {
		t.Error(err)
	}
	l = letter()
	l.Owner.Phone = " None"
	var missing *MissingError
	if _, _, err := one("Subject: x\n\n{{.Phone}}", l); !errors.As(err, &missing) || missing.Field != "phone" {
		t.Errorf("a phone that is left out was said: %v", err)
	}
}

func TestDateWords(t *testing.T) {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 23, 0, 0, 0, time.UTC) }
	for _, x := range []struct {
		at             time.Time
		language, want string
	}{
		{day(11, 30), "en", "30 November"}, {day(3, 1), "en", "1 March"},
		{day(9, 1), "es", "1 de septiembre"}, {day(3, 7), "de", "7. März"},
		{day(8, 1), "fr", "1er août"}, {day(12, 21), "fr", "21 décembre"},
		{day(1, 2), "it", "2026-01-02"}, {time.Time{}, "en", ""}, {time.Time{}, "de", ""},
	} {
		if got := dateWords(x.at, x.language); got != x.want {
			t.Errorf("%v in %s: got %q, want %q", x.at, x.language, got, x.want)
		}
	}
}

// After a comma German goes on in small letters, after an exclamation mark not.
func TestGermanGreeting(t *testing.T) {
	for salutation, want := range map[string]string{
		"Liebe Maria":  "Liebe Maria,\n\nvielen Dank",
		"Liebe Maria!": "Liebe Maria!\n\nVielen Dank",
	} {
		l := letter()
		l.Salutation = salutation
		if _, body, err := render([]fs.FS{Builtin()}, "thank-you.help", []string{"de"}, l); err != nil || !strings.HasPrefix(body, want) {
			t.Errorf("%v, %s", err, body)
		}
	}
}

// injected are ways to break out of a line.
var injected = []string{"\n\nBcc: x@y.example", "x\nBcc: x@y.example", "x\r\nBcc: x@y.example", "x\ry", "\x00", "a\tb", "\u202ex", "\u2028x", "\xff"}

// Law 6: what others typed cannot leave its place.
func TestInjection(t *testing.T) {
	texts := map[string]func(*Letter) *string{
		"Useful":          func(l *Letter) *string { return &l.Facts.Useful },
		"Greeting":        func(l *Letter) *string { return &l.Salutation },
		"Title":           func(l *Letter) *string { return &l.Facts.Title },
		"News":            func(l *Letter) *string { return &l.Facts.News },
		"Next":            func(l *Letter) *string { return &l.Facts.Next },
		"About":           func(l *Letter) *string { return &l.Facts.About },
		"OwnerName":       func(l *Letter) *string { return &l.Owner.Name },
		"Phone":           func(l *Letter) *string { return &l.Owner.Phone },
		"PersonalAddress": func(l *Letter) *string { return &l.Owner.PersonalAddress },
	}
	// Every field that gives text is among them, but for the two that nobody types.
	for _, name := range fieldNames() {
		if !slices.Contains([]string{"Belated", "Formal", "Has", "Date", "Signature"}, name) && texts[name] == nil {
			t.Errorf("field %s is not tried", name)
		}
	}
	for field, text := range texts {
		for _, bad := range injected {
			for _, wording := range []string{"Subject: {{.%s}}\n\nx", "Subject: x\n\n{{.%s}}"} {
				l := letter()
				*text(&l) = "a" + bad + "b"
				if field == "News" && strings.HasPrefix(bad, "\n\n") && strings.HasPrefix(wording, "Subject: x") {
					continue // a paragraph: see TestNewsInParagraphs
				}
				if subject, body, err := one(fmt.Sprintf(wording, field), l); err == nil {
					t.Errorf("%s %q: got %q, %q", field, bad, subject, body)
				}
			}
		}
		l := letter()
		*text(&l) = "{{.Signature}} <b>"
		if _, body, err := one("Subject: x\n\n{{."+field+"}}", l); err != nil || !strings.HasPrefix(body, "{{.Signature}} <b>") {
			t.Errorf("%s: got %q, %v", field, body, err)
		}
	}
	for _, bad := range []string{"Ana\x1b[2J", "Ana\u202e", "Ana\x00", "\xffAna", "Ana\rBcc: x"} {
		l := letter()
		l.Owner.Signature = bad
		if subject, body, err := one("Subject: x\n\n{{.Signature}}", l); err == nil {
			t.Errorf("signature %q: got %q, %q", bad, subject, body)
		}
	}
	l := letter()
	l.Owner.Signature = "Ana\nBcc: x@y.example"
	if subject, _, err := one("Subject: {{.Signature}}\n\nx", l); err == nil {
		t.Errorf("got %q", subject)
	}
}

// The sentence in which the owner's words stand, alone.
func TestUsefulSentence(t *testing.T) {
	for text, want := range map[string]string{
		"Hello. What helped was {{.Useful}}. Thank you.": "What helped was your advice, e.g. on A. B.",
		"Hello.\n\n{{.Useful}} was great! Thanks.":       "your advice, e.g. on A. B was great!",
		"Hello! One thing: {{.Useful}}.":                 "One thing: your advice, e.g. on A. B.",
		"Hello.":                                         "",
	} {
		w, err := Load(owners(map[string]string{"mine.txt": "Subject: x\n\n" + text}), "mine", nil)
		if err != nil {
			t.Fatal(err)
		}
		l := letter()
		l.Facts.Useful = "your advice, e.g. on A. B."
		if got, err := w.UsefulSentence(l); got != want || err != nil {
			t.Errorf("%s: got %q, %v", text, got, err)
		}
	}
}

// News may have several paragraphs, which stay in the text.
func TestNewsInParagraphs(t *testing.T) {
	l := letter()
	l.Facts.News = " I have moved.\r\n\r\n\nBcc: x@y.example \n \nEnd.\n"
	subject, body, err := one("Subject: x\n\n{{.Greeting}}\n\n{{.News}}", l)
	if err != nil || subject != "x" || body != "Dear Maria,\n\nI have moved.\n\nBcc: x@y.example\n\nEnd.\n" {
		t.Errorf("got %q, %q, %v", subject, body, err)
	}
	if subject, _, err := one("Subject: {{.News}}\n\nx", l); err == nil {
		t.Errorf("paragraphs in a subject: %q", subject)
	}
	l.Facts.News = "one\ntwo"
	if _, _, err := one("Subject: x\n\n{{.News}}", l); err == nil || !strings.Contains(err.Error(), "write each paragraph in one line") {
		t.Errorf("a broken line: %v", err)
	}
}

// Whatever is typed, a letter has one line of subject and no control characters.
func TestRenderKeepsItsLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := func(what string) string {
			return rapid.OneOf(rapid.String(), rapid.StringMatching("[a\n\r{}.: ]{0,8}")).Draw(t, what)
		}
		l := Letter{
			Contact: "Maria", Salutation: typed("greeting"),
			Facts: plan.Facts{Useful: typed("useful"), Title: typed("title"), News: typed("news"), Next: typed("next"), About: typed("about")},
			Owner: Owner{Signature: typed("signature"), Name: typed("name"), Phone: typed("phone"), PersonalAddress: typed("address")},
		}
		all := "{{.Useful}} {{.Title}} {{.News}} {{.Next}} {{.About}} {{.OwnerName}} {{.Phone}} {{.PersonalAddress}}"
		subject, body, err := one("Subject: {{.Greeting}} "+all+"\n\n{{.Signature}} "+all, l)
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

func TestLineEnds(t *testing.T) {
	want, _, err := one("Subject: x\n\n{{.Greeting}}\n\nThanks.\n", letter())
	if err != nil {
		t.Fatal(err)
	}
	subject, body, err := one("\ufeffSubject: x\r\n\r\n{{.Greeting}}\r\n\r\nThanks.\r\n\r\n", letter())
	if err != nil || subject != want || body != "Dear Maria,\n\nThanks.\n" {
		t.Errorf("got %q, %q, %v", subject, body, err)
	}
}
