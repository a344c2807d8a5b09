package daemon

import (
	"context"
	"errors"
	"maps"
	"time"

	"regards/plan"
	"regards/store"
)

// practiceLine is what the own line of a practice is called where it is stored when
// it fired last.
func practiceLine(practice string) string { return "practice/" + practice }

// Fired gives a policy that knows when the practices' own lines fired last.
func Fired(ctx context.Context, st *store.Store, p plan.Policy) (plan.Policy, error) {
	fired, err := st.Firings(ctx)
	p.Practices = maps.Clone(p.Practices)
	for name, own := range p.Practices {
		own.Fired = fired[practiceLine(name)]
		p.Practices[name] = own
	}
	return p, err
}

// beginLines gives the policy as of now. Lines that are new begin to count; those
// that the owner has taken out of the configuration would begin anew.
func (d *Daemon) beginLines(ctx context.Context, now time.Time) (plan.Policy, error) {
	p, err := Fired(ctx, d.store, d.policy())
	if err != nil {
		return p, err
	}
	var errs []error
	for name, own := range p.Practices {
		switch {
		case own.Next == nil && !own.Fired.IsZero():
			errs = append(errs, d.store.ForgetFired(ctx, practiceLine(name)))
		case own.Begins(now):
			own.Fired = now
			p.Practices[name] = own
			errs = append(errs, d.store.SetFired(ctx, practiceLine(name), now))
		}
	}
	return p, errors.Join(errs...)
}

// setLinesFired stores that the practices whose lines have fired have had their turn,
// but for those that had to wait until all mail is known.
func (d *Daemon) setLinesFired(ctx context.Context, p plan.Policy, now time.Time) error {
	var errs []error
	for name, own := range p.Practices {
		if own.Next != nil && own.Fires(now) && own.Enabled == d.settings.Policy.Practices[name].Enabled {
			errs = append(errs, d.store.SetFired(ctx, practiceLine(name), now))
		}
	}
	return errors.Join(errs...)
}

// firesIn reports whether a line, which may be nil, fires after since, and no later
// than until.
func firesIn(next func(time.Time) time.Time, since, until time.Time) bool {
	if next == nil {
		return false
	}
	at := next(since)
	return !at.IsZero() && !at.After(until)
}

// oldestFiring is how far back missed firings are looked for.
const oldestFiring = 400 * 24 * time.Hour

// nextLook gives when there may next be something to plan.
func (s Settings) nextLook(now time.Time) time.Time {
	lines := []func(time.Time) time.Time{s.Digest.Next, s.Digest.Evening}
	for _, own := range s.Policy.Practices {
		lines = append(lines, own.Next)
	}
	next := s.NextPlan(now)
	for _, line := range lines {
		if line == nil {
			continue
		}
		if at := line(now); !at.IsZero() && at.Before(next) {
			next = at
		}
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
