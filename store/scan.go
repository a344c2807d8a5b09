package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"regards/contact"
)

// Cursor says how far a mailbox has been read: every message with
// Low <= UID <= High. High is 0 before the first range was read, Low is 1 or
// less once the first scan is through. It means nothing under another
// UIDVALIDITY (RFC 9051 section 2.3.1.1).
type Cursor struct {
	UIDValidity uint32
	Low, High   uint32
}

// Mailbox is a watched mailbox and what came of it so far.
type Mailbox struct {
	Account  string
	Name     string
	Cursor   Cursor
	Messages uint32 // in the mailbox at the last look
	Touches  int
	LeftOut  map[string]int // messages left out, by reason
	LastSync time.Time
	Problem  string // why it cannot be read now; "" when it can
}

// Scan is what came of one range of messages of one mailbox, or of a look that
// found nothing new.
type Scan struct {
	Account, Mailbox string
	Cursor           Cursor // after this range
	Reset            bool   // the mailbox got a new UIDVALIDITY: what was counted under the old one goes
	Messages         uint32 // in the mailbox now
	At               time.Time
	Synced           bool // everything up to the end of the mailbox has been read by now

	Touches    []contact.Touch
	LeftOut    map[string]int
	PassedOver map[string][]PassedOver // by contact id
	Own        []string                // Message-IDs of what the owner sent
	Findings   []contact.Finding
	Absences   []Absence
	Peers      map[string]*Peer  // by address key
	Unreadable map[uint32]string // by UID: why
	Ends       []contact.Ending
	Answers    []contact.Answer

	Instructions []Instruction

	// Lookup is set for mail that was read before, and says what remains to be
	// looked for in the mailbox after it: cursor and counts stay as they are.
	Lookup *Lookup
}

// Peer is what a range of messages says of one correspondent.
type Peer struct {
	Addr, Name string
	In, Out    History
}

// History counts the messages in one direction and knows the newest of them.
type History struct {
	Count   int
	At      time.Time
	Subject string
	Key     string
	Alone   bool
}

// Add counts one more message.
func (h *History) Add(m History) {
	h.Count++
	// Of two at the same second the key decides, as it does in upsertPeer.
	if a, b := m.At.Unix(), h.At.Unix(); h.Count == 1 || a > b || a == b && m.Key > h.Key {
		h.At, h.Subject, h.Key, h.Alone = m.At, m.Subject, m.Key, m.Alone
	}
}

// Record stores what came of some ranges in one transaction, and gives the
// touches that were not known before. It is ErrStale, and nothing is stored,
// when contacts have changed since book was their BookVersion.
func (s *Store) Record(ctx context.Context, book int64, scans ...Scan) (added []contact.Touch, err error) {
	err = s.txOn(ctx, s.scans, func(tx *sql.Tx) error {
		added = nil
		if err := checkBook(ctx, tx, book); err != nil {
			return err
		}
		for _, sc := range scans {
			news, err := record(ctx, tx, s.secret, sc)
			if err != nil {
				return err
			}
			added = append(added, news...)
		}
		return nil
	})
	return added, err
}

func record(ctx context.Context, tx *sql.Tx, secret []byte, sc Scan) (added []contact.Touch, err error) {
	for _, e := range sc.Ends {
		if err := end(ctx, tx, e, sc.At); err != nil {
			return nil, err
		}
	}
	for _, a := range sc.Answers {
		if err := answered(ctx, tx, a); err != nil {
			return nil, err
		}
	}
	if sc.Lookup != nil {
		if added, err = recordLookup(ctx, tx, sc); err != nil {
			return nil, err
		}
		return added, recordFindings(ctx, tx, secret, sc)
	}
	if err := recordInstructions(ctx, tx, sc.Instructions); err != nil {
		return nil, err
	}
	id, err := mailboxID(ctx, tx, sc)
	if err != nil {
		return nil, err
	}
	if added, err = recordTouches(ctx, tx, sc); err != nil {
		return nil, err
	}
	if err := recordFindings(ctx, tx, secret, sc); err != nil {
		return nil, err
	}
	if err := recordPeers(ctx, tx, secret, id, sc.Peers); err != nil {
		return nil, err
	}
	if err := recordLeftOut(ctx, tx, id, sc.LeftOut); err != nil {
		return nil, err
	}
	if err := recordMessages(ctx, tx, id, sc); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE mailbox SET uid_validity = ?, low = ?, high = ?, messages = ?, problem = '',
		touches = touches + ?, last_sync = CASE WHEN ? THEN ? ELSE last_sync END WHERE id = ?`,
		sc.Cursor.UIDValidity, sc.Cursor.Low, sc.Cursor.High, sc.Messages, len(added), sc.Synced, seconds(sc.At), id)
	return added, err
}

// mailboxID finds or makes the row of the mailbox, emptied if it was reset.
func mailboxID(ctx context.Context, tx *sql.Tx, sc Scan) (id int64, err error) {
	if _, err := tx.ExecContext(ctx, "INSERT INTO mailbox (account, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
		sc.Account, sc.Mailbox); err != nil {
		return 0, err
	}
	if err := tx.QueryRowContext(ctx, "SELECT id FROM mailbox WHERE account = ? AND name = ?",
		sc.Account, sc.Mailbox).Scan(&id); err != nil || !sc.Reset {
		return id, err
	}
	for _, table := range []string{"left_out", "correspondent", "unreadable", "lookup"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE mailbox_id = ?", id); err != nil {
			return 0, err
		}
	}
	_, err = tx.ExecContext(ctx, "UPDATE mailbox SET touches = 0 WHERE id = ?", id)
	return id, err
}

func recordTouches(ctx context.Context, tx *sql.Tx, sc Scan) (added []contact.Touch, err error) {
	if len(sc.Touches) == 0 {
		return nil, nil
	}
	insert, err := tx.PrepareContext(ctx, insertTouch)
	if err != nil {
		return nil, err
	}
	defer insert.Close()
	for _, t := range sc.Touches {
		isNew, err := addTouch(ctx, insert, t)
		if err != nil {
			return nil, err
		}
		if isNew {
			added = append(added, t)
		}
	}
	return added, nil
}

// upsertPeer gives the same row in whatever order ranges are read: the newest
// message of each direction holds, its id deciding within a second; the name is
// that of the newest mail in that had one, the address the plainest (without a
// plus-part, in small letters).
const upsertPeer = `INSERT INTO correspondent (mailbox_id, key, addr, name, name_at,
	in_count, in_at, in_subject, in_id, in_alone, out_count, out_at, out_subject, out_id, out_alone)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT DO UPDATE SET
	addr    = max(addr, excluded.addr),
	name    = CASE WHEN (excluded.name_at, excluded.name) > (name_at, name) THEN excluded.name ELSE name END,
	name_at = max(name_at, excluded.name_at),
	in_subject = CASE WHEN (excluded.in_at, excluded.in_id) > (in_at, in_id) THEN excluded.in_subject ELSE in_subject END,
	in_id      = CASE WHEN (excluded.in_at, excluded.in_id) > (in_at, in_id) THEN excluded.in_id ELSE in_id END,
	in_alone   = CASE WHEN (excluded.in_at, excluded.in_id) > (in_at, in_id) THEN excluded.in_alone ELSE in_alone END,
	in_at      = max(in_at, excluded.in_at),
	in_count   = in_count + excluded.in_count,
	out_subject = CASE WHEN (excluded.out_at, excluded.out_id) > (out_at, out_id) THEN excluded.out_subject ELSE out_subject END,
	out_id      = CASE WHEN (excluded.out_at, excluded.out_id) > (out_at, out_id) THEN excluded.out_id ELSE out_id END,
	out_alone   = CASE WHEN (excluded.out_at, excluded.out_id) > (out_at, out_id) THEN excluded.out_alone ELSE out_alone END,
	out_at      = max(out_at, excluded.out_at),
	out_count   = out_count + excluded.out_count`

func recordPeers(ctx context.Context, tx *sql.Tx, secret []byte, mailbox int64, peers map[string]*Peer) error {
	if len(peers) == 0 {
		return nil
	}
	gone, err := forgottenHashes(ctx, tx)
	if err != nil {
		return err
	}
	upsert, err := tx.PrepareContext(ctx, upsertPeer)
	if err != nil {
		return err
	}
	defer upsert.Close()
	// In the order of the table's key neighbouring rows share a page.
	keys := make([]string, 0, len(peers))
	for key := range peers {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if len(gone) > 0 && gone[hashOf(secret, key)] {
			continue
		}
		p := peers[key]
		var nameAt int64
		if p.Name != "" {
			nameAt = seconds(p.In.At)
		}
		if _, err := upsert.ExecContext(ctx, mailbox, key, p.Addr, p.Name, nameAt,
			p.In.Count, seconds(p.In.At), p.In.Subject, p.In.Key, p.In.Alone,
			p.Out.Count, seconds(p.Out.At), p.Out.Subject, p.Out.Key, p.Out.Alone); err != nil {
			return err
		}
	}
	return nil
}

func recordLeftOut(ctx context.Context, tx *sql.Tx, mailbox int64, counts map[string]int) error {
	for reason, n := range counts {
		if _, err := tx.ExecContext(ctx, `INSERT INTO left_out (mailbox_id, reason, count) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET count = count + excluded.count`, mailbox, reason, n); err != nil {
			return err
		}
	}
	return nil
}

// recordMessages stores which single messages were no touches, and why.
func recordMessages(ctx context.Context, tx *sql.Tx, mailbox int64, sc Scan) error {
	for uid, reason := range sc.Unreadable {
		if _, err := tx.ExecContext(ctx, `INSERT INTO unreadable (mailbox_id, uid, reason, at) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET reason = excluded.reason`, mailbox, uid, reason, seconds(sc.At)); err != nil {
			return err
		}
	}
	for id, passed := range sc.PassedOver {
		for _, p := range passed {
			if err := passOver(ctx, tx, id, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// SetMailboxProblem stores why a mailbox cannot be read now. It is forgotten
// when the next range of it is recorded.
func (s *Store) SetMailboxProblem(ctx context.Context, account, mailbox, problem string) error {
	return s.txOn(ctx, s.scans, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO mailbox (account, name, problem) VALUES (?, ?, ?)
			ON CONFLICT (account, name) DO UPDATE SET problem = excluded.problem`, account, mailbox, problem)
		return err
	})
}

// Unreadable is a message that nobody could read.
type Unreadable struct {
	Account, Mailbox string
	UID              uint32
	Reason           string
	At               time.Time // when that was found; zero when it was long ago
}

// Unreadables gives the messages that could not be read, by mailbox, the newest
// first.
func (s *Store) Unreadables(ctx context.Context) ([]Unreadable, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT m.account, m.name, u.uid, u.reason, u.at FROM unreadable u
		JOIN mailbox m ON m.id = u.mailbox_id ORDER BY m.account, m.name, u.uid DESC`)
	all, err := collect(rows, err, func(rows *sql.Rows) (u Unreadable, err error) {
		var at int64
		err = rows.Scan(&u.Account, &u.Mailbox, &u.UID, &u.Reason, &at)
		u.At = fromSeconds(at)
		return u, err
	})
	return all, s.explain(err)
}

// ForgetMailboxes drops the named mailboxes of an account, which the server no
// longer lists. Their touches stay.
func (s *Store) ForgetMailboxes(ctx context.Context, account string, names []string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, name := range names {
			if _, err := tx.ExecContext(ctx, "DELETE FROM mailbox WHERE account = ? AND name = ?", account, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// Mailboxes gives every watched mailbox, by account and name.
func (s *Store) Mailboxes(ctx context.Context) ([]Mailbox, error) {
	var boxes []Mailbox
	err := s.snapshot(ctx, func(db querier) (err error) {
		boxes, err = mailboxes(ctx, db)
		return err
	})
	return boxes, err
}

func mailboxes(ctx context.Context, db querier) ([]Mailbox, error) {
	rows, err := db.QueryContext(ctx, `SELECT account, name, uid_validity, low, high, messages, touches, last_sync, problem
		FROM mailbox ORDER BY account, name`)
	boxes, err := collect(rows, err, func(rows *sql.Rows) (Mailbox, error) {
		m := Mailbox{LeftOut: map[string]int{}}
		var at int64
		err := rows.Scan(&m.Account, &m.Name, &m.Cursor.UIDValidity, &m.Cursor.Low, &m.Cursor.High,
			&m.Messages, &m.Touches, &at, &m.Problem)
		m.LastSync = fromSeconds(at)
		return m, err
	})
	if err != nil {
		return nil, err
	}
	rows, err = db.QueryContext(ctx, `SELECT m.account, m.name, l.reason, l.count
		FROM left_out l JOIN mailbox m ON m.id = l.mailbox_id`)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var account, name, reason string
		var n int
		err := rows.Scan(&account, &name, &reason, &n)
		i := slices.IndexFunc(boxes, func(m Mailbox) bool { return m.Account == account && m.Name == name })
		if i >= 0 {
			boxes[i].LeftOut[reason] = n
		}
		return struct{}{}, err
	})
	return boxes, err
}
