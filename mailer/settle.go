package mailer

import (
	"context"

	"github.com/emersion/go-imap/v2"

	"regards/contact"
)

// SettleAll finds out what became of letters whose APPEND was never answered,
// all tried after one Attempt. It gives each of them a state: Drafted, or
// Approved in the outbox, with its place; Queued when it certainly did not arrive
// and may be put again; Sent or Dismissed when it was found in the mailbox of
// sent or of deleted mail; and Uncertain when it cannot be told. Known reports
// whether a Message-ID is that of another letter of ours; nil knows none.
func (d *Drafts) SettleAll(ctx context.Context, messageIDs []string, a contact.Attempt, known func(string) bool) (map[string]Found, error) {
	h := home{d.box, contact.Drafted}
	if name, ok := d.Outbox(); ok && a.Mailbox == name {
		h = home{name, contact.Approved}
	}
	data, err := d.open(ctx, h.mailbox, true)
	if err != nil {
		return nil, err
	}
	comparable := data.UIDValidity == a.UIDValidity && a.Mailbox == h.mailbox && a.UIDNext != 0 && data.UIDNext != 0
	all := map[string]Found{}
	if comparable && uint32(data.UIDNext) == a.UIDNext {
		return rest(all, messageIDs, contact.Queued), nil
	}
	since := uint32(1)
	if comparable {
		since = a.UIDNext
	}
	ids, err := d.idsSince(ctx, data, since)
	if err != nil {
		return nil, err
	}
	ours := make(map[string]bool, len(messageIDs))
	for _, id := range messageIDs {
		ours[id] = true
	}
	strangers := uint32(data.UIDNext) - a.UIDNext
	for uid, id := range ids {
		if ours[id] {
			all[id] = Found{h.state, contact.Place{Mailbox: h.mailbox, UIDValidity: data.UIDValidity, UID: uid}}
		}
		if uid < uint32(data.UIDNext) && id != "" && (ours[id] || known != nil && known(id)) {
			strangers--
		}
	}
	if comparable && strangers == 0 {
		return rest(all, messageIDs, contact.Queued), nil
	}
	return d.settleElsewhere(ctx, all, messageIDs)
}

// settleElsewhere looks for what is not found where it was laid.
func (d *Drafts) settleElsewhere(ctx context.Context, all map[string]Found, messageIDs []string) (map[string]Found, error) {
	var pending []string
	for _, id := range messageIDs {
		if _, ok := all[id]; !ok {
			pending = append(pending, id)
		}
	}
	found, err := d.findIn(ctx, d.homes(), pending)
	if err != nil {
		return nil, err
	}
	for id, f := range found {
		all[id] = f
	}
	return rest(all, messageIDs, contact.Uncertain), nil
}

// rest gives a state to those that have none.
func rest(all map[string]Found, messageIDs []string, s contact.State) map[string]Found {
	for _, id := range messageIDs {
		if _, ok := all[id]; !ok {
			all[id] = Found{State: s}
		}
	}
	return all
}

// idsSince reads the Message-IDs in the open mailbox from a UID on.
func (d *Drafts) idsSince(ctx context.Context, data *imap.SelectData, since uint32) (map[uint32]string, error) {
	if data.NumMessages == 0 {
		return nil, nil
	}
	uids, err := d.search(ctx, "what came", &imap.SearchCriteria{UID: []imap.UIDSet{{{Start: imap.UID(since)}}}})
	if err != nil {
		return nil, err
	}
	for len(uids) > 0 && uids[0] < since {
		uids = uids[1:] // the last message is always within n:* (RFC 9051 section 9)
	}
	return d.messageIDs(ctx, uids)
}
