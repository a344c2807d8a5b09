package contact

import "time"

// Past is what the touches of a contact come to, as far as plans need it. The
// zero Past is that of somebody who was never in touch.
type Past struct {
	// Last is the newest touch, of any medium: who, when, which way, by what,
	// about what and whether it was to one person alone; nothing of the message.
	Last Touch
	// Opened reports whether the last touch was mail that began a thread.
	Opened bool
	// LastOut is when the owner last wrote to them alone, by mail.
	LastOut time.Time
	// LastOwn is when they last did so in words of their own, no letter of
	// regards, and its subject.
	LastOwn        time.Time
	LastOwnSubject string
	// LastSign is the newest sign of life: mail from them, a meeting, a call, or
	// any other touch that came in.
	LastSign time.Time
	// FirstIn and FirstOut are when the first mail went each way.
	FirstIn, FirstOut time.Time
	// FirstSpoken is when they first met or talked.
	FirstSpoken time.Time
}

// TwoWay gives since when the owner and the contact have been in touch both
// ways: by mail in both directions, or by a meeting or a call, which is both.
// The zero time means never.
func (p Past) TwoWay() time.Time {
	both := p.FirstIn
	if p.FirstOut.After(both) {
		both = p.FirstOut
	}
	if p.FirstIn.IsZero() || p.FirstOut.IsZero() {
		both = time.Time{}
	}
	if both.IsZero() || !p.FirstSpoken.IsZero() && p.FirstSpoken.Before(both) {
		return p.FirstSpoken
	}
	return both
}

// With gives p with one more touch, which is no letter of regards, and no older
// than any that is in it.
func (p Past) With(t Touch) Past {
	mail, out := t.Medium == Email, t.Direction == Out
	spoken := t.Medium == Meeting || t.Medium == Call
	p.Opened = mail && len(t.References) == 0
	p.Last = Touch{ID: t.ID, ContactID: t.ContactID, Key: t.Key, At: t.At, Direction: t.Direction, Medium: t.Medium, Subject: t.Subject, Alone: t.Alone}
	if mail && out && t.Alone {
		p.LastOut, p.LastOwn, p.LastOwnSubject = t.At, t.At, t.Subject
	}
	if !out || spoken {
		p.LastSign = t.At
	}
	for _, first := range []struct {
		is bool
		at *time.Time
	}{{mail && out, &p.FirstOut}, {mail && !out, &p.FirstIn}, {spoken, &p.FirstSpoken}} {
		if first.is && first.at.IsZero() {
			*first.at = t.At
		}
	}
	return p
}
