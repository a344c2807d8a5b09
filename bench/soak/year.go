package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"regards/contact"
	"regards/internal/daemon"
	"regards/internal/mailsim"
	"regards/mailer"
	"regards/plan"
	"regards/store"
)

// year is a world whose days pass by a clock of its own, one after the other, each as
// soon as all is done that it brings.
type year struct {
	*world
	passed   atomic.Int64 // of time, since began
	began    time.Time
	sent     int       // messages that came by SMTP
	morning  time.Time // of the day
	readings []cost
}

// waitStep is how much time passes between two looks whether the day is done: the
// service tries again after a minute or more what has failed.
const waitStep = 20 * time.Second

// patience is how long a day may take, of true time.
const patience = 2 * time.Minute

// month is how many days lie between two readings of what the service costs.
const month = 30

// liveYear lets days pass. On each, mail comes and the connections are cut; on some,
// somebody was met and is thanked, the server is started anew, or a mailbox is made
// anew; each Monday a digest comes.
func (w *world) liveYear(ctx context.Context, days int, out io.Writer) error {
	y := &year{world: w, began: time.Now().UTC().Truncate(24 * time.Hour).Add(32*time.Hour + 30*time.Minute)} // what lies there is of before
	y.morning = y.began
	w.now, w.change = func() time.Time { return y.began.Add(time.Duration(y.passed.Load())) }, y.configure
	w.serve(ctx, w.store)
	fmt.Fprintln(out, "| day | messages | touches | letters sent | digests | connections made | heap, MiB | resident, MiB | goroutines | descriptors |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|---|---|")
	every := min(month, max(days/2, 1))
	for n := 1; n <= days; n++ {
		if err := y.live(ctx, n); err != nil {
			return fmt.Errorf("day %d: %w", n, err)
		}
		if n%every == 0 || n == days {
			if err := y.row(ctx, out, n); err != nil {
				return err
			}
		}
	}
	if err := y.grown(out); err != nil {
		return err
	}
	return w.finish(ctx, out)
}

// configure has the service send what is approved, at any time, and make a digest on
// Mondays.
func (y *year) configure(s *daemon.Settings) {
	s.Policy.Practices = map[string]plan.Practice{plan.ThankYou: {Enabled: true, Within: contact.Duration{Days: 1}}}
	s.Policy.Window = plan.Window{End: 24 * time.Hour}
	s.Policy.SendDays = []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	s.Digest, s.Pretended = daemon.DigestSettings{Next: nextMonday, To: owner}, true
	a := &s.Accounts[0]
	a.SMTP = &mailer.SMTPServer{Host: y.server.Host(), Port: y.server.SMTPPort(), TLS: "none", User: y.server.User(), Secret: a.Server.Secret}
}

// nextMonday gives the next Monday, at eight.
func nextMonday(t time.Time) time.Time {
	year, month, day := t.Date()
	at := time.Date(year, month, day+(8-int(t.Weekday()))%7, 8, 0, 0, 0, t.Location())
	if !at.After(t) {
		at = at.AddDate(0, 0, 7)
	}
	return at
}

// live lets a day pass.
func (y *year) live(ctx context.Context, n int) error {
	y.morning = y.began.AddDate(0, 0, n)
	y.passed.Store(int64(y.morning.Sub(y.began)))
	if err := y.happen(ctx, n); err != nil {
		return err
	}
	return y.untilDone(ctx)
}

// happen is what a day brings.
func (y *year) happen(ctx context.Context, n int) error {
	if err := y.deliver(5); err != nil {
		return err
	}
	y.proxy.Drop()
	if n%2 == 0 {
		if err := y.meet(ctx); err != nil {
			return err
		}
	}
	switch {
	case n%28 == 0:
		return y.renewArchive()
	case n%14 == 0:
		return y.restart(y.server.Stop)
	case n%7 == 0:
		return y.restart(y.server.Kill)
	case n%5 == 0:
		y.disturb(mailsim.Cut)
	}
	return nil
}

// meet has the owner meet somebody who is to be thanked.
func (y *year) meet(ctx context.Context) error {
	if err := y.befriend(ctx); err != nil {
		return err
	}
	o := contact.Occasion{Kind: contact.Met, At: y.now().Add(-time.Hour).Truncate(time.Second), Logged: y.now(), Participants: []contact.Participant{{
		ContactID: y.known[y.rand.IntN(len(y.known))], Useful: "the walk"}}}
	_, err := y.store.AddOccasion(ctx, o, nil, y.now())
	return err
}

// untilDone approves what was drafted and waits until all that the day brought has
// been read, laid, sent and told.
func (y *year) untilDone(ctx context.Context) error {
	waits := ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		var err error
		if waits, err = y.undone(ctx); err != nil || waits == "" {
			return err
		}
		y.passed.Add(int64(waitStep))
		if err := y.wait(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("it waits for %s", waits)
}

// undone gives what is still to be done; "" when nothing is.
func (y *year) undone(ctx context.Context) (string, error) {
	states, err := y.store.AccountStates(ctx)
	if err != nil {
		return "", err
	}
	if state := states["home"]; !state.Connected || state.LastSync.Before(y.morning) {
		return "the mail to be read", nil
	}
	boxes, err := y.store.Mailboxes(ctx)
	if err != nil {
		return "", err
	}
	for _, b := range boxes {
		if b.LastSync.Before(y.morning) {
			return b.Name + " to be read", nil
		}
	}
	if waits, err := y.lettersUndone(ctx); err != nil || waits != "" {
		return waits, err
	}
	notices, err := y.store.Notices(ctx)
	if err != nil {
		return "", err
	}
	for _, n := range notices {
		if n.State == contact.Queued {
			return n.Key, nil
		}
	}
	if monday := nextMonday(y.morning.AddDate(0, 0, -7)); monday.After(y.began) && !told(notices, monday) {
		return "the digest of " + monday.Format(time.DateOnly), nil
	}
	return "", nil
}

// told reports whether there was a digest on a day.
func told(notices []store.Notice, day time.Time) bool {
	for _, n := range notices {
		if n.Key == "digest/"+day.Format(time.DateOnly) && n.State == contact.Sent {
			return true
		}
	}
	return false
}

// lettersUndone approves each letter that lies in Drafts, and gives one that has not
// gone yet.
func (y *year) lettersUndone(ctx context.Context) (string, error) {
	letters, err := y.store.Letters(ctx)
	if err != nil {
		return "", err
	}
	occasions, err := y.store.Occasions(ctx)
	if err != nil {
		return "", err
	}
	if len(letters) < len(occasions) {
		return "a letter to be made", nil
	}
	for _, l := range letters {
		if l.State == contact.Drafted {
			_, err = y.store.UpdateLetters(ctx, []string{l.Key}, func(l contact.Letter) (contact.Letter, error) { return plan.Approve(y.now(), l) })
		}
		if err != nil || !l.State.Ended() {
			return fmt.Sprintf("%s, which is %s: %s", l.Key, l.State, l.Reason), err
		}
		if l.State != contact.Sent && l.State != contact.Superseded { // the owner had written already
			return "", fmt.Errorf("the letter %s is %s: %s", l.Key, l.State, l.Reason)
		}
	}
	return "", nil
}

// row prints what the service costs: the median of some readings, since a visit to
// the account may be under way.
func (y *year) row(ctx context.Context, out io.Writer, day int) error {
	touches, err := y.store.Touches(ctx, "")
	if err != nil {
		return err
	}
	digests, err := y.digests()
	if err != nil {
		return err
	}
	y.sent += y.server.ForgetSent()
	y.proxy.Forget()
	c, err := y.usual(ctx)
	if err != nil {
		return err
	}
	y.readings = append(y.readings, c)
	_, err = fmt.Fprintf(out, "| %d | %d | %d | %d | %d | %d | %.1f | %.1f | %d | %d |\n", day, y.number, len(touches), y.sent, digests,
		y.proxy.Counts().Connections, c.heap, c.resident, c.goroutines, c.descriptors)
	return err
}

// usual gives the medians of what the service costs for a while.
func (y *year) usual(ctx context.Context) (cost, error) {
	var all [21]cost
	for i := range all {
		var err error
		if all[i], err = costs(); err != nil {
			return cost{}, err
		}
		if err := y.wait(ctx, 50*time.Millisecond); err != nil {
			return cost{}, err
		}
	}
	return cost{median(all[:], func(c cost) float64 { return c.heap }), median(all[:], func(c cost) float64 { return c.resident }),
		median(all[:], func(c cost) int { return c.goroutines }), median(all[:], func(c cost) int { return c.descriptors })}, nil
}

func median[T cmp.Ordered](all []cost, field func(cost) T) T {
	values := make([]T, len(all))
	for i, c := range all {
		values[i] = field(c)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// underWay is how many goroutines or descriptors a visit takes while it lasts.
const underWay = 8

// digests counts those that lie in INBOX.
func (y *year) digests() (n int, err error) {
	messages, err := y.server.Messages("INBOX")
	for _, m := range messages {
		if strings.Contains(string(m.Raw), "\nX-Regards: digest\r\n") {
			n++
		}
	}
	return n, err
}

// grown prints how much more the service takes than at the first reading, and fails
// if goroutines or descriptors were left behind.
func (y *year) grown(out io.Writer) error {
	first, last := y.readings[0], y.readings[len(y.readings)-1]
	goroutines, descriptors := last.goroutines-first.goroutines, last.descriptors-first.descriptors
	fmt.Fprintf(out, "\nSince the first reading: heap %+.1f MiB, resident %+.1f MiB, goroutines %+d, descriptors %+d.\n",
		last.heap-first.heap, last.resident-first.resident, goroutines, descriptors)
	if goroutines > underWay || descriptors > underWay {
		return fmt.Errorf("%d goroutines and %d descriptors were left behind", goroutines, descriptors)
	}
	return nil
}
