package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// Limits of a file that a person wrote. Beyond them the toml library needs
// memory that grows with the square of the nesting.
const (
	maxFile   = 1 << 20
	maxLine   = 8 << 10
	maxNested = 4000
)

// Load reads, parses and checks a configuration file. Every error is an *Error.
func Load(path string) (Config, error) {
	data, err := read(path, noConfig, "--config")
	if err != nil {
		return Config{}, err
	}
	return Parse(path, data)
}

// Parse is Load for a text at hand. The file is for errors and for relative
// paths, which start at its folder.
func Parse(file string, data []byte) (Config, error) {
	dir := absolute(file)
	r := &report{file: file, dir: dir}
	c := Default()
	tables, ok := r.parse(data)
	if !ok {
		return Config{}, r.err()
	}
	root := place{node: scan(string(data))}
	r.fill(root, tables, reflect.ValueOf(&c).Elem())
	c.expandPaths(dir)
	r.check(&c, root)
	if err := r.err(); err != nil {
		return Config{}, err
	}
	c.complete()
	return c, nil
}

// absolute is the folder of a file.
func absolute(file string) string {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return filepath.Dir(file)
	}
	return dir
}

// DatabaseOf is Config.Database for a file that Load refuses, as far as that can be
// told: by what stands before a mistake in the syntax.
func DatabaseOf(path string) string {
	var c Config
	r := &report{file: path}
	if data, err := read(path, noConfig, "--config"); err == nil && r.legible(data) {
		var tables map[string]any
		var syntax toml.ParseError
		lines := strings.SplitAfter(string(data), "\n")
		for n := len(lines); n > 0 && errors.As(decode(strings.Join(lines[:n], ""), &tables), &syntax); {
			n = min(n-1, syntax.Position.Line) // which may be one too high
		}
		store, _ := tables["store"].(map[string]any)
		c.Store.Path, _ = store["path"].(string)
	}
	if dir, err := filepath.Abs(filepath.Dir(path)); err == nil {
		c.Store.Path = expand(c.Store.Path, dir)
	}
	return c.Database()
}

// noConfig is what to do where there is no configuration.
const noConfig = "run regards init, or copy config.toml.example there and fill it in, or name another with --config FILE"

// read gets the bytes of the file, but no more than are sensible. Missing is what to
// do where there is none, and flag names another one.
func read(path, missing, flag string) ([]byte, error) {
	another := "name another with " + flag + " FILE"
	fail := func(cause error, text, fix string) ([]byte, error) {
		return nil, &Error{File: path, Problems: []Problem{{Text: text, Fix: fix}}, cause: cause}
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fail(err, "there is no such file", missing)
	}
	if err != nil {
		return fail(err, "cannot be opened ("+reason(err)+")", "make it readable, or "+another)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return fail(nil, "is a folder", "name the file in it with "+flag+" FILE")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return fail(err, "cannot be read ("+reason(err)+")", "make it readable, or "+another)
	}
	if len(data) > maxFile {
		return fail(nil, "is larger than 1 MiB", another)
	}
	return data, nil
}

// reason is a system error without the path, which the message has already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// parse gives the file as tables of values. What it refuses is noted.
func (r *report) parse(data []byte) (tables map[string]any, ok bool) {
	if !r.legible(data) {
		return nil, false
	}
	err := decode(string(data), &tables)
	var syntax toml.ParseError
	switch {
	case err == nil:
		return tables, true
	case errors.As(err, &syntax):
		r.problems = append(r.problems, explain(syntax))
	default:
		r.add(place{}, "is not valid TOML", "compare with config.toml.example")
	}
	return nil, false
}

// decode is the library's Decode, whose panics on its own mistakes become errors.
func decode(text string, tables *map[string]any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("toml: %v", p)
		}
	}()
	_, err = toml.Decode(text, tables)
	return err
}

// legible refuses what no editor of text files writes.
func (r *report) legible(data []byte) bool {
	for i, line := range strings.Split(string(data), "\n") {
		switch {
		case !utf8.ValidString(line):
			r.add(place{line: i + 1}, "is not UTF-8", "save the file as UTF-8 text")
		case strings.ContainsRune(line, 0):
			r.add(place{line: i + 1}, "has a zero byte in it", "save the file as UTF-8 text")
		case len(line) > maxLine:
			r.add(place{line: i + 1}, "is a line of over 8192 bytes", "break it into several")
		default:
			continue
		}
		return false
	}
	if bytes.Count(data, []byte("{"))+bytes.Count(data, []byte("[")) > maxNested {
		r.add(place{}, "has over 4000 brackets", "compare with config.toml.example")
		return false
	}
	return true
}

const badHeader = "the brackets of the table are wrong"

// syntaxWords says in our words what the library finds. Its own may repeat
// what stands in the file, and that may be a password without quotes.
var syntaxWords = []struct {
	begins    *regexp.Regexp
	text, fix string
}{
	{regexp.MustCompile(`^Key '`), "is written twice", "write it once; several accounts are written as [[account]]"},
	{regexp.MustCompile(`^(expected value|unexpected EOF; expected value|invalid datetime)`),
		"the value is no text, number, list or true or false", `write text in quotes: "…"`},
	{regexp.MustCompile(`^(unexpected EOF; expected ['"]|strings cannot contain newlines)`),
		"a quote is not closed", "write the same quote at the end of the text"},
	{regexp.MustCompile(`^(expected '\.' or '='|unexpected EOF; expected key)`),
		"there is no = after the key", "write KEY = VALUE"},
	{regexp.MustCompile(`^unexpected '[=.]'`), "the key is not complete", "write KEY = VALUE"},
	{regexp.MustCompile(`^(expected '\.' or '\]'|expected end of table|unexpected (end of )?table)`),
		badHeader, "write [table] or [[account]] on a line of its own"},
	{regexp.MustCompile(`^(invalid escape|expected (two|four|eight) hex|Escaped char)`),
		"a backslash is followed by the wrong character", `write two backslashes, or 'text in single quotes'`},
	{regexp.MustCompile(`^(Invalid (integer|float)|invalid float|floats must|not an? |cannot use sign|expected a digit|.* is out of range)`),
		"the number is not well formed", `write digits only, or text in quotes: "…"`},
	{regexp.MustCompile(`^expected a top-level item`), "something follows the value",
		`write one key on a line, and text in quotes: "…"`},
	{regexp.MustCompile(`^(expected a comma|unexpected comma)`), "commas and brackets do not fit together",
		`write lists as ["a", "b"]`},
	{regexp.MustCompile(`control characters`), "has a control character in it", "remove it"},
}

var keyWritten = regexp.MustCompile(`^Key '(.*)' (has|was)`)

// explain turns a syntax error of the library into a problem.
func explain(e toml.ParseError) Problem {
	p := Problem{Line: e.Position.Line, Key: e.LastKey, Text: "is not valid TOML", Fix: "compare with config.toml.example"}
	if m := keyWritten.FindStringSubmatch(e.Message); m != nil {
		p.Key = m[1]
	}
	if strings.ContainsFunc(p.Key, unprintable) {
		p.Key = quote(p.Key)
	}
	for _, w := range syntaxWords {
		if w.begins.MatchString(e.Message) {
			p.Text, p.Fix = w.text, w.fix
			break
		}
	}
	if p.Text == badHeader {
		p.Key = "" // the library names the table before
		if strings.Contains(e.Message, `'\n'`) {
			p.Line-- // it has read the line end and counted it
		}
	}
	return p
}
