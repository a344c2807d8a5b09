package addressbook

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"regards/contact"
	"regards/plan"
)

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
