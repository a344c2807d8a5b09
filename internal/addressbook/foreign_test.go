package addressbook

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// describeForeign writes entries with what their file has beside.
func describeForeign(t *testing.T, text string) string {
	t.Helper()
	all, err := Read(strings.NewReader(text))
	if err != nil {
		return "ERROR " + err.Error()
	}
	var lines []string
	for _, e := range all {
		line := strings.TrimSuffix(describe([]Entry{e}), "\n")
		if e.Page != "" {
			line += " page " + e.Page
		}
		if len(e.Dropped) > 0 {
			line += " without " + strings.Join(e.Dropped, "/")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func checkForeign(t *testing.T, examples map[string]example) {
	t.Helper()
	for name, x := range examples {
		t.Run(name, func(t *testing.T) {
			if got := describeForeign(t, x.in); got != x.want {
				t.Errorf("%s is read as\n%s\nwant\n%s", x.in, got, x.want)
			}
		})
	}
}

const preamble = "\ufeffNotes:\r\n" +
	"\"When exporting your connection data, you may notice that some of the email addresses are missing.\r\n" +
	"You will only see those of \"\"connections\"\" who allowed it.\"\r\n\r\n"

func TestReadLinkedIn(t *testing.T) {
	const head = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
	const older = "First Name,Last Name,Email Address,Company,Position,Connected On\n"
	checkForeign(t, map[string]example{
		"with a preamble": {preamble + strings.ReplaceAll(head+
			"Maria,López,https://www.linkedin.com/in/Maria-L/,,\"Acme, Inc.\",\"Engineer, \"\"Payments\"\"\",18 Apr 2024\n"+
			"Tom,Baker,https://www.linkedin.com/in/tomb,tom@x.example,,,03/15/2024\n", "\n", "\r\n"),
			"6 Maria López by linkedin page maria-l without URL/Company/Position/Connected On\n" +
				"7 Tom Baker <tom@x.example> page tomb without URL/Connected On"},
		"no preamble": {head + "Maria,López,,,,,\n", "2 Maria López by linkedin"},
		"no URL":      {older + "Maria,López,,Acme,CTO,18 Apr 2024\n", "2 Maria López by linkedin without Company/Position/Connected On"},
		"a member who left": {head + ",,,,,,18 Apr 2024\n,,https://www.linkedin.com/in/x,,,,\nMaria,López,,,,,\n",
			"2  by linkedin PROBLEM it has no name and no address without Connected On\n" +
				"3  by linkedin PROBLEM it has no name and no address page x without URL\n4 Maria López by linkedin"},
		"an address alone":   {head + ",,,m@x.example,,,\n", "2 m@x.example <m@x.example>"},
		"one name":           {head + "Neha,,,,,,\n", "2 Neha by linkedin"},
		"names with more":    {head + "Maria 🚀,\"López, MBA\",,,,,\n\"Maria, PMP\",López (She/Her),,,,,\nMaria,PhD,,,,,\nMARIA,LOPEZ,,,,,\n", "2 Maria López by linkedin without what stood beside a name\n3 Maria López by linkedin without what stood beside a name\n4 Maria by linkedin without what stood beside a name\n5 MARIA LOPEZ by linkedin"},
		"Chinese":            {head + "小明,王,,,,,\n", "2 王小明 by linkedin"},
		"semicolons":         {strings.ReplaceAll(head, ",", ";") + "Maria;López;;;;;\n", "2 Maria López by linkedin"},
		"tabs in UTF-16":     {utf16(strings.ReplaceAll(head, ",", "\t") + "Maria\tLópez\t\t\t\t\t\n"), "2 Maria López by linkedin"},
		"CR":                 {strings.ReplaceAll("Notes:\n\"x\"\n\n"+head+"Maria,López,,,,,\n", "\n", "\r"), "5 Maria López by linkedin"},
		"bad address":        {head + "Maria,López,,maria,,,\n", `2 Maria López by linkedin ("maria" is not a mail address; left out)`},
		"formula":            {head + "=cmd|' /C calc'!A0,López,,,,,\n", "2 =cmd|' /C calc'!A0 López by linkedin"},
		"NUL":                {head + "Ma\x00ria,López,,,,,\nTom,Baker,,,,,\n", "2 Ma\x00ria López by linkedin PROBLEM name \"Ma\\x00ria López\" holds a control character; leave it out\n3 Tom Baker by linkedin"},
		"stray quote":        {head + "\"Maria,López,,,,,\nTom,Baker,,,,,\n", "2  PROBLEM " + stray + "\n3 Tom Baker by linkedin"},
		"two stray quotes":   {head + "\"Maria,López,,,,,\nTom,\"Baker,,,,,\nEva,Stein,,,,,\n", "2  PROBLEM " + stray + "\n3  PROBLEM " + stray + "\n4 Eva Stein by linkedin"},
		"a quote for ever":   {head + "\"Maria\n" + strings.Repeat("Tom,Baker,,,,,\n", 2), "2  PROBLEM " + stray + "\n3 Tom Baker by linkedin\n4 Tom Baker by linkedin"},
		"a position in two":  {head + "Maria,López,,,Acme,\"CTO,\nbut not only\",\nTom,Baker,,,,,\n", "2 Maria López by linkedin without Company/Position\n4 Tom Baker by linkedin"},
		"nothing below":      {preamble + head, ""},
		"an unknown preface": {"Hinweise:\n\n" + head + "Maria,López,,,,,\n", "4 Maria López by linkedin"},
	})
}

func utf16(s string) string {
	b, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return b
}

func TestReadGoogle(t *testing.T) {
	const old = "Name,Given Name,Additional Name,Family Name,Name Prefix,Name Suffix,Nickname,Birthday,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value," +
		"E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Name,Organization 1 - Title,Website 1 - Type,Website 1 - Value\n"
	const today = "First Name,Middle Name,Last Name,Name Prefix,Name Suffix,Nickname,Organization Name,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value," +
		"E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,Website 1 - Label,Website 1 - Value\n"
	checkForeign(t, map[string]example{
		"old": {old + "Maria Elena López,Maria,Elena,López,,,,1985-03-15,,* myContacts ::: Alumni ::: * starred ::: * friends,Home,m@home.example,* Work,m@x.example ::: l@x.example,,,Acme,CTO,,\n",
			"2 Maria Elena López <m@x.example> <l@x.example> <m@home.example> #Alumni #friends born 1985-03-15 without Organization"},
		"today": {today + "Maria,,López,,PhD,,Acme,--03-15,\"Likes tea,\nnot coffee\",https://x.example/p,* myContacts ::: Mentors,Work,m@x.example,Home,m@home.example,Mobile,+34 600,Home,\"12 Hill Road,\nBristol\",,\nTom,,Baker,,,,,,,,* myContacts,,t@x.example,,,,,,,,\n",
			"2 Maria López <m@x.example> <m@home.example> #Mentors born 03-15 without Name Suffix/Organization Name/Notes/Phone/Address\n5 Tom Baker <t@x.example>"},
		"a title":        {today + "Ana,,Díaz,Dr.,,,,,,,,,a@x.example,,,,,,,,\n", "2 Dr. Ana Díaz <a@x.example>"},
		"a whole name":   {old + "Maria López,,,,,,,,,,,m@x.example,,,,,,,,\n", "2 Maria López <m@x.example>"},
		"a telephone":    {today + "Maria,,López,,,,,,,,,,,,,Mobile,+34 600,,,,\n", "2 Maria López by call without Phone"},
		"LinkedIn":       {today + "Maria,,López,,,,,,,,,,,,,,,,,Profile,https://linkedin.com/in/maria\n", "2 Maria López by linkedin page maria without Website"},
		"no way":         {today + "Maria,,López,,,,,,,,* myContacts,,,,,,,,,,\n", "2 Maria López PROBLEM " + errNoForeignWay.Error()},
		"a shop":         {today + ",,,,,,Pizza Place,,,,* myContacts,,,,,Work,+34 600,,,,\n", "2  by call PROBLEM it has no name and no address without Organization Name/Phone"},
		"no name":        {today + ",,,,,,Acme,,,,,,info@acme.example,,,,,,,,\n", "2 info@acme.example <info@acme.example> without Organization Name"},
		"no numbers":     {"First Name,Last Name,Labels\nMaria,López,x\n", "2 Maria López #x PROBLEM " + errNoForeignWay.Error()},
		"the same twice": {today + "Maria,,López,,,,,,,,,,m@x.example,,M@X.example,,,,,,\n", "2 Maria López <m@x.example>"},
	})
}

func TestReadOutlook(t *testing.T) {
	const head = `"First Name","Middle Name","Last Name","Title","Suffix","Company","Home Phone","Birthday","Categories","E-mail Address","E-mail Type","E-mail Display Name","E-mail 2 Address","E-mail 2 Type","Priority","Private","Web Page"` + "\n"
	const exchange = "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=abc-Maria"
	checkForeign(t, map[string]example{
		"English": {head + `"Maria","Elena","López",,,"Acme",,"0/0/00","Alumni;Mentors","m@x.example","SMTP","Maria","m@y.example","SMTP","Normal","False",` + "\n",
			"2 Maria Elena López <m@x.example> <m@y.example> #Alumni #Mentors without Company"},
		"Exchange beside": {head + `"Maria",,"López",,,,,,,"` + exchange + `","EX",,"m@y.example","SMTP",,,` + "\n",
			"2 Maria López <m@y.example> (an address of an Exchange server (/o=…) is no mail address; left out)"},
		"Exchange alone": {head + `"Maria",,"López",,,,,,,"` + exchange + `","EX",,,,,,` + "\n",
			"2 Maria López (an address of an Exchange server (/o=…) is no mail address; left out) PROBLEM " + errOnlyExchange.Error()},
		"Exchange and a telephone": {head + `"Maria",,"López",,,,"+34 600",,,"` + exchange + `","EX",,,,,,` + "\n",
			"2 Maria López by call (an address of an Exchange server (/o=…) is no mail address; left out) without Home Phone"},
		"birthdays": {head + birthdays("3/25/1985", "25/3/1985", "4/4/1985", "3/4/1985", "25.3.1985", "3/25/85", "1985-03-25", "13/13/1985", "soon", "0/0/00"),
			"2 A B <a@x.example> born 1985-03-25\n3 A B <a@x.example> born 1985-03-25\n4 A B <a@x.example> born 1985-04-04\n" +
				"5 A B <a@x.example> (the birthday \"3/4/1985\" may be a day of one month or of another; left out: regards contact edit has --birthday)\n" +
				"6 A B <a@x.example> born 1985-03-25\n7 A B <a@x.example> born 03-25\n8 A B <a@x.example> born 1985-03-25\n" +
				"9 A B <a@x.example> (the birthday \"13/13/1985\" is no day; left out: regards contact edit has --birthday)\n" +
				"10 A B <a@x.example> (the birthday \"soon\" is no day; left out: regards contact edit has --birthday)\n11 A B <a@x.example>"},
		"German, Windows-1252": {"\"Anrede\",\"Vorname\",\"Weitere Vornamen\",\"Nachname\",\"Firma\",\"Telefon gesch\xe4ftlich\",\"E-Mail-Adresse\",\"E-Mail-Typ\",\"E-Mail 2: Adresse\",\"Geburtstag\",\"Kategorien\",\"Priorit\xe4t\"\n" +
			"\"Herr\",\"J\xfcrgen\",,\"Wei\xdf\",\"Acme\",\"1\",\"j@x.example\",\"SMTP\",\"k@x.example\",\"25.3.1985\",\"Uni\",\"Normal\"\n",
			"2 Herr Jürgen Weiß <j@x.example> <k@x.example> #Uni born 1985-03-25 without Firma/Telefon geschäftlich"},
		"French":  {"Titre;Prénom;Deuxième prénom;Nom;Suffixe;Société;Anniversaire;Catégories;Adresse de messagerie;Adresse de messagerie 2\n;Zoé;;Petit;;Acme;25/03/1985;Amis;z@x.example;\n", "2 Zoé Petit <z@x.example> #Amis born 1985-03-25 without Société"},
		"Spanish": {"Nombre,Segundo nombre,Apellidos,Organización,Categorías,Dirección de correo electrónico,Dirección del correo electrónico 3\nMaría,,López,Acme,Uni,m@x.example,m@y.example\n", "2 María López <m@x.example> <m@y.example> #Uni without Organización"},
		"Italian": {"Titolo,Nome,Secondo nome,Cognome,Compleanno,Categorie,Indirizzo posta elettronica,Cellulare\n,Maria,,Rossi,,Uni,m@x.example,\n,Ugo,,Rossi,,,,1\n", "2 Maria Rossi <m@x.example> #Uni\n3 Ugo Rossi by call without Cellulare"},
		"by hand": {"First Name,Last Name,Email,Groups\nMaria,López,m@x.example,a;b\n", "2 Maria López <m@x.example> #a #b"},
		"a job":   {"First Name,Last Name,Title,Email\nMaria,López,CTO,m@x.example\nAna,Díaz,Prof. Dr.,a@x.example\n", "2 Maria López <m@x.example> without Title\n3 Prof. Dr. Ana Díaz <a@x.example>"},
		"too wide": {"First Name,Last Name,Email\nMaria,López,m@x.example,x\nTom,Baker,t@x.example\n",
			`2  PROBLEM it has 4 cells, but there are 3 columns; put quotes around a cell that holds ","` + "\n3 Tom Baker <t@x.example>"},
	})
}

// birthdays are lines of Outlook.
func birthdays(days ...string) string {
	var b strings.Builder
	for _, d := range days {
		fmt.Fprintf(&b, "A,,B,,,,,%s,,a@x.example,,,,,,,\n", d)
	}
	return b.String()
}

// Our own files stay what they are, whatever stands in them.
func TestOwnFileIsNotForeign(t *testing.T) {
	check(t, map[string]example{
		"a row like a head": {"name,address,groups\nFirst Name,Last Name,Connected On\nTom,t@x.example,\n",
			"2 First Name #Connected On (\"Last Name\" is not a mail address; left out) PROBLEM \"Last Name\" is not a mail address; write it as name@example.org\n3 Tom <t@x.example>"},
		"too far down": {strings.Repeat("x\n", maxPreamble) + "First Name,Last Name,Connected On\n",
			`ERROR line 1: the column "x" is unknown; known are ` + strings.Join(columns, ", ") + ", and the files of LinkedIn, Google Contacts and Outlook as they are"},
	})
}
