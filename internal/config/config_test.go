package config

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

// base is the smallest useful file. Tests of errors count on its lines.
const base = `[owner]
name = "Ana Díaz"
address = "ana@example.org"

[[account]]
name = "personal"
[account.imap]
host = "imap.example.org"
password_command = ["pass", "show", "mail"]
`

// write puts a configuration into a folder of its own and gives its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, text string) Config {
	t.Helper()
	c, err := Load(write(t, text))
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

func TestLoadFillsIn(t *testing.T) {
	c := load(t, base+`
[account.smtp]
host = "smtp.example.org"
tls = "starttls"
credential = "mail"

[[account]]
name = "work"
address = "ana@work.example"
letters = false
  [account.imap]
  host = "::1"
  tls = "none"
  user = "ana"
  oauth2 = "google"
  [account.smtp]
  host = "localhost"
  tls = "none"
  [account.oauth2]
  client_id = "1234"
`)
	first, second := c.Accounts[0], c.Accounts[1]
	for _, x := range []struct{ name, got, want any }{
		{"signature", c.Owner.Signature, "Ana Díaz"},
		{"digest to", c.Digest.To, "ana@example.org"},
		{"digest via", c.Digest.Via, "smtp"},
		{"address", first.Address, "ana@example.org"},
		{"letters", first.Letters, true},
		{"outbox", first.Outbox, "Regards Outbox"},
		{"imap", first.IMAP.String(), "imap.example.org:993 (implicit, user ana@example.org, password_command)"},
		{"smtp", first.SMTP.String(), "smtp.example.org:587 (starttls, user ana@example.org, credential)"},
		{"second letters", second.Letters, false},
		{"second imap", second.IMAP.String(), "[::1]:143 (none, user ana, oauth2)"},
		{"second smtp", second.SMTP.String(), "localhost:25 (none, user ana, oauth2)"},
		{"first grant", first.IMAP.Grant.Provider, ""},
		{"second grant", second.IMAP.Grant.Provider + second.IMAP.Grant.ClientID, "google1234"},
		{"token beside the database", second.SMTP.Grant.TokenFile, filepath.Join(filepath.Dir(c.Database()), "token-"+second.Name)},
	} {
		if x.got != x.want {
			t.Errorf("%s: got %v, want %v", x.name, x.got, x.want)
		}
	}
	if c := load(t, base); c.Digest.Via != "imap" || c.Accounts[0].SMTP != nil {
		t.Errorf("without SMTP: digest via %q, server %v", c.Digest.Via, c.Accounts[0].SMTP)
	}
}

func TestAddresses(t *testing.T) {
	c := load(t, strings.Replace(base, "\n\n", `
aliases = ["ana@uni.example", "ANA@example.org"]
personal_address = "ana@home.example"

`, 1)+`
[[account]]
name = "work"
address = "ana@work.example"
imap = { host = "localhost", password_command = ["true"] }
`)
	own := []string{"ana@example.org", "ana@uni.example", "ana@home.example"}
	if got := c.Owner.Addresses(); !slices.Equal(got, own) {
		t.Errorf("owner: got %q, want %q", got, own)
	}
	if got, want := c.Addresses(), append(own, "ana@work.example"); !slices.Equal(got, want) {
		t.Errorf("all: got %q, want %q", got, want)
	}
}

func TestLocation(t *testing.T) {
	for zone, want := range map[string]string{
		"":              time.Local.String(),
		"Europe/Madrid": "Europe/Madrid",
		"No/Such":       time.Local.String(), // cannot come out of Load
	} {
		if got := (Owner{TimeZone: zone}).Location().String(); got != want {
			t.Errorf("%q: got %s, want %s", zone, got, want)
		}
	}
}

func TestAListReplacesItsDefault(t *testing.T) {
	c := load(t, base+`
[letters]
send_days = ["sat"]
dormant = 0
hold = "0"
[[cadence]]
group = "mentor"
every = "2mo"
[practice.thank-you]
overdue = "3d"
`)
	if want := []time.Weekday{time.Saturday}; !slices.Equal(c.Letters.SendDays, want) {
		t.Errorf("send_days: got %v, want %v", c.Letters.SendDays, want)
	}
	if !c.Letters.Dormant.IsZero() || !c.Letters.Hold.IsZero() {
		t.Errorf("dormant %v, hold %v: want 0 for both", c.Letters.Dormant, c.Letters.Hold)
	}
	if got := c.Cadences[0]; got.Every != (contact.Duration{Months: 2}) || !got.Latest.IsZero() {
		t.Errorf("cadence: got %+v", got)
	}
	want := Practice{Enabled: true, Delivery: "draft", Within: contact.Duration{Rest: 24 * time.Hour}, Overdue: contact.Duration{Days: 3}}
	if got := c.Practice["thank-you"]; got != want {
		t.Errorf("thank-you: got %+v, want %+v", got, want)
	}
}

// The example is the reference of the file: it must load, say the defaults
// truly, and know exactly the keys that there are.
func TestExample(t *testing.T) {
	const path = "../../config.toml.example"
	if _, err := Load(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("defaults", func(t *testing.T) { exampleDefaults(t, data) })
	t.Run("keys", func(t *testing.T) { exampleKeys(t, string(data)) })
}

// exampleDefaults compares what the example writes with what an empty file
// means, but for the tables that have no default.
func exampleDefaults(t *testing.T, data []byte) {
	r := &report{}
	tables, ok := r.parse(data)
	if !ok {
		t.Fatal(r.err())
	}
	got, want := Default(), Default()
	r.fill(place{node: scan(string(data))}, tables, reflect.ValueOf(&got).Elem())
	var account Account
	account.setDefaults()
	for _, x := range []struct{ name, got, want any }{
		{"owner.language", got.Owner.Language, want.Owner.Language},
		{"account.letters", got.Accounts[0].Letters, account.Letters},
		{"account.outbox", got.Accounts[0].Outbox, account.Outbox},
		{"account.drafts", got.Accounts[0].Drafts, account.Drafts},
		{"account.sent", got.Accounts[0].Sent, account.Sent},
		{"account.imap.port", got.Accounts[0].IMAP.Port, imapPorts["implicit"]},
		{"account.smtp.port", got.Accounts[0].SMTP.Port, smtpPorts["implicit"]},
	} {
		if x.got != x.want {
			t.Errorf("%s: the example has %v, the default is %v", x.name, x.got, x.want)
		}
	}
	got.Owner, got.Accounts, got.Cadences = want.Owner, want.Accounts, want.Cadences
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the example differs from the defaults:\n got %+v\nwant %+v", got, want)
	}
}

// exampleKeys reads the example with the commented keys switched on. [account.smtp]
// and the practices refer to others for some of theirs.
func exampleKeys(t *testing.T, text string) {
	known := make(map[string]bool)
	eachKey(reflect.TypeFor[Config](), "", func(table, key string) {
		known[strings.TrimPrefix(table+"."+key, ".")] = true
	})
	written := make(map[string]bool)
	table := ""
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(line, "# ")
		if name, ok := strings.CutPrefix(line, "["); ok {
			table = strings.Trim(name[:strings.Index(name, "]")], "[")
			if strings.HasPrefix(table, "practice.") {
				table = "practice.NAME"
			}
		}
		if key, _, ok := strings.Cut(line, " = "); ok && !strings.Contains(key, " ") {
			written[table+"."+key] = true
		}
	}
	for key := range known {
		same := strings.Replace(key, "account.smtp.", "account.imap.", 1)
		if !written[key] && !written[same] {
			t.Errorf("%s is not in the example", key)
		}
	}
	for key := range written {
		if !known[key] {
			t.Errorf("the example has %s, which is no key", key)
		}
	}
	for name := range Default().Practice {
		if !strings.Contains(text, "[practice."+name+"]") {
			t.Errorf("practice %s is not in the example", name)
		}
	}
}

// The file as the contract shows it is valid as it stands.
func TestContract(t *testing.T) {
	c, err := Load("testdata/contract.toml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Accounts[0].SMTP.PasswordCommand, []string{"pass", "show", "mail"}; !slices.Equal(got, want) {
		t.Errorf("SMTP takes the password of IMAP: got %q, want %q", got, want)
	}
}
