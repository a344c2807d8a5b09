package plan

import (
	"testing"

	"pgregory.net/rapid"

	"regards/contact"
)

func TestTidyDisplayName(t *testing.T) {
	for name, cases := range map[string][][3]string{
		"as it is": {{"Maria Lopez", "m@x.example", "Maria Lopez"}, {"Dr. Maria Lopez", "m@x.example", "Dr. Maria Lopez"},
			{"李明", "m@x.example", "李明"}, {"Maria", "m@x.example", "Maria"}, {"José Ortega y Gasset", "m@x.example", "José Ortega y Gasset"}},
		"dress": {{" Maria \t Lopez\r\n", "m@x.example", "Maria Lopez"}, {"'Maria Lopez'", "m@x.example", "Maria Lopez"}, {"“Maria Lopez”", "m@x.example", "Maria Lopez"},
			{`"Maria" "Lopez"`, "m@x.example", `"Maria" "Lopez"`}, {"Maria\x1b[31m\u202e\u200b Lopez", "m@x.example", "Maria [31m Lopez"},
			{"Mari\u0301a Lo\u0301pez", "m@x.example", "María López"}, {"Jos\xe9 Lopez", "m@x.example", "Jos\ufffd Lopez"}},
		"no name": {{"maria@x.example", "maria@x.example", ""}, {"'maria@x.example'", "maria@x.example", ""}, {"", "m@x.example", ""},
			{"+34 600 000 000", "m@x.example", ""}, {"Maria Lopez <maria@x.example>", "m@x.example", "Maria Lopez"}},
		"family first": {{"LOPEZ, Maria (HR)", "mlopez@x.example", "Maria Lopez"}, {"Lopez, Maria", "maria.lopez@x.example", "Maria Lopez"},
			{"lopez, maria", "ml@x.example", "Maria Lopez"}, {"LÓPEZ GARCÍA, MARÍA", "ml@x.example", "María López García"}, {"de la Cruz, Juan", "jc@x.example", "Juan de la Cruz"},
			{"O'NEILL, Jean-Luc", "jo@x.example", "Jean-Luc O'Neill"}, {"Lopez, Maria J.", "ml@x.example", "Maria J. Lopez"}},
		"not certain": {{"Rossi, Mario", "rossi.mario@x.example", "Rossi, Mario"}, // or is Rossi the given name?
			{"MARIA LOPEZ", "maria.lopez@x.example", "MARIA LOPEZ"}, {"maria lopez", "maria.lopez@x.example", "maria lopez"},
			{"MCDONALD, Ann", "am@x.example", "MCDONALD, Ann"}, {"DE LUCA, Mario", "ml@x.example", "DE LUCA, Mario"},
			{"Acme, Inc.", "m@x.example", "Acme, Inc."}, {"Wang, Li", "lw@x.example", "Wang, Li"},
			{"Xiaoming Wang (Simon)", "xw@x.example", "Xiaoming Wang (Simon)"}, {"Maria IBM", "ml@x.example", "Maria IBM"}, {"ACME Maria", "ml@x.example", "ACME Maria"},
			{"Lopez, Marketing", "ml@x.example", "Lopez, Marketing"}, {"1st, Maria", "ml@x.example", "1st, Maria"}, {",", "ml@x.example", ""}, {", Maria", "ml@x.example", ", Maria"}},
		"degrees": {{"Lopez, PhD", "ml@x.example", "Lopez"}, {"Maria Lopez, PhD", "ml@x.example", "Maria Lopez"}, {"Lopez, Maria, MBA", "m@x.example", "Maria Lopez"}},
		"capitals": {{"DUPONT Jean", "jean.dupont@x.example", "Jean Dupont"}, {"Jean DUPONT", "jdupont@x.example", "Jean Dupont"},
			{"Jean-Paul LE GOFF", "jp.legoff@x.example", "Jean-Paul LE GOFF"}},
		"behind it": {{"Maria Lopez (she/her)", "m@x.example", "Maria Lopez"}, {"Maria Lopez [EXT]", "m@x.example", "Maria Lopez"},
			{"Maria Lopez (Human Resources)", "m@x.example", "Maria Lopez"}, {"(HR)", "m@x.example", "(HR)"}, {"Maria Lopez ()", "m@x.example", "Maria Lopez ()"}},
	} {
		for _, c := range cases {
			if got := tidyName(c[0], c[1]); got != c[2] {
				t.Errorf("%s: %q of %s is %q, want %q", name, c[0], c[1], got, c[2])
			}
		}
	}
}

// A greeting is made of what was put in order only; and law 6 holds.
func TestTidyNameGreets(t *testing.T) {
	for name, want := range map[string]string{
		"LOPEZ, Maria (HR)": "Dear Maria", "MARIA LOPEZ": "", "Rossi, Mario": "", "Dr. Lopez": "", "DUPONT Jean": "", "Jos\xe9 Lopez": "", "maria lopez": "", "Lopez, Maria": "Dear Maria",
	} {
		c := person("m", tidyName(name, "rossi.mario@x.example"), "rossi.mario@x.example")
		if got := Salutation(c, "en", contact.Formal); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// Whatever strangers chose, a tidy name is fit for a line, and tidy already.
func TestTidyNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`["'(]{0,2}[A-Za-zÉé, .'-]{0,20}[A-ZÉ]{0,5}( ?\([A-Za-z/ ]{0,8}\))?["')]{0,2}`)).Draw(t, "name")
		addr := rapid.StringMatching(`[a-z.]{1,8}@x\.example`).Draw(t, "address")
		tidy := tidyName(name, addr)
		if err := contact.CheckText("name", tidy); err != nil {
			t.Fatal(err)
		}
		if again := oneLine(tidy); again != tidy {
			t.Fatalf("%q is not on one line", tidy)
		}
	})
}
