package imapwatch

import (
	"context"
	"errors"
	"fmt"

	"regards/internal/imapconn"
)

// How far it is tried to get on where mailboxes cost the connection.
const (
	maxLost    = 2   // times in a row in one mailbox, without getting on there
	maxFaults  = 3   // mailboxes in a row; then it is the server
	maxGarbled = 500 // connections to single out messages of one mailbox
)

// errMailbox means that one mailbox cannot be read now, while the connection
// is good for others.
var errMailbox = errors.New("the mailbox cannot be read now")

// open dials for a scanner.
func (w *Watcher) open(ctx context.Context, server imapconn.Server) (*scanner, error) {
	conn, err := imapconn.Dial(ctx, server)
	if err != nil {
		return nil, err
	}
	return &scanner{w: w, server: server, conn: conn}, nil
}

// close ends the connection. What is being committed counts, and who comes next
// must know.
func (s *scanner) close() {
	s.conn.Close()
	if s.committed != nil {
		<-s.committed
	}
}

// renew goes on over a new connection, after a pause.
func (s *scanner) renew(ctx context.Context) error {
	s.conn.Close()
	if err := s.flush(ctx); err != nil {
		return err
	}
	if err := sleep(ctx, s.w.pace.firstDelay); err != nil {
		return err
	}
	conn, err := imapconn.Dial(ctx, s.server)
	if err != nil {
		return err
	}
	s.conn, s.open = conn, false
	return nil
}

// round reads what is new in the given mailboxes, one after the other. Those
// without news and those that cannot be read are committed together.
func (s *scanner) round(ctx context.Context, targets []target) error {
	var notes []Batch
	faults := 0
	for _, t := range targets {
		if b, quiet := s.w.quiet(t); quiet {
			notes = append(notes, b)
			continue
		}
		s.doubt = 0
		_, err := s.visit(ctx, t)
		switch {
		case err == nil:
			faults = 0
		case !errors.Is(err, errMailbox):
			return err
		case lost(err):
			if faults++; faults == maxFaults {
				return fmt.Errorf("%d mailboxes in a row: %w", faults, err)
			}
			fallthrough
		default:
			notes = append(notes, t.unread(err))
		}
		s.w.settle(t.Name, err)
	}
	if err := s.note(ctx, notes...); err != nil {
		return err
	}
	for _, b := range notes {
		if b.Refused == "" {
			s.w.advance(b.Mailbox, b.Cursor)
			s.w.settle(b.Mailbox, nil)
		}
	}
	return nil
}

// unread says why a mailbox cannot be read now.
func (t target) unread(err error) Batch {
	return Batch{Mailbox: t.Name, Sent: t.sent, InOnly: t.inOnly, Refused: err.Error(), Broken: lost(err)}
}

// quiet gives the batch of a mailbox that has no news, as the list tells.
func (w *Watcher) quiet(t target) (b Batch, quiet bool) {
	cursor := w.cursor(t.Name)
	if t.UIDValidity != 0 && t.UIDNext == 1 && cursor.High == 0 {
		cursor = Cursor{UIDValidity: t.UIDValidity, Low: 1} // empty from the start
	}
	b = Batch{Mailbox: t.Name, Sent: t.sent, InOnly: t.inOnly, Cursor: cursor, Exists: t.Messages, Synced: true}
	return b, cursor.UIDValidity == t.UIDValidity && cursor.High+1 == t.UIDNext && cursor.Done()
}

// visit opens a mailbox and reads all that has not been read.
func (s *scanner) visit(ctx context.Context, t target) (b *box, err error) {
	if t.Problem != "" {
		return nil, fmt.Errorf("%w: %s", errMailbox, t.Problem)
	}
	err = s.insist(ctx, func() Cursor { return s.w.cursor(t.Name) }, func() error {
		if b, err = s.examine(ctx, t); err != nil {
			return err
		}
		return s.catchUp(ctx, b)
	})
	return b, err
}

// insist works in a mailbox, over new connections when one is lost, as long as
// that gets it on, which where tells. Once it does not, the error is an
// errMailbox, and there is a connection for other mailboxes.
func (s *scanner) insist(ctx context.Context, where func() Cursor, work func() error) error {
	failed, garbled := 0, 0
	for {
		before := where()
		err := work()
		if err == nil || errors.Is(err, errMailbox) || errors.Is(err, errSink) || ctx.Err() != nil {
			return err
		}
		if err := s.renew(ctx); err != nil {
			return err
		}
		if errors.Is(err, imapconn.ErrAway) {
			s.cut = err
		}
		switch after := where(); {
		case errors.Is(err, errSuspect): // the next connection asks for less
			garbled++
		case after == before, after.UIDValidity != before.UIDValidity && before.UIDValidity != 0:
			failed++
		default:
			failed = 0
		}
		if failed == maxLost || garbled == maxGarbled {
			return fmt.Errorf("%w: %w", errMailbox, err)
		}
	}
}

// lost reports whether an error has cost the connection.
func lost(err error) bool {
	return errors.Is(err, imapconn.ErrAway) || errors.Is(err, imapconn.ErrGarbled)
}
