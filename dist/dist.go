// Package dist holds the files by which the service managers of systemd, launchd and
// Windows start regards, and writes them for a program that lies elsewhere than they
// say, or takes more arguments.
//
// The files are valid as they stand: each is the one source of what `regards service
// install` writes, of what the packages hold, and of what docs/service.md tells to
// copy. The words of a command reach the program as they are, whatever spaces, quotes,
// percent or dollar signs are in them; what a file could not carry, such as a control
// character, is an error, and nothing is written. It does no I/O.
package dist

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed regards-user.service
var userUnit string

//go:embed regards.service
var machineUnit string

//go:embed regards.plist
var agent string

//go:embed regards-task.xml
var task string

// Mark stands in each of the files, also once a service manager has it: a file without
// it is not ours.
const Mark = "regards, which keeps a professional network warm"

// installed is the command in the files of systemd and launchd.
var installed = []string{"/usr/local/bin/regards", "run"}

// legible refuses words that not every file can carry: XML 1.0 has no control
// characters (section 2.2), and a line of a unit ends with its line.
func legible(words []string) error {
	for _, w := range words {
		if !utf8.ValidString(w) || strings.ContainsFunc(w, unicode.IsControl) || strings.ContainsAny(w, "\uFFFE\uFFFF") {
			return fmt.Errorf("%q has characters that a service manager cannot be told; rename it", w)
		}
	}
	return nil
}

// swap replaces what stands in a file of ours exactly once.
func swap(text, before, after string) string {
	if strings.Count(text, before) != 1 {
		panic(fmt.Sprintf("%q does not stand once in a file of dist", before))
	}
	return strings.Replace(text, before, after, 1)
}
