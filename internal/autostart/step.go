package autostart

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Step is one thing to do: to write a file, to remove one, or to run a command.
type Step struct {
	Write, Remove string // a path
	Text          []byte // of what is written

	Run        []string
	MayFail    bool   // for what may be done already
	UntilFails bool   // to be repeated until it fails, which shows that something is gone
	Advice     string // what to do if it fails; begins with its punctuation
}

// String says it in one line: "write PATH", "remove PATH", "run COMMAND".
func (s Step) String() string {
	switch {
	case s.Write != "":
		return "write " + s.Write
	case s.Remove != "":
		return "remove " + s.Remove
	}
	return "run " + shellWords(s.Run)
}

// Shown is the text that would be written, as people read it.
func (s Step) Shown() string {
	if len(s.Text) < 2 || s.Text[0] != 0xFF || s.Text[1] != 0xFE {
		return string(s.Text)
	}
	units := make([]uint16, len(s.Text)/2-1) // after the mark of the order
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(s.Text[2+2*i:])
	}
	return string(utf16.Decode(units))
}

// shellWords writes a command as a shell takes it.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.Trim(w, plainInShell) != "" {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// plainInShell is what needs no quotes.
const plainInShell = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@+=,-"
