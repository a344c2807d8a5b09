package mailer

import (
	"context"
	"fmt"

	"github.com/emersion/go-imap/v2"

	"regards/contact"
)

// readAtOnce is how much of a message is asked for at a time: an answer to one
// command has a limit.
const readAtOnce = 2 << 20

// Read gives the bytes of a message. It gives ErrGone when the message is not
// there or marked as deleted, and another error when it is larger than limit.
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
			return nil, fmt.Errorf("read a message in %s: it is larger than %d bytes", place.Mailbox, limit)
		}
		if len(piece) < readAtOnce {
			return raw, nil
		}
	}
}

// ReadText gives the beginning of a message, at most limit bytes, by its
// Message-ID; ErrGone when there is none in that mailbox.
func (d *Drafts) ReadText(ctx context.Context, mailbox, messageID string, limit int) ([]byte, error) {
	place, found, err := d.FindIn(ctx, mailbox, messageID)
	if err == nil && !found {
		err = fmt.Errorf("%w: %s in %s", ErrGone, messageID, mailbox)
	}
	if err != nil {
		return nil, err
	}
	return d.section(ctx, place, 0, limit)
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
	options := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{
		Peek: true, Partial: &imap.SectionPartial{Offset: int64(offset), Size: int64(size)},
	}}}
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
