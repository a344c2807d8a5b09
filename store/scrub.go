package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"regards/contact"
)

// freeText are the columns in which a name or an address of somebody may stand
// though the row is about somebody else.
var freeText = [][2]string{
	{"occasion", "title"}, {"occasion", "next"}, {"occasion", "news"}, {"participant", "useful"}, {"touch", "subject"}, {"touch", "rule"},
	{"passed_over", "subject"}, {"passed_over", "why"}, {"finding", "words"}, {"contact", "deputy"},
	{"correspondent", "in_subject"}, {"correspondent", "out_subject"}, {"correspondent", "name"},
	{"mailbox", "problem"}, {"letter", "subject"}, {"letter", "reason"}, {"unreadable", "reason"}, {"account", "problem"}, {"hold", "reason"}, {"trouble", "text"}, {"trouble", "verbatim"},
}

// scrubTexts cuts somebody out of the texts about others. Whole words are told
// here, not by SQLite, which knows the letters of ASCII alone.
func scrubTexts(ctx context.Context, tx *sql.Tx, t traces) error {
	for _, at := range freeText {
		err := replace(ctx, tx, at[0], at[1], t.cut)
		if err != nil {
			return err
		}
	}
	return nil
}

// replace puts change(text) in the place of every text of a column.
func replace(ctx context.Context, tx *sql.Tx, table, column string, change func(string) string) error {
	changed := map[string]string{}
	err := texts(ctx, tx, "SELECT DISTINCT "+column+" FROM "+table+" WHERE "+column+" <> ''", func(text string) {
		if c := change(text); c != text {
			changed[text] = c
		}
	})
	if err != nil {
		return err
	}
	for text, c := range changed {
		if _, err := tx.ExecContext(ctx, "UPDATE "+table+" SET "+column+" = ? WHERE "+column+" = ?", c, text); err != nil {
			return err
		}
	}
	return nil
}

// texts hands every row of one text to f.
func texts(ctx context.Context, tx *sql.Tx, query string, f func(string), args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		text, err := scanText(rows)
		f(text)
		return struct{}{}, err
	})
	return err
}

// addMessages collects the Message-IDs of somebody's mail before it is removed.
func (t *traces) addMessages(ctx context.Context, tx *sql.Tx, c contact.Contact, ids []string) error {
	add := func(id string) {
		if strings.Contains(id, "@") {
			t.messages[id] = true
		}
	}
	for _, id := range ids {
		if err := texts(ctx, tx, `SELECT key FROM touch WHERE contact_id = ?1 UNION SELECT message_id FROM touch WHERE contact_id = ?1
			UNION SELECT key FROM passed_over WHERE contact_id = ?1`, add, id); err != nil {
			return err
		}
	}
	for _, a := range c.Addresses {
		if err := texts(ctx, tx, "SELECT in_id FROM correspondent WHERE key = ?1 UNION SELECT out_id FROM correspondent WHERE key = ?1",
			add, a.Key); err != nil {
			return err
		}
	}
	return nil
}

// leaveToOthers takes off, once somebody's rows are gone, what others have a
// part in: messages that were to them, too, and domains at which they are.
func (t *traces) leaveToOthers(ctx context.Context, tx *sql.Tx) error {
	for i := range t.homes {
		t.homes[i].private = true
	}
	shared := func(address string) {
		_, domain, _ := cutLast(strings.ToLower(address), "@")
		for i := range t.homes {
			t.homes[i].private = t.homes[i].private && !within(domain, t.homes[i].domain)
		}
	}
	for _, query := range []string{"SELECT key FROM address", "SELECT DISTINCT key FROM correspondent",
		"SELECT message_id FROM letter WHERE message_id <> '' AND contact_id IN (SELECT id FROM contact)"} {
		if err := texts(ctx, tx, query, shared); err != nil {
			return err
		}
	}
	return texts(ctx, tx, "SELECT message_id FROM touch WHERE message_id <> ''", func(id string) {
		if t.messages[id] {
			delete(t.messages, id)
			return
		}
		shared(id)
	})
}

// scrubIDs takes somebody's Message-IDs out of the rows of others. Where one is
// the key of a row, a hash of it keeps the row apart from others.
func scrubIDs(ctx context.Context, tx *sql.Tx, secret []byte, t traces) error {
	ours := func(id string) bool { return t.messages[id] || t.inID(id) }
	for _, table := range []string{"touch", "passed_over"} {
		err := replace(ctx, tx, table, "refs", func(refs string) string {
			return strings.Join(slices.DeleteFunc(strings.Fields(refs), ours), " ")
		})
		if err != nil {
			return err
		}
	}
	drop := func(is func(string) bool) func(string) string {
		return func(id string) string {
			if is(id) {
				return ""
			}
			return id
		}
	}
	if err := errors.Join(replace(ctx, tx, "touch", "message_id", drop(t.inID)), replace(ctx, tx, "passed_over", "message_id", drop(t.inID)),
		replace(ctx, tx, "finding", "about", drop(ours)), replace(ctx, tx, "letter", "in_reply_to", drop(ours))); err != nil {
		return err
	}
	for _, at := range [][2]string{{"touch", "key"}, {"passed_over", "key"}, {"finding", "key"}, {"overruled", "sender"}, {"correspondent", "in_id"}, {"correspondent", "out_id"}} {
		if err := replace(ctx, tx, at[0], at[1], func(key string) string {
			if !t.inID(key) {
				return key
			}
			// As classify does with a message that has no Message-ID.
			return "sha256:" + hex.EncodeToString([]byte(hashOf(secret, key)))
		}); err != nil {
			return err
		}
	}
	return nil
}

// scrubLetters has letters to others that mention somebody written anew, or
// drops the bytes of those that are beyond that.
func scrubLetters(ctx context.Context, tx *sql.Tx, t traces) error {
	var keys []string
	rows, err := tx.QueryContext(ctx, "SELECT key, raw FROM letter WHERE raw IS NOT NULL")
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var key string
		var raw []byte
		err := rows.Scan(&key, &raw)
		if t.inLetter(raw) {
			keys = append(keys, key)
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := rewrite(ctx, tx, "key = ?", key); err != nil {
			return err
		}
		// One that is on its way may have arrived. Without its bytes it cannot be
		// put again, and another one must not be: the owner is to look.
		if _, err := tx.ExecContext(ctx, `UPDATE letter SET raw = NULL,
			reason = CASE WHEN state = 'queued' AND NOT take_back THEN ? ELSE reason END,
			state = CASE WHEN state = 'queued' AND NOT take_back THEN 'uncertain' ELSE state END WHERE key = ?`,
			"it mentions somebody who was forgotten while it was being laid: look whether it is there; it is not made again by itself", key); err != nil {
			return err
		}
	}
	return nil
}

// isTo reports whether a composed letter is to one of some addresses.
func isTo(raw []byte, addresses []contact.Address) bool {
	return slices.ContainsFunc(recipients(raw), func(key string) bool { return hasKey(addresses, key) })
}
