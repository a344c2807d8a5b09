package mailer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"slices"

	"github.com/emersion/go-imap/v2"

	"regards/contact"
	"regards/internal/imapconn"
)

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
	hits, err := d.search(ctx, "drafts to the same person", header("To", to[0].Address))
	if err != nil {
		return false, err
	}
	ids, err := d.messageIDs(ctx, hits)
	unknown := func(id string) bool { return !known(id) }
	return slices.ContainsFunc(slices.Collect(maps.Values(ids)), unknown), err
}

// header finds the messages in whose header a field holds a text, anywhere
// (RFC 9051 section 6.4.4).
func header(field, text string) *imap.SearchCriteria {
	return &imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: field, Value: text}}}
}

// Bounds of one SEARCH for several messages: its line has to stay below 8,000
// bytes (RFC 9051 section 4).
const (
	idsInSearch = 50
	maxSearch   = 6000
)

// among looks for messages in one mailbox. Where there are few in it, all their
// Message-IDs are read; else, or if one cannot be read, the server is asked which
// may be meant. SEARCH matches parts of a header, so its hits are compared. Those
// marked as deleted are apart, but for those in the mailboxes of sent and of
// deleted mail, where they say the same as others.
func (d *Drafts) among(ctx context.Context, mailbox string, messageIDs []string) (live, deleted map[string]contact.Place, err error) {
	data, err := d.open(ctx, mailbox, true)
	if err != nil || data.NumMessages == 0 {
		return nil, nil, err
	}
	ids, err := d.idsIn(ctx, Box{Name: mailbox, UIDValidity: data.UIDValidity, UIDNext: uint32(data.UIDNext), Messages: data.NumMessages}, messageIDs)
	if err != nil {
		return nil, nil, err
	}
	wanted := make(map[string]bool, len(messageIDs))
	for _, id := range messageIDs {
		wanted[id] = true
	}
	ids = maps.Clone(ids) // what was read of a mailbox is asked for again
	maps.DeleteFunc(ids, func(_ uint32, id string) bool { return id == "" || !wanted[id] })
	marked, err := d.marked(ctx, mailbox, ids)
	live, deleted = map[string]contact.Place{}, map[string]contact.Place{}
	for _, uid := range slices.Sorted(maps.Keys(ids)) {
		places := live
		if marked[uid] {
			places = deleted
		}
		places[ids[uid]] = contact.Place{Mailbox: mailbox, UIDValidity: data.UIDValidity, UID: uid}
	}
	return live, deleted, err
}

// marked gives those messages of the open mailbox that are marked as deleted.
func (d *Drafts) marked(ctx context.Context, mailbox string, messages map[uint32]string) (map[uint32]bool, error) {
	elsewhere := slices.ContainsFunc(d.elsewhere(), func(h home) bool { return h.mailbox == mailbox })
	if elsewhere || len(messages) == 0 {
		return nil, nil
	}
	uids, err := d.search(ctx, "what is deleted in "+mailbox, &imap.SearchCriteria{
		UID: []imap.UIDSet{uidSet(slices.Sorted(maps.Keys(messages)))}, Flag: []imap.Flag{imap.FlagDeleted},
	})
	marked := make(map[uint32]bool, len(uids))
	for _, uid := range uids {
		marked[uid] = true
	}
	return marked, err
}

// idsIn reads the Message-IDs in the open mailbox: all of them, or those that may
// be meant.
func (d *Drafts) idsIn(ctx context.Context, state Box, meant []string) (map[uint32]string, error) {
	if d.read.state == state && state.UIDNext != 0 {
		return d.read.ids, nil
	}
	if int(state.Messages) <= 20*len(meant) {
		ids, err := d.hits(ctx, state.Name, &imap.SearchCriteria{})
		if err == nil {
			d.read = contents{state, ids}
		}
		if !errors.Is(err, imapconn.ErrGarbled) {
			return ids, err
		}
	}
	return d.hits(ctx, state.Name, anyOf(meant)...)
}

// hits gives the Message-IDs of what is found.
func (d *Drafts) hits(ctx context.Context, mailbox string, criteria ...*imap.SearchCriteria) (map[uint32]string, error) {
	uids, err := d.search(ctx, "letters in "+mailbox, criteria...)
	if err != nil {
		return nil, err
	}
	return d.messageIDs(ctx, uids)
}

// anyOf gives searches that together find every message with one of the
// Message-IDs.
func anyOf(messageIDs []string) (all []*imap.SearchCriteria) {
	for len(messageIDs) > 0 {
		n, size := 0, 0
		for n < min(len(messageIDs), idsInSearch) && (n == 0 || size+len(messageIDs[n]) < maxSearch) {
			size += len(messageIDs[n]) + len(` OR HEADER Message-ID ""`)
			n++
		}
		c := either(messageIDs[:n])
		all = append(all, &c)
		messageIDs = messageIDs[n:]
	}
	return all
}

// either halves and halves again, so that the search is not nested deeply.
func either(messageIDs []string) imap.SearchCriteria {
	if len(messageIDs) == 1 {
		return *header("Message-ID", messageIDs[0])
	}
	middle := len(messageIDs) / 2
	return imap.SearchCriteria{Or: [][2]imap.SearchCriteria{{either(messageIDs[:middle]), either(messageIDs[middle:])}}}
}
