package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"regards/contact"
	"regards/internal/imapconn"
	"regards/mailer"
	"regards/store"
)

// visit is one stay at the mailboxes of an account, in which its letters are
// brought to where they ought to be. Each step reads the letters anew and
// stores what it did before the next begins, so that a visit that is cut short
// anywhere is gone on with by the next one.
type visit struct {
	d        *Daemon
	account  Account
	held     bool           // the owner wanted nothing drafted or sent when it began
	restored bool           // so it was since a backup was restored
	drafts   *mailer.Drafts // nil until it is needed, and after the connection broke
}

// visit does what there is to do at an account, and tells the owner when that is
// impossible.
func (d *Daemon) visit(ctx context.Context, a Account) error {
	v := &visit{d: d, account: a}
	defer v.leave(ctx)
	busy, err := v.begin(ctx)
	if err != nil || d.offline(ctx, a) {
		return err // the watcher of an account says when it is back
	}
	var letters, account error
	if busy {
		letters, account = v.steps(ctx)
	}
	text, verbatim := "", ""
	switch {
	case ctx.Err() != nil:
		return errors.Join(letters, account)
	case account != nil:
		text = "letters cannot be brought where they belong: " + strings.ReplaceAll(account.Error(), "\n", "; ")
		verbatim = wordsOf(account)
		d.refused(delivery(a))
	case busy:
		d.taken(delivery(a))
	}
	return errors.Join(letters, account, v.tell(ctx, delivery(a), text, verbatim))
}

// seeHold reads whether anything may be drafted or sent.
func (v *visit) seeHold(ctx context.Context) error {
	hold, err := v.d.store.Held(ctx)
	v.held = !hold.Over(v.d.now())
	v.restored = v.held && hold.Reason == store.HeldRestored
	return err
}

// steps takes the steps of a visit. One that fails does not keep the others from
// being tried, unless the account cannot be reached. What the SMTP server has
// against single letters is apart.
func (v *visit) steps(ctx context.Context) (letters, account error) {
	for _, step := range []func(context.Context) error{
		v.obey, v.settle, v.settleSending, v.look, v.withdraw, v.takeBack, v.greet, v.lay, v.move, v.send, v.file, v.notify,
	} {
		err := step(ctx)
		var failed *mailer.SendError
		if errors.As(err, &failed) {
			letters = errors.Join(letters, err)
		} else {
			account = errors.Join(account, err)
		}
		if errors.Is(err, errUnreached) || ctx.Err() != nil {
			break
		}
	}
	return letters, account
}

// begin reports whether there is anything to do. Accounts are woken together, and ask
// one after the other: each that reads the store at the same time has a connection to
// it, with a cache of its own.
func (v *visit) begin(ctx context.Context) (busy bool, err error) {
	v.d.asking.Lock()
	defer v.d.asking.Unlock()
	if err := v.seeHold(ctx); err != nil {
		return false, err
	}
	return v.anythingToDo(ctx)
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
	if orders, err := v.instructions(ctx); err != nil || len(orders) > 0 {
		return true, err
	}
	if notices, err := v.notices(ctx); err != nil || len(notices) > 0 {
		return true, err
	}
	sends, err := v.sendable(ctx)
	return len(sends) > 0 || v.d.greetingsWanted(ctx, v.account.Name), err
}

// errUnreached wraps the error of an account to which no connection can be had.
var errUnreached = errors.New("no letter can be delivered")

// at runs f on the connection, which is made when it is first needed. After an
// error that is no answer of the server the next step gets a new one.
func (v *visit) at(ctx context.Context, f func(*mailer.Drafts) error) error {
	if v.drafts == nil {
		drafts, err := v.open(ctx)
		if errors.Is(err, imapconn.ErrAway) && v.d.giveWay(ctx, v.account) {
			drafts, err = v.open(ctx)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errUnreached, err)
		}
		v.drafts = drafts
	}
	err := f(v.drafts)
	if !answered(err) || errors.Is(err, imapconn.ErrAway) || errors.Is(err, imapconn.ErrGarbled) {
		v.leave(ctx)
	}
	return err
}

func (v *visit) open(ctx context.Context) (*mailer.Drafts, error) {
	return mailer.OpenNamed(ctx, v.account.Server,
		mailer.Names{Drafts: v.account.Drafts, Sent: v.account.Sent, Outbox: v.account.Outbox})
}

// giveWay has the watcher of an account give up a connection, if it has one: there
// may be none left for a visit.
func (d *Daemon) giveWay(ctx context.Context, a Account) bool {
	i := slices.IndexFunc(d.settings.Accounts, func(other Account) bool { return other.Name == a.Name })
	return d.watching != nil && d.watching[i].GiveWay(ctx)
}

// answered reports whether the server has said what it has to say: there is no
// need to ask again at once.
func answered(err error) bool {
	_, refused := imapconn.Refused(err)
	return err == nil || refused || errors.Is(err, mailer.ErrNoMailbox) || errors.Is(err, mailer.ErrLeft) || errors.Is(err, mailer.ErrOutbox) ||
		errors.Is(err, mailer.ErrGone) || errors.Is(err, mailer.ErrTooLarge)
}

// leave ends the connection.
func (v *visit) leave(ctx context.Context) {
	if v.drafts != nil {
		v.drafts.Close(ctx)
		v.drafts = nil
	}
}

// letters gives the letters of the account that a condition selects, of those for
// which there may be something to do, without their bytes, as they are now. Where
// the condition holds in some states only, it is quicker to name them.
func (v *visit) letters(ctx context.Context, wanted func(contact.Letter) bool, states ...contact.State) ([]contact.Letter, error) {
	all, err := v.d.store.LettersInHand(ctx, states...)
	var letters []contact.Letter
	for _, l := range all {
		if l.Account == v.account.Name && wanted(l) {
			letters = append(letters, l)
		}
	}
	return letters, err
}

func always(contact.Letter) bool { return true }

// update changes letters on the goroutine of decisions, and logs what has become
// of them. Once an act is done it is recorded, also when the service is told to end.
func (v *visit) update(ctx context.Context, keys []string, change func(contact.Letter) (contact.Letter, error)) error {
	if len(keys) == 0 {
		return nil
	}
	return v.d.decide(context.WithoutCancel(ctx), func(ctx context.Context) error {
		was := map[string]contact.State{}
		updated, err := v.d.store.UpdateLetters(ctx, keys, func(l contact.Letter) (contact.Letter, error) {
			was[l.Key] = l.State
			return change(l)
		})
		if err != nil {
			return err
		}
		for _, l := range updated {
			if l.State != was[l.Key] {
				v.d.log.Info("letter", "key", l.Key, "state", l.State, "was", was[l.Key])
			}
		}
		return nil
	})
}

// updateAsRead is update for letters that were read before: one with which
// something else has happened since is left as it is.
func (v *visit) updateAsRead(ctx context.Context, read []contact.Letter, change func(contact.Letter) (contact.Letter, error)) error {
	return v.update(ctx, keysOf(read), func(l contact.Letter) (contact.Letter, error) {
		i := slices.IndexFunc(read, func(old contact.Letter) bool { return old.Key == l.Key })
		if old := read[i]; l.State != old.State || l.Attempt != old.Attempt || l.TakeBack != old.TakeBack || l.Place != old.Place {
			return l, nil
		}
		return change(l)
	})
}

// tell notes what only the owner can mend and what others said of it, or with ""
// that it is over.
func (v *visit) tell(ctx context.Context, about, text, verbatim string) error {
	return v.d.decide(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return v.d.store.SetTrouble(ctx, about, text, verbatim, v.d.now())
	})
}

// wordsOf gives what a server said, where it is a server's doing, else all that is
// known.
func wordsOf(err error) string {
	var failed *mailer.SendError
	if errors.As(err, &failed) {
		return failed.Text
	}
	if text, refused := imapconn.Refused(err); refused {
		return text
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
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
