package dist

import (
	"encoding/xml"
	"strings"
)

// Agent is the property list by which launchd runs a command for one person: the
// absolute path of the program, then its arguments.
func Agent(words []string) (string, error) {
	if err := legible(words); err != nil {
		return "", err
	}
	return swap(agent, plistStrings(installed), plistStrings(words)), nil
}

// plistStrings writes the words of ProgramArguments, a line each.
func plistStrings(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString("\t\t<string>" + escapeXML(w) + "</string>\n")
	}
	return b.String()
}

// escapeXML writes a text that has passed legible.
func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes all
	return b.String()
}
