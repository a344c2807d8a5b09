package contact

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNewer(t *testing.T) {
	noon := at("2026-11-20 12:00:00")
	in, out := Touch{At: noon, Direction: In}, Touch{At: noon, Direction: Out}
	later := func(t Touch, d time.Duration) Touch { t.At = t.At.Add(d); return t }
	for name, x := range map[string]struct {
		t, u Touch
		want bool
	}{
		"later":                       {later(in, time.Second), out, true},
		"earlier":                     {out, later(in, time.Second), false},
		"same second, out over in":    {out, in, true},
		"same second, in over out":    {in, out, false},
		"same second, part of it":     {out, later(in, 900*time.Millisecond), true},
		"same second and direction":   {out, out, false},
		"anything over none":          {in, Touch{}, true},
		"in another zone, as late":    {Touch{At: noon.In(time.FixedZone("", 3600)), Direction: In}, in, false},
		"before 1970, later in time":  {Touch{At: at("1960-01-02 00:00:00")}, Touch{At: at("1960-01-01 00:00:00")}, true},
		"none over none is not newer": {Touch{}, Touch{}, false},
	} {
		if got := x.t.Newer(x.u); got != x.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// Of two touches at most one is the newer.
func TestNewerIsAnOrder(t *testing.T) {
	draw := rapid.Custom(func(t *rapid.T) Touch {
		return Touch{At: time.UnixMilli(rapid.Int64Range(0, 3000).Draw(t, "ms")),
			Direction: rapid.SampledFrom([]Direction{In, Out}).Draw(t, "direction")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := draw.Draw(t, "a"), draw.Draw(t, "b"), draw.Draw(t, "c")
		if a.Newer(b) && b.Newer(a) {
			t.Fatal("each is newer than the other")
		}
		if a.Newer(b) && b.Newer(c) && !a.Newer(c) {
			t.Fatal("a is newer than b, b than c, but a not than c")
		}
	})
}

func TestOver(t *testing.T) {
	for name, x := range map[string]struct {
		at, logged, now string
		tookPlace       bool
		want            bool
	}{
		"logged afterwards":             {"2026-11-20 12:00:00", "2026-11-21 09:00:00", "2026-11-21 09:00:00", false, true},
		"logged at its time":            {"2026-11-20 12:00:00", "2026-11-20 12:00:00", "2026-11-20 12:00:00", false, true},
		"logged ahead, still to come":   {"2026-11-20 12:00:00", "2026-11-19 09:00:00", "2026-11-20 11:59:59", false, false},
		"logged ahead, time is past":    {"2026-11-20 12:00:00", "2026-11-19 09:00:00", "2026-12-20 12:00:00", false, false},
		"logged ahead, confirmed":       {"2026-11-20 12:00:00", "2026-11-19 09:00:00", "2026-11-20 13:00:00", true, true},
		"logged ahead, confirmed early": {"2026-11-20 12:00:00", "2026-11-19 09:00:00", "2026-11-20 11:00:00", true, true},
		"logged by a clock ahead":       {"2026-11-20 12:00:00", "2026-11-20 13:00:00", "2026-11-20 11:00:00", false, false},
	} {
		o := Occasion{At: at(x.at), Logged: at(x.logged), TookPlace: x.tookPlace}
		if got := o.Over(at(x.now)); got != x.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestOccasionTouches(t *testing.T) {
	now := at("2026-11-21 09:00:00")
	o := Occasion{ID: "k3v9qd", At: at("2026-11-20 12:00:00"), Logged: now,
		Participants: []Participant{{ID: "p1", ContactID: "maria"}, {ID: "p2", ContactID: "tom", Useful: "x"}}}
	media := map[Kind]Medium{Met: Meeting, Informational: Meeting, Interview: Meeting, Event: Meeting, CallKind: Call}
	for _, k := range Kinds() {
		o.Kind = k
		touches := o.Touches(now)
		if media[k] == "" {
			if touches != nil {
				t.Errorf("%s is no touch, but got %+v", k, touches)
			}
			continue
		}
		want := Touch{ContactID: "maria", At: o.At, Direction: Out, Medium: media[k], Subject: string(k),
			Key: "occasion:k3v9qd", Rule: "occasion k3v9qd (" + string(k) + ") was logged"}
		if len(touches) != 2 || !reflect.DeepEqual(touches[0], want) || touches[1].ContactID != "tom" {
			t.Errorf("%s: got %+v", k, touches)
		}
	}
	o.Kind, o.Title = Met, "the fair"
	if got := o.Touches(now); len(got) != 2 || got[1].Subject != "the fair" {
		t.Errorf("with a title: %+v", got)
	}
	o.Logged = o.At.Add(-time.Hour)
	if got := o.Touches(now); got != nil {
		t.Errorf("logged ahead and not confirmed: %+v", got)
	}
	o.TookPlace = true
	if got := o.Touches(now); len(got) != 2 {
		t.Errorf("logged ahead and confirmed: %+v", got)
	}
}

func TestParticipant(t *testing.T) {
	o := Occasion{Participants: []Participant{{ID: "p1", ContactID: "maria"}, {ID: "p2", ContactID: "tom"}}}
	if p, ok := o.Participant("tom"); !ok || p.ID != "p2" {
		t.Errorf("got %+v, %v", p, ok)
	}
	if p, ok := o.Participant("p1"); ok || p != (Participant{}) {
		t.Errorf("a row that is not there: %+v, %v", p, ok)
	}
}

func TestWithStep(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	before := Occasion{Steps: []Step{{Applied, at}, {Interviewed, at}}}
	after := before.WithStep(Step{Applied, at.Add(time.Hour)}).WithStep(Step{Offered, at})
	if want := []Step{{Interviewed, at}, {Applied, at.Add(time.Hour)}, {Offered, at}}; !slices.Equal(after.Steps, want) {
		t.Errorf("got %v, want %v", after.Steps, want)
	}
	if want := []Step{{Applied, at}, {Interviewed, at}}; !slices.Equal(before.Steps, want) {
		t.Errorf("it has changed: %v", before.Steps)
	}
	if _, ok := before.Step(Offered); ok {
		t.Error("a step it has not come to")
	}
}
