package plan

import (
	"strings"
	"testing"

	"regards/contact"
)

// "Lieber Tom" and Sie, or "Sehr geehrte" and du, do not go together.
func TestRegisterIn(t *testing.T) {
	for _, x := range []struct {
		greeting, name string
		want           contact.Register
	}{
		{"Lieber Tom,", "Tom Baker", contact.Familiar}, {"Hallo Anna Maria!", "Anna Maria Weber", contact.Familiar},
		{"Hola, Maria:", "Maria Lopez", contact.Familiar}, {"Querido Tom", "Tom", contact.Familiar}, {"Salut Zoe", "Zoë Blanc", contact.Familiar},
		{"Liebe Maria", "LOPEZ, Maria (HR)", contact.Familiar}, {"Liebe Maria", "Maria Lopez (Acme)", contact.Familiar},
		{"Lieber Herr Baker,", "Tom Baker", contact.Formal}, {"Liebe Prof. Weber", "Ana Weber", contact.Formal},
		{"Hallo Tom Baker,", "Tom Baker", contact.Formal}, {"Hola Lopez", "LOPEZ, Maria (HR)", contact.Formal},
		{"Sehr geehrte Frau Weber,", "Ana Weber", contact.Formal}, {"Estimada Maria:", "Maria Lopez", contact.Formal},
		{"Bonjour Zoé,", "Zoé Blanc", ""}, {"Dear Tom,", "Tom Baker", ""}, {"Guten Tag Tom", "Tom Baker", ""},
		{"Lieber Kollege,", "Tom Baker", ""}, {"Liebe Ana, lieber Tom", "Tom Baker", ""}, {"Hallo,", "Tom Baker", ""}, {"", "Tom Baker", ""}, {"Tom,", "Tom Baker", ""},
	} {
		if got := RegisterIn(x.greeting, x.name); got != x.want {
			t.Errorf("%q to %s: got %q, want %q", x.greeting, x.name, got, x.want)
		}
	}
}

func TestGreetingIn(t *testing.T) {
	for _, x := range []struct{ body, name, want string }{
		{"Hi Maria,\n\nthanks for the paper.", "Maria Lopez", "Hi Maria,"},
		{"\ufeff\r\n\r\n  Hola,  María:\r\n\r\nQué tal", "Maria Lopez", "Hola, María:"},
		{"Hola Maria\n\nqué tal", "María López", "Hola Maria"},
		{"Liebe Maria!\n", "Maria Lopez", "Liebe Maria!"},
		{"Estimada Dra. López:\n", "Maria Lopez", "Estimada Dra. López:"},
		{"Dear Prof. Lopez,", "LOPEZ, Maria (HR)", "Dear Prof. Lopez,"},
		{"Sehr geehrte Frau Prof. Dr. Lopez,", "Maria Lopez", "Sehr geehrte Frau Prof. Dr. Lopez,"},
		{"Sehr geehrter Herr von Weizsäcker,", "Carl von Weizsaecker-Weizsäcker Weizsäcker", "Sehr geehrter Herr von Weizsäcker,"},
		{"Chère Maria,", "Maria Lopez", "Chère Maria,"},
		{"Bonjour M. Dupont,", "Jean Dupont", "Bonjour M. Dupont,"},
		{"Dear Maria Lopez:", "Maria Lopez", "Dear Maria Lopez:"},
		{"hi Maria,", "Maria Lopez", "hi Maria,"},
		{"Dear Tom O'Neill,", "Tom O’Neill", "Dear Tom O'Neill,"},
		{"Guten Tag Frau Müller-Lüdenscheidt,", "Zoë Müller-Lüdenscheidt", "Guten Tag Frau Müller-Lüdenscheidt,"},
		// Not this contact, or not alone.
		{"Hi all,", "Maria Lopez", ""},
		{"Dear Tom,", "Maria Lopez", ""},
		{"Dear Dr. Weber,", "Maria Lopez", ""},
		{"Hi Maria and Tom,", "Maria Lopez", ""},
		{"Hi Maria, hi Tom,", "Maria Lopez", ""},
		{"Hi Maria, Tom,", "Maria Lopez", ""},
		{"Hi Maria & Tom,", "Maria Lopez", ""},
		{"Dear Lopez family,", "Maria Lopez", ""},
		{"Dear team Lopez,", "Maria Lopez", ""},
		{"Dear Hiring Committee,", "Hiring Committee", ""},
		{"Hi HR,", "Maria Lopez (HR)", ""},
		{"Hi Acme,", "info@acme.example", ""},
		{"Dear de la,", "Maria de la Cruz", ""},
		{"Dear Dr.", "Maria Lopez", ""},
		{"Dear Sir or Madam,", "Maria Lopez", ""},
		{"Hi Mary,", "Maria Lopez", ""},
		// Not a greeting, or not one to say again.
		{"Maria,", "Maria Lopez", ""},
		{"Maria Lopez", "Maria Lopez", ""},
		{"Maria ,", "Maria Lopez", ""},
		{"Hi,", "Maria Lopez", ""},
		{"Hi", "Maria Lopez", ""},
		{"", "Maria Lopez", ""},
		{"\n\n", "Maria Lopez", ""},
		{"Thanks Maria,", "Maria Lopez", ""},
		{"Good morning Maria,", "Maria Lopez", ""},
		{"Hi Maria, thanks for the paper.", "Maria Lopez", ""},
		{"Hi Maria - a quick one", "Maria Lopez", ""},
		{"Hi maria,", "Maria Lopez", ""},
		{"HI MARIA,", "Maria Lopez", ""},
		{"Hi Maria?", "Maria Lopez", ""},
		{"Hi Maria…", "Maria Lopez", ""},
		{"Hi Maria 🌸,", "Maria Lopez", ""},
		{"<b>Hi Maria,</b>", "Maria Lopez", ""},
		{"Hi Maria\u202e,", "Maria Lopez", ""},
		{"Hi \x1b[2JMaria,", "Maria Lopez", ""},
		{"Hi \xffMaria,", "Maria Lopez", ""},
		{"Hi Maria\rBcc: x@y.example,", "Maria Lopez", ""},
		// What somebody else wrote.
		{"> Hi Maria,\n> thanks", "Maria Lopez", ""},
		{"On Monday Tom wrote:\n> Hi Maria,", "Maria Lopez", ""},
		{"---------- Forwarded message ----------\nHi Maria,", "Maria Lopez", ""},
		{"FYI\n\nHi Maria,", "Maria Lopez", ""},
		{"Hi Maria" + strings.Repeat(" Lopez", 20), "Maria Lopez", ""},
		{"Hi Maria,", "", ""},
		{"Hi {{.Signature}},", "Maria Lopez", ""},
	} {
		if got := GreetingIn(x.body, x.name); got != x.want {
			t.Errorf("%q to %s: got %q, want %q", x.body, x.name, got, x.want)
		}
	}
}

func TestGreetingFits(t *testing.T) {
	for greeting, want := range map[string]string{
		"Hi Maria,": "de en", "Hola, María:": "es", "Sehr geehrte Frau Prof. Dr. Lopez,": "de", "Dear Prof. Lopez,": "en",
		"Chère Maria,": "fr", "Ciao Maria!": "de", "Querida Maria": "es", "Maria": "", "": "", "Grüß Gott Frau Lopez": "de",
	} {
		var got []string
		for _, language := range []string{"de", "en", "es", "fr", ""} {
			if GreetingFits(greeting, language) {
				got = append(got, language)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q fits %q, not %q", greeting, got, want)
		}
	}
}

// Whatever a mail begins with, what is taken from it is its own first line, is
// short, fits a greeting, and names somebody.
func FuzzGreetingIn(f *testing.F) {
	for _, body := range []string{"Hi Maria,\n\nx", "Sehr geehrte Frau Prof. Dr. Lopez:", "Hola, María!", "Hi Maria\u00a0,", "> Hi Maria", "Dear M. M.,", "dear\u2028Maria"} {
		f.Add(body, "Maria Lopez")
		f.Add(body, body)
	}
	f.Fuzz(func(t *testing.T, body, name string) {
		got := GreetingIn(body, name)
		if got == "" {
			return
		}
		c := contact.Contact{Name: "Maria", Medium: contact.Call, Status: contact.Active, Greeting: got}
		if err := c.Validate(); err != nil || len(got) > maxGreeting || strings.ContainsAny(got, "<>@\n\r") {
			t.Errorf("%q to %q: %q, %v", body, name, got, err)
		}
		if first := strings.Join(strings.Fields(firstLine(body)), " "); got != first {
			t.Errorf("%q is not the first line %q", got, first)
		}
		if again := GreetingIn(got, name); again != got {
			t.Errorf("%q read again is %q", got, again)
		}
	})
}
