package templates

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"regards/plan"
)

var tapped = Links{To: "ana+x@example.org", Token: func(n int) string { return fmt.Sprint("token", n) }, Sends: true}

// hrefs gives the links of a page.
func hrefs(t *testing.T, page string) (all []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for node := range root.Descendants() {
		for _, a := range node.Attr {
			if node.Data == "a" && a.Key == "href" {
				all = append(all, a.Val)
			}
		}
	}
	return all
}

// Every tap says an order of its line that is understood, in every language; what
// needs the owner's words ends where they begin.
func TestLinks(t *testing.T) {
	d := rich()
	d.Sections = append(d.Sections, plan.Section{Name: plan.SectionEvening, Lines: []plan.Line{
		{Number: 90, Says: "took-place"}, {Number: 91, Says: "goes.tomorrow"}, {Number: 92, Says: "reflect.learned"}}})
	var handles []plan.Handle
	offered := 0
	for _, s := range d.Sections {
		for _, l := range s.Lines {
			handles = append(handles, l.Handle())
			offered += len(plan.Offered(l.Says))
		}
	}
	for _, language := range ownerLanguages {
		said, err := Digest(d, language, tapped)
		if err != nil {
			t.Fatal(err)
		}
		all := hrefs(t, said.HTML)
		if len(all) != offered || offered < 20 {
			t.Errorf("%s: %d links for %d orders", language, len(all), offered)
		}
		for _, href := range all {
			u, err := url.Parse(href)
			if err != nil || u.Scheme != "mailto" || u.Opaque != "ana+x@example.org" {
				t.Fatalf("%s: %v", href, err)
			}
			query := u.Query()
			body, words := query.Get("body"), false
			if body[len(body)-1] == ' ' {
				body, words = body+"Tuesday it was", true
			}
			orders := plan.ReadReply(body, handles, func(plan.Handle, string) bool { return false })
			if len(orders) != 1 || orders[0].Verb == "" || words != (orders[0].Verb == plan.VerbAnswer || orders[0].Verb == plan.VerbMoved) {
				t.Errorf("%s: %q is %+v", language, body, orders)
			}
			if want := fmt.Sprint(TokenSubject, "token", orders[0].Number); query.Get("subject") != want {
				t.Errorf("%s: subject %q", language, query.Get("subject"))
			}
		}
	}
	for _, links := range []Links{{}, {To: "ana@example.org"}} {
		if said, err := Digest(d, "en", links); err != nil || len(hrefs(t, said.HTML)) != 0 {
			t.Errorf("without tokens: %v", err)
		}
	}
}

func TestAnswer(t *testing.T) {
	order := func(n int, verb plan.Verb, text string) plan.Order {
		said := strings.TrimSpace(fmt.Sprint(n, " ", strings.TrimPrefix(string(verb), "answer"), " ", text))
		return plan.Order{Number: n, Handle: plan.Handle{Number: n}, Verb: verb, Text: text, Said: strings.Join(strings.Fields(said), " ")}
	}
	never := order(6, plan.VerbNever, "")
	never.Handle.Key = "thank-you/o1/maria"
	digest := plan.Digest{Waiting: 1, Sections: []plan.Section{{Name: plan.SectionAnswers, Lines: []plan.Line{{Number: 1, Says: "answer", Who: "Maria", At: digestDay}}}}}
	for name, x := range map[string]struct {
		results []Result
		more    *plan.Digest
		want    string
	}{
		"done and not": {[]Result{{Order: order(1, plan.VerbAnswer, "the tip about Kiel"), Who: "Maria"}, {Order: order(3, plan.VerbSend, ""), Failed: "the account has no server"},
			{Order: never, Who: "Tom"}}, nil,
			"regards: 2 done, 1 not done\nDone\n  -  “1 the tip about Kiel”: noted, Maria.\n  -  “6 never”: that letter to Tom is not sent.\n\n" +
				"Not done\n  -  “3 send”: the account has no server\n\n"},
		"one is not understood": {[]Result{{Order: order(2, plan.VerbDone, "")}, {Order: plan.Order{Number: 9, Text: "whatever", Said: "9 whatever"}}}, nil,
			"regards: 1 done, 1 not done\nDone\n  -  “2 done”: seen to.\n\nNot done\n  -  “9 whatever”: not understood; reply help to see what is.\n\n"},
		"a log": {[]Result{{Order: plan.Order{Verb: plan.VerbLog, Text: "met Maria Lopez", Said: "met Maria Lopez"}}}, nil,
			"regards: 1 done\nDone\n  -  “met Maria Lopez”: logged.\n\n"},
		"more": {[]Result{{Order: plan.Order{Verb: plan.VerbMore}}}, &digest,
			"regards: 1 waiting\nWaiting for your answer\n  1  Maria, since Tuesday 24 November\n\n"},
	} {
		said, err := Answer(x.results, x.more, "en", tapped)
		text, foot, _ := strings.Cut(said.Text, "-- \n")
		if err != nil || said.Subject+"\n"+text != x.want || !strings.HasPrefix(foot, "To see to it, reply") {
			t.Errorf("%s: %v\n%s\n%s", name, err, said.Subject, said.Text)
		}
	}
	for _, results := range [][]Result{{{Order: plan.Order{Verb: plan.VerbHelp}}}, {{Order: plan.Order{Text: "Thank you for this!"}}}} {
		said, err := Answer(results, nil, "en", tapped)
		if err != nil || !strings.Contains(said.Text, "pause until 2027-01-12") || !strings.Contains(said.HTML, "pause until 2027-01-12") ||
			!strings.HasSuffix(said.Subject, "how to reply") {
			t.Errorf("%+v: %v\n%s\n%s", results, err, said.Subject, said.Text)
		}
	}
}

// Whatever can be ordered, every language says that it was done.
func TestAnswerLanguages(t *testing.T) {
	verbs := []plan.Verb{plan.VerbDone, plan.VerbSnooze, plan.VerbDraft, plan.VerbSend, plan.VerbAdd, plan.VerbNever, plan.VerbYes, plan.VerbNo,
		plan.VerbMoved, plan.VerbAnswer, plan.VerbUndo, plan.VerbPause, plan.VerbResume, plan.VerbLog}
	for _, language := range ownerLanguages {
		for _, verb := range verbs {
			said, err := Answer([]Result{{Order: plan.Order{Number: 1, Verb: verb}, Who: "Maria <b>", Failed: ""}}, nil, language, Links{})
			if err != nil || !strings.Contains(said.Text, "\n  -  ") || strings.Contains(said.HTML, "<b>") || strings.Contains(said.Subject, "Maria") {
				t.Errorf("%s, %s: %v\n%s", language, verb, err, said.Text)
			}
		}
		if help := speakerOf(language).say("help", nil); !slices.ContainsFunc(strings.Split(help, "\n"), func(l string) bool { return strings.Contains(l, "regards: met") }) {
			t.Errorf("%s: %s", language, help)
		}
	}
}

// A note that only tells of letters says so in its subject.
func TestNoteSubject(t *testing.T) {
	note := plan.Digest{Going: 1, Sections: []plan.Section{{Name: plan.SectionEvening, Lines: []plan.Line{{Number: 1, Says: "goes.tomorrow", Who: "Maria", Title: "Hello"}}}}}
	for language, want := range map[string]string{"en": "regards: 1 letter goes tomorrow", "de": "regards: 1 Brief geht morgen ab"} {
		if said, err := Digest(note, language, tapped); err != nil || said.Subject != want {
			t.Errorf("%q, %v", said.Subject, err)
		}
	}
}
