package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"regards/contact"
)

// What a letter is stays for ever; how it stands, its bytes apart, changes.
const (
	letterIs     = "key, practice, contact_id, occasion_id, participant_id, created"
	letterStands = `state, reason, due, overdue, subject, message_id, account, mailbox, uid_validity, uid,
		attempt_at, attempt_mailbox, attempt_uid_validity, attempt_uid_next, take_back, delivery, written,
		snooze, missing, approved, sending, sent, answered, ended, restored, revived, draft_id, in_reply_to, asks`
)

// Letters gives every letter ever made, in the order in which they were due,
// without their bytes.
func (s *Store) Letters(ctx context.Context) ([]contact.Letter, error) {
	rows, err := s.db.QueryContext(ctx, selectLetter+" ORDER BY due, key")
	letters, err := collect(rows, err, scanLetter)
	return letters, s.explain(err)
}

// LettersInHand gives those letters that have not ended, and of the others those
// that are still to be taken back, to be filed, or that the owner may bring back,
// like Letters: over the years these few become a small part of all. Where states
// are named it gives only those that stand in one of them.
func (s *Store) LettersInHand(ctx context.Context, states ...contact.State) ([]contact.Letter, error) {
	args := make([]any, len(states))
	for i, state := range states {
		args[i] = state
	}
	chosen := ""
	if len(states) > 0 {
		chosen = " AND state IN (" + placeholders(len(states)) + ")"
	}
	rows, err := s.db.QueryContext(ctx, selectLetter+` WHERE (state NOT IN ('sent', 'superseded', 'failed', 'dismissed')
		OR take_back OR sending <> 0 OR state = 'dismissed' AND missing <> 0)`+chosen+` ORDER BY due, key`, args...)
	letters, err := collect(rows, err, scanLetter)
	return letters, s.explain(err)
}

// Letter gives one letter with its bytes, or ErrNotFound.
func (s *Store) Letter(ctx context.Context, key string) (contact.Letter, error) {
	rows, err := s.db.QueryContext(ctx, selectLetter+" WHERE key = ?", key)
	letters, err := collect(rows, err, scanLetter)
	if err != nil {
		return contact.Letter{}, s.explain(err)
	}
	if len(letters) == 0 {
		return contact.Letter{}, fmt.Errorf("letter %s: %w", key, ErrNotFound)
	}
	err = s.db.QueryRowContext(ctx, "SELECT raw FROM letter WHERE key = ?", key).Scan(&letters[0].Raw)
	return letters[0], s.explain(err)
}

// Raws gives the bytes of letters, by key; of those that have none, nothing.
func (s *Store) Raws(ctx context.Context, keys []string) (map[string][]byte, error) {
	raws := make(map[string][]byte, len(keys))
	err := s.snapshot(ctx, func(db querier) error {
		find, err := db.PrepareContext(ctx, "SELECT raw FROM letter WHERE key = ? AND raw IS NOT NULL")
		if err != nil {
			return err
		}
		defer find.Close()
		for _, key := range keys {
			var raw []byte
			switch err := find.QueryRowContext(ctx, key).Scan(&raw); {
			case err == nil:
				raws[key] = raw
			case err != sql.ErrNoRows:
				return err
			}
		}
		return nil
	})
	return raws, err
}

const selectLetter = "SELECT " + letterIs + ", " + letterStands + " FROM letter"

func scanLetter(rows *sql.Rows) (contact.Letter, error) {
	var l contact.Letter
	var created, due, overdue, attempt, written, snoozed, missing, approved, sending, sent, answered, ended, restored, revived int64
	err := rows.Scan(&l.Key, &l.Practice, &l.ContactID, &l.OccasionID, &l.ParticipantID, &created,
		&l.State, &l.Reason, &due, &overdue, &l.Subject, &l.MessageID, &l.Account,
		&l.Place.Mailbox, &l.Place.UIDValidity, &l.Place.UID,
		&attempt, &l.Attempt.Mailbox, &l.Attempt.UIDValidity, &l.Attempt.UIDNext, &l.TakeBack, &l.Delivery, &written,
		&snoozed, &missing, &approved, &sending, &sent, &answered, &ended, &restored, &revived, &l.DraftID, &l.InReplyTo, &l.Asks)
	for _, t := range []struct {
		at *time.Time
		n  int64
	}{
		{&l.Created, created}, {&l.Due, due}, {&l.Overdue, overdue}, {&l.Attempt.At, attempt}, {&l.Written, written},
		{&l.Snoozed, snoozed}, {&l.Missing, missing}, {&l.Approved, approved}, {&l.Sending, sending}, {&l.Sent, sent},
		{&l.Answered, answered}, {&l.Ended, ended}, {&l.Restored, restored}, {&l.Revived, revived},
	} {
		*t.at = fromSeconds(t.n)
	}
	return l, err
}

// standing gives the columns of letterStands.
func standing(l contact.Letter) []any {
	return []any{l.State, l.Reason, seconds(l.Due), seconds(l.Overdue), l.Subject, l.MessageID, l.Account,
		l.Place.Mailbox, l.Place.UIDValidity, l.Place.UID,
		seconds(l.Attempt.At), l.Attempt.Mailbox, l.Attempt.UIDValidity, l.Attempt.UIDNext, l.TakeBack,
		cmp.Or(l.Delivery, contact.ByDraft), seconds(l.Written),
		seconds(l.Snoozed), seconds(l.Missing), seconds(l.Approved), seconds(l.Sending), seconds(l.Sent),
		seconds(l.Answered), seconds(l.Ended), seconds(l.Restored), seconds(l.Revived), l.DraftID, l.InReplyTo, l.Asks}
}

// placeholders gives n question marks for a statement.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// letterTx reads and writes letters in one transaction.
type letterTx struct {
	find, insert, update *sql.Stmt
}

func prepareLetters(ctx context.Context, tx *sql.Tx) (t letterTx, err error) {
	is, stands := strings.Count(letterIs, ",")+1, strings.Count(letterStands, ",")+1
	for _, statement := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&t.find, selectLetter + " WHERE key = ?"},
		{&t.insert, "INSERT INTO letter (" + letterIs + ", " + letterStands + ", raw) SELECT " + placeholders(is+stands+1) +
			" WHERE ? IN ('', (SELECT id FROM participant WHERE id = ?)) ON CONFLICT (key) DO NOTHING"},
		{&t.update, "UPDATE letter SET (" + letterStands + ") = (" + placeholders(stands) + `),
			raw = CASE WHEN ? THEN ? ELSE raw END WHERE key = ?`},
	} {
		if *statement.to, err = tx.PrepareContext(ctx, statement.text); err != nil {
			t.close()
			return t, err
		}
	}
	return t, nil
}

func (t letterTx) close() {
	for _, statement := range []*sql.Stmt{t.find, t.insert, t.update} {
		if statement != nil {
			statement.Close()
		}
	}
}

// get gives a letter without its bytes, if there is one.
func (t letterTx) get(ctx context.Context, key string) (l contact.Letter, found bool, err error) {
	rows, err := t.find.QueryContext(ctx, key)
	all, err := collect(rows, err, scanLetter)
	if err != nil || len(all) == 0 {
		return l, false, err
	}
	return all[0], true, nil
}

// add stores a letter, unless there is one of its key, or there is no participant
// of an id; "" asks for none.
func (t letterTx) add(ctx context.Context, l contact.Letter, participant string) (added bool, err error) {
	args := append([]any{l.Key, l.Practice, l.ContactID, l.OccasionID, l.ParticipantID, seconds(l.Created)}, standing(l)...)
	err = changeOne(t.insert.ExecContext(ctx, append(args, l.Raw, participant, participant)...))
	if err == ErrNotFound {
		return false, nil
	}
	return err == nil, err
}

// set stores how a letter stands, and its bytes if they are to be others.
func (t letterTx) set(ctx context.Context, l contact.Letter, bytes bool) error {
	_, err := t.update.ExecContext(ctx, append(standing(l), bytes, l.Raw, l.Key)...)
	return err
}

// letters runs f in a transaction that writes letters.
func (s *Store) letters(ctx context.Context, f func(*sql.Tx, letterTx) error) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		t, err := prepareLetters(ctx, tx)
		if err != nil {
			return err
		}
		defer t.close()
		return f(tx, t)
	})
}
