package mailer

import (
	"context"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"regards/contact"
)

// Draft is what the header of a message says. Texts are decoded, addresses as
// they were written, Message-IDs without angle brackets.
type Draft struct {
	Place      contact.Place
	MessageID  string
	InReplyTo  string
	References []string
	From       string
	To         []string // of To, Cc and Bcc
	Subject    string
	Date       time.Time // zero if it cannot be read
}

// Box is the state of a mailbox. While it is the same, nothing has changed.
type Box struct {
	Name                           string
	UIDValidity, UIDNext, Messages uint32
	ModSeq                         uint64 // 0: the server does not tell (RFC 7162)
	// Live is how many messages are not marked as deleted, where there is no
	// ModSeq to show that.
	Live uint32
}

// maxSurvey is how many messages a survey lists: the newest.
const maxSurvey = 2000

var draftFields = []string{"Message-ID", "In-Reply-To", "References", "From", "To", "Cc", "Bcc", "Subject", "Date"}

// Survey lists what lies in a mailbox, oldest first, unless it is as it was at
// last; changed is false then, and nothing is read. The newest 2,000 are listed,
// without those marked as deleted. A message whose header the server keeps back
// is listed by its Place alone; of one that cannot be read, what can is there.
func (d *Drafts) Survey(ctx context.Context, mailbox string, last Box) (box Box, drafts []Draft, changed bool, err error) {
	mailbox, _ = d.lookup(mailbox)
	data, err := d.open(ctx, mailbox, true)
	if err != nil {
		return Box{}, nil, false, err
	}
	box = Box{Name: mailbox, UIDValidity: data.UIDValidity, UIDNext: uint32(data.UIDNext), Messages: data.NumMessages, ModSeq: data.HighestModSeq}
	box.Live = last.Live
	if box.ModSeq != 0 {
		box.Live = 0
		if box == last {
			return box, nil, false, nil
		}
	}
	var uids []uint32
	if box.Messages > 0 {
		uids, err = d.search(ctx, "what lies in "+mailbox, &imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}})
	}
	if err != nil {
		return Box{}, nil, false, err
	}
	if box.ModSeq == 0 {
		if box.Live = uint32(len(uids)); box == last {
			return box, nil, false, nil
		}
	}
	drafts, err = d.drafts(ctx, box, uids[max(0, len(uids)-maxSurvey):])
	return box, drafts, err == nil, err
}

// drafts reads headers in the open mailbox.
func (d *Drafts) drafts(ctx context.Context, box Box, uids []uint32) ([]Draft, error) {
	byUID := make(map[uint32]Draft, len(uids))
	at := func(uid uint32) contact.Place {
		return contact.Place{Mailbox: box.Name, UIDValidity: box.UIDValidity, UID: uid}
	}
	for some := range slices.Chunk(uids, bothAtOnce) {
		kept, err := d.headers(ctx, some, draftFields, func(uid uint32, header []byte) {
			draft := readDraft(header)
			draft.Place = at(uid)
			byUID[uid] = draft
		})
		if err != nil {
			return nil, err
		}
		for _, uid := range nums(kept) {
			byUID[uint32(uid)] = Draft{Place: at(uint32(uid))}
		}
	}
	drafts := make([]Draft, 0, len(byUID))
	for _, uid := range uids {
		if draft, ok := byUID[uid]; ok { // else it was removed meanwhile
			drafts = append(drafts, draft)
		}
	}
	return drafts, nil
}

// readDraft reads a header as far as it can be read.
func readDraft(header []byte) Draft {
	fields, _, _ := splitMessage(header)
	draft := Draft{
		MessageID: bareID(valueOf(fields, "Message-ID")),
		Subject:   decode(valueOf(fields, "Subject")),
	}
	for _, id := range strings.Fields(valueOf(fields, "References")) {
		draft.References = append(draft.References, bareID(id))
	}
	if ids := strings.Fields(valueOf(fields, "In-Reply-To")); len(ids) > 0 {
		draft.InReplyTo = bareID(ids[0])
	}
	if from := addresses(valueOf(fields, "From")); len(from) > 0 {
		draft.From = from[0]
	}
	for _, f := range fields {
		if f.is("To") || f.is("Cc") || f.is("Bcc") {
			draft.To = append(draft.To, addresses(f.value())...)
		}
	}
	if date, err := mail.ParseDate(valueOf(fields, "Date")); err == nil {
		draft.Date = date
	}
	return draft
}

// words decodes encoded words (RFC 2047); a charset that it does not know stays
// as it is.
var words = mime.WordDecoder{}

func decode(s string) string {
	if text, err := words.DecodeHeader(s); err == nil {
		return text
	}
	return s
}

// addresses gives the addresses of a list, also of one that is not quite right.
func addresses(list string) (all []string) {
	if parsed, err := addressList(list); err == nil {
		return parsed
	}
	for _, part := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(" \t,;<>\"()", r) }) {
		if at := strings.IndexByte(part, '@'); at > 0 && at < len(part)-1 {
			all = append(all, part)
		}
	}
	return all
}
