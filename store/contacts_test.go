package store

import (
	"database/sql"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"regards/contact"
)

// endAll ends every letter.
func endAll(tx *sql.Tx) error { return endLetters(ctx, tx, noon, "gone", "1") }

func TestContactRoundTrip(t *testing.T) {
	s := newStore(t)
	tom := add(t, s, "Tom")
	maria := person("Maria López", "Maria.Lopez+x@X.example", "m@y.example")
	maria.Groups, maria.Medium, maria.Every = []string{"mentor", "alumni"}, contact.Card, contact.Duration{Months: 14, Days: 3, Rest: time.Hour}
	maria.Greeting, maria.IntroducedBy, maria.Status, maria.PausedUntil = "Dear Prof. López", tom.ID, contact.Paused, noon.AddDate(0, 1, 0)
	added := must[contact.Contact](t)(s.AddContact(ctx, maria))
	if maria.ID = added.ID; len(maria.ID) != 8 || !reflect.DeepEqual(added, maria) {
		t.Errorf("added %+v", added)
	}
	all := must[[]contact.Contact](t)(s.Contacts(ctx))
	if !reflect.DeepEqual(all, []contact.Contact{maria, tom}) {
		t.Errorf("got %+v", all)
	}
	maria.Name, maria.Addresses, maria.Groups, maria.Every = "maria", maria.Addresses[1:], []string{"alumni", "x"}, contact.Duration{}
	maria.Status, maria.PausedUntil, maria.IntroducedBy = contact.Active, time.Time{}, ""
	check(t, update(s, maria))
	if all = must[[]contact.Contact](t)(s.Contacts(ctx)); !reflect.DeepEqual(all, []contact.Contact{maria, tom}) {
		t.Errorf("updated: %+v", all)
	}
	maria.ID = "none"
	maria.Addresses[0] = contact.Address{Addr: "z@x.example", Key: "z@x.example"}
	if err := update(s, maria); !errors.Is(err, ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}

// Law 10: what is refused changes nothing.
func TestTaken(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	const tables = `SELECT (SELECT group_concat(name) FROM contact), (SELECT group_concat(key) FROM address),
		(SELECT group_concat(name) FROM contact_group), (SELECT group_concat(id) FROM occasion), (SELECT value FROM meta WHERE key = 'book')`
	before := rows(t, s, tables)
	eve := person("Eve", "eve@x.example", "MARIA@x.example")
	eve.Groups = []string{"mentor"}
	_, err := s.AddContact(ctx, eve)
	if !errors.Is(err, ErrTaken) || err.Error() != "MARIA@x.example is an address of Maria: already taken; see: regards contact show MARIA@x.example" {
		t.Errorf("add: %v", err)
	}
	tom.Name, tom.Groups, tom.Addresses = "Thomas", eve.Groups, append(tom.Addresses, maria.Addresses...)
	if err := update(s, tom); !errors.Is(err, ErrTaken) {
		t.Errorf("update: %v", err)
	}
	o := contact.Occasion{Kind: contact.Met, At: noon, Logged: noon, Participants: make([]contact.Participant, 2)}
	if _, err := s.AddOccasion(ctx, o, map[int]contact.Contact{0: person("Joe", "joe@x.example"), 1: eve}, noon); !errors.Is(err, ErrTaken) {
		t.Errorf("occasion: %v", err)
	}
	eve.Addresses, eve.Name = eve.Addresses[:1], " "
	if _, err := s.AddContact(ctx, eve); err == nil || err.Error() != "a contact needs a name" {
		t.Errorf("invalid: %v", err)
	}
	maria.Status = "gone"
	if err := update(s, maria); err == nil {
		t.Error("an invalid update")
	}
	if err := s.RemoveContact(ctx, "none", noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("remove: %v", err)
	}
	if after := rows(t, s, tables); after != before {
		t.Errorf("got\n%s, want\n%s", after, before)
	}
}

// Their own addresses may stay when contacts are changed.
func TestUpdateKeepsAddresses(t *testing.T) {
	s := newStore(t)
	maria := must[contact.Contact](t)(s.AddContact(ctx, person("Maria", "a@x.example", "b@x.example")))
	maria.Addresses[0], maria.Addresses[1] = maria.Addresses[1], maria.Addresses[0]
	check(t, update(s, maria))
	if got := rows(t, s, "SELECT addr FROM address ORDER BY position"); got != "b@x.example\na@x.example" {
		t.Error(got)
	}
}

// What is known of an address becomes the first touches of its contact.
func TestTouchesFromHistory(t *testing.T) {
	s := newStore(t)
	in, archive, out := inbox(9), inbox(9), inbox(9)
	archive.Mailbox, out.Mailbox = "Archive", "Sent"
	in.Peers = map[string]*Peer{"maria@x.example": {Addr: "Maria@x.example", In: History{3, noon, "Hi", "a@x", true}}}
	archive.Peers = map[string]*Peer{
		"maria@x.example": {Addr: "maria@x.example", In: History{3, noon.AddDate(0, 0, -1), "Older", "b@x", true}},
		"m@y.example":     {Addr: "m@y.example", In: History{1, noon.AddDate(-1, 0, 0), "No id", "sha256:00", false}},
	}
	out.Peers = map[string]*Peer{
		"maria@x.example": {Addr: "maria@x.example", Out: History{1, noon.AddDate(0, 0, -2), "Question", "c@x", false}},
		"m@y.example":     {Addr: "m@y.example", Out: History{1, noon.AddDate(0, 0, -3), "Same", "c@x", false}},
		"tom@x.example":   {Addr: "tom@x.example", Out: History{1, noon, "Tom", "t@x", true}},
	}
	keep(t, s, in, archive, out)
	maria := must[contact.Contact](t)(s.AddContact(ctx, person("Maria", "maria@x.example")))
	const query = `SELECT direction, subject, key, message_id, address, alone, mailbox FROM touch ORDER BY at DESC`
	want := "in Hi a@x a@x Maria@x.example 1 INBOX\nout Question c@x c@x maria@x.example 0 Sent"
	if got := rows(t, s, query); got != want {
		t.Errorf("added: got\n%s\nwant\n%s", got, want)
	}
	// A second address brings its own; what is a touch already stays one, and a
	// hash in place of a Message-ID is nothing to answer.
	maria.Addresses = append(maria.Addresses, contact.Address{Addr: "m@y.example", Key: "m@y.example"})
	check(t, update(s, maria))
	want += "\nin No id sha256:00  m@y.example 0 Archive"
	if got := rows(t, s, query); got != want {
		t.Errorf("updated: got\n%s\nwant\n%s", got, want)
	}
	if added := keep(t, s, inbox(10, mail(maria, "a@x", contact.In))); len(added) != 0 {
		t.Errorf("met again: %+v", added)
	}
}

func TestRemoveContact(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	tom.IntroducedBy = maria.ID
	check(t, update(s, tom))
	o := must[contact.Occasion](t)(s.AddOccasion(ctx, contact.Occasion{Kind: contact.Met, At: noon, Logged: noon,
		Participants: []contact.Participant{{ContactID: maria.ID}, {ContactID: tom.ID}}}, nil, noon))
	sc := inbox(1, mail(maria, "a@x", contact.In), mail(tom, "b@x", contact.In))
	sc.PassedOver = map[string][]PassedOver{maria.ID: {{Reason: "list", Key: "n@x"}}}
	keep(t, s, sc)
	for _, state := range []contact.State{contact.Needs, contact.Queued, contact.Drafted, contact.Edited, contact.Sent} {
		for _, c := range []contact.Contact{maria, tom} {
			l := letter(c.Name + "/" + string(state))
			l.ContactID, l.OccasionID = c.ID, o.ID
			check(t, putLetter(s, l))
			check(t, setLetter(s, l.Key, state, contact.Place{}, "new"))
		}
	}
	check(t, s.RemoveContact(ctx, maria.ID, noon))
	for query, want := range map[string]string{
		"SELECT name, introduced_by FROM contact": "Tom <nil>",
		"SELECT key FROM address":                 "tom@x.example",
		"SELECT key FROM touch ORDER BY key":      "b@x\n" + contact.OccasionKey(o.ID),
		"SELECT contact_id FROM participant":      tom.ID,
		"SELECT count(*) FROM passed_over":        "0",
		"SELECT key, state, take_back FROM letter WHERE key LIKE 'Maria/%' ORDER BY key": "Maria/drafted drafted 1\nMaria/edited edited 0\n" +
			"Maria/needs superseded 0\nMaria/queued superseded 0\nMaria/sent sent 0",
		"SELECT count(*) FROM letter WHERE key LIKE 'Tom/%' AND reason = 'new' AND NOT take_back": "5",
	} {
		if got := rows(t, s, query); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", query, got, want)
		}
	}
	if got := add(t, s, "Maria"); got.ID == maria.ID {
		t.Error("an id came back")
	}
}

func TestBookVersion(t *testing.T) {
	s := newStore(t)
	last := must[int64](t)(s.BookVersion(ctx))
	var maria contact.Contact
	for _, do := range []func(){
		func() { maria = add(t, s, "Maria") },
		func() { check(t, update(s, maria)) },
		func() {
			o := contact.Occasion{Kind: contact.Met, At: noon, Logged: noon, Participants: make([]contact.Participant, 1)}
			must[contact.Occasion](t)(s.AddOccasion(ctx, o, map[int]contact.Contact{0: person("Tom", "tom@x.example")}, noon))
		},
		func() { check(t, s.RemoveContact(ctx, maria.ID, noon)) },
	} {
		do()
		if v := must[int64](t)(s.BookVersion(ctx)); v <= last {
			t.Errorf("%d, then %d", last, v)
		} else {
			last = v
		}
	}
	keep(t, s, inbox(1))
	if v := must[int64](t)(s.BookVersion(ctx)); v != last {
		t.Errorf("a scan changed it from %d to %d", last, v)
	}
}

func TestTouches(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	add(t, s, "Eve")
	touch := func(c contact.Contact, key string, dir contact.Direction, medium contact.Medium, hours int) contact.Touch {
		m := mail(c, key, dir)
		m.Medium, m.At = medium, noon.Add(time.Duration(hours)*time.Hour)
		return m
	}
	keep(t, s, inbox(9,
		touch(maria, "a", contact.In, contact.Email, 3), touch(maria, "b", contact.Out, contact.Email, 3), touch(maria, "c", contact.Out, contact.Email, 1),
		touch(maria, "d", contact.Out, contact.Call, 5), touch(tom, "e", contact.Out, contact.Meeting, 4), touch(tom, "f", contact.In, contact.Email, 2)))
	keys := func(touches []contact.Touch) string {
		var all []string
		for _, t := range touches {
			all = append(all, t.Key)
		}
		return strings.Join(all, "")
	}
	for id, want := range map[string]string{"": "debafc", maria.ID: "dbac", tom.ID: "ef", "none": ""} {
		if got := keys(must[[]contact.Touch](t)(s.Touches(ctx, id))); got != want {
			t.Errorf("of %q: got %s, want %s", id, got, want)
		}
	}
	// The store and contact.Touch.Newer agree on what is newer.
	all := must[[]contact.Touch](t)(s.Touches(ctx, ""))
	for i := range all[1:] {
		if all[i+1].Newer(all[i]) {
			t.Errorf("%s is newer than %s", all[i+1].Key, all[i].Key)
		}
	}
}
