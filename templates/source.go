package templates

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

//go:embed letters/*.txt
var embedded embed.FS

// source is a folder of templates that knows the language of those whose names
// say nothing of it.
type source struct {
	fs.FS
	language string
	builtin  bool
}

// Builtin gives the letters that come with regards, in English, Spanish, German
// and French.
func Builtin() fs.FS {
	letters, err := fs.Sub(embedded, "letters")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return source{letters, fallback, true}
}

// In says that the templates of a folder are in a language, that of the owner,
// where their names do not say so. Of any other folder that language is English.
func In(language string, folder fs.FS) fs.FS { return source{folder, language, false} }

// fallback is the language in which there is a wording when no better one has any.
const fallback = "en"

// Template is a file of wording.
type Template struct {
	Name     string // such as thank-you.met
	Language string // ISO 639, two letters
	File     string
	Builtin  bool
	Text     string // as written, with LF
}

// Find gives the template that name means in the first of the languages that
// has one; empty ones are passed over, and English stands at the end of every
// list. In each language the earlier source comes first; at last, what an
// earlier source has serves in whatever language it is. Where a source has no
// thank-you.met, its thank-you serves, which is for all of them.
func Find(sources []fs.FS, name string, languages []string) (Template, error) {
	t, err := find(sources, name, append(slices.Clone(languages), fallback))
	if err == nil && t.File == "" {
		err = fmt.Errorf("there is no template %s.txt; add it to the folder letters.templates", name)
	}
	return t, err
}

// find is Find without English and without an error for what there is not: a
// zero Template.
func find(sources []fs.FS, name string, languages []string) (Template, error) {
	for _, language := range languages {
		if language == "" {
			continue
		}
		for _, s := range sources {
			var files []string
			for _, n := range general(name) {
				files = append(files, n+"."+language+".txt")
				if languageOf(s) == language {
					files = append(files, n+".txt")
				}
			}
			if t, err := first(s, files, name, language); err != nil || t.File != "" {
				return t, err
			}
		}
	}
	for _, s := range sources {
		var files []string
		for _, n := range general(name) {
			files = append(files, n+".txt")
		}
		if t, err := first(s, files, name, languageOf(s)); err != nil || t.File != "" {
			return t, err
		}
	}
	return Template{}, nil
}

// general gives a name, and the one that serves for all of its kind.
func general(name string) []string {
	if kind, _, ok := strings.Cut(name, "."); ok {
		return []string{name, kind}
	}
	return []string{name}
}

// first gives the first of some files that a source has; a zero Template when it
// has none.
func first(s fs.FS, files []string, name, language string) (Template, error) {
	for _, file := range files {
		if t, err := read(s, file, name, language); err != nil || t.File != "" {
			return t, err
		}
	}
	return Template{}, nil
}

func languageOf(folder fs.FS) string {
	s, _ := folder.(source)
	return cmp.Or(s.language, fallback)
}

// maxFile bounds a file of wording, in bytes.
const maxFile = 64 << 10

// read gives a file of a source; a zero Template when it is not there.
func read(folder fs.FS, file, name, language string) (Template, error) {
	s, ok := folder.(source)
	if ok {
		folder = s.FS // which knows how to look at a file without opening it
	}
	info, err := fs.Stat(folder, file)
	if errors.Is(err, fs.ErrNotExist) {
		return Template{}, nil
	}
	if err != nil {
		return Template{}, fmt.Errorf("template %s: %w", file, err)
	}
	if !info.Mode().IsRegular() { // a pipe would never end
		return Template{}, fmt.Errorf("template %s: it is no file", file)
	}
	f, err := folder.Open(file)
	if err != nil {
		return Template{}, fmt.Errorf("template %s: %w", file, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("it is longer than %d bytes", maxFile)
	}
	if err != nil {
		return Template{}, fmt.Errorf("template %s: %w", file, err)
	}
	clean := strings.ReplaceAll(strings.TrimPrefix(string(text), "\ufeff"), "\r\n", "\n")
	return Template{Name: name, Language: language, File: file, Builtin: s.builtin, Text: clean}, nil
}

// List gives every template of the sources, sorted by name and language. Of
// several with the same name and language it gives the one that is used.
// Partials are left out, and so is what cannot be read: of each such file there
// is an error.
func List(sources []fs.FS) (all []Template, unread []error) {
	names := map[string]bool{} // of ours, where a dot does not begin a language
	for _, file := range files(Builtin()) {
		name, _ := splitLanguage(file)
		names[name] = true
	}
	seen := map[[2]string]bool{}
	for _, s := range sources {
		for _, file := range files(s) {
			name, language := strings.TrimSuffix(file, ".txt"), languageOf(s)
			if !names[name] {
				if n, l := splitLanguage(file); l != "" {
					name, language = n, l
				}
			}
			if seen[[2]string{name, language}] || strings.HasPrefix(name, "_") {
				continue
			}
			seen[[2]string{name, language}] = true
			t, err := Find(sources, name, []string{language})
			same := func(e error) bool { return e.Error() == err.Error() }
			switch {
			case err == nil:
				all = append(all, t)
			case !slices.ContainsFunc(unread, same): // one file may serve many names
				unread = append(unread, err)
			}
		}
	}
	slices.SortFunc(all, func(a, b Template) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Language, b.Language))
	})
	return all, unread
}

// files lists the text files of a folder.
func files(folder fs.FS) []string {
	found, err := fs.Glob(folder, "*.txt")
	if err != nil {
		panic(err) // the pattern is a good one
	}
	return found
}

// splitLanguage takes the two letters of a language off a file's name; "" when
// there are none.
func splitLanguage(file string) (name, language string) {
	stem := strings.TrimSuffix(file, ".txt")
	dot := strings.LastIndexByte(stem, '.')
	if dot < 0 || len(stem)-dot != len(".en") {
		return stem, ""
	}
	return stem[:dot], stem[dot+1:]
}
