package contact

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		panic(err)
	}
	return t
}

// maria is a contact without fault.
func maria() Contact {
	return Contact{
		ID: "m2x8", Name: "Maria Lopez", Addresses: []Address{{Addr: "maria@example.org", Key: "maria@example.org"}},
		Groups: []string{"mentor"}, Medium: Email, Greeting: "Dear Prof. Lopez", Status: Active,
	}
}

func TestValidate(t *testing.T) {
	const control, form = " holds a control character; leave it out", " is not a mail address; write it as name@example.org"
	for name, x := range map[string]struct {
		change func(*Contact)
		want   string // "" is valid
	}{
		"clean":             {func(*Contact) {}, ""},
		"no greeting":       {func(c *Contact) { c.Greeting = "" }, ""},
		"no groups":         {func(c *Contact) { c.Groups = nil }, ""},
		"any script":        {func(c *Contact) { c.Name, c.Groups = "王小明 🌸 (HR), \"x\" <y>", []string{"校友"} }, ""},
		"no id yet":         {func(c *Contact) { c.ID = "" }, ""},
		"two addresses":     {func(c *Contact) { c.Addresses = append(c.Addresses, Address{Addr: "m@bücher.example", Key: "k"}) }, ""},
		"by card":           {func(c *Contact) { c.Medium, c.Addresses = Card, nil }, ""},
		"no name":           {func(c *Contact) { c.Name = "" }, "a contact needs a name"},
		"blank name":        {func(c *Contact) { c.Name = " \u00a0" }, "a contact needs a name"},
		"two lines of name": {func(c *Contact) { c.Name = "Maria\nBcc: x@y" }, `name "Maria\nBcc: x@y"` + control},
		"greeting":          {func(c *Contact) { c.Greeting = "Dear\x00" }, `greeting "Dear\x00"` + control},
		"medium":            {func(c *Contact) { c.Medium = "fax" }, `medium "fax" is unknown; write one of email, call, meeting, linkedin, card, text`},
		"no medium":         {func(c *Contact) { c.Medium = "" }, `medium "" is unknown; write one of email, call, meeting, linkedin, card, text`},
		"status": {func(c *Contact) { c.Status = "gone" },
			`status "gone" is unknown; write one of active, paused, by-hand, do-not-contact, deceased, bounced`},
		"by email without address": {func(c *Contact) { c.Addresses = nil },
			"a contact kept by email needs an address; add one, or name another --medium"},
		"no address at all":     {func(c *Contact) { c.Addresses[0].Addr = "maria" }, `address "maria"` + form},
		"address with a name":   {func(c *Contact) { c.Addresses[0].Addr = "M <m@x.example>" }, `address "M <m@x.example>"` + form},
		"address in brackets":   {func(c *Contact) { c.Addresses[0].Addr = "<m@x.example>" }, `address "<m@x.example>"` + form},
		"two in one":            {func(c *Contact) { c.Addresses[0].Addr = "a@x.example,b@x.example" }, `address "a@x.example,b@x.example"` + form},
		"address with line end": {func(c *Contact) { c.Addresses[0].Addr = "m@x.example\r\n" }, `address "m@x.example\r\n"` + form},
		"address without key":   {func(c *Contact) { c.Addresses[0].Key = "" }, `address "maria@example.org"` + form},
		"empty group":           {func(c *Contact) { c.Groups = []string{"mentor", " "} }, `group " ": write a printable word`},
		"group of two lines":    {func(c *Contact) { c.Groups = []string{"a\nb"} }, `group "a\nb": write a printable word`},
		"everything": {func(c *Contact) { c.Name, c.Medium, c.Addresses = "", "fax", nil },
			"a contact needs a name\n" + `medium "fax" is unknown; write one of email, call, meeting, linkedin, card, text`},
	} {
		t.Run(name, func(t *testing.T) {
			c := maria()
			x.change(&c)
			got := ""
			if err := c.Validate(); err != nil {
				got = err.Error()
			}
			if got != x.want {
				t.Errorf("got\n%s\nwant\n%s", got, x.want)
			}
		})
	}
}

func TestValidateKnowsAllMediaAndStatuses(t *testing.T) {
	for _, m := range Media() {
		for _, s := range Statuses() {
			c := maria()
			c.Medium, c.Status = m, s
			if err := c.Validate(); err != nil {
				t.Errorf("%s, %s: %v", m, s, err)
			}
		}
	}
}

func TestCheckText(t *testing.T) {
	for _, s := range []string{"", "Ana Díaz", "=?utf-8?q?x?=", `"<@>,;:\`, "王小明", "👩\u200d💻", "a\u00a0b", "עברית", "\ufffd"} {
		if err := CheckText("name", s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{
		"a\nb", "a\rb", "\r\n", "a\tb", "\x00", "\x1b[31m", "\x7f", "\u0085", "\u009f", "\u2028", "\u2029",
		"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
	} {
		err := CheckText("subject", s)
		if err == nil || !strings.HasPrefix(err.Error(), "subject ") || !strings.HasSuffix(err.Error(), "holds a control character; leave it out") {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"\xff", "caf\xe9", "\xed\xa0\x80", "\xc0\x8a"} {
		if err := CheckText("name", s); err == nil || !strings.HasSuffix(err.Error(), "is not UTF-8 text") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// Whatever passes stays on its line, and so does the error about what does not.
func TestCheckTextKeepsTheLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "bytes")) +
			string(rapid.SliceOfN(rapid.Rune(), 0, 8).Draw(t, "runes"))
		if err := CheckText("name", s); err != nil {
			s = err.Error()
		}
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsAny(s, "\u2028\u2029\u202e\u2066") {
			t.Fatalf("%q breaks its line", s)
		}
	})
}

func TestWritableID(t *testing.T) {
	for _, id := range []string{"a@x", "k3v9qd", "=?utf-8?q?x?=@x", `"a"@[192.0.2.1]`, "~!@x", strings.Repeat("a", 995)} {
		if !WritableID(id) {
			t.Errorf("%q cannot be named", id)
		}
	}
	for _, id := range []string{"", " ", "a b@x", "a\t@x", "a@x\r\nBcc:", "<a@x", "a@x>", "ü@x", "\u00a0@x", "\x7f@x", "\xff@x", strings.Repeat("a", 996)} {
		if WritableID(id) {
			t.Errorf("%q can be named", id)
		}
	}
}

func TestEnded(t *testing.T) {
	for s, want := range map[State]bool{
		Needs: false, Queued: false, Drafted: false, Edited: false, Moved: false, Approved: false, Uncertain: false,
		Sent: true, Dismissed: true, Superseded: true, Failed: true,
	} {
		if s.Ended() != want {
			t.Errorf("%s: got %v, want %v", s, s.Ended(), want)
		}
	}
}
