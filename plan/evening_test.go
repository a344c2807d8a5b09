package plan

import (
	"slices"
	"testing"
	"time"

	"regards/contact"
)

func TestEvening(t *testing.T) {
	now := at("2026-11-23 19:00") // a Monday
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	lacking := func(r *Records) {
		r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.At, o.Logged = day(-1), day(-1); o.Participants[0].Useful = "" })}
	}
	ahead := func(when time.Time) func(*Records) {
		return func(r *Records) {
			r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) { o.At, o.Logged, o.Title = when, day(-20), "PhD" })}
		}
	}
	approved := func(when time.Time) func(*Records) {
		return func(r *Records) {
			r.Letters["a"] = contact.Letter{Key: "a", Practice: ThankYou, ContactID: "maria", State: contact.Approved, Approved: when, Subject: "Thank you", Delivery: contact.ByDraft}
		}
	}
	three := []string{"reflect.learned Maria Lopez", "reflect.need Maria Lopez", "reflect.next Maria Lopez"}
	for name, x := range map[string]struct {
		change func(r *Records)
		wanted bool
		asked  []Handle
		want   []string
	}{
		"nothing":                  {func(*Records) {}, false, nil, nil},
		"lacks its detail":         {lacking, false, nil, []string{"asks.useful Maria Lopez  what was most useful? regards occasion edit o1 --useful \"Maria Lopez=…\""}},
		"asked before":             {lacking, false, []Handle{{Number: 7, Says: "asks.useful", ContactID: "maria", Key: "thank-you/o1/maria", OccasionID: "o1", Begins: []string{"x"}}}, nil},
		"asked of somebody else":   {lacking, false, []Handle{{Says: "asks.useful", ContactID: "tom", Key: "thank-you/o1/tom", OccasionID: "o1"}}, []string{"asks.useful Maria Lopez  what was most useful? regards occasion edit o1 --useful \"Maria Lopez=…\""}},
		"has ended":                {ahead(day(0).Add(-time.Hour)), false, nil, []string{"took-place Maria Lopez PhD"}},
		"ended a week ago":         {ahead(day(-8)), false, nil, nil},
		"still to come":            {ahead(day(1)), false, nil, nil},
		"goes tomorrow":            {approved(day(0).Add(-2 * time.Hour)), false, nil, []string{"goes.tomorrow Maria Lopez Thank you"}},
		"has gone, or is to go":    {approved(day(-3)), false, nil, []string{"goes.tomorrow Maria Lopez Thank you"}}, // the window opens tomorrow
		"reflection is not wanted": {func(r *Records) { lacking(r); r.Occasions[0].Participants[0].Useful = "the tip" }, false, nil, nil},
		"reflection":               {func(r *Records) { lacking(r); r.Occasions[0].Participants[0].Useful = "the tip" }, true, nil, three},
		"at most three":            {lacking, true, nil, []string{"asks.useful Maria Lopez  what was most useful? regards occasion edit o1 --useful \"Maria Lopez=…\"", three[0], three[1]}},
	} {
		r := records()
		x.change(&r)
		p := testPolicy(t)
		p.Reflect, p.Window, p.Hold = x.wanted, Window{9 * time.Hour, 18 * time.Hour}, contact.Duration{Rest: 4 * time.Hour}
		p.SendDays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
		note := EveningOf(now, p, r, x.asked)
		if got := told(note, SectionEvening); !slices.Equal(got, x.want) {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
		n := 0
		for _, l := range x.want {
			if l[:4] != "goes" {
				n++
			}
		}
		if note.Questions != n || note.Going != len(x.want)-n {
			t.Errorf("%s: %d questions and %d letters, want %d of %d", name, note.Questions, note.Going, n, len(x.want))
		}
	}
}

// The digest asks, too, whether something took place.
func TestDigestAsksWhetherItTookPlace(t *testing.T) {
	r := records()
	r.Occasions = []contact.Occasion{met(func(o *contact.Occasion) {
		o.At, o.Logged, o.Title = digestDay.AddDate(0, 0, -9), digestDay.AddDate(0, 0, -20), "PhD"
	})}
	if got := told(digestOf(t, r, News{}), SectionQuestions); !slices.Equal(got, []string{"took-place Maria Lopez PhD"}) {
		t.Errorf("%q", got)
	}
	r.Occasions[0].TookPlace = true
	if got := told(digestOf(t, r, News{}), SectionQuestions); slices.Contains(got, "took-place Maria Lopez PhD") {
		t.Errorf("%q", got)
	}
}

// A hello that the owner asked for is made at once, whatever the caps say, and once.
func TestWantedHello(t *testing.T) {
	now := at("2026-11-23 08:00")
	r := records()
	c := r.Contacts["maria"]
	c.Every, c.Groups, c.Wanted = contact.Duration{}, nil, now.Add(-time.Minute)
	r.Contacts["maria"] = c
	p := testPolicy(t)
	p.DailyCap, p.OpenHellos = 1, 1
	r.Letters["x"] = contact.Letter{Key: "x", Practice: FollowUp, ContactID: "tom", State: contact.Drafted, Written: now}
	due := Due(now, p, r)
	if len(due) != 1 || due[0].Practice != KeepInTouch || due[0].Proposed || due[0].State != contact.Queued || due[0].Wording != KeepInTouch {
		t.Fatalf("%+v", due)
	}
	key := due[0].Key
	made := due[0].Letter
	made.State, made.Written, made.Created = contact.Drafted, now, now
	r.Letters[key] = made
	for name, change := range map[string]func(){
		"there already": func() {},
		"the next day":  func() { now = now.AddDate(0, 0, 1) },
		"dismissed":     func() { made.State = contact.Dismissed; r.Letters[key] = made },
	} {
		if change(); len(Due(now, p, r)) != 0 || len(Needless(now, p, r)) != 0 {
			t.Errorf("%s: %+v, %+v", name, Due(now, p, r), Needless(now, p, r))
		}
	}
	delete(r.Letters, key)
	r.Letters["other"] = contact.Letter{Key: "other", Practice: KeepInTouch, ContactID: "maria", State: contact.Edited, Written: now}
	if due := Due(now, p, r); len(due) != 0 {
		t.Errorf("beside another hello: %+v", due)
	}
	delete(r.Letters, "other")
	past := r.Pasts["maria"]
	past.Last = contact.Touch{ID: "t9", ContactID: "maria", At: now, Direction: contact.In, Medium: contact.Email}
	r.Pasts["maria"] = past
	if due := Due(now, p, r); len(due) != 0 {
		t.Errorf("after a touch: %+v", due)
	}
}
