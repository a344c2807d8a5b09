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
	const kept = "SELECT count(*) FROM past WHERE subject = 'SECRET' OR out_subject = 'SECRET'"
	if got := rows(t, s, kept); got != "1" {
		t.Fatalf("%s rows", got)
	}
	exec(t, s.db, "UPDATE touch SET subject = ''")
	if got := rows(t, s, kept); got != "0" {
		t.Errorf("%s rows", got)
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
		to := must[map[string][]contact.Touch](t)(s.MailsTo(ctx, ids, 3))
		var out []string
		for _, t := range to[maria.ID] {
			out = append(out, t.Key)
		}
		if len(to) != 1 || !slices.Equal(out, []string{"b@x", "e@x", "f@x"}) {
			t.Errorf("to %v: %+v", ids, to)
		}
	}
	if got := must[map[string]Mails](t)(s.Mails(ctx, nil)); len(got) != 0 {
		t.Errorf("of nobody: %+v", got)
	}
}

// pastsOf gives what Pasts ought to give, from every touch there is.
func pastsOf(t testing.TB, s *Store) map[string]contact.Past {
	touches := must[[]contact.Touch](t)(s.Touches(ctx, ""))
	pasts := map[string]contact.Past{}
	for _, t := range touches {
		pasts[t.ContactID] = addToPast(pasts[t.ContactID], t)
	}
	return pasts
}

// addToPast enters a touch that is older than all that are in it.
func addToPast(p contact.Past, t contact.Touch) contact.Past {
	mail, out := t.Medium == contact.Email, t.Direction == contact.Out
	spoken := t.Medium == contact.Meeting || t.Medium == contact.Call
	if p.Last.At.IsZero() {
		p.Last, p.Opened = t, mail && len(t.References) == 0
		p.Last = contact.Touch{ID: t.ID, ContactID: t.ContactID, Key: t.Key, At: t.At, Direction: t.Direction, Medium: t.Medium,
			Subject: t.Subject, Alone: t.Alone}
	}
	if mail && out && t.Alone && p.LastOut.IsZero() {
		p.LastOut, p.LastOutSubject = t.At, t.Subject
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
