package mailer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/contact"
	"regards/internal/imapconn"
)

// Errors that callers tell apart.
var (
	// ErrNoMailbox means that the account has no such mailbox.
	ErrNoMailbox = errors.New("there is no such mailbox")
	// ErrGone means that the message is not, or no longer, where it was said to lie.
	ErrGone = errors.New("the message is no longer there")
	// ErrOutbox means that the owner's outbox cannot be one.
	ErrOutbox = errors.New("this cannot be the outbox")
	// ErrLeft means that this server offers no way to move one message: it lies
	// where it lay.
	ErrLeft = errors.New("this server offers no way to move one message")
	// ErrTooLarge means that a message is larger than what was asked for.
	ErrTooLarge = errors.New("the message is too large")
	// ErrUnknown means that the connection was lost before the server answered:
	// the letter may lie there or not, and SettleAll finds out.
	ErrUnknown = errors.New("the server did not say whether it took the letter")
)

// Names are what the owner calls mailboxes. "" for Drafts and Sent is the one
// with that role; "" for Outbox is none.
type Names struct{ Drafts, Sent, Outbox string }

// Drafts is a connection to the mailboxes of one account in which letters lie.
// One goroutine owns it.
type Drafts struct {
	conn     *imapconn.Conn
	boxes    []imapconn.Mailbox
	names    Names
	box      string // of drafts
	examined bool   // a mailbox is open, read-only
}

// OpenNamed connects and finds the mailboxes. Without one of drafts it fails;
// the others may be missing.
func OpenNamed(ctx context.Context, server imapconn.Server, names Names) (*Drafts, error) {
	conn, err := imapconn.Dial(ctx, server)
	if err != nil {
		return nil, err
	}
	d := &Drafts{conn: conn, names: names}
	if d.boxes, err = conn.Mailboxes(ctx); err == nil {
		var box imapconn.Mailbox
		box, err = imapconn.Find(d.boxes, imapconn.Drafts, names.Drafts)
		d.box = box.Name
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return d, nil
}

// Close ends the connection.
func (d *Drafts) Close(ctx context.Context) { d.conn.Logout(ctx) }

// Name gives the mailbox that serves a role; false when there is none.
func (d *Drafts) Name(role imapconn.Role) (string, bool) {
	named := ""
	switch role {
	case imapconn.Drafts:
		return d.box, true
	case imapconn.Sent:
		named = d.names.Sent
	}
	box, err := imapconn.Find(d.boxes, role, named)
	return box.Name, err == nil
}

// Outbox gives the outbox as the server calls it, which may have a prefix that
// the owner leaves out; false when it does not exist, or none was named. A mailbox
// that serves something else is no outbox, and then the name is "": all mail in it
// would be taken for approved.
func (d *Drafts) Outbox() (string, bool) {
	name, ok := d.lookup(d.names.Outbox)
	if ok && d.serves(name) {
		return "", false
	}
	return name, ok
}

// serves reports whether a mailbox has another use than that of an outbox.
func (d *Drafts) serves(name string) bool {
	sent, _ := d.Name(imapconn.Sent)
	return name == "INBOX" || name == d.box || name == sent ||
		slices.ContainsFunc(d.boxes, func(m imapconn.Mailbox) bool { return m.Name == name && m.Role != "" })
}

// lookup finds a mailbox by the owner's name for it, with or without the prefix
// under which some servers put every mailbox (RFC 2342).
func (d *Drafts) lookup(named string) (string, bool) {
	for _, name := range []string{named, d.prefix() + named} {
		if named != "" && slices.ContainsFunc(d.boxes, func(m imapconn.Mailbox) bool { return m.Name == name && m.Problem == "" }) {
			return name, true
		}
	}
	return named, false
}

// prefix is what stands before every name but that of INBOX.
func (d *Drafts) prefix() string {
	for _, prefix := range []string{"INBOX.", "INBOX/"} {
		outside := func(m imapconn.Mailbox) bool { return m.Name != "INBOX" && !strings.HasPrefix(m.Name, prefix) }
		if len(d.boxes) > 1 && !slices.ContainsFunc(d.boxes, outside) {
			return prefix
		}
	}
	return ""
}

// open selects a mailbox, read-only or not. One that is missing gives
// ErrNoMailbox.
func (d *Drafts) open(ctx context.Context, mailbox string, readOnly bool) (*imap.SelectData, error) {
	var data *imap.SelectData
	err := d.conn.Do(ctx, "open "+mailbox, imapconn.Timeout, func(c *imapclient.Client) (err error) {
		data, err = c.Select(mailbox, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
		if err != nil || data.UIDNext != 0 {
			return err
		}
		// RFC 3501 section 6.3.1 lets servers leave it out, and Courier does.
		status, err := c.Status(mailbox, &imap.StatusOptions{UIDNext: true}).Wait()
		if err == nil {
			data.UIDNext = status.UIDNext
		}
		return err
	})
	d.examined = readOnly && err == nil
	if _, refused := imapconn.Refused(err); refused {
		return nil, d.missing(ctx, mailbox, err)
	}
	return data, err
}

// missing tells a mailbox that is not there from one that cannot be opened: not
// every server has a code for it (RFC 5530).
func (d *Drafts) missing(ctx context.Context, mailbox string, refusal error) error {
	boxes, err := d.conn.Mailboxes(ctx)
	if err != nil {
		return err
	}
	d.boxes = boxes
	if slices.ContainsFunc(boxes, func(m imapconn.Mailbox) bool { return m.Name == mailbox }) {
		return refusal
	}
	return fmt.Errorf("%w: %q", ErrNoMailbox, mailbox)
}

// openAt opens the mailbox of a place, and gives ErrGone when it is no longer
// the one in which UIDs mean what they meant.
func (d *Drafts) openAt(ctx context.Context, place contact.Place, readOnly bool) error {
	data, err := d.open(ctx, place.Mailbox, readOnly)
	if err == nil && (data.UIDValidity != place.UIDValidity || place.UID == 0) {
		err = fmt.Errorf("%w: %s was made anew", ErrGone, place.Mailbox)
	}
	return err
}

// leave closes the mailbox that is open: Courier lays nothing into a mailbox
// that is open read-only. CLOSE removes nothing from such a one (RFC 9051
// section 6.4.1).
func (d *Drafts) leave(ctx context.Context) error {
	if !d.examined {
		return nil
	}
	d.examined = false
	return d.conn.Do(ctx, "close the mailbox", imapconn.Timeout, func(c *imapclient.Client) error {
		if caps := d.conn.Caps(); caps.Has(imap.CapUnselect) || caps.Has(imap.CapIMAP4rev2) {
			return c.Unselect().Wait()
		}
		return c.UnselectAndExpunge().Wait()
	})
}
