package config

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

const edited = `# mine
[owner]
name = "Ana" # as it stands in From
address = "ana@example.org"

[[account]]
name = "one"
[account.imap]
host = "imap.example.org" # the old one
password_command = [
  "pass",
  "show", # a comment
]

[[account]]
name = "two"
imap = { host = "imap.other.example", password_command = ["pass"] }

# the end
[letters]
daily_cap = 3
`

func TestEdit(t *testing.T) {
	for _, x := range []struct {
		name     string
		change   Change
		old, new string // what differs
	}{
		{"text", Change{Table: "owner", Key: "name", Value: `Ana "A" Díaz`}, `"Ana" #`, `"Ana \"A\" Díaz" #`},
		{"a new key", Change{Table: "owner", Key: "language", Value: "es"}, "org\"\n\n", "org\"\nlanguage = \"es\"\n\n"},
		{"a list over lines", Change{Table: "account.imap", Key: "password_command", Value: []string{"a", "b"}},
			"[\n  \"pass\",\n  \"show\", # a comment\n]", `["a", "b"]`},
		{"a number", Change{Table: "account.imap", Key: "port", Value: 143}, "# a comment\n]\n", "# a comment\n]\nport = 143\n"},
		{"removed", Change{Table: "account.imap", Key: "host", Value: nil}, "host = \"imap.example.org\" # the old one\n", ""},
		{"removed though not there", Change{Table: "account.smtp", Key: "host", Value: nil}, "", ""},
		{"a new table", Change{Table: "account.smtp", Key: "host", Value: "smtp.example.org"},
			"# a comment\n]\n", "# a comment\n]\n\n[account.smtp]\nhost = \"smtp.example.org\"\n"},
		{"a table removed", Change{Table: "letters"}, "\n# the end\n[letters]\ndaily_cap = 3\n", "\n# the end\n"},
		{"a table removed though not there", Change{Table: "account.smtp"}, "", ""},
		{"a new account", Change{Table: "account", Account: 2, Key: "name", Value: "three"},
			"daily_cap = 3\n", "daily_cap = 3\n\n[[account]]\nname = \"three\"\n"},
		{"within braces", Change{Table: "account.imap", Account: 1, Key: "host", Value: "x.example"}, `"imap.other.example"`, `"x.example"`},
	} {
		t.Run(x.name, func(t *testing.T) {
			got, err := x.change.make(edited)
			if err == nil {
				err = x.change.verify(got)
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Replace(edited, x.old, x.new, 1); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestEditRefuses(t *testing.T) {
	for name, x := range map[string]struct {
		change Change
		want   string
	}{
		"a table in braces": {Change{Table: "account.imap", Account: 1, Key: "port", Value: 143}, "write it by hand: port = 143 under [account.imap]"},
		"not valid":         {Change{Table: "owner", Key: "address", Value: "nobody"}, `"nobody" is no address`},
		"removed in braces": {Change{Table: "account.imap", Account: 1, Key: "host", Value: nil}, "write it by hand: without host"},
	} {
		if _, err := Edit("config.toml", []byte(edited), []Change{x.change}); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: got %v, want %s", name, err, x.want)
		}
	}
}

// Whatever the value, the file has it afterwards, and is valid.
func TestEditAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(rapid.RuneFrom(nil, unicode.L, unicode.N, unicode.P, unicode.S, unicode.Zs), 1, 40, -1).Draw(t, "name")
		got, err := Edit("config.toml", []byte(edited), []Change{{Table: "owner", Key: "name", Value: name}, {Table: "account", Key: "address", Value: "a@b.example"}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := Parse("config.toml", got)
		if err != nil || c.Owner.Name != name || c.Accounts[0].Address != "a@b.example" || c.Letters.DailyCap != 3 {
			t.Errorf("got %q, %v", c.Owner.Name, err)
		}
		if !strings.Contains(string(got), "# as it stands in From") || !strings.Contains(string(got), "# the end") {
			t.Errorf("a comment is gone:\n%s", got)
		}
	})
}
