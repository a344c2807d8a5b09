package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"slices"

	"regards/contact"
	"regards/plan"
)

// Absence is when somebody is away, as an automatic reply of theirs says.
type Absence struct {
	ContactID string
	contact.Absence
}

// ownHash is what is kept of the Message-ID of a message that the owner sent. It is
// never 0.
func ownHash(secret []byte, messageID string) int64 {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("own\x00" + messageID))
	return int64(binary.BigEndian.Uint64(h.Sum(nil)) | 1)
}

// findings gives what mail told of a contact, or of all for "", and the owner has not
// seen to, the oldest first.
func findings(ctx context.Context, db querier, contactID string) ([]contact.Finding, error) {
	rows, err := db.QueryContext(ctx, selectFinding+`
		waits = 0 AND NOT settled AND ? IN ('', contact_id) ORDER BY at, key, kind, address`, contactID)
	return collect(rows, err, scanFinding)
}

const selectFinding = "SELECT contact_id, key, kind, at, address, words, about FROM finding WHERE "

func scanFinding(rows *sql.Rows) (f contact.Finding, err error) {
	var at int64
	err = rows.Scan(&f.ContactID, &f.Key, &f.Kind, &at, &f.Address, &f.Words, &f.About)
	f.At = fromSeconds(at)
	return f, err
}

// settle notes which findings the owner has seen to: those that c has no more.
func settle(ctx context.Context, tx *sql.Tx, c, old contact.Contact) error {
	for _, f := range old.Findings {
		if slices.Contains(c.Findings, f) {
			continue
		}
		if _, err := tx.ExecContext(ctx, "UPDATE finding SET settled = 1 WHERE contact_id = ? AND key = ? AND kind = ? AND address = ?",
			old.ID, f.Key, f.Kind, f.Address); err != nil {
			return err
		}
		if f.Kind == contact.Elsewhere && !hasKey(c.Addresses, plan.AddressKey(f.Address)) { // it was somebody else
			if _, err := tx.ExecContext(ctx, "DELETE FROM touch WHERE contact_id = ? AND key = ?", old.ID, f.Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// recordFindings stores what mail told, and what the owner sent, once the touches of a
// scan are there: reports are believed only about what went to the contact.
func recordFindings(ctx context.Context, tx *sql.Tx, secret []byte, sc Scan) error {
	for _, id := range sc.Own {
		if _, err := tx.ExecContext(ctx, "INSERT INTO own (hash) VALUES (?) ON CONFLICT DO NOTHING", ownHash(secret, id)); err != nil {
			return err
		}
	}
	changed, err := proveReports(ctx, tx, secret, sc.Touches)
	if err != nil {
		return err
	}
	for _, f := range sc.Findings {
		says, err := addFinding(ctx, tx, secret, f)
		if err != nil {
			return err
		}
		changed = changed || says
	}
	for _, a := range sc.Absences {
		n, err := changes(tx.ExecContext(ctx, `UPDATE contact SET away_since = ?1, away_until = ?2, deputy = ?3
			WHERE id = ?4 AND away_since < ?1`, // what was said last holds
			seconds(a.Since), seconds(a.Until), a.Deputy, a.ContactID))
		if err != nil {
			return err
		}
		changed = changed || n > 0
	}
	back, err := revive(ctx, tx, sc.Touches)
	if err != nil || !changed && !back {
		return err
	}
	return changeBook(ctx, tx)
}

// proveReports has the reports count that waited for touches to be known.
func proveReports(ctx context.Context, tx *sql.Tx, secret []byte, touches []contact.Touch) (proven bool, err error) {
	for _, t := range touches {
		if t.Direction != contact.Out || t.MessageID == "" {
			continue
		}
		hash := ownHash(secret, t.MessageID)
		if err := markBounced(ctx, tx, "waits = ? AND waits <> 0 AND contact_id = ?", hash, t.ContactID); err != nil {
			return proven, err
		}
		n, err := changes(tx.ExecContext(ctx, "UPDATE finding SET waits = 0 WHERE waits = ? AND waits <> 0 AND contact_id = ?", hash, t.ContactID))
		if err != nil {
			return proven, err
		}
		proven = proven || n > 0
	}
	return proven, nil
}

// addFinding stores a finding, and reports whether it says anything yet. A report about
// mail that is not known to have gone to the contact waits for that. What the owner has
// seen to in the same words is not said again.
func addFinding(ctx context.Context, tx *sql.Tx, secret []byte, f contact.Finding) (says bool, err error) {
	waits := int64(0)
	if f.About != "" {
		var known bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM touch WHERE message_id = ?1 AND contact_id = ?2 AND direction = 'out')
			OR EXISTS (SELECT 1 FROM passed_over WHERE message_id = ?1 AND contact_id = ?2 AND direction = 'out')
			OR EXISTS (SELECT 1 FROM letter WHERE ?1 IN (message_id, draft_id) AND contact_id = ?2)`, f.About, f.ContactID).Scan(&known); err != nil {
			return false, err
		}
		if !known {
			waits = ownHash(secret, f.About)
		}
	}
	n, err := changes(tx.ExecContext(ctx, `INSERT INTO finding (contact_id, key, kind, address, at, words, about, waits, settled)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7 = '' AND ?6 <> '' AND EXISTS (SELECT 1 FROM finding
			WHERE contact_id = ?1 AND kind = ?3 AND address = ?4 AND words = ?6 AND settled)
		WHERE EXISTS (SELECT 1 FROM contact WHERE id = ?1) ON CONFLICT DO NOTHING`,
		f.ContactID, f.Key, f.Kind, f.Address, seconds(f.At), f.Words, f.About, waits))
	if err != nil || n == 0 || waits != 0 {
		return false, err
	}
	return true, markBounced(ctx, tx, "contact_id = ? AND key = ?", f.ContactID, f.Key)
}

// markBounced marks the addresses to which mail comes back for good, unless the
// contact has written from there since.
func markBounced(ctx context.Context, tx *sql.Tx, where string, values ...any) error {
	rows, err := tx.QueryContext(ctx, selectFinding+"kind = 'bounce' AND NOT settled AND "+where, values...)
	found, err := collect(rows, err, scanFinding)
	if err != nil {
		return err
	}
	for _, f := range found {
		key, wrote := plan.AddressKey(f.Address), false
		err := texts(ctx, tx, "SELECT DISTINCT address FROM touch WHERE contact_id = ? AND direction = 'in' AND medium = 'email' AND at > ?",
			func(addr string) { wrote = wrote || plan.AddressKey(addr) == key }, f.ContactID, seconds(f.At))
		if err != nil {
			return err
		}
		if wrote {
			continue
		}
		if _, err := tx.ExecContext(ctx, "UPDATE address SET bounced = max(bounced, ?) WHERE contact_id = ? AND key = ?",
			seconds(f.At), f.ContactID, key); err != nil {
			return err
		}
	}
	return nil
}

// revive believes in addresses again from which contacts wrote after mail to them had
// come back.
func revive(ctx context.Context, tx *sql.Tx, touches []contact.Touch) (any bool, err error) {
	for _, t := range touches {
		if t.Direction != contact.In || t.Medium != contact.Email {
			continue
		}
		key := plan.AddressKey(t.Address)
		n, err := changes(tx.ExecContext(ctx, "UPDATE address SET bounced = 0 WHERE contact_id = ? AND key = ? AND bounced > 0 AND bounced < ?",
			t.ContactID, key, seconds(t.At)))
		if err != nil {
			return any, err
		}
		if n == 0 {
			continue
		}
		any = true
		err = settleReports(ctx, tx, t.ContactID, seconds(t.At), key)
		if err != nil {
			return any, err
		}
	}
	return any, nil
}

// settleReports settles the reports about an address up to a time.
func settleReports(ctx context.Context, tx *sql.Tx, contactID string, until int64, key string) error {
	var old []string
	err := texts(ctx, tx, "SELECT DISTINCT address FROM finding WHERE contact_id = ? AND kind IN ('bounce', 'soft-bounce') AND at < ?",
		func(addr string) {
			if plan.AddressKey(addr) == key {
				old = append(old, addr)
			}
		}, contactID, until)
	for _, addr := range old {
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE finding SET settled = 1 WHERE contact_id = ? AND kind IN ('bounce', 'soft-bounce') AND at < ? AND address = ?",
				contactID, until, addr)
		}
	}
	return err
}

// NewFindings leaves out those that are known already.
func (s *Store) NewFindings(ctx context.Context, all []contact.Finding) (fresh []contact.Finding, err error) {
	for _, f := range all {
		var known bool
		err := s.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM finding WHERE contact_id = ? AND key = ? AND kind = ? AND address = ?)",
			f.ContactID, f.Key, f.Kind, f.Address).Scan(&known)
		if err != nil {
			return nil, s.explain(err)
		}
		if !known {
			fresh = append(fresh, f)
		}
	}
	return fresh, nil
}

// changes gives how many rows a statement has changed.
func changes(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Answered tells what some messages are that others answer, by Message-ID: those that
// the owner sent and, of these, to which contact alone.
func (s *Store) Answered(ctx context.Context, ids []string) (own map[string]bool, alone map[string]string, err error) {
	type asked struct {
		ID   string `json:"id"`
		Hash int64  `json:"hash"`
	}
	all := make([]asked, len(ids))
	for i, id := range ids {
		all[i] = asked{id, ownHash(s.secret, id)}
	}
	list, err := json.Marshal(all)
	if err != nil {
		return nil, nil, err
	}
	own, alone = map[string]bool{}, map[string]string{}
	rows, err := s.db.QueryContext(ctx, `SELECT asked.id, coalesce((SELECT contact_id FROM touch WHERE message_id = asked.id AND direction = 'out' AND medium = 'email' AND alone), '')
		FROM (SELECT value ->> 'id' AS id, value ->> 'hash' AS hash FROM json_each(?)) AS asked
		WHERE EXISTS (SELECT 1 FROM own WHERE own.hash = CAST(asked.hash AS INTEGER))
			OR EXISTS (SELECT 1 FROM touch WHERE message_id = asked.id AND direction = 'out')`, string(list))
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var id, to string
		err := rows.Scan(&id, &to)
		if own[id] = true; to != "" {
			alone[id] = to
		}
		return struct{}{}, err
	})
	return own, alone, s.explain(err)
}
