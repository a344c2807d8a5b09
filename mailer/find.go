package mailer

import (
	"context"
	"errors"
	"slices"

	"regards/contact"
	"regards/internal/imapconn"
)

// Found is where a letter lies, and what that says of it.
type Found struct {
	State contact.State // Drafted, Approved (in the outbox), Sent, Dismissed (in Trash); Queued and Uncertain by SettleAll
	Place contact.Place
}

// home is a mailbox in which letters lie, and what lying there means.
type home struct {
	mailbox string
	state   contact.State
}

// homes are the mailboxes where letters are looked for, in this order.
func (d *Drafts) homes() []home {
	all := []home{{d.box, contact.Drafted}}
	if name, ok := d.Outbox(); ok {
		all = append(all, home{name, contact.Approved})
	}
	return append(all, d.elsewhere()...)
}

// elsewhere are the mailboxes of sent and of deleted mail.
func (d *Drafts) elsewhere() (all []home) {
	if name, ok := d.Name(imapconn.Sent); ok {
		all = append(all, home{name, contact.Sent})
	}
	if name, ok := d.Name(imapconn.Trash); ok {
		all = append(all, home{name, contact.Dismissed})
	}
	return all
}

// FindAll looks for letters by their Message-IDs, in Drafts, the outbox and the
// mailboxes of sent and of deleted mail. What lies in none of them is not in the
// result; what is marked as deleted counts as deleted mail. It takes few round trips for many letters.
func (d *Drafts) FindAll(ctx context.Context, messageIDs []string) (map[string]Found, error) {
	return d.findIn(ctx, d.homes(), messageIDs)
}

func (d *Drafts) findIn(ctx context.Context, homes []home, messageIDs []string) (map[string]Found, error) {
	all := map[string]Found{}
	pending := slices.Clone(messageIDs)
	for _, h := range homes {
		if len(pending) == 0 {
			break
		}
		places, deleted, err := d.among(ctx, h.mailbox, pending)
		if errors.Is(err, ErrNoMailbox) && h.state != contact.Drafted {
			continue // nothing lies there
		}
		if err != nil {
			return nil, err
		}
		for id, place := range deleted {
			all[id] = Found{contact.Dismissed, place}
		}
		for id, place := range places {
			all[id] = Found{h.state, place}
		}
		pending = slices.DeleteFunc(pending, func(id string) bool { _, ok := places[id]; return ok })
	}
	return all, nil
}

// FindIn looks for a message in one mailbox; of several with that Message-ID it
// gives the newest. What is marked as deleted is not found, as in among.
func (d *Drafts) FindIn(ctx context.Context, mailbox, messageID string) (contact.Place, bool, error) {
	mailbox, _ = d.lookup(mailbox)
	places, _, err := d.among(ctx, mailbox, []string{messageID})
	place, ok := places[messageID]
	return place, ok, err
}

// maxSearched is in how many mailboxes FindAnywhere looks.
const maxSearched = 50

// FindAnywhere looks for a message outside of the mailboxes of FindAll: in those
// that were not empty when the connection was made, the first maxSearched of
// them, and not in views, which show what lies elsewhere.
func (d *Drafts) FindAnywhere(ctx context.Context, messageID string) (contact.Place, bool, error) {
	homes := d.homes()
	left := maxSearched
	for _, m := range d.boxes {
		home := slices.ContainsFunc(homes, func(h home) bool { return h.mailbox == m.Name })
		// Without a UIDVALIDITY nothing is known of it, not even that it is empty.
		empty := m.Messages == 0 && m.UIDValidity != 0
		if home || empty || m.Problem != "" || m.Role == imapconn.All || m.Role == imapconn.View {
			continue
		}
		if left--; left < 0 {
			break
		}
		place, found, err := d.FindIn(ctx, m.Name, messageID)
		if _, refused := imapconn.Refused(err); refused || errors.Is(err, ErrNoMailbox) {
			continue // it cannot be looked into, by nobody
		}
		if err != nil || found {
			return place, found, err
		}
	}
	return contact.Place{}, false, nil
}
