package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"regards/contact"
	"regards/internal/config"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/store"
)

// alone keeps the service from starting, until release; or it says why nothing
// may be laid into mailboxes now: a letter of which nobody knows yet whether it
// was laid is known by what else came.
func (k *checkup) alone(ctx context.Context) (release func() error, why string) {
	path := k.cfg.Database()
	nothing := func() error { return nil }
	if k.app.dryRun {
		return nothing, "a dry run changes nothing"
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nothing, ""
	}
	release, err := store.Lock(ctx, path)
	switch {
	case errors.Is(err, store.ErrHeld):
		return nothing, "the service is running"
	case err != nil:
		return nothing, err.Error()
	}
	letters, err := lettersIn(ctx, path)
	unsettled := func(l contact.Letter) bool { return !l.Attempt.At.IsZero() }
	if err != nil || slices.ContainsFunc(letters, unsettled) {
		release()
		return nothing, "something is to be settled first; run: regards run --once"
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

// draft tries whether letters can be laid, found again and, where that approves them,
// moved; and what the server's clock shows.
func (k *checkup) draft(ctx context.Context, account config.Account, server imapconn.Server, why string) (r findings) {
	what := "account " + account.Name
	if why != "" {
		r.note(what, whatIsTried(account)+" was not tried: "+why, "")
		return r
	}
	ctx, cancel := context.WithTimeout(ctx, k.patience.draft)
	defer cancel()
	before := time.Now()
	received, err := tryDraft(ctx, account, server, before)
	after := time.Now()
	switch {
	case errors.Is(err, mailer.ErrLeft) && received.IsZero():
		r.note(what, whatIsTried(account)+" was not tried: this server lets nobody remove one message alone", approving(account))
		return r
	case err != nil && !errors.Is(err, mailer.ErrLeft):
		r.fail(what, fmt.Errorf("lay a draft, find it, move and remove it: %w", err), "look into Drafts for one with the subject A test, and delete it")
		return r
	}
	r.ok(what, "a draft can be laid, and is found again")
	if err != nil {
		r.note(what, "drafts cannot be moved here", approving(account))
	} else if account.SMTP != nil {
		r.ok(what, fmt.Sprintf("drafts can be moved to %q, and are sent from there", account.Outbox))
	}
	if k.app.nowText == "" && !received.IsZero() {
		r.clock(what, clockOff(before, after, received))
	}
	return r
}

// whatIsTried is what draft tries.
func whatIsTried(account config.Account) string {
	if account.SMTP == nil {
		return "whether a draft can be laid and found"
	}
	return fmt.Sprintf("whether a draft can be laid, found, and moved to %q,", account.Outbox)
}

// approving is how to approve a letter where its draft cannot be moved.
func approving(account config.Account) string {
	if account.SMTP == nil {
		return ""
	}
	return "to have a letter sent, approve with: regards letter approve KEY"
}

// tryDraft lays a draft of its own, which it removes.
func tryDraft(ctx context.Context, account config.Account, server imapconn.Server, now time.Time) (received time.Time, err error) {
	drafts, err := mailer.OpenNamed(ctx, server, mailer.Names{Drafts: account.Drafts})
	if err != nil {
		return time.Time{}, err
	}
	defer drafts.Close(ctx)
	id := mailer.MessageID([]byte(rand.Text()), "check", account.Address)
	raw, err := mailer.Compose(mailer.Message{From: account.Address, To: account.Address, Subject: "A test",
		Body: "Whether a draft can be laid and found. This one can be deleted.", Date: now, MessageID: id})
	if err != nil {
		return time.Time{}, err
	}
	return drafts.TryDraft(ctx, mailer.Outgoing{Raw: raw, MessageID: id}, now, account.SMTP != nil)
}

// clockOff is by how much this computer's clock is ahead of a server's, or with a minus
// behind, when the server says that something happened at a time which, by this clock,
// lay between two others.
func clockOff(before, after, theirs time.Time) time.Duration {
	switch {
	case theirs.Before(before.Truncate(time.Second)): // it tells whole seconds
		return before.Sub(theirs)
	case theirs.After(after):
		return after.Sub(theirs)
	}
	return 0
}

// From where on a clock is worth a word, and from where on nothing is sent, as
// internal/daemon has it.
const (
	clockNoted  = time.Minute
	clockHinder = 24 * time.Hour
)

// clock says by how much this computer's clock is wrong, if the server's is right.
func (r *findings) clock(what string, off time.Duration) {
	way := "ahead of"
	if off < 0 {
		way = "behind"
	}
	text := fmt.Sprintf("this computer's clock is %s %s the mail server's", plural(int(off.Abs()/time.Second), "second"), way)
	switch {
	case off.Abs() > clockHinder:
		r.fail(what, fmt.Errorf("%s (%s), and letters are not sent", text, span(off.Abs())), setClock(runtime.GOOS))
	case off.Abs() > clockNoted:
		r.note(what, text, setClock(runtime.GOOS))
	default:
		r.ok(what, "this computer's clock agrees with the mail server's")
	}
}

// setClock is how a clock is set on a system.
func setClock(system string) string {
	switch system {
	case "linux":
		return "set it, as by sudo timedatectl set-ntp true"
	case "windows":
		return "set it: Settings, Time & language, Set time automatically"
	}
	return "set it: have the system's settings take date and time from the network"
}
