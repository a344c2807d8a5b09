package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
)

func madrid(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func length(t testing.TB, s string) contact.Duration {
	t.Helper()
	d, err := contact.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func policy(t testing.TB) Policy {
	return Policy{Location: madrid(t), Practices: map[string]Practice{ThankYou: {Enabled: true, Within: length(t, "24h"), Overdue: length(t, "48h")}}}
}

// met is an occasion with Maria, at noon UTC of 20 November 2026 and logged
// two hours later.
func met(change func(*contact.Occasion)) contact.Occasion {
	o := contact.Occasion{ID: "o1", Kind: contact.Informational, At: at("2026-11-20 12:00"), Logged: at("2026-11-20 14:00"),
		Participants: []contact.Participant{{ID: "p1", ContactID: "maria", Useful: "your advice"}}}
	if change != nil {
		change(&o)
	}
	return o
}

func records(occasions ...contact.Occasion) Records {
	return Records{
		Contacts: map[string]contact.Contact{
			"maria": person("maria", "Maria Lopez", "maria@work.example"),
			"tom":   person("tom", "Tom Lee", "tom@work.example"),
		},
		Occasions: occasions, Pasts: map[string]contact.Past{}, Letters: map[string]contact.Letter{},
	}
}

// lines writes letters as text, one a line.
func lines(letters []Planned) string {
	var b strings.Builder
	for _, l := range letters {
		fmt.Fprintf(&b, "%s %s: %s\n", l.State, l.Key, l.Reason)
	}
	return b.String()
}

func TestDueByKind(t *testing.T) {
	thanked := map[contact.Kind]bool{contact.Met: true, contact.Informational: true, contact.Interview: true,
		contact.Event: true, contact.HelpReceived: true}
	for _, k := range contact.Kinds() {
		want := ""
		if thanked[k] {
			want = "queued thank-you/o1/maria: " + string(k) + " with Maria Lopez on 20 November 2026\n"
		}
		o := met(func(o *contact.Occasion) { o.Kind = k })
		if got := lines(Due(at("2026-11-20 15:00"), policy(t), records(o))); got != want {
			t.Errorf("%s: got %q, want %q", k, got, want)
		}
	}
}

func TestDue(t *testing.T) {
	const queued = "queued thank-you/o1/maria: informational with Maria Lopez on 20 November 2026\n"
	set := func(r Records, change func(*contact.Contact)) {
		c := r.Contacts["maria"]
		change(&c)
		r.Contacts["maria"] = c
	}
	status := func(s contact.Status, until string) func(*Policy, Records) {
		return func(_ *Policy, r Records) {
			set(r, func(c *contact.Contact) {
				if c.Status = s; until != "" {
					c.PausedUntil = at(until)
				}
			})
		}
	}
	wrote := func(when string) func(*Policy, Records) {
		return func(_ *Policy, r Records) {
			r.Pasts["maria"] = contact.Past{LastOwn: at(when)}
		}
	}
	for name, x := range map[string]struct {
		occasion func(*contact.Occasion)
		records  func(*Policy, Records)
		want     string
	}{
		"over":                  {nil, nil, queued},
		"disabled":              {nil, func(p *Policy, _ Records) { p.Practices[ThankYou] = Practice{} }, ""},
		"ahead":                 {func(o *contact.Occasion) { o.At = at("2026-11-20 15:01") }, nil, ""},
		"ahead, past since":     {func(o *contact.Occasion) { o.Logged = at("2026-11-20 11:00") }, nil, ""},
		"ahead, confirmed":      {func(o *contact.Occasion) { o.Logged, o.TookPlace = at("2026-11-20 11:00"), true }, nil, queued},
		"a contact removed":     {nil, func(_ *Policy, r Records) { delete(r.Contacts, "maria") }, ""},
		"nobody there":          {func(o *contact.Occasion) { o.Participants = nil }, nil, ""},
		"paused":                {nil, status(contact.Paused, ""), ""},
		"paused, to pass":       {nil, status(contact.Paused, "2026-11-20 15:01"), ""},
		"paused, passed":        {nil, status(contact.Paused, "2026-11-20 15:00"), queued},
		"by hand":               {nil, status(contact.ByHand, ""), ""},
		"by hand, pause passed": {nil, status(contact.ByHand, "2026-11-01 00:00"), ""},
		"do not contact":        {nil, status(contact.DoNotContact, ""), ""},
		"deceased":              {nil, status(contact.Deceased, ""), ""},
		"bounced":               {nil, status(contact.Bounced, ""), ""},
		"no status":             {nil, status("", ""), ""},
		"wrote before":          {nil, wrote("2026-11-20 11:59"), queued},
		"wrote at that time":    {nil, wrote("2026-11-20 12:00"), queued},
		"wrote after": {nil, wrote("2026-11-20 23:30"),
			"superseded thank-you/o1/maria: you wrote to Maria Lopez after that, on 21 November 2026\n"}, // 00:30 in Madrid
		"without useful": {func(o *contact.Occasion) { o.Participants[0].Useful = "" }, nil,
			`needs thank-you/o1/maria: what was most useful? regards occasion edit o1 --useful "Maria Lopez=…"` + "\n"},
		"without useful, wrote after": {func(o *contact.Occasion) { o.Participants[0].Useful = "" }, wrote("2026-11-20 13:00"),
			"superseded thank-you/o1/maria: you wrote to Maria Lopez after that, on 20 November 2026\n"},
		"by card": {nil, func(_ *Policy, r Records) { set(r, func(c *contact.Contact) { c.Medium = contact.Card }) },
			"needs thank-you/o1/maria: Maria Lopez prefers card: copy the text (regards letter show thank-you/o1/maria), then: regards done thank-you/o1/maria\n"},
		"no address": {nil, func(_ *Policy, r Records) { set(r, func(c *contact.Contact) { c.Addresses = nil }) },
			"needs thank-you/o1/maria: Maria Lopez has no address; add one: regards contact edit maria --address ADDRESS\n"},
	} {
		t.Run(name, func(t *testing.T) {
			p, r := policy(t), records(met(x.occasion))
			if x.records != nil {
				x.records(&p, r)
			}
			if got := lines(Due(at("2026-11-20 15:00"), p, r)); got != x.want {
				t.Errorf("got  %swant %s", got, x.want)
			}
		})
	}
}

func TestDueExisting(t *testing.T) {
	for _, s := range []contact.State{contact.Queued, contact.Drafted, contact.Edited, contact.Moved, contact.Approved,
		contact.Sent, contact.Dismissed, contact.Superseded, contact.Failed, contact.Uncertain, contact.Needs} {
		r := records(met(nil))
		r.Letters["thank-you/o1/maria"] = contact.Letter{Key: "thank-you/o1/maria", State: s}
		got := Due(at("2026-11-20 15:00"), policy(t), r)
		if again := len(got) == 1; again != (s == contact.Needs) {
			t.Errorf("one that is %s: got %s", s, lines(got))
		}
	}
	r := records(met(nil))
	r.Letters["thank-you/o2/maria"] = contact.Letter{State: contact.Sent}
	r.Letters["thank-you/o1/tom"] = contact.Letter{State: contact.Sent}
	if got := Due(at("2026-11-20 15:00"), policy(t), r); len(got) != 1 {
		t.Errorf("another letter is in the way: %s", lines(got))
	}
}

func TestDueLetter(t *testing.T) {
	got := Due(at("2026-11-20 15:00"), policy(t), records(met(nil)))
	loc := madrid(t)
	want := Planned{
		Letter: contact.Letter{Key: "thank-you/o1/maria", Practice: "thank-you", ContactID: "maria", OccasionID: "o1", ParticipantID: "p1",
			State: contact.Queued, Due: at("2026-11-21 12:00").In(loc), Overdue: at("2026-11-22 12:00").In(loc),
			Reason: "informational with Maria Lopez on 20 November 2026"},
		Wording: "thank-you.informational",
		Facts:   Facts{Useful: "your advice", When: at("2026-11-20 12:00").In(loc)},
	}
	if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Hours are those of a clock, days those of the calendar in Madrid.
func TestDueWhenClocksChange(t *testing.T) {
	for _, x := range []struct{ at, within, overdue, due, late string }{
		{"2026-03-28 15:00", "24h", "48h", "2026-03-29 16:00", "2026-03-30 16:00"},
		{"2026-03-28 15:00", "1d", "2d", "2026-03-29 15:00", "2026-03-30 15:00"},
		{"2026-10-24 15:00", "24h", "48h", "2026-10-25 14:00", "2026-10-26 14:00"},
		{"2026-10-24 15:00", "1d", "1w", "2026-10-25 15:00", "2026-10-31 15:00"},
		{"2026-03-28 15:00", "0", "0", "2026-03-28 15:00", "never"},
	} {
		const form = "2006-01-02 15:04"
		when, err := time.ParseInLocation(form, x.at, madrid(t))
		if err != nil {
			t.Fatal(err)
		}
		p := policy(t)
		p.Practices[ThankYou] = Practice{Enabled: true, Within: length(t, x.within), Overdue: length(t, x.overdue)}
		o := met(func(o *contact.Occasion) { o.At, o.Logged = when.UTC(), when.UTC() })
		got := Due(when.Add(time.Hour), p, records(o))
		if len(got) != 1 {
			t.Fatalf("%+v: got %s", x, lines(got))
		}
		late := "never"
		if !got[0].Overdue.IsZero() {
			late = got[0].Overdue.Format(form)
		}
		if due := got[0].Due.Format(form); due != x.due || late != x.late {
			t.Errorf("%s and %s after %s: got %s and %s, want %s and %s", x.within, x.overdue, x.at, due, late, x.due, x.late)
		}
	}
}

func TestDueOrder(t *testing.T) {
	both := []contact.Participant{{ID: "p2", ContactID: "tom", Useful: "x"}, {ID: "p1", ContactID: "maria", Useful: "x"}}
	at := func(id string, hour int) contact.Occasion {
		return met(func(o *contact.Occasion) {
			o.ID, o.Participants, o.At = id, both, o.At.Add(time.Duration(hour)*time.Hour)
		})
	}
	got := Due(met(nil).Logged, policy(t), records(at("o3", 1), at("o2", 0), at("o1", 0)))
	var keys []string
	for _, l := range got {
		keys = append(keys, strings.TrimPrefix(l.Key, "thank-you/"))
	}
	if got, want := strings.Join(keys, " "), "o1/maria o1/tom o2/maria o2/tom o3/maria o3/tom"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func drawRecords(t *rapid.T) Records {
	ids := []string{"maria", "tom", "eve"}
	r := records()
	for _, id := range ids {
		c := person(id, id, id+"@x.example")
		c.Status = rapid.SampledFrom(contact.Statuses()).Draw(t, "status")
		c.Medium = rapid.SampledFrom(contact.Media()).Draw(t, "medium")
		c.PausedUntil = at("2026-11-20 12:00").Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "until")) * time.Hour)
		if rapid.Bool().Draw(t, "no address") {
			c.Addresses = nil
		}
		r.Contacts[id] = c
		r.Pasts[id] = contact.Past{LastOwn: at("2026-11-20 12:00").Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "wrote")) * time.Hour)}
	}
	states := []contact.State{"", contact.Needs, contact.Queued, contact.Sent, contact.Dismissed}
	for n := range rapid.IntRange(0, 4).Draw(t, "occasions") {
		o := contact.Occasion{ID: fmt.Sprint("o", n), Kind: rapid.SampledFrom(contact.Kinds()).Draw(t, "kind"),
			At:     at("2026-11-20 12:00").Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "at")) * time.Hour),
			Logged: at("2026-11-20 12:00"), TookPlace: rapid.Bool().Draw(t, "took place")}
		for i, id := range rapid.SliceOfNDistinct(rapid.SampledFrom(append(ids, "gone")), 0, 3, rapid.ID).Draw(t, "with") {
			o.Participants = append(o.Participants, contact.Participant{ID: fmt.Sprint(o.ID, i), ContactID: id,
				Useful: rapid.SampledFrom([]string{"", "x"}).Draw(t, "useful")})
			if s := rapid.SampledFrom(states).Draw(t, "state"); s != "" {
				r.Letters[ThankYouKey(o.ID, id)] = contact.Letter{State: s}
			}
		}
		r.Occasions = append(r.Occasions, o)
	}
	return r
}

// Laws 3 and 7: never two letters of one key, none that exists, none to
// somebody who is not to be written to, none that lacks something.
func TestDueProperties(t *testing.T) {
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecords(t)
		now := at("2026-11-20 13:00")
		got := Due(now, p, r)
		if again := Due(now, p, r); !reflect.DeepEqual(got, again) {
			t.Fatalf("not the same twice:\n%s%s", lines(got), lines(again))
		}
		seen := map[string]bool{}
		for i, l := range got {
			c, o := r.Contacts[l.ContactID], r.Occasions[l.OccasionID[1]-'0']
			part, _ := o.Participant(l.ContactID)
			old, exists := r.Letters[l.Key]
			switch {
			case seen[l.Key]:
				t.Fatalf("twice: %s", l.Key)
			case exists && old.State != contact.Needs:
				t.Fatalf("it exists: %s", l.Key)
			case Writable(now, c) != "" || c.Status != contact.Active && c.Status != contact.Paused:
				t.Fatalf("to %s: %s", c.Status, l.Key)
			case l.State == contact.Queued && (thankYouMedium(o.Kind, c) != contact.Email || len(c.Addresses) == 0 || part.Useful == ""):
				t.Fatalf("it lacks something: %s", l.Key)
			case l.State == contact.Needs && l.Reason == "" || l.Overdue.Before(l.Due) || l.ParticipantID != part.ID:
				t.Fatalf("got %+v", l)
			case i > 0 && (old.State == contact.Needs) == (r.Letters[got[i-1].Key].State == contact.Needs) && l.Due.Before(got[i-1].Due):
				t.Fatalf("out of order:\n%s", lines(got))
			}
			seen[l.Key] = true
		}
	})
}

func TestWritable(t *testing.T) {
	now := at("2026-11-20 12:00")
	c := person("maria", "Maria Lopez")
	if why := Writable(now, c); why != "" {
		t.Error(why)
	}
	c.Status, c.PausedUntil = contact.Paused, now.Add(time.Second)
	if why := Writable(now, c); why != "Maria Lopez is paused" {
		t.Error(why)
	}
	if why := Writable(now.Add(time.Second), c); why != "" {
		t.Error(why)
	}
	if c.Status = contact.DoNotContact; Writable(now.Add(time.Hour), c) != "Maria Lopez is do-not-contact" {
		t.Error(Writable(now.Add(time.Hour), c))
	}
}

func TestBelated(t *testing.T) {
	o := met(nil)
	week := o.At.Add(7 * 24 * time.Hour)
	for now, want := range map[time.Time]bool{o.Logged: false, week: false, week.Add(time.Second): true} {
		if got := Due(now, policy(t), records(o)); len(got) != 1 || got[0].Facts.Late != want {
			t.Errorf("at %v: got %+v", now, got)
		}
	}
}

func TestWording(t *testing.T) {
	for _, x := range []struct {
		kind             contact.Kind
		configured, want string
	}{
		{contact.Met, "", "thank-you.met"}, {contact.Event, "", "thank-you.met"}, {contact.HelpReceived, "", "thank-you.help"},
		{contact.Informational, "", "thank-you.informational"}, {contact.Interview, "", "thank-you.interview"},
		{contact.Met, "mine", "mine"},
	} {
		p := policy(t)
		p.Practices[ThankYou] = Practice{Enabled: true, Template: x.configured}
		o := met(func(o *contact.Occasion) { o.Kind = x.kind })
		got := Due(o.Logged, p, records(o))
		if len(got) != 1 || got[0].Wording != x.want || !slices.Contains(p.Wordings(ThankYou), x.want) {
			t.Errorf("%s, %q: got %+v", x.kind, x.configured, got)
		}
	}
}
