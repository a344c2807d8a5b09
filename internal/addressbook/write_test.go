package addressbook

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-vcard"
	"pgregory.net/rapid"

	"regards/contact"
	"regards/plan"
)

// person is a valid entry with one address.
func person(name, addr string) Entry {
	return Entry{Name: name, Addresses: []contact.Address{{Addr: addr, Key: plan.AddressKey(addr)}}, Medium: contact.Email, Status: contact.Active}
}

// people are two entries with every field between them.
func people() []Entry {
	maria := person(`Lopez, "Maria"`, "maria@uni.example")
	maria.Addresses = append(maria.Addresses, person("", "=m+x@home.example").Addresses...)
	maria.Groups = []string{"mentor", "a;b", "-c"}
	maria.Every = contact.Duration{Months: 2, Days: 3}
	maria.Birthday = contact.Birthday{Year: 1980, Month: time.March, Day: 14}
	maria.Greeting = "Dear Prof. Lopez;"
	eva := person("Eva", "e@x.example")
	eva.Language, eva.Register, eva.TimeZone = "es", contact.Familiar, "America/Bogota"
	eva.Birthday = contact.Birthday{Month: time.February, Day: 29}
	eva.Status, eva.PausedUntil = contact.Paused, time.Date(2027, 1, 4, 9, 30, 0, 0, time.FixedZone("", 3600))
	return []Entry{maria, eva, {Name: "+Tom", Medium: contact.Card, Status: contact.DoNotContact, IntroducedBy: "@Maria"}}
}

func TestWriteCSV(t *testing.T) {
	const want = "name,address,groups,every,medium,greeting,introduced_by,status,paused_until,language,register,time_zone,birthday\n" +
		`"Lopez, ""Maria""",maria@uni.example;'=m+x@home.example,mentor;a\;b;'-c,2mo3d,email,Dear Prof. Lopez;,,,,,,,1980-03-14` + "\n" +
		"Eva,e@x.example,,,email,,,paused,2027-01-04T08:30:00Z,es,familiar,America/Bogota,02-29\n" +
		"'+Tom,,,,card,,'@Maria,do-not-contact,,,,,\n"
	var b strings.Builder
	if err := WriteCSV(&b, people()); err != nil || b.String() != want {
		t.Errorf("got %v and\n%s\nwant\n%s", err, b.String(), want)
	}
}

func TestWriteVCard(t *testing.T) {
	const want = "BEGIN:VCARD\r\nVERSION:3.0\r\n" +
		"FN:Lopez\\, \"Maria\"\r\nN:;Lopez\\, \"Maria\";;;\r\n" +
		"EMAIL;TYPE=INTERNET,PREF:maria@uni.example\r\nEMAIL;TYPE=INTERNET:=m+x@home.example\r\n" +
		"CATEGORIES:mentor,a\\;b,-c\r\nX-REGARDS-EVERY:2mo3d\r\nX-REGARDS-GREETING:Dear Prof. Lopez\\;\r\nBDAY:1980-03-14\r\nEND:VCARD\r\n" +
		"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Eva\r\nN:;Eva;;;\r\nEMAIL;TYPE=INTERNET,PREF:e@x.example\r\n" +
		"X-REGARDS-STATUS:paused\r\nX-REGARDS-PAUSED-UNTIL:2027-01-04T08:30:00Z\r\nLANG:es\r\nX-REGARDS-REGISTER:familiar\r\nTZ;VALUE=text:America/Bogota\r\nBDAY:--02-29\r\nEND:VCARD\r\n" +
		"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:+Tom\r\nN:;+Tom;;;\r\nX-REGARDS-MEDIUM:card\r\nX-REGARDS-STATUS:do-not-contact\r\nX-REGARDS-INTRODUCED-BY:@Maria\r\nEND:VCARD\r\n"
	var b strings.Builder
	if err := WriteVCard(&b, people()); err != nil || b.String() != want {
		t.Errorf("got %v and\n%s\nwant\n%s", err, b.String(), want)
	}
}

var writers = map[string]func(io.Writer, []Entry) error{"CSV": WriteCSV, "vCard": WriteVCard}

// Who cannot be read back is not written, and then nobody is.
func TestWriteRefuses(t *testing.T) {
	for want, change := range map[string]func(*Entry){
		`"Maria" cannot be written: ` + noAddress:                                                                   func(e *Entry) { e.Addresses = nil },
		`"Maria" cannot be written: "maria" is not a mail address; left out`:                                        func(e *Entry) { e.Addresses = append(e.Addresses, contact.Address{Addr: "maria"}) },
		`"Ma\nria" cannot be written: name "Ma\nria" holds a control character; leave it out`:                       func(e *Entry) { e.Name = "Ma\nria" },
		`"Maria" cannot be written: group "\xff" is not UTF-8 text`:                                                 func(e *Entry) { e.Groups = []string{"a", "\xff"} },
		`"Maria" cannot be written: every: "101y" is longer than 100 years; write a shorter one, or 0 for no limit`: func(e *Entry) { e.Every.Months = 1212 },
		`"Maria" cannot be written: "` + strings.Repeat("g", shown) + `…" is longer than 64 KiB; shorten it`:        func(e *Entry) { e.Groups = []string{strings.Repeat("g", maxValue+1)} },
	} {
		e := person("Maria", "m@x.example")
		change(&e)
		for format, write := range writers {
			var b strings.Builder
			if err := write(&b, []Entry{person("Tom", "t@x.example"), e}); err == nil || err.Error() != want || b.Len() > 0 {
				t.Errorf("%s: got %v and %q, want %s", format, err, b.String(), want)
			}
		}
	}
}

func TestWriteFails(t *testing.T) {
	for format, write := range writers {
		if err := write(failing{}, people()); err != io.ErrClosedPipe {
			t.Errorf("%s: got %v", format, err)
		}
	}
}

// White space around a text and values named twice are not kept.
func TestWriteCleans(t *testing.T) {
	e := person(" Maria ", "m@x.example")
	e.Addresses = append(e.Addresses, e.Addresses[0])
	e.Groups = []string{"a ", "a", " "}
	for format, write := range writers {
		var b strings.Builder
		err := write(&b, []Entry{e})
		if got := read(t, b.String()); err != nil || !strings.HasSuffix(got, " Maria <m@x.example> #a\n") {
			t.Errorf("%s: got %v and %s", format, err, got)
		}
	}
}

// text draws a line of text that contact.CheckText passes.
func text(t *rapid.T, label string) string {
	alphabet := rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune(`ab,;:"'\=+-@＝ äß王🌸nN`)))
	s := rapid.StringOf(alphabet).Draw(t, label)
	clean := strings.Map(func(r rune) rune {
		if contact.CheckText("", string(r)) != nil {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(clean)
}

// drawEntry draws any valid entry, in the form in which Read gives it.
func drawEntry(t *rapid.T) Entry {
	e := Entry{
		Name: text(t, "name") + rapid.SampledFrom([]string{"", "x", "=x"}).Draw(t, "end"), Groups: distinct(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return text(t, "group") }), 0, 3).Draw(t, "groups")),
		Medium:   rapid.SampledFrom(contact.Media()).Draw(t, "medium"),
		Status:   rapid.SampledFrom(contact.Statuses()).Draw(t, "status"),
		Language: rapid.SampledFrom([]string{"", "es", "zz"}).Draw(t, "language"),
		Register: rapid.SampledFrom([]contact.Register{"", contact.Formal, contact.Familiar}).Draw(t, "register"),
		TimeZone: rapid.SampledFrom([]string{"", "Europe/Madrid", "America/Argentina/Buenos_Aires"}).Draw(t, "time zone"),
		Greeting: text(t, "greeting"), IntroducedBy: text(t, "introduced by"),
		Every: contact.Duration{
			Months: rapid.IntRange(0, 400).Draw(t, "months"), Days: rapid.IntRange(0, 10000).Draw(t, "days"),
			Rest: time.Duration(rapid.IntRange(0, 1e6).Draw(t, "seconds")) * time.Second,
		},
	}
	if born := time.Unix(rapid.Int64Range(-3786825600, 253402300799).Draw(t, "born"), 0).UTC(); rapid.Bool().Draw(t, "birthday is known") {
		e.Birthday = contact.Birthday{Year: rapid.SampledFrom([]int{0, born.Year()}).Draw(t, "year"), Month: born.Month(), Day: born.Day()}
	}
	if e.Status == contact.Paused {
		e.PausedUntil = time.Unix(rapid.Int64Range(-62135596799, 253402300799).Draw(t, "paused until"), 0).UTC()
	}
	addresses := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z=+'-][a-z0-9'=-]{0,80}@[a-z]{1,9}\.example`), 0, 3, plan.AddressKey)
	for _, a := range addresses.Draw(t, "addresses") {
		e.Addresses = append(e.Addresses, person("", a).Addresses...)
	}
	switch {
	case e.Name == "" && len(e.Addresses) > 0:
		e.Name = e.Addresses[0].Addr
	case e.Name == "":
		e.Name = "x"
	}
	if e.Medium == contact.Email && len(e.Addresses) == 0 {
		e.Medium = contact.Text
	}
	return e
}

func TestRoundTrip(t *testing.T) {
	for format, write := range writers {
		t.Run(format, rapid.MakeCheck(func(t *rapid.T) {
			checkRoundTrip(t, write, rapid.SliceOfN(rapid.Custom(drawEntry), 0, 4).Draw(t, "people"))
		}))
	}
}

// checkRoundTrip writes people and compares what Read gives.
func checkRoundTrip(t interface{ Fatalf(string, ...any) }, write func(io.Writer, []Entry) error, people []Entry) {
	var b bytes.Buffer
	if err := write(&b, people); err != nil {
		t.Fatalf("%s", err)
	}
	written := b.String()
	checkLines(t, written)
	back, err := Read(&b)
	if err != nil && len(people) > 0 {
		t.Fatalf("%s\n%s", err, written)
	}
	want := make([]Entry, len(people))
	for i, e := range people {
		e.Line, e.Notes = 0, nil
		want[i] = e
	}
	for i := range back {
		back[i].Line = 0
	}
	if got, want := describe(back), describe(want); got != want {
		t.Fatalf("got\n%s\nwant\n%s\nof\n%q", got, want, written)
	}
}

// checkLines holds vCards to RFC 6350 section 3.2, and both formats to text.
func checkLines(t interface{ Fatalf(string, ...any) }, written string) {
	for line := range strings.Lines(written) {
		short := len(strings.TrimSuffix(line, "\r\n")) <= width && strings.HasSuffix(line, "\r\n")
		if !utf8.ValidString(line) || strings.HasPrefix(written, "BEGIN:") && !short {
			t.Fatalf("the line %q of %d bytes", line, len(line))
		}
	}
}

// Another reader of vCards finds the same names and addresses.
func TestOtherReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEntry(t)
		// go-vcard leaves an escaped semicolon as it is.
		e.Name = strings.ReplaceAll(e.Name, ";", "")
		if e.Name == "" {
			e.Name = "x"
		}
		var b bytes.Buffer
		if err := WriteVCard(&b, []Entry{e}); err != nil {
			t.Fatal(err)
		}
		card, err := vcard.NewDecoder(&b).Decode()
		if err != nil || card.Value("FN") != strings.TrimSpace(e.Name) {
			t.Fatalf("got %q, %v; want %q", card.Value("FN"), err, e.Name)
		}
		for i, a := range card.Values("EMAIL") {
			if a != e.Addresses[i].Addr {
				t.Fatalf("got %q, want %q", a, e.Addresses[i].Addr)
			}
		}
	})
}

func TestFormulas(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1", "@x", "＝1", "'=1", "''@"} {
		if g := guard(s); g != "'"+s || unguard(g) != s {
			t.Errorf("%q is guarded as %q", s, g)
		}
	}
	for _, s := range []string{"", "'", "'s Gravenhage", "a=b", "1", "’=1"} {
		if guard(s) != s || unguard(s) != s {
			t.Errorf("%q is taken for a formula", s)
		}
	}
}
