package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Instruction is a message in which the owner may order something.
type Instruction struct {
	Key       string // of the message, as that of a touch
	MessageID string
	Account   string
	Mailbox   string
	Notice    string // the key of the one that it answers; "": none
	Line      int    // the only one that it may be about; 0: any
	Sent      time.Time
	Seen      time.Time
	Refused   Refusal   // why it is not obeyed; "": it is
	Ended     time.Time // when it was seen to; zero before that
}

// Refusal is why an instruction is not obeyed.
type Refusal string

// The refusals.
const (
	RefusedPlace   Refusal = "place"   // it lies in no mailbox of sent mail: anybody may have written it
	RefusedSender  Refusal = "sender"  // it is from somebody else
	RefusedOthers  Refusal = "others"  // it goes to others, too: it was forwarded
	RefusedMachine Refusal = "machine" // nobody wrote it
	RefusedExpired Refusal = "expired" // what it answers lies too far back
	RefusedGone    Refusal = "gone"    // it could not be read any more
)

// ErrObeyed means that an order has been carried out already.
var ErrObeyed = errors.New("it was ordered before, and done")

const selectInstruction = "SELECT key, message_id, account, mailbox, notice, line, sent, seen, refused, ended FROM instruction "

func scanInstruction(rows *sql.Rows) (i Instruction, err error) {
	var sent, seen, ended int64
	err = rows.Scan(&i.Key, &i.MessageID, &i.Account, &i.Mailbox, &i.Notice, &i.Line, &sent, &seen, &i.Refused, &ended)
	i.Sent, i.Seen, i.Ended = fromSeconds(sent), fromSeconds(seen), fromSeconds(ended)
	return i, err
}

// Instructions gives those of an account that are still to be seen to, in the order
// in which the owner sent them.
func (s *Store) Instructions(ctx context.Context, account string) ([]Instruction, error) {
	rows, err := s.db.QueryContext(ctx, selectInstruction+"WHERE account = ? AND refused = '' AND ended = 0 ORDER BY sent, key", account)
	all, err := collect(rows, err, scanInstruction)
	return all, s.explain(err)
}

// RefusedInstructions gives those that were seen since a time and not obeyed.
func (s *Store) RefusedInstructions(ctx context.Context, since time.Time) ([]Instruction, error) {
	rows, err := s.db.QueryContext(ctx, selectInstruction+"WHERE refused <> '' AND seen > ? ORDER BY seen, key", seconds(since))
	all, err := collect(rows, err, scanInstruction)
	return all, s.explain(err)
}

// recordInstructions notes messages as they are seen. A copy that lies where only
// the owner can have put it makes up for one that does not.
func recordInstructions(ctx context.Context, tx *sql.Tx, all []Instruction) error {
	for _, i := range all {
		_, err := tx.ExecContext(ctx, `INSERT INTO instruction (key, message_id, account, mailbox, notice, line, sent, seen, refused)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET account = excluded.account, mailbox = excluded.mailbox,
			notice = excluded.notice, line = excluded.line, refused = excluded.refused
			WHERE refused = 'place' AND excluded.refused <> 'place'`,
			i.Key, i.MessageID, i.Account, i.Mailbox, i.Notice, i.Line, seconds(i.Sent), seconds(i.Seen), i.Refused)
		if err != nil {
			return err
		}
	}
	return nil
}

// instructionsKept is how long it is known what was ordered: what is older is not
// obeyed, and need not be told from what was.
const instructionsKept = 90 * 24 * time.Hour

// EndInstruction stores that an instruction was seen to, with the notice that says
// what came of it, or why it was not obeyed.
func (s *Store) EndInstruction(ctx context.Context, key string, refused Refusal, answer *Notice, at time.Time) error {
	return s.txOn(ctx, s.db, func(tx *sql.Tx) error {
		err := changeOne(tx.ExecContext(ctx, "UPDATE instruction SET ended = ?, refused = ? WHERE key = ? AND ended = 0", seconds(at), refused, key))
		for _, statement := range []string{"DELETE FROM instruction WHERE seen < ?", "DELETE FROM obeyed WHERE at < ?"} {
			if err == nil {
				_, err = tx.ExecContext(ctx, statement, seconds(at.Add(-instructionsKept)))
			}
		}
		if err != nil || answer == nil {
			return err
		}
		_, err = addNotice(ctx, tx, *answer)
		return err
	})
}

// Obeyed gives the key of the instruction by which an order was carried out; ""
// when none was.
func (s *Store) Obeyed(ctx context.Context, what string) (instruction string, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT instruction FROM obeyed WHERE what = ?", what).Scan(&instruction)
	if err == sql.ErrNoRows {
		return "", nil
	}
	return instruction, s.explain(err)
}

// Obey stores that an order was carried out that changes nothing else. It is
// ErrObeyed when it was before.
func (s *Store) Obey(ctx context.Context, o Order) error {
	return s.txOn(ctx, s.db, func(tx *sql.Tx) error { return o.note(ctx, tx) })
}

// Order is one that the owner gave by mail: it is carried out once.
type Order struct {
	What        string // what makes it one order, such as a line of a notice
	Instruction string // the key of the message
	At          time.Time
}

// note stores that o is carried out by what else is in the transaction.
func (o Order) note(ctx context.Context, tx *sql.Tx) error {
	err := changeOne(tx.ExecContext(ctx, "INSERT INTO obeyed (what, instruction, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		o.What, o.Instruction, seconds(o.At)))
	if err == ErrNotFound {
		return ErrObeyed
	}
	return err
}

// Carry says which order of the owner is carried out from now on, once: the first
// transaction that can be taken back, or an Undo, notes it, and is ErrObeyed if it
// was carried out before.
func (s *Store) Carry(o Order) { s.order = &o }

// carried notes the order that is being carried out.
func (s *Store) carried(ctx context.Context, tx *sql.Tx) error {
	if s.order == nil {
		return nil
	}
	return s.order.note(ctx, tx)
}
