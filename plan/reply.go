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
	At         int64    `json:"at,omitempty"`      // in seconds: what came later is another matter
	Begins     []string `json:"begins,omitempty"`  // keyed hashes of its Openings
}

// Handle gives what is kept of l.
func (l Line) Handle() Handle {
	h := Handle{Number: l.Number, Says: l.Says, ContactID: l.ContactID, Key: l.Key, OccasionID: l.OccasionID, Address: l.Address}
	if l.Says == "took-place" || l.Says == "answer" {
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
	VerbNever:  {"never", "skip", "ignore", "nunca", "nie", "jamais"},
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
// What others or we have written is no order: see ownLines; quoted tells a line of
// ours that came back. What is neither numbered nor an order of its own is left out,
// but where nothing is understood, the first such line is given without a verb. So is
// whatever might be half an answer, or none: it would stand in a letter.
func ReadReply(text string, lines []Handle, quoted func(Handle, string) bool) []Order {
	r := replyReader{lines: lines, quoted: quoted}
	for _, line := range ownLines(text) {
		r.read(line)
	}
	for i := range r.orders {
		if o := &r.orders[i]; o.Verb == VerbAnswer && len([]rune(o.words)) > maxOrderText {
			o.Verb = ""
		}
	}
	if len(r.orders) == 0 && r.stray != "" {
		return []Order{{Text: shorten(r.stray), Said: shorten(r.stray)}}
	}
	return r.orders
}

// replyReader reads a reply line by line.
type replyReader struct {
	lines  []Handle
	quoted func(Handle, string) bool
	orders []Order
	stray  string // the first line that is no order
	strays int    // how many there were since the last order
	answer bool   // the last line belongs to an answer
	last   string // the last line
}

func (r *replyReader) read(l ownLine) {
	order, ok := readOrder(l.text, r.lines)
	follows := r.answer && l.below
	switch {
	case follows && !(ok && order.Verb != "" && order.Verb != VerbAnswer && order.Number > 0):
		r.continues(l.text, ok)
	case !ok:
		if r.strays++; r.stray == "" && strings.ContainsFunc(l.text, unicode.IsLetter) {
			r.stray = l.text
		}
		r.answer = false
	case order.Number > 0 && order.Handle.Number > 0 && r.quoted(order.Handle, order.words):
		r.answer = false
	case len(r.orders) < maxOrders:
		// "5 Main Street" below a name is no answer to the fifth line.
		if order.Verb == VerbAnswer && r.strays > 0 && (len(r.orders) > 0 || r.strays > 1) {
			order.Verb, order.Text = "", order.Said
		}
		r.orders, r.answer, r.strays = append(r.orders, order), order.Verb == VerbAnswer, 0
	}
	r.last = l.text
}

// How wide the lines of mail programs are that break them.
const (
	mayBeBroken = 40
	isBroken    = 64
	widest      = 80
)

// continues takes a line that stands directly below an answer: a program may have
// broken it there, or the owner goes on with something else. Where that cannot be
// told, the answer is not clear.
func (r *replyReader) continues(line string, order bool) {
	o := &r.orders[len(r.orders)-1]
	width, first := len([]rune(r.last)), []rune(line)[0]
	ended := strings.ContainsAny(r.last[len(r.last)-1:], ".!?")
	switch goesOn := unicode.IsLower(first); {
	case order && (ended || width < mayBeBroken):
		r.answer = false
		r.read(ownLine{text: line})
	case closes(line) || ended && !goesOn || width < mayBeBroken && !goesOn:
		r.answer = false
	case !order && (goesOn && width >= mayBeBroken || width >= isBroken && width <= widest):
		o.words += " " + line
		o.Text, o.Said = shorten(o.words), shorten(o.Said+" "+line)
	default:
		o.Verb, o.Text, r.answer = "", o.Said, false
	}
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

// readVerb reads what is asked for a line. A question takes other words for an
// answer, but not those that a verb begins or a list of numbers: "never mind", "no
// idea", "snooze until Friday", "and 2 done".
func readVerb(h Handle, words string) (Verb, string) {
	first, rest := cutWord(words)
	verb := verbOf(first)
	asks := IsAsked(h.Says)
	takes := verb == VerbSnooze && (!asks || lengthOfTime.MatchString(rest)) || (verb == VerbMoved || verb == VerbAdd) && !asks ||
		verb == VerbYes && h.Says == "took-place" && strings.HasSuffix(first, ":")
	switch {
	case verb != "" && !slices.Contains(ofNoLine, verb) && (rest == "" || takes):
		return verb, shorten(rest)
	case !asks, !strings.ContainsFunc(words, unicode.IsLetter), startsList.MatchString(words) && verbOf(lastWord(words)) != "":
	case verb == VerbSnooze && !slices.Contains(lateWords, strings.ToLower(first)):
	case verb != "" && len(strings.Fields(words)) < 4:
	default:
		return VerbAnswer, shorten(words)
	}
	return "", shorten(words)
}

var (
	lengthOfTime = regexp.MustCompile(`^\d+\s*\pL+$`)                                            // as in "snooze 3w"
	startsList   = regexp.MustCompile(`^(?:(?:and|und|y|et)\s+|[&+,/]\s*)?\d{1,2}\b.*\s(\pL+)$`) // as in "1 and 2 done"
)

// lateWords are verbs with which an answer may begin: "later versions of it".
var lateWords = []string{"later", "luego", "später", "attendre", "reporter"}

// IsAsked reports whether a line asks for words of the owner's own.
func IsAsked(says string) bool {
	return strings.HasPrefix(says, "asks.") && says != "asks.copy" && says != "asks.permission" || strings.HasPrefix(says, "reflect.") || says == "bounced" || says == "found.left"
}

// IsLog reports whether words begin as those of an occasion do: with its kind.
func IsLog(words string) bool {
	kind, who := cutWord(words)
	return slices.Contains(contact.Kinds(), contact.Kind(strings.ToLower(kind))) && who != ""
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
		return []Verb{VerbAdd, VerbNever}
	case "found.moved", "found.elsewhere":
		return []Verb{VerbAdd, VerbNo}
	case "found.left", "found.died", "found.stop":
		return []Verb{VerbYes, VerbNo}
	case "found.bounce", "found.soft-bounce":
		return []Verb{VerbDone}
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
