package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regards/contact"
	"regards/mailer"
	"regards/store"
)

// No letter is sent while this machine's clock and the mail server's disagree by
// over clockOff: hold, window and days would mean nothing, and the letter would
// bear a false date. IMAP has no command for the time. What tells it is when the
// server says that it stored a message: a draft of ours, just now; or the newest in
// INBOX, which shows only that the server's clock has come that far.

// clockOff is by how much a clock may be wrong.
const clockOff = 24 * time.Hour

// clockJitter is by how much a clock may be set back without having been set
// right: a machine that keeps no time while it is off begins a little earlier.
const clockJitter = time.Hour

// agreedFor is how long two clocks that agreed are not compared again.
const agreedFor = time.Hour

// apart gives by how much this machine's clock is ahead of a server's, or with a
// minus behind; zero when that is within clockOff as far as can be told. Seen is
// what both showed when they last disagreed, and newest when the newest message
// came; both may be zero. A clock that has been set right since makes seen void, if
// it shows so by an earlier time than before or by newer mail.
func apart(now time.Time, seen store.Clocks, newest time.Time) time.Duration {
	reached := seen.Theirs // their clock shows no less now
	if newest.After(reached) {
		reached = newest
	}
	ahead := seen.Ours.Sub(seen.Theirs)
	switch {
	case reached.Sub(now) > clockOff:
		return now.Sub(reached)
	case ahead > clockOff && now.Sub(reached) > clockOff && now.Sub(seen.Ours) >= -clockJitter:
		return ahead
	}
	return 0
}

// clock is what the clock is called among troubles.
func (v *visit) clock() string { return "clock/" + v.account.Name }

// agreedLately reports whether the clocks certainly agreed a short while ago. By the
// wall clock: it may have been set since.
func (v *visit) agreedLately() bool {
	at, agreed := v.d.agreed[v.account.Name]
	since := v.d.now().Round(0).Sub(at)
	return agreed && since >= 0 && since < agreedFor
}

// compare looks what the server's clock showed when a letter was laid at a place,
// which was at a time just now. Where that cannot be read, it is as if it had not
// been looked. An account through which nothing is sent needs no clock.
func (v *visit) compare(ctx context.Context, place contact.Place, laid time.Time) error {
	if v.d.settings.Pretended || v.account.SMTP == nil || v.agreedLately() {
		return nil
	}
	var theirs time.Time
	err := v.at(ctx, func(drafts *mailer.Drafts) (err error) {
		theirs, err = drafts.Received(ctx, place)
		return err
	})
	if err != nil {
		v.d.log.Debug("the server's clock cannot be read", "account", v.account.Name, "error", err)
	}
	if err != nil || theirs.IsZero() {
		return nil
	}
	seen := store.Clocks{Ours: laid.Round(0), Theirs: theirs}
	if apart(laid, seen, theirs) == 0 {
		v.d.agreed[v.account.Name], seen = seen.Ours, store.Clocks{}
	} else {
		delete(v.d.agreed, v.account.Name)
	}
	return v.setClocks(ctx, seen)
}

// setClocks stores what both clocks showed, if they disagreed.
func (v *visit) setClocks(ctx context.Context, seen store.Clocks) error {
	return v.d.decide(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return v.d.store.SetClocks(ctx, v.account.Name, seen)
	})
}

// clockWrong reports whether the clocks are known to disagree, of which the owner is
// told, before letters that are waiting are sent. It looks only if any may go now, or
// if there is something that the clock has to do with.
func (v *visit) clockWrong(ctx context.Context, waiting []contact.Letter) (bool, error) {
	if v.d.settings.Pretended {
		return false, nil
	}
	troubles, err := v.d.store.Troubles(ctx)
	if err != nil {
		return false, err
	}
	told := slices.ContainsFunc(troubles, func(t store.Trouble) bool { return t.About == v.clock() })
	letters, err := v.sendable(ctx)
	if err != nil || len(letters) == 0 && !told && !slices.ContainsFunc(waiting, v.approvedAhead) {
		return false, err
	}
	off, agree, err := v.lookAtClocks(ctx)
	switch {
	case err != nil:
		return false, err
	case off != 0:
		return true, v.tell(ctx, v.clock(), clockText(v.account.Name, off), "")
	case agree:
		err = v.approveNow(ctx, waiting)
	}
	return false, errors.Join(err, v.setClocks(ctx, store.Clocks{}), v.tell(ctx, v.clock(), "", ""))
}

// lookAtClocks gives how far the clocks are apart as far as is known, and whether it
// is known that they agree.
func (v *visit) lookAtClocks(ctx context.Context) (off time.Duration, agree bool, err error) {
	if v.agreedLately() {
		return 0, true, nil
	}
	seen, err := v.d.store.Clocks(ctx, v.account.Name)
	if err != nil {
		return 0, false, err
	}
	var newest time.Time
	err = v.at(ctx, func(drafts *mailer.Drafts) (err error) {
		newest, err = drafts.Newest(ctx)
		return err
	})
	if !answered(err) {
		return 0, false, err
	}
	now := v.d.now()
	off = apart(now, seen, newest)
	return off, off == 0 && now.Sub(newest).Abs() <= clockOff, nil
}

// approvedAhead reports whether a letter was approved in the future: the clock was
// wrong then, or is now.
func (v *visit) approvedAhead(l contact.Letter) bool { return l.Approved.Sub(v.d.now()) > clockOff }

// approveNow has such letters rest from now on; the clock is right, and they would
// wait for that day.
func (v *visit) approveNow(ctx context.Context, waiting []contact.Letter) error {
	var keys []string
	for _, l := range waiting {
		if v.approvedAhead(l) {
			keys = append(keys, l.Key)
		}
	}
	return v.update(ctx, keys, func(l contact.Letter) (contact.Letter, error) {
		if v.approvedAhead(l) {
			l.Approved = v.d.now()
		}
		return l, nil
	})
}

// clockText says in a sentence what is wrong with the clock.
func clockText(account string, off time.Duration) string {
	days, way := int(off.Abs().Round(clockOff)/clockOff), "ahead of"
	if off < 0 {
		way = "behind"
	}
	by := fmt.Sprintf("about %d days", days)
	if days == 1 {
		by = "over a day"
	}
	return fmt.Sprintf("letters are not sent: the clock of this machine is %s %s that of the mail server (account %s); "+
		"set it, as by sudo timedatectl set-ntp true; they go by themselves then", by, way, account)
}
