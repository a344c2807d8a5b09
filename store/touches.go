package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"regards/contact"
)

const touchColumns = `id, contact_id, key, at, direction, medium, subject, message_id, refs, address, alone,
	verified, account, mailbox, rule`

// Touches gives the touches of one contact, or of all for "", newest first.
func (s *Store) Touches(ctx context.Context, contactID string) ([]contact.Touch, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+touchColumns+` FROM touch WHERE ? IN ('', contact_id)
		ORDER BY at DESC, direction DESC, id`, contactID)
	touches, err := collect(rows, err, scanTouch)
	return touches, s.explain(err)
}

func scanTouch(rows *sql.Rows) (contact.Touch, error) {
	var t contact.Touch
	var at int64
	var refs string
	err := rows.Scan(&t.ID, &t.ContactID, &t.Key, &at, &t.Direction, &t.Medium, &t.Subject, &t.MessageID, &refs,
		&t.Address, &t.Alone, &t.Verified, &t.Account, &t.Mailbox, &t.Rule)
	t.At, t.References = fromSeconds(at), strings.Fields(refs)
	return t, err
}

// addTouch stores a touch unless that contact has one with its key already;
// added reports whether it did.
func addTouch(ctx context.Context, insert *sql.Stmt, t contact.Touch) (added bool, err error) {
	if t.ID == "" {
		t.ID = newTouchID()
	}
	result, err := insert.ExecContext(ctx, t.ID, t.ContactID, t.Key, seconds(t.At), t.Direction, t.Medium,
		t.Subject, t.MessageID, strings.Join(t.References, " "), t.Address, t.Alone, t.Verified, t.Account,
		t.Mailbox, t.Rule)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

const insertTouch = "INSERT INTO touch (" + touchColumns + `) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
	ON CONFLICT (contact_id, key) DO NOTHING`

// completeTouch fills in what a touch that came of a correspondent's row lacked.
func completeTouch(ctx context.Context, tx *sql.Tx, t contact.Touch) error {
	_, err := tx.ExecContext(ctx, `UPDATE touch SET subject = ?, message_id = ?, refs = ?, address = ?, alone = ?,
		verified = ?, account = ?, mailbox = ?, rule = ? WHERE contact_id = ? AND key = ? AND rule = ?`,
		t.Subject, t.MessageID, strings.Join(t.References, " "), t.Address, t.Alone, t.Verified, t.Account,
		t.Mailbox, t.Rule, t.ContactID, t.Key, provisional)
	return err
}

// AddTouch stores a touch that no mail shows, such as a call. It gives it with
// its id and key.
func (s *Store) AddTouch(ctx context.Context, t contact.Touch) (contact.Touch, error) {
	t.ID = newTouchID()
	t.Key = "logged:" + t.ID
	err := s.tx(ctx, func(tx *sql.Tx) error {
		_, err := recordTouches(ctx, tx, Scan{Touches: []contact.Touch{t}})
		return err
	})
	return t, err
}

// TouchesOf gives the touches that one message was, by its Message-ID without
// angle brackets.
func (s *Store) TouchesOf(ctx context.Context, messageID string) ([]contact.Touch, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+touchColumns+` FROM touch WHERE message_id = ?1 OR key = ?1 ORDER BY id`, messageID)
	touches, err := collect(rows, err, scanTouch)
	return touches, s.explain(err)
}

// PassedOver is a message of a contact that was no touch, with the reason.
type PassedOver struct {
	ContactID string
	At        time.Time
	Subject   string
	Reason    string
	Why       string // the rule that decided so; "" where the reason says it
	Mailbox   string
	Key       string // Message-ID, or what stands in for it

	// What a touch of it would be; none of it is known of those that were left out
	// before regards kept it.
	MessageID  string
	References []string
	Address    string // of the contact
	Direction  contact.Direction
	Alone      bool
	Verified   bool
	Account    string
}

// passOver stores that a message was left out.
func passOver(ctx context.Context, tx *sql.Tx, contactID string, p PassedOver) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO passed_over
		(contact_id, key, at, subject, reason, mailbox, why, message_id, refs, address, direction, alone, verified, account)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		contactID, p.Key, seconds(p.At), p.Subject, p.Reason, p.Mailbox, p.Why, p.MessageID, strings.Join(p.References, " "),
		p.Address, p.Direction, p.Alone, p.Verified, p.Account)
	return err
}

// PassedOver gives the messages of a contact that were left out, newest first.
func (s *Store) PassedOver(ctx context.Context, contactID string) ([]PassedOver, error) {
	return s.passedOver(ctx, "contact_id = ?", contactID)
}

// PassedOverOf gives for whom the message with a Message-ID was left out.
func (s *Store) PassedOverOf(ctx context.Context, messageID string) ([]PassedOver, error) {
	return s.passedOver(ctx, "? IN (key, message_id)", messageID)
}

func (s *Store) passedOver(ctx context.Context, where, arg string) ([]PassedOver, error) {
	rows, err := s.db.QueryContext(ctx, selectPassedOver+where+` ORDER BY at DESC, key, contact_id`, arg)
	all, err := collect(rows, err, scanPassedOver)
	return all, s.explain(err)
}

const selectPassedOver = `SELECT contact_id, at, subject, reason, why, mailbox, key, message_id, refs, address, direction, alone,
	verified, account FROM passed_over WHERE `

func scanPassedOver(rows *sql.Rows) (p PassedOver, err error) {
	var at int64
	var refs string
	err = rows.Scan(&p.ContactID, &at, &p.Subject, &p.Reason, &p.Why, &p.Mailbox, &p.Key, &p.MessageID, &refs, &p.Address,
		&p.Direction, &p.Alone, &p.Verified, &p.Account)
	p.At, p.References = fromSeconds(at), strings.Fields(refs)
	return p, err
}
