package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/plan"
)

// Overruled is what the owner said of the mail of a sender that was taken for one
// class: whether a person writes it.
type Overruled struct {
	Sender string // the key of the address; or that of a single message
	Class  string // what it was taken for, such as "human" or "bulk"; "" for a single message
}

// Overruled gives all that the owner said so, and whether it is a person's mail.
func (s *Store) Overruled(ctx context.Context) (map[Overruled]bool, error) {
	all := map[Overruled]bool{}
	rows, err := s.db.QueryContext(ctx, "SELECT sender, class, human FROM overruled WHERE class <> ?", neverProposed)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var o Overruled
		var human bool
		err := rows.Scan(&o.Sender, &o.Class, &human)
		all[o] = human
		return struct{}{}, err
	})
	return all, s.explain(err)
}

// ByOwner is why a message is left out that the owner said no person wrote.
const ByOwner = "machine"

// Reclassified is what came of overruling a verdict.
type Reclassified struct {
	ContactID string
	Sender    string // the address whose mail is judged so from now on; "": this message alone
	Was       string // what it was taken for
}

// ErrJudged means that a message counts already as the owner says.
var ErrJudged = errors.New("it counts like that already")

// Reclassify overrules the verdict on the message with a Message-ID: a person wrote it,
// or none did. It becomes a touch, or is one no longer, and mail of the same sender
// that is taken for the same from now on is judged like it; but for forged mail, whose
// sender is not who it says. It is ErrNotFound when no contact's message has that id.
func (s *Store) Reclassify(ctx context.Context, messageID string, human bool, now time.Time) (all []Reclassified, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if all, err = reclassify(ctx, tx, messageID, human); err != nil {
			return err
		}
		for _, r := range all {
			o := Overruled{Sender: plan.AddressKey(r.Sender), Class: r.Was}
			for _, o := range []Overruled{o, {Sender: messageID}} {
				if o.Sender == "" {
					continue
				}
				if _, err := tx.ExecContext(ctx, `INSERT INTO overruled (sender, class, human, at) VALUES (?, ?, ?, ?)
					ON CONFLICT DO UPDATE SET human = excluded.human, at = excluded.at`, o.Sender, o.Class, human, seconds(now)); err != nil {
					return err
				}
			}
		}
		return changeBook(ctx, tx)
	})
	return all, err
}

func reclassify(ctx context.Context, tx *sql.Tx, messageID string, human bool) ([]Reclassified, error) {
	rows, err := tx.QueryContext(ctx, "SELECT "+touchColumns+" FROM touch WHERE (message_id = ?1 OR key = ?1) AND direction = 'in' AND medium = 'email'", messageID)
	touches, err := collect(rows, err, scanTouch)
	if err != nil {
		return nil, err
	}
	rows, err = tx.QueryContext(ctx, selectPassedOver+"(message_id = ?1 OR key = ?1) AND direction = 'in'", messageID)
	passed, err := collect(rows, err, scanPassedOver)
	passed = slices.DeleteFunc(passed, func(p PassedOver) bool {
		counts := slices.ContainsFunc(touches, func(t contact.Touch) bool { return t.ContactID == p.ContactID }) // the direct copy does
		return counts && human || slices.Contains(notJudged, p.Reason)
	})
	switch {
	case err != nil:
		return nil, err
	case len(touches)+len(passed) == 0:
		return nil, fmt.Errorf("message <%s>: %w", messageID, ErrNotFound)
	case human && len(passed) == 0, !human && len(touches) == 0:
		return nil, fmt.Errorf("message <%s>: %w", messageID, ErrJudged)
	case human:
		return countAfterAll(ctx, tx, passed)
	}
	return countNoMore(ctx, tx, touches)
}

// notJudged are reasons why messages are left out that say nothing of who wrote them.
var notJudged = []string{plan.LeftDraft, plan.LeftGroup, plan.LeftOwn, plan.LeftStranger, plan.LeftNobody, plan.LeftShown}

// countAfterAll makes touches of messages that were left out.
func countAfterAll(ctx context.Context, tx *sql.Tx, passed []PassedOver) (all []Reclassified, err error) {
	var touches []contact.Touch
	for _, p := range passed {
		r := Reclassified{ContactID: p.ContactID, Sender: p.Address, Was: p.Reason}
		if p.Reason == plan.LeftForged || p.Reason == ByOwner {
			r.Sender = ""
		}
		all = append(all, r)
		touches = append(touches, contact.Touch{ContactID: p.ContactID, At: p.At, Direction: contact.In, Medium: contact.Email, Subject: p.Subject,
			Key: p.Key, MessageID: p.MessageID, References: p.References, Address: p.Address, Alone: p.Alone, Verified: p.Verified,
			Account: p.Account, Mailbox: p.Mailbox, Rule: plan.ByOwner})
		if _, err := tx.ExecContext(ctx, "DELETE FROM passed_over WHERE contact_id = ? AND key = ? AND reason = ?", p.ContactID, p.Key, p.Reason); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM overruled WHERE sender = ? AND class = 'human'", plan.AddressKey(p.Address)); err != nil {
			return nil, err
		}
	}
	if _, err = recordTouches(ctx, tx, Scan{Touches: touches}); err == nil {
		_, err = revive(ctx, tx, touches)
	}
	return all, err
}

// countNoMore leaves out messages that were touches.
func countNoMore(ctx context.Context, tx *sql.Tx, touches []contact.Touch) (all []Reclassified, err error) {
	for _, t := range touches {
		r := Reclassified{ContactID: t.ContactID, Sender: t.Address, Was: "human"}
		if plan.ByThread(t.Rule) { // their other mail is another matter
			r.Sender = ""
		}
		if strings.Contains(t.Rule, plan.ByOwner) { // it was taken for something else before, and so it is again
			r.Sender = ""
			if _, err := tx.ExecContext(ctx, "DELETE FROM overruled WHERE sender = ? AND human", plan.AddressKey(t.Address)); err != nil {
				return nil, err
			}
		}
		all = append(all, r)
		if _, err := tx.ExecContext(ctx, "DELETE FROM touch WHERE id = ?", t.ID); err != nil {
			return nil, err
		}
		err := passOver(ctx, tx, t.ContactID, PassedOver{At: t.At, Subject: t.Subject, Reason: ByOwner, Why: "you said that no person wrote it",
			Mailbox: t.Mailbox, Key: t.Key, MessageID: t.MessageID, References: t.References, Address: t.Address, Direction: contact.In,
			Alone: t.Alone, Verified: t.Verified, Account: t.Account})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
