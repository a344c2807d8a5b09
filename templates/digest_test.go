package templates

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"regards/contact"
	"regards/plan"
)

var digestDay = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) // a Tuesday

// rich gives a digest with every sentence that there is.
func rich() (d plan.Digest) {
	line := plan.Line{Who: "Maria López", Address: "maria@new.example", Title: "Re: portfolio", Text: "the tip", Verbatim: "550 no", Kind: contact.Informational, Medium: contact.LinkedIn,
		At: digestDay, Days: 2, Every: contact.Duration{Months: 2}, Why: "rhythm", Count: 3}
	add := func(name plan.SectionName, says ...string) {
		s := plan.Section{Name: name, Left: 4}
		for _, what := range says {
			line.Says = what
			line.Number++
			s.Lines = append(s.Lines, line)
		}
		d.Sections = append(d.Sections, s)
	}
	add(plan.SectionAnswers, "answer")
	add(plan.SectionDrafts, "draft", "goes")
	add(plan.SectionQuestions, "asks.useful", "asks.support", "asks.outcome", "asks.granted", "asks.permission", "asks.news", "asks.milestones",
		"found.moved", "found.elsewhere", "found.left", "found.died", "found.stop", "asks.greeting", "asks.address", "asks.copy", "asks.phone", "asks.")
	add(plan.SectionPeople, "write")
	add(plan.SectionDates, "promise", "ahead", "birthday", "anniversary")
	add(plan.SectionAnswered, "answered")
	add(plan.SectionTrouble, "trouble", "trouble.backup", "trouble.carddav", "trouble.configuration", "trouble.delivery", "trouble.sent", "trouble.smtp", "trouble.outbox", "trouble.mailbox", "trouble.digest", "trouble.evening", "trouble.clock",
		"trouble.notice", "trouble.new", "offline", "closed", "unreadable", "failed", "uncertain", "bounced", "found.bounce", "found.soft-bounce", "stranger", "ignored")
	add(plan.SectionGoals, "goal.people", "goal.events")
	add(plan.SectionEvening, "took-place", "goes.tomorrow", "reflect.learned", "reflect.need", "reflect.next")
	d.Waiting, d.Drafts, d.Questions = 1, 2, 11
	return d
}

// Every language has the same sentences, and says every fact in a line of its own.
func TestDigestLanguages(t *testing.T) {
	names := func(language string) (all []string) {
		for _, s := range sentences()[language].Templates() {
			if !strings.HasSuffix(s.Name(), ".txt") {
				all = append(all, s.Name())
			}
		}
		slices.Sort(all)
		return all
	}
	for _, language := range ownerLanguages {
		if got := names(language); !slices.Equal(got, names("en")) {
			t.Errorf("%s has %q", language, got)
		}
		d := rich()
		said, err := Digest(d, language, Links{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range d.Sections {
			for _, l := range s.Lines {
				var found string
				for line := range strings.Lines(said.Text) {
					if strings.HasPrefix(strings.TrimSpace(line), fmt.Sprint(l.Number, " ")) {
						found = line
					}
				}
				whose := slices.Contains([]string{"trouble", "trouble.new", "trouble.backup", "trouble.carddav", "trouble.configuration", "trouble.digest", "trouble.evening", "ignored", "asks.milestones", "goal.people", "goal.events"}, l.Says) ||
					strings.Contains(found, "Maria López")
				if !whose || strings.Contains(found, "<no value>") {
					t.Errorf("%s, %s: %q", language, l.Says, found)
				}
			}
		}
		if strings.Contains(said.Subject, "Maria") || !strings.HasPrefix(said.Subject, "regards: ") {
			t.Errorf("%s: the subject is %q", language, said.Subject)
		}
	}
}

func TestDigestText(t *testing.T) {
	d := plan.Digest{Waiting: 1, Drafts: 2, Sections: []plan.Section{
		{Name: plan.SectionAnswers, Left: 1, Lines: []plan.Line{{Number: 1, Says: "answer", Who: "Maria López", Title: "Re: portfolio", At: digestDay}}},
		{Name: plan.SectionDrafts, Lines: []plan.Line{{Number: 2, Says: "draft", Who: "Tom Lee", Title: "Thank you", Days: 1}}},
	}}
	for language, want := range map[string]string{
		"en": "regards: 1 waiting, 2 drafts\nWaiting for your answer\n  1  Maria López: “Re: portfolio”, since Tuesday 24 November\n     and 1 more\n\n" +
			"Drafts that lie ready\n  2  Tom Lee: “Thank you”, since yesterday\n\n-- \nYour regards, from your own computer. All of it: regards digest --all\n",
		"de": "regards: 1 wartet, 2 Entwürfe\nWarten auf deine Antwort\n  1  Maria López: „Re: portfolio“, seit Dienstag, 24. November\n     und 1 mehr\n\n" +
			"Entwürfe, die bereitliegen\n  2  Tom Lee: „Thank you“, seit gestern\n\n-- \nDein regards, von deinem eigenen Rechner. Alles: regards digest --all\n",
	} {
		if said, err := Digest(d, language, Links{}); err != nil || said.Subject+"\n"+said.Text != want {
			t.Errorf("got\n%s\n%s%v", said.Subject, said.Text, err)
		}
	}
	said, err := Digest(plan.Digest{}, "pt", Links{})
	if err != nil || said.Subject != "regards: a quiet week" || !strings.HasPrefix(said.Text, "Nothing waits for you this week.\n") || !strings.Contains(said.HTML, "Nothing waits") {
		t.Errorf("an empty one in a language that it does not speak: %+v, %v", said, err)
	}
}

// What others have written stays in its line, is not longer than that may be, and
// is no markup (law 6): in every sentence, whatever of it they chose.
func TestDigestOfStrangers(t *testing.T) {
	harmless := rich()
	elements := strings.Fields("html head meta title body div h2 table tbody tr td p a")
	for _, evil := range []string{"a\r\nb", "\u2028 x \u2029", "<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</td></tr></table><h2>Drafts", "&lt;b&gt;",
		"\x1b[31mred", "{{.}}", `{{template "foot"}}`, "\u202Egnp.exe", "\u2066\u2069", strings.Repeat("long ", 1000), strings.Repeat("w", 5000), "\xff", "\x00", " \t "} {
		d := rich()
		for _, s := range d.Sections {
			for i := range s.Lines {
				l := &s.Lines[i]
				l.Who, l.Address, l.Title, l.Text, l.Verbatim = evil, evil, evil, evil, evil
				l.Kind, l.Medium = contact.Kind(evil), contact.Medium(evil)
			}
		}
		for _, language := range ownerLanguages {
			said, err := Digest(d, language, tapped)
			if err != nil {
				t.Fatal(err)
			}
			proper, err := Digest(harmless, language, tapped)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := strings.Count(said.Text, "\n"), strings.Count(proper.Text, "\n"); got != want {
				t.Errorf("%.20q in %s: %d lines, want %d", evil, language, got, want)
			}
			if strings.ContainsAny(said.Text+said.HTML, "\x00\x1b\r\u2028\u2029\u202e\u2066\u2069") || !utf8.ValidString(said.Text+said.HTML) {
				t.Errorf("%.20q in %s: control characters are left", evil, language)
			}
			for line := range strings.Lines(said.Text) {
				if len(line) > 3000 {
					t.Errorf("%.20q in %s: a line of %d bytes", evil, language, len(line))
				}
			}
			page, err := html.Parse(strings.NewReader(said.HTML))
			if err != nil {
				t.Fatal(err)
			}
			rows := 0
			for node := range page.Descendants() {
				if node.Type == html.ElementNode && !slices.Contains(elements, node.Data) {
					t.Errorf("%.20q in %s became the element %s", evil, language, node.Data)
				}
				if node.Data == "tr" {
					rows++
				}
			}
			if want := strings.Count(proper.HTML, "<tr>"); rows != want {
				t.Errorf("%.20q in %s: %d rows, want %d", evil, language, rows, want)
			}
		}
	}
}

// Lengths of time are said as people do.
func TestDigestLengths(t *testing.T) {
	for language, want := range map[string][]string{
		"en": {"1 day", "99 days", "3 months", "24 months", "2 years", "2 months", "1 year + 6 months + 3 days", "36h", "30 June 2024"},
		"de": {"1 Tag", "99 Tage", "3 Monate", "24 Monate", "2 Jahre", "2 Monate", "1 Jahr + 6 Monate + 3 Tage", "36h", "30. Juni 2024"},
		"es": {"1 día", "99 días", "3 meses", "24 meses", "2 años", "2 meses", "1 año + 6 meses + 3 días", "36h", "30 de junio de 2024"},
		"fr": {"1 jour", "99 jours", "3 mois", "24 mois", "2 ans", "2 mois", "1 an + 6 mois + 3 jours", "36h", "30 juin 2024"},
	} {
		s := &speaker{language: language, sentences: sentences()[language]}
		var got []string
		for _, days := range []int{1, 99, 100, 730, 731} {
			got = append(got, words{plan.Line{Days: days}, s}.InDays())
		}
		for _, every := range []contact.Duration{{Months: 2}, {Months: 18, Days: 3}, {Rest: 36 * time.Hour}} {
			got = append(got, words{plan.Line{Every: every}, s}.Every())
		}
		got = append(got, words{plan.Line{At: time.Date(2024, 6, 30, 9, 0, 0, 0, time.UTC), Days: 876}, s}.Day())
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}
