package contact

import (
	"strings"
	"time"
)

// State is where a letter is in its life.
type State string

// The states of a letter, in the order of its life; see the design's chapter
// on the life of a letter.
const (
	Needs      State = "needs"      // a detail from the owner is missing; no message exists
	Queued     State = "queued"     // its bytes are stored; no copy lies in a mailbox yet
	Drafted    State = "drafted"    // it lies in Drafts, where regards put it
	Edited     State = "edited"     // the owner's mail program saved a version of its own
	Moved      State = "moved"      // it lies in another mailbox
	Approved   State = "approved"   // it lies in the outbox
	Sent       State = "sent"       // it left
	Dismissed  State = "dismissed"  // the owner threw it away
	Superseded State = "superseded" // it became needless before the owner touched it
	Failed     State = "failed"     // a permanent error
	Uncertain  State = "uncertain"  // it may or may not exist; never repeated by itself
)

// Ended reports whether a letter in state s is over and done with.
func (s State) Ended() bool {
	switch s {
	case Sent, Dismissed, Superseded, Failed:
		return true
	}
	return false
}

// Letter is one message that a practice asks for, to one contact. Key is its
// natural key: whatever happens, at most one message ever exists for it.
type Letter struct {
	Key           string
	Practice      string
	ContactID     string
	OccasionID    string // "" unless it came of an occasion
	ParticipantID string // likewise
	State         State
	Reason        string // why it exists or why it stands where it stands
	Asks          Ask    // in Needs: what only the owner can say or do; "": the reason says it
	Due           time.Time
	Overdue       time.Time // zero: never
	Subject       string
	MessageID     string // without angle brackets; "" before the message is composed
	DraftID       string // the Message-ID under which the owner's mail program keeps or sent it; "": MessageID
	InReplyTo     string // the message that it answers; "" when it begins a thread
	Raw           []byte // RFC 5322 bytes as composed; nil before that
	Account       string // the account it goes through
	Place         Place  // where it lies; zero before it lies anywhere
	Attempt       Attempt
	TakeBack      bool // its cause is gone: to be removed if it still lies untouched
	Delivery      Delivery
	Created       time.Time // when it was first due
	Written       time.Time // when it got the words that it has; zero while it has none

	// The zero time, or when in the life of the letter:
	Snoozed  time.Time // until then it is not laid, sent or spoken of
	Missing  time.Time // since then its draft is not to be found
	Approved time.Time // it came into the outbox, or the owner ordered it to be sent
	Sending  time.Time // its bytes were about to be given to the SMTP server; what became of them is not known yet
	Sent     time.Time
	Answered time.Time // the contact answered it
	Ended    time.Time
	Restored time.Time // the owner brought it back after it had ended
	Revived  time.Time // it was taken back, and then its cause held again
}

// Ask is what a letter asks of the owner: a fact that it lacks, by the name that
// templates have for it, or one of those below.
type Ask string

// What letters ask for beside facts.
const (
	AskUseful     Ask = "useful"
	AskGreeting   Ask = "greeting"
	AskNews       Ask = "news"       // how a search ended
	AskOutcome    Ask = "outcome"    // whether they applied, or whether a referee said yes
	AskPermission Ask = "permission" // that of a referee is too old
	AskAddress    Ask = "address"    // of the contact
	AskCopy       Ask = "copy"       // the text is there; no mail goes
)

// In gives the letter as one that stands in a state as of now: Ended is kept in
// line with it, an attempt that was under way is over, and what has ended need
// not be taken back any more.
func (l Letter) In(state State, now time.Time) Letter {
	switch {
	case !state.Ended():
		l.Ended = time.Time{}
	case state != l.State || l.Ended.IsZero():
		l.Ended = now
	}
	l.State, l.Attempt = state, Attempt{}
	l.TakeBack = l.TakeBack && !state.Ended()
	return l
}

// Revivable reports whether l, which was taken back, may be made once more if
// what it came of holds again: no message of it ever left, and none lies anywhere
// but among the deleted mail.
func (l Letter) Revivable() bool {
	return l.State == Superseded && !l.TakeBack && l.Place == (Place{}) && l.Attempt == (Attempt{}) &&
		l.Sending.IsZero() && l.Sent.IsZero() && l.Answered.IsZero() && l.Restored.IsZero() && l.Missing.IsZero() && l.DraftID == ""
}

// Is reports whether a message with that Message-ID is l: as it was composed, or
// as the owner's mail program saved or sent it.
func (l Letter) Is(messageID string) bool {
	return messageID != "" && (messageID == l.MessageID || messageID == l.DraftID)
}

// ByItself reports whether l lies in the outbox because its practice delivers so,
// and nobody has laid hands on it: what the owner has been at has no Delivery
// but ByDraft.
func (l Letter) ByItself() bool {
	return l.State == Approved && (l.Delivery == ByOutbox || l.Delivery == BySend)
}

// DueFrom gives the letter as due no earlier than at a time: where it was due
// earlier, it is overdue as much later, too.
func (l Letter) DueFrom(at time.Time) Letter {
	if later := at.Sub(l.Due); later > 0 && !at.IsZero() {
		l.Due = at
		if !l.Overdue.IsZero() {
			l.Overdue = l.Overdue.Add(later)
		}
	}
	return l
}

// Delivery is how a letter leaves.
type Delivery string

// The deliveries. ByDraft waits for the owner's hand; the others are switched
// on for single practices.
const (
	ByDraft  Delivery = "draft"
	ByOutbox Delivery = "outbox" // it is laid into the outbox, and goes when it has rested there
	BySend   Delivery = "send"   // likewise, without the rest
)

// maxID is how long an id may be to fit, folded and in angle brackets, into a
// line of 998 bytes (RFC 5322 section 2.1.1).
const maxID = 995

// WritableID reports whether a Message-ID, without angle brackets, can be named
// in a header of ours: strangers' ids may hold anything.
func WritableID(id string) bool {
	strange := func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }
	return id != "" && len(id) <= maxID && !strings.ContainsFunc(id, strange)
}

// Place is where a message lies on a server: servers and mail programs rewrite
// bytes, so only this tells an untouched draft (RFC 9051 section 2.3.1.1).
type Place struct {
	Mailbox     string
	UIDValidity uint32
	UID         uint32
}

// Attempt is what was known of Drafts just before the letter was put there. It
// is stored before the APPEND is sent, so that one whose answer never came can
// be settled. The zero Attempt means that nothing was tried.
type Attempt struct {
	At          time.Time
	Mailbox     string
	UIDValidity uint32
	UIDNext     uint32
}

// Ending is a letter that is over: Sent, or Superseded because it became
// needless.
type Ending struct {
	Key    string
	State  State
	Reason string
	At     time.Time // when it was sent, or what made it needless came
}

// Answer is a letter that its contact answered, and when.
type Answer struct {
	Key string
	At  time.Time
}
