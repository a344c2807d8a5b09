package plan

import (
	"slices"
	"time"
)

// SendTime is the time in which letters are sent: a span of the day, as read on
// the clock, on some days of the week, in one place. Its arithmetic is exact: a
// span that the clocks jump over does not take place, an hour that they repeat
// counts twice, and the end of a span is outside of it.
type SendTime struct {
	Window   Window
	Days     []time.Weekday
	Location *time.Location
}

const dayLong = 24 * time.Hour

// Open reports whether t is in s.
func (s SendTime) Open(t time.Time) bool {
	t = t.In(s.Location)
	clock := t.Sub(midnight(t))
	return slices.Contains(s.Days, t.Weekday()) && clock >= s.Window.Start && clock < s.Window.End
}

// Next gives the first moment of s at or after t. The zero time means never: s
// has no days, or its window is empty.
func (s SendTime) Next(t time.Time) time.Time {
	from, _ := s.span(t)
	return from
}

// Add gives the moment in s at which d of s has passed since t: between the
// spans, time stands still. Without d that is Next(t). The zero time means never.
func (s SendTime) Add(t time.Time, d time.Duration) time.Time {
	for {
		from, to := s.span(t)
		if from.IsZero() {
			return from
		}
		if to.Sub(from) > d {
			return from.Add(d)
		}
		d -= to.Sub(from)
		t = to
	}
}

// horizon is how far ahead a span is looked for. Every day of the week comes in
// it often enough that no change of the clocks can hide them all.
const horizon = 60 * dayLong

// span gives the first span of s that ends after t, from t on. It ends no later
// than the time zone changes its offset: the next one may begin at its end.
func (s SendTime) span(t time.Time) (from, to time.Time) {
	if len(s.Days) == 0 || s.Window.Start >= s.Window.End {
		return time.Time{}, time.Time{}
	}
	for at := t.In(s.Location); at.Sub(t) < horizon; {
		_, change := at.ZoneBounds()
		from, to := s.on(at)
		if !change.IsZero() && to.After(change) {
			to = change
		}
		if from.Before(at) {
			from = at
		}
		if from.Before(to) {
			return from, to
		}
		if at = midnight(at).Add(dayLong); !change.IsZero() && at.After(change) {
			at = change
		}
	}
	return time.Time{}, time.Time{}
}

// on gives the span of the day of t, as if the clocks never changed; none is
// empty.
func (s SendTime) on(t time.Time) (from, to time.Time) {
	if !slices.Contains(s.Days, t.Weekday()) {
		return t, t
	}
	began := midnight(t)
	return began.Add(s.Window.Start), began.Add(s.Window.End)
}

// midnight gives when the day of t began, by the offset that holds at t.
func midnight(t time.Time) time.Time {
	clock := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	return t.Add(-clock)
}
