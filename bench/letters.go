package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"strings"
	"time"

	"regards/internal/mailsim"
)

// toldOf is how many contacts hear of the milestone.
const toldOf = 1000

// lettersRounds holds what the rounds of milestones gave, one entry each.
type lettersRounds struct {
	whole, bare, ratio []float64 // seconds; of bare APPENDs; one over the other
	cpu, peak          []float64 // seconds, MiB
	size               int       // bytes of all letters
}

// measureLetters tells a milestone to a thousand contacts, each time from a new
// database and in turn with bare APPENDs of the same bytes.
func (w *world) measureLetters(ctx context.Context, rep *report) error {
	l, err := w.village(ctx)
	if err != nil {
		return err
	}
	defer l.server.Close()
	var r lettersRounds
	for n := range w.opt.rounds {
		if err := l.tell(ctx, n, &r); err != nil {
			return err
		}
	}
	rep.add(row{
		what:     fmt.Sprintf("milestone to %d contacts, from the command to the last draft", toldOf),
		measured: spread(r.whole, "%.2f") + " s",
		against:  fmt.Sprintf("the same %.1f MB as bare pipelined APPENDs: %s s", float64(r.size)/1e6, spread(r.bare, "%.2f")),
		ratio:    spread(r.ratio, "%.2f") + "x", must: "4x", aim: "2x",
	})
	rep.add(row{
		what: "peak memory while doing so", measured: spread(r.peak, "%.1f") + " MiB",
		against: "–", ratio: "–", must: "64 MiB", aim: "40 MiB",
	})
	rep.note("letters: %s s of CPU time in regards alone", spread(r.cpu, "%.2f"))
	return nil
}

// village is a Dovecot of its own, with some mail both ways for each contact.
func (w *world) village(ctx context.Context) (*world, error) {
	server, err := mailsim.Dovecot()
	if err != nil {
		return nil, err
	}
	v := &world{opt: w.opt, log: w.log, dir: w.path("letters"), server: server, corpus: w.corpus, binary: w.binary}
	peers := v.corpus.greetable(toldOf)
	for _, rank := range peers {
		v.contacts = append(v.contacts, v.corpus.people[rank])
	}
	err = errors.Join(os.Mkdir(v.dir, 0o700), os.WriteFile(v.path("contacts.csv"), []byte(v.contactsCSV()), 0o600))
	for mailbox, sent := range map[string]bool{"INBOX": false, "Sent": true} {
		err = errors.Join(err, v.append(ctx, mailbox, v.corpus.exchanges(peers, sent)))
	}
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return v, nil
}

// greetable gives the ranks of the first n correspondents whose names are in
// Latin letters: regards asks how to greet the others.
func (c *corpus) greetable(n int) (ranks []int) {
	for rank, p := range c.people {
		if !strings.ContainsFunc(p.name, func(r rune) bool { return r > 0x2ff }) && len(ranks) < n {
			ranks = append(ranks, rank)
		}
	}
	return ranks
}

// exchanges gives two messages from and three to each of some correspondents.
func (c *corpus) exchanges(peers []int, sent bool) iter.Seq[mailsim.Message] {
	return func(yield func(mailsim.Message) bool) {
		total := 5 * len(peers)
		for n := range total {
			e := event{n: n, at: epoch.Add(time.Duration(n-total) * time.Hour), sent: n/len(peers)%2 == 0,
				peer: peers[n%len(peers)], subject: fmt.Sprintf("the matter of %d", n)}
			if e.sent == sent && !yield(c.render(e)) {
				return
			}
		}
	}
}

// tell makes one round.
func (w *world) tell(ctx context.Context, n int, r *lettersRounds) error {
	p, err := w.newProfile(ctx, fmt.Sprintf("letters%d", n), w.server.IMAPPort())
	if err == nil {
		_, err = p.regards(ctx, "sync")
	}
	if err != nil {
		return err
	}
	news := "I am starting as a marine biologist at Reef Lab in March, and much of it I owe to what I learned from you."
	var whole, cpu time.Duration
	var peak int64
	for _, words := range [][]string{{"milestone", news, "--to", "mentor", "--to", "colleague", "--to", "alumni", "--yes"}, {"run", "--once"}} {
		use, err := p.regards(ctx, words...)
		if err != nil {
			return err
		}
		whole, cpu, peak = whole+use.wall, cpu+use.cpu, max(peak, use.peak)
		w.say("  regards %s: %.2f s (%.2f s of CPU, %.1f MiB)", words[0], use.wall.Seconds(), use.cpu.Seconds(), float64(use.peak)/1024)
	}
	drafts, err := w.server.Messages("Drafts")
	if err == nil && len(drafts) != toldOf {
		err = fmt.Errorf("%d drafts lie there, not %d", len(drafts), toldOf)
	}
	if err == nil {
		err = w.empty(ctx, "Drafts")
	}
	if err != nil {
		return err
	}
	bare, err := w.appendBare(drafts)
	if err != nil {
		return err
	}
	r.size = 0
	for _, d := range drafts {
		r.size += len(d.Raw)
	}
	r.whole, r.bare = append(r.whole, whole.Seconds()), append(r.bare, bare.Seconds())
	r.ratio = append(r.ratio, whole.Seconds()/bare.Seconds())
	r.cpu, r.peak = append(r.cpu, cpu.Seconds()), append(r.peak, float64(peak)/1024)
	w.say("letters, round %d: bare %.2f s, regards %.2f s", n+1, bare.Seconds(), whole.Seconds())
	return w.empty(ctx, "Drafts")
}

// empty removes all mail of a mailbox.
func (w *world) empty(ctx context.Context, mailbox string) error {
	b, err := w.dialBare(ctx)
	if err != nil {
		return err
	}
	defer b.conn.Close()
	return errors.Join(b.do("SELECT %s", mailbox), b.do(`STORE 1:* +FLAGS.SILENT (\Deleted)`), b.do("EXPUNGE"), b.do("LOGOUT"))
}

// appendBare lays messages into Drafts by writing all APPENDs at once and then
// reading all answers, from the connection to the logout.
func (w *world) appendBare(messages []mailsim.Message) (time.Duration, error) {
	started := time.Now()
	conn, err := net.Dial("tcp", w.server.IMAPAddr())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	in := bufio.NewScanner(conn)
	fmt.Fprintf(conn, "in LOGIN %s %s\r\n", w.server.User(), w.server.Password())
	for in.Scan() && !strings.HasPrefix(in.Text(), "in ") {
	}
	var b bytes.Buffer
	for _, m := range messages {
		fmt.Fprintf(&b, "a APPEND Drafts (\\Draft \\Seen) {%d+}\r\n%s\r\n", len(m.Raw), m.Raw)
	}
	b.WriteString("out LOGOUT\r\n")
	go io.Copy(conn, &b) // an error shows in the answers
	taken := 0
	for in.Scan() {
		if strings.HasPrefix(in.Text(), "a OK") {
			taken++
		}
	}
	if taken != len(messages) {
		return 0, fmt.Errorf("of %d messages %d were taken", len(messages), taken)
	}
	return time.Since(started), nil
}
