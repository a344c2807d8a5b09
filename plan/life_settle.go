package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"regards/contact"
)

// Sent gives a letter that left at a time, for a reason that says so.
func Sent(l contact.Letter, at time.Time) contact.Letter {
	l.State, l.Sent, l.Ended, l.Missing, l.TakeBack = contact.Sent, at, at, time.Time{}, false
	l.Reason = fmt.Sprintf("sent on %s", at.Format("2 January 2006 at 15:04 MST"))
	return l
}

// byMail reports whether a touch is a message that the owner sent.
func byMail(t contact.Touch) bool {
	return t.Direction == contact.Out && t.Medium == contact.Email
}

// sentByID ends the letters of the account whose own message is among the sent
// mail, whatever their state.
func (g *Sighting) sentByID(touches []contact.Touch) {
	for _, t := range touches {
		i, ok := g.byID[t.MessageID]
		if !ok || !byMail(t) || g.letters[i].Account != g.survey.Account {
			continue
		}
		switch l := g.letters[i]; {
		case cameBack(l) && l.Sent.IsZero():
			l.Sent = t.At
			g.set(i, l)
		case !cameBack(l) && (l.State != contact.Sent || l.Sent.IsZero()):
			g.set(i, Sent(l, t.At))
			g.settled(i)
		}
	}
}

// settleFound settles the letters that were found by their Message-IDs. Those in
// Trash, where some programs leave what they save anew or send, are only marked.
func (g *Sighting) settleFound(now time.Time, found map[string]Found) {
	for _, i := range append([]int(nil), g.absent...) {
		l := g.letters[i]
		id, f := best(found, l)
		switch f.State {
		case contact.Sent:
			g.set(i, Sent(l, now))
		case contact.Drafted, contact.Approved:
			g.set(i, g.lies(now, l, Lying{Place: f.Place, MessageID: id}))
		case contact.Moved:
			if g.survey.Drafts.Absent && l.State != contact.Moved {
				continue // Drafts itself may have become that mailbox
			}
			if l.State == contact.Approved && l.Place == f.Place { // by order: it is brought into the outbox
				l.Missing = time.Time{}
			} else {
				l = moved(l, f.Place)
			}
			g.set(i, l)
		case contact.Dismissed:
			g.trashed[i] = true
			continue
		default:
			continue
		}
		g.settled(i)
	}
}

// best chooses, of the places where a letter was found under its Message-IDs,
// the one that says most.
func best(found map[string]Found, l contact.Letter) (id string, f Found) {
	weight := map[contact.State]int{contact.Sent: 5, contact.Approved: 4, contact.Drafted: 3, contact.Moved: 2, contact.Dismissed: 1}
	for _, own := range []string{l.DraftID, l.MessageID} {
		if at, ok := found[own]; ok && own != "" && weight[at.State] > weight[f.State] {
			id, f = own, at
		}
	}
	return id, f
}

// moved gives a letter that lies in a mailbox of the owner's choice: it is not
// to be sent from there.
func moved(l contact.Letter, p contact.Place) contact.Letter {
	if l.State == contact.Dismissed || l.State == contact.Uncertain {
		l.Reason = "it turned up in " + p.Mailbox
	}
	l.State, l.Place, l.TakeBack, l.Delivery = contact.Moved, p, false, contact.ByDraft
	l.Approved, l.Missing, l.Ended = time.Time{}, time.Time{}, time.Time{}
	return l
}

// sentByKin ends letters whose draft is gone and that a newer message to the same
// person, in the same thread or with the same subject, must have been: mail
// programs may give what they send a Message-ID of its own. That becomes the
// letter's, so that no other letter is taken for it.
func (g *Sighting) sentByKin(now time.Time, touches []contact.Touch) {
	var pairs []pair
	for _, i := range g.absent {
		l := g.letters[i]
		if l.State == contact.Dismissed && now.Sub(l.Ended) > schedule {
			continue
		}
		for j, t := range touches {
			_, known := g.byID[messageKey(t)]
			if known || !byMail(t) || t.ContactID != l.ContactID || t.At.Before(cmp.Or(l.Written, l.Created)) {
				continue
			}
			if n := kinship(l, "", t.References, t.Subject); n > 0 {
				pairs = append(pairs, pair{i, j, messageKey(t), n})
			}
		}
	}
	for _, p := range g.match(preferFirst(pairs, touches)) {
		t := touches[p.message]
		l := Sent(g.letters[p.letter], t.At)
		l.DraftID = messageKey(t)
		g.set(p.letter, l)
		g.settled(p.letter)
	}
}

// preferFirst has a message that goes on from another one that may be the same
// letter fit less than that: what came of a letter is not the letter.
func preferFirst(pairs []pair, touches []contact.Touch) []pair {
	preferred := slices.Clone(pairs)
	for i, p := range pairs {
		preferred[i].fit *= 2
		later := slices.ContainsFunc(pairs, func(q pair) bool {
			return q.letter == p.letter && slices.Contains(touches[p.message].References, touches[q.message].MessageID)
		})
		if later {
			preferred[i].fit--
		}
	}
	return preferred
}

// messageKey tells messages apart, also those without a Message-ID.
func messageKey(t contact.Touch) string { return cmp.Or(t.MessageID, t.Key) }

// gone gives a letter of which nothing is to be found, or only what lies in
// Trash.
func (g *Sighting) gone(now time.Time, l contact.Letter, trashed bool, synced time.Time) contact.Letter {
	if l.State == contact.Dismissed || l.State == contact.Uncertain && !trashed {
		return l
	}
	// Without Drafts nothing is missed but what lay in the outbox: it must not be
	// thought to lie there still.
	drafts := !g.survey.Drafts.Absent
	if (l.Missing.IsZero() || l.Missing.After(now)) && (drafts || g.inOutbox(l.Place)) {
		l.Missing = g.missedSince(now, l)
	}
	if synced.IsZero() || !drafts {
		return l
	}
	if trashed {
		if l.TakeBack {
			l.Place, l.Missing = contact.Place{}, time.Time{}
			return over(l, contact.Superseded, now, l.Reason)
		}
		return over(l, contact.Dismissed, now, "you deleted the draft")
	}
	if now.Sub(l.Missing) < patience || synced.Sub(l.Missing) < time.Second {
		return l
	}
	if l.State != contact.Moved && !g.comparable(l.Place) {
		l.State, l.TakeBack, l.Approved = contact.Uncertain, false, time.Time{}
		l.Reason = fmt.Sprintf("%s was made anew, and the draft is not in it: look whether it is there; it is not made again by itself", l.Place.Mailbox)
		return l
	}
	return over(l, contact.Dismissed, now, "the draft is gone, and it was not sent")
}

// missedSince gives since when a letter that is not found may have been gone:
// since it was last seen to lie there.
func (g *Sighting) missedSince(now time.Time, l contact.Letter) time.Time {
	since := g.survey.Seen
	if l.Written.After(since) {
		since = l.Written
	}
	if g.survey.Seen.IsZero() || since.After(now) {
		return now
	}
	return since
}

// over gives a letter that ended otherwise than by being sent. One that was
// dismissed stays Missing: so it is known from one that the owner dismissed by
// command.
func over(l contact.Letter, s contact.State, now time.Time, reason string) contact.Letter {
	l.State, l.Reason, l.Ended, l.Approved, l.TakeBack = s, reason, now, time.Time{}, false
	return l
}
