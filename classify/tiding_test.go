package classify

import (
	"strings"
	"testing"
	"time"
)

// somebody is the header of a person's mail, for tidings.
var somebody = Header{
	From: []Address{{Name: "Maria Lopez", Addr: "maria@corp.example"}},
	To:   []Address{{Addr: "ana@example.net"}},
	Date: time.Date(2026, 11, 16, 10, 0, 0, 0, time.UTC),
}

// TestTidings: what people's mail says of people. "moved x@y" has the new address.
func TestTidings(t *testing.T) {
	for text, want := range map[string]string{
		"My old address will stop working, please use maria.lopez@new.example from now on.":           "moved maria.lopez@new.example",
		"Bitte schreibt künftig an maria@neu.example.":                                                "moved maria@neu.example",
		"Merci d'écrire désormais à maria@nouveau.example.":                                           "moved maria@nouveau.example",
		"Please send invoices to billing@corp.example from now on.":                                   "",
		"From now on please write to tom@corp.example, he takes over.":                                "",
		"Hi Ana,\n\nI have a new address: maria@new.example. Please use it.":                          "moved maria@new.example",
		"Please use my new email maria@new.example from now on.":                                      "moved maria@new.example",
		"Please note my new e-mail address:\n\nmaria@new.example":                                     "moved maria@new.example",
		"Do not write to maria@corp.example any more, my new address is maria@new.example.":           "moved maria@new.example",
		"My email address has changed.":                                                               "moved",
		"Ab sofort erreichen Sie mich unter maria@neu.example.":                                       "moved maria@neu.example",
		"Meine neue E-Mail-Adresse lautet: maria@neu.example":                                         "moved maria@neu.example",
		"Mi nuevo correo es maria@nuevo.example, saludos":                                             "moved maria@nuevo.example",
		"Voici ma nouvelle adresse : maria@nouveau.example":                                           "moved maria@nouveau.example",
		"Il mio nuovo indirizzo è maria@nuovo.example":                                                "moved maria@nuovo.example",
		"O meu novo endereço é maria@novo.example":                                                    "moved maria@novo.example",
		"Mijn nieuwe e-mailadres is maria@nieuw.example":                                              "moved maria@nieuw.example",
		"I no longer work at Acme. It was a good time.":                                               "left",
		"I have left the company at the end of October.":                                              "left",
		"Peter Berg has left the company.":                                                            "left",
		"Dr. Berg no longer works here.":                                                              "left",
		"He no longer works with us.":                                                                 "left",
		"Sie arbeitet nicht mehr bei uns.":                                                            "left",
		"Herr Berg ist nicht mehr bei uns beschäftigt.":                                               "left",
		"Ich arbeite nicht mehr bei Acme.":                                                            "left",
		"Ya no trabajo en Acme. Un abrazo":                                                            "left",
		"Juan Gil ya no trabaja aquí.":                                                                "left",
		"Je ne travaille plus chez Acme.":                                                             "left",
		"Jean Dupont a quitté l'entreprise.":                                                          "left",
		"Carla Rossi non lavora più qui.":                                                             "left",
		"Jan de Vries werkt niet meer bij ons.":                                                       "left",
		"Dear Ana,\n\nProfessor Berg passed away last Sunday.":                                        "died",
		"We regret to inform you that Prof. Peter Berg has passed away.":                              "died",
		"Leider müssen wir Ihnen mitteilen, dass Herr Berg verstorben ist. Herr Berg ist verstorben.": "died",
		"Monsieur Dupont est décédé dimanche.":                                                        "died",
		"Don Luis Gil ha fallecido.":                                                                  "died",
		"Carla Rossi è mancata ieri.":                                                                 "died",
		"Jan de Vries is overleden.":                                                                  "died",
		"Please stop writing to me.":                                                                  "stop",
		"Could you please stop emailing me?":                                                          "stop",
		"Please do not contact me again.":                                                             "stop",
		"Hello, please remove me from your list. Maria":                                               "stop",
		"Bitte schreiben Sie mir nicht mehr.":                                                         "stop",
		"Nehmen Sie mich bitte aus Ihrem Verteiler.":                                                  "stop",
		"Merci, mais ne m'écrivez plus.":                                                              "stop",
		"Por favor, no me escribas más.":                                                              "stop",
		"La prego, non mi scriva più.":                                                                "stop",
		"Por favor, não me escreva mais.":                                                             "stop",
		"Gelieve mij niet meer te mailen. Schrijf mij niet meer.":                                     "stop",

		"My grandmother passed away last week, so I was slow.":                         "",
		"My father has died. I will write later.":                                      "",
		"Meine Oma ist verstorben, bitte entschuldigen Sie.":                           "",
		"Mi abuelo ha fallecido esta semana.":                                          "",
		"Ma mère est décédée lundi.":                                                   "",
		"My grandmother was ill for long. She passed away on Sunday.":                  "",
		"Our dog Rex passed away.":                                                     "",
		"Einstein died in 1955, as you know.":                                          "",
		"Turing passed away in 1954.":                                                  "",
		"I heard that Peter Berg has left the company. Is that so?":                    "",
		"Has Peter left the company?":                                                  "",
		"Has Professor Berg passed away?":                                              "",
		"The printer no longer works here.":                                            "",
		"This no longer works here.":                                                   "",
		"The old link no longer works at all.":                                         "",
		"I have left you a message on your phone.":                                     "",
		"I've left my umbrella at your office.":                                        "",
		"I have left the office for today.":                                            "",
		"I no longer work on Fridays.":                                                 "",
		"I no longer work with Python.":                                                "",
		"If Peter no longer works here, ask Jane.":                                     "",
		"When I have left the company we can speak freely.":                            "",
		"Please stop me if I talk too much.":                                           "",
		"Don't stop writing to me!":                                                    "",
		"Never stop writing to me.":                                                    "",
		"Please don't contact me at the old number, use the new one.":                  "",
		"Please remove me from the meeting on Friday.":                                 "",
		"Why did you stop writing to me?":                                              "",
		"She said: stop writing to me.":                                                "",
		"Please stop writing the report and call me.":                                  "",
		"Do you have a new email address?":                                             "",
		"What is your new email address?":                                              "",
		"Is maria@new.example your new email address?":                                 "",
		"We have a new address: Main Street 5, come and see us.":                       "",
		"I have a new address: Main Street 5, 12345 Springfield.":                      "",
		"Thanks!\n\n> Please stop writing to me.":                                      "",
		"Thanks!\n\nOn Mon, 16 Nov 2026, Ana Diaz wrote:\n\nI no longer work at Acme.": "",
		"See you.\n-- \nMaria. My new address: maria@new.example":                      "",
		"The battery died yesterday.":                                                  "",
		"My laptop died last week.":                                                    "",
		"Er arbeitet nicht mehr so viel wie früher. Das Gerät arbeitet nicht mehr.":    "",
		"Ana, the new colleague has left us a cake.":                                   "",
		strings.Repeat("A line.\n", 20) + "Please stop writing to me.":                 "",
	} {
		var got []string
		for _, found := range tidings(&somebody, text, false) {
			got = append(got, strings.TrimSpace(string(found.Kind)+" "+found.Address))
			if len(found.Words) > maxSaid || unfit(found.Words) != "" || found.Words == "" {
				t.Errorf("%q: words %q", text, found.Words)
			}
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%q: got %q, want %q", text, s, want)
		}
	}
}

// TestAutomaticTidings: an automatic reply speaks of whose address it is.
func TestAutomaticTidings(t *testing.T) {
	for text, want := range map[string]TidingKind{
		"The person you are trying to reach no longer works here. Please write to office@corp.example.": Left,
		"Thank you for your message. Please note that I have left the company.":                         Left,
		"Maria Lopez is no longer with Corp.":                                                           Left,
		"Frau Lopez arbeitet nicht mehr bei uns.":                                                       Left,
		"Vielen Dank. Ich bin aus dem Unternehmen ausgeschieden.":                                       Left,
		"Cette personne a quitté l'entreprise.":                                                         Left,
		"Esta persona ya no trabaja en la empresa.":                                                     Left,
		"It is with great sadness that we inform you that our colleague Maria has passed away.":         Died,
		"Unsere Kollegin Maria Lopez ist verstorben.":                                                   Died,
		"I am changing jobs. My new address is maria@new.example.":                                      Moved,
		"Due to a death in my family I am away. My mother passed away.":                                 "",
		"I am out of the office until Monday.":                                                          "",
	} {
		var got TidingKind
		if list := tidings(&somebody, text, true); len(list) > 0 {
			got = list[0].Kind
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
