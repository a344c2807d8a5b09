package templates

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"regards/contact"
	"regards/plan"
)

var digestDay = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) // a Tuesday

// rich gives a digest with every sentence that there is.
func rich() (d plan.Digest) {
	line := plan.Line{Who: "Maria López", Title: "Re: portfolio", Text: "the tip", Kind: contact.Informational, Medium: contact.LinkedIn,
		At: digestDay, Days: 2, Count: 3}
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
		"asks.greeting", "asks.address", "asks.copy", "asks.phone", "asks.")
	add(plan.SectionPeople, "write")
	add(plan.SectionDates, "promise", "ahead")
	add(plan.SectionAnswered, "answered")
	add(plan.SectionTrouble, "trouble", "offline", "bounced", "strangers")
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
		said, err := Digest(d, language)
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
				if l.Says != "trouble" && l.Says != "strangers" && l.Says != "asks.milestones" && !strings.Contains(found, "Maria López") || strings.Contains(found, "<no value>") {
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
		if said, err := Digest(d, language); err != nil || said.Subject+"\n"+said.Text != want {
			t.Errorf("got\n%s\n%s%v", said.Subject, said.Text, err)
		}
	}
	said, err := Digest(plan.Digest{}, "pt")
	if err != nil || said.Subject != "regards: a quiet week" || !strings.HasPrefix(said.Text, "Nothing waits for you this week.\n") || !strings.Contains(said.HTML, "Nothing waits") {
		t.Errorf("an empty one in a language that it does not speak: %+v, %v", said, err)
	}
}

// What others have written stays in its line, is not longer than that may be, and
// is no markup.
func TestDigestOfStrangers(t *testing.T) {
	for _, evil := range []string{"a\r\nb", "\u2028 x \u2029", "<script>alert(1)</script>", "\x1b[31mred", "{{.}}", "\u202Egnp.exe", strings.Repeat("long ", 1000), "\xff"} {
		said, err := Digest(plan.Digest{Sections: []plan.Section{{Name: plan.SectionAnswers,
			Lines: []plan.Line{{Number: 1, Says: "answer", Who: evil, Title: evil, Text: evil, At: digestDay}}}}}, "en")
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(said.Text, "\n"); n != 5 || strings.ContainsAny(said.Text, "\x1b\r\u2028\u2029\u202e") || len(said.Text) > 400 {
			t.Errorf("%.20q: %d lines: %q", evil, n, said.Text)
		}
		page, err := html.Parse(strings.NewReader(said.HTML))
		if err != nil {
			t.Fatal(err)
		}
		for node := range page.Descendants() {
			if node.Data == "script" {
				t.Errorf("%.20q became markup", evil)
			}
		}
	}
}
