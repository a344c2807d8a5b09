package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"golang.org/x/sync/errgroup"

	"regards/internal/mailsim"
)

// mailboxes is how many there are in all, those that regards does not watch
// included.
const mailboxes = 30

// fill puts the mail into the server, INBOX and Sent side by side.
func (w *world) fill(ctx context.Context) error {
	started := time.Now()
	w.say("filling %d messages into INBOX and %d into Sent …", w.opt.messages, w.opt.sent)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return w.append(ctx, "INBOX", w.corpus.mailbox(false)) })
	g.Go(func() error { return w.append(ctx, "Sent", w.corpus.mailbox(true)) })
	g.Go(func() error { return w.fillOthers(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	w.say("filled in %.0f s", time.Since(started).Seconds())
	return nil
}

// fillOthers makes the other mailboxes: half of them stay empty.
func (w *world) fillOthers(ctx context.Context) error {
	names, err := w.server.Mailboxes()
	if err != nil {
		return err
	}
	for i := range mailboxes - len(names) {
		name := fmt.Sprintf("Projects/%02d", i)
		if err := w.server.Create(name); err != nil {
			return err
		}
		if i%2 == 0 {
			continue
		}
		if err := w.append(ctx, name, w.corpus.small(i, 5+i)); err != nil {
			return err
		}
	}
	return nil
}

// append fills one mailbox; the end of ctx ends it early, with an error.
func (w *world) append(ctx context.Context, mailbox string, mail iter.Seq[mailsim.Message]) error {
	err := w.server.AppendAll(mailbox, func(yield func(mailsim.Message) bool) {
		mail(func(m mailsim.Message) bool { return ctx.Err() == nil && yield(m) })
	})
	return errors.Join(err, ctx.Err())
}
