package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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

// TestDocsNameWhatExists: every `regards …` command line in the documents names
// a command that there is, every relative link a file.
func TestDocsNameWhatExists(t *testing.T) {
	docs, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile("(?m)(?:^ {4,}|`)regards ([a-z-]+)(?: ([a-z-]+))?")
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for _, doc := range append(docs, "../../README.md", "../../CHANGELOG.md", "../../bench/README.md") {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range command.FindAllStringSubmatch(string(text), -1) {
			root := (&app{}).command()
			c, rest, err := root.Find([]string{m[1], m[2]})
			if err != nil || c == root || c.HasSubCommands() && len(rest) > 0 && rest[0] != "" {
				t.Errorf("%s names a command that does not exist: %s", doc, m[0])
			}
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", doc, m[1], err)
			}
		}
	}
}
