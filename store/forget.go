package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"regards/contact"
)

// hash is what is left of an address that was forgotten: without the secret of
// the database nobody can tell which address it was.
type hash string

func hashOf(secret []byte, key string) hash {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("forgotten\x00" + key))
	return hash(h.Sum(nil))
}

// forgottenHashes gives the hashes of all addresses that were forgotten.
func forgottenHashes(ctx context.Context, tx *sql.Tx) (map[hash]bool, error) {
	rows, err := tx.QueryContext(ctx, "SELECT hash FROM forgotten")
	all := map[hash]bool{}
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var h []byte
		err := rows.Scan(&h)
		all[hash(h)] = true
		return struct{}{}, err
	})
	return all, err
}

// remember drops the hash of an address that is a contact's again.
func remember(ctx context.Context, tx *sql.Tx, key string) error {
	gone, err := forgottenHashes(ctx, tx)
	if err != nil || len(gone) == 0 {
		return err
	}
	var secret []byte
	if err := tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'secret'").Scan(&secret); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM forgotten WHERE hash = ?", []byte(hashOf(secret, key)))
	return err
}

// NeverAgain reports whether the owner wants an address never to come back by
// itself.
func (s *Store) NeverAgain(ctx context.Context, key string) (never bool, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM forgotten WHERE hash = ? AND never)",
		[]byte(hashOf(s.secret, key))).Scan(&never)
	return never, s.explain(err)
}

// Forget removes every trace of a contact from the database, its write-ahead
// log included, but for a keyed hash of each address, so that mail read later
// does not bring the person back; never keeps them out of imports, too. Letters
// lose all but their keys: a draft that lies untouched is to be taken back. It
// cannot be taken back, nor can any command before it. Forgetting also cleans
// the backups: see ForgetInBackups.
func (s *Store) Forget(ctx context.Context, c contact.Contact, never bool, now time.Time) error {
	err := s.txOn(ctx, s.db, func(tx *sql.Tx) error {
		for _, a := range c.Addresses {
			if _, err := tx.ExecContext(ctx, `INSERT INTO forgotten (hash, never) VALUES (?, ?)
				ON CONFLICT DO UPDATE SET never = excluded.never`, []byte(hashOf(s.secret, a.Key)), never); err != nil {
				return err
			}
		}
		if err := forget(ctx, tx, c); err != nil {
			return err
		}
		// Should the wiping be interrupted or fail, whoever opens the database next does it.
		if _, err := tx.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES ('wipe', 1) ON CONFLICT DO NOTHING"); err != nil {
			return err
		}
		return final(ctx, tx, "forget", "what is forgotten is gone from every file, and so is the way back to it", now)
	})
	if err != nil {
		return err
	}
	if err := s.wipe(ctx); err != nil {
		return fmt.Errorf("they are forgotten, but traces may be left in the file until a later command has written it anew: %w", err)
	}
	return nil
}

// forget removes every trace of a contact.
func forget(ctx context.Context, tx *sql.Tx, c contact.Contact) error {
	err := endLetters(ctx, tx, "", "contact_id = ?", c.ID)
	for _, statement := range []string{
		`UPDATE letter SET raw = NULL, subject = '', reason = 'the person was forgotten' WHERE contact_id = ?1`,
		`DELETE FROM letter WHERE contact_id = ?1 AND state IN ('sent', 'dismissed', 'superseded', 'failed')`,
		`UPDATE touch SET subject = (SELECT kind FROM occasion WHERE 'occasion:' || id = touch.key)
			WHERE key IN (SELECT 'occasion:' || occasion_id FROM participant WHERE contact_id = ?1)`,
		`UPDATE occasion SET title = '', next = '' WHERE id IN (SELECT occasion_id FROM participant WHERE contact_id = ?1)`,
		`DELETE FROM occasion WHERE id IN (SELECT occasion_id FROM participant WHERE contact_id = ?1)
			AND id NOT IN (SELECT occasion_id FROM participant WHERE contact_id <> ?1)`,
		`DELETE FROM contact WHERE id = ?1`,
		`DELETE FROM command WHERE ?1 = ?1`, // what it takes to undo a command may name anybody
	} {
		if err == nil {
			_, err = tx.ExecContext(ctx, statement, c.ID)
		}
	}
	for _, a := range c.Addresses {
		if err == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM correspondent WHERE key = ?", a.Key)
		}
		err = errors.Join(err, scrub(ctx, tx, a.Addr), scrub(ctx, tx, a.Key))
	}
	return errors.Join(err, scrub(ctx, tx, c.Name), changeBook(ctx, tx))
}

// freeText are the columns in which a name or an address of somebody may stand
// though the row is about somebody else.
var freeText = [][2]string{
	{"occasion", "title"}, {"occasion", "next"}, {"participant", "useful"}, {"touch", "subject"}, {"touch", "rule"},
	{"passed_over", "subject"}, {"correspondent", "in_subject"}, {"correspondent", "out_subject"}, {"correspondent", "name"},
	{"mailbox", "problem"}, {"letter", "subject"}, {"letter", "reason"}, {"unreadable", "reason"}, {"account", "problem"}, {"hold", "reason"},
}

// scrub empties every text in which words stand.
func scrub(ctx context.Context, tx *sql.Tx, words string) error {
	if words == "" {
		return nil
	}
	for _, at := range freeText {
		table, column := at[0], at[1]
		if _, err := tx.ExecContext(ctx, "UPDATE "+table+" SET "+column+" = '' WHERE instr("+column+", ?1) OR instr(lower("+column+"), lower(?1))",
			words); err != nil {
			return err
		}
	}
	return nil
}

// wipe writes the file anew, so that no page keeps what was removed, and
// empties the write-ahead log.
func (s *Store) wipe(ctx context.Context) error {
	if _, err := s.db.ExecContext(ctx, "VACUUM"); err != nil {
		return s.explain(err)
	}
	var busy, pages, done int
	if err := s.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done); err != nil {
		return s.explain(err)
	}
	if busy != 0 {
		return fmt.Errorf("%s: another process has been reading for too long", s.path)
	}
	_, err := s.db.ExecContext(ctx, "DELETE FROM meta WHERE key = 'wipe'")
	return s.explain(err)
}

// ForgetInBackups removes every trace of a contact from the copies of the
// database that are known. It gives those that were cleaned, and in the error
// those that could not be. Copies that are gone are not asked for again.
func (s *Store) ForgetInBackups(ctx context.Context, c contact.Contact, never bool, now time.Time) (cleaned []string, err error) {
	paths, err := s.backups(ctx)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, path := range paths {
		errs = append(errs, removeDatabase(path+halfCopy)) // of a backup that was cut short
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			_, err := s.db.ExecContext(ctx, "DELETE FROM backup WHERE path = ?", path)
			errs = append(errs, s.explain(err))
			continue
		}
		if err := forgetInBackup(ctx, path, c, never, now); err != nil {
			errs = append(errs, fmt.Errorf("the person is still in the backup %s; delete it yourself: %w", path, err))
			continue
		}
		cleaned = append(cleaned, path)
	}
	return cleaned, errors.Join(errs...)
}

func forgetInBackup(ctx context.Context, path string, c contact.Contact, never bool, now time.Time) error {
	copied, err := Open(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(copied.forgetKnown(ctx, c, never, now), copied.Close())
}

// forgetKnown forgets everybody in a copy who is c or has one of c's addresses.
func (s *Store) forgetKnown(ctx context.Context, c contact.Contact, never bool, now time.Time) error {
	all, err := s.Contacts(ctx)
	if err != nil {
		return err
	}
	for _, known := range all {
		same := known.ID == c.ID
		for _, a := range known.Addresses {
			same = same || hasKey(c.Addresses, a.Key)
		}
		if same && known.ID != c.ID {
			if err := s.Forget(ctx, known, never, now); err != nil {
				return err
			}
		}
	}
	return s.Forget(ctx, c, never, now) // also where no contact is known, mail may be
}
