// Package imapconn is the one way to an IMAP server. It dials, verifies, logs
// in, and runs commands of the IMAP library under conditions that keep a bad
// server from doing harm: each command has a deadline and a byte budget, each
// line a length, and what passed is counted. Of what the server says the library
// sees only what it can read and we can use: of a FETCH the UID, \Draft,
// INTERNALDATE and BODY[…], of a LIST the names and uses of mailboxes, of a
// STATUS the numbers that Mailboxes gives, of a search its hits. FETCH has to be
// by UID.
//
// It promises that no credential is sent over a connection that TLS does not
// protect, except to a server configured as plain, which the configuration
// allows on loopback only; and that every call returns: with the answer, with
// ErrLogin, ErrAway, ErrTLS or ErrGarbled, or with the server's refusal as
// *imap.Error. After any error but a refusal the connection is of no use.
//
// It stores nothing, and retries nothing but a login by a token that was refused
// (see Server.Renew). One goroutine owns a Conn.
package imapconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// ErrGarbled means that the server's answer could not be read: it broke the
// protocol so that nothing after it could be relied on, or sent too much.
var ErrGarbled = errors.New("the server's answer cannot be read")

// Timeout is how long an ordinary command may take.
const Timeout = 2 * time.Minute

// grace is how long the command under way has for its answer when the context
// ends, and goodbye how long a LOGOUT has: a service that is told to end finishes
// its step, and is gone within five seconds. They are variables for the tests.
var (
	grace   = 2 * time.Second
	goodbye = time.Second
)

// How many bytes one command may bring in. The library keeps strings, lists and
// names in memory, some at 20 bytes and more for each that came.
const (
	commandBudget = 12 << 20 // 2,000 headers of 6 KiB
	smallBudget   = 4 << 20  // 20,000 mailboxes
)

// Conn is a connection that is logged in. It is not safe for use by several
// goroutines.
type Conn struct {
	client  *imapclient.Client
	guard   *guard
	answers *answers
	useless bool // an error has ended it; see Logout
}

// Caps gives what the server says it can do.
func (c *Conn) Caps() imap.CapSet { return c.client.Caps() }

// Closed is closed when the connection has ended.
func (c *Conn) Closed() <-chan struct{} { return c.client.Closed() }

// Close ends the connection without a word. It can be called at any time.
func (c *Conn) Close() {
	// The library's Close waits until a reader of a FETCH has drained it; with
	// the network connection gone its reader ends by itself.
	c.guard.Conn.Close()
}

// Logout says goodbye and closes, also when the context has ended. After an error
// there is nobody to say it to: the library may even wait for an answer to what
// was broken off.
func (c *Conn) Logout(ctx context.Context) {
	if !c.useless {
		// Whatever the answer is, the work was done before.
		_ = c.do(context.WithoutCancel(ctx), "logout", goodbye, smallBudget, func() error { return c.client.Logout().Wait() })
		c.useless = true
	}
	c.Close()
}

// Do runs f, which issues commands on the library's client and waits for their
// answers, within the time limit. What names the errand in errors. When ctx ends
// meanwhile, f has a little longer; when it had ended before, f is not run.
func (c *Conn) Do(ctx context.Context, what string, limit time.Duration, f func(*imapclient.Client) error) error {
	return c.do(ctx, what, limit, commandBudget, func() error { return f(c.client) })
}

func (c *Conn) do(ctx context.Context, what string, limit time.Duration, budget int64, f func() error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	deadline := time.Now().Add(limit)
	err := c.guard.begin(deadline, budget)
	if err == nil {
		stop := context.AfterFunc(ctx, func() {
			if soon := time.Now().Add(grace); soon.Before(deadline) {
				_ = c.guard.Conn.SetDeadline(soon) // it fails where the connection is closed
			}
		})
		err = f()
		stop()
	}
	if err == nil {
		// Between commands, and in IDLE, nothing is owed to us.
		err = c.guard.begin(time.Time{}, smallBudget)
	}
	if err == nil {
		return nil
	}
	err = c.explain(ctx, limit, err)
	if _, refused := Refused(err); !refused {
		c.useless = true
	}
	return fmt.Errorf("%s: %w", what, err)
}

// explain finds the class of an error.
func (c *Conn) explain(ctx context.Context, limit time.Duration, err error) error {
	var refused *imap.Error
	var timeout net.Error
	cause := c.guard.cause()
	goodbye, left := c.answers.farewell()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case classified(err):
		return err
	case errors.As(err, &refused) && refused.Type != imap.StatusResponseTypeBye:
		return err
	case classified(cause):
		return cause
	case errors.Is(cause, errBudget):
		return fmt.Errorf("%w: %w", ErrGarbled, cause)
	case left:
		return fmt.Errorf("%w: the server said goodbye: %s", ErrAway, goodbye)
	case errors.As(cause, &timeout) && timeout.Timeout():
		return fmt.Errorf("%w: no whole answer within %v", ErrAway, limit)
	case cause != nil && !errors.Is(cause, net.ErrClosed):
		return fmt.Errorf("%w: it closed the connection: %w", ErrAway, cause)
	case errors.As(err, &refused), errors.Is(err, net.ErrClosed):
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	return fmt.Errorf("%w: %w", ErrGarbled, err)
}

// classified is true for an error that has found its class already.
func classified(err error) bool {
	return errors.Is(err, ErrAway) || errors.Is(err, ErrLogin) || errors.Is(err, ErrTLS) || errors.Is(err, ErrGarbled)
}

// Refused gives the server's words when err is its refusal of a command.
func Refused(err error) (text string, ok bool) {
	var refused *imap.Error
	if !errors.As(err, &refused) {
		return "", false
	}
	return refused.Error(), true
}
