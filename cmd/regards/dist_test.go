package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
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

// parsed reads a file of dist to its end.
func parsed(t *testing.T, name string) (root element) {
	t.Helper()
	f, err := os.Open(filepath.Join("../../dist", name))
	check(t, err)
	defer f.Close()
	d := xml.NewDecoder(f)
	check(t, d.Decode(&root))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root
		}
		check(t, err)
		if text, ok := token.(xml.CharData); !ok || strings.TrimSpace(string(text)) != "" {
			t.Errorf("%s: %v follows the end", name, token)
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

// The property list for launchd is one, and says what docs/service.md promises.
func TestLaunchdPlist(t *testing.T) {
	t.Parallel()
	root := parsed(t, "regards.plist")
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
	words, ok := dict["ProgramArguments"].([]any)
	if !ok || len(words) != 3 || words[0] != "/bin/sh" || !strings.Contains(words[2].(string), "exec /usr/local/bin/regards run ") {
		t.Errorf("ProgramArguments: %q", words)
	}
}

// The task for Windows begins at the login, has no end, and starts regards.
func TestWindowsTask(t *testing.T) {
	t.Parallel()
	root := parsed(t, "regards-task.xml")
	if root.XMLName.Space != "http://schemas.microsoft.com/windows/2004/02/mit/task" || root.XMLName.Local != "Task" {
		t.Errorf("the root is %v", root.XMLName)
	}
	for path, want := range map[string]string{
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
