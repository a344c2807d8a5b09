package mailsim

import "github.com/emersion/go-imap/v2"

// copy gives messages of a mailbox the label of another one. The data is nil
// where no COPYUID can be told.
func (l *labels) copy(from string, uids []imap.UID, to string) (*imap.CopyData, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.copyLocked("COPY", from, uids, to)
}

func (l *labels) copyLocked(command, from string, uids []imap.UID, to string) (*imap.CopyData, error) {
	status, err := l.user.Status(to, &imap.StatusOptions{UIDValidity: true})
	if err != nil {
		return nil, refuse(imap.ResponseCodeTryCreate, "No folder "+to+" (Failure)")
	}
	messages := l.messages(from, uids)
	for _, m := range messages {
		if m.uids[gmailDrafts] != 0 && !outside(to) && to != gmailDrafts {
			return nil, refuse("ALERT", "Cannot "+command+" messages out of the Drafts folder (Failure)")
		}
	}
	data := &imap.CopyData{UIDValidity: status.UIDValidity}
	last, ascending := imap.UID(0), len(messages) > 0
	for _, m := range messages {
		data.SourceUIDs.AddNum(m.uids[from])
		if err := l.label(m, to); err != nil {
			return nil, err
		}
		data.DestUIDs.AddNum(m.uids[to])
		ascending, last = ascending && m.uids[to] > last, m.uids[to]
	}
	if !ascending {
		return nil, nil // COPYUID could not say which is which
	}
	return data, nil
}

func (l *labels) messages(mailbox string, uids []imap.UID) []*labelled {
	var found []*labelled
	for _, uid := range uids {
		if m := l.at[place{mailbox, uid}]; m != nil {
			found = append(found, m)
		}
	}
	return found
}

// move is copy, and takes the messages out of the mailbox they came from, but
// for All Mail.
func (l *labels) move(from string, uids []imap.UID, to string) (*imap.CopyData, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	messages := l.messages(from, uids)
	data, err := l.copyLocked("MOVE", from, uids, to)
	if err != nil || from == gmailAll || from == to {
		return data, err
	}
	for _, m := range messages {
		if err := l.withdraw(m, func(mailbox string) bool { return mailbox == from }); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// remove takes messages out of a mailbox.
func (l *labels) remove(mailbox string, uids []imap.UID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if mailbox == gmailAll {
		return nil
	}
	for _, m := range l.messages(mailbox, uids) {
		if err := l.withdraw(m, func(other string) bool { return other == mailbox }); err != nil {
			return err
		}
	}
	return nil
}
