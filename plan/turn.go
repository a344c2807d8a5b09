package plan

import "time"

// A practice may have a line of the schedule for itself. Its letters are then made
// only when that has fired, once for however many firings were missed. What exists
// already, as a letter that waits in `needs`, is finished whenever it can be.

// Fires reports whether letters of the practice that do not exist yet are made at
// now. A firing that lies ahead is that of a clock which has been set back.
func (o Practice) Fires(now time.Time) bool {
	if o.Next == nil {
		return true
	}
	if o.Fired.IsZero() || o.Fired.After(now) {
		return false
	}
	at := o.Next(o.Fired)
	return !at.IsZero() && !at.After(now)
}

// Begins reports whether the practice only begins to count its firings at now: it
// has never done so, or by a clock that was far ahead.
func (o Practice) Begins(now time.Time) bool {
	return o.Next != nil && (o.Fired.IsZero() || o.Fired.Sub(now) > dayLong)
}

// Turn gives the first time from t on at which letters of the practice are made; t
// itself, if that is past and they are made now.
func (o Practice) Turn(now, t time.Time) time.Time {
	if o.Next == nil || !t.After(now) && o.Fires(now) {
		return t
	}
	last := t.Add(-1)
	if last.Before(now) {
		last = now
	}
	if o.Fired.After(last) && !o.Begins(now) {
		last = o.Fired
	}
	if at := o.Next(last); !at.IsZero() {
		return at
	}
	return last.AddDate(5, 0, 0) // further than a line is asked for
}
