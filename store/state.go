package store

import (
	"context"
	"database/sql"
	"time"

	"regards/plan"
)

// AccountState is what the service last said of an account.
type AccountState struct {
	Name       string
	Connected  bool
	LastSync   time.Time
	RoundTrips int64  // since the last connection was made
	BytesIn    int64  // likewise
	Problem    string // what keeps it from working, in words for the owner; "" when nothing does
	// Since when it is out of reach, and when that was seen last; zero: it is not.
	// Both are by the clock of who tried.
	OfflineSince, OfflineSeen time.Time
}

// SetAccountState stores what is now true of an account. The last sync is the
// one that is told last, since the clock may have been set back meanwhile; no
// time leaves it as it is. OfflineSince stays what it was told first, until the
// account is connected or has been read.
func (s *Store) SetAccountState(ctx context.Context, a AccountState) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO account (name, connected, last_sync, round_trips, bytes_in, problem, offline_since, offline_seen)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET connected = excluded.connected,
		last_sync = CASE WHEN excluded.last_sync THEN excluded.last_sync ELSE last_sync END, round_trips = excluded.round_trips,
		bytes_in = excluded.bytes_in, problem = excluded.problem,
		offline_since = CASE WHEN excluded.connected OR excluded.last_sync THEN 0
			WHEN offline_since THEN offline_since ELSE excluded.offline_since END,
		offline_seen = CASE WHEN excluded.connected OR excluded.last_sync THEN 0 ELSE max(offline_seen, excluded.offline_seen) END`,
		a.Name, a.Connected, seconds(a.LastSync), a.RoundTrips, a.BytesIn, a.Problem, seconds(a.OfflineSince), seconds(a.OfflineSeen))
	return s.explain(err)
}

// ClearProblem strikes out what was wrong with an account, and leaves all else that is
// known of it.
func (s *Store) ClearProblem(ctx context.Context, account string) error {
	_, err := s.db.ExecContext(ctx, "UPDATE account SET problem = '' WHERE name = ? AND problem <> ''", account)
	return s.explain(err)
}

// SetLooked stores when it was looked what has become of the letters of an account.
func (s *Store) SetLooked(ctx context.Context, account string, at time.Time) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO account (name, looked) VALUES (?, ?)
		ON CONFLICT DO UPDATE SET looked = excluded.looked`, account, seconds(at))
	return s.explain(err)
}

// Looked gives when that was done last; the zero time when it never was.
func (s *Store) Looked(ctx context.Context, account string) (time.Time, error) {
	var at int64
	err := s.db.QueryRowContext(ctx, "SELECT coalesce((SELECT looked FROM account WHERE name = ?), 0)", account).Scan(&at)
	return fromSeconds(at), s.explain(err)
}

// AccountStates gives what is known of each account, by name.
func (s *Store) AccountStates(ctx context.Context) (map[string]AccountState, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name, connected, last_sync, round_trips, bytes_in, problem, offline_since, offline_seen FROM account`)
	all, err := collect(rows, err, func(rows *sql.Rows) (AccountState, error) {
		var a AccountState
		var at, since, seen int64
		err := rows.Scan(&a.Name, &a.Connected, &at, &a.RoundTrips, &a.BytesIn, &a.Problem, &since, &seen)
		a.LastSync, a.OfflineSince, a.OfflineSeen = fromSeconds(at), fromSeconds(since), fromSeconds(seen)
		return a, err
	})
	states := make(map[string]AccountState, len(all))
	for _, a := range all {
		states[a.Name] = a
	}
	return states, s.explain(err)
}

// neverProposed is the class in overruled of those whom the owner does not want to be
// asked about again.
const neverProposed = "proposal"

// Correspondents gives everyone with whom mail went both ways, who is not a contact
// yet, and whom the owner did not rule out, by the key of the address; and how many
// people the owner exchanges mail with in all, contacts included. Which of them to
// propose is plan's to say.
func (s *Store) Correspondents(ctx context.Context) (strangers []plan.Stranger, people int, err error) {
	gone, err := forgottenHashes(ctx, s.db)
	if err != nil {
		return nil, 0, s.explain(err)
	}
	// The time before a text, in eleven digits, makes max choose the latest one.
	rows, err := s.db.QueryContext(ctx, `SELECT key IN (SELECT key FROM address) OR
			key IN (SELECT sender FROM overruled WHERE class = ?), max(addr),
		substr(max(printf('%011d', name_at) || name), 12), sum(in_count),
		sum(out_count), max(max(in_at), max(out_at)),
		substr(max(printf('%011d', max(in_at, out_at)) || CASE WHEN in_at > out_at THEN in_subject ELSE out_subject END), 12)
		FROM correspondent GROUP BY key HAVING sum(in_count) > 0 AND sum(out_count) > 0 ORDER BY key`, neverProposed)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var c plan.Stranger
		var known bool
		var at int64
		err := rows.Scan(&known, &c.Address, &c.Name, &c.In, &c.Out, &at, &c.Subject)
		c.Last = fromSeconds(at)
		people++
		if !known && !isNamed(gone, s.secret, c.Name) {
			strangers = append(strangers, c)
		}
		return struct{}{}, err
	})
	return strangers, people, s.explain(err)
}

// NeverPropose notes addresses, by their keys, about which the owner does not want to
// be asked again. They can be added all the same, and their mail counts as before.
func (s *Store) NeverPropose(ctx context.Context, keys []string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, key := range keys {
			if _, err := tx.ExecContext(ctx, `INSERT INTO overruled (sender, class, human, at) VALUES (?, ?, 0, ?)
				ON CONFLICT DO NOTHING`, key, neverProposed, seconds(now)); err != nil {
				return err
			}
		}
		return nil
	})
}
