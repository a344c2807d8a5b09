package plan

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"regards/contact"
)

// Law 6: no "Dear LOPEZ, Maria (HR)".
func TestSalutationTrusts(t *testing.T) {
	for name, want := range map[string]string{
		"Maria":                   "Dear Maria",
		"Maria Lopez":             "Dear Maria",
		"  Maria   Lopez ":        "Dear Maria",
		"Maria\u00a0Lopez":        "Dear Maria",
		"Jean-Luc Moreau":         "Dear Jean-Luc",
		"Jean-luc Moreau":         "Dear Jean-luc",
		"Ludwig van Beethoven":    "Dear Ludwig",
		"Ana María Díaz Ruiz":     "Dear Ana",
		"José Ortega y Gasset":    "Dear José",
		"Maria de la Cruz":        "Dear Maria",
		"Tom O'Neill":             "Dear Tom",
		"Tom O’Neill":             "Dear Tom",
		"Ian McKellen":            "Dear Ian",
		"McCoy Tyner":             "Dear McCoy",
		"John F. Kennedy":         "Dear John",
		"Zoë Müller-Lüdenscheidt": "Dear Zoë",
		"Łukasz Żak":              "Dear Łukasz",
		"Bo Ek":                   "Dear Bo",
		"Wei Zhang":               "Dear Wei",
		"Şule Öztürk":             "Dear Şule",
		"Maria De Luca":           "Dear Maria",
	} {
		if got := Salutation(contact.Contact{Name: name}, "en", ""); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestSalutationMistrusts(t *testing.T) {
	for _, name := range []string{
		"", " ", "-", "'", "M", "M.", "A'", "Maria-", "Mar--ia", "-Maria",
		// Family name first, or no given name.
		"LOPEZ, Maria (HR)", "Lopez, Maria", "LOPEZ Maria", "M. Lopez", "M Lopez", "De Vries Jan", "Van Dyke", "La Rosa",
		"van Gogh", "O'Neill Smith", "O’Neill", "Nguyen Van An", "Nguyễn Ái Quốc", "Zhang Wei", "Kim Min-jun", "Nagy Péter", "Mc Gregor",
		"Ibn Khaldun",
		// Titles.
		"Dr. Ana Díaz", "Dr Ana Díaz", "Prof Lopez", "Prof. Dr. Ana Díaz", "Herr Moreau", "Frau Dr Weber", "Señora Ruiz", "Mr Bean",
		"Miss Marple", "Coach Mary Lou", "Dentist Dr Smith", "Vermieter Herr Weber", "Capt Lee", "Eng Carlo Bianchi", "Doctor Who", "Sir Elton", "Father Brown", "Doña Ana", "Dear Maria", "Hello Kitty",
		// Roles and organisations.
		"HR Team", "Hr Team", "Careers Office", "The Hiring Committee", "Hiring Manager", "Acme Support", "Maria Support", "Acme GmbH",
		"Acme Corp", "Alumni Office", "No-Reply", "Noreply", "Student Services", "Product Manager", "Universidad Complutense", "Info",
		"Deutsche Bank", "Maria Lopez via LinkedIn", "Maria LinkedIn", "Office of Admissions", "Sales", "Webmaster", "Open To Work Bob",
		// Degrees.
		"Maria MBA", "Maria Lopez MBA", "Maria Lopez Phd", "Maria Lopez, MBA", "Maria Lopez PhD", "Md Rahman", "Maria Lopez Msc", "Maria Lopez Mph",
		// More than a name.
		"maria@x", "maria@example.org", "Maria (she/her)", "Maria Lopez (Acme)", "Maria Lopez, PhD", "Maria Lopez | Acme", "Maria Lopez - Acme",
		"Maria/Juan", "Maria & Juan", "Maria and Juan", "Maria y Juan", "Ana e Luis", "'Maria Lopez'", `"Maria" Lopez`, "Maria.Lopez",
		"Maria_Lopez", "<Maria>", "Maria 🌸", "🌸 Maria", "Maria2 Lopez", "Maria Lopez 2", "Maria;Lopez", "Maria\u200bLopez",
		"Maria \u202eLopez", "{{.Signature}}", "Maria Lopez Ruiz Garcia Perez",
		// Case that a form or a machine made.
		"MARIA", "MARIA LOPEZ", "Maria LOPEZ", "maria", "maria lopez", "mARIA", "MaRIA", "Maria lopez", "iPhone",
		// Other scripts, alone and mixed.
		"王小明", "山田 太郎", "Мария Иванова", "Ｍａｒｉａ Lopez", "𝗠𝗮𝗿𝗶𝗮 Lopez", "Μαρία", "שרה לוי", "محمد", "Mария", "Maria 王",
	} {
		for _, language := range []string{"en", "es", "de", "fr"} {
			for _, register := range contact.Registers() {
				if got := Salutation(contact.Contact{Name: name}, language, register); got != "" {
					t.Errorf("%q: got %q", name, got)
				}
			}
		}
	}
}

func TestSalutationOfTheOwner(t *testing.T) {
	c := contact.Contact{Name: "Maria Lopez", Greeting: "Liebe Frau Prof. López"}
	for _, language := range []string{"en", "es", "xx", ""} {
		if got := Salutation(c, language, contact.Familiar); got != c.Greeting {
			t.Errorf("got %q", got)
		}
	}
}

// Nobody's gender is known: a language without a word that fits everybody has
// no salutation.
func TestSalutationOfLanguages(t *testing.T) {
	for _, x := range []struct {
		name, language string
		register       contact.Register
		want           string
	}{
		{"Maria Lopez", "en", contact.Familiar, "Dear Maria"},
		{"Maria Lopez", "es", contact.Familiar, "Hola, Maria"},
		{"Maria Lopez", "es", contact.Formal, ""},
		{"Maria Lopez", "es", "", ""},
		{"Maria Lopez", "de", contact.Familiar, "Hallo Maria"},
		{" Maria  Lopez", "de", contact.Formal, "Guten Tag Maria Lopez"},
		{"Maria", "de", contact.Familiar, "Hallo Maria"},
		{"Maria", "de", "", ""},
		{"Maria Lopez", "fr", contact.Formal, "Bonjour Maria"},
		{"Maria Lopez", "fr", contact.Familiar, "Bonjour Maria"},
		{"Maria Lopez", "it", contact.Familiar, ""},
		{"Maria Lopez", "", "", ""},
	} {
		if got := Salutation(contact.Contact{Name: x.name}, x.language, x.register); got != x.want {
			t.Errorf("%q, %s %s: got %q, want %q", x.name, x.language, x.register, got, x.want)
		}
	}
}

// Whatever the name, what is made of it is one word of letters that stands in it.
func TestSalutationIsAWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.OneOf(
			rapid.StringMatching(`[A-Za-z'’.,()@\-]{1,6}`), rapid.SampledFrom(noPerson),
			rapid.SampledFrom([]string{"Maria", "van", "y", "Jean-Luc", "O'Neill", "HR", "王"}),
			rapid.StringN(0, 4, -1)), 0, 5).Draw(t, "words")
		name := strings.Join(words, " ")
		given := givenName(name)
		if given == "" {
			return
		}
		if strings.Fields(name)[0] != given || strings.ContainsAny(given, " .,()@\"<>{}") || len(given) < 2 {
			t.Fatalf("%q: Dear %s", name, given)
		}
		for _, w := range strings.Fields(strings.ToLower(name)) {
			for _, bad := range noPerson {
				if w == bad {
					t.Fatalf("%q: Dear %s", name, given)
				}
			}
		}
	})
}
