package plan

import "testing"

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
		"👩\u200d🎓 Maria Lopez":              "Maria Lopez",
		"Maria Lopez🏴\U000e0067\U000e007f":  "Maria Lopez",
		"\u202bMaria\u200e Lopez\u202c":     "Maria Lopez",
		"Maria\x00 Lopez":                   "Maria\x00 Lopez", // something is wrong with all of it
		"Mari\u0301a Lopez":                 "María Lopez",
		"Maria Lopez,":                      "Maria Lopez",
		"Maria Lopez, CFA, Talent Guru":     "Maria Lopez, CFA, Talent Guru",
		"Maria Lopez (née Ruiz)":            "Maria Lopez (née Ruiz)",
		"Maria (Mari) Lopez":                "Maria (Mari) Lopez",
		"Kim (He)":                          "Kim (He)",
		"Wei Meng":                          "Wei Meng",
		"Wei MENG":                          "Wei MENG",
		"Maria Lopez, MEng":                 "Maria Lopez",
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
		if got := TidyName(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
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
	for a, b := range map[string]string{"Maria Lopez": "Maria Lopes", "Jean Luc Moreau": "Jean-Luc Moreau", "Maria": "Maria Lopez", "Don Johnson": "Dr. Johnson", "Don Lee Smith": "Lee Smith", "Tom Baker Jr.": "Tom Baker Sr.", "王小明": "王小红"} {
		if NameKey(a) == NameKey(b) {
			t.Errorf("%q and %q have one key", a, b)
		}
	}
	for _, name := range []string{"", " ", "🌟", "MBA"} {
		if got := NameKey(name); got != "" {
			t.Errorf("%q: got %q", name, got)
		}
	}
}

func TestAreTitles(t *testing.T) {
	for text, want := range map[string]bool{"Prof. Dr.": true, "Dr": true, "Herr": true, "Frau Dr.": true, "": false, "CTO": false, "Dr. Sales": false, "VP": false} {
		if got := AreTitles(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
