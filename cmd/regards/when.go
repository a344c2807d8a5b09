package main

import (
	"fmt"
	"strings"
	"time"

	"regards/contact"
)

// dayChoice says which day a weekday's name means.
type dayChoice bool

const (
	latestDay dayChoice = false // the last one that has come
	nextDay   dayChoice = true  // the next one
)

// parseTime reads a TIME of the command line: RFC 3339, "2026-11-21" (noon of
// that day), "2026-11-21 15:00", yesterday, tomorrow, -3d, +3d, tuesday, 12 Jan; a
// day may have a time behind it, such as "tuesday 15:00". Days are those of loc.
func parseTime(s string, now time.Time, loc *time.Location, choice dayChoice) (time.Time, error) {
	now = now.In(loc)
	noon := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 12, 0, 0, 0, loc)
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation("2006-01-02 15:04", s, loc); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, loc); err == nil {
		return noon(t), nil
	}
	if day, clock, ok := cutClock(s); ok {
		t, err := parseTime(day, now, loc, choice)
		if err != nil {
			return t, err
		}
		y, m, d := t.In(loc).Date()
		return time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, loc), nil
	}
	if t, ok := dayOfMonth(s, noon(now), choice); ok {
		return t, nil
	}
	switch word := inEnglish(s); word {
	case "now":
		return now, nil
	case "yesterday":
		return noon(now.AddDate(0, 0, -1)), nil
	case "tomorrow":
		return noon(now.AddDate(0, 0, 1)), nil
	default:
		for day := time.Sunday; day <= time.Saturday; day++ {
			if word == strings.ToLower(day.String()) {
				return weekday(noon(now), now, day, choice), nil
			}
		}
	}
	if t, ok := relative(s, now); ok {
		return t, nil
	}
	return time.Time{}, fmt.Errorf(`%q is not a time; write for example "2026-11-21", "2026-11-21 15:00", yesterday, tuesday or -3d`, s)
}

// weekday finds the noon of the nearest such day that is past, or to come.
func weekday(noon, now time.Time, day time.Weekday, choice dayChoice) time.Time {
	step := -1
	if choice == nextDay {
		step = 1
	}
	for t := noon; ; t = t.AddDate(0, 0, step) {
		come := !t.After(now)
		if t.Weekday() == day && (choice == latestDay && come || choice == nextDay && !come) {
			return t
		}
	}
}

// relative reads "-3d" and "+3d".
func relative(s string, now time.Time) (time.Time, bool) {
	if s == "" || s[0] != '-' && s[0] != '+' {
		return time.Time{}, false
	}
	d, err := contact.ParseDuration(s[1:])
	if err != nil || d.IsZero() {
		return time.Time{}, false
	}
	if s[0] == '-' {
		d.Months, d.Days, d.Rest = -d.Months, -d.Days, -d.Rest
	}
	return d.After(now), true
}

// ago says how long ago t was, as people do: "3 weeks ago".
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := now.Sub(t)
	if d <= -time.Minute {
		return "in " + span(-d)
	}
	if d < time.Minute {
		return "just now"
	}
	return span(d) + " ago"
}

// span names a length of time by its largest unit.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		name string
		len  time.Duration
	}{{"year", 365 * day}, {"month", 30 * day}, {"week", 7 * day}, {"day", day}, {"hour", time.Hour}} {
		if n := int(d / u.len); n > 1 || n == 1 && u.name != "week" && u.name != "month" {
			return plural(n, u.name)
		}
	}
	return plural(int(d/time.Minute), "minute")
}

// plural writes a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.HasSuffix(noun, "ay") {
		noun = stem + "ie"
	}
	if strings.HasSuffix(noun, "x") {
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
