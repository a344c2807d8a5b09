package imapwatch

import (
	"context"
	"fmt"
	"math"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/internal/imapconn"
)

// search asks which UIDs of a range exist; a Stop of 0 stands for the last one.
// Where SEARCH is refused, the UIDs are fetched.
func (s *scanner) search(ctx context.Context, b *box, r imap.UIDRange) (span, error) {
	uids, err := s.searchFor(ctx, b, &imap.SearchCriteria{UID: []imap.UIDSet{{r}}})
	if _, refused := imapconn.Refused(err); refused {
		uids, err = s.enumerate(ctx, r)
	}
	if err != nil {
		return span{}, err
	}
	return b.plausible(uids, r)
}

// searchFor asks for the UIDs of some messages.
func (s *scanner) searchFor(ctx context.Context, b *box, criteria *imap.SearchCriteria) (span, error) {
	var options *imap.SearchOptions
	if caps := s.conn.Caps(); caps.Has(imap.CapESearch) || caps.Has(imap.CapIMAP4rev2) {
		options = &imap.SearchOptions{ReturnAll: true}
	}
	var data *imap.SearchData
	err := s.conn.Do(ctx, "search "+b.Name, s.w.pace.command, func(c *imapclient.Client) (err error) {
		data, err = c.UIDSearch(criteria, options).Wait()
		return err
	})
	if err != nil {
		return span{}, err
	}
	set, _ := data.All.(imap.UIDSet)
	return newSpan(set), nil
}

// enumerate fetches the UIDs of a range, and nothing else.
func (s *scanner) enumerate(ctx context.Context, r imap.UIDRange) (span, error) {
	var uids imap.UIDSet
	err := s.conn.Do(ctx, "list messages", s.w.pace.command, func(c *imapclient.Client) error {
		cmd := c.Fetch(imap.UIDSet{r}, &imap.FetchOptions{UID: true})
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			for item := data.Next(); item != nil; item = data.Next() {
				if item, ok := item.(imapclient.FetchItemDataUID); ok {
					uids.AddNum(item.UID)
				}
			}
		}
		return cmd.Close()
	})
	return newSpan(uids), err
}

// plausible gives those UIDs that were asked for. More than the mailbox has
// messages is a lie that would have us ask for ever.
func (b *box) plausible(uids span, r imap.UIDRange) (span, error) {
	stop := uint32(r.Stop)
	if stop == 0 {
		stop = math.MaxUint32
	}
	uids = uids.within(uint32(r.Start), stop)
	if uids.count > int(b.Messages)+maxRange {
		return span{}, fmt.Errorf("%w: it claims %d messages in a mailbox of %d", imapconn.ErrGarbled, uids.count, b.Messages)
	}
	return uids, nil
}
