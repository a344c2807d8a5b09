package plan

import (
	"fmt"

	"regards/contact"
)

// Endings gives the letters that new touches end: one that turns out to be a
// letter's own message has been sent, whatever was thought of it before; a
// thank-you that the owner has not seen to ends when the owner writes to that
// person after the occasion. Each letter is ended once, by the first reason.
func Endings(letters []contact.Letter, occasions []contact.Occasion, touches []contact.Touch) []contact.Ending {
	byID := make(map[string]contact.Occasion, len(occasions))
	for _, o := range occasions {
		byID[o.ID] = o
	}
	var endings []contact.Ending
	for _, l := range letters {
		if e, ok := ending(l, byID[l.OccasionID], touches); ok {
			endings = append(endings, e)
		}
	}
	return endings
}

func ending(l contact.Letter, o contact.Occasion, touches []contact.Touch) (e contact.Ending, ok bool) {
	for _, t := range touches {
		if t.ContactID != l.ContactID || t.Direction != contact.Out || t.Medium != contact.Email || l.State == contact.Sent {
			continue
		}
		if l.MessageID != "" && t.MessageID == l.MessageID {
			return contact.Ending{Key: l.Key, State: contact.Sent, Reason: fmt.Sprintf("sent on %s", t.At.Format("2 January 2006 at 15:04 MST"))}, true
		}
		open := l.State == contact.Needs || l.State == contact.Queued || l.State == contact.Drafted
		if !ok && open && !l.TakeBack && l.Practice == ThankYou && o.ID != "" && NeedlessThanks(o, t) {
			e, ok = contact.Ending{Key: l.Key, State: contact.Superseded, Reason: fmt.Sprintf("you wrote to them after that: %q", t.Subject)}, true
		}
	}
	return e, ok
}
