package addressbook

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// describe writes entries for comparison, one in a line.
func describe(all []Entry) string {
	var b strings.Builder
	for _, e := range all {
		fmt.Fprintf(&b, "%d %s", e.Line, e.Name)
		for _, a := range e.Addresses {
			fmt.Fprintf(&b, " <%s>", a.Addr)
		}
		for _, g := range e.Groups {
			fmt.Fprintf(&b, " #%s", g)
		}
		if !e.Every.IsZero() {
			fmt.Fprintf(&b, " every %s", e.Every)
		}
		if e.Medium != "email" && e.Medium != "" {
			fmt.Fprintf(&b, " by %s", e.Medium)
		}
		if e.Greeting != "" {
			fmt.Fprintf(&b, " greeting %s", e.Greeting)
		}
		if e.IntroducedBy != "" {
			fmt.Fprintf(&b, " through %s", e.IntroducedBy)
		}
		if !e.PausedUntil.IsZero() {
			fmt.Fprintf(&b, " until %s", e.PausedUntil.Format(time.RFC3339))
		}
		if manner := strings.Join(strings.Fields(e.Language+" "+string(e.Register)+" "+e.TimeZone), "/"); manner != "" {
			fmt.Fprintf(&b, " in %s", manner)
		}
		if !e.Birthday.IsZero() {
			fmt.Fprintf(&b, " born %s", e.Birthday)
		}
		for _, n := range e.Notes {
			fmt.Fprintf(&b, " (%s)", n)
		}
		if e.Problem != nil {
			fmt.Fprintf(&b, " PROBLEM %v", e.Problem)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func read(t *testing.T, text string) string {
	t.Helper()
	all, err := Read(strings.NewReader(text))
	if err != nil {
		return "ERROR " + err.Error() + "\n"
	}
	return describe(all)
}

// example is the input of a rule and what is read of it.
type example struct{ in, want string }

func check(t *testing.T, examples map[string]example) {
	for name, x := range examples {
		t.Run(name, func(t *testing.T) {
			if got := read(t, x.in); got != x.want && got != x.want+"\n" {
				t.Errorf("%s is read as\n%s\nwant\n%s", quote(x.in), got, x.want)
			}
		})
	}
}

const noAddress = "there is no address; write one, or a medium other than email in the column medium"
const stray = `a quote (") stands alone; take it out, or close the cell that it opens on the same line`

func TestReadCSV(t *testing.T) {
	check(t, map[string]example{
		"every column": {
			"name,address,groups,every,medium,introduced_by,greeting\n" +
				"Maria Lopez,maria@uni.example;m@home.example,mentor; alumni,60d,Call,Tom,Dear Prof. Lopez\n",
			"2 Maria Lopez <maria@uni.example> <m@home.example> #mentor #alumni every 60d by call greeting Dear Prof. Lopez through Tom"},
		"paused until": {"name,address,status,paused_until\nEva,e@x.example,paused,2027-01-04T09:30:00.5+01:00\nTom,t@x.example,Paused,2027-01-04\nAda,a@x.example,paused,\n",
			"2 Eva <e@x.example> until 2027-01-04T08:30:00Z\n3 Tom <t@x.example> until 2027-01-04T12:00:00Z\n4 Ada <a@x.example>"},
		"manner": {"name,address,language,register,time_zone\nEva,e@x.example,ES,Familiar,America/Bogota\nTom,t@x.example,,,\n",
			"2 Eva <e@x.example> in es/familiar/America/Bogota\n3 Tom <t@x.example>"},
		"until without a pause": {"name,address,paused_until\nEva,e@x.example,2027-01-04\n",
			"2 Eva <e@x.example> (paused_until goes with the status paused only; left out)"},
		"any order and case": {"Groups,ADDRESS,Introduced By,Name\nmentor,m@x.example,Tom,Maria\n", "2 Maria <m@x.example> #mentor through Tom"},
		"one column":         {"address\nm@x.example\n", "2 m@x.example <m@x.example>"},
		"no name":            {"name,address\n,m@x.example\n", "2 m@x.example <m@x.example>"},
		"name beside the address": {"name,address\n,Maria Lopez <m@x.example>\nTom,Thomas <t@x.example>\n",
			"2 Maria Lopez <m@x.example>\n3 Tom <t@x.example>"},
		"mark":                    {"\xef\xbb\xbfname,address\nMaria,m@x.example\n", "2 Maria <m@x.example>"},
		"CRLF":                    {"name,address\r\n\r\nMaria,m@x.example\r\nTom,t@x.example", "3 Maria <m@x.example>\n4 Tom <t@x.example>"},
		"CR":                      {"name,address\rMaria,m@x.example\rTom,t@x.example\r", "2 Maria <m@x.example>\n3 Tom <t@x.example>"},
		"CR CR LF":                {"name,address\r\r\nMaria,m@x.example\r\r\n", "2 Maria <m@x.example>"},
		"Windows-1252":            {"name,address\nMar\xeda \x8aime,m@x.example\n", "2 María Šime <m@x.example>"},
		"UTF-16":                  {"\xff\xfen\x00a\x00m\x00e\x00\n\x00\xed\x00@\x00x\x00", "2 í@x PROBLEM " + noAddress},
		"UTF-16, no mark":         {"\x00n\x00a\x00m\x00e\x00\n\x00b", "2 b PROBLEM " + noAddress},
		"UTF-16, turned, no mark": {"n\x00a\x00m\x00e\x00\n\x00b\x00", "2 b PROBLEM " + noAddress},
		"semicolons":              {"name;address;groups\nMaria;\"m@x.example;m@y.example\";mentor\n", "2 Maria <m@x.example> <m@y.example> #mentor"},
		"tabs":                    {"name\taddress\nLopez, Maria\tm@x.example\n", "2 Lopez, Maria <m@x.example>"},
		"named delimiter":         {"sep=|\nname|address\nMaria|m@x.example\n", "3 Maria <m@x.example>"},
		"blank lines":             {"\n \nname,address\n\n,\n  ,  \nMaria,m@x.example\n\n", "7 Maria <m@x.example>"},
		"few cells":               {"name,address,groups\nMaria,m@x.example\n", "2 Maria <m@x.example>"},
		"trailing cells":          {"name,address,,\nMaria,m@x.example,,,,\n", "2 Maria <m@x.example>"},
		"the same twice":          {"name,address,groups\nMaria,m@x.example;M+news@X.example,a;a\n", "2 Maria <m@x.example> #a"},
		"apostrophe":              {"name,groups,medium\n'=Maria,'@home;'tis,card\n''-x,,card\n", "2 =Maria #@home #'tis by card\n3 '-x by card"},
		"backslash":               {"name,groups,medium\nx,a\\;b;c\\\\;d\\e,card\n", `2 x #a;b #c\ #d\e by card`},
		"quotes":                  {"name,address\n\"Stein, \"\"Eva\"\"\" , \"e@x.example\"\nEva \"Evi\" Stein,f@x.example\n", "2 Stein, \"Eva\" <e@x.example>\n3 Eva \"Evi\" Stein <f@x.example>"},
		"a value in a line":       {"name,address\nEva,\"e@x.example\ne@y.example\n\"\nTom,t@x.example\n", "2 Eva <e@x.example> <e@y.example>\n5 Tom <t@x.example>"},
	})
}

// One bad line is reported and hides no other.
func TestReadCSVProblems(t *testing.T) {
	const tom = "\nTom,t@x.example\n"
	check(t, map[string]example{
		"not an address": {"name,address\nMaria,maria" + tom,
			"2 Maria (\"maria\" is not a mail address; left out) PROBLEM \"maria\" is not a mail address; write it as name@example.org\n3 Tom <t@x.example>"},
		"one of three": {"name,address\nMaria,m@x.example;maria;m@y.example" + tom,
			"2 Maria <m@x.example> <m@y.example> (\"maria\" is not a mail address; left out)\n3 Tom <t@x.example>"},
		"quoted local part": {"name,address\nMaria,\"\"\"a b\"\"@x.example\"" + tom,
			`2 Maria ("\"a b\"@x.example" is not a mail address; left out) PROBLEM "\"a b\"@x.example" is not a mail address; write it as name@example.org` + "\n3 Tom <t@x.example>"},
		"no address": {"name,address,medium\nMaria,,\nEva,,linkedin\n", "2 Maria PROBLEM " + noAddress + "\n3 Eva by linkedin"},
		"nobody":     {"name,address,groups\n,,mentor\n", "2  #mentor PROBLEM there is no name and no address; write at least one of them"},
		"every":      {"name,address,every\nMaria,m@x.example,60\n", `2 Maria <m@x.example> PROBLEM every: "60" has no unit; write a unit (m, h, d, w, mo, y), such as "60d"`},
		"language": {"name,address,language\nMaria,m@x.example,spanish\n",
			`2 Maria <m@x.example> in spanish PROBLEM language "spanish" is no language; write two letters, such as en`},
		"time zone": {"name,address,time_zone\nMaria,m@x.example," + strings.Repeat("x", 101) + "\n",
			"2 Maria <m@x.example> in " + strings.Repeat("x", 101) + ` PROBLEM "` + strings.Repeat("x", shown) + `…" is no language, register or time zone`},
		"paused until": {"name,address,status,paused_until\nMaria,m@x.example,paused,soon\n",
			`2 Maria <m@x.example> PROBLEM paused_until: "soon" is not a time; write for example "2026-11-21" or "2026-11-21T15:00:00Z"`},
		"medium": {"name,address,medium\nMaria,m@x.example,fax\n",
			`2 Maria <m@x.example> by fax PROBLEM medium "fax" is unknown; write one of email, call, meeting, linkedin, card, text`},
		"too many cells": {"name,address\nStein, Eva,e@x.example" + tom,
			`2  PROBLEM it has 3 cells, but there are 2 columns; put quotes around a cell that holds ","` + "\n3 Tom <t@x.example>"},
		"no such column": {"name,address,\nMaria,m@x.example,x" + tom,
			`2  PROBLEM cell 3 holds "x", but its column has no name; name it or empty the cell` + "\n3 Tom <t@x.example>"},
		"NUL": {"name,address\nMa\x00ria,m@x.example" + tom,
			"2 Ma\x00ria <m@x.example> PROBLEM name \"Ma\\x00ria\" holds a control character; leave it out\n3 Tom <t@x.example>"},
		"line end in a name": {"name,address\n\"Maria\nLopez\",m@x.example" + tom,
			"2 Maria\nLopez <m@x.example> PROBLEM name \"Maria\\nLopez\" holds a control character; leave it out\n4 Tom <t@x.example>"},
		"stray quote":              {"name,address\n\"Maria,m@x.example" + tom, "2  PROBLEM " + stray + "\n3 Tom <t@x.example>"},
		"stray quote at the end":   {"name,address\nMaria,\"m@x.example" + tom, "2  PROBLEM " + stray + "\n3 Tom <t@x.example>"},
		"two stray quotes":         {"groups,name,medium\n\"a,Eva,card\nb\",Ana,card\nc,Tom,card\n", "2  PROBLEM " + stray + "\n3  PROBLEM cell 1: " + stray + "\n4 Tom #c by card"},
		"two stray quotes at ends": {"name,address\nEva,\"e@x.example\nAna,\"a@x.example" + tom, "2  PROBLEM " + stray + "\n3  PROBLEM " + stray + "\n4 Tom <t@x.example>"},
		"stray quote, no end":      {"name,address\n\"Maria", "2  PROBLEM " + stray},
		"text behind a quote": {"name,address\n\"Mimi\" Lopez,m@x.example" + tom,
			`2  PROBLEM cell 1: something follows the quote (") that closes it; write a quote within a quoted cell twice` + "\n3 Tom <t@x.example>"},
		"semicolons in a semicolon file": {"name;address\nMaria;m@x.example;m@y.example\n",
			`2  PROBLEM it has 3 cells, but there are 2 columns; put quotes around a cell that holds ";"`},
		"long cell":   {"name,address\n" + strings.Repeat("x", maxValue+1) + ",m@x.example" + tom, "2  PROBLEM cell 1 is longer than 64 KiB; shorten it\n3 Tom <t@x.example>"},
		"many cells":  {"name,address\n" + strings.Repeat(",", maxCells) + tom, "2  PROBLEM it has more than 1000 cells\n3 Tom <t@x.example>"},
		"long quotes": {"groups,name,medium\n\"a" + strings.Repeat("\na", maxSpan+1) + "\",Eva,card\n", "2  PROBLEM " + stray + tail(maxSpan)},
	})
}

// tail is what becomes of the lines of a cell that spans too many: each is
// reported.
func tail(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\n%d  #a PROBLEM there is no name and no address; write at least one of them", i+3)
	}
	fmt.Fprintf(&b, "\n%d  PROBLEM cell 1: %s", n+3, stray)
	return b.String()
}

// A file that is no address book is an error as a whole.
func TestReadErrors(t *testing.T) {
	const known = "known are name, address, groups, every, medium, greeting, introduced_by, status, paused_until, language, register, time_zone, birthday, and the files of LinkedIn, Google Contacts and Outlook as they are"
	const empty = "ERROR the file is empty; a CSV file begins with the names of its columns, a vCard with BEGIN:VCARD"
	const binary = "ERROR this is no text file; save it as CSV (UTF-8) or as vCard"
	check(t, map[string]example{
		"empty":                {"", empty},
		"blank":                {"\xef\xbb\xbf \n\r\n", empty},
		"unknown column":       {"\nname,nickname\nMaria,Mari\n", `ERROR line 2: the column "nickname" is unknown; ` + known},
		"no line of columns":   {"Maria,m@x.example\n", `ERROR line 1: the column "Maria" is unknown; ` + known},
		"same column":          {"name,address,Address\n", `ERROR line 1: the columns 2 and 3 are both named "address"; write one, with ";" between several values`},
		"neither":              {"groups,every\n", "ERROR line 1: there is no column name and none address; write at least one of them"},
		"open quote":           {"name,\"address\nx,y\n", "ERROR line 1: " + stray},
		"delimiter only":       {"sep=;\n", "ERROR line 1: there is no column name and none address; write at least one of them"},
		"spreadsheet":          {"PK\x03\x04\x14\x00", binary},
		"binary":               {"\x7fELF\x02\x00\x00\n", binary},
		"columns without rows": {"name,address\n", ""},
	})
}

func TestReadLimits(t *testing.T) {
	if _, err := Read(io.LimitReader(endless{}, maxFile+1)); err == nil || err.Error() != "the file is larger than 64 MiB; split it" {
		t.Errorf("a large file: %v", err)
	}
	const many = "there are more than 200000 people; split the file"
	for name, text := range map[string]string{
		"lines": "name\n" + strings.Repeat("x\n", maxEntries+1),
		"cards": strings.Repeat("BEGIN:VCARD\nEND:VCARD\n", maxEntries+1),
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || err.Error() != many {
			t.Errorf("too many %s: %v", name, err)
		}
	}
	if err := WriteCSV(io.Discard, make([]Entry, maxEntries+1)); err == nil || err.Error() != many {
		t.Errorf("too many to write: %v", err)
	}
	broken := io.MultiReader(strings.NewReader("name\n"), failing{})
	if _, err := Read(broken); err != io.ErrClosedPipe {
		t.Errorf("a reader that fails: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

type failing struct{}

func (failing) Read([]byte) (int, error)  { return 0, io.ErrClosedPipe }
func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
