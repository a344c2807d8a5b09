package mailsim

import (
	"bytes"
	"mime"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"unicode"

	"github.com/emersion/go-imap/v2"
)

// wordFields are the header fields that Gmail searches by whole words. Others,
// such as Message-ID, are left to the memory server.
var wordFields = []string{"From", "To", "Cc", "Bcc", "Subject"}

// wholeWords returns criteria in which every test of a field of wordFields is
// replaced by the UIDs that pass Gmail's.
func (l *labels) wholeWords(mailbox string, criteria *imap.SearchCriteria) *imap.SearchCriteria {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wholeWordsLocked(mailbox, criteria)
}

func (l *labels) wholeWordsLocked(mailbox string, criteria *imap.SearchCriteria) *imap.SearchCriteria {
	replaced := *criteria
	replaced.Header, replaced.UID = nil, slices.Clone(criteria.UID)
	for _, field := range criteria.Header {
		if slices.ContainsFunc(wordFields, func(name string) bool { return strings.EqualFold(name, field.Key) }) {
			replaced.UID = append(replaced.UID, l.withWords(mailbox, field))
		} else {
			replaced.Header = append(replaced.Header, field)
		}
	}
	replaced.Not, replaced.Or = nil, nil
	for _, not := range criteria.Not {
		replaced.Not = append(replaced.Not, *l.wholeWordsLocked(mailbox, &not))
	}
	for _, or := range criteria.Or {
		replaced.Or = append(replaced.Or, [2]imap.SearchCriteria{
			*l.wholeWordsLocked(mailbox, &or[0]), *l.wholeWordsLocked(mailbox, &or[1]),
		})
	}
	return &replaced
}

// withWords returns the UIDs of the messages whose field has the words. The set
// is nil if there are none: an empty one could pass for SEARCHRES.
func (l *labels) withWords(mailbox string, field imap.SearchCriteriaHeaderField) imap.UIDSet {
	var found imap.UIDSet
	wanted := words(field.Value)
	for at, m := range l.at {
		if at.mailbox == mailbox && hasWords(m.raw, field.Key, wanted) {
			found.AddNum(at.uid)
		}
	}
	return found
}

// hasWords says whether a field of a message has the words one after the other.
func hasWords(raw []byte, field string, wanted []string) bool {
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return false
	}
	for _, value := range msg.Header[textproto.CanonicalMIMEHeaderKey(field)] {
		if decoded, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
			value = decoded
		}
		there := words(value)
		for i := 0; i+len(wanted) <= len(there); i++ {
			if slices.Equal(there[i:i+len(wanted)], wanted) {
				return true
			}
		}
	}
	return false
}

// words splits a text as a search engine does.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
