package templates

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"slices"
	"strings"
	"sync"
	"text/template"
	"time"
	"unicode"

	"regards/contact"
	"regards/plan"
)

//go:embed owner/*.txt owner/digest.html
var ownerFiles embed.FS

// ownerLanguages are those in which regards speaks to its owner.
var ownerLanguages = []string{"en", "es", "de", "fr"}

// Languages lists the languages, by ISO 639, in which there are letters and a digest.
func Languages() []string { return slices.Clone(ownerLanguages) }

// sentences gives the words of the digest in a language, each a template of its
// own; they come with regards and are right, or nothing starts.
var sentences = sync.OnceValue(func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, language := range ownerLanguages {
		all[language] = template.Must(template.ParseFS(ownerFiles, "owner/*."+language+".txt"))
	}
	return all
})

var page = sync.OnceValue(func() *htmltemplate.Template {
	return htmltemplate.Must(htmltemplate.ParseFS(ownerFiles, "owner/digest.html"))
})

// Digested is a digest in words: the same content as plain text and as HTML.
type Digested struct {
	Subject, Text, HTML string
	Lines               []string // those with a number, from 1 on
}

// said is what the skeletons of both are filled with.
type said struct {
	Language, Subject, Nothing, Foot string
	Sections                         []saidSection
}

type saidSection struct {
	Title, More string
	Lines       []saidLine
}

type saidLine struct {
	Number int // 0: none
	Text   string
	Links  []saidLink
}

// Digest puts a digest or an evening note into words, in a language, or in English
// where it speaks none of that. What others have written is quoted, shortened and on
// one line. With links it can be answered.
func Digest(d plan.Digest, language string, links Links) (Digested, error) {
	s := speakerOf(language)
	all := said{Language: s.language, Subject: "regards: " + s.counts(d), Nothing: s.say("nothing", nil), Foot: s.say("foot", nil),
		Sections: s.sections(d, links)}
	if links.Token != nil && len(all.Sections) > 0 {
		all.Foot = s.say("reply.foot", nil)
	}
	return s.digested(all)
}

// sections says what is in a digest.
func (s *speaker) sections(d plan.Digest, links Links) (all []saidSection) {
	for _, section := range d.Sections {
		one := saidSection{Title: s.say("section."+string(section.Name), nil)}
		for _, line := range section.Lines {
			one.Lines = append(one.Lines, saidLine{line.Number, s.line(line), s.links(line, links)})
		}
		if section.Left > 0 {
			one.More = s.say("more", section.Left)
		}
		all = append(all, one)
	}
	return all
}

// digested lays it out as text and as HTML.
func (s *speaker) digested(all said) (Digested, error) {
	var html strings.Builder
	if s.err == nil {
		s.err = page().Execute(&html, all)
	}
	d := Digested{Subject: all.Subject, Text: all.text(), HTML: html.String()}
	for _, section := range all.Sections {
		for _, line := range section.Lines {
			if line.Number > 0 {
				d.Lines = append(d.Lines, line.Text)
			}
		}
	}
	return d, s.err
}

// text lays it out for a terminal.
func (s said) text() string {
	var b strings.Builder
	for _, section := range s.Sections {
		fmt.Fprintf(&b, "%s\n", section.Title)
		for _, line := range section.Lines {
			number := "-"
			if line.Number > 0 {
				number = fmt.Sprint(line.Number)
			}
			fmt.Fprintf(&b, "%3s  %s\n", number, line.Text)
		}
		if section.More != "" {
			fmt.Fprintf(&b, "     %s\n", section.More)
		}
		b.WriteString("\n")
	}
	if len(s.Sections) == 0 && s.Nothing != "" {
		b.WriteString(s.Nothing + "\n\n")
	}
	b.WriteString("-- \n" + s.Foot + "\n")
	return b.String()
}

// speaker says sentences in one language. Its first error stays.
type speaker struct {
	language  string
	sentences *template.Template
	err       error
}

// speakerOf gives the one for a language, or for English where there is none.
func speakerOf(language string) *speaker {
	if sentences()[language] == nil {
		language = fallback
	}
	return &speaker{language: language, sentences: sentences()[language]}
}

// say fills a sentence.
func (s *speaker) say(name string, data any) string {
	var b strings.Builder
	if err := s.sentences.ExecuteTemplate(&b, name, data); err != nil && s.err == nil {
		s.err = fmt.Errorf("digest in %s: %w", s.language, err)
	}
	if s.language == "fr" {
		return frenchSpaces.Replace(b.String())
	}
	return b.String()
}

// frenchSpaces are those before signs: no line breaks there.
var frenchSpaces = strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!")

// knows reports whether there is a sentence of a name.
func (s *speaker) knows(name string) bool { return s.sentences.Lookup(name) != nil }

// counts says what there is, for a subject. It names nobody: phones show it on the
// lock screen.
func (s *speaker) counts(d plan.Digest) string {
	var parts []string
	for _, count := range []struct {
		name string
		n    int
	}{{"waiting", d.Waiting}, {"drafts", d.Drafts}, {"questions", d.Questions}, {"going", d.Going}} {
		if count.n > 0 {
			parts = append(parts, s.say(count.name, count.n))
		}
	}
	if len(parts) == 0 {
		parts = []string{s.say("quiet", nil)}
	}
	return strings.Join(parts, ", ")
}

// line says one fact.
func (s *speaker) line(l plan.Line) string {
	name := l.Says
	if general, _, asks := strings.Cut(name, "."); asks && !s.knows(name) {
		name = general
	}
	return s.say(name, words{l, s})
}

// words is a line as the sentences see it: whatever others have written is safe to
// stand in one of them.
type words struct {
	line plan.Line
	s    *speaker
}

// The longest that a text of others may be in a sentence, in letters.
const (
	longestName    = 60
	longestAddress = 254 // RFC 5321 section 4.5.3.1.3, without the brackets
	longestTitle   = 60
	longestNote    = 200
	longestCopy    = 2000
)

// Who names the person, or several.
func (w words) Who() string { return oneLine(w.line.Who, longestName) }

// Address gives the mail address; "" where it stands in place of the name.
func (w words) Address() string {
	if w.line.Address == w.line.Who {
		return ""
	}
	return oneLine(w.line.Address, longestAddress)
}

// Quoted gives the subject or title in quotes; "" for none.
func (w words) Quoted() string { return quoted(w.line.Title, w.s.language, longestTitle) }

// Note gives the owner's own words in quotes; "" for none.
func (w words) Note() string { return quoted(w.line.Text, w.s.language, longestNote) }

// Text gives words as they are.
func (w words) Text() string { return oneLine(w.line.Text, longestCopy) }

// Verbatim gives the words of a server or of the system in quotes; "" for none.
func (w words) Verbatim() string { return quoted(w.line.Verbatim, w.s.language, longestNote) }

// Day gives the day: with its name, or with the year when that was long ago.
func (w words) Day() string {
	if w.line.Days > longAgo {
		return yearWords(w.line.At, w.s.language)
	}
	return weekdayWords(w.line.At, w.s.language)
}

// longAgo is after how many days a date without its year is none.
const longAgo = 300

// InDays gives a length of time, of a long one the months or years.
func (w words) InDays() string {
	switch days := w.line.Days; {
	case days > 730:
		return w.s.say("years", days*4/1461)
	case days >= 100:
		return w.s.say("months", days*10/304)
	default:
		return w.s.say("days", days)
	}
}

// Every gives how often to be in touch.
func (w words) Every() string {
	every, parts := w.line.Every, []string(nil)
	add := func(unit string, n int) {
		if n > 0 {
			parts = append(parts, w.s.say(unit, n))
		}
	}
	add("years", every.Months/12)
	add("months", every.Months%12)
	add("days", every.Days)
	if every.Rest > 0 {
		parts = append(parts, contact.Duration{Rest: every.Rest}.String())
	}
	return strings.Join(parts, " + ")
}

// Why gives the reason.
func (w words) Why() string { return w.s.say("why."+w.line.Why, w) }

// Ago says since when.
func (w words) Ago() string { return w.s.say("ago", w.line.Days) }

// Occasion names what kind of occasion it was.
func (w words) Occasion() string { return w.named("kind.", string(w.line.Kind)) }

// By names a medium.
func (w words) By() string { return w.named("by.", string(w.line.Medium)) }

// Days, Count and Of are plain numbers.
func (w words) Days() int  { return w.line.Days }
func (w words) Count() int { return w.line.Count }
func (w words) Of() int    { return w.line.Of }

// named gives the name that a word has in the language; itself, where it has none.
func (w words) named(group, word string) string {
	if w.s.knows(group + word) {
		return w.s.say(group+word, nil)
	}
	return oneLine(word, longestName)
}

// oneLine gives a text without what could break out of its line or hide in it,
// and not longer than so many letters.
func oneLine(text string, longest int) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
	clean = strings.Join(strings.Fields(clean), " ")
	if err := contact.CheckText("text", clean); err != nil {
		clean = strings.Map(func(r rune) rune {
			if contact.CheckText("text", string(r)) != nil {
				return -1
			}
			return r
		}, clean)
	}
	if letters := []rune(clean); len(letters) > longest {
		clean = strings.TrimRight(string(letters[:longest-1]), " ") + "…"
	}
	return clean
}

// quotes are those of each language.
var quotes = map[string][2]string{"en": {"“", "”"}, "es": {"«", "»"}, "de": {"„", "“"}, "fr": {"«\u00a0", "\u00a0»"}}

func quoted(text, language string, longest int) string {
	if text = oneLine(text, longest); text == "" {
		return ""
	}
	return quotes[language][0] + text + quotes[language][1]
}

// weekdays are the names of the days, from Sunday on.
var weekdays = map[string][]string{
	"de": strings.Fields("Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag"),
	"es": strings.Fields("domingo lunes martes miércoles jueves viernes sábado"),
	"fr": strings.Fields("dimanche lundi mardi mercredi jeudi vendredi samedi"),
}

// yearWords writes a day with its year.
func yearWords(t time.Time, language string) string {
	if t.IsZero() {
		return ""
	}
	if language == "es" {
		return dateWords(t, language) + " de " + t.Format("2006")
	}
	return dateWords(t, language) + " " + t.Format("2006")
}

// weekdayWords writes a day with its name.
func weekdayWords(t time.Time, language string) string {
	if t.IsZero() {
		return ""
	}
	name := t.Weekday().String()
	if names, ok := weekdays[language]; ok {
		name = names[t.Weekday()]
	}
	if language == "de" {
		return name + ", " + dateWords(t, language)
	}
	return name + " " + dateWords(t, language)
}
