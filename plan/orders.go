package plan

import (
	"errors"
	"fmt"
	"time"

	"regards/contact"
)

// The orders that the owner gives for one letter. Each takes it as it is, and
// gives it as it is from now on; the service then does what follows from that in
// the mailboxes. An order that cannot be carried out is an error that says why
// and what to do, and never leads to a second message (law 3).

// Approve orders l to be sent: from then on it belongs into the outbox, and goes
// when it has rested there. A letter that waited to be spoken of does so no more.
func Approve(now time.Time, l contact.Letter) (contact.Letter, error) {
	if err := openTo("sent", l); err != nil {
		return l, err
	}
	switch l.State {
	case contact.Needs:
		return l, fmt.Errorf("it cannot be sent yet: %s", l.Reason)
	case contact.Uncertain:
		return l, fmt.Errorf("nobody knows whether it exists: %s; once you have looked: regards letter retry %s, or regards letter dismiss %s", l.Reason, l.Key, l.Key)
	case contact.Approved:
		return l, fmt.Errorf("it is approved already, since %s", dateIn(l.Approved))
	case contact.Queued:
		if !l.Approved.IsZero() {
			return l, fmt.Errorf("it is approved already, since %s; the next pass lays it into the outbox", dateIn(l.Approved))
		}
	default:
		l = l.In(contact.Approved, now)
	}
	l.Delivery = contact.ByDraft // by the owner's hand
	l.Approved, l.Snoozed = now, time.Time{}
	return l, nil
}

// Snooze orders l not to be laid, sent or spoken of until a time. If it was due
// earlier, it is due then.
func Snooze(now time.Time, l contact.Letter, until time.Time) (contact.Letter, error) {
	if err := openTo("put off", l); err != nil {
		return l, err
	}
	if !until.After(now) {
		return l, errors.New("that time is over already; write one to come, such as 2w")
	}
	l.Snoozed = until
	return l.DueFrom(until), nil
}

// Dismiss ends l. A draft that lies untouched where regards put it, or that may,
// is to be removed (TakeBack); one that the owner may have been at stays, is not
// sent, and the reason says where it lies: a dismissed letter with a Place is
// still there.
func Dismiss(now time.Time, l contact.Letter) (contact.Letter, error) {
	if l.State.Ended() {
		return l, hasEnded(l)
	}
	if !l.Sending.IsZero() && l.State != contact.Uncertain {
		return l, errors.New("it is being sent right now; see in a minute: regards letter show " + l.Key)
	}
	was := l
	l = l.In(contact.Dismissed, now)
	l.Reason, l.Missing = "you dismissed it", time.Time{} // what turns up now is not brought back by itself
	switch was.State {
	case contact.Queued:
		l.Attempt, l.TakeBack = was.Attempt, !was.Attempt.At.IsZero()
	case contact.Drafted:
		l.TakeBack = true
	case contact.Edited, contact.Moved, contact.Approved:
		if was.ByItself() {
			l.TakeBack = true
			break
		}
		if l.Place.Mailbox != "" {
			l.Reason += fmt.Sprintf("; the draft stays in %s, since you have been at it: delete it there", l.Place.Mailbox)
		}
	}
	return l, nil
}

// Restore brings back l, with its bytes, after it was dismissed or superseded,
// or while it is to be taken back. A draft that still lies where l says stays
// there; otherwise it is laid anew, or written anew if it has no bytes. It is to
// be approved anew, too.
func Restore(now time.Time, l contact.Letter) (contact.Letter, error) {
	attempt, placed := l.Attempt, l.Place != contact.Place{}
	switch {
	case l.State == contact.Uncertain:
		return l, fmt.Errorf("nobody knows whether it exists: %s; once you have looked: regards letter retry %s", l.Reason, l.Key)
	case l.State == contact.Sent || l.State == contact.Failed:
		return l, hasEnded(l)
	case !l.State.Ended() && !l.TakeBack:
		return l, fmt.Errorf("it is not over: it is %s", l.State)
	case !l.Sending.IsZero():
		return l, fmt.Errorf("it may have been sent on %s: look in Sent; then write to them yourself", dateIn(l.Sending))
	case placed && l.TakeBack:
		l = l.In(contact.Drafted, now)
	case placed && l.Missing.IsZero():
		l = l.In(contact.Edited, now) // the owner had been at it
	case l.TakeBack:
		l = l.In(contact.Queued, now)
		l.Attempt = attempt // it may be there: that is settled first
	default:
		l = again(now, l)
	}
	l.Delivery, l.Approved = contact.ByDraft, time.Time{}
	l.TakeBack, l.Restored, l.Missing = false, now, time.Time{}
	l.Reason = "you brought it back"
	return l, nil
}

// Retry has l, with its bytes, tried again after it failed, or after nobody
// could tell whether it exists: the owner has looked, and it does not. One that
// was on its way from the outbox goes on from there.
func Retry(now time.Time, l contact.Letter) (contact.Letter, error) {
	approved := !l.Sending.IsZero() || !l.Approved.IsZero()
	switch {
	case l.State.Ended() && l.State != contact.Failed:
		return l, hasEnded(l)
	case l.State != contact.Failed && l.State != contact.Uncertain:
		return l, fmt.Errorf("it has not failed: it is %s", l.State)
	case cameBack(l):
		return l, errors.New("it was sent and came back, so it is not sent again; write to them at another address, or in another way")
	case approved && len(l.Raw) > 0 && l.Place != contact.Place{}:
		l = l.In(contact.Approved, now)
	default:
		l = again(now, l)
	}
	if !l.Approved.IsZero() {
		l.Delivery = contact.ByDraft // by the owner's hand
	}
	l.TakeBack, l.Sending, l.Missing = false, time.Time{}, time.Time{}
	l.Reason = "you had it tried again"
	return l, nil
}

// again gives l as a letter that lies nowhere: to be laid or, without bytes, to
// be written.
func again(now time.Time, l contact.Letter) contact.Letter {
	state := contact.Queued
	if len(l.Raw) == 0 {
		state = contact.Needs
	}
	l = l.In(state, now)
	l.Place, l.DraftID = contact.Place{}, ""
	return l
}

// openTo says why an order for an open letter cannot be given for l.
func openTo(done string, l contact.Letter) error {
	switch {
	case l.State.Ended():
		return hasEnded(l)
	case l.TakeBack:
		return fmt.Errorf("it is being taken back (%s); to keep it: regards letter restore %s", l.Reason, l.Key)
	case !l.Sending.IsZero() && l.State != contact.Uncertain:
		return fmt.Errorf("it cannot be %s: it is being sent right now", done)
	}
	return nil
}

// hasEnded says that l has ended, and what can be done about that.
func hasEnded(l contact.Letter) error {
	switch l.State {
	case contact.Sent:
		if l.Sent.IsZero() {
			return errors.New("it was sent already")
		}
		return fmt.Errorf("it was sent on %s", dateIn(l.Sent))
	case contact.Failed:
		return fmt.Errorf("it failed: %s; to try again: regards letter retry %s", l.Reason, l.Key)
	}
	return fmt.Errorf("it is over (%s: %s); to bring it back: regards letter restore %s", l.State, l.Reason, l.Key)
}

func dateIn(t time.Time) string { return dateOf(t, t.Location()) }
