package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

// bounceOf is a report that mail to a contact came back.
func bounceOf(c contact.Contact, about string, kind contact.FindingKind, at time.Time) contact.Finding {
	return contact.Finding{ContactID: c.ID, Key: "report-" + about, Kind: kind, At: at, Address: strings.ToUpper(c.Addresses[0].Addr), Words: "550 no such user", About: about}
}

// told gives what is known of a contact in a line: which addresses failed, and what
// the owner is to see to.
func told(t *testing.T, s *Store, id string) string {
	t.Helper()
	all := must[[]contact.Contact](t)(s.Contacts(ctx))
	var words []string
	for _, c := range all {
		if c.ID != id {
			continue
		}
		for _, a := range c.Addresses {
			if !a.Bounced.IsZero() {
				words = append(words, "no "+a.Addr)
			}
		}
		for _, f := range c.Findings {
			words = append(words, string(f.Kind))
		}
	}
	return strings.Join(words, ", ")
}

// A report counts only about what the owner sent, whichever is read first; one about
// anything else changes nothing.
func TestReportsAboutOwnMail(t *testing.T) {
	found := func(f ...contact.Finding) Scan { sc := inbox(10); sc.Findings = f; return sc }
	var maria, tom contact.Contact
	to := func(c contact.Contact, id string) Scan {
		sc := inbox(10, mail(c, id, contact.Out))
		sc.Mailbox, sc.Own = "Sent", []string{id}
		return sc
	}
	sent := func(id string) Scan { return to(maria, id) }
	for name, c := range map[string]struct {
		scans func(maria contact.Contact) []Scan
		want  string
	}{
		"sent before": {func(m contact.Contact) []Scan {
			return []Scan{sent("a@x"), found(bounceOf(m, "a@x", contact.HardBounce, noon))}
		}, "no maria@x.example, bounce"},
		"sent known later": {func(m contact.Contact) []Scan {
			return []Scan{found(bounceOf(m, "a@x", contact.HardBounce, noon)), sent("b@x"), to(tom, "a@x"), sent("a@x")}
		}, "no maria@x.example, bounce"},
		"a touch is known": {func(m contact.Contact) []Scan {
			return []Scan{inbox(9, mail(m, "a@x", contact.Out)), found(bounceOf(m, "a@x", contact.HardBounce, noon))}
		}, "no maria@x.example, bounce"},
		"it went to somebody else": {func(m contact.Contact) []Scan {
			return []Scan{to(tom, "a@x"), found(bounceOf(m, "a@x", contact.HardBounce, noon)), to(tom, "a@x")}
		}, ""},
		"their own mail": {func(m contact.Contact) []Scan {
			return []Scan{inbox(9, mail(m, "a@x", contact.In)), found(bounceOf(m, "a@x", contact.HardBounce, noon))}
		}, ""},
		"backscatter": {func(m contact.Contact) []Scan {
			return []Scan{sent("a@x"), found(bounceOf(m, "spam@x", contact.HardBounce, noon))}
		}, ""},
		"it may pass": {func(m contact.Contact) []Scan {
			return []Scan{sent("a@x"), found(bounceOf(m, "a@x", contact.SoftBounce, noon))}
		}, "soft-bounce"},
		"they write again": {func(m contact.Contact) []Scan {
			again := mail(m, "c@x", contact.In)
			again.At = noon.Add(time.Hour)
			return []Scan{sent("a@x"), found(bounceOf(m, "a@x", contact.HardBounce, noon)), inbox(11, again)}
		}, ""},
		"they had written since": {func(m contact.Contact) []Scan {
			again := mail(m, "c@x", contact.In)
			again.At, again.Address = noon.Add(time.Hour), "Maria+work@X.example"
			return []Scan{sent("a@x"), inbox(11, again), found(bounceOf(m, "a@x", contact.HardBounce, noon))}
		}, "bounce"},
		"met twice": {func(m contact.Contact) []Scan {
			return []Scan{sent("a@x"), found(bounceOf(m, "a@x", contact.HardBounce, noon)), found(bounceOf(m, "a@x", contact.HardBounce, noon))}
		}, "no maria@x.example, bounce"},
		"somebody unknown": {func(m contact.Contact) []Scan {
			m.ID = "gone0000"
			return []Scan{sent("a@x"), found(bounceOf(m, "a@x", contact.HardBounce, noon))}
		}, ""},
	} {
		s := newStore(t)
		maria, tom = add(t, s, "Maria"), add(t, s, "Tom")
		for _, sc := range c.scans(maria) {
			keep(t, s, sc)
		}
		if got := told(t, s, maria.ID); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// What the owner has seen to is not told again, also not by the same mail; it can be
// taken back.
func TestSettled(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	sc := inbox(10)
	sc.Findings = []contact.Finding{{ContactID: maria.ID, Key: "m@x", Kind: contact.Died, At: noon, Words: "she passed away"},
		{ContactID: maria.ID, Key: "n@x", Kind: contact.NewAddress, At: noon, Address: "new@x.example"}}
	keep(t, s, sc)
	s.Command("contact edit Maria", noon)
	must[contact.Contact](t)(s.UpdateContact(ctx, maria.ID, func(c contact.Contact) (contact.Contact, error) {
		c.Findings = c.Findings[1:]
		return c, nil
	}))
	if got := told(t, s, maria.ID); got != "moved" {
		t.Errorf("left is %s", got)
	}
	keep(t, s, sc)
	if got := told(t, s, maria.ID); got != "moved" {
		t.Errorf("read again: %s", got)
	}
	must[Undone](t)(s.Undo(ctx, noon))
	if got := told(t, s, maria.ID); got != "died, moved" {
		t.Errorf("taken back: %s", got)
	}
}

// What was said last of an absence holds, in whatever order it is read.
func TestAbsences(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	for i, since := range []int{1, 3, 2} {
		sc := inbox(10)
		sc.Absences = []Absence{{maria.ID, contact.Absence{Since: noon.AddDate(0, 0, since), Until: noon.AddDate(0, 0, 20-i), Deputy: "pat@x.example"}}}
		keep(t, s, sc)
	}
	got := must[[]contact.Contact](t)(s.Contacts(ctx))[0].Away
	if want := (contact.Absence{Since: noon.AddDate(0, 0, 3), Until: noon.AddDate(0, 0, 19), Deputy: "pat@x.example"}); got != want {
		t.Errorf("got %+v", got)
	}
}

func TestReclassify(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	sc := inbox(10, mail(maria, "a@x", contact.In))
	sc.PassedOver = map[string][]PassedOver{maria.ID: {
		{At: noon, Subject: "News", Reason: "bulk", Mailbox: "INBOX", Key: "n@x", MessageID: "n@x", Address: "maria@x.example", Direction: contact.In},
		{At: noon, Subject: "Money", Reason: "forged", Mailbox: "INBOX", Key: "f@x", MessageID: "f@x", Address: "maria@x.example", Direction: contact.In},
		{At: noon, Subject: "All", Reason: "group", Mailbox: "INBOX", Key: "g@x", MessageID: "g@x", Address: "maria@x.example", Direction: contact.In},
	}}
	keep(t, s, sc)
	for _, x := range []struct {
		id    string
		human bool
		want  error
	}{{"a@x", true, ErrJudged}, {"n@x", false, ErrJudged}, {"g@x", true, ErrNotFound}, {"other@x", true, ErrNotFound}} {
		if _, err := s.Reclassify(ctx, x.id, x.human, noon); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", x.id, err)
		}
	}
	for _, id := range []string{"n@x", "f@x"} {
		must[[]Reclassified](t)(s.Reclassify(ctx, id, true, noon))
	}
	must[[]Reclassified](t)(s.Reclassify(ctx, "a@x", false, noon))
	if got := rows(t, s, "SELECT key FROM touch ORDER BY key"); got != "f@x\nn@x" {
		t.Errorf("touches: %s", got)
	}
	want := map[Overruled]bool{{"maria@x.example", "human"}: false, {"maria@x.example", "bulk"}: true, {"n@x", ""}: true, {"f@x", ""}: true, {"a@x", ""}: false}
	got := must[map[Overruled]bool](t)(s.Overruled(ctx))
	if len(got) != len(want) {
		t.Errorf("overruled: %v", got)
	}
	for o, human := range want {
		if said, known := got[o]; !known || said != human {
			t.Errorf("%v: %v, %v", o, said, known)
		}
	}
	check(t, s.Forget(ctx, maria, false, noon))
	if got := rows(t, s, "SELECT sender FROM overruled UNION SELECT key FROM finding"); got != "" {
		t.Errorf("left of her: %s", got)
	}
}

func TestAnswered(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	alone, both := mail(maria, "alone@x", contact.Out), []contact.Touch{mail(maria, "both@x", contact.Out), mail(tom, "both@x", contact.Out)}
	both[0].Alone, both[1].Alone = false, false
	sc := inbox(10, append(both, alone, mail(maria, "in@x", contact.In))...)
	sc.Own = []string{"list@x"}
	keep(t, s, sc)
	own, to, err := s.Answered(ctx, []string{"alone@x", "both@x", "in@x", "list@x", "other@x"})
	check(t, err)
	for id, want := range map[string]bool{"alone@x": true, "both@x": true, "in@x": false, "list@x": true, "other@x": false} {
		if own[id] != want {
			t.Errorf("%s: own %v", id, own[id])
		}
	}
	if len(to) != 1 || to["alone@x"] != maria.ID {
		t.Errorf("alone: %v", to)
	}
}
