package daemon

import (
	"context"
	"errors"
	"time"

	"regards/internal/carddav"
	"regards/plan"
	"regards/store"
)

// BookSettings say where the owner's address book is.
type BookSettings struct {
	Server carddav.Server // without a URL there is none
	Group  string         // a label for the people who come from there; "": none
}

// bookTrouble is what the daily reading of the address book is called among the troubles.
const bookTrouble = "carddav"

// BookLine is what it is called among the firings: another address book begins anew.
func BookLine(url string) string { return "carddav " + url }

// How often it is looked whether the address book is to be read, how long one waits
// that could not be, and how long a reading may take. A refused login is not tried
// often: providers lock an account for that.
const (
	bookLook    = time.Minute
	bookRetry   = 30 * time.Minute
	bookRefused = 6 * time.Hour
	bookTime    = 5 * time.Minute
)

// bookWords are what undo calls what a daily reading brought.
const bookWords = "contact import --carddav (the daily one)"

// addressBooks reads the address book each day, until ctx ends. That has a goroutine
// of its own: mail and letters wait for no other server.
func (d *Daemon) addressBooks(ctx context.Context) error {
	look := time.NewTicker(bookLook)
	defer look.Stop()
	for failed, wait := (time.Time{}), time.Duration(0); ; {
		if since := d.now().Sub(failed); since < 0 || since >= wait {
			wait = d.readBook(ctx)
			failed = d.now()
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// readBook has today's reading, unless there was one. It gives how long to wait until
// it is looked again; if anything is wrong, the owner is told.
func (d *Daemon) readBook(ctx context.Context) (wait time.Duration) {
	now := d.now().In(d.settings.Policy.Location)
	text, verbatim, err := "", "", error(nil)
	if d.settings.Book.Server.URL != "" {
		if err = d.readBookOf(ctx, now); ctx.Err() != nil {
			return 0 // the next run reads it
		}
	}
	if err != nil {
		verbatim = err.Error()
		text = "the address book could not be read: " + verbatim + "; it is tried again by itself; to try it at once: regards contact import --carddav -n"
		d.log.Warn("the address book could not be read", "error", err)
	}
	told := d.decide(ctx, func(ctx context.Context) error { return d.store.SetTrouble(ctx, bookTrouble, text, verbatim, now) })
	if told != nil && ctx.Err() == nil {
		d.log.Warn("a trouble cannot be stored", "error", told)
	}
	switch {
	case errors.Is(err, carddav.ErrLogin):
		return bookRefused
	case err != nil || told != nil:
		return bookRetry
	}
	return 0
}

// readBookOf reads the address book of a day, once.
func (d *Daemon) readBookOf(ctx context.Context, now time.Time) error {
	line := BookLine(d.settings.Book.Server.URL)
	last, known, err := d.store.Fired(ctx, line)
	if err != nil || known && sameDay(last.In(now.Location()), now) {
		return err
	}
	tokens, err := d.store.BookTokens(ctx)
	if err != nil {
		return err
	}
	reading, cancel := context.WithTimeout(ctx, bookTime)
	defer cancel()
	books, err := carddav.Read(reading, d.settings.Book.Server, tokens)
	if err != nil {
		return err
	}
	return d.decide(ctx, func(ctx context.Context) error {
		err := d.takeBooks(ctx, books, now)
		for errors.Is(err, store.ErrStale) { // a command has changed the contacts
			err = d.takeBooks(ctx, books, now)
		}
		if err != nil {
			return err
		}
		return d.store.SetFired(ctx, line, now)
	})
}

// takeBooks stores what was read. It runs on the goroutine of decisions.
func (d *Daemon) takeBooks(ctx context.Context, books []carddav.Book, now time.Time) error {
	version, err := d.store.BookVersion(ctx)
	if err != nil {
		return err
	}
	contacts, err := d.store.Contacts(ctx)
	if err != nil {
		return err
	}
	told, err := d.store.Told(ctx)
	if err != nil {
		return err
	}
	owner := plan.NewBook(d.settings.Addresses, nil, 0)
	cards, gone := carddav.Cards(books)
	step := carddav.Decide(cards, contacts, told, carddav.Terms{Group: d.settings.Book.Group, Own: owner.IsOwner, Now: now, NewID: store.NewID})
	change := store.BookChange{Version: version, Add: step.Add, Addresses: step.Addresses, Tokens: map[string]string{}}
	for _, c := range step.Cards {
		change.Cards = append(change.Cards, store.Card(c))
	}
	for _, b := range books {
		change.Tokens[b.URL] = b.Token
	}
	if err := d.store.TakeBook(ctx, change, bookWords, now); err != nil {
		return err
	}
	d.log.Info("the address book was read", "cards", len(cards), "contacts_added", len(step.Add), "contacts_with_new_addresses", len(step.Addresses),
		"doubtful", step.Doubtful, "unusable", step.Unusable, "gone", gone)
	return nil
}
