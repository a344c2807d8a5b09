package classify

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// Report is what a whole message says.
type Report struct {
	Header
	Verdict
	Recipients []Recipient // of a bounce: whom it speaks of, each once
	Returns    time.Time   // when the sender is back; zero: not said
	// Thread holds the ids that the message answers: In-Reply-To, then
	// References, each once. Of a bounce that returns the message, or its
	// header, it holds the Message-ID of that alone.
	Thread []string
}

// structure is what the parts of a body add to the header's signs.
type structure struct {
	report        string // "delivery-status" and so on: the first report part (RFC 6522 section 3)
	returned      bool   // a returned message, or its header
	calendar      bool   // text/calendar beside the text
	calendarReply bool   // and its method is REPLY
}

// Message judges a whole message. It looks at the structure of the body and at
// the parts that machines write for machines, never at a person's text. A
// message without any header has the class Unparsable.
func Message(raw []byte, p Policy) Report {
	h, body, err := parse(raw)
	if err != nil {
		return Report{Verdict: Verdict{Class: Unparsable, Reasons: []string{err.Error()}}}
	}
	var c collector
	walk(&h, body, c.visit)
	h.parts = c.structure
	r := Report{Header: h, Verdict: h.Verdict(p), Thread: h.thread()}
	if r.Class == Bounce {
		if len(c.recipients.list) == 0 {
			c.recipients.failed(h.machine.failed)
		}
		r.Recipients = c.recipients.list
		if c.returnedID != "" {
			r.Thread = []string{c.returnedID}
		}
	}
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
}

func (c *collector) visit(p part) {
	if p.attached && p.content.media == "text/calendar" {
		return // a file that somebody passes on
	}
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
		if c.returnedID == "" {
			returned, _ := Parse(p.decoded()) // unreadable: no id
			c.returnedID = returned.MessageID
		}
	case "text/calendar":
		c.calendar = true
		c.calendarReply = c.calendarReply || isReply(p)
	}
}

// found keeps the first kind of report.
func (c *collector) found(kind string) {
	if c.report == "" {
		c.report = kind
	}
}

// isReply reads the iTIP method from the Content-Type or, where it is missing,
// from the calendar itself (RFC 5546 section 1.4).
func isReply(p part) bool {
	if p.content.method != "" {
		return p.content.method == "reply"
	}
	for line := range bytes.Lines(p.decoded()) {
		if key, value, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(string(key), "METHOD") {
			return strings.EqualFold(string(bytes.TrimSpace(value)), "REPLY")
		}
	}
	return false
}
