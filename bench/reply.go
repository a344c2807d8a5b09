package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"regards/internal/mailsim"
)

// replyPatience is how long a reply may take to become a touch.
const replyPatience = time.Minute

// measureReplies delivers replies one by one to a running service, and takes the
// time from the wake-up of a bare IDLE connection to the commit of the touch.
func (w *world) measureReplies(ctx context.Context, p *profile, rep *report) error {
	wakeUps, err := w.idle(ctx)
	if err != nil {
		return err
	}
	commits, err := openCommits(ctx, p.database)
	if err != nil {
		return err
	}
	defer commits.close()
	rng := rand.New(rand.NewPCG(w.opt.seed, 7))
	var wake, beyond []float64 // milliseconds
	w.say("delivering %d replies …", w.opt.replies)
	for i := range w.opt.replies {
		// The pause puts each reply at another point of all that goes in turns.
		if err := w.rest(ctx, time.Duration(200+rng.IntN(600))*time.Millisecond); err != nil {
			return err
		}
		woken, committed, err := w.reply(ctx, i, wakeUps, commits)
		if err != nil {
			return err
		}
		wake = append(wake, milliseconds(woken))
		beyond = append(beyond, milliseconds(committed-woken))
	}
	w.reportReplies(rep, wake, beyond)
	return nil
}

// reply delivers one and gives how long it took until the bare connection was
// woken, and until the touch was committed.
func (w *world) reply(ctx context.Context, i int, wakeUps <-chan time.Time, c *commits) (woken, committed time.Duration, err error) {
	key, err := w.deliver(i)
	if err != nil {
		return 0, 0, err
	}
	delivered := time.Now()
	touch, err := c.await(ctx, key)
	if err != nil {
		return 0, 0, fmt.Errorf("%w; the bare connection was woken %d times for it", err, len(wakeUps))
	}
	wakeUp, err := awaitWakeUp(wakeUps)
	return wakeUp.Sub(delivered), touch.Sub(delivered), err
}

func (w *world) reportReplies(rep *report, wake, beyond []float64) {
	w.say("replies: bare wake-up %s ms; touch committed %s ms later", spread(wake, "%.0f"), spread(beyond, "%.1f"))
	rep.add(row{
		what:     fmt.Sprintf("reply delivered -> touch committed, %d replies, median and worst", len(beyond)),
		measured: fmt.Sprintf("%.0f / %.0f ms", median(sum(wake, beyond)), highest(sum(wake, beyond))),
		against:  fmt.Sprintf("bare IDLE: %.0f / %.0f ms", median(wake), highest(wake)),
		ratio:    fmt.Sprintf("%+.1f / %+.1f ms", median(beyond), highest(beyond)),
		must:     "+50 / +250 ms", aim: "+10 / +100 ms",
	})
	rep.note("reply: beyond the bare wake-up, 10 %% / 50 %% / 90 %% / 99 %%: %+.1f / %+.1f / %+.1f / %+.1f ms",
		quantile(beyond, 0.1), quantile(beyond, 0.5), quantile(beyond, 0.9), quantile(beyond, 0.99))
}

// deliver puts a contact's answer into INBOX, as the owner's mail server does,
// and gives the key that its touch will have.
func (w *world) deliver(i int) (key string, err error) {
	from := w.contacts[i%len(w.contacts)]
	key = fmt.Sprintf("reply-%d-%d@%s", w.opt.seed, i, from.domain)
	text := fmt.Sprintf("Return-Path: <%s>\nFrom: %s\nTo: %s\nSubject: Re: Hello\nDate: %s\nMessage-ID: <%s>\n"+
		"In-Reply-To: <hello-%d@example.org>\nReferences: <hello-%[6]d@example.org>\n\nGladly!\n",
		from.addr, from, w.corpus.owner, time.Now().Format(time.RFC1123Z), key, i)
	_, err = w.server.Append("INBOX", mailsim.Message{Raw: []byte(text)})
	return key, err
}

// idle opens INBOX on a bare connection, waits there by IDLE, and tells when the
// server announces a message. The channel is closed when the connection ends.
func (w *world) idle(ctx context.Context) (<-chan time.Time, error) {
	b, err := w.dialBare(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.do("EXAMINE INBOX"); err != nil {
		return nil, err
	}
	if err := b.conn.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}
	wakeUps := make(chan time.Time, 1)
	go func() {
		defer close(wakeUps)
		defer b.conn.Close()
		for lines := bufio.NewScanner(b.conn); ; {
			at, ok := wakeUp(b.conn, lines)
			if !ok {
				return
			}
			wakeUps <- at
		}
	}()
	return wakeUps, nil
}

// wakeUp waits for one announcement and ends IDLE, as regards does. In one that
// goes on for minutes, Dovecot was seen to come to look every 30 s only.
func wakeUp(conn io.Writer, lines *bufio.Scanner) (at time.Time, ok bool) {
	until := func(match func(line string) bool) bool {
		for lines.Scan() {
			if match(lines.Text()) {
				return true
			}
		}
		return false
	}
	fmt.Fprintf(conn, "%s IDLE\r\n", tag) // a dead connection shows when it is read from
	if !until(func(line string) bool { return strings.HasSuffix(line, " EXISTS") }) {
		return at, false
	}
	at = time.Now()
	fmt.Fprint(conn, "DONE\r\n")
	return at, until(func(line string) bool { return strings.HasPrefix(line, tag) })
}

func awaitWakeUp(wakeUps <-chan time.Time) (time.Time, error) {
	select {
	case at, ok := <-wakeUps:
		if !ok {
			return at, errors.New("the bare IDLE connection has ended")
		}
		return at, nil
	case <-time.After(replyPatience):
		return time.Time{}, fmt.Errorf("the bare IDLE connection heard nothing for %v", replyPatience)
	}
}
