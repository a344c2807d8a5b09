package plan

import (
	"cmp"
	"fmt"
	"maps"
	"time"

	"regards/contact"
)

// What a practice delivers by itself nobody has looked at: whether it may go is
// asked anew as long as it has not gone. The owner's hand is apart from that: what
// the owner approved has no Delivery but ByDraft, and says so by Approved.

// ToOutbox reports whether l is to lie in the outbox as things are now: the owner
// approved it, or its practice delivers it by itself.
func (p Policy) ToOutbox(l contact.Letter) bool {
	return !l.Approved.IsZero() && !l.ByItself() || p.delivers(l)
}

// delivers reports whether the practice of l brings it on its way by itself: it
// was made for that, and the owner still wants it.
func (p Policy) delivers(l contact.Letter) bool {
	own := p.Practices[l.Practice]
	byItself := func(d contact.Delivery) bool { return d == contact.ByOutbox || d == contact.BySend }
	return own.Enabled && byItself(own.Delivery) && byItself(l.Delivery)
}

// Withdrawn gives an approved letter that is not to be sent any more as the draft
// that it is then: its practice no longer delivers by itself, or nothing can be
// sent through its account, and cannot says why. Any other it gives as it is.
func Withdrawn(p Policy, l contact.Letter, cannot string) contact.Letter {
	switch {
	case l.State != contact.Approved || !l.Sending.IsZero() || l.TakeBack:
		return l
	case cannot != "":
		l.Reason = "it is not sent: " + cannot
	case p.ToOutbox(l):
		return l
	default:
		l.Reason = l.Practice + " no longer delivers by itself: the draft waits for you"
	}
	if l.State = contact.Edited; l.Delivery != contact.ByDraft {
		l.State = contact.Drafted // nobody has been at it
	}
	l.Delivery, l.Approved = contact.ByDraft, time.Time{}
	return l
}

// WithoutProposals gives the policy under which regards proposes nothing by itself,
// and sends nothing that it proposed: silence is not to be told from mail that has
// not been read.
func (p Policy) WithoutProposals() Policy {
	p.Practices = maps.Clone(p.Practices)
	for name, own := range p.Practices {
		if proposed(name) {
			own.Enabled = false
			p.Practices[name] = own
		}
	}
	return p
}

// needlessByItself gives the letters in the outbox that nobody has laid hands on
// and that need not go any more, with the reason, by key.
func needlessByItself(now time.Time, p Policy, r Records) map[string]string {
	needless := map[string]string{}
	for _, l := range r.Letters {
		if l.ByItself() {
			for _, e := range Needless(now, p, r) {
				needless[e.Key] = e.Reason
			}
			break
		}
	}
	return needless
}

// keptByItself says what keeps a letter that goes by itself, whatever the time.
func (p Policy) keptByItself(now time.Time, l contact.Letter, r Records, needless map[string]string) string {
	c := r.Contacts[l.ContactID]
	switch {
	case !p.delivers(l):
		return l.Practice + " no longer delivers by itself"
	case needless[l.Key] != "":
		return "it is not needed any more: " + needless[l.Key]
	case proposed(l.Practice) && Owes(now, c, r.Pasts[l.ContactID]):
		return "you owe " + c.Name + " an answer"
	}
	return ""
}

// onePerContact takes those of the letters that caps may hold that would come too
// soon after another letter to the same person, and holds them.
func (p Policy) onePerContact(now time.Time, r Records, due, capped []contact.Letter, held []Resting) ([]contact.Letter, []Resting) {
	if p.PerContactDays <= 0 || len(capped) == 0 {
		return capped, held
	}
	last := map[string]time.Time{} // by contact: when the last letter went
	for _, l := range r.Letters {
		if at := cmp.Or(sentAt(&l), l.Sending); at.After(last[l.ContactID]) {
			last[l.ContactID] = at
		}
	}
	for _, l := range due {
		last[l.ContactID] = now
	}
	var free []contact.Letter
	for _, l := range capped {
		next := last[l.ContactID].In(p.Location).AddDate(0, 0, p.PerContactDays)
		if last[l.ContactID].IsZero() || !now.Before(next) {
			free, last[l.ContactID] = append(free, l), now
			continue
		}
		from := p.sendFrom(next, r.Contacts[l.ContactID])
		held = append(held, Resting{l, fmt.Sprintf("no more than one letter to a person in %s", count(p.PerContactDays, "day")), from})
	}
	return free, held
}
