package mailsim

import (
	"io"
	"slices"
	"sync/atomic"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
)

// session is one IMAP connection to the embedded server: go-imap's memory
// session, made to behave as real servers do where it does not.
//
//   - IDLE tells at once what came since the last command.
//   - APPEND of half a literal keeps nothing.
//   - LIST knows special uses.
//   - EXAMINE is read-only: it refuses STORE and MOVE, and reading sets no flag.
//   - A message whose EXISTS was not sent yet has no sequence number, and the
//     memory session would call it number 0; here it isn't there yet.
//   - MOVE reports each EXPUNGE once; COPY of nothing sends no empty COPYUID.
type session struct {
	*imapmemserver.UserSession // nil before Login
	store                      *store
	own                        bool // it is one of Server's

	selected bool
	mailbox  string // the one that is selected
	readOnly bool
	// unannounced is the first UID that the client hasn't heard of. It is
	// atomic because a connection cut during IDLE is polled once more while
	// Idle still runs.
	unannounced atomic.Uint32
}

var (
	_ imapserver.SessionMove      = (*session)(nil)
	_ imapserver.SessionNamespace = (*session)(nil)
	_ imapserver.SessionSASL      = (*session)(nil)
)

// Login implements imapserver.Session.
func (s *session) Login(username, password string) error {
	ways := s.store.options.logins()
	if err := s.store.user.Login(username, password); err != nil || ways.noPasswords && !s.own {
		return ways.imapRefusal("LOGIN")
	}
	return s.enter(username)
}

// AuthenticateMechanisms implements imapserver.SessionSASL.
func (s *session) AuthenticateMechanisms() []string { return s.store.options.logins().mechanisms() }

// Authenticate implements imapserver.SessionSASL.
func (s *session) Authenticate(mechanism string) (sasl.Server, error) {
	if !slices.Contains(s.AuthenticateMechanisms(), mechanism) {
		return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Text: "SASL mechanism not supported"}
	}
	ways := s.store.options.logins()
	return ways.server(mechanism, ways.imapRefusal("AUTHENTICATE"), s.enter), nil
}

// enter lets the user in.
func (s *session) enter(string) error {
	if !s.own {
		if err := s.store.enter(); err != nil {
			return err
		}
	}
	s.UserSession = imapmemserver.NewUserSession(s.store.user)
	return nil
}

// Close implements imapserver.Session.
func (s *session) Close() error {
	if s.UserSession != nil && !s.own {
		s.store.leave()
	}
	return s.UserSession.Close()
}

// Select implements imapserver.Session.
func (s *session) Select(mailbox string, options *imap.SelectOptions) (*imap.SelectData, error) {
	data, err := s.UserSession.Select(mailbox, options)
	if err != nil {
		return nil, err
	}
	s.selected, s.mailbox, s.readOnly = true, mailbox, options.ReadOnly
	s.unannounced.Store(uint32(data.UIDNext))
	return data, nil
}

// Unselect implements imapserver.Session.
func (s *session) Unselect() error {
	s.selected = false
	return s.UserSession.Unselect()
}

// Create implements imapserver.Session.
func (s *session) Create(mailbox string, _ *imap.CreateOptions) error {
	return s.store.create(mailbox)
}

// Delete implements imapserver.Session.
func (s *session) Delete(mailbox string) error {
	if s.store.isFixed(mailbox) && !s.own {
		return refuse("CANNOT", "This mailbox can't be deleted")
	}
	return s.store.delete(mailbox)
}

// Rename implements imapserver.Session.
func (s *session) Rename(from, to string, _ *imap.RenameOptions) error {
	if s.store.isFixed(from) && !s.own {
		return refuse("CANNOT", "This mailbox can't be renamed")
	}
	return s.store.rename(from, to)
}

// Subscribe implements imapserver.Session.
func (s *session) Subscribe(mailbox string) error { return s.store.subscribe(mailbox, true) }

// Unsubscribe implements imapserver.Session.
func (s *session) Unsubscribe(mailbox string) error { return s.store.subscribe(mailbox, false) }

// List implements imapserver.Session.
func (s *session) List(w *imapserver.ListWriter, ref string, patterns []string, options *imap.ListOptions) error {
	if len(patterns) == 0 { // asks for the delimiter only
		return s.UserSession.List(w, ref, patterns, options)
	}
	for _, data := range s.store.list(ref, patterns, options) {
		if options.ReturnStatus != nil && data.Mailbox != s.store.habits.root {
			status, err := s.Status(data.Mailbox, options.ReturnStatus)
			if err != nil {
				continue // deleted since: LIST goes on without it
			}
			data.Status = status
		}
		if err := w.WriteList(&data); err != nil {
			return err
		}
	}
	return nil
}

// Append implements imapserver.Session. Of a connection that is cut inside the
// literal, nothing is kept.
func (s *session) Append(mailbox string, r imap.LiteralReader, options *imap.AppendOptions) (*imap.AppendData, error) {
	raw, err := io.ReadAll(r)
	if err == nil && int64(len(raw)) < r.Size() {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	if s.store.labels != nil && mailbox == gmailSpam && !s.own {
		return nil, refuse("CANNOT", "Cannot APPEND to a SPAM folder")
	}
	return s.store.append(mailbox, raw, options)
}

// Poll implements imapserver.Session.
func (s *session) Poll(w *imapserver.UpdateWriter, allowExpunge bool) error {
	if !s.selected {
		return nil
	}
	// Read before polling: what has a UID by now also has its EXISTS queued.
	next := s.StatusData(&imap.StatusOptions{UIDNext: true}).UIDNext
	if err := s.UserSession.Poll(w, allowExpunge); err != nil {
		return err
	}
	if allowExpunge { // otherwise an EXISTS may wait behind an EXPUNGE
		s.unannounced.Store(uint32(next))
	}
	return nil
}

// Idle implements imapserver.Session. It takes the channel before it looks, so
// that no change falls between looking and waiting.
func (s *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	for {
		changes := s.store.changes()
		if err := s.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-changes:
		case <-stop:
			return nil
		}
	}
}

// announced leaves those UIDs of a set that the client has heard of.
func (s *session) announced(numSet imap.NumSet) imap.NumSet {
	set, ok := numSet.(imap.UIDSet)
	if !ok || imap.IsSearchRes(set) {
		return numSet
	}
	last := imap.UID(s.unannounced.Load()) - 1
	known := imap.UIDSet(nil) // not an empty slice, which could pass for SEARCHRES
	for _, r := range set {
		start, stop := star(r.Start, last), star(r.Stop, last)
		start, stop = min(start, stop), min(max(start, stop), last)
		if start <= stop && last > 0 {
			known = append(known, imap.UIDRange{Start: start, Stop: stop})
		}
	}
	return known
}

// star resolves "*", which is 0 in a set, to the last UID.
func star(uid, last imap.UID) imap.UID {
	if uid == 0 {
		return last
	}
	return uid
}
