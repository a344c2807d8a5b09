package daemon

import (
	"context"
	"errors"
	"slices"

	"regards/contact"
	"regards/plan"
	"regards/store"
)

// knowledge is what the store knows when letters are planned.
type knowledge struct {
	plan.Records
	lastMail map[string]contact.Touch // the newest mail with a contact, either way
	lastIn   map[string]contact.Touch // the newest mail from a contact
}

func (d *Daemon) know(ctx context.Context) (k knowledge, err error) {
	contacts, err := d.store.Contacts(ctx)
	if err != nil {
		return k, err
	}
	letters, err := d.store.Letters(ctx)
	if err != nil {
		return k, err
	}
	if k.Occasions, err = d.store.Occasions(ctx); err != nil {
		return k, err
	}
	if k.Pasts, err = d.store.Pasts(ctx); err != nil {
		return k, err
	}
	for dir, last := range map[contact.Direction]*map[string]contact.Touch{
		contact.In: &k.lastIn, "": &k.lastMail,
	} {
		if *last, err = d.store.LastTouches(ctx, true, dir); err != nil {
			return k, err
		}
	}
	k.Contacts, k.Letters = map[string]contact.Contact{}, map[string]contact.Letter{}
	for _, c := range contacts {
		k.Contacts[c.ID] = c
	}
	for _, l := range letters {
		k.Letters[l.Key] = l
	}
	return k, nil
}

// planLetters makes the letters that are due: their bytes, stored under their
// keys. What a command changes meanwhile, it plans with anew. It runs on the
// goroutine of decisions.
func (d *Daemon) planLetters(ctx context.Context) error {
	err := d.planOnce(ctx)
	for errors.Is(err, store.ErrStale) {
		err = d.planOnce(ctx)
	}
	return err
}

func (d *Daemon) planOnce(ctx context.Context) error {
	if held, err := d.held(ctx); err != nil || held {
		return err
	}
	if err := d.adopt(ctx); err != nil {
		return err
	}
	book, err := d.store.BookVersion(ctx)
	if err != nil {
		return err
	}
	k, err := d.know(ctx)
	if err != nil {
		return err
	}
	now, writer, woke := d.now(), d.writer(), false
	for _, p := range plan.Due(now, d.settings.Policy, k.Records) {
		l := writer.Write(now, p, k.Contacts[p.ContactID], Mail{Last: k.lastMail[p.ContactID], LastIn: k.lastIn[p.ContactID]})
		old, exists := k.Letters[l.Key]
		if exists && old.State == l.State && old.Reason == l.Reason {
			continue // it still waits for the same
		}
		if woke && p.Proposed {
			continue // the caps are counted anew at the next pass
		}
		woke = woke || exists && l.State == contact.Queued
		l.Created = now
		if err := d.store.PutLetter(ctx, book, l); err != nil && !errors.Is(err, store.ErrTaken) {
			return err
		}
		d.log.Info("letter", "key", l.Key, "state", l.State, "reason", l.Reason)
	}
	return nil
}

// writer gives letters their words, as the owner wants them.
func (d *Daemon) writer() Writer { return d.settings.Writer(d.store.Secret()) }

// held reports whether the owner wants nothing drafted or sent now.
func (d *Daemon) held(ctx context.Context) (bool, error) {
	h, err := d.store.Held(ctx)
	return !h.Over(d.now()), err
}

// adopt has letters written anew whose account is no longer configured.
func (d *Daemon) adopt(ctx context.Context) error {
	letters, err := d.store.Letters(ctx)
	if err != nil {
		return err
	}
	for _, l := range letters {
		known := slices.ContainsFunc(d.settings.Accounts, func(a Account) bool { return a.Name == l.Account })
		if l.State != contact.Queued || known {
			continue
		}
		if !l.Attempt.At.IsZero() {
			d.log.Warn("a letter cannot be settled: its account is no longer configured", "key", l.Key, "account", l.Account)
		}
		if err := d.store.Rewrite(ctx, l.Key); err != nil {
			return err
		}
	}
	return nil
}

// endings gives the letters that new touches end. It runs on the goroutine of
// decisions.
func (d *Daemon) endings(ctx context.Context, touches []contact.Touch) ([]contact.Ending, error) {
	if len(touches) == 0 {
		return nil, nil
	}
	letters, err := d.store.Letters(ctx)
	if err != nil || len(letters) == 0 {
		return nil, err
	}
	occasions, err := d.store.Occasions(ctx)
	if err != nil {
		return nil, err
	}
	return plan.Endings(letters, occasions, touches), nil
}
