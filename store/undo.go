package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A command that changes something leaves behind the statements that take it
// back, written by triggers that exist only while its transaction lasts. They
// name the rows as the command left them: where the service has gone on since,
// a statement finds nothing, and that row stays as it is.

// Errors of Undo.
var (
	ErrNoCommand = errors.New("there is no command to take back")
	ErrFinal     = errors.New("it cannot be taken back")
)

// commandsKept is how many commands can be taken back, one after the other.
const commandsKept = 50

// journaled are the tables whose changes are taken back.
var journaled = []string{"contact", "address", "contact_group", "touch", "passed_over", "finding", "overruled", "occasion", "participant", "step", "letter", "hold", "forgotten"}

// serviceWrites are those of them that the service changes by itself: there a
// row that has changed since is left alone. Elsewhere it means a conflict.
var serviceWrites = []string{"touch", "passed_over", "finding", "letter"}

// Command says what the owner does from now on, in words such as "contact add
// Maria": each transaction can be taken back by Undo.
func (s *Store) Command(words string, at time.Time) { s.command = &command{words, at} }

// command is what the owner does through a Store.
type command struct {
	words string
	at    time.Time
}

// journal runs f so that its changes can be taken back.
func (c *command) journal(ctx context.Context, tx *sql.Tx, f func(*sql.Tx) error) error {
	result, err := tx.ExecContext(ctx, "INSERT INTO command (at, words) VALUES (?, ?)", seconds(c.at), c.words)
	if err != nil {
		return err
	}
	id, err := result.LastInsertId()
	if err != nil {
		return err
	}
	drop, err := createTriggers(ctx, tx)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return err
	}
	for _, name := range drop {
		if _, err := tx.ExecContext(ctx, "DROP TRIGGER temp."+name); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM command WHERE id <= ? - ?
		OR id = ? AND final = '' AND NOT EXISTS (SELECT 1 FROM undo WHERE command_id = ?)`, id, commandsKept, id, id)
	return err
}

// createTriggers makes the triggers that write down how to take changes back.
func createTriggers(ctx context.Context, tx *sql.Tx) (names []string, err error) {
	for _, table := range journaled {
		columns, keys, err := tableColumns(ctx, tx, table)
		if err != nil {
			return nil, err
		}
		for event, statement := range map[string]string{
			"INSERT": undoInsert(table, keys), "DELETE": undoDelete(table, columns), "UPDATE": undoUpdate(table, columns, keys),
		} {
			name, when := "undo_"+strings.ToLower(event)+"_"+table, ""
			if event == "UPDATE" {
				when = "WHEN (OLD." + strings.Join(columns, ", OLD.") + ") IS NOT (NEW." + strings.Join(columns, ", NEW.") + ")"
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf(`CREATE TEMP TRIGGER %s AFTER %s ON main.%s %s BEGIN
				INSERT INTO undo (command_id, tbl, sql) VALUES ((SELECT max(id) FROM command), '%s', %s); END`,
				name, event, table, when, table, statement))
			if err != nil {
				return nil, err
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// tableColumns gives the columns of a table and those of its primary key.
func tableColumns(ctx context.Context, tx *sql.Tx, table string) (columns, keys []string, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", table)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var name string
		var pk int
		err := rows.Scan(&name, &pk)
		columns = append(columns, name)
		if pk > 0 {
			keys = append(keys, name)
		}
		return struct{}{}, err
	})
	return columns, keys, err
}

// The following give expressions of SQL whose value is the statement that takes
// back what happened to a row: OLD and NEW are the row before and after.

func undoInsert(table string, keys []string) string {
	return "'DELETE FROM " + table + "' || " + whereRow(keys)
}

func undoDelete(table string, columns []string) string {
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = "quote(OLD." + c + ")"
	}
	return "'INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (' || " + strings.Join(values, " || ', ' || ") + " || ')'"
}

func undoUpdate(table string, columns, keys []string) string {
	set := fmt.Sprintf("'UPDATE %s SET %s = ' || quote(OLD.%s)", table, keys[0], keys[0])
	where := whereRow(keys)
	for _, c := range columns {
		if c != keys[0] {
			set += fmt.Sprintf(" || CASE WHEN OLD.%s IS NEW.%s THEN '' ELSE ', %s = ' || quote(OLD.%s) END", c, c, c, c)
		}
		if !slices.Contains(keys, c) {
			where += fmt.Sprintf(" || CASE WHEN OLD.%s IS NEW.%s THEN '' ELSE ' AND %s IS ' || quote(NEW.%s) END", c, c, c, c)
		}
	}
	return set + " || " + where
}

// whereRow names a row as it is after the change.
func whereRow(keys []string) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = "'" + k + " IS ' || quote(NEW." + k + ")"
	}
	return "' WHERE ' || " + strings.Join(parts, " || ' AND ' || ")
}

// final notes a command that cannot be taken back, and why.
func final(ctx context.Context, tx *sql.Tx, words, why string, at time.Time) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO command (at, words, final) VALUES (?, ?, ?)", seconds(at), words, why)
	return err
}

// Undone is a command that was taken back.
type Undone struct {
	Words string
	At    time.Time
	// Letters counts the letters that have gone on since and stay as they are.
	Letters int
}

// Undo takes the last command back. It is ErrNoCommand when there is none, and
// ErrFinal, with the reason, when that one cannot be taken back; then nothing
// changes. What the mail brought meanwhile stays; letters that came of what is
// gone now end as if it had been removed.
func (s *Store) Undo(ctx context.Context, now time.Time) (u Undone, err error) {
	err = s.txOn(ctx, s.db, func(tx *sql.Tx) error {
		if err := s.carried(ctx, tx); err != nil {
			return err
		}
		var id, at int64
		var why string
		err := tx.QueryRowContext(ctx, "SELECT id, at, words, final FROM command ORDER BY id DESC LIMIT 1").Scan(&id, &at, &u.Words, &why)
		switch u.At = fromSeconds(at); {
		case err == sql.ErrNoRows:
			return ErrNoCommand
		case err != nil:
			return err
		case why != "":
			return fmt.Errorf("%q: %w: %s", u.Words, ErrFinal, why)
		}
		before, err := addressOwners(ctx, tx)
		if err != nil {
			return err
		}
		if u.Letters, err = takeBack(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM command WHERE id = ?", id); err != nil {
			return err
		}
		return afterUndo(ctx, tx, before, at, now)
	})
	return u, err
}

// LastCommand gives the words and the time of the command that Undo would take back;
// no words when there is none.
func (s *Store) LastCommand(ctx context.Context) (words string, at time.Time, err error) {
	var n int64
	err = s.db.QueryRowContext(ctx, "SELECT words, at FROM command ORDER BY id DESC LIMIT 1").Scan(&words, &n)
	if err == sql.ErrNoRows {
		return "", time.Time{}, nil
	}
	return words, fromSeconds(n), s.explain(err)
}

// takeBack runs the statements of a command, the last first, and counts the
// letters that it left alone.
func takeBack(ctx context.Context, tx *sql.Tx, id int64) (letters int, err error) {
	// Rows refer to each other; in the end all of them are there again.
	if _, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
		return 0, err
	}
	type step struct{ table, statement string }
	rows, err := tx.QueryContext(ctx, "SELECT tbl, sql FROM undo WHERE command_id = ? ORDER BY seq DESC", id)
	steps, err := collect(rows, err, func(rows *sql.Rows) (st step, err error) { return st, rows.Scan(&st.table, &st.statement) })
	if err != nil {
		return 0, err
	}
	for _, st := range steps {
		statement := st.statement
		if slices.Contains(serviceWrites, st.table) {
			statement = strings.Replace(statement, "INSERT INTO", "INSERT OR IGNORE INTO", 1)
		}
		result, err := tx.ExecContext(ctx, statement)
		switch err := changeOne(result, err); {
		case err == nil:
		case err != ErrNotFound:
			return 0, fmt.Errorf("%w: %s has changed since (%w)", ErrFinal, st.table, err)
		case st.table == "letter":
			letters++
		case !slices.Contains(serviceWrites, st.table):
			return 0, fmt.Errorf("%w: %s has changed since", ErrFinal, st.table)
		}
	}
	return letters, nil
}

// afterUndo brings what follows from contacts and occasions in line with them.
// Before holds whose addresses were whose; the command was at at.
func afterUndo(ctx context.Context, tx *sql.Tx, before map[string]owned, at int64, now time.Time) error {
	if err := lettersAfterUndo(ctx, tx, at, now); err != nil {
		return err
	}
	after, err := addressOwners(ctx, tx)
	if err != nil {
		return err
	}
	for key, was := range before {
		if _, still := after[key]; still {
			continue
		}
		// Mail with an address that is nobody's any more was never their contact's.
		if _, err := tx.ExecContext(ctx, "DELETE FROM touch WHERE contact_id = ? AND medium = 'email' AND lower(address) = lower(?)",
			was.contact, was.addr); err != nil {
			return err
		}
	}
	for key, is := range after {
		if was := before[key]; was.contact != is.contact {
			if err := handBack(ctx, tx, key, is, was.contact, after); err != nil {
				return err
			}
		}
	}
	return changeBook(ctx, tx)
}

// lettersAfterUndo ends the letters whose cause or whose contact is gone or that
// have become somebody else's, and has those that were written since and that nobody has seen yet
// written anew.
func lettersAfterUndo(ctx context.Context, tx *sql.Tx, at int64, now time.Time) error {
	const why = "what it came of was taken back"
	// Whatever the owner brought back needs no cause.
	const gone = "restored = 0 AND participant_id <> '' AND NOT EXISTS (SELECT 1 FROM participant WHERE id = letter.participant_id)"
	const others = "restored = 0 AND participant_id <> '' AND contact_id <> (SELECT contact_id FROM participant WHERE id = letter.participant_id)"
	const nobodys = "restored = 0 AND NOT take_back AND contact_id <> '' AND NOT EXISTS (SELECT 1 FROM contact WHERE id = letter.contact_id)"
	if err := endLetters(ctx, tx, now, why, gone); err != nil {
		return err
	}
	if err := endLetters(ctx, tx, now, why, nobodys); err != nil {
		return err
	}
	if err := endLetters(ctx, tx, now, why, others); err != nil {
		return err
	}
	// Whose it is now gets a letter under a key of their own.
	if _, err := tx.ExecContext(ctx, "UPDATE letter SET participant_id = '' WHERE (take_back OR state = 'superseded') AND "+others); err != nil {
		return err
	}
	return rewrite(ctx, tx, "written >= ?", at)
}

// handBack gives the mail of an address that has found back to its contact, or
// to another one, to that contact. Who had it meanwhile has their mail looked up
// as well: of a message to both only one touch was kept.
func handBack(ctx context.Context, tx *sql.Tx, key string, is owned, had string, after map[string]owned) error {
	if _, err := tx.ExecContext(ctx, "UPDATE OR IGNORE touch SET contact_id = ? WHERE contact_id = ? AND lower(address) = lower(?)",
		is.contact, had, is.addr); err != nil {
		return err
	}
	for other, o := range after {
		if other != key && (had == "" || o.contact != had) {
			continue
		}
		if err := lookUp(ctx, tx, other); err != nil {
			return err
		}
	}
	return nil
}

// owned is an address with the id of the contact whose it is.
type owned struct{ contact, addr string }

// addressOwners gives whose each address is, by its key.
func addressOwners(ctx context.Context, tx *sql.Tx) (map[string]owned, error) {
	rows, err := tx.QueryContext(ctx, "SELECT key, contact_id, addr FROM address")
	owners := map[string]owned{}
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var key string
		var o owned
		err := rows.Scan(&key, &o.contact, &o.addr)
		owners[key] = o
		return struct{}{}, err
	})
	return owners, err
}
