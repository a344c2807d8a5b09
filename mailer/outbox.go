package mailer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/internal/imapconn"
)

// EnsureOutbox makes the outbox, and subscribes to it so that mail programs show
// it, unless it is there. From then on Outbox tells its name on the server,
// which may have a prefix. ErrOutbox means that the owner has to name another one.
func (d *Drafts) EnsureOutbox(ctx context.Context, name string) error {
	d.names.Outbox = name
	if _, ok := d.Outbox(); ok {
		return nil
	}
	if there, ok := d.lookup(name); ok {
		return fmt.Errorf("%w: %s holds other mail, and all of it would be sent; name another one in the account's outbox", ErrOutbox, there)
	}
	if err := d.leave(ctx); err != nil {
		return err
	}
	wire := d.prefix() + name
	err := d.conn.Do(ctx, "create "+wire, imapconn.Timeout, func(c *imapclient.Client) error {
		created := c.Create(wire, nil).Wait()
		if _, refused := imapconn.Refused(c.Subscribe(wire).Wait()); created == nil && refused {
			return nil // it is there; a mail program may hide it
		}
		return created
	})
	if _, refused := imapconn.Refused(err); err != nil && !refused {
		return err
	}
	boxes, listErr := d.conn.Mailboxes(ctx)
	if listErr != nil {
		return listErr
	}
	d.boxes = boxes
	if _, ok := d.Outbox(); ok {
		return nil // also when somebody else made it meanwhile
	}
	if err == nil {
		err = errors.New("it was created, but the server does not list it")
	}
	return fmt.Errorf("%w: %s cannot be made: %w; name another one in the account's outbox", ErrOutbox, wire, err)
}

// RemoveOutbox deletes the outbox if no message lies there, and reports whether it
// is gone. A server that refuses keeps it. No mailbox may have been opened before:
// of that one, servers need not tell the truth.
func (d *Drafts) RemoveOutbox(ctx context.Context) (gone bool, err error) {
	if d.boxes, err = d.conn.Mailboxes(ctx); err != nil {
		return false, err
	}
	name, there := d.Outbox()
	if !there {
		return name == "", nil
	}
	i := slices.IndexFunc(d.boxes, func(b imapconn.Mailbox) bool { return b.Name == name })
	if d.boxes[i].Messages > 0 || d.boxes[i].Problem != "" {
		return false, nil
	}
	err = d.conn.Do(ctx, "delete "+name, imapconn.Timeout, func(c *imapclient.Client) error {
		err := c.Delete(name).Wait()
		if err == nil {
			_ = c.Unsubscribe(name).Wait() // so that mail programs do not miss it
		}
		return err
	})
	if _, refused := imapconn.Refused(err); refused {
		return false, nil
	}
	return err == nil, err
}

// CanMove reports whether a draft can be moved into the outbox: not on Gmail,
// which lets no draft have a label.
func (d *Drafts) CanMove() bool {
	return d.movable() && !d.conn.Caps().Has("X-GM-EXT-1")
}

// movable is true where one message can be moved without touching any other.
func (d *Drafts) movable() bool {
	caps := d.conn.Caps()
	return caps.Has(imap.CapMove) || caps.Has(imap.CapUIDPlus)
}
