package mailsim

import (
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// flagged is \Flagged as labelled.flags has it.
const flagged = `\flagged`

// ofMailbox says of a flag that it belongs to a mailbox and not to the message.
func ofMailbox(flag string) bool { return flag == `\deleted` || flag == `\draft` }

// change changes the flags that are the message's.
func (m *labelled) change(change *imap.StoreFlags) {
	if change.Op == imap.StoreFlagsSet {
		clear(m.flags)
	}
	for _, flag := range change.Flags {
		name := strings.ToLower(string(flag))
		switch {
		case ofMailbox(name):
		case change.Op == imap.StoreFlagsDel:
			delete(m.flags, name)
		default:
			m.flags[name] = true
		}
	}
}

func (m *labelled) list() []imap.Flag {
	var flags []imap.Flag
	for flag := range m.flags {
		flags = append(flags, imap.Flag(flag))
	}
	return flags
}

// flag makes a change of flags in a mailbox known where else the messages show.
func (l *labels) flag(mailbox string, uids []imap.UID, change *imap.StoreFlags) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.messages(mailbox, uids) {
		before := m.list()
		m.change(change)
		for other, uid := range m.uids {
			if other == mailbox {
				continue
			}
			if err := l.mirror(m, place{other, uid}, before); err != nil {
				return err
			}
		}
		if err := l.star(m); err != nil {
			return err
		}
	}
	return nil
}

// mirror gives a message its flags in a mailbox where it had those of before.
func (l *labels) mirror(m *labelled, at place, before []imap.Flag) error {
	var gone []imap.Flag
	for _, flag := range before {
		if !m.flags[string(flag)] {
			gone = append(gone, flag)
		}
	}
	return l.in(at.mailbox, func(s *imapmemserver.UserSession) error {
		uids := imap.UIDSetNum(at.uid)
		if err := mark(s, uids, imap.StoreFlagsDel, gone...); err != nil {
			return err
		}
		return mark(s, uids, imap.StoreFlagsAdd, m.list()...)
	})
}

// star makes a message show in Starred if it is flagged, and only then.
func (l *labels) star(m *labelled) error {
	if m.uids[gmailAll] == 0 {
		return nil // in Trash or Spam
	}
	if m.flags[flagged] {
		return l.put(m, gmailStarred)
	}
	return l.withdraw(m, func(mailbox string) bool { return mailbox == gmailStarred })
}
