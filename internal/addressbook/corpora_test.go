package addressbook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// samples lists vCards that real programs exported; none without a folder.
func samples() []string {
	dir := os.Getenv("REGARDS_TEST_CORPORA")
	if dir == "" {
		return nil
	}
	if _, err := os.Stat(dir); err != nil && !filepath.IsAbs(dir) {
		dir = filepath.Join("..", "..", dir) // as seen from the module's folder
	}
	files, _ := filepath.Glob(filepath.Join(dir, "vcards", "*.vcf"))
	return files
}

// expected is what describe says of the people of each sample.
var expected = map[string][]string{
	"John_Doe_ANDROID.vcf": {
		"john.doe@company.com <john.doe@company.com> #My Contacts",
		"jane.doe@company.com <jane.doe@company.com> #My Contacts",
		"Ñ Ñ Ñ Ñ Ñ #My Contacts by call",
		"Ñ Ñ Ñ Ñ Ñ Ñ Ñ Ñ Ñ Ñ Ñ #My Contacts by call",
		"Ñ Ñ Ñ Ñ <bob@company.com> (",
		"ÑÑÑÑ <henry@company.com> #My Contacts (line 82: ORG: ",
	},
	"John_Doe_BLACK_BERRY.vcf":      {"John Doe by call"},
	"John_Doe_EVOLUTION.vcf":        {"Mr. John Richter, James Doe Sr. <john.doe@ibm.com> #VIP born 1980-03-22"},
	"John_Doe_GMAIL.vcf":            {"Mr. John Richter, James Doe Sr. <john.doe@ibm.com> born 1980-03-22"},
	"John_Doe_IPHONE.vcf":           {"Mr. John Richter James Doe Sr. <john.doe@ibm.com> born 2012-06-06"},
	"John_Doe_LOTUS_NOTES.vcf":      {"Mr. Doe John I Johny <john.doe@ibm.com> <billy_bob@gmail.com> born 1980-05-21"},
	"John_Doe_MAC_ADDRESS_BOOK.vcf": {"Mr. John Richter,James Doe Sr. <john.doe@ibm.com> born 2012-06-06"},
	"John_Doe_MS_OUTLOOK.vcf":       {"Mr. John Richter James Doe Sr. <john.doe@ibm.cm> born 1980-03-22"},
	"fullcontact.vcf": {"Prefix FirstName MiddleName LastName Suffix <home@example.com> <work@example.com> " +
		"<school@example.com> <other@example.com> <custom@example.com> #Tag born 2016-08-01"},
	"gmail-list.vcf": {
		"Arnold Smith <asmithk@gmail.com>", "Chris Beatle <chrisy55d@yahoo.com>", "Doug White <dwhite@gmail.com>",
	},
	"gmail-single.vcf": {"Greg Dartmouth <gdartmouth@hotmail.com> born 1960-09-10"},
	"gmail-single2.vcf": {"VCard Test <email@example.com> <homeemail@example.com> <workemail@example.com> " +
		"<otheremail@example.com> <customcategory@example.com> born 1912-06-23"},
	"issue114.vcf":     {"Dummy, Dummy <dummy.dummy@dummy.com>"},
	"outlook-2003.vcf": {"John Doe III <jdoe@hotmail.com> born 1980-03-21"},
	"outlook-2007.vcf": {"Mr. Michael Angstadt Jr. <mike.angstadt@gmail.com> born 1922-03-10"},
	"rfc2426-example.vcf": {
		"Frank Dawson <Frank_Dawson@Lotus.com> <fdawson@earthlink.net>", "Tim Howes <howes@netscape.com>",
	},
	"rfc6350-example.vcf": {"Simon Perreault <simon.perreault@viagenie.ca> in fr born 02-03"},
	"thunderbird-MoreFunctionsForAddressBook-extension.vcf": {"John Doe <doe.john@hotmail.com> <additional-email@company.com> " +
		"<additional-email1@company.com> <additional-email2@company.com> <additional-email3@company.com> " +
		"#category1, category2, category3 born 1970-09-21"},
}

// TestSamples reads what telephones and mail programs exported.
func TestSamples(t *testing.T) {
	files := samples()
	if len(files) == 0 {
		t.Skip("it needs a folder with vCards; name it in REGARDS_TEST_CORPORA, as .ci/run does where there is one")
	}
	if len(files) < len(expected) {
		t.Errorf("%d samples, want %d", len(files), len(expected))
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			all, err := Read(f)
			if err != nil {
				t.Fatal(err)
			}
			if want, ok := expected[filepath.Base(path)]; ok {
				compareSample(t, all, want)
			}
			checkEntries(t, all)
		})
	}
}

// compareSample compares without line numbers; a note is told by its beginning.
func compareSample(t *testing.T, all []Entry, want []string) {
	lines := strings.Split(strings.TrimSpace(describe(all)), "\n")
	if len(lines) != len(want) {
		t.Fatalf("got %d people, want %d:\n%s", len(lines), len(want), describe(all))
	}
	for i, line := range lines {
		_, got, _ := strings.Cut(line, " ")
		if got != want[i] && !(strings.Contains(want[i], "(") && strings.HasPrefix(got, want[i])) {
			t.Errorf("person %d: got\n%s\nwant\n%s", i+1, got, want[i])
		}
	}
}
