package main

import (
	"io/fs"
	"slices"
	"testing"
	"time"

	"regards/contact"
	"regards/internal/config"
	"regards/internal/daemon"
	"regards/plan"
	"regards/templates"
)

// Every letter of every practice can be written in every language and register,
// with the facts that its practice gives.
func TestEveryLetterHasItsWording(t *testing.T) {
	w := daemon.Writer{
		Owner:     templates.Owner{Name: "Ana Díaz", Signature: "Ana", Phone: "none", PersonalAddress: "ana@home.example"},
		Languages: []string{"en"}, Templates: []fs.FS{templates.Builtin()},
	}
	p := policy(config.Default())
	var all people
	for _, language := range []string{"", "de", "en", "es", "fr", "it"} {
		for _, register := range contact.Registers() {
			all = append(all, contact.Contact{
				ID: language + string(register), Name: "Maria Lopez", Greeting: "Dear Maria", Language: language, Register: register,
				Medium: contact.Email, Status: contact.Active, Addresses: []contact.Address{{Addr: "maria@uni.example", Key: "maria@uni.example"}},
			})
		}
	}
	r := checkWording(w, p, all, nil, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	if len(r.Problems) > 0 {
		t.Error(r.Problems)
	}
	listed, unread := templates.List(w.Templates)
	if len(unread) > 0 {
		t.Fatal(unread)
	}
	want := 0
	for practice := range p.Practices {
		want += len(p.Wordings(practice)) * len(all)
		for _, name := range p.Wordings(practice) {
			if !slices.ContainsFunc(listed, func(t templates.Template) bool { return t.Name == name }) {
				t.Errorf("there is no wording for %s", name)
			}
			if got := practiceOf(p, name); got != practice {
				t.Errorf("%s is a letter of %s, not %s", name, got, practice)
			}
		}
	}
	if r.Letters != want || want == 0 {
		t.Errorf("%d letters were tried, not %d", r.Letters, want)
	}
}

// Only those who can get a letter are tried; each problem stands once, with
// everybody whom it is about.
func TestCheckWording(t *testing.T) {
	w := daemon.Writer{Owner: templates.Owner{Name: "Ana", Signature: "Ana"}, Templates: []fs.FS{templates.Builtin()}}
	p := plan.Policy{Practices: map[string]plan.Practice{plan.ThankYou: {Enabled: true, Template: "thank-you.met"}, plan.Farewell: {}}}
	person := func(name string, status contact.Status, medium contact.Medium) contact.Contact {
		return contact.Contact{ID: name, Name: name, Status: status, Medium: medium, Addresses: []contact.Address{{Addr: "a@x.example", Key: "a@x.example"}}}
	}
	r := checkWording(w, p, people{
		person("MARIA", contact.Active, contact.Email), person("TOM", contact.Active, contact.Email),
		person("UWE", contact.Active, contact.Email), person("SUE", contact.Active, contact.Email),
		person("PAUL", contact.Paused, contact.Email), person("DORA", contact.Deceased, contact.Email),
		person("CARL", contact.Active, contact.Call), person("Eva Fine", contact.Active, contact.Email),
		person("WILL", contact.Active, contact.Email),
	}, map[string]bool{"WILL": true, "Eva Fine": true}, time.Now())
	if r.Letters != 6 || len(r.Later) != 1 || r.Later[0].Name != "WILL" || len(r.Problems) != 1 {
		t.Fatalf("%+v", r)
	}
	const want = `thank-you.met.en.txt:3 needs greeting for MARIA, TOM, UWE, 1 more; say how you greet them: regards contact edit NAME --greeting "Dear …"`
	if got := r.Problems[0].String(); got != want {
		t.Errorf("got %s", got)
	}
}
