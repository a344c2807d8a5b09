package plan

import (
	"slices"
	"strings"
	"time"

	"regards/contact"
)

// Person is a correspondent as a message names one.
type Person struct {
	Name string
	Addr string
}

// Message is what Touches needs to know of a message.
type Message struct {
	From       Person
	To         []Person // To and Cc together
	Subject    string
	MessageID  string
	Key        string // MessageID, or what stands in for it
	References []string
	Answer     bool // it has In-Reply-To or References
	At         time.Time
	Draft      bool   // the flag \Draft is set
	SentBox    bool   // it lies in the mailbox of sent mail
	InOnly     bool   // it lies where sent mail and drafts are shown once more: what the owner wrote counts elsewhere
	Machine    string // why it is no person's mail, such as "auto-reply" or "forged"; "" when it is
	Why        string // the rule that decided so; "": none did
	Verified   bool
	Forged     bool // whoever it says it is from did not send it

	// AnswersOwn is set when it answers a message that the owner sent, to whomever.
	AnswersOwn bool
	// Answered is the contact to whom alone the owner sent the message that it
	// answers; "" for none.
	Answered string
	// Attendee is who answers an invitation with it; "" when it does not.
	Attendee string
	// Carried names whose message a network brings with it, and by which medium.
	Carried Carried
}

// Carried is a message that came by a network such as LinkedIn.
type Carried struct {
	Medium contact.Medium // "" when there is none
	Name   string
}

// The reasons why a message by a person is left out, beside those of package classify.
const (
	LeftDraft    = "draft"          // not sent yet
	LeftGroup    = "group"          // to too many people to be personal
	LeftOwn      = "own"            // from the owner to nobody else
	LeftStranger = "not-from-owner" // lies in Sent, but from an address that the owner did not name
	LeftNobody   = "no-sender"      // no From that can be read
	LeftForged   = "forged"         // the owner's mail server says so
	LeftShown    = "shown-again"    // written by the owner: it counts in the mailbox of sent mail
)

// ByOwner is the rule of a touch that is one because the owner overruled the verdict.
const ByOwner = "you said that a person wrote it"

// Outcome is what becomes of one message.
type Outcome struct {
	Direction contact.Direction // "" when the message was left out
	Touches   []contact.Touch   // one for each contact in it; Account, Mailbox and ID are left to the caller
	Alone     bool              // between the owner and one person
	Peers     []Peer            // everyone it was from or to, contacts or not, but the owner
	LeftOut   string            // why it cannot be a touch of anybody; "" when it can
	Concerned []string          // ids of the contacts whom a message left out was from or to
	Elsewhere bool              // the touch is of a contact who answered from an unknown address, or for whom somebody did
}

// Peer is a correspondent with the key of the address.
type Peer struct {
	Person
	Key string
}

// Book knows whose address is whose.
type Book struct {
	owner    map[string]bool
	contacts map[string]string // address key to contact id
	names    map[string]string // folded name to contact id; "" when several have it
	called   map[string]string // contact id to folded name
	limit    int
}

// NewBook makes the book of the owner's addresses and the contacts. A message
// to more than limit people is no personal touch; 0 is no limit.
func NewBook(owner []string, contacts []contact.Contact, limit int) *Book {
	b := &Book{owner: map[string]bool{}, contacts: map[string]string{}, names: map[string]string{}, called: map[string]string{}, limit: limit}
	for _, addr := range owner {
		b.owner[AddressKey(addr)] = true
	}
	for _, c := range contacts {
		for _, a := range c.Addresses {
			b.contacts[a.Key] = c.ID
		}
		name := foldName(c.Name)
		b.called[c.ID] = name
		if _, twice := b.names[name]; twice {
			b.names[name] = ""
		} else {
			b.names[name] = c.ID
		}
	}
	return b
}

// foldName makes names comparable: case and spaces do not tell people apart.
func foldName(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// ContactOf gives the id of the contact who has an address; "" for none.
func (b *Book) ContactOf(addr string) string { return b.contacts[AddressKey(addr)] }

// IsOwner reports whether addr is one of the owner's addresses.
func (b *Book) IsOwner(addr string) bool { return b.owner[AddressKey(addr)] }

// Touches decides what becomes of m: a touch from a contact by its From
// address, a touch to the contacts in To and Cc when it is from the owner, or
// nothing, with the reason.
func (b *Book) Touches(m Message) Outcome {
	from := Peer{m.From, AddressKey(m.From.Addr)}
	out := b.owner[from.Key]
	peers := []Peer{from}
	if out {
		peers = b.others(m.To)
	}
	if left := b.leftOut(m, from, out, len(peers)); left != "" {
		return Outcome{LeftOut: left, Concerned: b.concerned(peers), Touches: b.carried(m)}
	}
	o := Outcome{Direction: direction(out), Peers: peers, Alone: len(m.To) > 0 && len(b.others(m.To)) == 0}
	rule := "from the contact's address "
	switch {
	case out:
		o.Alone, rule = len(peers) == 1, "from you to the contact's address "
	case m.Machine == "list":
		rule = throughList + rule
	case m.Machine == "calendar":
		rule = invitation + rule
	}
	for _, p := range peers {
		if id, ok := b.contacts[p.Key]; ok {
			o.Touches = append(o.Touches, m.touch(id, o, p.Addr, rule+p.Addr))
		}
	}
	if o.Touches = onePerContact(o.Touches); !out && len(o.Touches) == 0 && m.Answered != "" {
		o.Touches = []contact.Touch{m.touch(m.Answered, o, from.Addr,
			elsewhere+from.Addr)}
		o.Elsewhere = true
	}
	return o
}

// The rules of touches that count by what they answer.
const (
	throughList = "an answer to a message of yours, through a list, "
	invitation  = "they answered an invitation, "
	elsewhere   = "an answer to what you wrote to them alone, from an address that is not known as theirs: "
)

// ByThread reports whether the rule of a touch is one of those that go by what a
// message answers, and not by who wrote it.
func ByThread(rule string) bool {
	return slices.ContainsFunc([]string{throughList, invitation, elsewhere}, func(begins string) bool { return strings.HasPrefix(rule, begins) })
}

func direction(out bool) contact.Direction {
	if out {
		return contact.Out
	}
	return contact.In
}

// touch gives the touch that m is of a contact, by an address.
func (m Message) touch(contactID string, o Outcome, addr, rule string) contact.Touch {
	if !strings.HasPrefix(m.Why, "no sign") && m.Why != "" {
		rule += "; " + m.Why
	}
	return contact.Touch{
		ContactID: contactID, At: m.At, Direction: o.Direction, Medium: contact.Email,
		Subject: m.Subject, Key: m.Key, MessageID: m.MessageID, References: m.References,
		Address: addr, Alone: o.Alone, Verified: m.Verified, Rule: rule,
	}
}

// carried gives the touch of a message that a network brings from a contact. The
// notification is a machine's: it is never answered by mail.
func (b *Book) carried(m Message) []contact.Touch {
	id := b.names[foldName(m.Carried.Name)]
	if m.Carried.Medium == "" || id == "" || m.Forged {
		return nil
	}
	return []contact.Touch{{ContactID: id, At: m.At, Direction: contact.In, Medium: m.Carried.Medium, Subject: m.Subject,
		Key: m.Key, Verified: m.Verified, Rule: "a notification brings a message of " + m.Carried.Name}}
}

// leftOut says why m is nobody's touch.
func (b *Book) leftOut(m Message, from Peer, out bool, peers int) string {
	_, known := b.contacts[from.Key]
	switch {
	case out && m.InOnly:
		return LeftShown
	case m.Draft:
		return LeftDraft
	case !out && m.Machine == "list" && known && m.AnswersOwn: // lists change mail, so that their DMARC often fails
	case !out && m.Machine == "calendar" && known && !m.Forged && AddressKey(m.Attendee) == from.Key:
	case m.Machine != "":
		return m.Machine
	case m.From.Addr == "":
		return LeftNobody
	case out && peers == 0:
		return LeftOwn
	case out && b.limit > 0 && peers > b.limit:
		return LeftGroup
	case !out && m.SentBox && !known:
		return LeftStranger
	case !out && b.limit > 0 && len(m.To) > b.limit && !m.Answer:
		return LeftGroup
	}
	return ""
}

// others gives everyone in to but the owner, each address once.
func (b *Book) others(to []Person) []Peer {
	var peers []Peer
	seen := make(map[string]bool, len(to))
	for _, p := range to {
		key := AddressKey(p.Addr)
		if key == "" || b.owner[key] || seen[key] {
			continue
		}
		seen[key] = true
		peers = append(peers, Peer{p, key})
	}
	return peers
}

func (b *Book) concerned(peers []Peer) []string {
	var ids []string
	for _, p := range peers {
		if id, ok := b.contacts[p.Key]; ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// onePerContact keeps the first touch of each contact: two addresses of one
// person in one message are one touch.
func onePerContact(touches []contact.Touch) []contact.Touch {
	kept := touches[:0]
	for _, t := range touches {
		if !slices.ContainsFunc(kept, func(k contact.Touch) bool { return k.ContactID == t.ContactID }) {
			kept = append(kept, t)
		}
	}
	return kept
}

// threadAge is how old the last message of a thread may be for a letter to join it.
const threadAge = 30 * 24 * time.Hour

// Thread is the place of a letter in a conversation. The zero Thread starts a
// new one.
type Thread struct {
	InReplyTo  string
	References []string // ends with InReplyTo
	Subject    string   // "Re: …"
}

// ThreadFor gives the thread that a letter written at now joins: that of last,
// the newest mail with the contact, if it is under 30 days old and was between
// the two alone. A letter that would be a reply to the owner's own mail joins
// as well: that is how mail programs continue a conversation.
func ThreadFor(now time.Time, last contact.Touch) Thread {
	if !contact.WritableID(last.MessageID) || !last.Alone || now.Sub(last.At) >= threadAge {
		return Thread{}
	}
	unwritable := func(id string) bool { return !contact.WritableID(id) }
	refs := append(slices.DeleteFunc(slices.Clone(last.References), unwritable), last.MessageID)
	subject := strings.TrimSpace("Re: " + clip(BaseSubject(last.Subject)))
	return Thread{InReplyTo: last.MessageID, References: refs, Subject: subject}
}

// maxSubject bounds the subject of an answer, in bytes: one word of a stranger
// must fit into a line (RFC 5322 section 2.1.1).
const maxSubject = 900

func clip(s string) string {
	if len(s) <= maxSubject {
		return s
	}
	return strings.ToValidUTF8(s[:maxSubject], "")
}

// BaseSubject strips the answer prefixes of mail programs from a subject, as
// often as they stand there (RFC 5256 section 2.1 names Re and Fwd; the others
// are what Outlook and others write in the languages that we have letters in).
func BaseSubject(s string) string {
	for {
		s = strings.TrimSpace(s)
		colon := strings.IndexByte(s, ':')
		if colon < 0 || !answerPrefixes[strings.ToLower(strings.TrimSpace(s[:colon]))] {
			return s
		}
		s = s[colon+1:]
	}
}

var answerPrefixes = map[string]bool{
	"re": true, "aw": true, "rv": true, "sv": true, "antw": true, "fw": true, "fwd": true, "wg": true, "tr": true,
}
