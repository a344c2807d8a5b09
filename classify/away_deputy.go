package classify

import "strings"

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
