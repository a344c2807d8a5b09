package dist

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// installedTask is the command in the task of Windows, in the words of PowerShell.
const installedTask = `&amp; \"$env:LOCALAPPDATA\Programs\regards\regards.exe\" run `

// Task is the task by which Windows runs a command for one person, who is named by
// their security identifier: only administrators may make a task for everybody's login
// ([MS-TSCH] 3.2.5.4.2). The bytes are UTF-16 with a mark of its order, as the Task
// Scheduler itself writes it and schtasks reads it.
func Task(words []string, user string) ([]byte, error) {
	if err := legible(append([]string{user}, words...)); err != nil {
		return nil, err
	}
	command := "&"
	for _, w := range words {
		if strings.Contains(w, `"`) {
			return nil, fmt.Errorf("%q has a quotation mark, which no name on Windows has", w)
		}
		command += " " + powerShellWord(w)
	}
	id := "<UserId>" + escapeXML(user) + "</UserId>\n"
	text := swap(task, installedTask, escapeXML(command)+" ")
	text = swap(text, "    </LogonTrigger>", "      "+id+"    </LogonTrigger>")
	text = swap(text, "      <LogonType>", "      "+id+"      <LogonType>")
	text = swap(text, `encoding="UTF-8"`, `encoding="UTF-16"`)
	return utf16Bytes(text), nil
}

// powerShellWord writes a word so that PowerShell takes it as it is: in single quotes,
// of which it knows five, each doubled. The Task Scheduler reads the text before and puts in variables
// (%NAME%, $(Arg0)), so that it may not see their signs.
func powerShellWord(w string) string {
	w = strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛",
		"%", "'+[char]37+'", "$", "'+[char]36+'").Replace(w)
	if strings.Contains(w, "+[char]") {
		return "('" + w + "')"
	}
	return "'" + w + "'"
}

func utf16Bytes(text string) []byte {
	b := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}
