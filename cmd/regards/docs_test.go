package main

import (
	"bytes"
	"flag"
	"fmt"
	"image/png"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write docs/commands.md anew")

const commandsDoc = "../../docs/commands.md"

// TestCommandsDoc holds docs/commands.md against the commands themselves: every
// command, flag and default that --help shows.
func TestCommandsDoc(t *testing.T) {
	want := commandsText()
	if *update {
		if err := os.WriteFile(commandsDoc, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(commandsDoc)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the commands say of themselves; run go test ./cmd/regards -run TestCommandsDoc -update", commandsDoc)
	}
}

// commandsText writes the reference of all commands.
func commandsText() []byte {
	var b bytes.Buffer
	b.WriteString("# The commands\n\nWritten by the program itself: `go test ./cmd/regards -run TestCommandsDoc -update`.\n")
	root := (&app{}).command()
	b.WriteString("\nEvery command knows these flags:\n\n")
	writeFlags(&b, root.PersistentFlags())
	writeCommands(&b, root)
	return b.Bytes()
}

func writeCommands(b *bytes.Buffer, parent *cobra.Command) {
	for _, c := range parent.Commands() {
		if c.HasSubCommands() {
			writeCommands(b, c)
			continue
		}
		fmt.Fprintf(b, "\n## %s\n\n%s\n", strings.TrimSuffix(c.UseLine(), " [flags]"), sentence(c.Short))
		if c.Long != "" {
			fmt.Fprintf(b, "\n%s\n", strings.TrimSpace(c.Long))
		}
		if c.Example != "" {
			fmt.Fprintf(b, "\n```\n%s\n```\n", strings.ReplaceAll("\n"+c.Example, "\n  ", "\n")[1:])
		}
		if c.LocalNonPersistentFlags().HasFlags() {
			b.WriteString("\n")
			writeFlags(b, c.LocalNonPersistentFlags())
		}
	}
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }

func writeFlags(b *bytes.Buffer, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		fmt.Fprintf(b, "- `%s`: %s\n", name, f.Usage)
	})
}

// documents gives all documents by their path from here.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../bench/*.md"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all[path] = string(text)
		}
	}
	return all
}

var (
	fence     = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	codeSpan  = regexp.MustCompile("`[^`]+`")
	codeLine  = regexp.MustCompile(`(?m)^ {4,}(?:\$ )?(regards .*)$`)
	fenceLine = regexp.MustCompile(`(?m)^(?:\$ )?(regards .*)$`)
)

// commandLines gives every command line of regards in a document: in fences,
// indented blocks and spans of code, which may run over the end of a line.
func commandLines(text string) (lines []string) {
	for _, block := range fence.FindAllString(text, -1) {
		for _, m := range fenceLine.FindAllStringSubmatch(block, -1) {
			lines = append(lines, m[1])
		}
	}
	text = fence.ReplaceAllString(text, "")
	for _, m := range codeLine.FindAllStringSubmatch(text, -1) {
		lines = append(lines, m[1])
	}
	for _, span := range codeSpan.FindAllString(text, -1) {
		line := strings.Join(strings.Fields(strings.Trim(span, "`")), " ")
		if _, words, ok := strings.Cut(line, "regards "); ok && (strings.HasPrefix(line, "regards ") || strings.HasPrefix(line, "sudo regards ")) {
			lines = append(lines, "regards "+words)
		}
	}
	return lines
}

// shellWord is a word as a shell takes it, a mark of another command, or a remark.
var shellWord = regexp.MustCompile(`(?:[^\s"'|>#;]|"[^"]*"|'[^']*')+|[|>#;]`)

// wordsOf gives the words of a command line up to what is no longer the command's.
func wordsOf(line string) (words []string) {
	for _, w := range shellWord.FindAllString(line, -1)[1:] {
		if strings.Contains("|>#;", w) {
			break
		}
		words = append(words, w)
	}
	return words
}

// TestDocsNameWhatExists: every command line in the documents names a command that
// there is, with flags that it has; and but for the reference of all commands, every
// command stands in one of them.
func TestDocsNameWhatExists(t *testing.T) {
	named := map[string]bool{}
	for path, text := range documents(t) {
		for _, line := range commandLines(text) {
			root := (&app{}).command()
			words := wordsOf(line)
			c, rest, err := root.Find(words)
			if err != nil || c == root || c.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
				t.Errorf("%s names a command that does not exist: %s", path, line)
				continue
			}
			named[c.CommandPath()] = named[c.CommandPath()] || path != commandsDoc
			for _, w := range words {
				if flag := flagOf(w); flag != "" && c.Flag(flag) == nil && flag != "help" {
					t.Errorf("%s: %s has no flag --%s: %s", path, c.CommandPath(), flag, line)
				}
			}
		}
	}
	for _, c := range leaves((&app{}).command()) {
		if !named[c.CommandPath()] {
			t.Errorf("no document but %s speaks of %s", commandsDoc, c.CommandPath())
		}
	}
}

// flagOf gives the long name of the flag that a word is; "" for other words.
func flagOf(word string) string {
	name, isFlag := strings.CutPrefix(word, "--")
	if !isFlag {
		return ""
	}
	name, _, _ = strings.Cut(name, "=")
	return strings.TrimRight(name, "…,.")
}

// leaves gives the commands that do something.
func leaves(c *cobra.Command) (all []*cobra.Command) {
	for _, sub := range c.Commands() {
		all = append(all, leaves(sub)...)
	}
	if !c.HasSubCommands() {
		all = append(all, c)
	}
	return all
}

var (
	link       = regexp.MustCompile(`\]\(([^)\s]*)\)`)
	webAddress = regexp.MustCompile(`https?://[^\s)>"` + "`" + `|]+`)
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestDocsLinks: every relative link leads to a file that is there, and to a heading
// of it; every address of the web is one, and by HTTPS.
func TestDocsLinks(t *testing.T) {
	all := documents(t)
	for path, text := range all {
		text = fence.ReplaceAllString(text, "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			target := path
			if file != "" {
				target = filepath.Join(filepath.Dir(path), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", path, m[1], err)
			} else if anchor != "" && !slices.Contains(anchors(all[target]), anchor) {
				t.Errorf("%s links to %s, and there is no such heading", path, m[1])
			}
		}
		for _, address := range webAddress.FindAllString(codeSpan.ReplaceAllString(text, ""), -1) {
			if u, err := url.Parse(address); err != nil || u.Scheme != "https" || !strings.Contains(u.Host, ".") {
				t.Errorf("%s: %s is no address to give anybody", path, address)
			}
		}
	}
}

// anchors gives the names by which the headings of a document are linked to, as
// GitHub makes them.
func anchors(text string) (names []string) {
	seen := map[string]int{}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		name := strings.ReplaceAll(notInSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		if n := seen[name]; n > 0 {
			names = append(names, fmt.Sprintf("%s-%d", name, n))
		} else {
			names = append(names, name)
		}
		seen[name]++
	}
	return names
}

// TestDocsImages: the pictures are pictures, and small.
func TestDocsImages(t *testing.T) {
	paths, err := filepath.Glob("../../docs/images/*.png")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(data)); err != nil || len(data) > 150<<10 {
			t.Errorf("%s has %d bytes: %v", path, len(data), err)
		}
	}
}

var (
	tableLine = regexp.MustCompile(`^#? ?\[+([a-z0-9.-]+)\]+`)
	keyLine   = regexp.MustCompile(`^#? ?([a-z0-9_]+) = `)
)

// configKeys gives the keys of a piece of configuration, with their tables; all practices
// have the same.
func configKeys(text string) (keys []string) {
	in := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if m := tableLine.FindStringSubmatch(line); m != nil {
			in = m[1]
			if strings.HasPrefix(in, "practice.") {
				in = "practice"
			}
		} else if m := keyLine.FindStringSubmatch(line); m != nil {
			keys = append(keys, in+"."+m[1])
		}
	}
	return keys
}

// TestDocsConfiguration: every piece of configuration in the documents has keys that
// config.toml.example has, which is held against the code elsewhere.
func TestDocsConfiguration(t *testing.T) {
	example, err := os.ReadFile("../../config.toml.example")
	if err != nil {
		t.Fatal(err)
	}
	known := configKeys(string(example))
	for path, text := range documents(t) {
		for _, block := range fence.FindAllString(text, -1) {
			if !strings.HasPrefix(strings.TrimSpace(block), "```toml") {
				continue
			}
			for _, k := range configKeys(block) {
				if !slices.Contains(known, k) {
					t.Errorf("%s has the key %s, which there is not", path, k)
				}
			}
		}
	}
}

// The program names documents, too.
func TestDocumentsThatAreNamed(t *testing.T) {
	named := regexp.MustCompile(`docs/[a-z-]+\.md`)
	for _, pattern := range []string{"*.go", "../../internal/*/*.go", "../../*/*.go", "../../config.toml.example"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, doc := range named.FindAllString(string(text), -1) {
				if _, err := os.Stat(filepath.Join("../..", doc)); err != nil {
					t.Errorf("%s names %s: %v", path, doc, err)
				}
			}
		}
	}
}

// TestTroubleshooting: every message that docs/troubleshooting.md explains stands in
// the program; the dots are for what differs.
func TestTroubleshooting(t *testing.T) {
	source := programText(t)
	rows := regexp.MustCompile("(?m)^\\| ([^|]*`[^|]*) \\| ").FindAllStringSubmatch(documents(t)["../../docs/troubleshooting.md"], -1)
	if len(rows) < 50 {
		t.Fatalf("only %d messages were found", len(rows))
	}
	for _, row := range rows {
		for _, span := range codeSpan.FindAllString(row[1], -1) {
			for piece := range strings.SplitSeq(strings.Trim(span, "`"), "…") {
				if piece = strings.Trim(piece, " .:,;"); !strings.Contains(source, piece) {
					t.Errorf("nothing says %q of %s", piece, span)
				}
			}
		}
	}
}

// programText gives the whole source of the program, without its tests.
func programText(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(all.String(), `\"`, `"`)
}
