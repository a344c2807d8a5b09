package classify

import (
	"strings"
	"unicode"
)

// notNames are capitalised words that stand before an address and are no names.
var notNames = foldWords(`contact please bitte email e-mail mail emails kontakt courriel correo support team office service desk helpdesk hotline sales info department assistant secretary
	secretariat sekretariat büro vertretung kollege kollegin colleague manager reception write call ask or oder ou tel phone telefon for für to an herrn herr frau mr mrs ms dr prof professor monsieur madame
	mme m señor señora sr sra signor signora sig dhr mevrouw urgent urgencias dringend contacter contacto contatto questions fragen deputy stellvertretung the i in at until back others all
	sie ihnen kontakta kontakte kontaktieren contactez contacte contatti contatta adressez schreiben neem merci gracias grazie obrigado escriba póngase rivolgersi my our meine mein unsere name reach ask see oder either`)

func foldWords(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[fold(w)] = true
	}
	return m
}

// particles stand within names, in small letters.
var particles = foldWords("von van de der den del della di da do dos la le el al bin ten ter zu zum y e")

// connectors stand between a name and its address.
var connectors = foldWords("at on via per unter über under à en a em su op via by mail e-mail email mailto tel phone or the")

// nameBefore reads the words before an address backwards, as far as they look like a
// name: at least two, or one that the address has as well.
func nameBefore(before, local string) string {
	if i := strings.LastIndexAny(before, "\n@;!?•>"); i >= 0 {
		before = before[i+1:]
	}
	before = strings.NewReplacer("<mailto:", " ", "<", " ", "[mailto:", " ", "(", " (").Replace(before)
	words := strings.Fields(strings.ToValidUTF8(before, ""))
	end := len(words)
	for end > 0 && !capital(words[end-1]) && (connectors[fold(strings.Trim(words[end-1], "(<[:,;\"'|-–—"))] || strings.IndexFunc(words[end-1], unicode.IsLetter) < 0) {
		end--
	}
	if end > 0 && connectors[fold(strings.Trim(words[end-1], "(<[:,"))] {
		end-- // "E-Mail:"
	}
	start := end
	for start > 0 && end-start < 5 && nameWord(words[start-1], start == end) {
		start--
	}
	for start < end && !capital(words[start]) {
		start++
	}
	name := strings.Join(words[start:end], " ")
	name = strings.Trim(name, " ,:(<[\"'-–—|")
	switch n := len(strings.Fields(name)); {
	case n > 1 && len(name) <= 80:
		return clean([]byte(name))
	case n == 1 && len(name) > 2 && strings.Contains(fold(local), fold(name)):
		return clean([]byte(name))
	}
	return ""
}

// nameWord tells what may be a word of a name; only the last may have a mark behind it.
func nameWord(word string, last bool) bool {
	bare := strings.Trim(word, "\"'(<[")
	if last {
		bare = strings.TrimRight(bare, ",:-–—|(<[")
	}
	if particles[bare] {
		return !last
	}
	if !capital(bare) || notNames[fold(strings.TrimRight(bare, "."))] || strings.ContainsAny(bare, "0123456789/,:") {
		return false
	}
	return !strings.HasSuffix(bare, ".") || len(bare) <= 3 // "J." but no end of a sentence
}

func capital(word string) bool {
	for _, r := range strings.TrimLeft(word, "\"'(<[") {
		return unicode.IsUpper(r)
	}
	return false
}
