// Package classify reads the header of a message, or the whole message, and
// says what kind of sender stands behind it: a person, or which machine.
//
// [Parse] turns header bytes into a [Header]; [Header.Verdict] judges it by header
// alone, and [Header.Doubtful] says where that is not enough. [Header.Read], and
// [Message] for a whole message, look at the body as well, or at its start: at its
// structure, the parts that machines write for machines and, where the header shows a
// sign of a machine, its words. They also tell whom a bounce speaks of, until when
// somebody is away, and what a text says of people (moved, left, died, no more mail).
// All of it is pure: no I/O, no clock, no randomness, no shared state, so everything
// here may be called from many goroutines.
//
// Files are named after what they read: header, fields and address; rules, which
// decide; bounce, away (absences), wording (the texts of automatic replies), tiding and
// network (LinkedIn), which read texts.
//
// A message is a person's unless a standard, or a field that only machines
// write, says otherwise: a machine taken for a person costs a wrong date, a
// person taken for a machine costs a lost touch. Words alone make no machine: people
// quote machines, and answer them. The standards are RFC 3834
// (Auto-Submitted), 3464 and 6522 (bounces), 8098 (receipts), 5965 (feedback),
// 2369 and 2919 (lists), 5546 (calendars) and 8601 (forgery).
//
// The input is strangers' bytes. Bad fields are skipped and cost no good ones;
// nothing panics, work is linear in the input and bounded, and every string
// that comes out is valid UTF-8 without control characters or bidirectional
// overrides. Strings never share memory with the input.
package classify

// Class is the kind of sender that a message shows.
type Class string

// The classes. Only Human can be a touch.
const (
	Human      Class = "human"
	AutoReply  Class = "auto-reply" // RFC 3834 "auto-replied", vacation notices (RFC 5230)
	Bounce     Class = "bounce"     // RFC 3464 and older delivery reports, also of delays
	List       Class = "list"       // RFC 2919, RFC 2369
	Bulk       Class = "bulk"       // newsletters, notifications, any other machine
	Feedback   Class = "feedback"   // RFC 5965 abuse reports
	Receipt    Class = "receipt"    // RFC 8098 disposition notifications
	Challenge  Class = "challenge"  // "confirm that you are human"
	Calendar   Class = "calendar"   // iTIP answers (RFC 5546) and calendar robots
	Unparsable Class = "unparsable" // no header that could be read
)

// Policy is what the owner configures about judging mail.
type Policy struct {
	// AuthservID names the server whose Authentication-Results are believed
	// (RFC 8601 section 2.5). Empty believes none.
	AuthservID string
}

// Verdict says what a message is and why.
type Verdict struct {
	Class    Class
	Touch    bool     // a person's own message from an address: it may count as a touch
	Forged   bool     // the trusted server found that the From domain did not send it
	Verified bool     // the trusted server found that it did
	Reasons  []string // never empty; the first one decided the class
}

// Verdict judges a message by its header alone.
func (h Header) Verdict(p Policy) Verdict {
	var v Verdict
	v.judge(&h)
	v.Touch = v.Class == Human
	if len(h.From) == 0 {
		v.Touch = false
		v.Reasons = append(v.Reasons, "no From address to match (RFC 5322 section 3.6.2)")
	}
	v.authenticate(&h, p)
	return v
}

// Doubtful reports whether only the body can tell what the message is, or holds what
// matters of it: whether a machine's mail is a bounce and whom it speaks of, until when
// somebody is away, who answers an invitation. Of people's mail, that is where the
// subject is one that machines write. It is meant for [Header.Read].
func (h Header) Doubtful() bool {
	if mayReport(&h) {
		return true
	}
	var v Verdict
	v.judge(&h)
	switch v.Class {
	case Bounce, AutoReply, Calendar:
		return true
	case Human:
		return wordsDoubtful(&h)
	}
	return false
}

// authenticate adds what the trusted server found out about the From domain.
func (v *Verdict) authenticate(h *Header, p Policy) {
	switch dmarc(h.machine.results, p.AuthservID) {
	case dmarcFail:
		v.Forged, v.Touch = true, false
		v.Reasons = append(v.Reasons, "forged sender: "+clean([]byte(p.AuthservID))+" says dmarc=fail (RFC 8601, RFC 7489)")
	case dmarcPass:
		v.Verified = true
	}
}
