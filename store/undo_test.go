package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
	"regards/plan"
)

// later is when commands are given, after the letters were written.
var later = noon.Add(time.Minute)

// everything gives all that commands change and undo takes back, as text.
func everything(t testing.TB, s *Store) string {
	t.Helper()
	var all strings.Builder
	for _, table := range journaled {
		columns := strings.Split(rows(t, s, "SELECT name FROM pragma_table_info(?) ORDER BY cid", table), "\n")
		query := "SELECT concat_ws('|', quote(" + strings.Join(columns, "), quote(") + ")) FROM " + table + " ORDER BY 1"
		fmt.Fprintf(&all, "%s:\n%s\n", table, rows(t, s, query))
	}
	return all.String()
}

// deeds are what commands do, each on people and occasions chosen by pick.
var deeds = map[string]func(s *Store, pick func(n int) int) error{
	"add": func(s *Store, pick func(int) int) error {
		_, err := s.AddContact(ctx, person("New", fmt.Sprintf("new%d@x.example", pick(1<<30))))
		return err
	},
	"edit": func(s *Store, pick func(int) int) error {
		_, err := s.UpdateContact(ctx, someone(s, pick).ID, func(c contact.Contact) (contact.Contact, error) {
			c.Name, c.Groups = fmt.Sprint("O'Brien ", pick(9)), []string{"mentor", fmt.Sprint("g", pick(3))}
			if pick(2) == 0 {
				c.Addresses = person("", fmt.Sprintf("other%d@x.example", pick(1<<30))).Addresses
			}
			return c, nil
		})
		return err
	},
	"remove": func(s *Store, pick func(int) int) error { return s.RemoveContact(ctx, someone(s, pick).ID, noon) },
	"merge": func(s *Store, pick func(int) int) error {
		_, err := s.MergeContacts(ctx, someone(s, pick).ID, someone(s, pick).ID, noon)
		return err
	},
	"log": func(s *Store, pick func(int) int) error {
		o := contact.Occasion{Kind: contact.Met, At: noon, Logged: noon, Title: "Café — it's \"fine\""}
		o.Participants = append(o.Participants, contact.Participant{ContactID: someone(s, pick).ID, Useful: "the tip"}, contact.Participant{})
		_, err := s.AddOccasion(ctx, o, map[int]contact.Contact{1: person("Met", fmt.Sprintf("met%d@x.example", pick(1<<30)))}, noon)
		return err
	},
	"occasion edit": func(s *Store, pick func(int) int) error {
		all, err := s.Occasions(ctx)
		if err != nil || len(all) == 0 {
			return err
		}
		_, err = s.UpdateOccasion(ctx, all[pick(len(all))].ID, noon, func(o contact.Occasion) (contact.Occasion, error) {
			o.At, o.Title = o.At.Add(time.Hour), "later"
			return o, nil
		})
		return err
	},
	"occasion remove": func(s *Store, pick func(int) int) error {
		all, err := s.Occasions(ctx)
		if err != nil || len(all) == 0 {
			return err
		}
		return s.RemoveOccasion(ctx, all[pick(len(all))].ID, noon)
	},
	"discover": func(s *Store, pick func(int) int) error {
		return s.NeverPropose(ctx, []string{fmt.Sprintf("desk%d@x.example", pick(3)), fmt.Sprintf("desk%d@x.example", pick(3))}, later)
	},
	"touch add": func(s *Store, pick func(int) int) error {
		_, err := s.AddTouch(ctx, contact.Touch{ContactID: someone(s, pick).ID, At: noon, Direction: contact.Out, Medium: contact.Call})
		return err
	},
	"letter order": func(s *Store, pick func(int) int) error {
		all, err := s.Letters(ctx)
		if err != nil || len(all) == 0 {
			return err
		}
		orders := []func(contact.Letter) (contact.Letter, error){
			func(l contact.Letter) (contact.Letter, error) { return plan.Dismiss(later, l) },
			func(l contact.Letter) (contact.Letter, error) { return plan.Restore(later, l) },
			func(l contact.Letter) (contact.Letter, error) { return plan.Snooze(later, l, later.Add(time.Hour)) },
			func(l contact.Letter) (contact.Letter, error) { return plan.Approve(later, l) },
		}
		_, err = s.UpdateLetters(ctx, []string{all[pick(len(all))].Key}, orders[pick(len(orders))])
		return err
	},
	"pause": func(s *Store, _ func(int) int) error { return s.SetHold(ctx, Hold{Reason: "paused", Since: noon}) },
	"resume": func(s *Store, _ func(int) int) error {
		if err := s.LiftHold(ctx); !errors.Is(err, ErrNotFound) {
			return err
		}
		return nil
	},
}

// someone gives a contact; a made-up one when there is none.
func someone(s *Store, pick func(int) int) contact.Contact {
	all, err := s.Contacts(ctx)
	if err != nil || len(all) == 0 {
		return contact.Contact{ID: "nobody"}
	}
	return all[pick(len(all))]
}

// peopled is a store with contacts, mail, occasions and letters.
func peopled(t testing.TB) *Store {
	t.Helper()
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	tom.IntroducedBy = maria.ID
	check(t, update(s, tom))
	both := inbox(9, mail(maria, "a@x", contact.In), mail(tom, "a@x", contact.In), mail(tom, "b@x", contact.Out))
	both.PassedOver = map[string][]PassedOver{maria.ID: {{At: noon, Subject: "News", Reason: "list", Mailbox: "INBOX", Key: "n@x"}}}
	keep(t, s, both)
	o := must[contact.Occasion](t)(s.AddOccasion(ctx, contact.Occasion{Kind: contact.Interview, At: noon, Logged: noon,
		Participants: []contact.Participant{{ContactID: maria.ID, Useful: "the view"}, {ContactID: tom.ID}}}, nil, noon))
	for i, c := range []contact.Contact{maria, tom} {
		l := letter("thank-you/" + o.ID + "/" + c.ID)
		l.ContactID, l.OccasionID, l.ParticipantID = c.ID, o.ID, o.Participants[i].ID
		check(t, putLetter(s, l))
	}
	return s
}

// Whatever commands did, undo takes them back one by one.
func TestUndoAnything(t *testing.T) {
	s := peopled(t) // as it was, after each
	tries := 0
	rapid.Check(t, func(r *rapid.T) {
		if tries++; tries > fewer {
			return
		}
		pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "pick") }
		var before, names []string
		for range rapid.IntRange(1, 6).Draw(r, "commands") {
			name := rapid.SampledFrom([]string{"add", "edit", "remove", "merge", "log", "occasion edit", "occasion remove",
				"touch add", "letter order", "pause", "resume"}).Draw(r, "command")
			state := everything(t, s)
			s.Command(name, later)
			if err := deeds[name](s, pick); err != nil {
				if got := everything(t, s); got != state {
					r.Fatalf("%s failed (%v), and changed\n%s\ninto\n%s", name, err, state, got)
				}
				continue
			}
			if everything(t, s) == state {
				continue // nothing to take back
			}
			before, names = append(before, state), append(names, name)
		}
		for i := len(before) - 1; i >= 0; i-- {
			u, err := s.Undo(ctx, noon)
			if err != nil || u.Words != names[i] || u.Letters != 0 || !u.At.Equal(later) {
				r.Fatalf("undo %s: %+v, %v", names[i], u, err)
			}
			if got := everything(t, s); got != before[i] {
				r.Fatalf("%s: undone to\n%s\nfrom\n%s", names[i], got, before[i])
			}
		}
		if _, err := s.Undo(ctx, noon); !errors.Is(err, ErrNoCommand) {
			r.Fatalf("nothing is left: %v", err)
		}
		if got := rows(t, s, "PRAGMA foreign_key_check"); got != "" {
			r.Fatalf("broken references: %s", got)
		}
	})
}

// A letter that has gone on since stays as it is.
func TestUndoAfterDelivery(t *testing.T) {
	s := peopled(t)
	occasions := must[[]contact.Occasion](t)(s.Occasions(ctx))
	letters := must[[]contact.Letter](t)(s.Letters(ctx))
	place := contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 3}
	check(t, setLetter(s, letters[0].Key, contact.Drafted, place, ""))
	s.Command("occasion remove", later)
	check(t, s.RemoveOccasion(ctx, occasions[0].ID, noon))
	check(t, setLetter(s, letters[0].Key, contact.Superseded, contact.Place{}, "taken back"))
	u, err := s.Undo(ctx, noon)
	if err != nil || u.Letters != 1 {
		t.Errorf("%+v, %v", u, err)
	}
	if got := must[contact.Letter](t)(s.Letter(ctx, letters[0].Key)); got.State != contact.Superseded {
		t.Errorf("the letter that was taken back: %+v", got)
	}
	if got := must[contact.Letter](t)(s.Letter(ctx, letters[1].Key)); got.State != contact.Queued || got.TakeBack {
		t.Errorf("the letter that nobody has seen: %+v", got)
	}
}

// What a command began and the service went on with ends when it is taken back.
func TestUndoLogWithDraft(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	s.Command("log met Maria", noon)
	o := must[contact.Occasion](t)(s.AddOccasion(ctx, contact.Occasion{Kind: contact.Met, At: noon, Logged: noon,
		Participants: []contact.Participant{{ContactID: maria.ID}}}, nil, noon))
	s.command = nil
	l := letter("thank-you/" + o.ID)
	l.ContactID, l.OccasionID, l.ParticipantID = maria.ID, o.ID, o.Participants[0].ID
	check(t, putLetter(s, l))
	check(t, setLetter(s, l.Key, contact.Drafted, contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 3}, ""))
	must[Undone](t)(s.Undo(ctx, noon))
	if got := must[contact.Letter](t)(s.Letter(ctx, l.Key)); got.State != contact.Drafted || !got.TakeBack {
		t.Errorf("%+v", got)
	}
	if got := rows(t, s, "SELECT count(*) FROM occasion UNION ALL SELECT count(*) FROM touch"); got != "0\n0" {
		t.Errorf("occasions, touches: %s", got)
	}
}

// An import is taken back as one: the new contacts, with the letters to them that
// nobody has touched, and the addresses that it gave to others. What was sent stays.
func TestUndoImportWithDrafts(t *testing.T) {
	s := newStore(t)
	maria := must[contact.Contact](t)(s.AddContact(ctx, contact.Contact{Name: "Maria", Medium: contact.LinkedIn, Status: contact.Active}))
	const people = "SELECT id || name FROM contact UNION ALL SELECT key || contact_id FROM address"
	before := rows(t, s, people)
	tom, eva := person("Tom", "tom@x.example"), person("Eva", "eva@x.example")
	tom.ID, eva.ID = NewID(), NewID()
	s.Command("contact import", later)
	check(t, takeIn(s, []contact.Contact{tom, eva}, map[string][]contact.Address{maria.ID: person("", "maria@x.example").Addresses}))
	s.command = nil
	if got := must[[]contact.Contact](t)(s.Contacts(ctx)); len(got) != 3 || len(got[0].Addresses) != 1 || len(got[1].Addresses) != 1 || len(got[2].Addresses) != 1 {
		t.Fatalf("imported: %+v", got)
	}
	drafted, sent := letter("keep-in-touch/tom"), letter("keep-in-touch/eva")
	drafted.ContactID, sent.ContactID = tom.ID, eva.ID
	for l, state := range map[*contact.Letter]contact.State{&drafted: contact.Drafted, &sent: contact.Sent} {
		check(t, putLetter(s, *l))
		check(t, setLetter(s, l.Key, state, contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 3}, ""))
	}
	must[Undone](t)(s.Undo(ctx, noon))
	if after := rows(t, s, people); after != before {
		t.Errorf("got\n%s\nwant\n%s", after, before)
	}
	if l := must[contact.Letter](t)(s.Letter(ctx, drafted.Key)); l.State != contact.Drafted || !l.TakeBack {
		t.Errorf("the draft: %+v", l)
	}
	if l := must[contact.Letter](t)(s.Letter(ctx, sent.Key)); l.State != contact.Sent || l.TakeBack {
		t.Errorf("what was sent: %+v", l)
	}
	if _, err := s.Undo(ctx, noon); !errors.Is(err, ErrNoCommand) {
		t.Errorf("a second time: %v", err)
	}
}

// Of what cannot be imported, nothing is.
func TestTakeBookFails(t *testing.T) {
	s := newStore(t)
	add(t, s, "Maria")
	before := everything(t, s)
	for want, more := range map[error]map[string][]contact.Address{
		ErrTaken:    {"": nil},
		ErrNotFound: {"nobody": person("", "n@x.example").Addresses},
	} {
		fresh := []contact.Contact{person("Tom", "tom@x.example")}
		if want == ErrTaken {
			fresh, more = append(fresh, person("Another", "maria@x.example")), nil
		}
		if err := takeIn(s, fresh, more); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if got := everything(t, s); got != before {
			t.Errorf("got\n%s\nwant\n%s", got, before)
		}
	}
}

// An address that went to somebody else meanwhile is a conflict, and nothing changes.
func TestUndoConflict(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	s.Command("contact remove Maria", noon)
	check(t, s.RemoveContact(ctx, maria.ID, noon))
	s.command = nil // as the service would
	add(t, s, "Maria")
	before := everything(t, s)
	if _, err := s.Undo(ctx, noon); !errors.Is(err, ErrFinal) {
		t.Errorf("got %v", err)
	}
	if got := everything(t, s); got != before {
		t.Errorf("it changed\n%s\ninto\n%s", before, got)
	}
}

// Mail that came while a contact was removed is looked up once more.
func TestUndoLooksUp(t *testing.T) {
	s := newStore(t)
	keep(t, s, inbox(9))
	s.Command("contact add", noon)
	maria := add(t, s, "Maria")
	lookup := *must[map[string]Lookup](t)(s.Lookups(ctx, "work"))["INBOX"].found(t)
	lookup.High = 0
	done := inbox(9)
	done.Lookup = &lookup
	keep(t, s, done)
	s.Command("contact remove", noon)
	check(t, s.RemoveContact(ctx, maria.ID, noon))
	keep(t, s, inbox(12))
	must[Undone](t)(s.Undo(ctx, noon))
	l := must[map[string]Lookup](t)(s.Lookups(ctx, "work"))["INBOX"]
	if l.Low != 1 || l.High != 12 || len(l.Addresses) != 1 {
		t.Errorf("to be looked up: %+v", l)
	}
}

// found fails the test when there is no lookup.
func (l Lookup) found(t testing.TB) *Lookup {
	t.Helper()
	if len(l.Addresses) == 0 {
		t.Fatal("nothing is to be looked up")
	}
	return &l
}

func TestUndoKeepsTheLatest(t *testing.T) {
	s := newStore(t)
	for i := range commandsKept + 5 {
		s.Command(fmt.Sprint("contact add ", i), noon)
		add(t, s, fmt.Sprint("P", i))
	}
	for range commandsKept {
		must[Undone](t)(s.Undo(ctx, noon))
	}
	if _, err := s.Undo(ctx, noon); !errors.Is(err, ErrNoCommand) {
		t.Errorf("got %v", err)
	}
	if got := rows(t, s, "SELECT count(*) FROM contact"); got != "5" {
		t.Errorf("%s contacts are left", got)
	}
	if got := rows(t, s, "SELECT count(*) FROM undo"); got != "0" {
		t.Errorf("%s statements are left", got)
	}
}

// The service's own writes are not journaled, and leave no triggers behind.
func TestServiceIsNotJournaled(t *testing.T) {
	s := peopled(t)
	if got := rows(t, s, "SELECT (SELECT count(*) FROM command) + (SELECT count(*) FROM undo)"); got != "0" {
		t.Errorf("%s rows", got)
	}
	s.Command("contact add", noon)
	add(t, s, "Eve")
	if got := rows(t, s, "SELECT name FROM temp.sqlite_schema"); got != "" {
		t.Errorf("triggers are left: %s", got)
	}
}

func TestMerge(t *testing.T) {
	s := peopled(t)
	all := must[[]contact.Contact](t)(s.Contacts(ctx))
	maria, tom := all[0], all[1]
	merged := must[contact.Contact](t)(s.MergeContacts(ctx, maria.ID, tom.ID, noon))
	if len(merged.Addresses) != 2 || merged.Name != "Maria" || merged.IntroducedBy != "" {
		t.Errorf("merged: %+v", merged)
	}
	if got := must[[]contact.Contact](t)(s.Contacts(ctx)); len(got) != 1 || len(got[0].Addresses) != 2 {
		t.Errorf("contacts: %+v", got)
	}
	for what, want := range map[string]string{
		"SELECT group_concat(key) FROM (SELECT key FROM touch WHERE medium = 'email' ORDER BY key)": "a@x,b@x",
		"SELECT count(*) FROM touch WHERE medium = 'meeting'":                                       "1",
		"SELECT count(*) || useful FROM participant":                                                "1the view",
		"SELECT group_concat(state) FROM (SELECT state FROM letter ORDER BY state)":                 "needs,superseded",
		"SELECT count(DISTINCT contact_id) FROM letter":                                             "1",
		"SELECT count(*) FROM passed_over":                                                          "1",
	} {
		if got := rows(t, s, what); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
}

// Of two parts in one occasion the one whose letter has come further stays.
func TestMergeKeepsTheLetterThatLies(t *testing.T) {
	s := peopled(t)
	all := must[[]contact.Contact](t)(s.Contacts(ctx))
	o := must[[]contact.Occasion](t)(s.Occasions(ctx))[0]
	toms := o.Participants[1]
	key := "thank-you/" + o.ID + "/" + toms.ContactID
	check(t, setLetter(s, key, contact.Drafted, contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 3}, ""))
	must[contact.Contact](t)(s.MergeContacts(ctx, all[0].ID, all[1].ID, noon))
	parts := must[[]contact.Occasion](t)(s.Occasions(ctx))[0].Participants
	if len(parts) != 1 || parts[0].ID != toms.ID || parts[0].Useful != "the view" || parts[0].ContactID != all[0].ID {
		t.Errorf("parts: %+v", parts)
	}
	if l := must[contact.Letter](t)(s.Letter(ctx, key)); l.State != contact.Drafted || l.TakeBack || l.ContactID != all[0].ID {
		t.Errorf("the draft: %+v", l)
	}
}

func TestMergeFails(t *testing.T) {
	s := peopled(t)
	before := everything(t, s)
	id := someone(s, func(int) int { return 0 }).ID
	for _, pair := range [][2]string{{id, id}, {id, "nobody"}, {"nobody", id}} {
		if _, err := s.MergeContacts(ctx, pair[0], pair[1], noon); err == nil {
			t.Errorf("%v: no error", pair)
		}
	}
	if everything(t, s) != before {
		t.Error("something changed")
	}
}

func TestHold(t *testing.T) {
	s := newStore(t)
	if h := must[Hold](t)(s.Held(ctx)); !h.Over(noon) {
		t.Errorf("at first: %+v", h)
	}
	if err := s.LiftHold(ctx); !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing to lift: %v", err)
	}
	want := Hold{Reason: "paused", Since: noon, Until: noon.Add(time.Hour)}
	check(t, s.SetHold(ctx, Hold{Reason: "other", Since: noon}))
	check(t, s.SetHold(ctx, want))
	h := must[Hold](t)(reopen(t, s.Path()).Held(ctx))
	if h != want || h.Over(noon) || h.Over(noon.Add(time.Hour-time.Second)) || !h.Over(want.Until) {
		t.Errorf("got %+v", h)
	}
	if (Hold{Since: noon}).Over(noon.AddDate(100, 0, 0)) {
		t.Error("a hold without an end is over")
	}
	check(t, s.LiftHold(ctx))
	if h := must[Hold](t)(s.Held(ctx)); !h.Over(noon) {
		t.Errorf("lifted: %+v", h)
	}
}

func TestAddTouch(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	want := contact.Touch{ContactID: maria.ID, At: noon, Direction: contact.In, Medium: contact.Card, Subject: "Christmas", Rule: "r"}
	added := must[contact.Touch](t)(s.AddTouch(ctx, want))
	again := must[contact.Touch](t)(s.AddTouch(ctx, want))
	if added.ID == again.ID || added.Key == again.Key || added.ID == "" {
		t.Errorf("%+v and %+v", added, again)
	}
	if got := must[[]contact.Touch](t)(s.Touches(ctx, maria.ID)); len(got) != 2 {
		t.Errorf("got %+v", got)
	}
	if _, err := s.AddTouch(ctx, contact.Touch{ContactID: "nobody", At: noon}); err == nil {
		t.Error("a touch of nobody was stored")
	}
}

func TestLookups(t *testing.T) {
	s := newStore(t)
	empty, partly := inbox(0), inbox(40)
	empty.Mailbox, partly.Mailbox = "Empty", "Partly"
	partly.Cursor.Low = 30
	keep(t, s, inbox(9), empty, partly)
	if got := must[map[string]Lookup](t)(s.Lookups(ctx, "work")); len(got) != 0 {
		t.Errorf("for nobody: %+v", got)
	}
	maria := add(t, s, "Maria")
	due := must[map[string]Lookup](t)(s.Lookups(ctx, "work"))
	if len(due) != 2 || !reflect.DeepEqual(due["INBOX"], Lookup{7, 1, 9, []contact.Address{{Addr: "maria@x.example", Key: "maria@x.example"}}, 2}) ||
		due["Partly"].Low != 30 || due["Partly"].High != 40 {
		t.Fatalf("due: %+v", due)
	}
	if got := must[map[string]Lookup](t)(s.Lookups(ctx, "home")); len(got) != 0 {
		t.Errorf("of another account: %+v", got)
	}
	// Half of it is found; the touches are whole, the counts stay.
	half := inbox(99, mail(maria, "a@x", contact.In))
	rest := due["INBOX"]
	rest.High = 4
	half.Lookup, half.LeftOut = &rest, map[string]int{"list": 7}
	if got := keep(t, s, half); len(got) != 1 {
		t.Errorf("found: %+v", got)
	}
	box := must[[]Mailbox](t)(s.Mailboxes(ctx))[1]
	if box.Name != "INBOX" || box.Cursor.High != 9 || len(box.LeftOut) != 0 || box.Touches != 1 {
		t.Errorf("the mailbox: %+v", box)
	}
	tom := add(t, s, "Tom") // before the rest is found
	if l := must[map[string]Lookup](t)(s.Lookups(ctx, "work"))["INBOX"]; l.High != 9 || len(l.Addresses) != 2 {
		t.Errorf("for both: %+v", l)
	}
	rest.High = 0
	keep(t, s, half)
	l := must[map[string]Lookup](t)(s.Lookups(ctx, "work"))["INBOX"]
	if l.High != 9 || len(l.Addresses) != 1 || l.Addresses[0].Addr != "tom@x.example" {
		t.Errorf("Maria's is through: %+v", l)
	}
	// Another UIDVALIDITY: what was found there is not of this mailbox.
	stray := l
	stray.UIDValidity, stray.High = 8, 0
	half.Lookup, half.Touches = &stray, []contact.Touch{mail(tom, "stray@x", contact.In)}
	if got := keep(t, s, half); len(got) != 0 {
		t.Errorf("stray: %+v", got)
	}
	again := inbox(3)
	again.Reset, again.Cursor.UIDValidity = true, 8
	keep(t, s, again)
	check(t, s.RemoveContact(ctx, maria.ID, noon))
	if got := rows(t, s, "SELECT m.name, l.key, l.high FROM lookup l JOIN mailbox m ON m.id = l.mailbox_id"); got != "Partly tom@x.example 40" {
		t.Errorf("after a reset and a removal: %s", got)
	}
}

// A touch of which little was known is filled in when its message is found.
func TestLookupCompletesTouches(t *testing.T) {
	s := newStore(t)
	in := inbox(9)
	in.Peers = map[string]*Peer{"maria@x.example": {Addr: "maria@x.example", In: History{3, noon, "Coffee", "a@x", true}}}
	keep(t, s, in)
	maria := add(t, s, "Maria")
	found := inbox(9, mail(maria, "a@x", contact.In))
	l := must[map[string]Lookup](t)(s.Lookups(ctx, "work"))["INBOX"]
	l.High = 0
	found.Lookup = &l
	if got := keep(t, s, found); len(got) != 0 {
		t.Errorf("it is no new touch: %+v", got)
	}
	got := must[[]contact.Touch](t)(s.Touches(ctx, maria.ID))
	if len(got) != 1 || len(got[0].References) != 2 || !got[0].Verified || got[0].Rule != "from" {
		t.Errorf("got %+v", got)
	}
}

// A database of the first schema has its contacts' histories looked up.
func TestMigrationLooksUp(t *testing.T) {
	due := must[map[string]Lookup](t)(reopen(t, frozen(t, 1)).Lookups(ctx, "work"))
	if l := due["Sent"]; l.High != 9 || len(l.Addresses) != 2 {
		t.Errorf("got %+v", due)
	}
}

// grep fails when a file of a folder holds one of some words.
func grep(t testing.TB, dir string, words ...string) {
	t.Helper()
	files := must[[]string](t)(filepath.Glob(filepath.Join(dir, "*")))
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, file := range files {
		text := strings.ToLower(fileText(t, file))
		for _, w := range words {
			if strings.Contains(text, strings.ToLower(w)) {
				i := strings.Index(text, strings.ToLower(w))
				t.Errorf("%s holds %q: %q", filepath.Base(file), w, text[max(0, i-60):min(len(text), i+60)])
			}
		}
	}
}

// Mail that came while two contacts were one goes back to whom it is from.
func TestUndoMergeParts(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	s.Command("contact merge", noon)
	must[contact.Contact](t)(s.MergeContacts(ctx, maria.ID, tom.ID, noon))
	s.command = nil
	toms := mail(tom, "t@x", contact.In)
	toms.ContactID = maria.ID
	keep(t, s, inbox(3, mail(maria, "m@x", contact.In), toms))
	must[Undone](t)(s.Undo(ctx, noon))
	if got := rows(t, s, "SELECT c.name, t.key FROM touch t JOIN contact c ON c.id = t.contact_id ORDER BY 1"); got != "Maria m@x\nTom t@x" {
		t.Errorf("got %s", got)
	}
}

// A letter that was written of what a command changed, and that nobody has
// seen, is written anew when the command is taken back.
func TestUndoRewrites(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	s.Command("contact edit Maria --greeting 'Dear Wrong'", noon)
	maria.Greeting = "Dear Wrong"
	check(t, update(s, maria))
	s.command = nil
	l := letter("k")
	l.ContactID, l.Raw = maria.ID, []byte("Dear Wrong,")
	check(t, putLetter(s, l))
	must[Undone](t)(s.Undo(ctx, noon))
	if got := must[contact.Letter](t)(s.Letter(ctx, "k")); got.State != contact.Needs || got.Raw != nil {
		t.Errorf("got %+v", got)
	}
}

// A draft to one person that came of another one's occasion, while both were one
// contact, is taken back, and the key of the other's letter is free.
func TestUndoMergeWithDraft(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	o := must[contact.Occasion](t)(s.AddOccasion(ctx, contact.Occasion{Kind: contact.Met, At: noon, Logged: noon,
		Participants: []contact.Participant{{ContactID: tom.ID}}}, nil, noon))
	s.Command("contact merge Maria Tom", noon)
	must[contact.Contact](t)(s.MergeContacts(ctx, maria.ID, tom.ID, noon))
	s.command = nil
	l := letter("thank-you/" + o.ID + "/" + maria.ID)
	l.ContactID, l.OccasionID, l.ParticipantID = maria.ID, o.ID, o.Participants[0].ID
	check(t, putLetter(s, l))
	check(t, setLetter(s, l.Key, contact.Drafted, contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 3}, ""))
	must[Undone](t)(s.Undo(ctx, noon))
	if got := must[contact.Letter](t)(s.Letter(ctx, l.Key)); !got.TakeBack || got.ParticipantID != "" {
		t.Errorf("the draft to Maria: %+v", got)
	}
	if parts := must[[]contact.Occasion](t)(s.Occasions(ctx))[0].Participants; len(parts) != 1 || parts[0].ContactID != tom.ID {
		t.Errorf("took part: %+v", parts)
	}
}

// Of a message to both, while they were one, both get their touch again.
func TestUndoMergeLooksUpBoth(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	s.Command("contact merge Maria Tom", noon)
	must[contact.Contact](t)(s.MergeContacts(ctx, maria.ID, tom.ID, noon))
	s.command = nil
	both := mail(tom, "both@x", contact.Out)
	both.ContactID = maria.ID
	keep(t, s, inbox(3, both))
	must[Undone](t)(s.Undo(ctx, noon))
	if l := must[map[string]Lookup](t)(s.Lookups(ctx, "work"))["INBOX"]; len(l.Addresses) != 2 {
		t.Errorf("to be looked up: %+v", l)
	}
}

// Mail with an address that was given by mistake is no touch once that is undone.
func TestUndoAddress(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	keep(t, s, inbox(9, mail(maria, "hers@x", contact.In)))
	s.Command("contact edit Maria --address stranger@x.example", noon)
	maria.Addresses = append(maria.Addresses, person("", "Stranger@x.example").Addresses...)
	check(t, update(s, maria))
	s.command = nil
	strange := mail(maria, "strange@x", contact.In)
	strange.Address = "stranger@X.example"
	keep(t, s, inbox(10, strange))
	must[Undone](t)(s.Undo(ctx, noon))
	if got := rows(t, s, "SELECT key FROM touch"); got != "hers@x" {
		t.Errorf("touches: %s", got)
	}
}

// Who was never to come back, was added and taken back again, stays away.
func TestUndoKeepsNeverAgain(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	check(t, s.Forget(ctx, maria, true, noon))
	s.Command("contact add Maria", noon)
	add(t, s, "Maria")
	must[Undone](t)(s.Undo(ctx, noon))
	if never := must[bool](t)(s.NeverAgain(ctx, maria.Addresses[0].Key)); !never {
		t.Error("an import may bring her back")
	}
}

// A lookup that was asked for before an address was added anew does not end the
// search for it.
func TestLookupOfAnAddressAddedAnew(t *testing.T) {
	s := newStore(t)
	keep(t, s, inbox(100))
	maria := add(t, s, "Maria")
	running := must[map[string]Lookup](t)(s.Lookups(ctx, "work"))["INBOX"]
	check(t, s.RemoveContact(ctx, maria.ID, noon))
	add(t, s, "Maria")
	running.High = 30
	batch := inbox(100)
	batch.Lookup = &running
	keep(t, s, batch)
	if l := must[map[string]Lookup](t)(s.Lookups(ctx, "work"))["INBOX"]; l.High != 100 {
		t.Errorf("what is left: %+v", l)
	}
}

// Nothing is put while drafting is on hold, and nothing for somebody who is gone.
func TestRecordAttemptOnHold(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	l := letter("k")
	l.ContactID = maria.ID
	check(t, putLetter(s, l))
	attempt := contact.Attempt{At: noon, Mailbox: "Drafts", UIDValidity: 7, UIDNext: 42}
	for _, h := range []Hold{{Reason: "paused", Since: noon}, {Reason: "paused", Since: noon, Until: noon.Add(time.Hour)}} {
		check(t, s.SetHold(ctx, h))
		if err := recordAttempt(s, "k", attempt); !errors.Is(err, ErrTaken) {
			t.Errorf("on hold until %v: %v", h.Until, err)
		}
	}
	attempt.At = noon.Add(time.Hour)
	check(t, recordAttempt(s, "k", attempt))
}
