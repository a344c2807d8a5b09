package store

import (
	"testing"

	"regards/contact"
)

// pastsOf gives what Pasts ought to give, from every touch there is.
func pastsOf(t testing.TB, s *Store) map[string]contact.Past {
	touches := must[[]contact.Touch](t)(s.Touches(ctx, ""))
	pasts := map[string]contact.Past{}
	for _, t := range touches {
		pasts[t.ContactID] = addToPast(pasts[t.ContactID], t)
	}
	return pasts
}

// addToPast enters a touch that is older than all that are in it.
func addToPast(p contact.Past, t contact.Touch) contact.Past {
	mail, out := t.Medium == contact.Email, t.Direction == contact.Out
	spoken := t.Medium == contact.Meeting || t.Medium == contact.Call
	if p.Last.At.IsZero() {
		p.Last, p.Opened = t, mail && len(t.References) == 0
		p.Last.MessageID, p.Last.References = "", nil
	}
	if mail && out && t.Alone && p.LastOut.IsZero() {
		p.LastOut, p.LastOutSubject = t.At, t.Subject
	}
	if (!out || spoken) && p.LastSign.IsZero() {
		p.LastSign = t.At
	}
	switch {
	case mail && out:
		p.FirstOut = t.At
	case mail:
		p.FirstIn = t.At
	case spoken:
		p.FirstSpoken = t.At
	}
	return p
}
