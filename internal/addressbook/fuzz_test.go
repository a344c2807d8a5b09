package addressbook

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"regards/contact"
	"regards/plan"
)

// seeds are small files of both formats.
var seeds = []string{
	"name,address,groups,every,medium,greeting,introduced_by\nMaria,m@x.example,a;b,60d,call,Hi,Tom\n",
	"address;name\n\"a@x.example;b@x.example\";\"Stein, \"\"Eva\"\"\"\r\n;\r\n",
	"sep=\t\nname\taddress\n\"a\nb\"\tx\n", "name\n\"", "\xff\xfen\x00a\x00m\x00e\x00", "PK\x03\x04",
	"BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:L=F3p=\nez;M\nEMAIL;PREF:m@x.example\nPHOTO;BASE64:\n AA\n\nEND:VCARD",
	"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\\,b\\;c\r\n d\r\nitem1.EMAIL;TYPE=\"a,b\";PREF=1:mailto:m@x.example\r\nCATEGORIES:a,b\r\nEND:VCARDBEGIN:VCARD\r\nKIND:group\r\nAGENT:\r\nBEGIN:VCARD\r\nEND:VCARD\r\nEND:VCARD",
	"BEGIN:VCARD\nFN;CHARSET=iso-2022-jp:\x1b$B2&\x1b(B\nTEL:1\nEND:VCARD\nx",
	"BEGIN:VCARD\nFN;ENCODING=B:TWFyw61h\nX-SOCIALPROFILE;type=linkedin:x\nX-REGARDS-EVERY:1y\nEND:VCARD",
}

// FuzzRead: strangers' bytes never panic, errors stay short, and who is taken
// is a valid contact that can be written and read again.
func FuzzRead(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	for _, path := range samples() {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := Read(bytes.NewReader(data))
		if err != nil {
			checkError(t, err)
			return
		}
		checkEntries(t, all)
	})
}

// foreignHeads are the first lines of other programs' files.
var foreignHeads = []string{
	"Notes:\n\"a, b\nc\"\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\n",
	"Name,Given Name,Family Name,Birthday,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Value\n",
	"First Name,Middle Name,Last Name,Name Prefix,Labels,E-mail 1 - Label,E-mail 1 - Value,Website 1 - Value,Birthday\n",
	"First Name,Last Name,Title,E-mail Address,E-mail Type,E-mail 2 Address,Categories,Birthday,Home Phone\n",
	"Vorname;Nachname;E-Mail-Adresse;Geburtstag;Kategorien\n",
}

// FuzzForeign: whatever stands under the first line of another program's file, who
// is taken is a valid contact with a name that was tidied to its end, and what is
// told of each stays short.
func FuzzForeign(f *testing.F) {
	for n, body := range []string{
		"Maria,\"López, MBA\",https://www.linkedin.com/in/m,,\"Acme, Inc.\",CTO,18 Apr 2024\n,,,,,,\n\"x\n",
		"Maria López,Maria,López,1985-03-15,\"a,\nb\",* myContacts ::: Uni,* Work,m@x.example ::: n@x.example,,1\n",
		"Maria,,López (She/Her),Dr.,* friends,* ,m@x.example,https://linkedin.com/in/m,--03-15\n",
		"Maria,López,,/o=x/cn=y,EX,m@x.example,a;b,3/25/85,1\n",
		"J\xfcrgen;Wei\xdf;j@x.example;25.3.1985;Uni\n",
	} {
		f.Add(uint8(n), []byte(body))
	}
	f.Fuzz(func(t *testing.T, n uint8, body []byte) {
		all, err := Read(strings.NewReader(foreignHeads[int(n)%len(foreignHeads)] + string(body)))
		if err != nil {
			checkError(t, err)
			return
		}
		checkEntries(t, all)
		for _, e := range all {
			if strings.Contains(strings.Join(e.Dropped, ""), "\n") || len(e.Page) > maxWord || plan.TidyName(plan.TidyName(e.Name)) != plan.TidyName(e.Name) {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func checkError(t *testing.T, err error) {
	if s := err.Error(); len(s) > 1000 || !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n") {
		t.Fatalf("an error of %d bytes: %q", len(s), s)
	}
}

func checkEntries(t *testing.T, all []Entry) {
	var taken []Entry
	last := 0
	for _, e := range all {
		if e.Line <= last {
			t.Fatalf("line %d comes after line %d", e.Line, last)
		}
		last = e.Line
		if e.Problem != nil {
			checkError(t, e.Problem)
			continue
		}
		taken = append(taken, e)
		c := contact.Contact{Name: e.Name, Addresses: e.Addresses, Groups: e.Groups, Medium: e.Medium, Greeting: e.Greeting, Status: contact.Active}
		if err := c.Validate(); err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
	}
	for _, write := range writers {
		checkRoundTrip(t, write, taken)
	}
}

// book writes n people.
func book(b *testing.B, format string, n int) []byte {
	var people []Entry
	for i := range n {
		e := person(fmt.Sprintf("María López %d", i), fmt.Sprintf("maria.%d@uni.example", i))
		e.Groups = []string{"mentor", "alumni"}
		people = append(people, e)
	}
	var out bytes.Buffer
	if err := writers[format](&out, people); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkRead reads 20,000 people.
func BenchmarkRead(b *testing.B) {
	for format := range writers {
		data := book(b, format, 20_000)
		b.Run(format, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if all, err := Read(bytes.NewReader(data)); err != nil || len(all) != 20_000 {
					b.Fatal(len(all), err)
				}
			}
		})
	}
}
