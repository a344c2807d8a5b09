package addressbook

import (
	"errors"
	"strings"
	"testing"
)

// v is a card of a version with some properties.
func v(version string, properties ...string) string {
	return "BEGIN:VCARD\r\nVERSION:" + version + "\r\n" + strings.Join(properties, "\r\n") + "\r\nEND:VCARD\r\n"
}

func TestReadVCard(t *testing.T) {
	const mail = "EMAIL:m@x.example"
	check(t, map[string]example{
		"2.1": {v("2.1", "N:Lopez;Maria;;;", "FN:Maria Lopez", "TEL;HOME;VOICE:1", "EMAIL;INTERNET:m@y.example", "EMAIL;PREF;INTERNET:m@x.example"),
			"1 Maria Lopez <m@x.example> <m@y.example>"},
		"3.0": {v("3.0", "FN:Lopez\\, Maria", "item1.EMAIL;type=INTERNET:m@y.example", "item2.EMAIL;type=INTERNET;type=pref:m@x.example", "CATEGORIES:mentor,a\\,b", "CATEGORIES:c;d"),
			"1 Lopez, Maria <m@x.example> <m@y.example> #mentor #a,b #c #d"},
		"4.0": {v("4.0", "FN:Maria", "EMAIL;PREF=50:c@x.example", "EMAIL:d@x.example", "EMAIL;TYPE=\"work,pref\":a@x.example", "EMAIL;PREF=2:b@x.example", "EMAIL;PREF=101:e@x.example"),
			"1 Maria <a@x.example> <b@x.example> <c@x.example> <d@x.example> <e@x.example>"},
		"ours": {v("3.0", "FN:Maria", mail, "X-REGARDS-EVERY:60d", "X-REGARDS-MEDIUM:call", "X-REGARDS-GREETING:Dear Prof. Lopez", "X-REGARDS-INTRODUCED-BY:Tom"),
			"1 Maria <m@x.example> every 60d by call greeting Dear Prof. Lopez through Tom"},
		"any case":               {"begin:vcard\nversion:3.0\nfn:Maria\nemail:m@x.example\nend:vcard\n", "1 Maria <m@x.example>"},
		"folded":                 {v("3.0", "FN:Ma", " ria", "\tLo", " pez", "EM", " AIL:m@x.example"), "1 MariaLopez <m@x.example>"},
		"folded, 2.1":            {v("2.1", "FN:Maria", " Lopez", mail), "1 Maria Lopez <m@x.example>"},
		"folded at the end":      {"BEGIN:VCARD\nFN:Ma\n ria\nEMAIL:m@x.example\nEND:VC\n ARD", "1 Maria <m@x.example>"},
		"escapes":                {v("3.0", `FN:a\\b\;c\,d\:e\"f\ng\Nh\i`, mail), `1 a\b;c,d:e"f g h\i <m@x.example>`},
		"quoted parameter":       {v("4.0", `FN;X="a:b;c":Maria`, mail), "1 Maria <m@x.example>"},
		"quote without fellow":   {v("4.0", `FN;X="a:Maria`, mail), "1 Maria <m@x.example>"},
		"mailto":                 {v("4.0", "FN:Maria", "EMAIL;VALUE=uri:MAILTO:m%40x.example?subject=x", "EMAIL:mailto:%zz@x.example"), "1 Maria <m@x.example> <%zz@x.example>"},
		"display name":           {v("2.1", "EMAIL:Maria Lopez <m@x.example>"), "1 Maria Lopez <m@x.example>"},
		"quoted-printable":       {v("2.1", "FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Mar=C3=", "=ADa =", "Lopez", mail), "1 María Lopez <m@x.example>"},
		"quoted-printable, bare": {v("2.1", "FN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Mar=EDa", mail), "1 María <m@x.example>"},
		"quoted-printable, no charset": {v("2.1", "N;ENCODING=QUOTED-PRINTABLE:L=F3pez;Mar=EDa", mail) + v("2.1", "N;ENCODING=QUOTED-PRINTABLE:L=C3=B3pez", mail),
			"1 María López <m@x.example>\n6 López <m@x.example>"},
		"quoted-printable at the end":     {v("2.1", mail, "FN;ENCODING=QUOTED-PRINTABLE:Maria="), "1 Maria <m@x.example>"},
		"quoted-printable, folded":        {v("2.1", mail, "FN;ENCODING=QUOTED-PRINTABLE:Maria", " Lopez"), "1 Maria Lopez <m@x.example>"},
		"base64":                          {v("2.1", "FN;ENCODING=BASE64;CHARSET=UTF-8:TWFyw61h", mail), "1 María <m@x.example>"},
		"charset":                         {v("2.1", "FN;CHARSET=Shift_JIS:\x89\xa4", mail), "1 王 <m@x.example>"},
		"charset by escapes":              {v("2.1", "FN;CHARSET=ISO-2022-JP:\x1b$B2&\x1b(B", mail), "1 王 <m@x.example>"},
		"charset that is not true":        {v("2.1", "FN;CHARSET=ISO-8859-1:María", mail), "1 María <m@x.example>"},
		"Windows-1252":                    {v("2.1", "FN:Mar\xeda", mail), "1 María <m@x.example>"},
		"UTF-8 mark":                      {"\ufeff" + v("3.0", "FN:Maria", mail), "1 Maria <m@x.example>"},
		"UTF-16":                          {"\xfe\xff" + wide(v("3.0", "FN:Maria", mail)), "1 Maria <m@x.example>"},
		"photo":                           {v("2.1", "PHOTO;ENCODING=BASE64;JPEG:AAAA", " BBBB", "", "FN:Maria", mail), "1 Maria <m@x.example>"},
		"photo without indent":            {v("2.1", "PHOTO;BASE64:", "AAAA", "BBBB==", "", "FN:Maria", mail), "1 Maria <m@x.example>"},
		"agent":                           {v("2.1", "FN:Maria", "AGENT:", strings.TrimSpace(v("2.1", "FN:Tom", "EMAIL:t@x.example", "AGENT:", strings.TrimSpace(v("2.1", "FN:Eva")))), mail), "1 Maria <m@x.example>"},
		"agent on its line":               {v("2.1", "FN:Maria", "AGENT:BEGIN:VCARD", "FN:Tom", "END:VCARD", mail), "1 Maria <m@x.example>"},
		"nickname, note":                  {v("3.0", "NICKNAME:Mari", "NOTE:EMAIL:x@y.example", "FN:Maria", mail), "1 Maria <m@x.example>"},
		"name from N":                     {v("2.1", "FN:", "N:Lopez;Maria;Jesus;Dr.;", mail), "1 Maria Lopez <m@x.example>"},
		"name from N, lists":              {v("4.0", "N:Lopez,Diaz;Maria,Ana", mail), "1 Maria Ana Lopez Diaz <m@x.example>"},
		"name from N, CJK":                {v("3.0", "N:王;小明;;;", mail), "1 王小明 <m@x.example>"},
		"name from ORG":                   {v("2.1", "N:;;;;", "ORG:Company, The;Unit", mail), "1 Company, The <m@x.example>"},
		"name from EMAIL":                 {v("2.1", mail), "1 m@x.example <m@x.example>"},
		"organisation":                    {v("4.0", "KIND:org", "FN:Lab", mail), "1 Lab <m@x.example>"},
		"call":                            {v("3.0", "FN:Maria", "TEL;TYPE=CELL:1"), "1 Maria by call"},
		"fax only":                        {v("3.0", "FN:Maria", "TEL;TYPE=HOME,FAX:1"), "1 Maria PROBLEM " + errNoWay.Error()},
		"language":                        {v("4.0", "FN:Maria", mail, "LANG;PREF=2:fr", "LANG;PREF=1:es-CO", "TZ:America/Bogota"), "1 Maria <m@x.example> in es/America/Bogota"},
		"languages that are none of ours": {v("4.0", "FN:Maria", mail, "LANG:tlh", "LANG:de", "TZ:-0500"), "1 Maria <m@x.example> in de"},
		"birthday":                        {v("3.0", "FN:Maria", mail, "BDAY:1980-03-14"), "1 Maria <m@x.example> born 1980-03-14"},
		"birthday, basic":                 {v("4.0", "FN:Maria", mail, "BDAY:19800314"), "1 Maria <m@x.example> born 1980-03-14"},
		"birthday with a time":            {v("3.0", "FN:Maria", mail, "BDAY;VALUE=date-time:1980-03-14T23:30:00Z"), "1 Maria <m@x.example> born 1980-03-14"},
		"birthday, no year":               {v("4.0", "FN:Maria", mail, "BDAY:--0229"), "1 Maria <m@x.example> born 02-29"},
		"birthday, no year, Google":       {v("3.0", "FN:Maria", mail, "BDAY:--03-14"), "1 Maria <m@x.example> born 03-14"},
		"birthday, no year, Apple":        {v("3.0", "FN:Maria", mail, "BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-14"), "1 Maria <m@x.example> born 03-14"},
		"birthday, a second one":          {v("4.0", "FN:Maria", mail, "BDAY;VALUE=text:circa 1800", "BDAY:", "BDAY:1980-03-14"), `1 Maria <m@x.example> born 1980-03-14 (the birthday "circa 1800" is no day; left out)`},
		"birthday without a day":          {v("4.0", "FN:Maria", mail, "BDAY:1980-03"), `1 Maria <m@x.example> (the birthday "1980-03" is no day; left out)`},
		"birthday that never was":         {v("3.0", "FN:Maria", mail, "BDAY:1981-02-29"), `1 Maria <m@x.example> (the birthday "1981-02-29" is no day; left out)`},
		"birthday of a stand-in":          {v("3.0", "FN:Maria", mail, "BDAY:1604-03-14"), `1 Maria <m@x.example> (the birthday "1604-03-14" is no day; left out)`},
		"no language":                     {v("4.0", "FN:Maria", mail, "LANG:", "LANG:x", "TZ;VALUE=text:Nowhere/None"), "1 Maria <m@x.example>"},
		"LinkedIn, page":                  {v("3.0", "FN:Maria", "item1.URL:https\\://www.linkedin.com/in/m"), "1 Maria by linkedin"},
		"LinkedIn, Apple":                 {v("3.0", "FN:Maria", "X-SOCIALPROFILE;type=linkedin;x-user=m:x-apple:m"), "1 Maria by linkedin"},
		"LinkedIn, RFC 9554":              {v("4.0", "FN:Maria", "SOCIALPROFILE;SERVICE-TYPE=LinkedIn;VALUE=text:m"), "1 Maria by linkedin"},
		"several, joined":                 {"\n" + strings.TrimSpace(v("3.0", "FN:A", mail)) + "\ufeff" + v("3.0", "FN:B", mail) + "\n \n" + v("3.0", "FN:C", mail), "2 A <m@x.example>\n6 B <m@x.example>\n13 C <m@x.example>"},
	})
}

// wide is text as UTF-16, most significant byte first.
func wide(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r >> 8))
		b.WriteByte(byte(r))
	}
	return b.String()
}

// One bad card is reported and hides no other; one bad property hides no card.
func TestReadVCardProblems(t *testing.T) {
	const mail = "EMAIL:m@x.example"
	tom := v("3.0", "FN:Tom", "EMAIL:t@x.example")
	check(t, map[string]example{
		"nobody":  {v("3.0", "NOTE:x") + tom, "1  PROBLEM there is no name and no address; write at least one of them\n5 Tom <t@x.example>"},
		"no way":  {v("3.0", "FN:Maria", "EMAIL:") + tom, "1 Maria PROBLEM " + errNoWay.Error() + "\n6 Tom <t@x.example>"},
		"no mail": {v("3.0", "FN:Maria", "EMAIL;TYPE=X400:c=de;a=x"), `1 Maria ("c=de;a=x" is not a mail address; left out) PROBLEM "c=de;a=x" is not a mail address; write it as name@example.org`},
		"by telephone instead": {v("3.0", "FN:Maria", "EMAIL:maria", "TEL:1"),
			`1 Maria by call ("maria" is not a mail address; left out)`},
		"every":    {v("3.0", "FN:Maria", mail, "X-REGARDS-EVERY:often"), `1 Maria <m@x.example> PROBLEM every: "often" is no length of time; write a number and a unit (m, h, d, w, mo, y), such as "3d"`},
		"register": {v("3.0", "FN:Maria", mail, "X-REGARDS-REGISTER:polite"), `1 Maria <m@x.example> in polite PROBLEM register "polite" is unknown; write one of formal, familiar`},
		"medium":   {v("3.0", "FN:Maria", mail, "X-REGARDS-MEDIUM:fax"), `1 Maria <m@x.example> by fax PROBLEM medium "fax" is unknown; write one of email, call, meeting, linkedin, card, text`},
		"email without an address": {v("3.0", "FN:Maria", "TEL:1", "X-REGARDS-MEDIUM:email"),
			"1 Maria PROBLEM " + errNoWay.Error()},
		"control character": {v("3.0", "FN:Ma\u202eria", mail), "1 Ma\u202eria <m@x.example> PROBLEM name \"Ma\\u202eria\" holds a control character; leave it out"},
		"no property":       {v("3.0", "FN:Maria", "what is this", "a b:c", mail), "1 Maria <m@x.example> (line 4: \"what is this\" is no property; left out) (line 5: \"a b:c\" is no property; left out)"},
		"quoted-printable":  {v("2.1", "FN;ENCODING=QUOTED-PRINTABLE:Ma\x01ria", "N:Lopez", mail), "1 Lopez <m@x.example> (line 3: FN: its quoted-printable cannot be decoded; left out)"},
		"soft break before the end": {"BEGIN:VCARD\n" + mail + "\nFN;ENCODING=QUOTED-PRINTABLE:Maria=\nEND:VCARD\n" + tom,
			"1 Maria <m@x.example>\n5 Tom <t@x.example>"},
		"unknown charset": {v("2.1", "FN;CHARSET=X-MAC:Mar\x92a", "N:Lopez", mail), `1 Lopez <m@x.example> (line 3: FN: the charset "X-MAC" is unknown; left out)`},
		"wrong charset":   {v("2.1", "FN;CHARSET=UTF-8:Mar\xeda", "N:Lopez", mail), `1 Lopez <m@x.example> (line 3: FN: it holds bytes that are not "UTF-8"; left out)`},
		"long":            {v("3.0", "FN:"+strings.Repeat("x", maxValue+1), "N:Lopez", mail), "1 Lopez <m@x.example> (line 3: FN: it is longer than 64 KiB; left out)"},
		"long address":    {v("3.0", "FN:Maria", mail, "EMAIL:"+strings.Repeat("x", 5000)+"@x.example"), `1 Maria <m@x.example> ("` + strings.Repeat("x", 100) + `…" is not a mail address; left out)`},
		"no end":          {"BEGIN:VCARD\nFN:Maria\n" + mail + "\n" + tom, "1 Maria <m@x.example> (line 4: END:VCARD is missing before the next card)\n4 Tom <t@x.example>"},
		"cut off":         {tom + "BEGIN:VCARD\nFN:Maria\nEMAIL:m@x.ex", "1 Tom <t@x.example>\n6 Maria <m@x.ex> PROBLEM the card has no END:VCARD; the file may be cut off there"},
		"between cards":   {tom + "FN:Maria\n" + mail + "\n" + tom, "1 Tom <t@x.example>\n6  PROBLEM this stands outside of a card; a card begins with BEGIN:VCARD\n8 Tom <t@x.example>"},
		"behind cards":    {tom + "FN:Maria", "1 Tom <t@x.example>\n6  PROBLEM this stands outside of a card; a card begins with BEGIN:VCARD"},
		"group":           {v("4.0", "KIND:group", "FN:Friends", "MEMBER:urn:uuid:1"), `1 Friends PROBLEM not a person's card: its KIND is "group"; leave it out`},
		"group, Apple":    {v("3.0", "X-ADDRESSBOOKSERVER-KIND:group", "FN:Friends"), `1 Friends PROBLEM not a person's card: its KIND is "group"; leave it out`},
	})
	all, err := Read(strings.NewReader(v("4.0", "KIND:location", "FN:Room 1")))
	if err != nil || len(all) != 1 || !errors.Is(all[0].Problem, ErrNotPerson) {
		t.Errorf("a place: got %+v, %v", all, err)
	}
}

// A card of faults does not fill the memory with notes.
func TestNotesAreBounded(t *testing.T) {
	for _, text := range []string{
		v("3.0", "FN:Maria", strings.Repeat("x\r\n", 1000)),
		v("3.0", "FN:Maria", strings.Repeat("EMAIL:x\r\n", 1000)),
	} {
		all, err := Read(strings.NewReader(text))
		if err != nil || len(all) != 1 || len(all[0].Notes) != maxNotes {
			t.Errorf("%s: got %d entries, %v", quote(text), len(all), err)
		}
	}
}
