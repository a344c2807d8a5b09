package classify

import "testing"

// TestDeputy: whom a notice names, and what stands before an address and is no name.
func TestDeputy(t *testing.T) {
	for text, want := range map[string]string{
		"In urgent cases please contact Jane Doe <jane@x.example>.":                     "Jane Doe <jane@x.example>",
		"For urgent matters, contact Jane Doe (jane@x.example, +1 555 123).":            "Jane Doe <jane@x.example>",
		"Please contact my colleague Jane Doe at jane@x.example.":                       "Jane Doe <jane@x.example>",
		"Please contact Jane Doe, jane@x.example, in my absence.":                       "Jane Doe <jane@x.example>",
		"Please contact Jane Doe on +49 30 1234 or jane@x.example":                      "Jane Doe <jane@x.example>",
		"Jane Doe - jane@x.example":                                                     "Jane Doe <jane@x.example>",
		"Jane (jane@x.example) will help you.":                                          "Jane <jane@x.example>",
		"Please contact Support (help@x.example).":                                      "help@x.example",
		"Please contact the Client Service Team (info@x.example).":                      "info@x.example",
		"Please write to office@x.example":                                              "office@x.example",
		"contact jane@x.example.":                                                       "jane@x.example",
		"Wenden Sie sich an Frau Dr. Anna Schmidt unter anna.schmidt@x.example.":        "Anna Schmidt <anna.schmidt@x.example>",
		"Meine Vertretung ist Herr Karl von der Heide, E-Mail: k.heide@x.example":       "Karl von der Heide <k.heide@x.example>",
		"Bitte kontaktieren Sie Anna Schmidt (anna@x.example).":                         "Anna Schmidt <anna@x.example>",
		"En cas d'urgence, contactez Jean-Pierre Dupont : jp.dupont@x.example":          "Jean-Pierre Dupont <jp.dupont@x.example>",
		"Merci de vous adresser à Mme Claire Martin (claire.martin@x.example)":          "Claire Martin <claire.martin@x.example>",
		"Póngase en contacto con Luis Gil en luis@x.example":                            "Luis Gil <luis@x.example>",
		"Per urgenze rivolgersi a Carla Rossi: c.rossi@x.example":                       "Carla Rossi <c.rossi@x.example>",
		"Neem contact op met Jan de Vries via jan@x.example":                            "Jan de Vries <jan@x.example>",
		"Kontakta Åsa Öberg, asa.oberg@x.example":                                       "Åsa Öberg <asa.oberg@x.example>",
		"急ぎの場合は鈴木 (suzuki@x.example) まで":                                                "suzuki@x.example",
		"I was reached at ana@example.net.":                                             "",
		"I am maria@corp.example.":                                                      "",
		"You can reach me at m.l@home.example.":                                         "",
		"My private address is lopez@home.example. Otherwise: Jane Doe, jane@x.example": "Jane Doe <jane@x.example>",
		"Do not answer to no-reply@x.example. Write to jane@x.example.":                 "jane@x.example",
		"No address here, but see www.x.example or @jane.":                              "",
		"maria.lopez@home.example":                                                      "",
		"> Tom Hill <tom@x.example> wrote":                                              "",
		"I am away.\n-- \nMaria Lopez\nOffice: office@x.example":                        "",
		"Jane\u202e Doe <jane@x.example>":                                               "Jane Doe <jane@x.example>",
		"a@b, @@, x@y@z.example, <@>":                                                   "y@z.example",
	} {
		d := deputy(&somebody, ownLines(text, awayLines), "")
		got := d.Addr
		if d.Name != "" {
			got = d.Name + " <" + d.Addr + ">"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if d := deputy(&somebody, []string{"My new one is new@x.example, or Jane Doe, jane@x.example"}, "new@x.example"); d.Addr != "jane@x.example" {
		t.Errorf("a new address is taken for a deputy's: %+v", d)
	}
}
