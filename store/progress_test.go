package store

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"regards/contact"
)

// change updates one letter and gives it as it is then, with its bytes.
func change(t testing.TB, s *Store, key string, f func(contact.Letter) contact.Letter) contact.Letter {
	t.Helper()
	letters, err := s.UpdateLetters(ctx, []string{key}, func(l contact.Letter) (contact.Letter, error) { return f(l), nil })
	check(t, err)
	got := must[contact.Letter](t)(s.Letter(ctx, key))
	raw := got.Raw
	if got.Raw = nil; len(letters) != 1 || !reflect.DeepEqual(letters[0], got) {
		t.Errorf("told %+v, stored %+v", letters, got)
	}
	got.Raw = raw
	return got
}

// Everything that a change may alter is stored, and nothing else is.
func TestUpdateLetters(t *testing.T) {
	s := newStore(t)
	putIn(t, s, "k", contact.Queued, false)
	putIn(t, s, "other", contact.Queued, false)
	other := must[contact.Letter](t)(s.Letter(ctx, "other"))
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	want := contact.Letter{Key: "k", Practice: "thank-you", ContactID: "maria", OccasionID: "o1", Created: noon,
		State: contact.Approved, Reason: "r", Due: at(1), Overdue: at(2), Subject: "s", MessageID: "m@x", DraftID: "d@x", InReplyTo: "i@x",
		Raw: []byte("new"), Account: "home", Place: contact.Place{Mailbox: "Outbox", UIDValidity: 1<<32 - 1, UID: 2},
		Attempt:  contact.Attempt{At: at(3), Mailbox: "Drafts", UIDValidity: 3, UIDNext: 1<<32 - 1},
		TakeBack: true, Delivery: contact.BySend, Written: at(4), Snoozed: at(5), Missing: at(6), Approved: at(7), Sending: at(8),
		Sent: at(9), Answered: at(10), Ended: at(11), Restored: at(12)}
	got := change(t, s, "k", func(l contact.Letter) contact.Letter {
		if l.Raw != nil {
			t.Error("a change gets no bytes")
		}
		changed := want
		changed.Key, changed.Practice, changed.ContactID, changed.OccasionID, changed.ParticipantID, changed.Created = "x", "x", "x", "x", "x", at(13)
		return changed
	})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
	if got := change(t, s, "k", func(l contact.Letter) contact.Letter { l.Reason = "again"; return l }); string(got.Raw) != "new" {
		t.Errorf("the bytes are gone: %+v", got)
	}
	if got := must[contact.Letter](t)(s.Letter(ctx, "other")); !reflect.DeepEqual(got, other) {
		t.Errorf("another letter is %+v now", got)
	}
}

// All letters change or none; a letter that is gone is passed by.
func TestUpdateLettersTogether(t *testing.T) {
	s := newStore(t)
	putIn(t, s, "a", contact.Queued, false)
	putIn(t, s, "b", contact.Queued, false)
	refused := errors.New("refused")
	_, err := s.UpdateLetters(ctx, []string{"a", "b"}, func(l contact.Letter) (contact.Letter, error) {
		if l.Key == "b" {
			return l, refused
		}
		return l.In(contact.Failed, noon), nil
	})
	if got := rows(t, s, "SELECT DISTINCT state FROM letter"); !errors.Is(err, refused) || got != "queued" {
		t.Errorf("got %v, %s", err, got)
	}
	letters, err := s.UpdateLetters(ctx, []string{"b", "gone", "a"}, func(l contact.Letter) (contact.Letter, error) {
		return l.In(contact.Failed, noon), nil
	})
	if err != nil || len(letters) != 2 || letters[0].Key != "b" || letters[1].Key != "a" || !letters[0].Ended.Equal(noon) {
		t.Errorf("got %+v, %v", letters, err)
	}
}

// What a change may not do to a letter, whatever it says.
func TestUpdateLettersLawful(t *testing.T) {
	s := newStore(t)
	for _, state := range states {
		putIn(t, s, "sent", contact.Queued, false)
		check(t, setLetter(s, "sent", contact.Sent, contact.Place{}, "sent"))
		got := change(t, s, "sent", func(l contact.Letter) contact.Letter {
			l.State, l.Reason = state, "late"
			return l
		})
		if state != contact.Sent && (got.State != contact.Sent || got.Reason != "sent") {
			t.Errorf("sent, then %s: %+v", state, got)
		}
		exec(t, s.db, "DELETE FROM letter")
	}
	putIn(t, s, "answered", contact.Sent, false)
	if got := change(t, s, "answered", func(l contact.Letter) contact.Letter { l.Answered = noon; return l }); !got.Answered.Equal(noon) {
		t.Errorf("an answer: %+v", got)
	}
	putIn(t, s, "anew", contact.Queued, false)
	if got := change(t, s, "anew", func(l contact.Letter) contact.Letter { return l.In(contact.Needs, noon) }); got.Raw != nil || got.Subject+got.MessageID != "" {
		t.Errorf("back in needs: %+v", got)
	}
	copied := letter("copied")
	copied.State, copied.MessageID = contact.Needs, ""
	check(t, putLetter(s, copied))
	if got := change(t, s, "copied", func(l contact.Letter) contact.Letter { l.Snoozed = noon; return l }); got.Raw == nil || got.Subject == "" {
		t.Errorf("a text to copy was lost: %+v", got)
	}
}

// What is found out about a letter to somebody forgotten brings no trace of them back.
func TestUpdateLettersOfSomebodyForgotten(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	l := letter("k")
	l.ContactID = maria.ID
	check(t, putLetter(s, l))
	check(t, recordAttempt(s, "k", contact.Attempt{At: noon, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 42}))
	check(t, s.Forget(ctx, maria, false, noon))
	got := change(t, s, "k", func(l contact.Letter) contact.Letter {
		l.Reason, l.Subject, l.Raw = "met with Maria", "Maria", []byte("Dear Maria")
		l.Place = contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 42}
		return l.In(contact.Drafted, noon)
	})
	if got.Reason != forgottenReason || got.Subject != "" || got.Raw != nil || !got.TakeBack || got.State != contact.Drafted || got.Place.UID != 42 {
		t.Errorf("got %+v", got)
	}
}

// What keeps a letter from being laid or sent.
var hindrances = map[string]func(t *testing.T, s *Store){
	"none":             func(*testing.T, *Store) {},
	"another state":    func(t *testing.T, s *Store) { exec(t, s.db, "UPDATE letter SET state = 'edited'") },
	"to be taken back": func(t *testing.T, s *Store) { exec(t, s.db, "UPDATE letter SET take_back = 1") },
	"snoozed":          func(t *testing.T, s *Store) { exec(t, s.db, "UPDATE letter SET snooze = ?", seconds(noon)+1) },
	"snoozed, over":    func(t *testing.T, s *Store) { exec(t, s.db, "UPDATE letter SET snooze = ?", seconds(noon)) },
	"deceased":         func(t *testing.T, s *Store) { exec(t, s.db, "UPDATE contact SET status = 'deceased'") },
	"paused":           func(t *testing.T, s *Store) { exec(t, s.db, "UPDATE contact SET status = 'paused'") },
	"paused, over": func(t *testing.T, s *Store) {
		exec(t, s.db, "UPDATE contact SET status = 'paused', paused_until = ?", seconds(noon))
	},
	"removed": func(t *testing.T, s *Store) { exec(t, s.db, "DELETE FROM contact") },
	"held":    func(t *testing.T, s *Store) { check(t, s.SetHold(ctx, Hold{Reason: "paused", Since: noon})) },
	"held, over": func(t *testing.T, s *Store) {
		check(t, s.SetHold(ctx, Hold{Reason: "paused", Since: noon.Add(-1), Until: noon}))
	},
	"no bytes":   func(t *testing.T, s *Store) { exec(t, s.db, "UPDATE letter SET raw = NULL") },
	"being sent": func(t *testing.T, s *Store) { exec(t, s.db, "UPDATE letter SET sending = 1") },
}

func TestRecordAttempts(t *testing.T) {
	a := contact.Attempt{At: noon, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 42}
	for what, hinder := range hindrances {
		s := newStore(t)
		putIn(t, s, "a", contact.Queued, false)
		putIn(t, s, "b", contact.Queued, false)
		hinder(t, s)
		got := must[[]string](t)(s.RecordAttempts(ctx, []string{"b", "none", "a"}, a))
		free := slices.Contains([]string{"none", "snoozed, over", "paused, over", "held, over", "being sent"}, what)
		want := []string(nil)
		if free {
			want = []string{"b", "a"}
		}
		if !slices.Equal(got, want) || (must[contact.Letter](t)(s.Letter(ctx, "a")).Attempt == a) != free {
			t.Errorf("%s: got %v", what, got)
		}
	}
}

func TestRecordSending(t *testing.T) {
	for what, hinder := range hindrances {
		s := newStore(t)
		putIn(t, s, "k", contact.Approved, false)
		hinder(t, s)
		err := s.RecordSending(ctx, "k", []byte("snapshot"), noon)
		free := slices.Contains([]string{"none", "snoozed, over", "paused, over", "held, over", "no bytes"}, what)
		l := must[contact.Letter](t)(s.Letter(ctx, "k"))
		if free && (err != nil || !l.Sending.Equal(noon) || string(l.Raw) != "snapshot") || !free && (!errors.Is(err, ErrTaken) || string(l.Raw) == "snapshot") {
			t.Errorf("%s: %v, %+v", what, err, l)
		}
	}
	s := newStore(t)
	putIn(t, s, "k", contact.Approved, false)
	check(t, s.RecordSending(ctx, "k", []byte("first"), noon))
	if err := s.RecordSending(ctx, "k", []byte("second"), noon.Add(time.Hour)); !errors.Is(err, ErrTaken) {
		t.Errorf("a second time: %v", err)
	}
}

// Many letters are stored together; what may not be is left out.
func TestPutLetters(t *testing.T) {
	s := newStore(t)
	putIn(t, s, "made", contact.Drafted, false)
	putIn(t, s, "waits", contact.Needs, false)
	exec(t, s.db, "UPDATE letter SET snooze = ?, restored = 1, created = ? WHERE key = 'waits'", seconds(noon.AddDate(0, 0, 7)), seconds(noon)-9)
	causeless := letter("causeless")
	causeless.ParticipantID = "gone"
	letters := []contact.Letter{letter("new"), letter("made"), causeless, letter("waits")}
	book := must[int64](t)(s.BookVersion(ctx))
	stored, err := s.PutLetters(ctx, book, letters)
	if err != nil || len(stored) != 2 || stored[0].Key != "new" || stored[1].Key != "waits" {
		t.Fatalf("got %v, %v", stored, err)
	}
	for _, l := range stored {
		kept := must[contact.Letter](t)(s.Letter(ctx, l.Key))
		if kept.Raw = nil; !reflect.DeepEqual(l, kept) {
			t.Errorf("got  %+v\nkept %+v", l, kept)
		}
	}
	waits := must[contact.Letter](t)(s.Letter(ctx, "waits"))
	if late := noon.AddDate(0, 0, 7); !waits.Snoozed.Equal(late) || !waits.Due.Equal(late) || !waits.Overdue.Equal(late.AddDate(0, 0, 1)) ||
		waits.Restored.IsZero() || !waits.Created.Equal(noon.Add(-9*time.Second)) || waits.State != contact.Queued {
		t.Errorf("what the owner put off: %+v", waits)
	}
	if stored, err := s.PutLetters(ctx, book-1, []contact.Letter{letter("late")}); !errors.Is(err, ErrStale) || stored != nil {
		t.Errorf("got %v, %v", stored, err)
	}
	raws := must[map[string][]byte](t)(s.Raws(ctx, []string{"new", "none", "waits"}))
	if len(raws) != 2 || string(raws["new"]) != string(letter("new").Raw) {
		t.Errorf("got %v", raws)
	}
}

// A letter whose contact cannot be written to any more says so while it waits.
func TestRewriteOfUnwritable(t *testing.T) {
	for status, want := range map[contact.Status]string{contact.Active: "it is written anew: something changed",
		contact.Paused: "Maria is paused", contact.Deceased: "Maria is deceased", contact.Bounced: "Maria is bounced"} {
		s := newStore(t)
		c := add(t, s, "Maria")
		l := letter("k")
		l.ContactID, l.Approved = c.ID, noon
		check(t, putLetter(s, l))
		c.Status = status
		check(t, update(s, c))
		got := must[contact.Letter](t)(s.Letter(ctx, "k"))
		if got.State != contact.Needs || got.Reason != want || got.Raw != nil || !got.Approved.IsZero() || !got.Written.IsZero() {
			t.Errorf("%s: got %+v", status, got)
		}
	}
}

// A letter that its practice laid into the outbox is taken back like a draft when
// its cause is gone; what the owner approved, or what is on its way, is not.
func TestTakenBackFromTheOutbox(t *testing.T) {
	for what, x := range map[string]struct {
		change func(*contact.Letter)
		want   bool
	}{
		"by itself":            {func(l *contact.Letter) { l.Delivery = contact.ByOutbox }, true},
		"by itself, no rest":   {func(l *contact.Letter) { l.Delivery = contact.BySend }, true},
		"by the owner":         {func(l *contact.Letter) { l.Delivery = contact.ByDraft }, false},
		"on its way by itself": {func(l *contact.Letter) { l.Delivery, l.Sending = contact.BySend, noon }, false},
	} {
		s := newStore(t)
		check(t, putLetter(s, letter("k")))
		must[[]contact.Letter](t)(s.UpdateLetters(ctx, []string{"k"}, func(l contact.Letter) (contact.Letter, error) {
			l = l.In(contact.Approved, noon)
			x.change(&l)
			return l, nil
		}))
		check(t, s.tx(ctx, endAll))
		if l := must[contact.Letter](t)(s.Letter(ctx, "k")); l.TakeBack != x.want || l.ByItself() != (l.Delivery != contact.ByDraft) {
			t.Errorf("%s: %+v", what, l)
		}
	}
}
