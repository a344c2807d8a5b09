package store

import (
	"context"
	"database/sql"

	"regards/contact"
)

// Pasts gives what the touches of every contact come to, by contact id; nothing
// of those who have none.
func (s *Store) Pasts(ctx context.Context) (map[string]contact.Past, error) {
	s.FreshenPasts(ctx)
	var all map[string]contact.Past
	err := s.snapshot(ctx, func(db querier) (err error) {
		all, err = pasts(ctx, db)
		return err
	})
	return all, err
}

func pasts(ctx context.Context, db querier) (map[string]contact.Past, error) {
	rows, err := db.QueryContext(ctx, "SELECT "+pastColumns+" FROM past WHERE id IS NOT NULL UNION ALL "+stalePasts)
	all, err := collect(rows, err, scanPast)
	pasts := make(map[string]contact.Past, len(all))
	for _, p := range all {
		pasts[p.Last.ContactID] = p
	}
	return pasts, err
}

const pastColumns = `contact_id, id, key, at, direction, medium, subject, alone, opened, out_at, own_at, own_subject, sign, first_in, first_out, first_spoken`

func scanPast(rows *sql.Rows) (contact.Past, error) {
	var p contact.Past
	var at, out, own, sign, firstIn, firstOut, spoken int64
	l := &p.Last
	err := rows.Scan(&l.ContactID, &l.ID, &l.Key, &at, &l.Direction, &l.Medium, &l.Subject, &l.Alone, &p.Opened, &out, &own, &p.LastOwnSubject, &sign, &firstIn, &firstOut, &spoken)
	l.At, p.LastOut, p.LastOwn, p.LastSign = fromSeconds(at), fromSeconds(out), fromSeconds(own), fromSeconds(sign)
	p.FirstIn, p.FirstOut, p.FirstSpoken = fromSeconds(firstIn), fromSeconds(firstOut), fromSeconds(spoken)
	return p, err
}

// FreshenPasts stores anew what the touches of contacts come to whose touches
// have changed, as Pasts and Records do before they read. It only saves them that
// work: where it fails, as on a full disk, that is made out anew each time it is
// read.
func (s *Store) FreshenPasts(ctx context.Context) {
	var stale bool
	err := s.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM past WHERE id IS NULL)").Scan(&stale)
	if err != nil || !stale {
		return
	}
	_ = s.txOn(ctx, s.scans, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, makePasts); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM past WHERE id IS NULL") // their last touch was removed
		return err
	})
}

// one gives a query for a column of the first of a contact's touches, in an
// order of theirs, that meets a condition. The index touch_newest has all it
// takes to find that touch.
func one(column, condition, order string) string {
	return "(SELECT " + column + " FROM touch t WHERE t.contact_id = p.contact_id AND " + condition + " ORDER BY " + order + " LIMIT 1)"
}

const (
	newestFirst = "t.at DESC, t.direction DESC, t.id"
	oldestFirst = "t.at, t.direction, t.id DESC"
	isSpoken    = "t.medium IN ('meeting', 'call')"
	isOutAlone  = "t.medium = 'email' AND t.direction = 'out' AND t.alone"
	isOwn       = isOutAlone + ` AND NOT EXISTS (SELECT 1 FROM letter WHERE message_id = t.key AND message_id <> '' AND contact_id = t.contact_id)
		AND NOT EXISTS (SELECT 1 FROM letter WHERE draft_id = t.key AND draft_id <> '' AND contact_id = t.contact_id)`
)

var makePasts = "INSERT OR REPLACE INTO past (" + pastColumns + ") " + stalePasts

// stalePasts makes out what touches come to where that has changed.
var stalePasts = `SELECT p.contact_id, l.id, l.key, l.at, l.direction, l.medium, l.subject, l.alone,
		l.medium = 'email' AND l.refs = '', coalesce(` + one("at", isOutAlone, newestFirst) + `, 0), coalesce(o.at, 0), coalesce(o.subject, ''),
		coalesce(` + one("at", "(t.direction = 'in' OR "+isSpoken+")", newestFirst) + `, 0),
		coalesce(` + one("at", "t.medium = 'email' AND t.direction = 'in'", oldestFirst) + `, 0),
		coalesce(` + one("at", "t.medium = 'email' AND t.direction = 'out'", oldestFirst) + `, 0),
		coalesce(` + one("at", isSpoken, oldestFirst) + `, 0)
	FROM past p JOIN touch l ON l.rowid = ` + one("rowid", "1", newestFirst) + `
	LEFT JOIN touch o ON o.rowid = ` + one("rowid", isOwn, newestFirst) + `
	WHERE p.id IS NULL`
