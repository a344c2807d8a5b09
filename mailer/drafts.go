package mailer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/contact"
	"regards/internal/imapconn"
)

// Drafts is a connection to the mailbox of drafts of one account.
type Drafts struct {
	conn     *imapconn.Conn
	boxes    []imapconn.Mailbox
	box      string
	examined bool // a mailbox is open, read-only
}

// Open connects and finds the mailbox of drafts: the one named, or, for "", the
// one with that role.
func Open(ctx context.Context, server imapconn.Server, named string) (*Drafts, error) {
	conn, err := imapconn.Dial(ctx, server)
	if err != nil {
		return nil, err
	}
	d := &Drafts{conn: conn}
	if d.boxes, err = conn.Mailboxes(ctx); err == nil {
		var box imapconn.Mailbox
		box, err = imapconn.Find(d.boxes, imapconn.Drafts, named)
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

// Look gives what Drafts is like now: what must be stored before Put.
func (d *Drafts) Look(ctx context.Context, now time.Time) (contact.Attempt, error) {
	data, err := d.open(ctx, d.box, true)
	if err != nil {
		return contact.Attempt{}, err
	}
	return contact.Attempt{At: now, Mailbox: d.box, UIDValidity: data.UIDValidity, UIDNext: uint32(data.UIDNext)}, nil
}

// Put appends a message, marked as a draft and seen, and says where it lies.
// When the server refuses, nothing lies there; after any other error nobody
// knows, and Settle has to find out.
func (d *Drafts) Put(ctx context.Context, raw []byte, messageID string, a contact.Attempt) (contact.Place, error) {
	if err := d.leave(ctx); err != nil {
		return contact.Place{}, err
	}
	var data *imap.AppendData
	err := d.conn.Do(ctx, "lay the draft into "+d.box, imapconn.Timeout, func(c *imapclient.Client) error {
		cmd := c.Append(d.box, int64(len(raw)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagDraft, imap.FlagSeen}})
		_, writeErr := cmd.Write(raw)
		closeErr := cmd.Close()
		var err error
		if data, err = cmd.Wait(); err != nil {
			return err // the server's own words tell most
		}
		if writeErr != nil {
			return writeErr
		}
		return closeErr
	})
	if err != nil {
		return contact.Place{}, err
	}
	if data.UID != 0 {
		return contact.Place{Mailbox: d.box, UIDValidity: data.UIDValidity, UID: uint32(data.UID)}, nil
	}
	// Without UIDPLUS (RFC 4315) the server does not say where.
	state, place, err := d.Settle(ctx, messageID, a, nil)
	if err == nil && state != contact.Drafted {
		err = fmt.Errorf("the draft was laid into %s, but is not found there", d.box)
	}
	return place, err
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

// Settle finds out what became of a letter whose APPEND was never answered. It
// gives Drafted with its place, Queued when it certainly did not arrive and may
// be put again, Sent or Dismissed when it was found in the mailbox of sent or of
// deleted mail, and Uncertain when it cannot be told. Known reports whether a
// Message-ID is that of another letter of ours; nil knows none.
func (d *Drafts) Settle(ctx context.Context, messageID string, a contact.Attempt, known func(string) bool) (contact.State, contact.Place, error) {
	data, err := d.open(ctx, d.box, true)
	if err != nil {
		return "", contact.Place{}, err
	}
	comparable := data.UIDValidity == a.UIDValidity && a.Mailbox == d.box && a.UIDNext != 0 && data.UIDNext != 0
	since := imap.UIDRange{Start: 1}
	if comparable {
		if uint32(data.UIDNext) == a.UIDNext {
			return contact.Queued, contact.Place{}, nil
		}
		since.Start = imap.UID(a.UIDNext)
	}
	ids, err := d.messageIDs(ctx, imap.UIDSet{since})
	if err != nil {
		return "", contact.Place{}, err
	}
	strangers := uint32(data.UIDNext) - a.UIDNext
	for uid, id := range ids {
		if id == messageID {
			return contact.Drafted, contact.Place{Mailbox: d.box, UIDValidity: data.UIDValidity, UID: uid}, nil
		}
		if uid >= a.UIDNext && id != "" && known != nil && known(id) {
			strangers--
		}
	}
	if comparable && strangers == 0 {
		return contact.Queued, contact.Place{}, nil
	}
	return d.elsewhere(ctx, messageID)
}

// Find looks for a letter in Drafts and in the mailboxes of sent and of deleted
// mail. It gives Drafted, Sent or Dismissed with its place, or Uncertain when it
// lies in none of them.
func (d *Drafts) Find(ctx context.Context, messageID string) (contact.State, contact.Place, error) {
	place, found, err := d.find(ctx, d.box, messageID)
	if err != nil || found {
		return contact.Drafted, place, err
	}
	return d.elsewhere(ctx, messageID)
}

// Addressed reports whether a message lies in Drafts that goes to whom another
// message, in its bytes, goes to, and whose Message-ID is not known.
func (d *Drafts) Addressed(ctx context.Context, raw []byte, known func(string) bool) (bool, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return false, err
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) == 0 {
		return false, fmt.Errorf("the letter goes to nobody: %w", err)
	}
	if _, err := d.open(ctx, d.box, true); err != nil {
		return false, err
	}
	hits, err := d.search(ctx, d.box, "To", to[0].Address)
	if err != nil || len(hits) == 0 {
		return false, err
	}
	ids, err := d.messageIDs(ctx, hits)
	for _, id := range ids {
		if !known(id) {
			return true, err
		}
	}
	return false, err
}

// search finds the messages of the open mailbox in whose header a field holds a
// text, anywhere (RFC 9051 section 6.4.4).
func (d *Drafts) search(ctx context.Context, mailbox, field, text string) (hits imap.UIDSet, err error) {
	err = d.conn.Do(ctx, "search "+mailbox, imapconn.Timeout, func(c *imapclient.Client) error {
		found, err := c.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: field, Value: text}}}, nil).Wait()
		if err == nil {
			hits, _ = found.All.(imap.UIDSet)
		}
		return err
	})
	return hits, err
}

// elsewhere looks for a letter in the mailboxes of sent and of deleted mail.
func (d *Drafts) elsewhere(ctx context.Context, messageID string) (contact.State, contact.Place, error) {
	for _, look := range []struct {
		role  imapconn.Role
		state contact.State
	}{{imapconn.Sent, contact.Sent}, {imapconn.Trash, contact.Dismissed}} {
		box, err := imapconn.Find(d.boxes, look.role, "")
		if err != nil {
			continue // no such mailbox: nothing lies there
		}
		place, found, err := d.find(ctx, box.Name, messageID)
		if err != nil || found {
			return look.state, place, err
		}
	}
	return contact.Uncertain, contact.Place{}, nil
}

// find looks for a message by its Message-ID. SEARCH matches parts of a header,
// so its hits are compared (RFC 9051 section 6.4.4).
func (d *Drafts) find(ctx context.Context, mailbox, messageID string) (contact.Place, bool, error) {
	data, err := d.open(ctx, mailbox, true)
	if err != nil {
		return contact.Place{}, false, err
	}
	hits, err := d.search(ctx, mailbox, "Message-ID", messageID)
	if err != nil || len(hits) == 0 {
		return contact.Place{}, false, err
	}
	ids, err := d.messageIDs(ctx, hits)
	for uid, id := range ids {
		if id == messageID {
			return contact.Place{Mailbox: mailbox, UIDValidity: data.UIDValidity, UID: uid}, true, nil
		}
	}
	return contact.Place{}, false, err
}

// open selects a mailbox, read-only or not.
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
	return data, err
}

// messageIDs reads the Message-IDs of a set of messages in the open mailbox. A
// server may send a FETCH of its own for one of them, which the library takes
// for the answer: what lacks its header is asked for once more.
func (d *Drafts) messageIDs(ctx context.Context, set imap.UIDSet) (map[uint32]string, error) {
	ids := map[uint32]string{}
	missing, err := d.fetchIDs(ctx, set, ids)
	if err == nil && len(missing) > 0 {
		missing, err = d.fetchIDs(ctx, missing, ids)
	}
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("read Message-IDs: %w: it keeps the header of %s back", imapconn.ErrGarbled, missing)
	}
	return ids, err
}

// fetchIDs enters Message-IDs into ids, and gives the messages whose header did
// not come.
func (d *Drafts) fetchIDs(ctx context.Context, set imap.UIDSet, ids map[uint32]string) (missing imap.UIDSet, err error) {
	options := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{
		Specifier: imap.PartSpecifierHeader, HeaderFields: []string{"Message-ID"}, Peek: true,
	}}}
	err = d.conn.Do(ctx, "read Message-IDs", imapconn.Timeout, func(c *imapclient.Client) error {
		cmd := c.Fetch(set, options)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			uid, id, came, err := messageID(data)
			if err != nil {
				// The connection broke off within the header; the library would read
				// on in it here and in its own goroutine at the same time.
				d.conn.Close()
				<-d.conn.Closed()
			}
			if came {
				ids[uid] = id
			} else if uid != 0 {
				missing.AddNum(imap.UID(uid))
			}
		}
		return cmd.Close()
	})
	return missing, err
}

// messageID takes one answer apart; came is false when it had no header.
func messageID(data *imapclient.FetchMessageData) (uid uint32, id string, came bool, err error) {
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			var raw []byte
			if raw, err = io.ReadAll(io.LimitReader(item.Literal, 64<<10)); err != nil {
				return uid, "", false, err
			}
			if came = true; id == "" {
				id = idOf(raw)
			}
		}
	}
	return uid, id, came, nil
}

// idOf gives the Message-ID in a header, without angle brackets.
func idOf(header []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(header))
	if err != nil {
		return ""
	}
	return strings.Trim(strings.TrimSpace(m.Header.Get("Message-ID")), "<>")
}

// TakeBack removes a draft that regards laid and that nobody has touched since,
// by moving it to the mailbox of deleted mail. It gives Superseded when it is
// gone to there, Sent when it turns out to have been sent, and Dismissed when it
// is no longer where it was put: then the owner has been at it, and it is left
// alone; Uncertain when its mailbox was made anew and it is not found. Drafted means that this server offers no way to move one message.
func (d *Drafts) TakeBack(ctx context.Context, messageID string, place contact.Place) (contact.State, error) {
	data, err := d.open(ctx, d.box, false)
	if err != nil {
		return "", err
	}
	if data.UIDValidity != place.UIDValidity || d.box != place.Mailbox || place.UID == 0 {
		// The mailbox is another one, or was made anew: its place says nothing.
		found, ok, err := d.find(ctx, d.box, messageID)
		if err != nil {
			return "", err
		}
		if !ok {
			state, _, err := d.elsewhere(ctx, messageID)
			return state, err
		}
		place = found
		if _, err := d.open(ctx, d.box, false); err != nil {
			return "", err
		}
	}
	uid := imap.UIDSetNum(imap.UID(place.UID))
	ids, err := d.messageIDs(ctx, uid)
	if err != nil {
		return "", err
	}
	if ids[place.UID] != messageID {
		return d.goneWhere(ctx, messageID)
	}
	trash, err := imapconn.Find(d.boxes, imapconn.Trash, "")
	caps := d.conn.Caps()
	movable := caps.Has(imap.CapMove) || caps.Has(imap.CapUIDPlus) || caps.Has(imap.CapIMAP4rev2)
	if err != nil || !movable {
		return contact.Drafted, nil
	}
	err = d.conn.Do(ctx, "take the draft back", imapconn.Timeout, func(c *imapclient.Client) error {
		_, err := c.Move(uid, trash.Name).Wait() // COPY and UID EXPUNGE where there is no MOVE
		return err
	})
	return contact.Superseded, err
}

// goneWhere tells what became of a draft that is not where it was put.
func (d *Drafts) goneWhere(ctx context.Context, messageID string) (contact.State, error) {
	state, _, err := d.elsewhere(ctx, messageID)
	switch state {
	case contact.Dismissed:
		return contact.Superseded, err // it lies in Trash, where it was to go
	case contact.Uncertain:
		return contact.Dismissed, err
	}
	return state, err
}
