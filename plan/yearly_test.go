package plan

import (
	"testing"
	"time"

	"regards/contact"
)

// A birthday is told in the digest of the day itself and of the seven days before,
// where the owner lives, on 28 February where there is no 29th; with the age where
// the year is known, and not at all unless that is switched on.
func TestBirthdays(t *testing.T) {
	for name, x := range map[string]struct {
		now      time.Time
		birthday contact.Birthday
		day      string // "" for none
		age      int
	}{
		"today":                {at("2026-11-23 22:59"), contact.Birthday{Month: time.November, Day: 23}, "2026-11-23", 0},
		"in a week":            {at("2026-11-16 08:00"), contact.Birthday{Year: 1980, Month: time.November, Day: 23}, "2026-11-23", 46},
		"in eight days":        {at("2026-11-15 08:00"), contact.Birthday{Month: time.November, Day: 23}, "", 0},
		"yesterday, in Madrid": {at("2026-11-23 23:00"), contact.Birthday{Month: time.November, Day: 23}, "", 0},
		"in the new year":      {at("2026-12-28 08:00"), contact.Birthday{Year: 1980, Month: time.January, Day: 2}, "2027-01-02", 47},
		"of a leap year":       {at("2027-02-23 08:00"), contact.Birthday{Month: time.February, Day: 29}, "2027-02-28", 0},
		"in a leap year":       {at("2028-02-23 08:00"), contact.Birthday{Month: time.February, Day: 29}, "2028-02-29", 0},
		"not born yet":         {at("2026-11-23 08:00"), contact.Birthday{Year: 2030, Month: time.November, Day: 23}, "2026-11-23", 0},
		"not known":            {at("2026-11-23 08:00"), contact.Birthday{}, "", 0},
		"the clocks go ahead":  {at("2026-03-27 08:00"), contact.Birthday{Month: time.March, Day: 29}, "2026-03-29", 0},
	} {
		r := records()
		c := r.Contacts["maria"]
		c.Birthday = x.birthday
		r.Contacts["maria"] = c
		p := testPolicy(t)
		if lines := newDesk(x.now, p, r).birthdays(); len(lines) != 0 {
			t.Errorf("%s: told though switched off: %+v", name, lines)
		}
		p.Birthdays = true
		lines := newDesk(x.now, p, r).birthdays()
		switch {
		case x.day == "" && len(lines) == 0:
		case len(lines) != 1 || lines[0].At.Format(time.DateOnly) != x.day || lines[0].Count != x.age:
			t.Errorf("%s: %+v", name, lines)
		}
	}
}

// Goals count whom the owner first met this month, each once, and the events that
// took place.
func TestGoals(t *testing.T) {
	now := at("2026-11-23 08:00")
	occasion := func(id string, kind contact.Kind, when string, people ...string) contact.Occasion {
		o := contact.Occasion{ID: id, Kind: kind, At: at(when), Logged: at(when)}
		for _, who := range people {
			o.Participants = append(o.Participants, contact.Participant{ID: id + who, ContactID: who})
		}
		return o
	}
	r := records()
	r.Contacts["tom"] = contact.Contact{ID: "tom", Name: "Tom", Status: contact.Active}
	r.Contacts["ines"] = contact.Contact{ID: "ines", Name: "Ines", Status: contact.Active}
	r.Pasts = map[string]contact.Past{
		"maria": {FirstSpoken: at("2026-11-02 10:00")},
		"tom":   {FirstSpoken: at("2026-11-02 10:00"), FirstIn: at("2026-10-30 10:00"), FirstOut: at("2026-10-30 11:00")}, // that was to arrange it
		"ines":  {FirstSpoken: at("2024-11-02 10:00")},
	}
	r.Occasions = []contact.Occasion{
		occasion("o1", contact.Event, "2026-11-02 10:00", "maria", "tom", "ines"),
		occasion("o2", contact.Informational, "2026-11-09 10:00", "maria"),
		occasion("o3", contact.Event, "2026-10-31 22:00", "maria"),
		occasion("o4", contact.CallKind, "2026-11-05 10:00", "tom"),
		occasion("o5", contact.Event, "2026-11-25 10:00"), // it is yet to come
	}
	r.Occasions[4].Logged = at("2026-11-20 10:00")
	p := testPolicy(t)
	for goals, want := range map[Goals][]Line{
		{}:                     nil,
		{People: 3}:            {{Says: "goal.people", Count: 2, Of: 3}},
		{People: 1, Events: 2}: {{Says: "goal.people", Count: 2, Of: 1}, {Says: "goal.events", Count: 1, Of: 2}},
		{Events: 2}:            {{Says: "goal.events", Count: 1, Of: 2}},
	} {
		p.Goals = goals
		d := DigestOf(now, p, r, News{})
		var got []Line
		if last := len(d.Sections) - 1; last >= 0 && d.Sections[last].Name == SectionGoals {
			got = d.Sections[last].Lines
		}
		for i := range got {
			got[i].Number = 0
		}
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] || len(got) > 1 && got[1] != want[1] {
			t.Errorf("%+v: %+v", goals, got)
		}
	}
}
