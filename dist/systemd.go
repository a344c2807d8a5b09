package dist

import (
	"fmt"
	"regexp"
	"strings"
)

// Unit is the unit by which systemd's manager of one person runs a command: the
// absolute path of the program, then its arguments.
func Unit(words []string) (string, error) {
	if err := legible(words); err != nil {
		return "", err
	}
	if strings.ContainsAny(words[0], `'"\`) {
		return "", fmt.Errorf("systemd starts no program with a quote or a backslash in its path, as in %s; move it", words[0])
	}
	return swap(userUnit, execStart(installed), execStart(words)), nil
}

// MachineUnit is the unit by which systemd runs regards for a whole machine, of a program
// whose path is plain.
func MachineUnit(program string) string {
	return swap(machineUnit, execStart(installed), execStart([]string{program, "run"}))
}

// plainWord is what systemd takes as it is.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@+=,-]+$`)

// execStart writes a command as systemd.service(5) and systemd.syntax(7) want it: words
// quoted, % doubled. A dollar is not doubled, since that does not hold for the program
// itself: a colon before it says that there are no variables.
func execStart(words []string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`)
	line := make([]string, len(words))
	for i, w := range words {
		if i == 0 && strings.Contains(strings.Join(words, ""), "$") {
			w = ":" + w
		}
		line[i] = escape.Replace(w)
		if !plainWord.MatchString(w) {
			line[i] = `"` + line[i] + `"`
		}
	}
	return "ExecStart=" + strings.Join(line, " ") + "\n"
}
