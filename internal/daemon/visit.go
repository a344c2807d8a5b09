package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regards/contact"
	"regards/mailer"
)

// visit is one stay at the mailboxes of an account, in which its letters are
// brought to where they ought to be. Each step reads the letters anew and
// stores what it did before the next begins, so that a visit that is cut short
// anywhere is gone on with by the next one.
type visit struct {
	d       *Daemon
	account Account
	drafts  *mailer.Drafts // nil until it is needed, and after the connection broke
}

// retryDelivery is how long the service waits after a failed delivery.
const retryDelivery = time.Minute

// lookEvery is how often it is looked what has become of the letters.
const lookEvery = 2 * time.Minute

// lookAnyway is how often it is looked into an outbox though no letter lies
// anywhere: somebody may have laid other mail there.
const lookAnyway = time.Hour

// deliveries delivers whenever there may be something, until ctx ends.
func (d *Daemon) deliveries(ctx context.Context) error {
	look := time.NewTicker(lookEvery / time.Duration(max(d.settings.Hurry, 1)))
	defer look.Stop()
	for {
		select {
		case <-d.deliver:
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := d.deliverAll(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("a letter could not be delivered", "error", err, "retry", retryDelivery)
			// Until then, nothing wakes it: each try is a login.
			pause(ctx, retryDelivery)
			d.wakeDeliverer()
		}
	}
}

// deliverAll visits every account where there is something to do. One that fails
// does not keep the others from being visited.
func (d *Daemon) deliverAll(ctx context.Context) error {
	d.mailSent = d.news.Swap(false)
	var errs []error
	for _, a := range d.settings.Accounts {
		if err := d.visit(ctx, a); err != nil {
			errs = append(errs, accountError{a.Name, err})
		}
	}
	return errors.Join(errs...)
}

// visit does what there is to do at an account. A step that fails does not keep
// the others from being tried, unless the account cannot be reached.
func (d *Daemon) visit(ctx context.Context, a Account) error {
	v := &visit{d: d, account: a}
	defer v.leave(ctx)
	busy, err := v.anythingToDo(ctx)
	if err != nil || !busy || d.offline(ctx, a) {
		return err // the watcher of an account says when it is back
	}
	var errs []error
	for _, step := range []func(context.Context) error{
		v.settle, v.settleSending, v.look, v.withdraw, v.takeBack, v.greet, v.lay, v.move, v.send, v.file,
	} {
		err := step(ctx)
		if errs = append(errs, err); errors.Is(err, errUnreached) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// anythingToDo reports whether it is worth a login.
func (v *visit) anythingToDo(ctx context.Context) (bool, error) {
	waiting, err := v.letters(ctx, func(l contact.Letter) bool {
		return v.toSettle(l) || v.toSettleSending(l) || v.toTakeBack(l) || v.toLay(l) || v.toMove(l) ||
			v.toWithdraw(l) || v.toMoveBack(l) || v.toFile(l)
	})
	if err != nil || len(waiting) > 0 {
		return true, err
	}
	if looks, err := v.lookDue(ctx); err != nil || looks {
		return true, err
	}
	sends, err := v.sendable(ctx)
	return len(sends) > 0 || v.d.greetingsWanted(ctx, v.account.Name), err
}

// errUnreached wraps the error of an account to which no connection can be had.
var errUnreached = errors.New("no letter can be delivered")

// at runs f on the connection, which is made when it is first needed. An error,
// even a refusal, may have cost the connection: the next step gets a new one.
func (v *visit) at(ctx context.Context, f func(*mailer.Drafts) error) error {
	if v.drafts == nil {
		drafts, err := mailer.OpenNamed(ctx, v.account.Server,
			mailer.Names{Drafts: v.account.Drafts, Sent: v.account.Sent, Outbox: v.account.Outbox})
		if err != nil {
			return fmt.Errorf("%w: %w", errUnreached, err)
		}
		v.drafts = drafts
	}
	err := f(v.drafts)
	if err != nil {
		v.leave(ctx)
	}
	return err
}

// leave ends the connection.
func (v *visit) leave(ctx context.Context) {
	if v.drafts != nil {
		v.drafts.Close(ctx)
		v.drafts = nil
	}
}

// letters gives the letters of the account that a condition selects, of those for
// which there may be something to do, without their bytes, as they are now.
func (v *visit) letters(ctx context.Context, wanted func(contact.Letter) bool) ([]contact.Letter, error) {
	all, err := v.d.store.LettersInHand(ctx)
	var letters []contact.Letter
	for _, l := range all {
		if l.Account == v.account.Name && wanted(l) {
			letters = append(letters, l)
		}
	}
	return letters, err
}

// update changes letters on the goroutine of decisions. Once an act is done it
// is recorded, also when the service is told to end.
func (v *visit) update(ctx context.Context, keys []string, change func(contact.Letter) (contact.Letter, error)) error {
	if len(keys) == 0 {
		return nil
	}
	return v.d.decide(context.WithoutCancel(ctx), func(ctx context.Context) error {
		_, err := v.d.store.UpdateLetters(ctx, keys, change)
		return err
	})
}

// tell notes what only the owner can mend, or with "" that it is over.
func (v *visit) tell(ctx context.Context, about, text string) error {
	return v.d.decide(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return v.d.store.SetTrouble(ctx, about, text, v.d.now())
	})
}

// ours gives the Message-IDs of all letters.
func (v *visit) ours(ctx context.Context) (map[string]bool, error) {
	all, err := v.d.store.Letters(ctx)
	ours := make(map[string]bool, 2*len(all))
	for _, l := range all {
		ours[l.MessageID], ours[l.DraftID] = true, true
	}
	delete(ours, "")
	return ours, err
}

// offline reports whether the watcher of an account has lost it: it tries again
// with patience, which a login of ours must not undo.
func (d *Daemon) offline(ctx context.Context, a Account) (lost bool) {
	err := d.decide(ctx, func(context.Context) error {
		r := d.synced[a.Name]
		lost = r != nil && !r.failed.IsZero()
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

func keysOf(letters []contact.Letter) []string {
	keys := make([]string, len(letters))
	for i, l := range letters {
		keys[i] = l.Key
	}
	return keys
}

func idsOf(letters []contact.Letter) []string {
	ids := make([]string, len(letters))
	for i, l := range letters {
		ids[i] = l.MessageID
	}
	return ids
}
