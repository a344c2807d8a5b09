package store

import (
	"errors"
	"testing"

	"regards/contact"
)

// One key makes one notice, and what has ended keeps no words.
func TestNotices(t *testing.T) {
	s := newStore(t)
	n := Notice{Key: "digest/2026-11-23", Account: "work", To: "ana@example.org", MessageID: "a@x", Raw: []byte("SECRET"), Made: noon}
	for i, want := range []bool{true, false} {
		if added := must[bool](t)(s.AddNotice(ctx, n, "digest", noon.AddDate(0, 0, i))); added != want {
			t.Errorf("%d: added %t", i, added)
		}
	}
	if at, known, err := s.Fired(ctx, "digest"); err != nil || !known || !at.Equal(noon.AddDate(0, 0, 1)) {
		t.Errorf("fired at %v, %t, %v", at, known, err)
	}
	if _, known, err := s.Fired(ctx, "evening"); err != nil || known {
		t.Errorf("what never fired: %t, %v", known, err)
	}
	asked := n
	asked.Key = "digest/asked"
	must[bool](t)(s.AddNotice(ctx, asked, "", noon))
	n.Attempt, n.Sending, n.State = contact.Attempt{At: noon, UIDValidity: 7, UIDNext: 9}, noon, contact.Queued
	check(t, s.SetNotice(ctx, n))
	all := must[[]Notice](t)(s.Notices(ctx))
	if len(all) != 2 || all[0].Attempt != n.Attempt || !all[0].Sending.Equal(noon) || string(all[0].Raw) != "SECRET" || all[0].To != n.To || all[0].Mailed {
		t.Fatalf("%+v", all)
	}
	n.State, n.Reason = contact.Sent, ""
	check(t, s.SetNotice(ctx, n))
	if all := must[[]Notice](t)(s.Notices(ctx)); all[0].State != contact.Sent || all[0].Raw != nil {
		t.Errorf("%+v", all[0])
	}
	n.State = contact.Queued
	if err := s.SetNotice(ctx, n); !errors.Is(err, ErrTaken) {
		t.Errorf("what has ended: %v", err)
	}
}

// A notice may name anybody: when somebody is forgotten it is not delivered.
func TestNoticesForget(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	must[bool](t)(s.AddNotice(ctx, Notice{Key: "digest/1", Account: "work", Raw: []byte("Maria"), Made: noon}, "", noon))
	check(t, s.Forget(ctx, maria, false, noon))
	if all := must[[]Notice](t)(s.Notices(ctx)); all[0].State != contact.Uncertain || all[0].Raw != nil || all[0].Reason == "" {
		t.Errorf("%+v", all[0])
	}
}
