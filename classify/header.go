package classify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Address is one mailbox (RFC 5322 section 3.4).
type Address struct {
	Name string // display name, decoded (RFC 2047)
	Addr string // addr-spec as written, without white space or comments
}

// Header is what regards reads of a message's header (RFC 5322 section 3.6).
// Of a field that may stand only once, the first readable one counts.
type Header struct {
	From       []Address
	Sender     Address
	ReplyTo    []Address
	To, Cc     []Address
	Date       time.Time // UTC; zero when missing or unreadable
	Subject    string    // decoded, at most 4 KiB
	MessageID  string    // without <>; "" when missing
	InReplyTo  []string  // ids without <>, in order
	References []string  // likewise, the last 50

	machine signs
	parts   structure
}

// signs are the fields by which machines are known.
type signs struct {
	pathSeen      bool // the topmost Return-Path is of the final delivery
	nullPath      bool // Return-Path: <>
	redirected    bool // X-Sieve-Redirected-From (Pigeonhole)
	program       bool // a mail program of people wrote it
	fromDaemon    bool // From: MAILER-DAEMON or <>
	fromPost      bool // From: postmaster
	fromSystem    bool // From another program that carries mail
	fromRobot     bool // From another machine: no-reply, admin
	notifies      bool // X-Amz-Sns-Message-Id
	autoSubmitted string
	precedence    string
	suppress      bool
	autoReply     string // the first field of that kind, by name
	listID        string // List-Id or List-Post
	listOther     string
	unsubscribe   bool
	challenge     string
	failed        []Address // X-Failed-Recipients
	faint         string    // the first field of machines that stands on people's mail, too
	desk          string    // the first field of a help desk or a tracker
	service       string    // the first field of a mailing service
	campaign      string    // the first field of a mass mailing
	noReply       bool      // From is an address that takes no answers
	class         string    // Content-Class of Exchange, lower-case
	content       contentType
	encoding      string
	results       [][]byte // Authentication-Results without comments, topmost first
}

// ErrNoHeader says that not one field could be read.
var ErrNoHeader = errors.New("no header field that could be read")

// Parse reads a header: up to the first blank line, with LF or CRLF, with or
// without a leading mbox "From " line. Malformed lines are skipped. It fails
// only when none of the fields of [Fields] is there, and reads no more than
// 1 MiB.
func Parse(header []byte) (Header, error) {
	h, _, err := parse(header)
	return h, err
}

// parse also returns what follows the blank line.
func parse(raw []byte) (h Header, body []byte, err error) {
	found := false
	s := newScanner(raw)
	for s.next() {
		if read := readers[string(s.name)]; read != nil {
			found = true
			if value := s.value(); len(value) > 0 {
				read(&h, value)
			}
		}
	}
	if !found {
		return Header{}, nil, ErrNoHeader
	}
	h.machine.nullPath = h.machine.nullPath && !h.machine.redirected
	return h, s.rest(), nil
}

// Key identifies the message: its Message-ID or, without one, a hash of From,
// Date and Subject, so that a copy met again is known as the same message.
func (h Header) Key() string {
	if h.MessageID != "" {
		return h.MessageID
	}
	var b strings.Builder
	for _, a := range h.From {
		b.WriteString(strings.ToLower(a.Addr))
		b.WriteByte(0)
	}
	if !h.Date.IsZero() {
		b.WriteString(strconv.FormatInt(h.Date.Unix(), 10))
	}
	b.WriteByte(0)
	b.WriteString(h.Subject)
	sum := sha256.Sum256([]byte(b.String()))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// earliest is the first Date believed: mail with older ones has a clock that
// was never set.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// Time is when the message was written: Date when plausible (not before 1990
// and not more than an hour after internal, the time of its arrival), else
// internal. With a zero internal, only the lower limit holds.
func (h Header) Time(internal time.Time) time.Time {
	if h.Date.Before(earliest) {
		return internal
	}
	if !internal.IsZero() && h.Date.After(internal.Add(time.Hour)) {
		return internal
	}
	return h.Date
}
