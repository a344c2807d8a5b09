package mailsim

import (
	"bytes"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// labels makes the mailboxes of the memory server into Gmail's labels:
//
//   - A message shows in All Mail and in the mailbox of each of its labels, with
//     another UID in each. Flags are the message's, but for \Deleted; \Draft
//     shows in Drafts only. Only what is in Spam or Trash is nowhere else.
//   - Removing it from a mailbox removes the label; from All Mail, nothing.
//     \Deleted does so at once, as with Gmail's "Auto-Expunge on".
//   - COPY adds a label. COPY to Trash or Spam takes it out of all others.
//   - A draft can't get a label: "NO [ALERT] Cannot MOVE messages out of the
//     Drafts folder (Failure)". Trash takes it.
//   - What has the Message-ID of a message in Sent Mail and is appended there is
//     that message.
//   - \Flagged puts a message into Starred.
//
// Unlike Gmail's it knows no threads, and a deleted draft stays in All Mail.
type labels struct {
	user *imapmemserver.User

	mu   sync.Mutex // held through each change, so that none sees half of another
	at   map[place]*labelled
	sent map[string]*labelled // what is in Sent Mail, by Message-ID
}

// place is where a message shows.
type place struct {
	mailbox string
	uid     imap.UID
}

// labelled is a message.
type labelled struct {
	raw   []byte
	id    string // its Message-ID, or ""
	time  time.Time
	flags map[string]bool     // in lower case, without those of one mailbox
	uids  map[string]imap.UID // by the mailboxes in which it shows
}

func newLabels(user *imapmemserver.User) *labels {
	return &labels{user: user, at: make(map[place]*labelled), sent: make(map[string]*labelled)}
}

// outside says of a mailbox that its mail shows nowhere else.
func outside(mailbox string) bool { return mailbox == gmailSpam || mailbox == gmailTrash }

// append adds a message, or finds it in Sent Mail.
func (l *labels) append(mailbox string, raw []byte, options *imap.AppendOptions) (*imap.AppendData, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := messageID(raw)
	m := l.sent[id]
	if m == nil || mailbox != gmailSent {
		m = &labelled{raw: raw, id: id, time: options.Time, flags: make(map[string]bool), uids: make(map[string]imap.UID)}
		if m.time.IsZero() {
			m.time = time.Now()
		}
		m.change(&imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: options.Flags})
	}
	if mailbox == gmailStarred {
		m.flags[flagged] = true
	}
	if err := l.label(m, mailbox); err != nil {
		return nil, err
	}
	return l.data(m, mailbox)
}

func (l *labels) data(m *labelled, mailbox string) (*imap.AppendData, error) {
	status, err := l.user.Status(mailbox, &imap.StatusOptions{UIDValidity: true})
	if err != nil {
		return nil, err
	}
	return &imap.AppendData{UID: m.uids[mailbox], UIDValidity: status.UIDValidity}, nil
}

// messageID returns the Message-ID of a message, or "".
func messageID(raw []byte) string {
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(msg.Header.Get("Message-ID"))
}

// label makes a message show in a mailbox and in what follows from that.
func (l *labels) label(m *labelled, mailbox string) error {
	if err := l.put(m, mailbox); err != nil {
		return err
	}
	if outside(mailbox) {
		return l.withdraw(m, func(other string) bool { return other != mailbox })
	}
	if err := l.withdraw(m, outside); err != nil {
		return err
	}
	if m.flags[flagged] {
		if err := l.put(m, gmailStarred); err != nil {
			return err
		}
	}
	return l.put(m, gmailAll)
}

// put makes a message show in a mailbox where it may show already.
func (l *labels) put(m *labelled, mailbox string) error {
	if m.uids[mailbox] != 0 {
		return nil
	}
	flags := m.list()
	if mailbox == gmailDrafts {
		flags = append(flags, imap.FlagDraft)
	}
	literal := &literal{bytes.NewReader(m.raw)}
	data, err := l.user.Append(mailbox, literal, &imap.AppendOptions{Time: m.time, Flags: flags})
	if err != nil {
		return err
	}
	m.uids[mailbox] = data.UID
	if mailbox == gmailSent && m.id != "" {
		l.sent[m.id] = m
	}
	l.at[place{mailbox, data.UID}] = m
	return nil
}

// literal is an imap.LiteralReader over bytes.
type literal struct{ *bytes.Reader }

func (l *literal) Size() int64 { return l.Reader.Size() }

// withdraw takes a message out of those of its mailboxes that from holds for.
func (l *labels) withdraw(m *labelled, from func(mailbox string) bool) error {
	for _, mailbox := range slices.Sorted(maps.Keys(m.uids)) {
		if !from(mailbox) {
			continue
		}
		uids := imap.UIDSetNum(m.uids[mailbox])
		err := l.in(mailbox, func(s *imapmemserver.UserSession) error {
			if err := mark(s, uids, imap.StoreFlagsAdd, imap.FlagDeleted); err != nil {
				return err
			}
			return s.Expunge(&imapserver.ExpungeWriter{}, &uids)
		})
		if err != nil {
			return err
		}
		l.forget(m, mailbox)
	}
	return nil
}

func (l *labels) forget(m *labelled, mailbox string) {
	if mailbox == gmailSent {
		delete(l.sent, m.id)
	}
	delete(l.at, place{mailbox, m.uids[mailbox]})
	delete(m.uids, mailbox)
}

// in runs do in a session of the memory server with a mailbox open.
func (l *labels) in(mailbox string, do func(*imapmemserver.UserSession) error) error {
	s := imapmemserver.NewUserSession(l.user)
	if _, err := s.Select(mailbox, &imap.SelectOptions{}); err != nil {
		return err
	}
	defer s.Close()
	return do(s)
}

// mark changes flags without telling the session that asks for it.
func mark(s *imapmemserver.UserSession, uids imap.UIDSet, op imap.StoreFlagsOp, flags ...imap.Flag) error {
	return s.Store(nil, uids, &imap.StoreFlags{Op: op, Silent: true, Flags: flags}, &imap.StoreOptions{})
}

// deleted forgets a mailbox, renamed gives it another name.
func (l *labels) deleted(mailbox string) { l.renamed(mailbox, "") }

func (l *labels) renamed(mailbox, to string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for at, m := range maps.Clone(l.at) {
		if at.mailbox != mailbox {
			continue
		}
		l.forget(m, mailbox)
		if to != "" {
			m.uids[to] = at.uid
			l.at[place{to, at.uid}] = m
		}
	}
}
