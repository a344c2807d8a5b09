package mailer

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/internal/imapconn"
)

// Bounds of what is read: of a header, and at a time.
const (
	maxHeader  = 64 << 10
	idsAtOnce  = 2000
	bothAtOnce = 200 // headers with all the fields of a Draft
	farAtOnce  = 500 // UIDs of which each has to be named: a line has to stay below 8,000 bytes (RFC 9051 section 4)
	inSearches = 4   // searches under way: one command's time limit has to suffice for all
)

// search gives the UIDs in the open mailbox that match any of the criteria,
// sorted.
func (d *Drafts) search(ctx context.Context, what string, criteria ...*imap.SearchCriteria) (uids []uint32, err error) {
	for some := range slices.Chunk(criteria, inSearches) {
		err := d.conn.Do(ctx, "search for "+what, imapconn.Timeout, func(c *imapclient.Client) error {
			found, err := searchAll(c, some)
			uids = append(uids, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// searchAll asks everything before it waits for an answer. All answers are
// waited for.
func searchAll(c *imapclient.Client, criteria []*imap.SearchCriteria) (uids []uint32, failed error) {
	cmds := make([]*imapclient.SearchCommand, len(criteria))
	for i := range criteria {
		cmds[i] = c.UIDSearch(criteria[i], nil)
	}
	for _, cmd := range cmds {
		found, err := cmd.Wait()
		if err != nil {
			failed = err
			continue
		}
		set, _ := found.All.(imap.UIDSet) // nil when nothing was found
		for _, uid := range nums(set) {
			uids = append(uids, uint32(uid))
		}
	}
	return uids, failed
}

// messageIDs reads the Message-IDs of some messages in the open mailbox, given
// by their UIDs in order.
func (d *Drafts) messageIDs(ctx context.Context, uids []uint32) (map[uint32]string, error) {
	ids := make(map[uint32]string, len(uids))
	for some := range slices.Chunk(uids, idsAtOnce) {
		kept, err := d.headers(ctx, some, []string{"Message-ID"}, func(uid uint32, h []byte) { ids[uid] = idOf(h) })
		if err != nil {
			return nil, err
		}
		if len(kept) > 0 {
			return nil, fmt.Errorf("read Message-IDs: %w: it keeps the header of %s back", imapconn.ErrGarbled, kept)
		}
	}
	return ids, nil
}

// headers reads fields of some messages in the open mailbox, and hands those of
// each to take. It gives the messages whose header the server keeps back. A
// server may send a FETCH of its own for one of them, which the library takes
// for the answer: what lacks its header is asked for once more.
func (d *Drafts) headers(ctx context.Context, uids []uint32, fields []string, take func(uid uint32, header []byte)) (kept imap.UIDSet, err error) {
	if len(uids) == 0 {
		return nil, nil
	}
	wanted := func(uid uint32) bool { _, ok := slices.BinarySearch(uids, uid); return ok }
	// All between the first and the last is less to say than each one's number.
	set := imap.UIDSet{{Start: imap.UID(uids[0]), Stop: imap.UID(uids[len(uids)-1])}}
	if far := int64(set[0].Stop)-int64(set[0].Start) > 4*int64(len(uids)); far && len(uids) > farAtOnce {
		kept, err := d.headers(ctx, uids[:farAtOnce], fields, take)
		if err != nil {
			return nil, err
		}
		more, err := d.headers(ctx, uids[farAtOnce:], fields, take)
		return append(kept, more...), err
	} else if far {
		set = uidSet(uids)
	}
	kept, err = d.fetchHeaders(ctx, set, fields, wanted, take)
	if err == nil && len(kept) > 0 {
		kept, err = d.fetchHeaders(ctx, kept, fields, wanted, take)
	}
	return kept, err
}

// uidSet names each of some UIDs.
func uidSet(uids []uint32) (set imap.UIDSet) {
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	return set
}

// nums counts a set out.
func nums(set imap.UIDSet) []imap.UID {
	all, _ := set.Nums()
	return all
}

func (d *Drafts) fetchHeaders(ctx context.Context, set imap.UIDSet, fields []string, wanted func(uint32) bool, take func(uint32, []byte)) (kept imap.UIDSet, err error) {
	options := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{
		Specifier: imap.PartSpecifierHeader, HeaderFields: fields, Peek: true,
	}}}
	err = d.fetch(ctx, "read headers", set, options, maxHeader, func(uid uint32, header []byte) {
		switch {
		case !wanted(uid):
		case header != nil:
			take(uid, header)
		default:
			kept.AddNum(imap.UID(uid))
		}
	})
	return kept, err
}

// fetch hands the first literal of each answer to take, at most limit bytes of
// it; nil when there was none.
func (d *Drafts) fetch(ctx context.Context, what string, set imap.UIDSet, options *imap.FetchOptions, limit int64, take func(uint32, []byte)) error {
	return d.conn.Do(ctx, what, imapconn.Timeout, func(c *imapclient.Client) error {
		cmd := c.Fetch(set, options)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			uid, content, err := literal(data, limit)
			if err != nil {
				// The connection broke off within the literal; the library would read
				// on in it here and in its own goroutine at the same time.
				d.conn.Close()
				<-d.conn.Closed()
			}
			take(uid, content)
		}
		return cmd.Close()
	})
}

// literal takes one answer apart.
func literal(data *imapclient.FetchMessageData, limit int64) (uid uint32, content []byte, err error) {
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil || content != nil {
				continue
			}
			content = make([]byte, min(item.Literal.Size(), limit))
			if _, err = io.ReadFull(item.Literal, content); err != nil {
				return uid, nil, err
			}
		}
	}
	return uid, content, nil
}
