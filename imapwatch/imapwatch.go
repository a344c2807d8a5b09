// Package imapwatch reads the headers of an account's mail and waits for more.
//
// It promises that every message of every watched mailbox is handed over at
// least once, in ranges whose cursor goes with them: whoever stores a range and
// its cursor together loses no message and reads none in vain, wherever the
// watch is cut off. It changes nothing on the server: mailboxes are opened by
// EXAMINE, messages read by BODY.PEEK. One message that cannot be read is
// handed over as unreadable, with the reason, and stepped over. One mailbox that
// cannot be read is reported, with the reason, and does not stop the others.
//
// Bodies are read, in part, where the consumer asks for them, together with the
// headers: what it is handed is final.
//
// A first scan goes from the newest message to the oldest, so that what is
// recent is known at once. Later passes cost what changed: one LIST tells which
// mailboxes have news. Run waits by IDLE (RFC 2177) on INBOX and on Sent, each
// on a connection of its own, and looks at the others every ten minutes; where
// there are not enough connections, at those two once a minute. At
// Gmail one mailbox shows all mail that came in: it and Sent are all that is read.
//
// What was read before a person was a contact is looked for again when the
// consumer asks for it: by SEARCH where that is enough, else by a second reading.
//
// It keeps no state but the cursors it was given, decides nothing about the
// messages, and speaks to its consumer through Sink alone.
package imapwatch

import (
	"context"
	"time"

	"regards/classify"
	"regards/internal/imapconn"
)

// Account is one IMAP login to be watched.
type Account struct {
	Name   string
	Server imapconn.Server
	Drafts string // never watched, like mailboxes with that role; "" when only the role tells
	Sent   string // "" finds it by role
	Outbox string // never watched
	Policy classify.Policy
	Ignore []string // names, and patterns of path.Match; "Lists/*" matches all below, too
}

// Cursor says how far a mailbox has been read: all of Low <= UID <= High, under
// that UIDVALIDITY. High is 0 before anything was read.
type Cursor struct {
	UIDValidity uint32
	Low, High   uint32
}

// Done reports whether everything up to High has been read.
func (c Cursor) Done() bool { return c.Low <= 1 }

// Lookup asks for mail that was read before the people in it were contacts:
// the messages with Low <= UID <= High that one of Addresses wrote or got. It
// means nothing under another UIDVALIDITY.
type Lookup struct {
	UIDValidity uint32
	Low, High   uint32
	Addresses   []string // as contacts have them; never empty
}

// Done reports whether nothing is left to look for.
func (l Lookup) Done() bool { return l.High < l.Low || l.High == 0 }

// Message is the header of one message, and what its body says.
type Message struct {
	UID      uint32
	Draft    bool      // the flag \Draft is set
	Received time.Time // INTERNALDATE; zero when the server gave none
	Header   classify.Header
	// Report is what the header and the start of the body say, where the sink asked
	// for the body and the server gave it; else nil.
	Report *classify.Report
}

// Batch is a range of messages of one mailbox, or news that there are none.
type Batch struct {
	Mailbox    string
	Sent       bool   // it is the mailbox of sent mail
	InOnly     bool   // it shows sent mail and drafts, too: only what came in counts
	Cursor     Cursor // after this batch
	Reset      bool   // the mailbox got a new UIDVALIDITY: nothing read before holds
	Exists     uint32 // messages in the mailbox now
	Left       int    // messages of this pass that are still to come
	Refused    string // why the mailbox cannot be read now; then nothing else is said
	Broken     bool   // it cannot be read though the server opens it, or might: mail may lie there
	Synced     bool   // everything in the mailbox has been read with this batch
	Messages   []Message
	Unreadable map[uint32]string // by UID: why

	// Lookup is nil for the watch. Otherwise the messages were read before and
	// are handed over once more, for the people they were looked for; Lookup is
	// what remains to be looked for after this batch, and the cursor says nothing.
	Lookup *Lookup
}

// unreadable notes a message that cannot be read, with the reason.
func (b *Batch) unreadable(uid uint32, why string) {
	if b.Unreadable == nil {
		b.Unreadable = map[uint32]string{}
	}
	b.Unreadable[uid] = why
}

// State is what is true of an account's connections.
type State struct {
	Connected  bool
	Synced     bool  // since Sync or Run connected, every mailbox was read to its end, or refused
	RoundTrips int64 // since Sync or Run connected
	BytesIn    int64
	Problem    error // why it is not connected, or was not for a while; nil when it is or has not tried
	Retry      time.Duration
}

// Sink takes what the watcher finds. Its methods may be called from several
// goroutines. An error from any of them ends the watch.
type Sink interface {
	// Commit stores batches, all together with their cursors.
	Commit(ctx context.Context, batches []Batch) error
	// Bodies names, by UID, those messages of a batch that is about to be committed of
	// which the start of the body has to be read, 64 KiB, to judge them. Of the batch
	// it sees the mailbox, its kind, and the messages.
	Bodies(ctx context.Context, b Batch) ([]uint32, error)
	// Lookups gives, by mailbox, what is to be looked for in mail already read.
	Lookups(ctx context.Context) (map[string]Lookup, error)
	// Watched names all mailboxes that are watched now; others are gone.
	Watched(ctx context.Context, mailboxes []string) error
	// Report tells what has become of the connections.
	Report(ctx context.Context, s State) error
}
