package store

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"regards/contact"
	"regards/plan"
)

// seen notes messages as a scan does.
func seen(t *testing.T, s *Store, all ...Instruction) {
	t.Helper()
	sc := inbox(50)
	sc.Instructions = all
	keep(t, s, sc)
}

func TestInstructions(t *testing.T) {
	s := newStore(t)
	in := Instruction{Key: "a@x", MessageID: "a@x", Account: "work", Mailbox: "INBOX", Notice: "digest/2026-11-23", Seen: noon, Refused: RefusedPlace}
	open := func() []Instruction { return must[[]Instruction](t)(s.Instructions(ctx, "work")) }
	seen(t, s, in)
	if got := must[[]Instruction](t)(s.RefusedInstructions(ctx, noon.Add(-time.Second))); !reflect.DeepEqual(got, []Instruction{in}) || len(open()) != 0 {
		t.Errorf("what anybody may have written: %+v, %+v", got, open())
	}
	in.Mailbox, in.Refused = "Sent", ""
	seen(t, s, in, in)
	if got := open(); !reflect.DeepEqual(got, []Instruction{in}) {
		t.Errorf("the copy in Sent: %+v", got)
	}
	copied := in
	copied.Mailbox, copied.Refused = "INBOX", RefusedPlace
	seen(t, s, copied)
	if got := open(); !reflect.DeepEqual(got, []Instruction{in}) {
		t.Errorf("seen in INBOX after that: %+v", got)
	}
	answer := Notice{Key: "answer/a", Account: "work", To: "ana@example.org", MessageID: "b@x", Raw: []byte("raw"), Made: noon}
	check(t, s.EndInstruction(ctx, in.Key, "", &answer, noon))
	if err := s.EndInstruction(ctx, in.Key, "", &answer, noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("ended twice: %v", err)
	}
	seen(t, s, in)
	if got := must[[]Notice](t)(s.Notices(ctx)); len(got) != 1 || got[0].Key != answer.Key || len(open()) != 0 {
		t.Errorf("after it was seen to: %+v, %+v", got, open())
	}
}

// What an order does and that it was carried out are one transaction.
func TestOrderOnce(t *testing.T) {
	s := newStore(t)
	p := add(t, s, "Joe")
	order := Order{What: "digest/2026-11-23#2", Instruction: "a@x", At: noon}
	rename := func(name string, fail error) error {
		s.Command("contact edit", noon)
		s.Carry(order)
		_, err := s.UpdateContact(ctx, p.ID, func(p contact.Contact) (contact.Contact, error) {
			p.Name = name
			return p, fail
		})
		return err
	}
	broken := errors.New("broken")
	if err := rename("Jim", broken); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if by := must[string](t)(s.Obeyed(ctx, order.What)); by != "" {
		t.Errorf("what failed counts as done, by %s", by)
	}
	check(t, rename("Jim", nil))
	if by := must[string](t)(s.Obeyed(ctx, order.What)); by != "a@x" {
		t.Errorf("done by %q", by)
	}
	if err := rename("Jack", nil); !errors.Is(err, ErrObeyed) {
		t.Errorf("again: %v", err)
	}
	if err := s.Obey(ctx, order); !errors.Is(err, ErrObeyed) {
		t.Errorf("noted again: %v", err)
	}
	s.Carry(order)
	if _, err := s.Undo(ctx, noon); !errors.Is(err, ErrObeyed) || rows(t, s, "SELECT name FROM contact") != "Jim" {
		t.Errorf("an undo that was carried out: %v", err)
	}
	s.Carry(Order{What: "a@x/1", Instruction: "a@x", At: noon})
	if _, err := s.Undo(ctx, noon); err != nil || rows(t, s, "SELECT name FROM contact") != "Joe" || must[string](t)(s.Obeyed(ctx, "a@x/1")) == "" {
		t.Errorf("an undo: %v", err)
	}
}

// Whoever is forgotten is named by no notice any more.
func TestForgetInLines(t *testing.T) {
	s := newStore(t)
	p := must[contact.Contact](t)(s.AddContact(ctx, person("Joe", "joe@x.example", "r&d@x.example")))
	lines := map[string][]plan.Handle{
		"a": {{Number: 1, Says: "write", ContactID: p.ID}}, "b": {{Number: 1, Says: "asks.useful", Key: "thank-you/o1/" + p.ID}},
		"c": {{Number: 1, Says: "stranger", Address: "JOE@x.example"}, {Number: 2, Says: "write", ContactID: "other"}}, "e": {{Number: 1, Says: "stranger", Address: "r&d@x.example"}}, "d": {{Number: 1, Says: "write", ContactID: "other"}},
	}
	for key, of := range lines {
		must[bool](t)(s.AddNotice(ctx, Notice{Key: key, MessageID: key, Made: noon, Lines: of}, "", time.Time{}))
	}
	check(t, s.Forget(ctx, p, false, noon))
	for _, n := range must[[]Notice](t)(s.Notices(ctx)) {
		if want := map[string]int{"c": 1, "d": 1}[n.Key]; len(n.Lines) != want {
			t.Errorf("%s: %+v", n.Key, n.Lines)
		}
	}
}

// They are seen to in the order in which the owner sent them; what lies long back is
// not kept.
func TestInstructionsInOrder(t *testing.T) {
	s := newStore(t)
	for i, key := range []string{"c@x", "a@x", "b@x"} {
		seen(t, s, Instruction{Key: key, Account: "work", Mailbox: "Sent", Sent: noon.Add(time.Duration(i) * time.Minute), Seen: noon})
	}
	var keys []string
	for _, in := range must[[]Instruction](t)(s.Instructions(ctx, "work")) {
		keys = append(keys, in.Key)
	}
	if !reflect.DeepEqual(keys, []string{"c@x", "a@x", "b@x"}) {
		t.Errorf("%q", keys)
	}
	check(t, s.Obey(ctx, Order{What: "old", Instruction: "c@x/0", At: noon}))
	check(t, s.EndInstruction(ctx, "c@x", "", nil, noon))
	seen(t, s, Instruction{Key: "d@x", Account: "work", Mailbox: "Sent", Sent: noon, Seen: noon.Add(instructionsKept + time.Hour)})
	check(t, s.EndInstruction(ctx, "d@x", "", nil, noon.Add(instructionsKept+time.Hour)))
	if left := rows(t, s, "SELECT group_concat(key) FROM instruction"); left != "d@x" || must[string](t)(s.Obeyed(ctx, "old")) != "" {
		t.Errorf("left: %s", left)
	}
}
