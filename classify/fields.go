package classify

import (
	"bytes"
	"slices"
	"strings"
)

// maxResults bounds how many Authentication-Results fields are kept.
const maxResults = 50

// field is one header field that Parse reads. read gets the unfolded value,
// trimmed and never empty; it must copy what it keeps.
type field struct {
	name string
	read func(h *Header, value []byte)
}

// fields are all that Parse reads.
var fields = slices.Concat(standardFields, vendorFields)

// standardFields are those of the standards, and what mail servers of all kinds write.
var standardFields = []field{
	{"From", readFrom},
	{"Sender", func(h *Header, v []byte) { setFirst(&h.Sender, v) }},
	{"Reply-To", func(h *Header, v []byte) { setAddresses(&h.ReplyTo, v) }},
	{"To", func(h *Header, v []byte) { h.To = appendAddresses(h.To, v) }},
	{"Cc", func(h *Header, v []byte) { h.Cc = appendAddresses(h.Cc, v) }},
	{"Date", readDate},
	{"Subject", readSubject},
	{"Message-ID", readMessageID},
	{"In-Reply-To", func(h *Header, v []byte) { setIDs(&h.InReplyTo, v) }},
	{"References", func(h *Header, v []byte) { setIDs(&h.References, v) }},
	{"Return-Path", readReturnPath},
	{"Authentication-Results", readResults},
	{"Auto-Submitted", func(h *Header, v []byte) { setToken(&h.machine.autoSubmitted, v) }},
	{"Precedence", func(h *Header, v []byte) { setToken(&h.machine.precedence, v) }},
	{"Content-Type", readContentType},
	{"Content-Transfer-Encoding", func(h *Header, v []byte) { setToken(&h.machine.encoding, v) }},
	{"List-Id", readListID("List-Id")},
	{"List-Post", readListID("List-Post")},
	{"List-Unsubscribe", func(h *Header, _ []byte) { h.machine.unsubscribe = true }},
	{"List-Help", readListOther("List-Help (RFC 2369)")},
	{"List-Subscribe", readListOther("List-Subscribe (RFC 2369)")},
	{"List-Owner", readListOther("List-Owner (RFC 2369)")},
	{"List-Archive", readListOther("List-Archive (RFC 2369)")},
	{"X-Failed-Recipients", func(h *Header, v []byte) { h.machine.failed = appendAddresses(h.machine.failed, v) }},
	{"X-Amz-Sns-Message-Id", func(h *Header, _ []byte) { h.machine.notifies = true }},
	{"X-MLServer", readListOther("X-MLServer")},
	{"X-Auto-Response-Suppress", readSuppress},
	{"X-Autoreply", readAutoReply("X-Autoreply")},
	{"X-Autoreply-From", readAutoReply("X-Autoreply-From")},
	{"X-Auto-Reply", readAutoReply("X-Auto-Reply")},
	{"X-Auto-Reply-From", readAutoReply("X-Auto-Reply-From")},
	{"X-Autorespond", readAutoReply("X-Autorespond")},
	{"X-Mail-Autoreply", readAutoReply("X-Mail-Autoreply")},
	{"X-AskVersion", readChallenge("X-AskVersion")},
	{"X-Boxtrapper", readChallenge("X-Boxtrapper")},
	{"X-Bluebottle-Request", readChallenge("X-Bluebottle-Request")},
}

// readers finds a field by its lower-case name.
var readers = func() map[string]func(*Header, []byte) {
	m := make(map[string]func(*Header, []byte), len(fields))
	for _, f := range fields {
		m[string(bytes.ToLower([]byte(f.name)))] = f.read
	}
	return m
}()

// names finds the usual writing of a field by its lower-case name.
var names = func() map[string]string {
	m := make(map[string]string, len(fields))
	for _, f := range fields {
		m[string(bytes.ToLower([]byte(f.name)))] = f.name
	}
	return m
}()

// Fields lists the header fields that Parse reads, for a fetch of
// BODY.PEEK[HEADER.FIELDS (…)] (RFC 3501 section 6.4.5). The slice is fresh.
func Fields() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

func readFrom(h *Header, v []byte) {
	if len(h.From) > 0 {
		return
	}
	p := addressParser{}
	h.From = p.parse(v)
	h.machine.fromDaemon = h.machine.fromDaemon || p.null
	noteSender(&h.machine, h.From, p.local)
	if len(h.From) > 0 {
		local, _, _ := strings.Cut(h.From[0].Addr, "@")
		h.machine.noReply = takesNoAnswers(local)
	}
}

func readDate(h *Header, v []byte) {
	if h.Date.IsZero() {
		h.Date = parseDate(v)
	}
}

func readSubject(h *Header, v []byte) {
	if h.Subject == "" {
		h.Subject = decodeText(v)
	}
}

func readMessageID(h *Header, v []byte) {
	if h.MessageID == "" {
		h.MessageID = messageID(v)
	}
}

// readResults keeps the field without its comments: they prove nothing.
func readResults(h *Header, v []byte) {
	if len(h.machine.results) == maxResults {
		return
	}
	if bytes.IndexByte(v, '(') < 0 {
		v = bytes.Clone(v)
	}
	h.machine.results = append(h.machine.results, stripComments(v))
}

func setFirst(dst *Address, v []byte) {
	if *dst == (Address{}) {
		if list := appendAddresses(nil, v); len(list) > 0 {
			*dst = list[0]
		}
	}
}

func setAddresses(dst *[]Address, v []byte) {
	if len(*dst) == 0 {
		*dst = appendAddresses(nil, v)
	}
}

func setIDs(dst *[]string, v []byte) {
	if len(*dst) == 0 {
		*dst = messageIDs(v)
	}
}
