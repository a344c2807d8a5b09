package templates

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

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
		got, _, err := render(sources, x.name, strings.Fields(x.languages), letter())
		if err != nil || got != x.want {
			t.Errorf("%s in %q: got %q, %v; want %q", x.name, x.languages, got, err, x.want)
		}
	}
	for name, want := range map[string]string{
		"thank-you.call": "there is no template thank-you.call.txt; add it to the folder letters.templates",
		"folder":         "template folder.txt: it is no file",
		"../secret":      "there is no template ../secret.txt",
	} {
		if _, _, err := render(sources, name, nil, letter()); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

// The owner's files are in the owner's language where they do not say otherwise.
func TestLanguageOfTheOwner(t *testing.T) {
	folder := fstest.MapFS{
		"thank-you.met.txt": {Data: []byte("Subject: meins\n\nx")},
		"eigen.txt":         {Data: []byte("Subject: eigen\n\nx")},
	}
	sources := []fs.FS{In("de", folder), Builtin()}
	for _, x := range []struct{ name, languages, file, language string }{
		{"thank-you.met", "de", "thank-you.met.txt", "de"},
		{"thank-you.met", " de", "thank-you.met.txt", "de"},
		{"thank-you.met", "es de", "thank-you.met.es.txt", "es"},
		{"thank-you.met", "en de", "thank-you.met.en.txt", "en"},
		{"thank-you.met", "it de", "thank-you.met.txt", "de"},
		{"thank-you.help", "it", "thank-you.help.en.txt", "en"},
		{"eigen", "es", "eigen.txt", "de"},
	} {
		got, err := Find(sources, x.name, strings.Split(x.languages, " "))
		if err != nil || got.File != x.file || got.Language != x.language || got.Name != x.name {
			t.Errorf("%s in %q: got %+v, %v", x.name, x.languages, got, err)
		}
	}
}

// The owner's wording stands before ours.
func TestOwnersWording(t *testing.T) {
	sources := owners(map[string]string{"thank-you.met.txt": "Subject: mine\n\n{{.Greeting}}"})
	if got, _, err := render(sources, "thank-you.met", []string{"en"}, letter()); err != nil || got != "mine" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, _, err := render(sources, "thank-you.help", []string{"en"}, letter()); err != nil || got != "Thank you for your help" {
		t.Errorf("got %q, %v", got, err)
	}
}

// One file may serve for all letters of a practice; the special one stands before it.
func TestGeneralWording(t *testing.T) {
	sources := owners(map[string]string{"thank-you.txt": "Subject: all\n\nx", "thank-you.es.txt": "Subject: todos\n\nx",
		"thank-you.help.txt": "Subject: help\n\nx"})
	for _, x := range []struct{ name, language, want string }{
		{"thank-you.met", "en", "all"}, {"thank-you.met", "es", "todos"}, {"thank-you.help", "en", "help"},
		{"thank-you.help", "es", "todos"}, {"follow-up", "en", "Coral day: good to meet you"},
	} {
		if got, _, err := render(sources, x.name, []string{x.language}, letter()); err != nil || got != x.want {
			t.Errorf("%s in %s: got %q, %v; want %q", x.name, x.language, got, err, x.want)
		}
	}
}

func TestList(t *testing.T) {
	folder := fstest.MapFS{}
	for _, file := range []string{
		"thank-you.met.txt", "thank-you.met.es.txt", "job-lead.no.txt", "job-lead.no.no.txt", "mine.txt", "mine.it.txt",
		"coffee.met.txt", "_pitch.txt", "_pitch.es.txt", "notes.md", "sub/x.txt",
	} {
		folder[file] = &fstest.MapFile{Data: []byte("Subject: x\n\n" + file)}
	}
	all, unread := List([]fs.FS{In("de", folder), Builtin()})
	if len(unread) > 0 {
		t.Fatal(unread)
	}
	var mine []string
	builtin := 0
	for _, x := range all {
		if x.Builtin {
			builtin++
			continue
		}
		mine = append(mine, fmt.Sprintf("%s %s %s", x.Name, x.Language, x.File))
	}
	want := []string{
		"coffee.met de coffee.met.txt", "job-lead.no de job-lead.no.txt", "job-lead.no no job-lead.no.no.txt", "mine de mine.txt", "mine it mine.it.txt",
		"thank-you.met de thank-you.met.txt", "thank-you.met es thank-you.met.es.txt",
	}
	if !slices.Equal(mine, want) || builtin != 4*21-3 {
		t.Errorf("%d and %q", builtin, mine)
	}
}

// A file that cannot be read is told of once, and hides no other.
func TestListUnread(t *testing.T) {
	folder := fstest.MapFS{
		"thank-you.txt": &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("/etc/passwd")}, "thank-you.met.es.txt": &fstest.MapFile{Data: []byte("Subject: x\n\nx")},
		"thank-you.help.fr.txt": &fstest.MapFile{Mode: fs.ModeDir}, "mine.txt": &fstest.MapFile{Data: []byte("Subject: x\n\nx")},
	}
	all, unread := List([]fs.FS{In("en", folder), Builtin()})
	var mine []string
	for _, x := range all {
		if !x.Builtin {
			mine = append(mine, x.File)
		}
	}
	if !slices.Equal(mine, []string{"mine.txt", "thank-you.met.es.txt"}) || len(unread) != 2 {
		t.Errorf("got %q, %v", mine, unread)
	}
}

// A pipe in the owner's folder does not make the program wait for ever.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "mine.txt"), 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if _, err := Find([]fs.FS{In("en", root.FS())}, "mine", nil); err == nil || err.Error() != "template mine.txt: it is no file" {
		t.Error(err)
	}
}

func TestLanguagesStay(t *testing.T) {
	languages := []string{"es", "de", "fr"}[:2]
	if _, _, err := render([]fs.FS{Builtin()}, "thank-you.met", languages, letter()); err != nil {
		t.Fatal(err)
	}
	if got := languages[:3][2]; got != "fr" {
		t.Errorf("the caller's slice holds %q", got)
	}
}
