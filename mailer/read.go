package mailer

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/emersion/go-imap/v2"

	"regards/contact"
)

// readAtOnce is how much of a message is asked for at a time: an answer to one
// command has a limit.
const readAtOnce = 2 << 20

// Read gives the bytes of a message. It gives ErrGone when the message is not
// there or marked as deleted, and ErrTooLarge when it is larger than limit.
func (d *Drafts) Read(ctx context.Context, place contact.Place, limit int) ([]byte, error) {
	if err := d.openAt(ctx, place, true); err != nil {
		return nil, err
	}
	if err := d.checkLive(ctx, place); err != nil {
		return nil, err
	}
	var raw []byte
	for {
		piece, err := d.section(ctx, place, len(raw), readAtOnce)
		if err != nil {
			return nil, err
		}
		raw = append(raw, piece...)
		if len(raw) > limit {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
		}
		if len(piece) < readAtOnce {
			return raw, nil
		}
	}
}

// Check gives ErrGone unless a message lies at a place, not marked as deleted.
func (d *Drafts) Check(ctx context.Context, place contact.Place) error {
	if err := d.openAt(ctx, place, true); err != nil {
		return err
	}
	return d.checkLive(ctx, place)
}

// IDOf gives the Message-ID in the bytes of a message, without angle brackets; ""
// when there is none.
func IDOf(raw []byte) string { return readDraft(raw).MessageID }

// ReadTexts hands the beginnings of messages in one mailbox, at most limit bytes
// of each, to take with their Message-IDs, in no order. What is not there is
// passed by. It takes few round trips for many messages, and holds one at a time.
func (d *Drafts) ReadTexts(ctx context.Context, mailbox string, messageIDs []string, limit int, take func(messageID string, text []byte)) error {
	mailbox, _ = d.lookup(mailbox)
	places, _, err := d.among(ctx, mailbox, messageIDs)
	if err != nil {
		return err
	}
	left := make(map[uint32]string, len(places))
	for id, place := range places {
		left[place.UID] = id
	}
	for range 2 { // a server may send a FETCH of its own, which has nothing of it
		for some := range slices.Chunk(slices.Sorted(maps.Keys(left)), max(1, readAtOnce/limit)) {
			err := d.fetch(ctx, "read messages in "+mailbox, uidSet(some), partOf(0, limit), int64(limit), func(uid uint32, text []byte) {
				if id, wanted := left[uid]; wanted && text != nil {
					delete(left, uid)
					take(id, text)
				}
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// partOf asks for part of a message, without marking it as seen.
func partOf(offset, size int) *imap.FetchOptions {
	return &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{
		Peek: true, Partial: &imap.SectionPartial{Offset: int64(offset), Size: int64(size)},
	}}}
}

// checkLive gives ErrGone for a message of the open mailbox that is not there or
// is marked as deleted.
func (d *Drafts) checkLive(ctx context.Context, place contact.Place) error {
	live, err := d.search(ctx, "a message in "+place.Mailbox, &imap.SearchCriteria{
		UID: []imap.UIDSet{imap.UIDSetNum(imap.UID(place.UID))}, NotFlag: []imap.Flag{imap.FlagDeleted},
	})
	if err == nil && (len(live) != 1 || live[0] != place.UID) {
		err = fmt.Errorf("%w: UID %d in %s", ErrGone, place.UID, place.Mailbox)
	}
	return err
}

// section reads part of a message in the open mailbox. What comes is shorter
// where the message ends.
func (d *Drafts) section(ctx context.Context, place contact.Place, offset, size int) (content []byte, err error) {
	came := false
	options := partOf(offset, size)
	for range 2 { // a server may send a FETCH of its own, which has nothing of it
		err = d.fetch(ctx, "read a message in "+place.Mailbox, imap.UIDSetNum(imap.UID(place.UID)), options, int64(size), func(uid uint32, b []byte) {
			if uid == place.UID && b != nil {
				content, came = b, true
			}
		})
		if came || err != nil {
			return content, err
		}
	}
	return nil, fmt.Errorf("%w: UID %d in %s", ErrGone, place.UID, place.Mailbox)
}
