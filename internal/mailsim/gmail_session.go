package mailsim

import (
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// Search implements imapserver.Session.
func (s *session) Search(kind imapserver.NumKind, criteria *imap.SearchCriteria, options *imap.SearchOptions) (*imap.SearchData, error) {
	if s.store.labels != nil {
		criteria = s.store.labels.wholeWords(s.mailbox, criteria)
	}
	return s.UserSession.Search(kind, criteria, options)
}

// uids returns the UIDs that a client's set means in the selected mailbox.
func (s *session) uids(numSet imap.NumSet) ([]imap.UID, error) {
	var criteria imap.SearchCriteria
	switch set := s.announced(numSet).(type) {
	case imap.SeqSet:
		criteria.SeqNum = []imap.SeqSet{set}
	case imap.UIDSet:
		criteria.UID = []imap.UIDSet{set}
	}
	return s.find(&criteria)
}

func (s *session) find(criteria *imap.SearchCriteria) ([]imap.UID, error) {
	data, err := s.UserSession.Search(imapserver.NumKindUID, criteria, &imap.SearchOptions{})
	if err != nil {
		return nil, err
	}
	set, _ := data.All.(imap.UIDSet)
	uids, _ := set.Nums()
	return uids, nil
}

// storeLabelled is Store for labels. \Deleted removes the label at once.
func (s *session) storeLabelled(w *imapserver.FetchWriter, numSet imap.NumSet, flags *imap.StoreFlags, options *imap.StoreOptions) error {
	uids, err := s.uids(numSet)
	if err == nil {
		err = s.UserSession.Store(w, s.announced(numSet), flags, options)
	}
	if err == nil {
		err = s.store.labels.flag(s.mailbox, uids, flags)
	}
	if err != nil || flags.Op == imap.StoreFlagsDel || !slices.Contains(flags.Flags, imap.FlagDeleted) {
		return err
	}
	return s.store.labels.remove(s.mailbox, uids)
}

// expungeLabelled is Expunge for labels: it takes what is left with \Deleted.
func (s *session) expungeLabelled(uids *imap.UIDSet) error {
	criteria := &imap.SearchCriteria{Flag: []imap.Flag{imap.FlagDeleted}}
	if uids != nil {
		criteria.UID = []imap.UIDSet{*uids}
	}
	deleted, err := s.find(criteria)
	if err != nil {
		return err
	}
	return s.store.labels.remove(s.mailbox, deleted)
}

// relabel is Copy and Move for labels.
func (s *session) relabel(how func(from string, uids []imap.UID, to string) (*imap.CopyData, error), numSet imap.NumSet, dest string) (*imap.CopyData, error) {
	uids, err := s.uids(numSet)
	if err != nil {
		return nil, err
	}
	defer s.store.notify()
	return how(s.mailbox, uids, dest)
}
