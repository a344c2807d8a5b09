package classify

import (
	"strings"
	"unicode"
)

// deputy finds whom an automatic reply names to write to meanwhile: the first address
// in its text that is not the sender's, not a recipient's, and takes answers; with the
// name before it, where it is clear that it is one. moved is an address that the text
// calls the sender's new one.
func deputy(h *Header, lines []string, moved string) Address {
	text := strings.Join(lines, "\n")
	for _, f := range addressesIn(text) {
		local, _, _ := strings.Cut(f.addr, "@")
		if takesNoAnswers(local) || strings.EqualFold(f.addr, moved) || ownsAddress(h, f.addr) || saysMine(text[max(0, f.start-60):f.start]) {
			continue
		}
		return Address{Name: nameBefore(text[max(0, f.start-120):f.start], local), Addr: f.addr}
	}
	return Address{}
}

// ownsAddress reports whether an address is the sender's or a recipient's, or has the
// sender's whole name in it.
func ownsAddress(h *Header, addr string) bool {
	for _, list := range [][]Address{h.From, h.ReplyTo, {h.Sender}, h.To, h.Cc} {
		for _, a := range list[:min(len(list), 100)] {
			if strings.EqualFold(a.Addr, addr) {
				return true
			}
		}
	}
	if len(h.From) == 0 {
		return false
	}
	local, _, _ := strings.Cut(addr, "@")
	if strings.EqualFold(local, localPart(h)) {
		return true
	}
	local = fold(local)
	words := strings.Fields(fold(h.From[0].Name[:min(len(h.From[0].Name), 200)]))
	for _, w := range words {
		if !strings.Contains(local, w) {
			return false
		}
	}
	return len(words) > 1
}

// mine are words before an address that is the writer's own.
var mine = foldAll("reach me", "contact me", "write to me", "write me", "e-mail me", "email me", "my private", "my personal", "my email", "my e-mail", "my address", "my new", "call me", "mich unter", "mir unter", "meine adresse", "meine e-mail", "meine private",
	"me joindre", "me contacter", "m'écrire", "mon adresse", "localizarme", "contactarme", "escribirme", "mi correo", "mi dirección", "contattarmi", "scrivermi", "il mio indirizzo", "contactar-me", "meu e-mail", "mij bereiken", "mijn adres")

func saysMine(before string) bool {
	before = fold(strings.ToValidUTF8(before, ""))
	if i := strings.LastIndexAny(before, ".!?@"); i >= 0 {
		before = before[i:]
	}
	return hasPhrase(before, mine)
}

// foundAddress is an address within a text.
type foundAddress struct {
	addr  string
	start int
}

// maxFound bounds how many addresses of a text are looked at.
const maxFound = 50

// addressesIn finds the addresses that stand in running text.
func addressesIn(text string) []foundAddress {
	var out []foundAddress
	for from := 0; len(out) < maxFound; {
		i := strings.IndexByte(text[from:], '@')
		if i < 0 {
			break
		}
		i += from
		from = i + 1
		start, end := i, i+1
		for start > 0 && i-start < 64 && addressByte(text[start-1]) {
			start--
		}
		for end < len(text) && end-i < 255 && (addressByte(text[end]) && !strings.ContainsRune("'_+&%", rune(text[end]))) {
			end++
		}
		domain := strings.Trim(text[i+1:end], ".-")
		local := strings.Trim(text[start:i], ".'-")
		if local == "" || !strings.Contains(domain, ".") {
			continue
		}
		out = append(out, foundAddress{local + "@" + domain, start})
	}
	return out
}

func addressByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || strings.IndexByte(".-_+'&%", c) >= 0
}

// notNames are capitalised words that stand before an address and are no names.
var notNames = foldWords(`contact please bitte email e-mail mail emails kontakt courriel correo support team office service desk helpdesk hotline sales info department assistant secretary
	secretariat sekretariat büro vertretung kollege kollegin colleague manager reception write call ask or oder ou tel phone telefon for für to an herrn herr frau mr mrs ms dr prof professor monsieur madame
	mme m señor señora sr sra signor signora sig dhr mevrouw urgent urgencias dringend contacter contacto contatto questions fragen deputy stellvertretung the i in at until back others all`)

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
	if !capital(bare) || notNames[fold(bare)] || strings.ContainsAny(bare, "0123456789/,:") {
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
