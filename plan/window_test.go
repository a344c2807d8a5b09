package plan

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t interface {
	Helper()
	Fatal(...any)
}, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

var workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
var everyDay = append([]time.Weekday{time.Saturday, time.Sunday}, workdays...)

// hours makes a sending time of quarters of hours: from, to.
func hours(loc *time.Location, from, to float64, days ...time.Weekday) SendTime {
	if days == nil {
		days = everyDay
	}
	return SendTime{Window{time.Duration(from * float64(time.Hour)), time.Duration(to * float64(time.Hour))}, days, loc}
}

// In 2026 the clocks of Madrid go from 2:00 to 3:00 on 29 March and from 3:00 to
// 2:00 on 25 October, at 1:00 UTC both times.
func TestSendTime(t *testing.T) {
	es, office := zone(t, "Europe/Madrid"), hours(zone(t, "Europe/Madrid"), 9, 18, workdays...)
	havana := zone(t, "America/Havana") // on 8 March 2026 midnight becomes 1:00
	for name, x := range map[string]struct {
		s        SendTime
		from     string // UTC
		d        string
		next, at string // UTC
	}{
		"before the window":        {office, "2026-11-20 07:59", "1h", "2026-11-20 08:00", "2026-11-20 09:00"},
		"at its start":             {office, "2026-11-20 08:00", "1h", "2026-11-20 08:00", "2026-11-20 09:00"},
		"within":                   {office, "2026-11-20 12:30", "1h", "2026-11-20 12:30", "2026-11-20 13:30"},
		"at its end":               {office, "2026-11-20 17:00", "1h", "2026-11-23 08:00", "2026-11-23 09:00"},
		"up to its end":            {office, "2026-11-20 16:00", "1h", "2026-11-20 16:00", "2026-11-23 08:00"},
		"over the weekend":         {office, "2026-11-20 16:59", "4h", "2026-11-20 16:59", "2026-11-23 11:59"},
		"from a day without":       {office, "2026-11-21 12:00", "4h", "2026-11-23 08:00", "2026-11-23 12:00"},
		"longer than a window":     {office, "2026-11-19 12:00", "24h", "2026-11-19 12:00", "2026-11-24 09:00"},
		"summer begins meanwhile":  {office, "2026-03-27 16:00", "2h", "2026-03-27 16:00", "2026-03-30 08:00"},
		"summer ends meanwhile":    {office, "2026-10-23 15:00", "2h", "2026-10-23 15:00", "2026-10-26 09:00"},
		"an hour lost":             {hours(es, 0, 6), "2026-03-28 23:00", "4h", "2026-03-28 23:00", "2026-03-29 03:00"},
		"an hour lost, the end":    {hours(es, 0, 6), "2026-03-28 23:00", "5h", "2026-03-28 23:00", "2026-03-29 22:00"},
		"an hour gained":           {hours(es, 0, 6), "2026-10-24 22:00", "6h", "2026-10-24 22:00", "2026-10-25 04:00"},
		"the lost hour":            {hours(es, 2, 3), "2026-03-28 22:00", "30m", "2026-03-30 00:00", "2026-03-30 00:30"},
		"the hour that comes back": {hours(es, 2, 3), "2026-10-24 22:00", "90m", "2026-10-25 00:00", "2026-10-25 01:30"},
		"half of it, twice":        {hours(es, 2, 2.5), "2026-10-24 22:00", "45m", "2026-10-25 00:00", "2026-10-25 01:15"},
		"half of it, in between":   {hours(es, 2, 2.5), "2026-10-25 00:30", "0", "2026-10-25 01:00", "2026-10-25 01:00"},
		"no midnight":              {hours(havana, 0, 1), "2026-03-08 04:30", "45m", "2026-03-09 04:00", "2026-03-09 04:45"},
		"from midnight, without":   {hours(havana, 0, 2, time.Sunday), "2026-03-07 12:00", "1h", "2026-03-08 05:00", "2026-03-15 04:00"},
		"until midnight":           {hours(es, 18, 24), "2026-11-20 22:59", "1m", "2026-11-20 22:59", "2026-11-21 17:00"},
		"the whole day":            {hours(es, 0, 24), "2026-11-20 22:59", "1m", "2026-11-20 22:59", "2026-11-20 23:00"},
		"one day a week":           {hours(es, 9, 10, time.Monday), "2026-11-20 12:00", "90m", "2026-11-23 08:00", "2026-11-30 08:30"},
	} {
		d, _ := time.ParseDuration(x.d)
		if got := x.s.Next(at(x.from)); !got.Equal(at(x.next)) {
			t.Errorf("%s: next is %s, want %s", name, got.UTC(), x.next)
		}
		if got := x.s.Add(at(x.from), d); !got.Equal(at(x.at)) {
			t.Errorf("%s: after %s it is %s, want %s", name, d, got.UTC(), x.at)
		}
	}
}

// Between two moments a nanosecond apart the window opens and closes.
func TestSendTimeEdges(t *testing.T) {
	s := hours(zone(t, "Europe/Madrid"), 9, 18, workdays...)
	for from, open := range map[string][2]bool{"2026-11-20 08:00": {false, true}, "2026-11-20 17:00": {true, false}, "2026-11-20 12:00": {true, true}} {
		if got := [2]bool{s.Open(at(from).Add(-1)), s.Open(at(from))}; got != open {
			t.Errorf("around %s: open is %v", from, got)
		}
	}
	if got := s.Add(at("2026-11-20 16:00"), time.Hour-1); !got.Equal(at("2026-11-20 17:00").Add(-1)) {
		t.Errorf("just before the end: %s", got)
	}
}

func TestNeverOpen(t *testing.T) {
	for name, s := range map[string]SendTime{"no days": {Window{9 * time.Hour, 18 * time.Hour}, nil, time.UTC},
		"no window": {Window{}, everyDay, time.UTC}, "ends before it begins": hours(time.UTC, 18, 9)} {
		if now := at("2026-11-20 12:00"); s.Open(now) || !s.Next(now).IsZero() || !s.Add(now, time.Hour).IsZero() {
			t.Errorf("%s: it is open", name)
		}
	}
}

// zones change their clocks at midnight, by half an hour, by a whole day, or not.
var zones = []string{"Europe/Madrid", "America/Havana", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC"}

const quarter = 15 * time.Minute

// drawSendTime draws a sending time, and a time near a change of its clocks.
func drawSendTime(t *rapid.T) (SendTime, time.Time) {
	loc := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
	start := rapid.IntRange(0, 95).Draw(t, "start")
	end := rapid.IntRange(start+1, 96).Draw(t, "end")
	days := rapid.SliceOfNDistinct(rapid.SampledFrom(everyDay), 1, 7, rapid.ID).Draw(t, "days")
	from := at("2026-01-01 00:00")
	if loc.String() == "Pacific/Apia" {
		from = at("2011-12-28 00:00")
	} else if loc.String() == "America/Sao_Paulo" {
		from = at("2018-01-01 00:00")
	}
	_, change := from.In(loc).ZoneBounds()
	if change.IsZero() || rapid.Bool().Draw(t, "second change") && loc.String() != "Pacific/Apia" {
		_, change = change.In(loc).ZoneBounds()
	}
	if change.IsZero() {
		change = from
	}
	from = change.Add(time.Duration(rapid.IntRange(-800, 200).Draw(t, "quarters")) * quarter).Truncate(quarter)
	return SendTime{Window{time.Duration(start) * quarter, time.Duration(end) * quarter}, days, loc}, from
}

// reads reports whether the clock on the wall, read by hand, says that s is open.
func reads(s SendTime, at time.Time) bool {
	local := at.In(s.Location)
	clock := time.Duration(local.Hour()*60+local.Minute()) * time.Minute
	for _, day := range s.Days {
		if local.Weekday() == day {
			return clock >= s.Window.Start && clock < s.Window.End
		}
	}
	return false
}

func TestSendTimeIsWhatTheClockReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, from := drawSendTime(t)
		wait := time.Duration(rapid.IntRange(0, 100).Draw(t, "wait")) * quarter
		next, after := s.Next(from), s.Add(from, wait)
		if !reads(s, next) || !s.Open(next) || !reads(s, after) || !s.Open(after) {
			t.Fatalf("next %s, after %s: closed", next, after)
		}
		var passed time.Duration
		for now := from; now.Before(after); now = now.Add(quarter) {
			if reads(s, now) != s.Open(now) {
				t.Fatalf("at %s: open is %v", now, s.Open(now))
			}
			if reads(s, now) {
				passed += quarter
				if now.Before(next) {
					t.Fatalf("it was open at %s, before %s", now, next)
				}
			}
		}
		if passed != wait {
			t.Fatalf("%s passed until %s, not %s", passed, after, wait)
		}
	})
}

func TestAddAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, from := drawSendTime(t)
		length := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(40*time.Hour)).Draw(t, "ns"))
		})
		a, b := length.Draw(t, "a"), length.Draw(t, "b")
		whole, parts := s.Add(from, a+b), s.Add(s.Add(from, a), b)
		if !whole.Equal(parts) {
			t.Fatalf("%s at once, %s in parts", whole, parts)
		}
		if whole.Before(s.Add(from, a)) || s.Add(from.Add(b), a).Before(s.Add(from, a)) || !s.Open(whole) {
			t.Fatalf("%s is too early, or closed", whole)
		}
	})
}
