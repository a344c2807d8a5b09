package classify

import (
	"slices"
	"time"
)

// Report is what a whole message says.
type Report struct {
	Header
	Verdict
	Recipients []Recipient // of a bounce: whom it speaks of, each once
	Returns    time.Time   // the day, at 00:00 UTC, that an automatic reply names as the end of an absence; zero: none
	Deputy     Address     // whom an automatic reply names to write to meanwhile; zero: nobody
	Tidings    []Tiding    // what a message, or an automatic reply, says of people themselves
	Carried    Carried     // a person's message that a network's notification brings; zero: none
	Attendee   string      // of an answer to an invitation (RFC 5546): the address that answers, to compare with From; "" when unnamed
	// Thread holds the ids that the message answers: In-Reply-To, then
	// References, each once. Of a bounce that returns the message, or its
	// header, it holds the Message-ID of that alone.
	Thread []string
}

// Tiding is something that the text of a message says of a person, beyond being in
// touch. It is a guess from words, for the owner to confirm.
type Tiding struct {
	Kind    TidingKind
	Address string // with Moved: the new address; "" when it names none
	Words   string // the sentence that says so, cleaned, at most 200 bytes
	Own     bool   // the sender says it of themselves
}

// TidingKind says what a Tiding is about.
type TidingKind string

// The kinds of tiding.
const (
	Moved TidingKind = "moved" // the sender has a new address
	Left  TidingKind = "left"  // somebody no longer works there
	Died  TidingKind = "died"  // somebody has passed away
	Stop  TidingKind = "stop"  // the sender wants no more mail
)

// Carried is a message that a person sent through a network such as LinkedIn, and
// that comes as a notification of the network's.
type Carried struct {
	Network string // "linkedin"
	Name    string // the person, as the network names them
}

// structure is what the parts of a body add to the header's signs.
type structure struct {
	text          *text  // of the body; nil when it was not looked at
	report        string // "delivery-status" and so on: the first report part (RFC 6522 section 3)
	notification  string // "bounce" or "complaint", as Amazon SNS notifies of them
	notice        noticeSigns
	returned      bool // a returned message, or its header
	calendar      bool // text/calendar beside the text
	calendarReply bool // and it answers an invitation
	invitation    bool // or invites, by the method REQUEST
}

// Message judges a whole message, or one of which only the start is there. A
// message without any header has the class Unparsable.
func Message(raw []byte, p Policy) Report {
	h, body, err := parse(raw)
	if err != nil {
		return Report{Verdict: Verdict{Class: Unparsable, Reasons: []string{err.Error()}}}
	}
	return h.Read(body, p)
}

// Read judges a message by its header and its body, or the start of it: the
// structure, the parts that machines write for machines, and text where the header
// or the structure shows a sign of a machine. Text alone never makes a machine.
func (h Header) Read(body []byte, p Policy) Report { return h.read(body, p, 0) }

// read is Read for a message that lies so deep in others.
func (h Header) read(body []byte, p Policy, depth int) Report {
	c := collector{structure: structure{text: &text{}}}
	c.read(&h, body)
	if c.carried != nil && len(c.recipients.list) == 0 && (c.told == nil || len(c.told.failed) == 0) && depth < maxWrapped {
		c.inner = c.unwrap(p, depth)
	}
	h.parts = c.structure
	r := Report{Header: h, Verdict: h.Verdict(p), Thread: h.thread()}
	if r.Class == Bounce {
		c.bounce(&r)
	}
	r.tell(c.attendee)
	r.parts.text = nil // its parts share memory with the body
	return r
}

// thread joins In-Reply-To and References.
func (h *Header) thread() []string {
	ids := slices.Clone(h.InReplyTo)
	for _, id := range h.References {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// collector gathers what the parts say.
type collector struct {
	structure
	recipients recipientList
	returnedID string
	attendee   string
	copy       Header  // of the returned message
	carried    []byte  // a message/rfc822 part that may be a bounce itself
	told       *notice // what the text says of a failure; nil when it was not read
	inner      *Report // what carried is; nil when it was not judged
}

// read looks at all parts, and at the text where the header shows that it may matter.
func (c *collector) read(h *Header, body []byte) {
	walk(h, body, c.visit)
	if c.text.plain == nil && c.text.page == nil && len(c.recipients.list) == 0 {
		c.text.take(part{body: body[:min(len(body), maxBody)], encoding: h.machine.encoding}) // its boundaries are lost
	}
	switch {
	case h.machine.notifies:
		c.readNotification()
	case c.complains(h):
		c.notification = "complaint"
	}
	if mayReport(h) && c.recipients.wanting() {
		c.told = c.readNotice(h)
	}
}

// bounce enters whom a bounce speaks of, and which message it is about.
func (c *collector) bounce(r *Report) {
	if c.notice.wrapped {
		r.Recipients, r.Thread = c.inner.Recipients, c.inner.Thread
		return
	}
	if c.told != nil {
		c.complete(&r.Header, c.told)
	}
	c.soften()
	r.Recipients = c.recipients.out(func() bool { return c.stillTried(&r.Header) })
	if c.returnedID == "" && c.told != nil {
		c.returnedID = c.told.id
	}
	if c.returnedID != "" {
		r.Thread = []string{c.returnedID}
	}
}

func (c *collector) visit(p part) {
	if p.attached && p.content.media == "text/calendar" {
		return // a file that somebody passes on
	}
	c.text.take(p)
	switch p.content.media {
	case "message/delivery-status", "message/global-delivery-status":
		c.found("delivery-status")
		c.recipients.deliveryStatus(p.decoded())
	case "message/disposition-notification", "message/global-disposition-notification":
		c.found("disposition-notification")
	case "message/feedback-report":
		c.found("feedback-report")
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
		c.returned = true
		c.returnedMessage(p.decoded())
	case "text/calendar":
		c.takeCalendar(p)
	}
}

// found keeps the first kind of report.
func (c *collector) found(kind string) {
	if c.report == "" {
		c.report = kind
	}
}
