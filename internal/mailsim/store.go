package mailsim

import (
	"cmp"
	"log"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

const (
	inbox     = "INBOX"
	delimiter = '/'
)

// store is the mail of the embedded server's user: go-imap's memory server,
// and beside it what that one does not keep or tell.
type store struct {
	user *imapmemserver.User

	copying sync.Mutex // two copies in opposite directions would deadlock
	options Options
	habits  habits
	labels  *labels // nil: not Gmail

	mu         sync.Mutex      // guards what follows
	mailboxes  map[string]bool // name -> subscribed
	changed    chan struct{}   // closed at the next change of any mailbox
	specialUse map[string]imap.MailboxAttr
	sessions   int // logged in, without Server's own
	filed      int // messages that came by SMTP
}

func newStore(options Options) (*store, error) {
	st := &store{
		user:       imapmemserver.NewUser(cmp.Or(options.User, userName), password),
		mailboxes:  make(map[string]bool),
		changed:    make(chan struct{}),
		specialUse: make(map[string]imap.MailboxAttr),
		options:    options,
		habits:     providers[options.Provider],
	}
	if options.Provider == Gmail {
		st.labels = newLabels(st.user)
	}
	for _, mailbox := range st.habits.mailboxes {
		st.specialUse[mailbox.name] = imap.MailboxAttr(mailbox.use)
	}
	return st, st.create(inbox)
}

// newIMAPServer returns a server over a store. Sessions for which isOwn holds
// are Server's.
func newIMAPServer(st *store, isOwn func(net.Conn) bool, logger *log.Logger) *imapserver.Server {
	return imapserver.New(&imapserver.Options{
		NewSession: func(conn *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{store: st, own: isOwn(conn.NetConn())}, nil, nil
		},
		Caps: imap.CapSet{
			imap.CapIMAP4rev1:    {},
			imap.CapNamespace:    {},
			imap.CapUIDPlus:      {},
			imap.CapESearch:      {},
			imap.CapSearchRes:    {},
			imap.CapListExtended: {},
			imap.CapListStatus:   {},
			imap.CapMove:         {},
			imap.CapStatusSize:   {},
			imap.CapSpecialUse:   {},
		},
		Logger:       logger,
		InsecureAuth: true,
	})
}

// changes returns a channel that is closed at the next change.
func (st *store) changes() <-chan struct{} {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.changed
}

// notify wakes all sessions in IDLE. It is called after a change, so that they
// find it.
func (st *store) notify() {
	st.mu.Lock()
	defer st.mu.Unlock()
	close(st.changed)
	st.changed = make(chan struct{})
}

func (st *store) create(name string) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	name = strings.TrimRight(name, string(delimiter))
	if name == st.habits.root && name != "" {
		return refuse(imap.ResponseCodeAlreadyExists, "Mailbox already exists")
	}
	if err := st.user.Create(name, &imap.CreateOptions{}); err != nil {
		return err
	}
	st.mailboxes[name] = false
	return nil
}

func (st *store) delete(name string) error {
	if name == inbox {
		return refuse("", "INBOX can't be deleted")
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if err := st.user.Delete(name); err != nil {
		return err
	}
	delete(st.mailboxes, name)
	if st.labels != nil {
		st.labels.deleted(name)
	}
	return nil
}

// rename renames a mailbox and those below it. Renaming INBOX leaves an empty
// one behind (RFC 9051, section 6.3.6).
func (st *store) rename(from, to string) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	to = strings.TrimRight(to, string(delimiter))
	if err := st.renameOne(from, to); err != nil || from == inbox {
		return err
	}
	below := from + string(delimiter)
	for _, name := range slices.Sorted(maps.Keys(st.mailboxes)) {
		if rest, ok := strings.CutPrefix(name, below); ok {
			if err := st.renameOne(name, to+string(delimiter)+rest); err != nil {
				return err
			}
		}
	}
	return nil
}

func (st *store) renameOne(from, to string) error {
	if err := st.user.Rename(from, to, &imap.RenameOptions{}); err != nil {
		return err
	}
	st.mailboxes[to] = st.mailboxes[from]
	if st.labels != nil {
		st.labels.renamed(from, to)
	}
	if from != inbox {
		delete(st.mailboxes, from)
		return nil
	}
	return st.user.Create(inbox, &imap.CreateOptions{})
}

func (st *store) subscribe(name string, subscribed bool) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if _, ok := st.mailboxes[name]; !ok {
		return refuse(imap.ResponseCodeNonExistent, "No such mailbox")
	}
	st.mailboxes[name] = subscribed
	return nil
}

// refuse returns the error that a client sees as NO.
func refuse(code imap.ResponseCode, text string) error {
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: code, Text: text}
}
