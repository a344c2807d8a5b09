package plan

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"regards/contact"
)

// Handle is what is kept of a line of a digest or note once that has gone out, so
// that it can be answered: ids and no words.
type Handle struct {
	Number     int      `json:"n"`
	Says       string   `json:"says"`
	ContactID  string   `json:"contact,omitempty"`
	Key        string   `json:"key,omitempty"`
	OccasionID string   `json:"occasion,omitempty"`
	Address    string   `json:"address,omitempty"` // of somebody who is no contact yet
	At         int64    `json:"at,omitempty"`      // in seconds, of what is asked again when that has changed
	Begins     []string `json:"begins,omitempty"`  // keyed hashes of its Openings
}

// Handle gives what is kept of l.
func (l Line) Handle() Handle {
	h := Handle{Number: l.Number, Says: l.Says, ContactID: l.ContactID, Key: l.Key, OccasionID: l.OccasionID, Address: l.Address}
	if l.Says == "took-place" {
		h.At = l.At.Unix()
	}
	return h
}

// Verb is what an order asks for.
type Verb string

// The verbs of orders. Those from Undo on belong to no line.
const (
	VerbDone   Verb = "done"   // it is seen to
	VerbSnooze Verb = "snooze" // Text: for how long
	VerbDraft  Verb = "draft"
	VerbSend   Verb = "send"
	VerbAdd    Verb = "add" // Text: a group, or nothing
	VerbNever  Verb = "never"
	VerbYes    Verb = "yes" // Text: more about it, or nothing
	VerbNo     Verb = "no"
	VerbMoved  Verb = "moved"  // Text: to when
	VerbAnswer Verb = "answer" // Text: to a question
	VerbUndo   Verb = "undo"
	VerbMore   Verb = "more"
	VerbPause  Verb = "pause" // Text: until when, or nothing
	VerbResume Verb = "resume"
	VerbHelp   Verb = "help"
	VerbLog    Verb = "log" // Text: what regards log takes; it comes as a mail to oneself
)

// verbs are the words for them, in the languages in which regards speaks to its
// owner. English ones are always understood.
var verbs = map[Verb][]string{
	VerbDone:   {"done", "hecho", "listo", "erledigt", "fertig", "fait"},
	VerbSnooze: {"snooze", "later", "aplazar", "luego", "später", "schlummern", "reporter", "attendre"},
	VerbDraft:  {"draft", "write", "borrador", "escribir", "entwurf", "schreiben", "brouillon", "écrire"},
	VerbSend:   {"send", "enviar", "senden", "abschicken", "envoyer"},
	VerbAdd:    {"add", "añadir", "agregar", "hinzufügen", "aufnehmen", "ajouter"},
	VerbNever:  {"never", "nunca", "nie", "jamais"},
	VerbYes:    {"yes", "sí", "si", "ja", "oui"},
	VerbNo:     {"no", "nein", "non"},
	VerbMoved:  {"moved", "pospuesto", "movido", "verschoben", "reporté", "déplacé"},
	VerbUndo:   {"undo", "deshacer", "rückgängig", "annuler"},
	VerbMore:   {"more", "más", "mehr", "plus"},
	VerbPause:  {"pause", "pausa"},
	VerbResume: {"resume", "reanudar", "weiter", "reprendre"},
	VerbHelp:   {"help", "ayuda", "hilfe", "aide"},
}

// untilWords stand before the end of a pause.
var untilWords = []string{"until", "till", "hasta", "bis", "jusqu'au", "jusqu’au", "jusqu'à", "jusqu’à"}

// ofNoLine are the verbs that belong to no line.
var ofNoLine = []Verb{VerbUndo, VerbMore, VerbPause, VerbResume, VerbHelp}

// verbOf gives the verb that a word stands for; "" for none.
func verbOf(word string) Verb {
	word = strings.ToLower(strings.TrimRight(word, ".!,;:"))
	for verb, words := range verbs {
		if slices.Contains(words, word) {
			return verb
		}
	}
	return ""
}

// Order is one thing that the owner asks for in a reply.
type Order struct {
	Handle Handle // the line that it is for; the zero Handle for none
	Number int    // as it was written; 0: none
	Verb   Verb   // "": it was not understood, and Text is all of it
	Text   string
	Said   string    // as it was written
	Useful string    // with VerbLog: what helped most
	At     time.Time // likewise: when the owner said so

	words string // all behind the number
}

// bounds of a reply.
const (
	maxOrders    = 30
	maxOrderText = 500 // letters
)

// numbered finds a line that begins with a number.
var numbered = regexp.MustCompile(`^[#(]?(\d{1,3})[.:)]*(?:\s+(?:[-–—]\s*)?(.*))?$`)

// ReadReply reads what the owner asks for in a reply to lines: a line each, a number
// before a verb or an answer, such as "2 done" or "1 the tip about the PhD route".
// What others or we have written is no order: a line behind ">", what follows the
// mark of a quoted or forwarded message or of a signature (RFC 3676 sections 4.3
// and 4.5), and a line of ours, which quoted tells. What is neither numbered nor
// an order of its own is left out, but where nothing is understood, the first such
// line is given without a verb.
func ReadReply(text string, lines []Handle, quoted func(Handle, string) bool) (orders []Order) {
	var stray string
	for _, line := range ownLines(text) {
		order, ok := readOrder(line, lines)
		switch {
		case ok && order.Handle.Number > 0 && quoted(order.Handle, order.words):
		case ok:
			orders = append(orders, order)
		case stray == "" && strings.ContainsFunc(line, unicode.IsLetter):
			stray = line
		}
		if len(orders) == maxOrders {
			break
		}
	}
	if len(orders) == 0 && stray != "" {
		return []Order{{Text: shorten(stray), Said: shorten(stray)}}
	}
	return orders
}

// readOrder reads one line; false when it is none.
func readOrder(line string, lines []Handle) (Order, bool) {
	if m := numbered.FindStringSubmatch(line); m != nil {
		n, _ := strconv.Atoi(m[1])
		words := strings.TrimSpace(m[2])
		if words == "" {
			return Order{}, false
		}
		order := Order{Number: n, Text: shorten(words), Said: shorten(line), words: words}
		i := slices.IndexFunc(lines, func(h Handle) bool { return h.Number == n })
		if i < 0 {
			return order, true
		}
		order.Handle = lines[i]
		order.Verb, order.Text = readVerb(lines[i], words)
		return order, true
	}
	first, rest := cutWord(line)
	verb := verbOf(first)
	switch {
	case !slices.Contains(ofNoLine, verb):
		return Order{}, false
	case verb == VerbPause:
		if until, day := cutWord(rest); slices.Contains(untilWords, strings.ToLower(until)) {
			rest = day
		}
	case rest != "":
		return Order{}, false
	}
	return Order{Verb: verb, Text: shorten(rest), Said: shorten(line)}, true
}

// readVerb reads what is asked for a line. A question takes any words for an
// answer but a verb that stands alone.
func readVerb(h Handle, words string) (Verb, string) {
	first, rest := cutWord(words)
	verb := verbOf(first)
	takes := verb == VerbSnooze || verb == VerbMoved || verb == VerbAdd || verb == VerbYes && h.Says == "took-place" && strings.HasSuffix(first, ":")
	asks := IsAsked(h.Says)
	switch {
	case slices.Contains(ofNoLine, verb):
		verb = ""
	case verb == VerbSnooze && asks && rest != "" && !lengthOfTime.MatchString(rest):
		verb = "" // "later versions of it"
	case verb != "" && (rest == "" || takes && !(asks && (verb == VerbMoved || verb == VerbAdd))):
		return verb, shorten(rest)
	}
	if asks && strings.ContainsFunc(words, unicode.IsLetter) && (rest != "" || verbOf(words) == "") {
		return VerbAnswer, shorten(words)
	}
	return "", shorten(words)
}

// lengthOfTime is as in "snooze 3w".
var lengthOfTime = regexp.MustCompile(`^\d+\s*\pL+$`)

// IsAsked reports whether a line asks for words of the owner's own.
func IsAsked(says string) bool {
	return strings.HasPrefix(says, "asks.") && says != "asks.copy" && says != "asks.permission" || strings.HasPrefix(says, "reflect.") || says == "bounced"
}

// ownLines gives the lines that the owner has written in a reply.
func ownLines(text string) (own []string) {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(strings.ReplaceAll(lines[i], "\u00a0", " "), "\r")
	}
	open := false // the last line goes on in the next
	for i, raw := range lines {
		line := strings.TrimSpace(raw)
		if raw == "-- " || raw == "--" || endsOwn(lines[i:]) {
			break
		}
		if line == "" || line[0] == '>' || attributes(line) {
			open = false
			continue
		}
		_, starts := readOrder(line, nil)
		if open && !starts {
			own[len(own)-1] += " " + line
		} else {
			own = append(own, line)
		}
		// RFC 3676 section 4.1, or a program that breaks lines by itself.
		flows := strings.HasSuffix(raw, " ") || len([]rune(line)) >= brokenAt
		open = flows && (open || numbered.MatchString(line))
	}
	return own
}

// brokenAt is how long a line is at least that a mail program has broken.
const brokenAt = 60

var (
	// A rule before a message that is quoted below it, with or without words.
	ruled = regexp.MustCompile(`^[-_=*]{3,}\s*(\pL.*\pL\s*[-_=*]{3,})?$`)
	// The fields of a quoted header, as mail programs of some languages write them.
	quotedFrom = regexp.MustCompile(`(?i)^\*?(from|von|de|da|van|från)\s?:\*?\s+\S`)
	quotedNext = regexp.MustCompile(`(?i)^\*?(sent|date|to|subject|gesendet|datum|an|betreff|enviado|fecha|para|asunto|envoyé|à|objet|cc)( el)?\s?:\*?\s`)
	// The words that end "On Monday, Ana wrote:".
	wrote = regexp.MustCompile(`(?i)(wrote|writes|schrieb.*|escribió|escribe|a écrit|écrit|ha scritto|skrev|schreef.*)\s?:$`)
)

// endsOwn reports whether what follows was written by somebody else.
func endsOwn(lines []string) bool {
	line := strings.TrimSpace(lines[0])
	if ruled.MatchString(line) {
		return true
	}
	if quotedFrom.MatchString(line) {
		for _, next := range lines[1:min(len(lines), 4)] {
			if quotedNext.MatchString(strings.TrimSpace(next)) {
				return true
			}
		}
	}
	// Behind "Ana wrote:" what is not marked as quoted is quoted all the same.
	if attributes(line) {
		for _, next := range lines[1:] {
			if next = strings.TrimSpace(next); next != "" {
				return next[0] != '>'
			}
		}
		return true
	}
	return false
}

// attributes reports whether a line says who wrote what follows.
func attributes(line string) bool {
	return wrote.MatchString(line) || strings.HasSuffix(line, ":") && strings.ContainsAny(line, "@<")
}

func cutWord(s string) (first, rest string) {
	first, rest, _ = strings.Cut(strings.TrimSpace(s), " ")
	return first, strings.TrimSpace(rest)
}

// shorten gives words on one line.
func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if letters := []rune(s); len(letters) > maxOrderText {
		s = string(letters[:maxOrderText])
	}
	return s
}

// Openings give the first two words of a line, the first three and the first four,
// as far as it has them, however it was broken and marked: they tell a line that is
// quoted.
func Openings(line string) (all []string) {
	words := strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for n := 2; n <= min(len(words), 4); n++ {
		all = append(all, strings.Join(words[:n], " "))
	}
	return all
}

// Quotes reports whether words are the line of ours whose Openings have these
// hashes, or begin it.
func Quotes(words string, hashes []string, hash func(string) string) bool {
	said := Openings(words)
	n := len(said)
	return n > 0 && n <= len(hashes) && hash(said[n-1]) == hashes[n-1]
}

// IsLog reports whether words begin as those of an occasion do: with its kind.
func IsLog(words string) bool {
	kind, who := cutWord(words)
	return slices.Contains(contact.Kinds(), contact.Kind(strings.ToLower(kind))) && who != ""
}

// FirstParagraph gives the first paragraph of a message that the owner wrote, on one
// line; "" when it has none.
func FirstParagraph(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line == "-- " || line == "--" || strings.TrimSpace(line) == "" && len(lines) > 0 {
			break
		}
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return shorten(strings.Join(lines, " "))
}

// An order counts for so long after the digest or note that it answers went out.
const ordersWithin = 30 * dayLong

// Expired reports whether a notice made at a time takes no orders any more.
func Expired(now, made time.Time) bool { return now.Sub(made) > ordersWithin }

// Offered gives the orders that a line suggests, most likely first.
func Offered(says string) []Verb {
	switch says {
	case "answer", "asks.copy":
		return []Verb{VerbDone}
	case "draft":
		return []Verb{VerbSend, VerbSnooze, VerbNever}
	case "goes", goesTomorrow:
		return []Verb{VerbSnooze, VerbNever}
	case "write":
		return []Verb{VerbDraft, VerbSnooze, VerbNever}
	case "promise":
		return []Verb{VerbDone, VerbSnooze}
	case "ahead":
		return []Verb{VerbMoved}
	case "took-place":
		return []Verb{VerbYes, VerbNo, VerbMoved}
	case "asks.granted", "asks.permission":
		return []Verb{VerbYes, VerbSnooze, VerbNever}
	case "stranger":
		return []Verb{VerbAdd}
	case "bounced", "asks.milestones":
		return []Verb{VerbAnswer}
	}
	switch {
	case strings.HasPrefix(says, "reflect."):
		return []Verb{VerbAnswer}
	case strings.HasPrefix(says, "asks."):
		return []Verb{VerbAnswer, VerbSnooze, VerbNever}
	}
	return nil
}
