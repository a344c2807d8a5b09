package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"regards/contact"
	"regards/store"
)

func (d *Daemon) configured(account string) bool {
	return slices.ContainsFunc(d.settings.Accounts, func(a Account) bool { return a.Name == account })
}

// adoptNotices sees to mail to the owner whose account is no longer configured. What
// certainly was not delivered is laid into INBOX of the account through which the
// owner hears of things now: another SMTP server may refuse the sender. What may have
// come is uncertain.
func (d *Daemon) adoptNotices(ctx context.Context) error {
	notices, err := d.store.OpenNotices(ctx)
	for _, n := range notices {
		if err != nil || d.configured(n.Account) {
			continue
		}
		heir, ok := d.notifies()
		n.Reason = fmt.Sprintf("the account %q, through which it went, is no longer configured", n.Account)
		switch {
		case !n.Attempt.At.IsZero() || !n.Sending.IsZero():
			n.State = contact.Uncertain
			err = d.store.SetNotice(ctx, n)
		case d.now().Sub(n.Made) > noticeWithin:
			n.State = contact.Failed
			err = d.store.SetNotice(ctx, n)
		case ok:
			err = d.store.HandOverNotice(ctx, n.Key, heir.Name)
		}
		if errors.Is(err, store.ErrTaken) {
			err = nil
		}
	}
	return err
}

// endTroubles forgets what was told of accounts that are no longer configured.
func (d *Daemon) endTroubles(ctx context.Context) error {
	troubles, err := d.store.Troubles(ctx)
	for _, t := range troubles {
		kind, account, _ := strings.Cut(t.About, "/")
		if err == nil && slices.Contains(aboutAccounts, kind) && !d.configured(account) {
			err = d.store.EndTrouble(ctx, t.About)
		}
	}
	return err
}

// aboutAccounts are the troubles that name an account behind a slash.
var aboutAccounts = []string{"delivery", "smtp", "outbox", "mailbox", "sent", "notice", "clock"}
