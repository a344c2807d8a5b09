package daemon

import (
	"context"
	"errors"
	"time"
)

// retryDelivery is how long an account is left alone after a failed delivery; when
// it goes on failing as long as it has failed, but at most retryRefused.
const retryDelivery = time.Minute

// lookEvery is how often it is looked what has become of the letters.
const lookEvery = 2 * time.Minute

// lookAnyway is how often it is looked into an outbox though no letter lies
// anywhere: somebody may have laid other mail there.
const lookAnyway = time.Hour

// deliveries delivers whenever there may be something, until ctx ends.
func (d *Daemon) deliveries(ctx context.Context) error {
	look := time.NewTicker(lookEvery / time.Duration(max(d.settings.Hurry, 1)))
	defer look.Stop()
	for {
		select {
		case <-d.deliver:
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := d.deliverAll(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("a letter could not be delivered", "error", err, "retry", retryDelivery.String())
			time.AfterFunc(retryDelivery, d.wakeDeliverer)
		}
	}
}

// deliverAll visits every account where there is something to do. One that fails
// does not keep the others from being visited.
func (d *Daemon) deliverAll(ctx context.Context) error {
	d.mailSent = d.news.Swap(false)
	var errs []error
	for _, a := range d.settings.Accounts {
		if d.rests(a) {
			continue
		}
		if err := d.visit(ctx, a); err != nil {
			errs = append(errs, accountError{a.Name, err})
		}
	}
	return errors.Join(errs...)
}

// delivery is what the visits of an account are called among refusals and troubles.
func delivery(a Account) string { return "delivery/" + a.Name }

// rests reports whether an account is left alone, since a visit failed: each try
// is a login.
func (d *Daemon) rests(a Account) bool {
	r, failed := d.refusals[delivery(a)]
	wait := min(max(retryDelivery, r.last.Sub(r.first)), retryRefused)
	since := d.now().Sub(r.last)
	return failed && since >= 0 && since < wait
}

// offline reports whether the watcher of an account has lost it: it tries again
// with patience, which a login of ours must not undo.
func (d *Daemon) offline(ctx context.Context, a Account) (lost bool) {
	err := d.decide(ctx, func(context.Context) error {
		r := d.synced[a.Name]
		lost = r != nil && !r.failed.IsZero()
		return nil
	})
	return lost || err != nil
}

// pause waits, but not beyond the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
