package daemon

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/plan"
	"regards/templates"
)

// The greeting, the contact's own or the one read from mail, sets the register
// where the owner has set none.
func TestRegisterOfGreeting(t *testing.T) {
	w := Writer{
		Owner: templates.Owner{Name: "Ana", Signature: "Ana"}, Templates: []fs.FS{templates.Builtin()},
		Accounts: []Account{{Name: "main", Address: "ana@example.org", Letters: true}}, Location: time.UTC,
	}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	planned := plan.Planned{Letter: contact.Letter{Key: "k", State: contact.Queued}, Wording: "keep-in-touch"}
	for _, x := range []struct {
		own, read string
		set       contact.Register
		want      string
	}{
		{"", "Lieber Tom,", "", "dir"}, {"Lieber Tom", "", "", "dir"}, {"Lieber Tom", "", contact.Formal, "Ihnen"},
		{"", "Lieber Herr Baker,", "", "Ihnen"}, {"", "", "", "Ihnen"}, {"Sehr geehrter Herr Baker", "Lieber Tom,", "", "Ihnen"},
	} {
		c := contact.Contact{ID: "tom", Name: "Tom Baker", Language: "de", Greeting: x.own, Register: x.set,
			Addresses: []contact.Address{{Addr: "tom@x.example", Key: "tom@x.example"}}}
		l := w.Write(now, planned, c, Mail{Greeted: x.read})
		if text := string(l.Raw); l.State != contact.Queued || !strings.Contains(text, x.want) {
			t.Errorf("%+v: %s %s\n%s", x, l.State, l.Reason, text)
		}
	}
}

// BenchmarkWrite writes a letter of news.
func BenchmarkWrite(b *testing.B) {
	w := Settings{Owner: templates.Owner{Name: "Ana Díaz", Signature: "Ana"}, Templates: []fs.FS{templates.Builtin()},
		Accounts: []Account{{Name: "main", Address: "ana@example.org", Letters: true}}, Policy: plan.Policy{Location: time.UTC}}.Writer(make([]byte, 32))
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	planned := plan.Planned{Letter: contact.Letter{Key: "milestone/o/tom", State: contact.Queued}, Wording: "milestone", NewThread: true,
		Facts: plan.Facts{News: "I am starting as a marine biologist at Reef Lab in March, and much of it I owe to what I learned from you."}}
	c := contact.Contact{ID: "tom", Name: "Tom Baker", Addresses: []contact.Address{{Addr: "tom@x.example", Key: "tom@x.example"}}}
	for b.Loop() {
		if l := w.Write(now, planned, c, Mail{Greeted: "Dear Tom,"}); l.Raw == nil {
			b.Fatal(l.Reason)
		}
	}
}
