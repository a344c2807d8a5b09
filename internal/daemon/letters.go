package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

// knowledge is what the store knows when letters are planned.
type knowledge struct {
	plan.Records
	occasions map[string]contact.Occasion
	lastMail  map[string]contact.Touch // the newest mail with a contact, either way
	lastIn    map[string]contact.Touch // the newest mail from a contact
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
	k.occasions = map[string]contact.Occasion{}
	for _, c := range contacts {
		k.Contacts[c.ID] = c
	}
	for _, l := range letters {
		k.Letters[l.Key] = l
	}
	for _, o := range k.Occasions {
		k.occasions[o.ID] = o
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
	now := d.now()
	for _, l := range plan.Due(now, d.settings.Policy, k.Records) {
		l, err := d.write(now, k, l)
		if err != nil {
			return err
		}
		old, exists := k.Letters[l.Key]
		if exists && old.State == l.State && old.Reason == l.Reason {
			continue // it still waits for the same
		}
		l.Created = now
		if err := d.store.PutLetter(ctx, book, l); err != nil && !errors.Is(err, store.ErrTaken) {
			return err
		}
		d.log.Info("letter", "key", l.Key, "state", l.State, "reason", l.Reason)
	}
	return nil
}

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

// write gives a letter its text and bytes. What only the owner can supply puts
// it into Needs, with the command that helps.
func (d *Daemon) write(now time.Time, k knowledge, p plan.Planned) (contact.Letter, error) {
	l := p.Letter
	if l.State != contact.Queued {
		return l, nil
	}
	c, o := k.Contacts[l.ContactID], k.occasions[l.OccasionID]
	account, ok := d.accountFor(k.lastMail[c.ID])
	if !ok {
		l.State, l.Reason = contact.Needs, "no account takes letters; set letters = true for one"
		return l, nil
	}
	subject, body, err := templates.Render(d.settings.Templates, p.Wording, d.settings.Languages,
		templates.Letter{Contact: c.Name, Salutation: plan.Salutation(c), Detail: p.Facts.Useful,
			Sign: d.settings.Signature, Late: p.Facts.Late})
	var missing *templates.MissingError
	if errors.As(err, &missing) {
		l.State, l.Reason = contact.Needs, missing.Error()+hint(missing.Field, c, o)
		return l, nil
	}
	if err != nil {
		l.State, l.Reason = contact.Needs, err.Error()
		return l, nil
	}
	thread := plan.ThreadFor(now, k.lastMail[c.ID])
	if thread.Subject != "" {
		subject = thread.Subject
	}
	l.Subject, l.Account = subject, account.Name
	l.MessageID = mailer.MessageID(d.store.Secret(), l.Key, account.Address)
	l.Raw, err = mailer.Compose(mailer.Message{
		FromName: d.settings.Owner, From: account.Address, ToName: c.Name, To: recipient(c, k.lastIn[c.ID]),
		Subject: subject, Body: body, Date: now.In(d.settings.Policy.Location),
		MessageID: l.MessageID, InReplyTo: thread.InReplyTo, References: thread.References,
	})
	if err != nil {
		l.State, l.Reason = contact.Needs, err.Error()
	}
	return l, nil
}

// hint tells how to supply a missing field.
func hint(field string, c contact.Contact, o contact.Occasion) string {
	switch field {
	case "greeting":
		return fmt.Sprintf(`: how do you greet %s? regards contact edit %s --greeting "Dear …"`, c.Name, c.ID)
	case "useful":
		return fmt.Sprintf(`: what was most useful? regards occasion edit %s --useful "%s=…"`, o.ID, c.Name)
	case "signature":
		return ": write signature in the configuration's [owner]"
	}
	return ""
}

// accountFor gives the account that a letter goes through: that of the last
// exchange if letters may lie there, else the first where they may.
func (d *Daemon) accountFor(last contact.Touch) (Account, bool) {
	for _, a := range d.settings.Accounts {
		if a.Letters && a.Name == last.Account {
			return a, true
		}
	}
	for _, a := range d.settings.Accounts {
		if a.Letters {
			return a, true
		}
	}
	return Account{}, false
}

// recipient gives the address the contact last wrote from, if it is still one
// of theirs, else the first.
func recipient(c contact.Contact, lastIn contact.Touch) string {
	key := plan.AddressKey(lastIn.Address)
	for _, a := range c.Addresses {
		if a.Key == key {
			return a.Addr
		}
	}
	return c.Addresses[0].Addr
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
