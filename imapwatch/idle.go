package imapwatch

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"regards/internal/imapconn"
)

// endIdle is how long the end of an IDLE is waited for when all is to end.
const endIdle = time.Second

// wait reads messages of an open mailbox as they arrive. It returns nil when
// the mailbox ought to be opened anew: when the server announced a message that
// was then not to be found above the cursor, and when its answer was no answer.
func (s *scanner) wait(ctx context.Context, b *box, news <-chan struct{}) error {
	for {
		idle := !s.polls && (s.conn.Caps().Has(imap.CapIdle) || s.conn.Caps().Has(imap.CapIMAP4rev2))
		announced, err := s.pause(ctx, news, idle)
		_, refused := imapconn.Refused(err)
		if refused || errors.Is(err, imapconn.ErrGarbled) {
			s.polls = true // it promised more than it keeps
		}
		if refused {
			continue
		}
		if err != nil {
			return s.mend(ctx, err)
		}
		if !announced && idle {
			// The server answered: nothing has come.
			if err := s.commit(ctx, b, Batch{}); err != nil {
				return err
			}
			continue
		}
		before := b.cursor.High
		if err := s.fresh(ctx, b); err != nil {
			return s.mend(ctx, err)
		}
		if err := s.flush(ctx); err != nil {
			return err
		}
		if announced && b.cursor.High == before {
			return nil
		}
	}
}

// mend goes on after an answer that concerns this mailbox alone, over a new
// connection where that is needed. A connection that broke tells that the others
// may have, too.
func (s *scanner) mend(ctx context.Context, err error) error {
	switch {
	case refusedOnly(err), errors.Is(err, errMailbox):
		return nil
	case errors.Is(err, imapconn.ErrGarbled):
		return s.renew(ctx)
	}
	return err
}

// pause waits for an announcement, by IDLE or for the time of a poll.
func (s *scanner) pause(ctx context.Context, news <-chan struct{}, idle bool) (announced bool, err error) {
	if !idle {
		poll := time.NewTimer(s.w.pace.poll)
		defer poll.Stop()
		select {
		case <-poll.C:
		case gone := <-s.w.aside:
			return false, s.standAside(ctx, gone)
		case <-ctx.Done():
		}
		return false, ctx.Err()
	}
	var cmd *imapclient.IdleCommand
	err = s.conn.Do(ctx, "begin to wait", s.w.pace.idleAnswer, func(c *imapclient.Client) (err error) {
		cmd, err = c.Idle()
		return err
	})
	if err != nil {
		return false, err
	}
	timer := time.NewTimer(s.w.pace.renewIdle)
	defer timer.Stop()
	var gone chan struct{}
	select {
	case <-news:
		announced = true
	case <-timer.C:
	case <-s.conn.Closed():
	case gone = <-s.w.aside:
	case <-ctx.Done():
	}
	// Also when ctx has ended: within IDLE no goodbye would be understood.
	limit := s.w.pace.idleAnswer
	if ctx.Err() != nil {
		limit = min(limit, endIdle)
	}
	err = s.conn.Do(context.WithoutCancel(ctx), "end the wait", limit, func(*imapclient.Client) error {
		return errors.Join(cmd.Close(), cmd.Wait())
	})
	if gone != nil {
		return false, s.standAside(ctx, gone)
	}
	return announced, cmp.Or(ctx.Err(), err)
}
