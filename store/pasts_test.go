package store

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

// Whatever changes touches, Pasts gives what all of them come to.
func TestPasts(t *testing.T) {
	s := peopled(t)
	more := maps.Clone(deeds)
	more["undo"] = func(s *Store, _ func(int) int) error { _, err := s.Undo(ctx, noon); return err }
	more["forget"] = func(s *Store, pick func(int) int) error { return s.Forget(ctx, someone(s, pick), false, noon) }
	more["mail"] = func(s *Store, pick func(int) int) error {
		var touches []contact.Touch
		for range pick(6) {
			c := someone(s, pick)
			if len(c.Addresses) == 0 { // nobody is left
				return nil
			}
			m := mail(c, fmt.Sprint(pick(1<<30), "@x"), []contact.Direction{contact.In, contact.Out}[pick(2)])
			m.At, m.Alone = noon.Add(time.Duration(pick(4))*time.Second), pick(2) == 0
			m.Medium = []contact.Medium{contact.Email, contact.Email, contact.Call, contact.Meeting, contact.Card}[pick(5)]
			if pick(2) == 0 {
				m.References = []string{"a@x"}
			}
			touches = append(touches, m)
		}
		_, err := s.Record(ctx, must[int64](t)(s.BookVersion(ctx)), inbox(9, touches...))
		return err
	}
	more["letter sent"] = func(s *Store, pick func(int) int) error {
		touches, letters := must[[]contact.Touch](t)(s.Touches(ctx, "")), must[[]contact.Letter](t)(s.Letters(ctx))
		if len(touches) == 0 || len(letters) == 0 {
			return nil
		}
		id := touches[pick(len(touches))].MessageID
		_, err := s.UpdateLetters(ctx, []string{letters[pick(len(letters))].Key}, func(l contact.Letter) (contact.Letter, error) {
			if pick(2) == 0 {
				l.DraftID = id
			} else {
				l.MessageID = id
			}
			return l, nil
		})
		return err
	}
	names := slices.Sorted(maps.Keys(more))
	tries := 0
	rapid.Check(t, func(r *rapid.T) {
		if tries++; tries > fewer {
			return
		}
		pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "pick") }
		for range rapid.IntRange(1, 4).Draw(r, "deeds") {
			name := rapid.SampledFrom(names).Draw(r, "deed")
			s.Command(name, later)
			more[name](s, pick) // one that cannot be done changes nothing
		}
		got, want := must[map[string]contact.Past](t)(s.Pasts(ctx)), pastsOf(t, s)
		if !reflect.DeepEqual(got, want) {
			r.Fatalf("got\n%+v\nwant\n%+v", got, want)
		}
	})
	if got := rows(t, s, "SELECT count(*) FROM past WHERE contact_id NOT IN (SELECT contact_id FROM touch)"); got != "0" {
		t.Errorf("%s rows of nobody", got)
	}
}

// What touches said is not kept beside them once it changes: a name that was
// scrubbed, a message that was handed to another contact.
func TestPastsKeepNothing(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	m := mail(maria, "a@x", contact.Out)
	m.Subject = "SECRET"
	keep(t, s, inbox(9, m))
	must[map[string]contact.Past](t)(s.Pasts(ctx))
	const kept = "SELECT count(*) FROM past WHERE subject = 'SECRET' OR own_subject = 'SECRET'"
	if got := rows(t, s, kept); got != "1" {
		t.Fatalf("%s rows", got)
	}
	exec(t, s.db, "UPDATE touch SET subject = ''")
	if got := rows(t, s, kept); got != "0" {
		t.Errorf("%s rows", got)
	}
}

// A mail is no word of the owner's own for as long as a letter says that it is
// that letter, whichever was known first.
func TestPastsOfLetters(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	own, ours := mail(maria, "own@x", contact.Out), mail(maria, "ours@x", contact.Out)
	own.Alone, ours.Alone, own.Subject, ours.Subject = true, true, "own", "ours"
	ours.At = own.At.Add(time.Hour)
	keep(t, s, inbox(9, own, ours))
	l := letter("promise/o1/maria")
	l.ContactID, l.MessageID = maria.ID, "ours@x"
	change := func(set func(*contact.Letter)) {
		t.Helper()
		must[[]contact.Letter](t)(s.UpdateLetters(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) {
			set(&l)
			return l, nil
		}))
	}
	for _, x := range []struct {
		what string
		do   func()
		want string
	}{
		{"no letter", func() {}, "ours"},
		{"a letter", func() { check(t, putLetter(s, l)) }, "own"},
		{"another Message-ID", func() { change(func(l *contact.Letter) { l.MessageID = "else@x" }) }, "ours"},
		{"that of the owner's mail program", func() { change(func(l *contact.Letter) { l.DraftID = "ours@x" }) }, "own"},
		{"no such", func() { change(func(l *contact.Letter) { l.DraftID = "" }) }, "ours"},
		{"again", func() { change(func(l *contact.Letter) { l.MessageID = "ours@x" }) }, "own"},
		{"to somebody else", func() { exec(t, s.db, "UPDATE letter SET contact_id = '"+tom.ID+"'") }, "ours"},
		{"to them", func() { exec(t, s.db, "UPDATE letter SET contact_id = '"+maria.ID+"'") }, "own"},
		{"no letter any more", func() { exec(t, s.db, "DELETE FROM letter") }, "ours"},
	} {
		x.do()
		past := must[map[string]contact.Past](t)(s.Pasts(ctx))[maria.ID]
		if past.LastOwnSubject != x.want || !past.LastOut.Equal(ours.At) {
			t.Errorf("%s: %+v", x.what, past)
		}
	}
}

func TestMails(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	touch := func(key string, dir contact.Direction, medium contact.Medium, hours int) contact.Touch {
		m := mail(maria, key, dir)
		m.Medium, m.At = medium, noon.Add(time.Duration(hours)*time.Hour)
		return m
	}
	keep(t, s, inbox(9, touch("a@x", contact.In, contact.Email, 3), touch("b@x", contact.Out, contact.Email, 3),
		touch("c@x", contact.In, contact.Email, 1), touch("d@x", contact.In, contact.Card, 5),
		touch("e@x", contact.Out, contact.Email, -1), touch("f@x", contact.Out, contact.Email, -2), touch("g@x", contact.Out, contact.Email, -3)))
	for _, ids := range [][]string{{maria.ID, tom.ID, "none"}, {maria.ID, maria.ID}} {
		mails := must[map[string]Mails](t)(s.Mails(ctx, ids))
		m := mails[maria.ID]
		if len(mails) != 1 || m.Last.Key != "b@x" || m.LastIn.Key != "a@x" || m.Last.MessageID != "b@x" {
			t.Errorf("with %v: %+v", ids, mails)
		}
		for skip, want := range []string{"b@x", "e@x", "f@x", "g@x", ""} {
			to := must[map[string]contact.Touch](t)(s.MailsTo(ctx, ids, skip))
			if n := min(1, len(want)); len(to) != n || to[maria.ID].Key != want {
				t.Errorf("to %v, before the last %d: %+v", ids, skip, to)
			}
		}
	}
	if got := must[map[string]Mails](t)(s.Mails(ctx, nil)); len(got) != 0 {
		t.Errorf("of nobody: %+v", got)
	}
}

// pastsOf gives what Pasts ought to give, from every touch there is.
func pastsOf(t testing.TB, s *Store) map[string]contact.Past {
	touches := must[[]contact.Touch](t)(s.Touches(ctx, ""))
	letters := must[[]contact.Letter](t)(s.Letters(ctx))
	pasts := map[string]contact.Past{}
	for _, touch := range touches {
		ours := slices.ContainsFunc(letters, func(l contact.Letter) bool { return l.ContactID == touch.ContactID && l.Is(touch.MessageID) })
		pasts[touch.ContactID] = addToPast(pasts[touch.ContactID], touch, ours)
	}
	return pasts
}

// addToPast enters a touch, maybe one of our letters, that is older than all that
// are in it.
func addToPast(p contact.Past, t contact.Touch, ours bool) contact.Past {
	mail, out := t.Medium == contact.Email, t.Direction == contact.Out
	spoken := t.Medium == contact.Meeting || t.Medium == contact.Call
	if p.Last.At.IsZero() {
		p.Last, p.Opened = t, mail && len(t.References) == 0
		p.Last = contact.Touch{ID: t.ID, ContactID: t.ContactID, Key: t.Key, At: t.At, Direction: t.Direction, Medium: t.Medium,
			Subject: t.Subject, Alone: t.Alone}
	}
	if mail && out && t.Alone && p.LastOut.IsZero() {
		p.LastOut = t.At
	}
	if mail && out && t.Alone && !ours && p.LastOwn.IsZero() {
		p.LastOwn, p.LastOwnSubject = t.At, t.Subject
	}
	if (!out || spoken) && p.LastSign.IsZero() {
		p.LastSign = t.At
	}
	switch {
	case mail && out:
		p.FirstOut = t.At
	case mail:
		p.FirstIn = t.At
	case spoken:
		p.FirstSpoken = t.At
	}
	return p
}
