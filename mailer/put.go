package mailer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/contact"
	"regards/internal/imapconn"
)

// Outgoing is a letter to be laid.
type Outgoing struct {
	Raw       []byte
	MessageID string // without angle brackets
}

// LookIn gives what a mailbox is like now: what must be stored before PutAll.
func (d *Drafts) LookIn(ctx context.Context, mailbox string, now time.Time) (contact.Attempt, error) {
	mailbox, _ = d.lookup(mailbox)
	data, err := d.open(ctx, mailbox, true)
	if err != nil {
		return contact.Attempt{}, err
	}
	return contact.Attempt{At: now, Mailbox: mailbox, UIDValidity: data.UIDValidity, UIDNext: uint32(data.UIDNext)}, nil
}

// PutAll lays letters into a mailbox, marked as drafts and seen, and says where
// each lies. It does not wait for one answer before it sends the next letter,
// where the server lets it. Of each letter errs says what became of it: nil, it
// lies there; imapconn.Refused, it does not, for these reasons; ErrUnknown,
// nobody knows, and SettleAll has to find out; any other error, it was not sent.
// After anything but nil the connection may be of no use.
func (d *Drafts) PutAll(ctx context.Context, mailbox string, letters []Outgoing, a contact.Attempt) (places []contact.Place, errs []error) {
	mailbox, _ = d.lookup(mailbox)
	places, errs = make([]contact.Place, len(letters)), make([]error, len(letters))
	err := d.leave(ctx)
	done := 0
	for some := range slices.Chunk(letters, putAtOnce) {
		if err != nil {
			for i := done; i < len(errs); i++ {
				errs[i] = fmt.Errorf("lay a letter into %s: not sent: %w", mailbox, notRefused(err))
			}
			break
		}
		err = d.putSome(ctx, mailbox, some, places[done:], errs[done:])
		done += len(some)
	}
	d.locate(ctx, letters, a, places, errs)
	return places, errs
}

// notRefused hides that an error is the refusal of another letter.
func notRefused(err error) error {
	if _, refused := imapconn.Refused(err); refused {
		return errors.New("the connection was lost with the letter before")
	}
	return err
}

// putAtOnce is how many letters may be under way. One command's time limit has
// to suffice for all of them.
const putAtOnce = 50

// draftFlags are those of what regards lays for the owner to send.
var draftFlags = []imap.Flag{imap.FlagDraft, imap.FlagSeen}

// putSome lays letters without waiting in between. Its error is that of the
// connection, which is of no use then.
func (d *Drafts) putSome(ctx context.Context, mailbox string, letters []Outgoing, places []contact.Place, errs []error) error {
	what := "lay a letter into " + mailbox
	sent := 0
	lost := make([]bool, len(letters))
	err := d.conn.Do(ctx, what, imapconn.Timeout, func(c *imapclient.Client) error {
		cmds := make([]*imapclient.AppendCommand, 0, len(letters))
		var failed error
		for _, l := range letters {
			cmd, err := begin(c, mailbox, l.Raw, draftFlags)
			cmds = append(cmds, cmd)
			if err != nil {
				failed = err
				break // nothing can be sent any more
			}
		}
		sent = len(cmds)
		for i, cmd := range cmds {
			data, err := cmd.Wait()
			if _, refused := imapconn.Refused(err); refused {
				errs[i] = fmt.Errorf("%s: %w", what, err)
			} else if err != nil {
				lost[i], failed = true, err
			} else {
				places[i] = contact.Place{Mailbox: mailbox, UIDValidity: data.UIDValidity, UID: uint32(data.UID)}
			}
		}
		return failed
	})
	for i := range letters {
		switch {
		case err != nil && i >= sent:
			errs[i] = fmt.Errorf("%s: not sent: %w", what, notRefused(err))
		case lost[i]:
			errs[i] = fmt.Errorf("%w: %w", ErrUnknown, err)
		}
	}
	return err
}

// begin sends an APPEND. A literal of up to 4,096 bytes goes out without waiting
// where the server has LITERAL+ or LITERAL- (RFC 7888); for a larger one the
// server is asked first, and its refusal costs the connection.
func begin(c *imapclient.Client, mailbox string, raw []byte, flags []imap.Flag) (*imapclient.AppendCommand, error) {
	cmd := c.Append(mailbox, int64(len(raw)), &imap.AppendOptions{Flags: flags})
	_, err := cmd.Write(raw)
	return cmd, errors.Join(err, cmd.Close())
}

// locate finds what was laid on a server that does not say where (without
// UIDPLUS, RFC 4315).
func (d *Drafts) locate(ctx context.Context, letters []Outgoing, a contact.Attempt, places []contact.Place, errs []error) {
	var nowhere []string
	for i, l := range letters {
		if errs[i] == nil && places[i].UID == 0 {
			nowhere = append(nowhere, l.MessageID)
		}
	}
	if len(nowhere) == 0 {
		return
	}
	found, err := d.SettleAll(ctx, nowhere, a, nil)
	for i, l := range letters {
		if errs[i] != nil || places[i].UID != 0 {
			continue
		}
		f, ok := found[l.MessageID]
		switch {
		case err != nil:
			places[i], errs[i] = contact.Place{}, fmt.Errorf("%w: it was laid into %s, but not found there yet: %w", ErrUnknown, places[i].Mailbox, err)
		case !ok || f.Place.Mailbox != places[i].Mailbox:
			places[i], errs[i] = contact.Place{}, fmt.Errorf("%w: it was laid into %s, but is not found there", ErrUnknown, places[i].Mailbox)
		default:
			places[i] = f.Place
		}
	}
}
