package daemon

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// retryDelivery is how long an account is left alone after a failed delivery; when
// it goes on failing as long as it has failed, but at most retryRefused.
const retryDelivery = time.Minute

// lookEvery is how often it is looked what has become of the letters.
const lookEvery = 2 * time.Minute

// lookAnyway is how often it is looked into an outbox though no letter lies
// anywhere: somebody may have laid other mail there.
const lookAnyway = time.Hour

// memory is what is kept in mind of the visits at one account. Beside wake and news
// it belongs to the goroutine that makes them.
type memory struct {
	wake chan struct{} // there may be something to deliver
	news atomic.Bool   // the owner has sent mail: a draft may be gone

	mailSent  bool                 // news, as this visit began
	looked    time.Time            // when it was last looked what has become of letters
	surveys   map[string]surveyed  // by mailbox
	unmovable bool                 // no draft can be moved there
	agreed    time.Time            // when its server's clock certainly agreed with ours
	searched  map[string]time.Time // by Message-ID: when every mailbox was searched for it
}

// memory gives that of an account.
func (d *Daemon) memory(account string) *memory {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.memories[account]
	if m == nil {
		m = &memory{wake: make(chan struct{}, 1), surveys: map[string]surveyed{}, searched: map[string]time.Time{}}
		d.memories[account] = m
	}
	return m
}

func (v *visit) memory() *memory { return v.d.memory(v.account.Name) }

// wakeDeliverer has all accounts visited soon where there is something to do.
func (d *Daemon) wakeDeliverer() {
	for _, a := range d.settings.Accounts {
		d.memory(a.Name).rouse()
	}
}

func (m *memory) rouse() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// woken reports whether wakeDeliverer was called since it was asked last.
func (d *Daemon) woken() (yes bool) {
	for _, a := range d.settings.Accounts {
		select {
		case <-d.memory(a.Name).wake:
			yes = true
		default:
		}
	}
	return yes
}

// heardOfMail has it looked everywhere what has become of drafts: the owner has sent
// mail.
func (d *Daemon) heardOfMail() {
	for _, a := range d.settings.Accounts {
		d.memory(a.Name).news.Store(true)
	}
	d.wakeDeliverer()
}

// deliveries visits an account whenever there may be something to do, until ctx
// ends. Each has a goroutine: a server that hangs holds up nothing elsewhere.
func (d *Daemon) deliveries(ctx context.Context, a Account) error {
	m := d.memory(a.Name)
	look := time.NewTicker(lookEvery / time.Duration(max(d.settings.Hurry, 1)))
	defer look.Stop()
	for {
		select {
		case <-m.wake:
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := d.deliver(ctx, a); err != nil && ctx.Err() == nil {
			d.log.Warn("a letter could not be delivered", "error", err, "retry", retryDelivery.String())
			time.AfterFunc(retryDelivery, m.rouse)
		}
	}
}

// deliverAll visits every account where there is something to do, all at once. One
// that fails does not keep the others from being visited.
func (d *Daemon) deliverAll(ctx context.Context) error {
	errs := make([]error, len(d.settings.Accounts))
	var g errgroup.Group
	for i, a := range d.settings.Accounts {
		g.Go(func() error {
			errs[i] = d.deliver(ctx, a)
			return nil
		})
	}
	return errors.Join(append(errs, g.Wait())...)
}

// deliver visits an account, unless it rests.
func (d *Daemon) deliver(ctx context.Context, a Account) error {
	m := d.memory(a.Name)
	m.mailSent = m.news.Swap(false)
	if d.rests(a) {
		return nil
	}
	if err := d.visit(ctx, a); err != nil {
		return accountError{a.Name, err}
	}
	return nil
}

// delivery is what the visits of an account are called among refusals and troubles.
func delivery(a Account) string { return "delivery/" + a.Name }

// rests reports whether an account is left alone, since a visit failed: each try
// is a login.
func (d *Daemon) rests(a Account) bool {
	r, failed := d.refusal(delivery(a))
	wait := min(max(retryDelivery, r.last.Sub(r.first)), retryRefused)
	since := d.now().Sub(r.last)
	return failed && since >= 0 && since < wait
}

// offline reports whether the watcher of an account has lost it: it tries again
// with patience, which a login of ours must not undo.
func (d *Daemon) offline(ctx context.Context, a Account) (lost bool) {
	err := d.decide(ctx, func(context.Context) error {
		r := d.synced[a.Name]
		lost = r != nil && r.lost
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
