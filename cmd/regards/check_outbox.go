package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"regards/contact"
	"regards/internal/config"
	"regards/mailer"
	"regards/store"
)

// outbox tries whether the owner can approve letters by moving them.
func (r *findings) outbox(ctx context.Context, a *app, cfg config.Config, account config.Account) {
	if account.SMTP == nil || !account.Letters {
		return
	}
	what := "account " + account.Name
	release, why := alone(ctx, a, cfg.Database())
	if why != "" {
		r.note(what, fmt.Sprintf("whether drafts can be moved to %q was not tried: %s", account.Outbox, why))
		return
	}
	defer release()
	switch err := tryMove(ctx, account); {
	case errors.Is(err, mailer.ErrLeft):
		r.note(what, "drafts cannot be moved here: to have a letter sent, approve with: regards letter approve KEY")
	case err != nil:
		r.fail(what, fmt.Errorf("move a draft as to %q: %w; approve with: regards letter approve KEY", account.Outbox, err))
	default:
		r.ok(what, fmt.Sprintf("drafts can be moved to %q, and are sent from there", account.Outbox))
	}
}

// alone keeps the service from starting, until release; or it says why nothing
// may be laid into mailboxes now: a letter of which nobody knows yet whether it
// was laid is known by what else came.
func alone(ctx context.Context, a *app, path string) (release func() error, why string) {
	if a.dryRun {
		return nil, "a dry run changes nothing"
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return func() error { return nil }, ""
	}
	release, err := store.Lock(ctx, path)
	if err != nil {
		return nil, "the service is running"
	}
	letters, err := lettersIn(ctx, path)
	unsettled := func(l contact.Letter) bool { return !l.Attempt.At.IsZero() }
	if err != nil || slices.ContainsFunc(letters, unsettled) {
		release()
		return nil, "something is to be settled first; run: regards run --once"
	}
	return release, ""
}

func lettersIn(ctx context.Context, path string) ([]contact.Letter, error) {
	st, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	return st.Letters(ctx)
}

// tryMove moves a draft of its own, which it removes.
func tryMove(ctx context.Context, account config.Account) error {
	drafts, err := mailer.OpenNamed(ctx, imapServer(account.IMAP), mailer.Names{Drafts: account.Drafts})
	if err != nil {
		return err
	}
	defer drafts.Close(ctx)
	now := time.Now()
	id := mailer.MessageID([]byte(rand.Text()), "check", account.Address)
	raw, err := mailer.Compose(mailer.Message{From: account.Address, To: account.Address, Subject: "A test",
		Body: "Whether drafts can be moved. This one can be deleted.", Date: now, MessageID: id})
	if err != nil {
		return err
	}
	return drafts.TryMove(ctx, mailer.Outgoing{Raw: raw, MessageID: id}, now)
}
