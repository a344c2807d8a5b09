package addressbook

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"regards/contact"
	"regards/plan"
)

func TestTidyName(t *testing.T) {
	for name, want := range map[string]string{
		"Maria Lopez, MBA":                  "Maria Lopez",
		"Maria Lopez MBA":                   "Maria Lopez",
		"Maria Lopez Phd":                   "Maria Lopez",
		"Maria Lopez, Ph.D., M.Sc.":         "Maria Lopez",
		"Maria Lopez, MA":                   "Maria Lopez",
		"Maria Lopez | PMP® | CSM":          "Maria Lopez",
		"Maria Lopez - MBA":                 "Maria Lopez",
		"Maria Lopez (She/Her)":             "Maria Lopez",
		"Maria Lopez (She/Her/Hers), MBA":   "Maria Lopez",
		"Maria Lopez she/her":               "Maria Lopez",
		"Maria Lopez (ella/she)":            "Maria Lopez",
		"🌟 Maria  Lopez 🚀":                  "Maria Lopez",
		"Maria 👩🏽 Lopez":                    "Maria Lopez",
		"Maria\u00a0Lopez\u200b":            "Maria Lopez",
		"Maria Lopez,":                      "Maria Lopez",
		"Maria Lopez, CFA, Talent Guru":     "Maria Lopez, CFA, Talent Guru",
		"Maria Lopez (née Ruiz)":            "Maria Lopez (née Ruiz)",
		"Maria (Mari) Lopez":                "Maria (Mari) Lopez",
		"Kim (He)":                          "Kim (He)",
		"Yo-Yo Ma":                          "Yo-Yo Ma",
		"JACK MA":                           "JACK MA",
		"LOPEZ, MA":                         "LOPEZ, MA",
		"Lopez, Ma":                         "Lopez, Ma",
		"MARCO CIMA":                        "MARCO CIMA",
		"Marco Cima":                        "Marco Cima",
		"Md Rahman":                         "Md Rahman",
		"Dr. Ana Díaz":                      "Dr. Ana Díaz",
		"Tom Baker Jr.":                     "Tom Baker Jr.",
		"MARIA LOPEZ":                       "MARIA LOPEZ",
		"Lopez, Maria":                      "Lopez, Maria",
		"می\u200cخواهم":                     "می\u200cخواهم",
		"MBA":                               "",
		"🌟":                                 "",
		"=cmd|' /C calc'!A0":                "=cmd|' /C calc'!A0",
		"Jean-Luc Moreau, Dipl.-Ing.":       "Jean-Luc Moreau",
		"Maria Lopez, SHRM-CP, SPHR, M.P.H": "Maria Lopez",
	} {
		if got := tidyName(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// Law 6: no "Dear Maria MBA". However a member writes their name, a letter to them
// opens with their given name, or with nothing that regards made up.
func TestNoGreetingWithDegrees(t *testing.T) {
	junk := []string{"", " MBA", ", MBA", ", PhD, CFA", " Phd", " Msc", " (She/Her)", " (they/them)", " she/her", " 🚀", " 🌟 Hiring!", " | Recruiter", ", M.A.", " MD",
		" - Open to work", " LION", " ✔", " (née Ruiz)", " Pmp", " Mph", "®", " Ph.D."}
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.SampledFrom([]string{"Maria", "MARIA", "maria", "Maria 🌸", "Dr. Maria", "Maria (Mari)"}).Draw(t, "given") + rapid.SampledFrom(junk).Draw(t, "junk of the given name")
		family := "Lopez" + rapid.SampledFrom(junk).Draw(t, "junk") + rapid.SampledFrom(junk).Draw(t, "more junk")
		csv := "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\"" + given + `","` + family + `",,m@x.example,,,18 Apr 2024` + "\n"
		all, err := Read(strings.NewReader(csv))
		if err != nil || len(all) != 1 || all[0].Problem != nil {
			t.Fatalf("%+v, %v", all, err)
		}
		for language, allowed := range map[string][]string{"en": {"", "Dear Maria"}, "de": {"", "Guten Tag Maria Lopez"}, "fr": {"", "Bonjour Maria"}} {
			got := plan.Salutation(contact.Contact{Name: all[0].Name}, language, contact.Formal)
			if got != allowed[0] && got != allowed[1] {
				t.Fatalf("%q is greeted with %q", all[0].Name, got)
			}
		}
	})
}

func TestNameKey(t *testing.T) {
	for _, same := range [][]string{
		{"Maria López", "maria lopez", "MARIA LOPEZ", "Dr. María López, PhD", "Lopez, Maria", "Maria  Lopez (she/her)", "Prof. Maria Lopez", "Maria Lopez 🚀"},
		{"Tom O’Neill", "tom o'neill"},
		{"Jean-Luc Moreau", "Moreau, Jean-Luc"},
		{"王小明"},
	} {
		for _, name := range same {
			if got, want := NameKey(name), NameKey(same[0]); got != want || got == "" {
				t.Errorf("%q: got %q, want %q", name, got, want)
			}
		}
	}
	for a, b := range map[string]string{"Maria Lopez": "Maria Lopes", "Jean Luc Moreau": "Jean-Luc Moreau", "Maria": "Maria Lopez", "王小明": "王小红"} {
		if NameKey(a) == NameKey(b) {
			t.Errorf("%q and %q have one key", a, b)
		}
	}
	for _, name := range []string{"", " ", "🌟", "MBA", "Dr."} {
		if got := NameKey(name); got != "" {
			t.Errorf("%q: got %q", name, got)
		}
	}
}
