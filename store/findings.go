package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"

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
	}
	return nil
}

// recordFindings stores what mail told: what the owner sent first, since reports are
// believed about that alone.
func recordFindings(ctx context.Context, tx *sql.Tx, secret []byte, sc Scan) error {
	proven, err := recordOwn(ctx, tx, secret, sc.Own)
	if err != nil {
		return err
	}
	changed := proven > 0
	for _, f := range sc.Findings {
		added, err := addFinding(ctx, tx, secret, f)
		if err != nil {
			return err
		}
		changed = changed || added
	}
	for _, a := range sc.Absences {
		n, err := changes(tx.ExecContext(ctx, `UPDATE contact SET away_since = ?1, away_until = ?2, deputy = ?3
			WHERE id = ?4 AND (away_until < ?2 OR away_until = ?2 AND deputy <> ?3 AND ?3 <> '')`,
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

// recordOwn notes what the owner sent, and gives how many findings are known to be
// about that only now.
func recordOwn(ctx context.Context, tx *sql.Tx, secret []byte, ids []string) (proven int64, err error) {
	for _, id := range ids {
		hash := ownHash(secret, id)
		added, err := changes(tx.ExecContext(ctx, "INSERT INTO own (hash) VALUES (?) ON CONFLICT DO NOTHING", hash))
		if err != nil {
			return proven, err
		}
		if added == 0 {
			continue
		}
		if err := markBounced(ctx, tx, "waits = ?", hash); err != nil {
			return proven, err
		}
		n, err := changes(tx.ExecContext(ctx, "UPDATE finding SET waits = 0 WHERE waits = ?", hash))
		if err != nil {
			return proven, err
		}
		proven += n
	}
	return proven, nil
}

// addFinding stores a finding, and reports whether it says anything yet. One that a
// report made about mail that the owner is not known to have sent waits for that.
func addFinding(ctx context.Context, tx *sql.Tx, secret []byte, f contact.Finding) (says bool, err error) {
	waits := int64(0)
	if f.About != "" {
		waits = ownHash(secret, f.About)
		var known bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM own WHERE hash = ?1)
			OR EXISTS (SELECT 1 FROM touch WHERE message_id = ?2 AND direction = 'out')
			OR EXISTS (SELECT 1 FROM letter WHERE ?2 IN (message_id, draft_id))`, waits, f.About).Scan(&known); err != nil {
			return false, err
		}
		if known {
			waits = 0
		}
	}
	n, err := changes(tx.ExecContext(ctx, `INSERT INTO finding (contact_id, key, kind, address, at, words, about, waits)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS (SELECT 1 FROM contact WHERE id = ?1) ON CONFLICT DO NOTHING`,
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
		if _, err := tx.ExecContext(ctx, `UPDATE address SET bounced = max(bounced, ?1) WHERE contact_id = ?2 AND key = ?3
			AND NOT EXISTS (SELECT 1 FROM touch WHERE contact_id = ?2 AND direction = 'in' AND medium = 'email'
				AND address = address.addr AND at > ?1)`,
			seconds(f.At), f.ContactID, plan.AddressKey(f.Address)); err != nil {
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
		n, err := changes(tx.ExecContext(ctx, "UPDATE address SET bounced = 0 WHERE contact_id = ? AND key = ? AND bounced > 0 AND bounced < ?",
			t.ContactID, plan.AddressKey(t.Address), seconds(t.At)))
		if err != nil {
			return any, err
		}
		if n == 0 {
			continue
		}
		any = true
		if _, err := tx.ExecContext(ctx, `UPDATE finding SET settled = 1 WHERE contact_id = ? AND kind IN ('bounce', 'soft-bounce') AND at < ?
			AND lower(address) = ?`, t.ContactID, seconds(t.At), strings.ToLower(t.Address)); err != nil {
			return any, err
		}
	}
	return any, nil
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
