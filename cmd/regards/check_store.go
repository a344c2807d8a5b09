package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"regards/internal/daemon"
	"regards/store"
)

// database opens the store, if there is one yet, tells how each account was read
// last, and gives the contacts.
func (k *checkup) database(ctx context.Context) people {
	path := k.cfg.Database()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		k.note("database", path+" is made by the first sync; never synced so far", "run: regards sync")
		return nil
	}
	st, discard, err := k.app.openStore(ctx, path)
	if err != nil {
		k.fail("database", err, "")
		return nil
	}
	defer discard()
	defer st.Close()
	contacts, err := k.whole(ctx, st)
	if err == nil {
		k.ok("database", fmt.Sprintf("%s, %s", path, plural(len(contacts), "contact")))
		k.private("database", path, 0o077, "see your contacts in", "600")
		err = errors.Join(k.troubles(ctx, st), k.syncs(ctx, st))
	}
	if err != nil {
		k.fail("database", err, "")
	}
	return contacts
}

// whole makes sure that the database is.
func (k *checkup) whole(ctx context.Context, st *store.Store) (people, error) {
	if err := st.Integrity(ctx); err != nil {
		return nil, err
	}
	contacts, err := st.Contacts(ctx)
	if err == nil {
		k.wrote, err = wroteTo(ctx, st, people(contacts).ids()...)
	}
	return contacts, err
}

// troubles repeats what the service has told of what only the owner can mend.
func (k *checkup) troubles(ctx context.Context, st *store.Store) error {
	all, err := st.Troubles(ctx)
	for _, t := range all {
		k.note(t.About, t.Text, "")
	}
	return err
}

// syncs says when each account was read last.
func (k *checkup) syncs(ctx context.Context, st *store.Store) error {
	states, err := st.AccountStates(ctx)
	if err != nil {
		return err
	}
	for _, account := range k.cfg.Accounts {
		what, last := "account "+account.Name, states[account.Name].LastSync
		if text, fix := lastSync(k.now(), last, k.running); fix == "" {
			k.ok(what, text)
		} else {
			k.note(what, text, fix)
		}
	}
	return nil
}

// staleAfter is how long ago a running service may have read an account: what rests on
// silence needs a sync within the last hour.
const staleAfter = time.Hour

// lastSync says when an account was read last, and what to do if that is long ago.
func lastSync(now, last time.Time, running bool) (text, fix string) {
	age := now.Sub(last)
	switch {
	case last.IsZero():
		return "never synced", "run: regards sync"
	case running && age > staleAfter:
		return "last synced " + ago(last, now), "the service runs, but does not come through; see: regards status"
	case !running && age > daemon.AwayAfter:
		return "last synced " + ago(last, now), "is the service running? start it with: regards run"
	case age < -time.Minute:
		return "last synced " + ago(last, now), "by a clock that was ahead of this one: is this computer's clock right?"
	}
	return "last synced " + ago(last, now), ""
}

// wording tries every template on every contact; what is missing is a note,
// what is wrong with a template an error.
func (k *checkup) wording(all people) {
	settings, err := k.app.settings(k.cfg)
	if err != nil {
		k.fail("templates", err, "")
		return
	}
	report := checkWording(settings.Writer(nil), policy(k.cfg), all, k.wrote, k.now())
	missing := 0
	for _, p := range report.Problems {
		if p.Field == "" {
			k.fail("templates", errors.New(p.Text), "")
		} else {
			missing++
		}
	}
	switch {
	case missing > 0:
		k.note("templates", plural(missing, "thing")+" missing for some letters", "see: regards template check")
	case len(report.Problems) == 0:
		k.ok("templates", plural(report.Letters, "letter")+" can be written")
	}
}
