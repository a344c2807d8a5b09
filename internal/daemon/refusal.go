package daemon

import (
	"maps"
	"time"
)

// refusal is since when, and when last, something was refused. It is kept in
// memory: a service that is started anew begins to count anew.
type refusal struct{ first, last time.Time }

// retryRefused is how long a server is left alone with what it has refused.
const retryRefused = 10 * time.Minute

// forgetRefused is how long a refusal counts: what is refused once more after
// that is so for the first time.
const forgetRefused = 24 * time.Hour

// refused notes that a server would not have something, such as a letter by its
// key: it is not tried again at once, nor in the same pass.
func (d *Daemon) refused(what string) {
	now := d.now()
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.refusals, func(_ string, r refusal) bool { return now.Sub(r.last).Abs() > forgetRefused })
	r, known := d.refusals[what]
	if !known {
		r.first = now
	}
	r.last = now
	d.refusals[what] = r
}

// taken notes that a server no longer refuses something.
func (d *Daemon) taken(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.refusals, what)
}

// refusal gives what is known of something that was refused.
func (d *Daemon) refusal(what string) (r refusal, refused bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, refused = d.refusals[what]
	return r, refused
}

// refusedLately reports whether something is left alone for a while.
func (d *Daemon) refusedLately(what string) bool {
	r, refused := d.refusal(what)
	since := d.now().Sub(r.last)
	return refused && since >= 0 && since < retryRefused
}

// refusedFor reports whether something has been refused for a time, and again
// just now.
func (d *Daemon) refusedFor(what string, t time.Duration) bool {
	r, refused := d.refusal(what)
	return refused && r.last.Sub(r.first) >= t
}
