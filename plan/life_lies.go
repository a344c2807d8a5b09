package plan

import (
	"slices"
	"time"

	"regards/contact"
)

// sort gives the messages of the survey to their letters, by Message-ID and by
// place; what is left is free.
func (g *Sighting) sort() map[int][]Lying {
	places := map[contact.Place]int{}
	for i, l := range g.letters {
		if g.followed(l) {
			places[l.Place] = i
		}
	}
	lying := map[int][]Lying{}
	for _, m := range slices.Concat(g.survey.Drafts.Messages, g.survey.Outbox.Messages) {
		i, ok := g.byID[m.MessageID]
		if !ok {
			// Servers may change a Message-ID, or keep a header back; what lies at a
			// place stays the same message.
			i, ok = places[m.Place]
			ok = ok && (m.MessageID == "" || g.goesTo(m, g.letters[i].ContactID))
		}
		if ok {
			lying[i] = append(lying[i], m)
		} else if m.MessageID != "" {
			g.free = append(g.free, m)
		}
	}
	return lying
}

// own chooses, of the messages that are a letter, the one that counts: that in
// the outbox before any other, since the owner put it there; else the one that
// lies where it lay, else the newest.
func (g *Sighting) own(l contact.Letter, lying []Lying) (best Lying, ok bool) {
	rank := func(m Lying) int {
		switch {
		case g.inOutbox(m.Place):
			return 2
		case m.Place == l.Place:
			return 1
		}
		return 0
	}
	for _, m := range lying {
		if !ok || rank(m) > rank(best) || rank(m) == rank(best) && m.Place.UID > best.Place.UID {
			best, ok = m, true
		}
	}
	return best, ok
}

func (g *Sighting) inOutbox(p contact.Place) bool {
	return p.Mailbox == g.survey.Outbox.Name
}

// comparable reports whether a UID says the same now as when a place was stored.
func (g *Sighting) comparable(p contact.Place) bool {
	box := g.survey.Drafts
	if g.inOutbox(p) {
		box = g.survey.Outbox
	}
	return !box.Absent && p.Mailbox == box.Name && p.UIDValidity == box.UIDValidity
}

// lies gives a letter that lies in Drafts or in the outbox as m.
func (g *Sighting) lies(now time.Time, l contact.Letter, m Lying) contact.Letter {
	was, delivery := l.State, l.Delivery
	switch ordered := l.Place.Mailbox == g.survey.Drafts.Name; {
	case g.inOutbox(m.Place) && (was == contact.Approved || !g.keptThere(l)):
		if l.State = contact.Approved; l.Approved.IsZero() {
			l.Approved = now
		}
	case was == contact.Approved && ordered && l.Is(m.MessageID): // Gmail's way: it need not be in the outbox
	case was == contact.Approved && m.Place == l.Place:
	case was == contact.Approved:
		l.State, l.Approved = contact.Edited, time.Time{}
		if ordered {
			l.Reason = "you edited it after you approved it; approve it anew: regards letter approve " + l.Key
		}
	case was == contact.Drafted && g.untouched(l, m):
	default:
		l.State = contact.Edited
	}
	switch was {
	case contact.Dismissed:
		l.Reason = "you brought it back"
	case contact.Uncertain:
		l.Reason = "it turned up again"
	}
	switch m.MessageID {
	case "": // its header is kept back
	case l.MessageID:
		l.DraftID = ""
	default:
		l.DraftID = m.MessageID
	}
	if m.Subject != "" && contact.CheckText("subject", m.Subject) == nil {
		l.Subject = m.Subject // what it is sent with is looked for by its subject, too
	}
	if !g.untouched(l, m) {
		l.Delivery = contact.ByDraft // from now on it is the owner's
	}
	l.TakeBack = l.TakeBack && l.State == was && l.Delivery == delivery
	l.Place, l.Missing, l.Ended = m.Place, time.Time{}, time.Time{}
	return l
}

// keptThere reports whether l has lain in the outbox all the time: it was
// approved no more, and has not been brought back to Drafts yet. That is nobody's
// approval.
func (g *Sighting) keptThere(l contact.Letter) bool {
	return g.inOutbox(l.Place) && l.Missing.IsZero()
}

// sameMoment is how far apart the Date of a message and the time at which it was
// written may be.
const sameMoment = time.Minute

// untouched reports whether m is the draft as regards put it. A program that
// saves it anew gives it another UID; where UIDs were assigned anew, another
// Date shows it.
func (g *Sighting) untouched(l contact.Letter, m Lying) bool {
	if m.Place == l.Place {
		return true
	}
	return !g.comparable(l.Place) && m.MessageID == l.MessageID &&
		(m.Date.IsZero() || l.Written.IsZero() || m.Date.Sub(l.Written).Abs() <= sameMoment)
}
