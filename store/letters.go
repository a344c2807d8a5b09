package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"regards/contact"
)

const letterColumns = `key, practice, contact_id, occasion_id, participant_id, state, reason, due, overdue, subject,
	message_id, account, mailbox, uid_validity, uid, attempt_at, attempt_mailbox, attempt_uid_validity,
	attempt_uid_next, take_back, created, delivery, written, snooze, missing, approved, sending, sent, answered, ended, restored,
	draft_id, in_reply_to`

// Letters gives every letter ever made, in the order in which they were due,
// without their bytes.
func (s *Store) Letters(ctx context.Context) ([]contact.Letter, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+letterColumns+" FROM letter ORDER BY due, key")
	letters, err := collect(rows, err, scanLetter)
	return letters, s.explain(err)
}

// Letter gives one letter with its bytes, or ErrNotFound.
func (s *Store) Letter(ctx context.Context, key string) (contact.Letter, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+letterColumns+" FROM letter WHERE key = ?", key)
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

func scanLetter(rows *sql.Rows) (contact.Letter, error) {
	var l contact.Letter
	var due, overdue, attempt, created, written, snoozed, missing, approved, sending, sent, answered, ended, restored int64
	err := rows.Scan(&l.Key, &l.Practice, &l.ContactID, &l.OccasionID, &l.ParticipantID, &l.State, &l.Reason, &due,
		&overdue, &l.Subject, &l.MessageID, &l.Account, &l.Place.Mailbox, &l.Place.UIDValidity, &l.Place.UID,
		&attempt, &l.Attempt.Mailbox, &l.Attempt.UIDValidity, &l.Attempt.UIDNext, &l.TakeBack, &created,
		&l.Delivery, &written, &snoozed, &missing, &approved, &sending, &sent, &answered, &ended, &restored,
		&l.DraftID, &l.InReplyTo)
	l.Due, l.Overdue, l.Attempt.At, l.Created = fromSeconds(due), fromSeconds(overdue), fromSeconds(attempt), fromSeconds(created)
	l.Written, l.Snoozed, l.Missing = fromSeconds(written), fromSeconds(snoozed), fromSeconds(missing)
	l.Approved, l.Sending, l.Sent = fromSeconds(approved), fromSeconds(sending), fromSeconds(sent)
	l.Answered, l.Ended, l.Restored = fromSeconds(answered), fromSeconds(ended), fromSeconds(restored)
	return l, err
}

// PutLetter stores a new letter, or one that so far stood in Needs. A letter
// whose key exists in any other state is ErrTaken: a key makes one message.
// With bytes, the stored letter is the intention that comes before the act. It
// is ErrStale, and nothing is stored, when contacts or occasions have changed
// since book was their BookVersion: the letter may say what holds no longer.
func (s *Store) PutLetter(ctx context.Context, book int64, l contact.Letter) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := checkBook(ctx, tx, book); err != nil {
			return err
		}
		var state contact.State
		err := tx.QueryRowContext(ctx, "SELECT state FROM letter WHERE key = ?", l.Key).Scan(&state)
		if err == nil && state != contact.Needs {
			return ErrTaken
		}
		if gone, err := causeGone(ctx, tx, l); err != nil || gone {
			return errors.Join(err, ErrTaken)
		}
		if err != nil && err != sql.ErrNoRows {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO letter (key, practice, contact_id, occasion_id, participant_id,
			state, reason, due, overdue, subject, message_id, raw, account, created, written, in_reply_to)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?14, ?14, ?15)
			ON CONFLICT DO UPDATE SET state = excluded.state, reason = excluded.reason, due = excluded.due,
			overdue = excluded.overdue, subject = excluded.subject, message_id = excluded.message_id,
			raw = excluded.raw, account = excluded.account, written = excluded.written, in_reply_to = excluded.in_reply_to`,
			l.Key, l.Practice, l.ContactID, l.OccasionID, l.ParticipantID, l.State, l.Reason, seconds(l.Due),
			seconds(l.Overdue), l.Subject, l.MessageID, l.Raw, l.Account, seconds(l.Created), l.InReplyTo)
		return err
	})
}

// causeGone reports whether the occasion of a letter, or that person's part in
// it, has been removed in the meantime.
func causeGone(ctx context.Context, tx *sql.Tx, l contact.Letter) (gone bool, err error) {
	if l.ParticipantID == "" {
		return false, nil
	}
	err = tx.QueryRowContext(ctx, "SELECT NOT EXISTS (SELECT 1 FROM participant WHERE id = ?)", l.ParticipantID).Scan(&gone)
	return gone, err
}

// rewrite puts letters that nobody has tried to deliver yet back into Needs,
// when what they were made of has changed: the next pass writes them anew, if
// they are still to be written.
func rewrite(ctx context.Context, tx *sql.Tx, where string, args ...any) error {
	_, err := tx.ExecContext(ctx, `UPDATE letter SET state = 'needs', reason = 'it is written anew: something changed',
		raw = NULL, message_id = '', subject = '' WHERE state = 'queued' AND attempt_at = 0 AND NOT take_back AND `+where, args...)
	return err
}

// Rewrite puts a letter that nobody has tried to deliver yet back into Needs.
func (s *Store) Rewrite(ctx context.Context, key string) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return rewrite(ctx, tx, "key = ?", key) })
}

// RecordAttempt stores what Drafts was like just before a queued letter is put
// there. It is ErrTaken when the letter is no longer to be put, or nobody is to
// be written to any more, or nothing is to be drafted now.
func (s *Store) RecordAttempt(ctx context.Context, key string, a contact.Attempt) error {
	result, err := s.db.ExecContext(ctx, `UPDATE letter SET attempt_at = ?, attempt_mailbox = ?,
		attempt_uid_validity = ?, attempt_uid_next = ? WHERE key = ? AND state = 'queued' AND NOT take_back
		AND EXISTS (SELECT 1 FROM contact WHERE id = letter.contact_id AND (status = 'active'
			OR status = 'paused' AND paused_until BETWEEN 1 AND ?))
		AND NOT EXISTS (SELECT 1 FROM hold WHERE until = 0 OR until > ?)`,
		seconds(a.At), a.Mailbox, a.UIDValidity, a.UIDNext, key, seconds(a.At), seconds(a.At))
	if err = changeOne(result, err); err == ErrNotFound {
		return ErrTaken
	}
	return s.explain(err)
}

// SetLetter stores what became of a letter: its state, where it lies, and why;
// with "" for the reason, that stays as it is, and so does that of somebody who
// was forgotten meanwhile. A letter to be taken back stays so until it ends; one
// that was found to be sent in the meantime stays sent.
func (s *Store) SetLetter(ctx context.Context, key string, state contact.State, place contact.Place, reason string) error {
	_, err := s.db.ExecContext(ctx, `UPDATE letter SET state = ?, mailbox = ?, uid_validity = ?,
		uid = ?, reason = CASE WHEN ?5 = '' OR reason = '`+forgottenReason+`' THEN reason ELSE ?5 END, take_back = take_back AND NOT ?, attempt_at = 0 WHERE key = ? AND state <> 'sent'`,
		state, place.Mailbox, place.UIDValidity, place.UID, reason, state.Ended(), key)
	return s.explain(err)
}

// end carries out an ending. A letter of which a copy may lie in a mailbox is
// marked to be taken back; it ends when that has been done.
func end(ctx context.Context, tx *sql.Tx, e contact.Ending) error {
	if e.State == contact.Superseded {
		return endLetters(ctx, tx, e.Reason, "key = ?", e.Key)
	}
	_, err := tx.ExecContext(ctx, "UPDATE letter SET state = ?, reason = ?, take_back = 0, attempt_at = 0 WHERE key = ?",
		e.State, e.Reason, e.Key)
	return err
}

// endLetters supersedes the open letters that a condition selects. Those that
// were put into a mailbox, or may have been, are to be taken back first.
func endLetters(ctx context.Context, tx *sql.Tx, reason, where string, args ...any) error {
	_, err := tx.ExecContext(ctx, `UPDATE letter SET state = 'superseded', reason = ?
		WHERE (state = 'needs' OR state = 'queued' AND attempt_at = 0) AND `+where, append([]any{reason}, args...)...)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE letter SET take_back = 1, reason = ?
		WHERE state IN ('queued', 'drafted') AND `+where, append([]any{reason}, args...)...)
	return err
}
