package daemon

import "time"

// oldestFiring is how far back missed firings are looked for.
const oldestFiring = 400 * 24 * time.Hour

// nextLook gives when there may next be something to plan.
func (s Settings) nextLook(now time.Time) time.Time {
	next := s.NextPlan(now)
	if s.Digest.Next == nil {
		return next
	}
	if digest := s.Digest.Next(now); !digest.IsZero() && digest.Before(next) {
		return digest
	}
	return next
}

// latestFiring gives the newest firing after last that has come at now; the zero
// time when none has. However many were missed, one is made up for.
func latestFiring(next func(time.Time) time.Time, last, now time.Time) (due time.Time) {
	if now.Sub(last) > oldestFiring {
		last = now.Add(-oldestFiring)
	}
	for at := next(last); !at.IsZero() && !at.After(now); at = next(at) {
		due = at
	}
	return due
}
