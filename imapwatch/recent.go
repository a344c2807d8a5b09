package imapwatch

import (
	"context"
	"fmt"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/classify"
	"regards/internal/imapconn"
)

// Recent reads the headers of the newest messages of INBOX, at most n. It opens it
// read-only, over a connection of the caller's; a header that cannot be read is left
// out.
func Recent(ctx context.Context, conn *imapconn.Conn, n uint32) (headers []classify.Header, err error) {
	s := &scanner{}
	err = conn.Do(ctx, "read the newest messages", imapconn.Timeout, func(c *imapclient.Client) error {
		box, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
		if err != nil || box.NumMessages == 0 {
			return err
		}
		first := uint32(1)
		if box.NumMessages > n {
			first = box.NumMessages - n + 1
		}
		cmd := c.Fetch(imap.SeqSet{{Start: first, Stop: box.NumMessages}}, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{
			Specifier: imap.PartSpecifierHeader, HeaderFields: headerFields, Peek: true,
		}}})
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			var batch Batch
			if s.take(data, &batch); len(batch.Messages) > 0 {
				headers = append(headers, batch.Messages[0].Header)
			}
		}
		return cmd.Close()
	})
	if err != nil {
		return nil, fmt.Errorf("read the newest messages of INBOX: %w", err)
	}
	return headers, nil
}
