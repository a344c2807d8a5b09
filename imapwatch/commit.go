package imapwatch

import (
	"context"
	"errors"
	"fmt"
)

// commit hands over what was read of a mailbox, with its cursor.
func (s *scanner) commit(ctx context.Context, b *box, batch Batch) error {
	batch.Cursor, batch.Reset, batch.Exists = b.cursor, b.reset, b.Messages
	batch.Synced = b.cursor.Done() && batch.Left == 0
	err := s.hand(ctx, b, batch)
	b.reset = false
	return err
}

// hand gives a batch to the sink while the next one is read. The result of the
// one before is awaited first: cursors are stored in order.
func (s *scanner) hand(ctx context.Context, b *box, batch Batch) error {
	if err := s.flush(ctx); err != nil {
		return err
	}
	batch.Mailbox, batch.Sent, batch.InOnly = b.Name, b.sent, b.inOnly
	done := make(chan error, 1)
	s.committed = done
	go func() {
		err := s.w.sink.Commit(ctx, []Batch{batch})
		if err == nil && batch.Lookup == nil {
			s.w.advance(batch.Mailbox, batch.Cursor)
		}
		done <- err
	}()
	return nil
}

// flush waits until all that was read has been committed.
func (s *scanner) flush(ctx context.Context) error {
	if s.committed == nil {
		return nil
	}
	err := <-s.committed
	s.committed = nil
	if err != nil {
		return fmt.Errorf("%w: %w", errSink, err)
	}
	return ctx.Err()
}

// note commits what there is to say of mailboxes that are not being read.
func (s *scanner) note(ctx context.Context, notes ...Batch) error {
	if len(notes) == 0 {
		return nil
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	if err := s.w.sink.Commit(ctx, notes); err != nil {
		return fmt.Errorf("%w: %w", errSink, err)
	}
	return nil
}

// errSink means that the consumer cannot take any more: not the server's fault.
var errSink = errors.New("store what was read")
