package mailsim

import (
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// errReadOnly refuses what EXAMINE forbids, in Dovecot's words.
var errReadOnly = refuse("READ-ONLY", "Mailbox is read-only")

// Fetch implements imapserver.Session.
func (s *session) Fetch(w *imapserver.FetchWriter, numSet imap.NumSet, options *imap.FetchOptions) error {
	if s.readOnly {
		for _, section := range options.BodySection {
			section.Peek = true
		}
	}
	err := s.UserSession.Fetch(w, s.announced(numSet), options)
	peeks := func(section *imap.FetchItemBodySection) bool { return section.Peek }
	if slices.ContainsFunc(options.BodySection, peeks) || len(options.BodySection) == 0 {
		return err
	}
	defer s.store.notify() // \Seen was set
	if s.store.labels == nil || err != nil {
		return err
	}
	uids, err := s.uids(numSet)
	if err != nil {
		return err
	}
	seen := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen}}
	return s.store.labels.flag(s.mailbox, uids, seen)
}

// Store implements imapserver.Session.
func (s *session) Store(w *imapserver.FetchWriter, numSet imap.NumSet, flags *imap.StoreFlags, options *imap.StoreOptions) error {
	if s.readOnly {
		return errReadOnly
	}
	defer s.store.notify()
	if s.store.labels != nil {
		return s.storeLabelled(w, numSet, flags, options)
	}
	return s.UserSession.Store(w, s.announced(numSet), flags, options)
}

// Expunge implements imapserver.Session. It also serves CLOSE, which in a
// mailbox opened by EXAMINE succeeds without removing anything.
func (s *session) Expunge(w *imapserver.ExpungeWriter, uids *imap.UIDSet) error {
	if s.readOnly {
		return nil
	}
	defer s.store.notify()
	if s.store.labels != nil {
		return s.expungeLabelled(uids)
	}
	return s.UserSession.Expunge(w, uids)
}

// Copy implements imapserver.Session.
func (s *session) Copy(numSet imap.NumSet, dest string) (*imap.CopyData, error) {
	if s.store.labels != nil {
		return s.relabel(s.store.labels.copy, numSet, dest)
	}
	s.store.copying.Lock()
	defer s.store.copying.Unlock()
	data, err := s.UserSession.Copy(s.announced(numSet), dest)
	if err != nil || len(data.SourceUIDs) == 0 {
		return nil, err
	}
	s.store.notify()
	return data, nil
}

// Move implements imapserver.SessionMove. The memory session's own Move tells
// each EXPUNGE twice, so this one leaves the telling to Poll.
func (s *session) Move(w *imapserver.MoveWriter, numSet imap.NumSet, dest string) error {
	if s.readOnly {
		return errReadOnly
	}
	if s.store.labels != nil {
		data, err := s.relabel(s.store.labels.move, numSet, dest)
		if err != nil || data == nil {
			return err
		}
		return w.WriteCopyData(data)
	}
	data, err := s.Copy(numSet, dest)
	if err != nil || data == nil {
		return err
	}
	if err := w.WriteCopyData(data); err != nil {
		return err
	}
	deleted := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}
	if err := s.Store(nil, data.SourceUIDs, deleted, &imap.StoreOptions{}); err != nil {
		return err
	}
	return s.Expunge(&imapserver.ExpungeWriter{}, &data.SourceUIDs)
}
