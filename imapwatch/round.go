package imapwatch

import (
	"context"
	"errors"
	"fmt"

	"regards/internal/imapconn"
)

// How far it is tried to get on where mailboxes cost the connection.
const (
	maxLost    = 2  // times in a row in one mailbox, without getting on there
	maxFaults  = 3  // mailboxes in a row; then it is the server
	maxGarbled = 50 // tries in one visit to single out messages; the next goes on from there
)

// errMailbox means that one mailbox cannot be read now, while the connection
// is good for others.
var errMailbox = errors.New("the mailbox cannot be read now")

// errClosed is an errMailbox: the server refuses to open it.
var errClosed = fmt.Errorf("%w: the server does not open it", errMailbox)

// open dials for a scanner.
func (w *Watcher) open(ctx context.Context, server imapconn.Server) (*scanner, error) {
	conn, err := imapconn.Dial(ctx, server)
	if err != nil {
		return nil, err
	}
	return &scanner{w: w, server: server, conn: conn, delay: w.pace.firstDelay}, nil
}

// close ends the connection with a goodbye, where that is possible. What is being
// committed counts, and who comes next must know.
func (s *scanner) close(ctx context.Context) {
	s.conn.Logout(ctx)
	if s.committed != nil {
		<-s.committed
		s.committed = nil
	}
}

// renew goes on over a new connection, after a pause: longer and longer, until a
// few ranges have been read over one.
func (s *scanner) renew(ctx context.Context) error {
	s.conn.Close()
	if err := s.flush(ctx); err != nil {
		return err
	}
	if err := sleep(ctx, s.delay); err != nil {
		return err
	}
	s.delay, s.good = min(2*s.delay, s.w.pace.maxRenew), 0
	conn, err := imapconn.Dial(ctx, s.server)
	if err != nil {
		return err
	}
	s.conn, s.open = conn, false
	return nil
}

// round reads what is new in the given mailboxes, one after the other. Those
// without news are committed together, and first: of them it is true now.
func (s *scanner) round(ctx context.Context, targets []target) error {
	targets, err := s.skim(ctx, targets)
	if err != nil {
		return err
	}
	faults := 0
	for _, t := range targets {
		s.doubt = doubt{}
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
			if err := s.note(ctx, t.unread(err)); err != nil {
				return err
			}
		}
		s.w.settle(t.Name, err)
	}
	return nil
}

// skim commits that there is no news in some mailboxes, and gives the others.
func (s *scanner) skim(ctx context.Context, targets []target) (others []target, err error) {
	var notes []Batch
	for _, t := range targets {
		if b, quiet := s.w.quiet(t); quiet {
			notes = append(notes, b)
		} else {
			others = append(others, t)
		}
	}
	if err := s.note(ctx, notes...); err != nil {
		return nil, err
	}
	for _, b := range notes {
		s.w.advance(b.Mailbox, b.Cursor)
		s.w.settle(b.Mailbox, nil)
	}
	return others, nil
}

// unread says why a mailbox cannot be read now. Only where the server refuses to
// open it, or nobody could name it, there is nothing to wait for.
func (t target) unread(err error) Batch {
	broken := t.Problem == "" && !errors.Is(err, errClosed)
	return Batch{Mailbox: t.Name, Sent: t.sent, InOnly: t.inOnly, Refused: err.Error(), Broken: broken}
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
	s.doubt.spoiled = 0
	err = s.insist(ctx, func() Cursor { return s.w.cursor(t.Name) }, func() error {
		if b, err = s.examine(ctx, t); err != nil {
			return err
		}
		return s.catchUp(ctx, b)
	})
	return b, err
}

// insist works in a mailbox, over new connections when one is lost, as long as
// that gets it on, which where tells; to ask for less is to get on, too. Once it
// does not, the error is an errMailbox, and there is a connection for other
// mailboxes.
func (s *scanner) insist(ctx context.Context, where func() Cursor, work func() error) error {
	failed, garbled := 0, 0
	for {
		before := where()
		err := work()
		if err == nil || errors.Is(err, errMailbox) || errors.Is(err, errSink) || ctx.Err() != nil {
			return err
		}
		if err := s.again(ctx, err); err != nil {
			return err
		}
		switch after := where(); {
		case after.UIDValidity != before.UIDValidity && before.UIDValidity != 0:
			failed++
		case errors.Is(err, errSuspect):
			garbled++
		case after == before:
			failed++
		default:
			failed = 0
		}
		if failed == maxLost || garbled == maxGarbled || s.doubt.spoiled == maxSpoiled {
			return fmt.Errorf("%w: %w", errMailbox, err)
		}
	}
}

// again makes ready for another try after an error: over a new connection, if
// the old one was lost.
func (s *scanner) again(ctx context.Context, err error) error {
	if errors.Is(err, imapconn.ErrAway) {
		s.cut = err
	}
	if refusedOnly(err) {
		return s.flush(ctx)
	}
	return s.renew(ctx)
}

// lost reports whether an error has cost the connection.
func lost(err error) bool {
	return errors.Is(err, imapconn.ErrAway) || errors.Is(err, imapconn.ErrGarbled)
}
