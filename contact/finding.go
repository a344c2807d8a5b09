package contact

import (
	"slices"
	"time"
)

// Finding is what a mail tells of a contact beyond being in touch: a report of
// another mail server's, or what its words seem to say. Nothing is changed by one but
// whether letters wait: the owner sees to it.
type Finding struct {
	ContactID string
	Key       string // of the message, as that of a touch
	Kind      FindingKind
	At        time.Time
	Address   string // the one that failed, or the new one; "": none
	Words     string // of the server or of the message; "": none
	About     string // the Message-ID of what a report is about; "": it is no report
}

// FindingKind is what a Finding is about.
type FindingKind string

// The kinds of finding.
const (
	HardBounce FindingKind = "bounce"      // there is no such address any more
	SoftBounce FindingKind = "soft-bounce" // mail did not arrive, for another reason
	NewAddress FindingKind = "moved"       // they say that they have a new address
	Elsewhere  FindingKind = "elsewhere"   // they, or somebody for them, answered from an unknown address
	LeftWork   FindingKind = "left"        // they no longer work there
	Died       FindingKind = "died"
	NoMoreMail FindingKind = "stop" // they want no more mail
)

// FindingKinds lists every FindingKind.
func FindingKinds() []FindingKind {
	return []FindingKind{HardBounce, SoftBounce, NewAddress, Elsewhere, LeftWork, Died, NoMoreMail}
}

// Grave reports whether letters wait until the owner has seen to a finding.
func (k FindingKind) Grave() bool { return k == LeftWork || k == Died || k == NoMoreMail }

// Grave gives the newest finding of c for which letters wait.
func (c Contact) Grave() (f Finding, ok bool) {
	for _, found := range slices.Backward(c.Findings) {
		if found.Kind.Grave() {
			return found, true
		}
	}
	return f, false
}

// Unreachable reports whether mail to every address of c comes back.
func (c Contact) Unreachable() bool {
	works := func(a Address) bool { return a.Bounced.IsZero() }
	return len(c.Addresses) > 0 && !slices.ContainsFunc(c.Addresses, works)
}
