package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the driver that regards uses
)

// commits notices what the service writes into its database.
type commits struct {
	db   *sql.DB
	conn *sql.Conn
}

// openCommits opens a database for reading only, on one connection: what
// PRAGMA data_version gives compares within a connection.
func openCommits(ctx context.Context, database string) (*commits, error) {
	name := &url.URL{Scheme: "file", Path: database, RawQuery: "mode=ro&_pragma=busy_timeout(10000)"}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &commits{db, conn}, nil
}

func (c *commits) close() error { return errors.Join(c.conn.Close(), c.db.Close()) }

// await looks once a millisecond until the touch with that key is committed.
func (c *commits) await(ctx context.Context, key string) (time.Time, error) {
	version := int64(-1)
	for deadline := time.Now().Add(replyPatience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		var current int64
		if err := c.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&current); err != nil {
			return time.Time{}, err
		}
		if current == version {
			continue
		}
		version = current
		var found bool
		err := c.conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM touch WHERE key = ?)", key).Scan(&found)
		if err != nil {
			return time.Time{}, err
		}
		if found {
			return time.Now(), nil
		}
	}
	return time.Time{}, fmt.Errorf("the reply %s was no touch after %v", key, replyPatience)
}
