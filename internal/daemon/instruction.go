package daemon

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"regards/classify"
	"regards/imapwatch"
	"regards/plan"
	"regards/store"
	"regards/templates"
)

// ownLog begins the subject of a mail to oneself that logs an occasion.
const ownLog = "regards:"

// How old a mail to oneself may be that is obeyed: in a mailbox that is read for the
// first time, it may have been meant for another database.
const (
	logWithin      = 30 * 24 * time.Hour
	logWithinFirst = 24 * time.Hour
)

// instruction tells a message in which the owner may order something from all
// others. Before is how far its mailbox had been read.
func (s *sink) instruction(ctx context.Context, b imapwatch.Batch, before imapwatch.Cursor, m imapwatch.Message, msg plan.Message) (in store.Instruction, is bool, err error) {
	own := s.d.book.IsOwner(msg.From.Addr)
	now := s.d.now()
	in = store.Instruction{Key: msg.Key, MessageID: msg.MessageID, Account: s.account.Name, Mailbox: b.Mailbox, Sent: msg.At, Seen: now}
	var made time.Time
	subject := strings.TrimSpace(msg.Subject)
	if answered, direct, ok := s.d.answered(m.Header); ok {
		if own && !direct && msg.Machine != "" {
			return in, false, nil // a notice itself, or what answered an order
		}
		in.Notice, made = answered.Key, answered.Made
	} else if n, line, ok, err := s.d.tapped(ctx, subject); ok || err != nil {
		if err != nil {
			return in, false, err
		}
		in.Notice, in.Line, made = n.Key, line, n.Made
	} else if !own || !isLog(subject) || msg.Answer {
		return in, false, nil
	} else {
		within := logWithin
		if before.High == 0 || m.UID <= before.High || b.Reset {
			within = logWithinFirst
		}
		if now.Sub(msg.At) > within {
			return in, false, nil
		}
		made = now
	}
	switch {
	case msg.Draft:
		return in, false, nil
	case msg.Machine != "":
		in.Refused = store.RefusedMachine
	case !own:
		in.Refused = store.RefusedSender
	case !b.Sent:
		in.Refused = store.RefusedPlace
	case !s.d.toOwnerAlone(msg):
		in.Refused = store.RefusedOthers
	case plan.Expired(now, made):
		in.Refused = store.RefusedExpired
	}
	return in, true, nil
}

// anchor gives an id that a notice refers to, and so does what answers it. A server
// may give the notice itself another Message-ID, as Outlook.com does.
func (d *Daemon) anchor(messageID string) string {
	_, domain, _ := strings.Cut(messageID, "@")
	return hex.EncodeToString(d.keyed("anchor\n", messageID)) + "@" + domain
}

// answers takes note of a notice that may be answered.
func (d *Daemon) answers(messageID string, n store.Sent) {
	d.answerable[messageID], d.answerable[d.anchor(messageID)] = n, n
}

// answered gives the notice that a message answers: directly or, of those to which it
// refers, the last.
func (d *Daemon) answered(h classify.Header) (n store.Sent, direct, ok bool) {
	for i, ids := range [][]string{h.InReplyTo, h.References} {
		for _, id := range slices.Backward(ids) {
			if n, ok = d.answerable[id]; ok {
				return n, i == 0, true
			}
		}
	}
	return n, false, false
}

// tapped gives the notice and the line whose token is in a subject.
func (d *Daemon) tapped(ctx context.Context, subject string) (n store.Notice, line int, ok bool, err error) {
	_, token, found := strings.Cut(subject, templates.TokenSubject)
	if !found || len(token) < tokenLength {
		return n, 0, false, nil
	}
	notices, err := d.store.Notices(ctx)
	for _, n := range notices {
		for _, h := range n.Lines {
			if hmac.Equal([]byte(d.token(n.Key, h.Number)), []byte(token[:tokenLength])) {
				return n, h.Number, true, nil
			}
		}
	}
	return n, 0, false, err
}

// isLog reports whether a subject logs something: "regards: met Maria Lopez".
func isLog(subject string) bool {
	_, ok := logWords(subject)
	return ok
}

// logWords gives what such a subject logs, as "regards log" takes it.
func logWords(subject string) (words string, ok bool) {
	if len(subject) < len(ownLog) || !strings.EqualFold(subject[:len(ownLog)], ownLog) {
		return "", false
	}
	words = strings.TrimSpace(subject[len(ownLog):])
	return words, plan.IsLog(words)
}

// toOwnerAlone reports whether a message goes to nobody but the owner.
func (d *Daemon) toOwnerAlone(msg plan.Message) bool {
	for _, to := range msg.To {
		if !d.book.IsOwner(to.Addr) && plan.AddressKey(to.Addr) != plan.AddressKey(d.settings.Digest.To) {
			return false
		}
	}
	return len(msg.To) > 0
}
