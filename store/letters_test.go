package store

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"regards/contact"
)

var states = []contact.State{contact.Needs, contact.Queued, contact.Drafted, contact.Edited, contact.Moved, contact.Approved,
	contact.Sent, contact.Dismissed, contact.Superseded, contact.Failed, contact.Uncertain}

// letter lacks nothing but a place.
func letter(key string) contact.Letter {
	return contact.Letter{Key: key, Practice: "thank-you", ContactID: "maria", OccasionID: "o1", State: contact.Queued,
		Reason: "new", Due: noon, Overdue: noon.AddDate(0, 0, 1), Subject: "Thank you", MessageID: key + "@x", Raw: []byte("raw\x00\r\n"),
		Account: "work", Created: noon, Written: noon, Delivery: contact.ByDraft}
}

// befriend stores the contact to whom these letters go.
func befriend(t testing.TB, s *Store) {
	t.Helper()
	exec(t, s.db, "INSERT OR IGNORE INTO contact (id, name, medium, status, added) VALUES ('maria', 'Maria', 'card', 'active', 0)")
}

// putIn stores a letter in a state, perhaps with an attempt to put it into Drafts.
func putIn(t testing.TB, s *Store, key string, state contact.State, tried bool) {
	t.Helper()
	befriend(t, s)
	check(t, putLetter(s, letter(key)))
	if state != contact.Queued {
		check(t, setLetter(s, key, state, contact.Place{}, "new"))
	}
	if tried {
		check(t, recordAttempt(s, key, contact.Attempt{At: noon, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 42}))
	}
}

func TestPutLetterOnce(t *testing.T) {
	s := newStore(t)
	for _, state := range states {
		key := "thank-you/" + string(state)
		putIn(t, s, key, state, false)
		again := letter(key)
		again.Subject, again.Reason = "Other", "again"
		err := putLetter(s, again)
		got, getErr := s.Letter(ctx, key)
		check(t, getErr)
		if state == contact.Needs {
			if err != nil || got.State != contact.Queued || got.Subject != "Other" {
				t.Errorf("from needs: %v, %+v", err, got)
			}
		} else if !errors.Is(err, ErrTaken) || got.State != state || got.Subject != "Thank you" {
			t.Errorf("from %s: %v, %+v", state, err, got)
		}
	}
}

func TestLetterRoundTrip(t *testing.T) {
	s := newStore(t)
	befriend(t, s)
	want := letter("k")
	check(t, putLetter(s, want))
	if got, err := s.Letter(ctx, "k"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	want.Attempt = contact.Attempt{At: noon, Mailbox: "Drafts", UIDValidity: 1<<32 - 1, UIDNext: 1<<32 - 2}
	check(t, recordAttempt(s, "k", want.Attempt))
	if got, err := s.Letter(ctx, "k"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("tried: got %+v, %v", got, err)
	}
	want.State, want.Place, want.Reason = contact.Drafted, contact.Place{Mailbox: "Drafts", UIDValidity: 1<<32 - 1, UID: 1<<32 - 2}, "laid"
	check(t, setLetter(s, "k", want.State, want.Place, want.Reason))
	got, err := s.Letter(ctx, "k")
	if check(t, err); !got.Attempt.At.IsZero() {
		t.Errorf("the attempt is not over: %+v", got)
	}
	if got.Attempt = want.Attempt; !reflect.DeepEqual(got, want) {
		t.Errorf("drafted: got %+v, %v", got, err)
	}
	if _, err := s.Letter(ctx, "none"); !errors.Is(err, ErrNotFound) || err.Error() != "letter none: not found" {
		t.Errorf("got %v", err)
	}
	// The owner's mail program was faster: a delivery recorded late changes nothing.
	check(t, setLetter(s, "k", contact.Sent, contact.Place{}, "sent"))
	check(t, setLetter(s, "k", contact.Drafted, want.Place, "laid"))
	if got, err := s.Letter(ctx, "k"); err != nil || got.State != contact.Sent || got.Reason != "sent" {
		t.Errorf("after the delivery was recorded late: got %+v, %v", got, err)
	}
}

// Whoever took part in nothing any more gets no letter for it.
func TestPutLettersWithoutCause(t *testing.T) {
	s := newStore(t)
	l := letter("k")
	l.ParticipantID = "gone"
	if err := putLetter(s, l); !errors.Is(err, ErrTaken) {
		t.Errorf("got %v", err)
	}
	letters, err := s.Letters(ctx)
	if check(t, err); len(letters) != 0 {
		t.Errorf("stored: %+v", letters)
	}
}

// A letter that nobody has tried to deliver is written anew when its contact
// changes; one that may be on its way is not.
func TestRewrite(t *testing.T) {
	s := newStore(t)
	c, err := s.AddContact(ctx, person("Maria", "maria@x.example"))
	check(t, err)
	for key, tried := range map[string]bool{"fresh": false, "tried": true} {
		l := letter(key)
		l.ContactID = c.ID
		check(t, putLetter(s, l))
		if tried {
			check(t, recordAttempt(s, key, contact.Attempt{At: noon, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 42}))
		}
	}
	c.Status = contact.Deceased
	check(t, update(s, c))
	fresh, err := s.Letter(ctx, "fresh")
	if check(t, err); fresh.State != contact.Needs || fresh.Raw != nil {
		t.Errorf("got %+v", fresh)
	}
	tried, err := s.Letter(ctx, "tried")
	if check(t, err); tried.State != contact.Queued || tried.Raw == nil {
		t.Errorf("got %+v", tried)
	}
}

// A letter that was taken back is made once more where the plan says so, unless a
// copy of it may lie somewhere.
func TestPutLetterRevived(t *testing.T) {
	s := newStore(t)
	befriend(t, s)
	for name, place := range map[string]contact.Place{"gone": {}, "lies": {Mailbox: "Drafts", UIDValidity: 7, UID: 1}} {
		l := letter(name)
		check(t, putLetter(s, l))
		must[[]contact.Letter](t)(s.UpdateLetters(ctx, []string{name}, func(l contact.Letter) (contact.Letter, error) {
			l.Place = place
			return l.In(contact.Superseded, noon), nil
		}))
		if err := putLetter(s, l); !errors.Is(err, ErrTaken) {
			t.Errorf("%s, unasked: %v", name, err)
		}
		l.Revived = noon
		if err := putLetter(s, l); (err == nil) != (name == "gone") {
			t.Errorf("%s: %v", name, err)
		}
	}
	got := must[contact.Letter](t)(s.Letter(ctx, "gone"))
	if got.State != contact.Queued || !got.Revived.Equal(noon) || !got.Ended.IsZero() || len(got.Raw) == 0 {
		t.Errorf("got %+v", got)
	}
}

// What a needs-letter becomes keeps what it is and when it came.
func TestPutLetterFromNeeds(t *testing.T) {
	s := newStore(t)
	first := letter("k")
	first.State, first.Raw, first.MessageID, first.Overdue = contact.Needs, nil, "", first.Overdue.AddDate(0, 0, 1)
	check(t, putLetter(s, first))
	second := letter("k")
	second.Created = noon.AddDate(0, 0, 3)
	check(t, putLetter(s, second))
	second.Created, second.Written = noon, noon.AddDate(0, 0, 3)
	if got, err := s.Letter(ctx, "k"); err != nil || !reflect.DeepEqual(got, second) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestLettersInOrder(t *testing.T) {
	s := newStore(t)
	for i, key := range []string{"c", "b", "a"} {
		l := letter(key)
		if l.Due = noon; i == 0 {
			l.Due = noon.Add(-1)
		}
		check(t, putLetter(s, l))
	}
	got := must[[]contact.Letter](t)(s.Letters(ctx))
	if len(got) != 3 || got[0].Key != "c" || got[1].Key != "a" || got[2].Key != "b" || got[0].Raw != nil {
		t.Errorf("got %+v", got)
	}
}

// What has come to rest is not read each time that somebody looks for work.
func TestLettersInHand(t *testing.T) {
	s := newStore(t)
	for key, change := range map[string]func(*contact.Letter){
		"drafted": nil, "uncertain": nil, "needs": nil, "sent": nil, "superseded": nil, "failed": nil, "dismissed": nil,
		"sent, to be filed":           func(l *contact.Letter) { l.Sending = noon },
		"dismissed, to be taken back": func(l *contact.Letter) { l.TakeBack = true },
		"dismissed, once missing":     func(l *contact.Letter) { l.Missing = noon },
	} {
		state, _, _ := strings.Cut(key, ",")
		check(t, putLetter(s, letter(key)))
		must[[]contact.Letter](t)(s.UpdateLetters(ctx, []string{key}, func(l contact.Letter) (contact.Letter, error) {
			if l.State = contact.State(state); change != nil {
				change(&l)
			}
			return l, nil
		}))
	}
	var got []string
	for _, l := range must[[]contact.Letter](t)(s.LettersInHand(ctx)) {
		got = append(got, l.Key)
	}
	want := []string{"dismissed, once missing", "dismissed, to be taken back", "drafted", "needs", "sent, to be filed", "uncertain"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	some := must[[]contact.Letter](t)(s.LettersInHand(ctx, contact.Sent, contact.Drafted))
	if len(some) != 2 || some[0].Key != "drafted" || some[1].Key != "sent, to be filed" {
		t.Errorf("of two states: %+v", some)
	}
}

func TestRecordAttemptOnce(t *testing.T) {
	s := newStore(t)
	a := contact.Attempt{At: noon, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 42}
	for _, state := range states {
		putIn(t, s, string(state), state, false)
		err := recordAttempt(s, string(state), a)
		if queued := state == contact.Queued; queued != (err == nil) || !queued && !errors.Is(err, ErrTaken) {
			t.Errorf("%s: %v", state, err)
		}
	}
	putIn(t, s, "back", contact.Queued, true)
	check(t, s.tx(ctx, endAll))
	if err := recordAttempt(s, "back", a); !errors.Is(err, ErrTaken) {
		t.Errorf("one to be taken back: %v", err)
	}
	if err := recordAttempt(s, "none", a); !errors.Is(err, ErrTaken) {
		t.Errorf("none: %v", err)
	}
}

func TestEndLetters(t *testing.T) {
	s := newStore(t)
	want := map[string]string{"needs": "superseded 0 gone", "queued": "superseded 0 gone", "queued tried": "queued 1 gone", "drafted": "drafted 1 gone"}
	for _, state := range states {
		putIn(t, s, string(state), state, false)
		if want[string(state)] == "" {
			want[string(state)] = string(state) + " 0 new"
		}
	}
	putIn(t, s, "queued tried", contact.Queued, true)
	check(t, s.tx(ctx, endAll))
	for key, want := range want {
		if got := rows(t, s, "SELECT state, take_back, reason FROM letter WHERE key = ?", key); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	if got := rows(t, s, "SELECT count(*) FROM letter"); got != fmt.Sprint(len(want)) {
		t.Errorf("%s letters", got)
	}
}

// A letter that was written before a contact or an occasion changed is not stored.
func TestPutLettersStale(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	o := must[contact.Occasion](t)(s.AddOccasion(ctx, contact.Occasion{Kind: contact.Met, At: noon, Logged: noon}, nil, noon))
	for _, x := range []struct {
		what   string
		change func() error
	}{ // the removal comes last
		{"contact", func() error { return update(s, maria) }},
		{"occasion", func() error { return updateOccasion(s, o, noon) }},
		{"removal", func() error { return s.RemoveOccasion(ctx, o.ID, noon) }},
	} {
		what, change := x.what, x.change
		book := must[int64](t)(s.BookVersion(ctx))
		check(t, change())
		if _, err := s.PutLetters(ctx, book, []contact.Letter{letter(what)}); !errors.Is(err, ErrStale) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := rows(t, s, "SELECT count(*) FROM letter"); got != "0" {
		t.Errorf("%s letters", got)
	}
}

// What the deliverer says of a letter to somebody who was forgotten while it was
// being laid brings no trace of them back.
func TestSetLetterOfSomebodyForgotten(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	l := letter("k")
	l.ContactID = maria.ID
	check(t, putLetter(s, l))
	check(t, recordAttempt(s, "k", contact.Attempt{At: noon, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 42}))
	check(t, s.Forget(ctx, maria, false, noon))
	check(t, setLetter(s, "k", contact.Drafted, contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 42}, "met with Maria"))
	if got := must[contact.Letter](t)(s.Letter(ctx, "k")); got.Reason != forgottenReason || got.State != contact.Drafted || !got.TakeBack {
		t.Errorf("got %+v", got)
	}
}
