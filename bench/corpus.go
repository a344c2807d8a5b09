package main

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"regards/internal/mailsim"
)

// kind is what a message is.
type kind int

const (
	personal   kind = iota
	group           // to more people than a personal message has
	list            // a post on a mailing list
	newsletter      // bulk mail
	autoReply
)

// mix is how many of a hundred messages in INBOX are of a kind; the others are
// personal.
var mix = []struct {
	kind
	percent float64
}{{list, 12}, {newsletter, 8}, {autoReply, 2}, {group, 1}}

// event is a message of the history before it is written out.
type event struct {
	n       int // place in the history
	at      time.Time
	sent    bool // by the owner
	kind    kind
	peer    int // rank of the person it is from or to
	list    int // the mailing list or newsletter
	subject string
	refs    []string // Message-IDs of the thread so far
}

// corpus is ten years of mail. Equal corpora give equal mail.
type corpus struct {
	seed           uint64
	messages, sent int
	owner          person
	people         []person
}

// The mail of a corpus ends at epoch, long before now.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const years = 10

func newCorpus(opt options, owner string) *corpus {
	return &corpus{opt.seed, opt.messages, opt.sent, person{"Ana Díaz", owner, "example.org"}, people()}
}

// mailbox gives the messages of INBOX or of Sent, oldest first.
func (c *corpus) mailbox(sent bool) iter.Seq[mailsim.Message] {
	return func(yield func(mailsim.Message) bool) {
		for e := range c.history() {
			if e.sent == sent && !yield(c.render(e)) {
				return
			}
		}
	}
}

// small gives the few messages of one of the other mailboxes.
func (c *corpus) small(number, count int) iter.Seq[mailsim.Message] {
	return func(yield func(mailsim.Message) bool) {
		for i := range count {
			n := c.messages + c.sent + 1000*number + i
			e := event{n: n, at: epoch.AddDate(0, 0, -count+i), kind: list, peer: n % correspondents, list: number, subject: "archive"}
			if !yield(c.render(e)) {
				return
			}
		}
	}
}

// thread is a conversation with one person.
type thread struct {
	subject string
	ids     []string
}

// history tells who wrote what when, oldest first.
func (c *corpus) history() iter.Seq[event] {
	return func(yield func(event) bool) {
		rng := rand.New(rand.NewPCG(c.seed, 0))
		ranks := rand.NewZipf(rng, 1.1, 4, correspondents-1)
		threads := map[int]*thread{}
		total := c.messages + c.sent
		step := years * 365 * 24 * time.Hour / time.Duration(total)
		for n, sentLeft := 0, c.sent; n < total; n++ {
			e := event{n: n, at: epoch.Add(-step * time.Duration(total-n)).Add(time.Duration(rng.Int64N(int64(step)))),
				peer: int(ranks.Uint64()), list: rng.IntN(lists)}
			if e.sent = rng.IntN(total-n) < sentLeft; e.sent {
				sentLeft--
			}
			e.kind = c.kind(rng, e.sent)
			c.continueThread(rng, &e, threads)
			if !yield(e) {
				return
			}
		}
	}
}

// kind draws what a message is. Of the owner's own, a few go to many.
func (c *corpus) kind(rng *rand.Rand, sent bool) kind {
	draw := 100 * rng.Float64()
	if sent {
		if draw < 1 {
			return group
		}
		return personal
	}
	for _, m := range mix {
		if draw -= m.percent; draw < 0 {
			return m.kind
		}
	}
	return personal
}

// continueThread gives an event its subject and its place in a thread with that
// person: two of three messages answer the one before.
func (c *corpus) continueThread(rng *rand.Rand, e *event, threads map[int]*thread) {
	t := threads[e.peer]
	switch {
	case e.kind == autoReply && t != nil:
		e.subject, e.refs = "Automatic reply: "+t.subject, t.ids[len(t.ids)-1:]
		return
	case e.kind != personal || t == nil || len(t.ids) >= 12 || rng.IntN(3) == 0:
		t = &thread{subject: newSubject(rng)}
		e.subject = t.subject
	default:
		e.subject, e.refs = "Re: "+t.subject, t.ids
	}
	if e.kind == personal {
		t.ids = append(t.ids[:len(t.ids):len(t.ids)], c.messageID(*e))
		threads[e.peer] = t
	}
}

// messageID is the Message-ID of an event, without its brackets.
func (c *corpus) messageID(e event) string {
	domain := c.people[e.peer].domain
	if e.sent {
		domain = c.owner.domain
	}
	return fmt.Sprintf("%08x.%x.%d@%s", e.n*2654435761, e.at.Unix(), e.n, domain)
}
