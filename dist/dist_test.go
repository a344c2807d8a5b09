package dist

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// element is any element of XML.
type element struct {
	XMLName xml.Name
	Text    string    `xml:",chardata"`
	Kids    []element `xml:",any"`
}

// find gives the text at a path of elements.
func (e element) find(path ...string) (string, bool) {
	if len(path) == 0 {
		return strings.TrimSpace(e.Text), true
	}
	for _, kid := range e.Kids {
		if kid.XMLName.Local == path[0] {
			return kid.find(path[1:]...)
		}
	}
	return "", false
}

// parsed reads a text to its end.
func parsed(t *testing.T, text string) (root element) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is decoded already
	if err := d.Decode(&root); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root
		}
		if err != nil {
			t.Fatal(err)
		}
		if rest, ok := token.(xml.CharData); !ok || strings.TrimSpace(string(rest)) != "" {
			t.Errorf("%v follows the end", token)
		}
	}
}

// value gives what a property list says, as Go values.
func value(t *testing.T, e element) any {
	t.Helper()
	switch e.XMLName.Local {
	case "dict":
		dict := map[string]any{}
		for i := 0; i+1 < len(e.Kids); i += 2 {
			if e.Kids[i].XMLName.Local != "key" || dict[e.Kids[i].Text] != nil {
				t.Fatalf("%v is no key, or one that comes twice", e.Kids[i])
			}
			dict[e.Kids[i].Text] = value(t, e.Kids[i+1])
		}
		if len(e.Kids)%2 != 0 {
			t.Fatal("a key without a value")
		}
		return dict
	case "array":
		var array []any
		for _, kid := range e.Kids {
			array = append(array, value(t, kid))
		}
		return array
	case "true", "false":
		return e.XMLName.Local == "true"
	case "string", "integer":
		return e.Text
	}
	t.Fatalf("a property list has no %s", e.XMLName.Local)
	return nil
}

// awkward are words that each file has to carry as they are.
var awkward = []string{
	"/opt/regards/bin/regards", "/home/Ana Díaz/bin/regards", `/a "b" 'c'/regards`, "/100%/%h/regards", "/$HOME/${x}/$$/regards",
	"/a&b<c>/regards", `/back\slash\n/regards`, "/semi;colon/|/#/regards", "/~ana/*?[x]/regards", "-@:+!|", "日本/regards", "/‘’‚‛/regards", "--config", "",
}

// arguments gives the words by which a property list runs a program, without the shell.
func arguments(t *testing.T, root element) []any {
	t.Helper()
	dict, _ := value(t, root.Kids[0]).(map[string]any)
	words, _ := dict["ProgramArguments"].([]any)
	if len(words) < 5 || words[0] != "/bin/sh" || words[1] != "-c" || words[2] != `exec "$@" 2>>"$HOME/Library/Logs/regards.log"` || words[3] != "sh" {
		t.Fatalf("ProgramArguments: %q", words)
	}
	return words[4:]
}

// The property list for launchd is one, and says what docs/service.md promises.
func TestAgent(t *testing.T) {
	root := parsed(t, agent)
	if root.XMLName.Local != "plist" || len(root.Kids) != 1 {
		t.Fatalf("the root is %s with %d children", root.XMLName.Local, len(root.Kids))
	}
	dict, ok := value(t, root.Kids[0]).(map[string]any)
	if !ok || dict["Label"] != "regards" || dict["RunAtLoad"] != true || dict["Umask"] != "63" {
		t.Errorf("%v", dict)
	}
	if alive, ok := dict["KeepAlive"].(map[string]any); !ok || alive["SuccessfulExit"] != false {
		t.Errorf("KeepAlive: %v", dict["KeepAlive"])
	}
	if got := arguments(t, root); !slices.Equal(got, []any{"/usr/local/bin/regards", "run"}) {
		t.Errorf("it runs %q", got)
	}
}

func TestAgentCarriesWords(t *testing.T) {
	text, err := Agent(awkward)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range arguments(t, parsed(t, text)) {
		if got != awkward[i] {
			t.Errorf("%q became %q", awkward[i], got)
		}
	}
}

// The task for Windows begins at the login, has no end, and starts regards.
func TestTask(t *testing.T) {
	root := parsed(t, task)
	if root.XMLName.Space != "http://schemas.microsoft.com/windows/2004/02/mit/task" || root.XMLName.Local != "Task" {
		t.Errorf("the root is %v", root.XMLName)
	}
	for path, want := range map[string]string{
		"RegistrationInfo/Description":        Mark,
		"Triggers/LogonTrigger/Enabled":       "true",
		"Principals/Principal/RunLevel":       "LeastPrivilege",
		"Settings/ExecutionTimeLimit":         "PT0S",
		"Settings/DisallowStartIfOnBatteries": "false",
		"Settings/StopIfGoingOnBatteries":     "false",
		"Settings/MultipleInstancesPolicy":    "IgnoreNew",
		"Actions/Exec/Command":                "powershell.exe",
	} {
		if got, _ := root.find(strings.Split(path, "/")...); got != want {
			t.Errorf("%s is %q, not %q", path, got, want)
		}
	}
	if words, _ := root.find("Actions", "Exec", "Arguments"); !strings.Contains(words, `regards.exe\" run 2>>`) {
		t.Errorf("Arguments: %s", words)
	}
}

// The task is for one person alone, and says to PowerShell what each word is.
func TestTaskCarriesWords(t *testing.T) {
	const sid = "S-1-5-21-1-2-3-1001"
	for words, want := range map[string]string{
		`C:\Programs\regards.exe|run`:                     `& 'C:\Programs\regards.exe' 'run' 2>>`,
		`C:\Ana Díaz & Co\it's\regards.exe|--config|D:\x`: `& 'C:\Ana Díaz & Co\it''s\regards.exe' '--config' 'D:\x' 2>>`,
		`C:\100%\%PATH%\r.exe|$(Arg0)|a‘b`:                `& ('C:\100'+[char]37+'\'+[char]37+'PATH'+[char]37+'\r.exe') (''+[char]36+'(Arg0)') 'a‘‘b' 2>>`,
	} {
		b, err := Task(strings.Split(words, "|"), sid)
		if err != nil {
			t.Fatal(err)
		}
		root := parsed(t, decodeUTF16(t, b))
		got, _ := root.find("Actions", "Exec", "Arguments")
		if !strings.HasPrefix(got, `-NoProfile -WindowStyle Hidden -Command "`+want+` `) {
			t.Errorf("%s became %s", words, got)
		}
		trigger, _ := root.find("Triggers", "LogonTrigger", "UserId")
		principal, _ := root.find("Principals", "Principal", "UserId")
		if trigger != sid || principal != sid {
			t.Errorf("it is for %q as %q", trigger, principal)
		}
	}
	if _, err := Task([]string{`C:\"x`}, sid); err == nil {
		t.Error("a quotation mark was taken")
	}
}

func decodeUTF16(t *testing.T, b []byte) string {
	t.Helper()
	if len(b)%2 != 0 || !bytes.HasPrefix(b, []byte{0xFF, 0xFE}) {
		t.Fatalf("no UTF-16 with its mark: % x", b[:4])
	}
	var units []uint16
	for i := 2; i < len(b); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	text := string(utf16.Decode(units))
	if !strings.HasPrefix(text, `<?xml version="1.0" encoding="UTF-16"?>`) {
		t.Errorf("it begins with %.60s", text)
	}
	return text
}

// What systemd makes of them is shown by a real one, in cmd/regards.
func TestUnit(t *testing.T) {
	for words, want := range map[string]string{
		"/usr/bin/regards|run":                    `/usr/bin/regards run`,
		"/a b/regards|--config|/x/c.toml|run":     `"/a b/regards" --config /x/c.toml run`,
		`/50%/regards|/"q"/\/c|run`:               `"/50%%/regards" "/\"q\"/\\/c" run`,
		"/bin/regards|--config|/$HOME/c.toml|run": `:/bin/regards --config "/$HOME/c.toml" run`,
		"/bin/regards|":                           `/bin/regards ""`,
	} {
		text, err := Unit(strings.Split(words, "|"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, "\nExecStart="+want+"\n") {
			t.Errorf("%s became %s", words, text)
		}
	}
}

// What a file cannot carry is refused, and every file has the mark.
func TestRefused(t *testing.T) {
	for _, w := range []string{"/a\nb", "/a\x00", "/\xff", "/\u0085", "/\uFFFE"} {
		_, unit := Unit([]string{w})
		_, agent := Agent([]string{w})
		_, task := Task([]string{w}, "S-1")
		if unit == nil || agent == nil || task == nil {
			t.Errorf("%q was taken: %v, %v, %v", w, unit, agent, task)
		}
	}
	for _, program := range []string{"/it's", `/"`, `/\n`} {
		if _, err := Unit([]string{program, "run"}); err == nil {
			t.Errorf("systemd would refuse %s", program)
		}
	}
	for _, text := range []string{userUnit, agent, task} {
		if !strings.Contains(text, Mark) {
			t.Errorf("no mark in %s", text)
		}
	}
}
