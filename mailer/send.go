package mailer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"slices"
	"time"

	"regards/internal/imapconn"
)

// ErrNoSession means that no letter at all can be sent through a server now: it is
// not reached, or takes no login.
var ErrNoSession = errors.New("no mail can be sent")

// Envelope says between whom the server carries a message, whatever its header
// says.
type Envelope struct{ From, To string }

// Stage is how far a message got.
type Stage string

// The stages at which sending may fail.
const (
	NotSent Stage = "not sent" // nothing was sent that could be delivered
	Refused Stage = "refused"  // the server got all of it and refused it
	Unknown Stage = "unknown"  // the connection was lost after the final dot
)

// SendError is why a message was not, or perhaps not, delivered.
type SendError struct {
	Stage Stage
	Text  string // the server's words, or what happened to the connection
	// Temporary is true when nothing is wrong with this message, so that it may
	// be sent later: unless the server said 5xx to sender, recipient or message,
	// or cannot carry it. It says nothing when the stage is Unknown.
	Temporary bool

	cause  error
	broken bool // not one word more: within a message, QUIT would be part of it
}

func (e *SendError) Error() string { return fmt.Sprintf("%s: %s", e.Stage, e.Text) }

// Unwrap gives the cause, for ErrNoSession and for ErrLogin, ErrTLS and ErrAway of
// imapconn.
func (e *SendError) Unwrap() error { return e.cause }

// Send gives a message to a server, for exactly one recipient. Commit is called
// once, when sender and recipient were accepted and nothing of the message was
// sent; its error ends the conversation. Any error is a *SendError. The message
// goes out as it is, with line ends as SMTP wants them. When the context ends,
// so does the conversation; but once the final dot is out, its answer is waited
// for a little longer. The connection is closed soon after.
func Send(ctx context.Context, s SMTPServer, e Envelope, raw []byte, commit func(context.Context) error) error {
	from, utf8From, err := path(e.From)
	if err != nil {
		return unsent(err, false)
	}
	to, utf8To, err := path(e.To)
	if err != nil {
		return unsent(err, false)
	}
	c, err := s.dial(ctx)
	if err != nil {
		failed := unsent(err, true)
		failed.cause = fmt.Errorf("%w: %w", ErrNoSession, err)
		return failed
	}
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	defer stop()
	raw = toWire(raw)
	if err := c.carries(raw, utf8From || utf8To); err != nil {
		c.quit(limits.quit)
		return unsent(err, false)
	}
	failed := c.address(from, to)
	if failed == nil {
		if err := commit(ctx); err != nil {
			failed = unsent(err, true)
		}
	}
	if failed == nil {
		failed = c.transfer(ctx, raw, stop)
	}
	if (failed != nil && failed.broken) || ctx.Err() != nil {
		c.conn.Close()
	} else {
		// The message is delivered whatever comes of the goodbye. Nobody waits for
		// that: who dies before the delivery is recorded never knows of it.
		go c.quit(limits.quit)
	}
	if failed == nil {
		return nil // and not a nil *SendError
	}
	return failed
}

// unsent is an error before anything was sent.
func unsent(err error, temporary bool) *SendError {
	return &SendError{Stage: NotSent, Text: err.Error(), Temporary: temporary, cause: err}
}

// address names sender and recipient.
func (c *conversation) address(from, to string) *SendError {
	err := c.step("MAIL", limits.command, func() error { return c.Mail(from) })
	if err == nil {
		err = c.step("RCPT", limits.command, func() error { return c.Rcpt(to) })
	}
	return err
}

// step runs one command before the final dot.
func (c *conversation) step(what string, limit time.Duration, do func() error) *SendError {
	if err := errors.Join(c.UpdateDeadline(limit), do()); err != nil {
		return before(what, err)
	}
	return nil
}

// before is an error that came before the final dot: nothing can be delivered.
func before(what string, err error) *SendError {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return &SendError{Stage: NotSent, Text: fmt.Sprintf("the server refuses %s: %s", what, said(answer)),
			Temporary: answer.Code/100 != 5, cause: err}
	}
	return broken(fmt.Errorf("%w: %s: %w", imapconn.ErrAway, what, err))
}

// broken is a connection that was lost before the final dot.
func broken(err error) *SendError {
	failed := unsent(err, true)
	failed.broken = true
	return failed
}

// transfer sends the message and waits for the answer. Stop keeps the end of the
// context from closing the connection.
func (c *conversation) transfer(ctx context.Context, raw []byte, stop func() bool) *SendError {
	var message io.WriteCloser
	failed := c.step("DATA", limits.command, func() (err error) { message, err = c.Data(); return err })
	if failed != nil {
		return failed
	}
	for block := range slices.Chunk(raw, 64<<10) {
		failed := c.step("the message", limits.block, func() error {
			_, err := message.Write(block)
			return errors.Join(err, c.Text.W.Flush()) // so that nothing of it is left for the dot
		})
		if failed != nil {
			return failed
		}
	}
	if !stop() { // the connection is being closed
		return broken(ctx.Err())
	}
	return c.end(ctx, message.Close)
}

// end sends the final dot. From here on a lost connection leaves it open what
// became of the message.
func (c *conversation) end(ctx context.Context, dot func() error) *SendError {
	_ = c.UpdateDeadline(limits.dot) // if it fails, so does the dot
	answered, grace := make(chan struct{}), limits.quit
	defer close(answered)
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-answered:
		case <-time.After(grace):
			c.conn.Close()
		}
	})
	defer stop()
	err := dot()
	var answer *textproto.Error
	switch {
	case err == nil, errors.As(err, &answer) && answer.Code/100 == 2:
		return nil
	case errors.As(err, &answer) && (answer.Code/100 == 4 || answer.Code/100 == 5):
		return &SendError{Stage: Refused, Text: said(answer), Temporary: answer.Code/100 == 4, cause: err}
	}
	return &SendError{Stage: Unknown, Text: fmt.Sprintf("no answer after the message: %v", err),
		cause: fmt.Errorf("%w: %w", imapconn.ErrAway, err), broken: true}
}
