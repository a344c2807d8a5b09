package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"regards/contact"
)

// UpdateLetters hands each letter of some keys, which differ, as it is now, without
// its bytes, to change and stores what that gives, all in one transaction; an
// error of change leaves everything as it was. It gives the letters as they are
// then. A key of which there is no letter (any more) is passed by.
//
// Key, practice, contact, occasion, participant and Created stay what they are.
// Bytes that change does not set stay, too; a letter that goes back to Needs loses
// them, with its subject and Message-ID. One that was found to be sent in the meantime
// stays sent, and a letter to somebody who was forgotten says nothing more.
func (s *Store) UpdateLetters(ctx context.Context, keys []string, change func(contact.Letter) (contact.Letter, error)) (updated []contact.Letter, err error) {
	wanted, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	err = s.letters(ctx, func(tx *sql.Tx, t letterTx) error {
		updated = nil
		rows, err := tx.QueryContext(ctx, "SELECT "+letterIs+", "+letterStands+` FROM (SELECT value AS wanted FROM json_each(?))
			CROSS JOIN letter ON letter.key = wanted`, string(wanted))
		all, err := collect(rows, err, scanLetter)
		if err != nil {
			return err
		}
		for _, old := range all {
			l, err := change(old)
			if err != nil {
				return err
			}
			l = lawful(old, l)
			// Whatever has to be written anew has no words.
			bytes := l.Raw != nil || l.State == contact.Needs && old.State != contact.Needs
			if bytes || !slices.Equal(standing(l), standing(old)) {
				if err := t.set(ctx, l, bytes); err != nil {
					return err
				}
			}
			l.Raw = nil
			updated = append(updated, l)
		}
		return nil
	})
	return updated, err
}

// lawful gives what may be stored of a change of old into l.
func lawful(old, l contact.Letter) contact.Letter {
	if old.State == contact.Sent && l.State != contact.Sent {
		return old
	}
	l.Key, l.Practice, l.Created = old.Key, old.Practice, old.Created
	l.ContactID, l.OccasionID, l.ParticipantID = old.ContactID, old.OccasionID, old.ParticipantID
	if old.Reason == forgottenReason {
		l.Reason, l.Subject, l.Raw = old.Reason, old.Subject, nil
	}
	if l.State == contact.Needs && old.State != contact.Needs {
		l.Subject, l.MessageID, l.Raw, l.Written = "", "", nil, time.Time{}
	}
	return l
}

// mayGo is the condition under which a letter may be brought on its way at a
// time, which is its parameter twice: nobody ended it, put it off or holds it
// back, and its contact may be written to.
const mayGo = ` AND NOT take_back AND snooze <= ?1
	AND EXISTS (SELECT 1 FROM contact WHERE id = letter.contact_id AND (status = 'active'
		OR status = 'paused' AND paused_until BETWEEN 1 AND ?1))
	AND NOT EXISTS (SELECT 1 FROM hold WHERE until = 0 OR until > ?1)`

// RecordAttempts stores what a mailbox was like just before queued letters are
// put there, and gives the keys of those for which that may be done: others were
// ended or snoozed meanwhile, or nobody is to be written to any more, or nothing
// is to be drafted now. Read their bytes after it: from then on nobody writes
// them anew.
func (s *Store) RecordAttempts(ctx context.Context, keys []string, a contact.Attempt) (allowed []string, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		allowed = nil
		record, err := tx.PrepareContext(ctx, `UPDATE letter SET attempt_at = ?1, attempt_mailbox = ?2,
			attempt_uid_validity = ?3, attempt_uid_next = ?4 WHERE key = ?5 AND state = 'queued' AND raw IS NOT NULL`+mayGo)
		if err != nil {
			return err
		}
		defer record.Close()
		for _, key := range keys {
			switch err := changeOne(record.ExecContext(ctx, seconds(a.At), a.Mailbox, a.UIDValidity, a.UIDNext, key)); err {
			case nil:
				allowed = append(allowed, key)
			case ErrNotFound:
			default:
				return err
			}
		}
		return nil
	})
	return allowed, err
}

// RecordSending stores the bytes that are about to be given to the SMTP server,
// and when. It is ErrTaken, and they must not be, unless the letter is approved
// and not snoozed, is not being sent already, its contact may be written to, and
// nothing is held.
func (s *Store) RecordSending(ctx context.Context, key string, raw []byte, at time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		err := changeOne(tx.ExecContext(ctx, `UPDATE letter SET sending = ?1, raw = ?2
			WHERE key = ?3 AND state = 'approved' AND sending = 0`+mayGo, seconds(at), raw, key))
		if err == ErrNotFound {
			return ErrTaken
		}
		return err
	})
}

// EndLetters carries out endings that were seen at now, all of them or none.
func (s *Store) EndLetters(ctx context.Context, ends []contact.Ending, now time.Time) error {
	if len(ends) == 0 {
		return nil
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, e := range ends {
			if err := end(ctx, tx, e, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// answered notes when the contact of a letter answered it.
func answered(ctx context.Context, tx *sql.Tx, a contact.Answer) error {
	_, err := tx.ExecContext(ctx, "UPDATE letter SET answered = ? WHERE key = ?", seconds(a.At), a.Key)
	return err
}

// end carries out an ending that was seen at now. A letter of which a copy may
// lie in a mailbox is marked to be taken back; it ends when that has been done.
func end(ctx context.Context, tx *sql.Tx, e contact.Ending, now time.Time) error {
	if e.State == contact.Superseded {
		return endLetters(ctx, tx, now, e.Reason, "key = ?", e.Key)
	}
	sent := e.At
	if e.State != contact.Sent {
		sent = time.Time{}
	} else if sent.IsZero() {
		sent = now
	}
	_, err := tx.ExecContext(ctx, `UPDATE letter SET state = ?1, reason = ?2, take_back = 0, attempt_at = 0, missing = 0,
		sent = CASE WHEN ?1 = 'failed' THEN sent ELSE ?3 END, ended = ?4,
		mailbox = CASE WHEN ?1 = 'failed' THEN '' ELSE mailbox END, uid_validity = CASE WHEN ?1 = 'failed' THEN 0 ELSE uid_validity END,
		uid = CASE WHEN ?1 = 'failed' THEN 0 ELSE uid END WHERE key = ?5`, e.State, e.Reason, seconds(sent), seconds(now), e.Key)
	return err
}

// byItself is contact.Letter.ByItself, of letters whose sending has not begun.
const byItself = "state = 'approved' AND delivery <> 'draft' AND sending = 0"

// endLetters supersedes the open letters that a condition selects. Those that
// were put into a mailbox, or may have been, are to be taken back first; those
// that the owner has been at stay as they are.
func endLetters(ctx context.Context, tx *sql.Tx, now time.Time, reason, where string, args ...any) error {
	_, err := tx.ExecContext(ctx, `UPDATE letter SET state = 'superseded', reason = ?, ended = ?
		WHERE (state = 'needs' OR state = 'queued' AND attempt_at = 0) AND `+where, append([]any{reason, seconds(now)}, args...)...)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE letter SET take_back = 1, reason = ?
		WHERE (state IN ('queued', 'drafted') OR `+byItself+`) AND `+where, append([]any{reason}, args...)...)
	return err
}
