package store

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"regards/contact"
)

func TestOccasions(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	o := contact.Occasion{Kind: contact.Informational, At: noon, Title: "Coffee", Next: "send the paper", NextDue: noon.AddDate(0, 0, 7),
		Logged: noon.Add(time.Hour), Participants: []contact.Participant{{ContactID: tom.ID, Useful: "the books"}, {ContactID: maria.ID}, {}}}
	added := must[contact.Occasion](t)(s.AddOccasion(ctx, o, map[int]contact.Contact{2: person("Eve", "eve@x.example")}, noon.Add(time.Hour)))
	if len(added.ID) != 8 || len(added.Participants) != 3 || added.Participants[2].ContactID == "" || added.Participants[0].ID == added.Participants[1].ID {
		t.Fatalf("added %+v", added)
	}
	other := must[contact.Occasion](t)(s.AddOccasion(ctx, contact.Occasion{Kind: contact.Note, At: noon.Add(time.Minute), Logged: noon}, nil, noon))
	if got := must[[]contact.Occasion](t)(s.Occasions(ctx)); !reflect.DeepEqual(got, []contact.Occasion{other, added}) {
		t.Errorf("got %+v, want %+v", got, added)
	}
	const touches = "SELECT c.name, at, subject FROM touch JOIN contact c ON c.id = contact_id ORDER BY 1"
	if got, want := rows(t, s, touches), "Eve 1795176000 Coffee\nMaria 1795176000 Coffee\nTom 1795176000 Coffee"; got != want {
		t.Errorf("touches: got\n%s\nwant\n%s", got, want)
	}
	added.At, added.Title, added.Next, added.NextDue, added.Participants[1].Useful = noon.Add(-time.Hour), "Tea", "", time.Time{}, "her time"
	check(t, updateOccasion(s, added, noon.Add(time.Hour)))
	if got := must[[]contact.Occasion](t)(s.Occasions(ctx)); !reflect.DeepEqual(got, []contact.Occasion{other, added}) {
		t.Errorf("updated: got %+v, want %+v", got, added)
	}
	if got, want := rows(t, s, touches), "Eve 1795172400 Tea\nMaria 1795172400 Tea\nTom 1795172400 Tea"; got != want {
		t.Errorf("updated touches: got\n%s\nwant\n%s", got, want)
	}
	added.ID = "none"
	if err := updateOccasion(s, added, noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("none: %v", err)
	}
}

// One logged ahead becomes a touch when the owner says that it took place, and
// ceases to be one when that was a slip.
func TestOccasionAhead(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	o := must[contact.Occasion](t)(s.AddOccasion(ctx, contact.Occasion{Kind: contact.CallKind, At: noon.AddDate(0, 0, 1), Logged: noon,
		Participants: []contact.Participant{{ContactID: maria.ID}}}, nil, noon))
	for _, x := range []struct {
		tookPlace bool
		want      string
	}{{false, "0"}, {true, "1"}, {true, "1"}, {false, "0"}} {
		o.TookPlace = x.tookPlace
		check(t, updateOccasion(s, o, noon.AddDate(0, 0, 2)))
		if got := rows(t, s, "SELECT count(*) FROM touch"); got != x.want {
			t.Errorf("took place %v: %s touches", x.tookPlace, got)
		}
	}
}

func TestAddOccasionIsWhole(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	for name, ids := range map[string][]string{"nobody": {maria.ID, "none"}, "the same twice": {maria.ID, maria.ID}} {
		o := contact.Occasion{Kind: contact.Met, At: noon, Logged: noon}
		for _, id := range ids {
			o.Participants = append(o.Participants, contact.Participant{ContactID: id})
		}
		if _, err := s.AddOccasion(ctx, o, nil, noon); err == nil {
			t.Errorf("%s: no error", name)
		}
		if got := rows(t, s, "SELECT (SELECT count(*) FROM occasion), (SELECT count(*) FROM participant), (SELECT count(*) FROM touch)"); got != "0 0 0" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestRemoveOccasion(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	var ids []string
	for range 2 {
		o := must[contact.Occasion](t)(s.AddOccasion(ctx, contact.Occasion{Kind: contact.Met, At: noon, Logged: noon,
			Participants: []contact.Participant{{ContactID: maria.ID}}}, nil, noon))
		ids = append(ids, o.ID)
		for _, state := range []contact.State{contact.Needs, contact.Queued, contact.Drafted, contact.Sent} {
			l := letter(o.ID + string(state))
			l.OccasionID = o.ID
			check(t, putLetter(s, l))
			check(t, setLetter(s, l.Key, state, contact.Place{}, "new"))
		}
	}
	keep(t, s, inbox(1, mail(maria, "a@x", contact.In)))
	check(t, s.RemoveOccasion(ctx, ids[0], noon))
	for query, want := range map[string]string{
		"SELECT id FROM occasion":                                                  "" + ids[1],
		"SELECT occasion_id FROM participant":                                      "" + ids[1],
		"SELECT key FROM touch ORDER BY key = 'a@x'":                               contact.OccasionKey(ids[1]) + "\na@x",
		"SELECT count(*) FROM letter WHERE reason = 'new'":                         "5",
		"SELECT state FROM letter WHERE occasion_id = '" + ids[0] + "' ORDER BY 1": "drafted\nsent\nsuperseded\nsuperseded",
		"SELECT occasion_id FROM letter WHERE take_back":                           ids[0],
	} {
		if got := rows(t, s, query); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", query, got, want)
		}
	}
	if err := s.RemoveOccasion(ctx, ids[0], noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("again: %v", err)
	}
}

// updateOccasion makes an occasion what o says.
func updateOccasion(s *Store, o contact.Occasion, now time.Time) error {
	_, err := s.UpdateOccasion(ctx, o.ID, now, func(contact.Occasion) (contact.Occasion, error) { return o, nil })
	return err
}
