package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"regards/contact"
	"regards/plan"
)

// hash is what is left of an address that was forgotten: without the secret of
// the database nobody can tell which address it was.
type hash string

// forgottenReason is all that a letter to somebody who was forgotten says.
const forgottenReason = "the person was forgotten"

func hashOf(secret []byte, key string) hash {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("forgotten\x00" + key))
	return hash(h.Sum(nil))
}

// forgottenHashes gives the hashes of all addresses that were forgotten.
func forgottenHashes(ctx context.Context, tx querier) (map[hash]bool, error) {
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

// NeverAgainNamed is NeverAgain for a full name: files have people without their
// addresses. It may be another person of that name.
func (s *Store) NeverAgainNamed(ctx context.Context, name string) (never bool, err error) {
	if key := nameKey(name); key != "" {
		return s.NeverAgain(ctx, key)
	}
	return false, nil
}

// Forget removes every trace of a contact from the database, its write-ahead
// log included, but for keyed hashes of the id and of each address, so that
// neither mail read later nor an old backup brings the person back; never keeps
// them out of imports, too, with one of the name. Letters to them lose all but their keys: a draft
// that lies untouched is to be taken back. What mentions them elsewhere is cut
// out. It cannot be taken back, nor can any command before it. A contact with
// addresses but without id is somebody who was removed, or never was one.
// Forgetting also cleans the backups: see ForgetInBackups.
func (s *Store) Forget(ctx context.Context, c contact.Contact, never bool, now time.Time) error {
	err := s.txOn(ctx, s.db, func(tx *sql.Tx) error {
		ids, err := idsOf(ctx, tx, c)
		if err != nil {
			return err
		}
		if c.Addresses, err = addressesOf(ctx, tx, c, ids); err != nil {
			return err
		}
		if err := s.keepHashes(ctx, tx, c, ids, never); err != nil {
			return err
		}
		if err := forget(ctx, tx, s.secret, c, ids, now); err != nil {
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
		return fmt.Errorf("%w: %w", ErrUnwiped, err)
	}
	return nil
}

// ErrUnwiped means that somebody is forgotten, but the file could not be written anew.
var ErrUnwiped = errors.New("they are forgotten, but traces may be left in the file until a later command has written it anew")

// idKey is what is hashed of a contact's id.
func idKey(id string) string { return "id:" + id }

// nameKey is what is hashed of a name; "" for one that too many have.
func nameKey(name string) string {
	if key := plan.NameKey(name); strings.Contains(key, " ") {
		return "name:" + key
	}
	return ""
}

// isNamed reports whether a full name is among hashes: one is kept for nothing but never again.
func isNamed(gone map[hash]bool, secret []byte, name string) bool {
	if len(gone) == 0 {
		return false
	}
	key := nameKey(name)
	return key != "" && gone[hashOf(secret, key)]
}

// keepHashes notes who was forgotten; and by what name, if never again.
func (s *Store) keepHashes(ctx context.Context, tx *sql.Tx, c contact.Contact, ids []string, never bool) error {
	var keys []string
	for _, id := range ids {
		keys = append(keys, idKey(id))
	}
	for _, a := range c.Addresses {
		keys = append(keys, a.Key)
	}
	if key := nameKey(c.Name); never && key != "" {
		keys = append(keys, key)
	}
	for _, key := range keys {
		if _, err := tx.ExecContext(ctx, `INSERT INTO forgotten (hash, never) VALUES (?, ?)
			ON CONFLICT DO UPDATE SET never = excluded.never`, []byte(hashOf(s.secret, key)), never); err != nil {
			return err
		}
	}
	return nil
}

// idsOf gives the id of a contact or, for one who has none, those under which
// letters to one of the addresses were written before their contact was removed.
func idsOf(ctx context.Context, tx *sql.Tx, c contact.Contact) (ids []string, err error) {
	if c.ID != "" {
		return []string{c.ID}, nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT contact_id, raw FROM letter
		WHERE raw IS NOT NULL AND contact_id NOT IN (SELECT id FROM contact)`)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var id string
		var raw []byte
		err := rows.Scan(&id, &raw)
		if !slices.Contains(ids, id) && isTo(raw, c.Addresses) {
			ids = append(ids, id)
		}
		return struct{}{}, err
	})
	return ids, err
}

// addressesOf gives the addresses of a contact and those they had earlier, by
// their mail, unless they are another contact's by now.
func addressesOf(ctx context.Context, tx *sql.Tx, c contact.Contact, ids []string) ([]contact.Address, error) {
	all := slices.Clone(c.Addresses)
	for _, id := range ids {
		rows, err := tx.QueryContext(ctx, `SELECT address FROM touch WHERE contact_id = ?1 AND address <> '' UNION
			SELECT address FROM passed_over WHERE contact_id = ?1 AND address <> '' AND direction = 'in' UNION
			SELECT address FROM finding WHERE contact_id = ?1 AND kind = 'moved' AND address <> ''`, id)
		earlier, err := collect(rows, err, scanText)
		if err != nil {
			return nil, err
		}
		for _, addr := range earlier {
			a := contact.Address{Addr: addr, Key: plan.AddressKey(addr)}
			var others bool
			if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM address WHERE key = ? AND contact_id <> ?)",
				a.Key, id).Scan(&others); err != nil {
				return nil, err
			}
			if !others && !hasKey(all, a.Key) {
				all = append(all, a)
			}
		}
	}
	return all, nil
}

// forget removes every trace of somebody, of whom all ids and addresses are given.
func forget(ctx context.Context, tx *sql.Tx, secret []byte, c contact.Contact, ids []string, now time.Time) error {
	t := tracesOf(c)
	if err := t.addMessages(ctx, tx, c, ids); err != nil {
		return err
	}
	for _, id := range ids {
		if err := forgetContact(ctx, tx, id, now); err != nil {
			return err
		}
	}
	for _, a := range c.Addresses {
		for _, statement := range []string{"DELETE FROM correspondent WHERE key = ?", "DELETE FROM overruled WHERE sender = ?"} {
			if _, err := tx.ExecContext(ctx, statement, a.Key); err != nil {
				return err
			}
		}
	}
	if err := forgetFindings(ctx, tx, c); err != nil {
		return err
	}
	// What it takes to undo a command may name anybody.
	if _, err := tx.ExecContext(ctx, "DELETE FROM command"); err != nil {
		return err
	}
	if err := t.leaveToOthers(ctx, tx); err != nil {
		return err
	}
	if err := scrubLetters(ctx, tx, t); err != nil {
		return err
	}
	// A notice may name anybody. One that is on its way may have arrived.
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET raw = NULL, state = 'uncertain',
		reason = 'somebody was forgotten before it was delivered' WHERE state = 'queued'`); err != nil {
		return err
	}
	if err := forgetLines(ctx, tx, c, ids); err != nil {
		return err
	}
	return errors.Join(scrubTexts(ctx, tx, t), scrubIDs(ctx, tx, secret, t), changeBook(ctx, tx))
}

// forgetFindings removes what mail told of others by an address of somebody.
func forgetFindings(ctx context.Context, tx *sql.Tx, c contact.Contact) error {
	var theirs []string
	err := texts(ctx, tx, "SELECT DISTINCT address FROM finding", func(addr string) {
		if hasKey(c.Addresses, plan.AddressKey(addr)) {
			theirs = append(theirs, addr)
		}
	})
	for _, addr := range theirs {
		if err == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM finding WHERE address = ?", addr)
		}
	}
	return err
}

// forgetLines removes the lines of notices that name somebody, which take no orders
// any more, and the messages of others that were none.
func forgetLines(ctx context.Context, tx *sql.Tx, c contact.Contact, ids []string) error {
	rows, err := tx.QueryContext(ctx, "SELECT key, lines FROM notice WHERE lines <> '[]'")
	all, err := collect(rows, err, func(rows *sql.Rows) (n Notice, err error) {
		var lines string
		if err := rows.Scan(&n.Key, &lines); err != nil {
			return n, err
		}
		return n, json.Unmarshal([]byte(lines), &n.Lines)
	})
	if err != nil {
		return err
	}
	names := func(h plan.Handle) bool {
		return hasKey(c.Addresses, plan.AddressKey(h.Address)) ||
			slices.ContainsFunc(ids, func(id string) bool { return h.ContactID == id || strings.Contains(h.Key, id) })
	}
	for _, n := range all {
		kept := slices.DeleteFunc(slices.Clone(n.Lines), names)
		if len(kept) == len(n.Lines) {
			continue
		}
		lines, err := json.Marshal(kept)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE notice SET lines = ? WHERE key = ?", string(lines), n.Key); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM instruction WHERE refused <> ''")
	return err
}

// forgetContact removes a contact and all that is theirs.
func forgetContact(ctx context.Context, tx *sql.Tx, id string, now time.Time) error {
	err := endLetters(ctx, tx, now, "", "contact_id = ?", id)
	for _, statement := range []string{
		`UPDATE letter SET raw = NULL, subject = '', in_reply_to = '', reason = '` + forgottenReason + `' WHERE contact_id = ?1`,
		`DELETE FROM letter WHERE contact_id = ?1 AND state IN ('sent', 'dismissed', 'superseded', 'failed') AND NOT take_back`,
		`UPDATE touch SET subject = (SELECT kind FROM occasion WHERE 'occasion:' || id = touch.key)
			WHERE key IN (SELECT 'occasion:' || occasion_id FROM participant WHERE contact_id = ?1)`,
		`DELETE FROM overruled WHERE class = '' AND (sender IN (SELECT key FROM touch WHERE contact_id = ?1)
			OR sender IN (SELECT key FROM passed_over WHERE contact_id = ?1))`,
		// News goes to many and is about the owner: what names somebody there is cut out, as elsewhere.
		`UPDATE occasion SET title = '', next = '', news = '' WHERE kind <> 'milestone'
			AND id IN (SELECT occasion_id FROM participant WHERE contact_id = ?1)`,
		`DELETE FROM occasion WHERE id IN (SELECT occasion_id FROM participant WHERE contact_id = ?1)
			AND id NOT IN (SELECT occasion_id FROM participant WHERE contact_id <> ?1)`,
		`DELETE FROM contact WHERE id = ?1`,
	} {
		if err == nil {
			_, err = tx.ExecContext(ctx, statement, id)
		}
	}
	return err
}

// wipe writes the file anew, so that no page keeps what was removed, and
// empties the write-ahead log.
func (s *Store) wipe(ctx context.Context) error {
	if _, err := s.db.ExecContext(ctx, "VACUUM"); err != nil {
		return s.explain(err)
	}
	if err := s.emptyLog(ctx); err != nil {
		return err
	}
	_, err := s.db.ExecContext(ctx, "DELETE FROM meta WHERE key = 'wipe'")
	return s.explain(err)
}

// Backups says what became of the copies of the database in which somebody was
// to be forgotten.
type Backups struct {
	Cleaned []string
	Missing []string // they are not there now: removed, or on a disk that is away
}

// ForgetInBackups removes every trace of a contact from the copies of the
// database that are known, and of everybody who was forgotten while a copy was
// out of reach. The error names those that could not be cleaned.
func (s *Store) ForgetInBackups(ctx context.Context, c contact.Contact, never bool, now time.Time) (b Backups, err error) {
	paths, err := s.backups(ctx)
	if err != nil {
		return b, err
	}
	var errs []error
	for _, path := range paths {
		errs = append(errs, sweep(path, halfCopies)) // of a backup that was cut short
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			b.Missing = append(b.Missing, path)
			continue
		case err == nil && info.Size() == 0: // it was set aside so, and says nothing of anybody
			continue
		case err == nil:
			err = s.forgetInBackup(ctx, path, c, never, now)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("the person is still in the backup %s; delete it yourself: %w", path, withoutRestore(err)))
			continue
		}
		b.Cleaned = append(b.Cleaned, path)
	}
	return b, errors.Join(errs...)
}

func (s *Store) forgetInBackup(ctx context.Context, path string, c contact.Contact, never bool, now time.Time) error {
	copied, err := Open(ctx, path)
	if err != nil {
		return err
	}
	err = copied.forgetKnown(ctx, c, never, now)
	if err == nil {
		err = copied.inheritForgotten(ctx, s, now)
	}
	return errors.Join(err, copied.Close())
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
		if same {
			if err := s.Forget(ctx, known, never, now); err != nil {
				return err
			}
		}
	}
	return s.Forget(ctx, c, never, now) // also where no contact is known, mail may be
}
