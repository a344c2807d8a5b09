package store

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/plan"
)

// lead logs a job lead by people, with steps.
func lead(t testing.TB, s *Store, people []contact.Contact, words ...contact.StepWord) contact.Occasion {
	t.Helper()
	o := contact.Occasion{Kind: contact.JobLead, At: noon, Logged: noon, Title: "Reef work"}
	for _, c := range people {
		o.Participants = append(o.Participants, contact.Participant{ContactID: c.ID})
	}
	for i, w := range words {
		o.Steps = append(o.Steps, contact.Step{Word: w, At: noon.Add(time.Duration(i) * time.Minute)})
	}
	return must[contact.Occasion](t)(s.AddOccasion(ctx, o, nil, noon))
}

func leadLetter(t testing.TB, s *Store, o contact.Occasion, i int, word string, state contact.State) {
	t.Helper()
	part := o.Participants[i]
	l := letter(strings.Join([]string{plan.JobLead, o.ID, part.ContactID, word}, "/"))
	l.Practice, l.ContactID, l.OccasionID, l.ParticipantID = plan.JobLead, part.ContactID, o.ID, part.ID
	check(t, putLetter(s, l))
	check(t, setLetter(s, l.Key, state, contact.Place{}, ""))
}

func TestSteps(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	o := lead(t, s, []contact.Contact{maria}, contact.Applied, contact.Interviewed)
	o.Steps = append(o.Steps, contact.Step{Word: contact.Offered, At: noon.AddDate(0, 0, 3)})
	o.News = "They took me."
	check(t, updateOccasion(s, o, noon))
	if got := must[[]contact.Occasion](t)(s.Occasions(ctx)); !reflect.DeepEqual(got, []contact.Occasion{o}) {
		t.Errorf("got %+v, want %+v", got, o)
	}
	check(t, s.RemoveContact(ctx, maria.ID, noon))
	check(t, s.RemoveOccasion(ctx, o.ID, noon))
	if got := rows(t, s, "SELECT count(*) FROM step"); got != "0" {
		t.Errorf("%s steps of nothing", got)
	}
}

// A step and a milestone can be taken back.
func TestUndoSteps(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	o := lead(t, s, []contact.Contact{maria}, contact.Applied)
	before := everything(t, s)
	for what, do := range map[string]func() error{
		"a step": func() error {
			_, err := s.UpdateOccasion(ctx, o.ID, noon, func(o contact.Occasion) (contact.Occasion, error) {
				o.Steps = append(o.Steps, contact.Step{Word: contact.Offered, At: noon})
				return o, nil
			})
			return err
		},
		"a milestone": func() error {
			_, err := s.AddOccasion(ctx, contact.Occasion{Kind: contact.Milestone, At: noon, Logged: noon, News: "I moved",
				Participants: []contact.Participant{{ContactID: maria.ID}}}, nil, noon)
			return err
		},
		"the removal": func() error { return s.RemoveOccasion(ctx, o.ID, noon) },
	} {
		s.Command(what, later)
		check(t, do())
		must[Undone](t)(s.Undo(ctx, noon))
		s.command = nil
		if got := everything(t, s); got != before {
			t.Errorf("%s: got\n%s\nwant\n%s", what, got, before)
		}
	}
}

// Two contacts who turn out to be one person hear of each step once, whoever of
// them has heard of it already.
func TestMergeSteps(t *testing.T) {
	for name, x := range map[string]struct {
		maria, tom map[string]contact.State
		due        string // words of what is still to be made
		open       string
	}{
		"neither":              {nil, nil, "offer", ""},
		"one heard":            {nil, map[string]contact.State{"offer": contact.Sent}, "", ""},
		"both heard":           {map[string]contact.State{"offer": contact.Sent}, map[string]contact.State{"offer": contact.Sent}, "", ""},
		"each of another step": {map[string]contact.State{"applied": contact.Sent, "interview": contact.Sent}, map[string]contact.State{"offer": contact.Sent}, "", ""},
		"one waits":            {map[string]contact.State{"applied": contact.Sent, "offer": contact.Needs}, map[string]contact.State{"applied": contact.Dismissed, "offer": contact.Sent}, "", ""},
		"two drafts":           {map[string]contact.State{"offer": contact.Drafted}, map[string]contact.State{"offer": contact.Drafted}, "", "offer"},
		"an edited one":        {map[string]contact.State{"offer": contact.Drafted}, map[string]contact.State{"applied": contact.Sent, "offer": contact.Edited}, "", "offer"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
			o := lead(t, s, []contact.Contact{maria, tom}, contact.Applied, contact.Interviewed, contact.Offered)
			for i, letters := range []map[string]contact.State{x.maria, x.tom} {
				for word, state := range letters {
					leadLetter(t, s, o, i, word, state)
				}
			}
			must[contact.Contact](t)(s.MergeContacts(ctx, maria.ID, tom.ID, noon))
			if got := wordsDue(t, s); got != x.due {
				t.Errorf("due: %q, want %q", got, x.due)
			}
			open := rows(t, s, "SELECT key FROM letter WHERE state IN ('drafted', 'edited') AND NOT take_back")
			if got := open[strings.LastIndexByte(open, '/')+1:]; got != x.open || strings.Contains(open, "\n") {
				t.Errorf("open: %q, want %q", open, x.open)
			}
		})
	}
}

// wordsDue gives the words of the keys that are due.
func wordsDue(t testing.TB, s *Store) string {
	t.Helper()
	r := plan.Records{Contacts: map[string]contact.Contact{}, Letters: map[string]contact.Letter{}, Occasions: must[[]contact.Occasion](t)(s.Occasions(ctx))}
	for _, c := range must[[]contact.Contact](t)(s.Contacts(ctx)) {
		r.Contacts[c.ID] = c
	}
	for _, l := range must[[]contact.Letter](t)(s.Letters(ctx)) {
		r.Letters[l.Key] = l
	}
	p := plan.Policy{Location: time.UTC, Practices: map[string]plan.Practice{plan.JobLead: {Enabled: true}}}
	var words []string
	for _, l := range plan.Due(noon.AddDate(0, 0, 1), p, r) {
		words = append(words, l.Key[strings.LastIndexByte(l.Key, '/')+1:])
	}
	return strings.Join(words, " ")
}

// What a milestone tells stays when one of many is forgotten; of what only they
// took part in nothing stays.
func TestForgetNews(t *testing.T) {
	s := newStore(t)
	z := must[contact.Contact](t)(s.AddContact(ctx, person("Zedekiah Quux", "zed.quux@zzyzx.example")))
	eve := add(t, s, "Eve")
	both := []contact.Participant{{ContactID: z.ID}, {ContactID: eve.ID}}
	for _, o := range []contact.Occasion{
		{Kind: contact.Milestone, News: "Thanks to Zedekiah Quux I have moved.", Title: "Lisbon", Participants: both},
		{Kind: contact.Reference, News: "They took me.", Title: "Reef work", Participants: both[:2:2]},
		{Kind: contact.Milestone, News: "Secret", Participants: both[:1:1]},
	} {
		o.At, o.Logged = noon, noon
		o.Participants = append([]contact.Participant(nil), o.Participants...)
		must[contact.Occasion](t)(s.AddOccasion(ctx, o, nil, noon))
	}
	check(t, s.Forget(ctx, z, false, noon))
	got := rows(t, s, "SELECT kind, title, news FROM occasion ORDER BY kind")
	if !strings.HasPrefix(got, "milestone Lisbon Thanks to ") || !strings.Contains(got, " I have moved.\nreference  ") ||
		strings.Contains(got, "Zedekiah") || strings.Contains(got, "took me") || strings.Contains(got, "Secret") {
		t.Errorf("got\n%s", got)
	}
}

// A text for the owner to copy is written anew when its occasion or its contact changes.
func TestRewriteCopies(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	o := lead(t, s, []contact.Contact{maria}, contact.Applied)
	l := letter(plan.JobLead + "/" + o.ID + "/" + maria.ID + "/applied")
	l.Practice, l.ContactID, l.OccasionID, l.ParticipantID, l.State = plan.JobLead, maria.ID, o.ID, o.Participants[0].ID, contact.Needs
	for what, change := range map[string]func() error{
		"its occasion": func() error { return updateOccasion(s, o, noon) },
		"its contact":  func() error { return update(s, maria) },
	} {
		check(t, putLetter(s, l))
		check(t, change())
		if got := must[contact.Letter](t)(s.Letter(ctx, l.Key)); got.State != contact.Needs || got.Raw != nil || got.Reason == l.Reason {
			t.Errorf("%s: got %+v", what, got)
		}
	}
}
