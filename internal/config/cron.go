package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Cron is a cron line: five fields (minute, hour, day of the month, month, day
// of the week), or @hourly, @daily, @weekly, @monthly, @yearly. The zero value
// never fires.
type Cron struct {
	line string
	spec *cron.SpecSchedule
}

// everyHour is how cron marks a field that is "*".
const everyHour = 1 << 63

const cronFix = `write five fields, such as "0 8 * * MON"`

// ParseCron reads a cron line; "" is one that never fires. A line that brings
// a time zone, drifts (@every) or has no date to fire on is refused.
func ParseCron(line string) (Cron, error) {
	fields := strings.TrimSpace(line)
	switch {
	case line == "":
		return Cron{}, nil
	case strings.HasPrefix(fields, "TZ=") || strings.HasPrefix(fields, "CRON_TZ="):
		return Cron{}, &flaw{quote(line) + " names a time zone, but the owner's holds", cronFix}
	case strings.HasPrefix(fields, "@every"):
		return Cron{}, &flaw{quote(line) + " drifts with every restart", `write fields, such as "*/10 * * * *"`}
	}
	spec, err := parseSpec(fields)
	if err != nil {
		return Cron{}, &flaw{fmt.Sprintf("%s is no cron line (%v)", quote(line), err), cronFix}
	}
	// Any start will do: the search covers five years, a leap day included.
	if spec.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Cron{}, &flaw{quote(line) + " never comes: there is no such date", cronFix}
	}
	return Cron{line: line, spec: spec}, nil
}

// parseSpec is cron's parser without its panics.
func parseSpec(fields string) (spec *cron.SpecSchedule, err error) {
	defer func() {
		if p := recover(); p != nil {
			spec, err = nil, fmt.Errorf("%v", p)
		}
	}()
	schedule, err := cron.ParseStandard(fields)
	if err != nil {
		return nil, err
	}
	spec, ok := schedule.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("it has no fields")
	}
	return spec, nil
}

// mustCron is for lines of our own.
func mustCron(line string) Cron {
	c, err := ParseCron(line)
	if err != nil {
		panic(err)
	}
	return c
}

// String is the line as it was written.
func (c Cron) String() string { return c.line }

// IsZero reports whether c never fires.
func (c Cron) IsZero() bool { return c.spec == nil }

// Next is the first firing after t, which must be in the owner's time zone;
// the zero time if there is none. A line with its own hours fires once for
// each reading of the clock on the wall: if the clocks skip that time it fires
// as much later, and if they show it twice it fires at one of the two only.
// A line for every hour follows real time.
func (c Cron) Next(t time.Time) time.Time {
	if c.spec == nil {
		return time.Time{}
	}
	if c.spec.Hour&everyHour != 0 {
		return c.nextOfEveryHour(t)
	}
	// cron itself would skip a day whose midnight or hour does not exist, so it
	// counts on a clock that is never changed.
	for wall := onClock(t, time.UTC); ; {
		wall = c.spec.Next(wall)
		if wall.IsZero() {
			return wall
		}
		at := onClock(wall, t.Location())
		// In a gap, Go is free to take the time zone after it, which is too early.
		if early := wall.Sub(onClock(at, time.UTC)); early > 0 {
			at = at.Add(early)
		}
		if at.After(t) {
			return at
		}
	}
}

// yearsAhead is how far a line is looked for: two leap days are eight years apart at
// most.
const yearsAhead = 9

// nextOfEveryHour is Next for a line that follows real time. Where clocks are changed
// at midnight cron itself skips days, or finds no end; so each stretch of time between
// two changes is looked at in a time zone that has none.
func (c Cron) nextOfEveryHour(t time.Time) time.Time {
	loc, last := t.Location(), t.AddDate(yearsAhead, 0, 0)
	for stretch := t; !stretch.After(last); {
		_, offset := stretch.Zone()
		_, end := stretch.ZoneBounds()
		if !end.IsZero() && !end.After(stretch) { // so Go has it for the last day of some leap years
			end = stretch.Add(24 * time.Hour)
		}
		at := c.spec.Next(t.In(time.FixedZone("", offset)))
		if !at.IsZero() && (end.IsZero() || at.Before(end)) {
			return at.In(loc)
		}
		if end.IsZero() {
			break
		}
		stretch, t = end, end.Add(-1) // so that its very beginning counts
	}
	return time.Time{}
}

// onClock is the time at which the clocks of loc show what t's show.
func onClock(t time.Time, loc *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
}
