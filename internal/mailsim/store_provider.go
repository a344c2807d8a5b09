package mailsim

import (
	"bytes"

	"github.com/emersion/go-imap/v2"
)

// enter counts a session that has logged in.
func (st *store) enter() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if limit := st.options.MaxConnections; limit > 0 && st.sessions >= limit {
		return refuse("ALERT", "Too many simultaneous connections. (Failure)")
	}
	st.sessions++
	return nil
}

func (st *store) leave() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.sessions--
}

// append adds a message in the provider's way.
func (st *store) append(mailbox string, raw []byte, options *imap.AppendOptions) (*imap.AppendData, error) {
	defer st.notify()
	if st.labels != nil {
		return st.labels.append(mailbox, raw, options)
	}
	if st.options.Provider == Exchange {
		raw = rewrite(raw)
	}
	return st.user.Append(mailbox, &literal{bytes.NewReader(raw)}, options)
}

// file puts a message that came by SMTP where the provider keeps what was sent.
func (st *store) file(raw []byte) error {
	if st.habits.sent == "" {
		return nil
	}
	if st.options.NewMessageIDs {
		st.mu.Lock()
		st.filed++
		number := st.filed
		st.mu.Unlock()
		raw = renumber(raw, number)
	}
	_, err := st.append(st.habits.sent, raw, &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}})
	return err
}

// isFixed says that clients can't delete or rename a mailbox.
func (st *store) isFixed(name string) bool {
	_, first := st.specialUse[name]
	return st.habits.fixed && (first || name == st.habits.root)
}
