package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"regards/contact"
	"regards/plan"
)

// frozen makes a database of an old schema.
func frozen(t *testing.T, schema int) (path string) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("testdata/schema%d.sql", schema))
	check(t, err)
	path = filepath.Join(t.TempDir(), "regards.db")
	db := raw(t, path)
	exec(t, db, string(text))
	check(t, db.Close())
	return path
}

// What people have is opened by every later regards, and nothing is lost.
func TestOldSchemas(t *testing.T) {
	for schema := 1; schema < len(migrations); schema++ {
		t.Run(fmt.Sprint(schema), func(t *testing.T) { testOldSchema(t, schema) })
	}
}

func testOldSchema(t *testing.T, schema int) {
	s := reopen(t, frozen(t, schema))
	want := make([]byte, 32)
	for i := range want {
		want[i] = byte(i)
	}
	if !bytes.Equal(s.Secret(), want) {
		t.Errorf("secret %x", s.Secret())
	}
	at := func(n int64) time.Time { return time.Unix(n, 0).UTC() }
	maria := contact.Contact{ID: "m2x8abcd", Name: "María López", Groups: []string{"mentor", "alumni"}, Medium: contact.Email,
		Addresses: []contact.Address{{Addr: "Maria+x@x.example", Key: "maria@x.example"}, {Addr: "m@y.example", Key: "m@y.example"}},
		Every:     contact.Duration{Months: 2}, Greeting: "Dear Prof. López", IntroducedBy: "t81kabcd", Status: contact.Active, Added: at(1790000000)}
	tom := contact.Contact{ID: "t81kabcd", Name: "Tom", Medium: contact.Card, Status: contact.Paused, PausedUntil: at(1800000000), Added: at(1790000001)}
	occasion := contact.Occasion{ID: "k3v9qdab", Kind: contact.Informational, At: at(1795089600), Title: "Coffee", Next: "send the paper",
		NextDue: at(1795694400), Logged: at(1795090000), TookPlace: true,
		Participants: []contact.Participant{{ID: "p1", ContactID: "m2x8abcd", Useful: "your advice"}}}
	mail := contact.Touch{ID: "t1", ContactID: "m2x8abcd", At: at(1795176000), Direction: contact.In, Medium: contact.Email, Subject: "Café",
		Key: "a@x.example", MessageID: "a@x.example", References: []string{"1@x.example", "2@x.example"}, Address: "maria@x.example",
		Alone: true, Verified: true, Account: "work", Mailbox: "INBOX", Rule: "from the contact's address maria@x.example"}
	met := contact.Touch{ID: "t2", ContactID: "m2x8abcd", At: at(1795089600), Direction: contact.Out, Medium: contact.Meeting,
		Subject: "informational", Key: "occasion:k3v9qdab", References: []string{}, Rule: "occasion k3v9qdab (informational) was logged"}
	drafted := contact.Letter{Key: "thank-you/k3v9qdab/m2x8abcd", Practice: "thank-you", ContactID: "m2x8abcd", OccasionID: "k3v9qdab",
		ParticipantID: "p1", State: contact.Drafted, Reason: "informational with María López", Due: at(1795176000), Overdue: at(1795262400),
		Subject: "Thank you", MessageID: "abc@example.org", Raw: []byte("raw\r\n"), Account: "work",
		Place:   contact.Place{Mailbox: "Drafts", UIDValidity: 7, UID: 42},
		Attempt: contact.Attempt{Mailbox: "Drafts", UIDValidity: 7, UIDNext: 42}, TakeBack: true, Delivery: contact.ByDraft, Created: at(1795090000)}
	problem := ""
	if schema > 1 {
		problem, drafted.Written = "it cannot be selected", at(1795090002)
	}
	if schema > 2 {
		maria.Language, maria.Register, maria.TimeZone = "es", contact.Formal, "Europe/Madrid"
		maria.Away, maria.Answered = contact.Absence{Since: at(1795000000), Until: at(1795100000)}, at(1795176000)
		occasion.Steps = []contact.Step{{Word: contact.Done, At: at(1795180000)}}
	}
	home := AccountState{Name: "home", LastSync: at(1795172400), RoundTrips: 7, BytesIn: 890, Problem: "login refused"}
	if schema > 3 {
		maria.Wanted, maria.Birthday = at(1795170000), contact.Birthday{Month: time.March, Day: 14}
		home.OfflineSince, home.OfflineSeen = at(1795170000), at(1795176000)
	}
	news := PassedOver{ContactID: "m2x8abcd", At: at(1795000000), Subject: "News", Reason: "list", Mailbox: "INBOX", Key: "n@x.example", References: []string{}}
	if schema > 4 {
		maria.Addresses[1].Bounced, maria.Away.Deputy = at(1795170000), "tom@x.example"
		maria.Findings = []contact.Finding{{ContactID: "m2x8abcd", Key: "f1@x.example", Kind: contact.NewAddress, At: at(1795170000),
			Address: "maria@new.example", Words: "I have moved"}}
		news.MessageID, news.Why = "n@x.example", "List-Id"
	}
	queued, err := s.Letter(ctx, "thank-you/gone0000/m2x8abcd")
	check(t, err)
	if want := (contact.Attempt{At: at(1795176002), Mailbox: "Drafts", UIDValidity: 7, UIDNext: 43}); queued.Attempt != want || !queued.Overdue.IsZero() {
		t.Errorf("queued letter: %+v", queued)
	}
	strangers, people, err := s.Correspondents(ctx)
	check(t, err)
	for what, x := range map[string][2]any{
		"contacts":  {must[[]contact.Contact](t)(s.Contacts(ctx)), []contact.Contact{maria, tom}},
		"occasions": {must[[]contact.Occasion](t)(s.Occasions(ctx)), []contact.Occasion{occasion}},
		"pasts":     {must[map[string]contact.Past](t)(s.Pasts(ctx)), pastsOf(t, s)},
		"touches":   {must[[]contact.Touch](t)(s.Touches(ctx, "")), []contact.Touch{mail, met}},
		"letter":    {must[contact.Letter](t)(s.Letter(ctx, drafted.Key)), drafted},
		"letters":   {len(must[[]contact.Letter](t)(s.Letters(ctx))), 2},
		"book":      {must[int64](t)(s.BookVersion(ctx)), int64(12)},
		"mailboxes": {must[[]Mailbox](t)(s.Mailboxes(ctx)), []Mailbox{
			{Account: "home", Name: `Post, "privé"`, LeftOut: map[string]int{}, Problem: problem},
			{Account: "work", Name: "INBOX", Cursor: Cursor{7, 1, 1<<32 - 1}, Messages: 40, Touches: 2,
				LeftOut: map[string]int{"auto-reply": 3, "list": 20}, LastSync: at(1795176000)},
			{Account: "work", Name: "Sent", Cursor: Cursor{8, 1, 9}, Messages: 9, Touches: 1, LeftOut: map[string]int{}, LastSync: at(1795176000)},
		}},
		"accounts": {must[map[string]AccountState](t)(s.AccountStates(ctx)), map[string]AccountState{
			"work": {Name: "work", Connected: true, LastSync: at(1795176000), RoundTrips: 41, BytesIn: 123456},
			"home": home}},
		"passed over": {must[[]PassedOver](t)(s.PassedOver(ctx, "m2x8abcd")),
			[]PassedOver{news}},
		"unreadable":     {rows(t, s, "SELECT mailbox_id, uid, reason FROM unreadable"), "1 17 no header"},
		"correspondents": {strangers, []plan.Stranger{{Address: "eve@x.example", Name: "Eve Doe", In: 5, Out: 4, Last: at(1795172400), Subject: "Grüße"}}},
		"people":         {people, 1},
	} {
		if !reflect.DeepEqual(x[0], x[1]) {
			t.Errorf("%s: got\n%+v\nwant\n%+v", what, x[0], x[1])
		}
	}
	add(t, s, "Joe") // it can be written to as well
	keep(t, s, inbox(50))
}

// What the second schema has beyond the first.
func TestSecondSchema(t *testing.T) {
	path := frozen(t, 2)
	s := reopen(t, path)
	for query, want := range map[string]string{
		"SELECT mailbox_id, key, low, high, book FROM lookup": "1 maria@x.example 1 40 12",
		"SELECT hex(hash), never FROM forgotten":              "0102 1",
		"SELECT path, at FROM backup":                         "/backup/regards.db 1795176000",
		"SELECT count(*) FROM letter WHERE delivery = 'draft' AND snooze + missing + approved + sending + sent + answered + ended + restored = 0": "2",
	} {
		if got := rows(t, s, query); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	held := Hold{Reason: "paused", Since: time.Unix(1795176000, 0).UTC(), Until: time.Unix(1795262400, 0).UTC()}
	if got := must[Hold](t)(s.Held(ctx)); got != held {
		t.Errorf("got %+v", got)
	}
	u, err := s.Undo(ctx, noon)
	if err != nil || u.Words != "contact add Tom" || rows(t, s, "SELECT name FROM contact") != "María López" {
		t.Errorf("what was done before can be taken back: %+v, %v", u, err)
	}
}

// What the third schema has beyond the second.
func TestThirdSchema(t *testing.T) {
	s := reopen(t, frozen(t, 3))
	at := func(n int64) time.Time { return time.Unix(n, 0).UTC() }
	want := []Notice{
		{Key: "digest/2026-11-16", Account: "work", Mailed: true, To: "ana@example.org", MessageID: "d1@example.org", Made: at(1794812400),
			Sending: at(1794812401), State: contact.Sent},
		{Key: "digest/2026-11-23", Account: "work", To: "ana@example.org", MessageID: "d2@example.org", Raw: []byte("raw"), Made: at(1795417200),
			Attempt: contact.Attempt{At: at(1795417201), UIDValidity: 7, UIDNext: 43}, State: contact.Queued},
	}
	if got := must[[]Notice](t)(s.Notices(ctx)); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if last, known, err := s.Fired(ctx, "digest"); err != nil || !known || last != at(1795417200) {
		t.Errorf("fired %v, %v, %v", last, known, err)
	}
	if got := must[[]Trouble](t)(s.Troubles(ctx)); len(got) != 1 || got[0].Text != "the digest cannot be made" {
		t.Errorf("troubles %+v", got)
	}
}

// What the fourth schema has beyond the third.
func TestFourthSchema(t *testing.T) {
	s := reopen(t, frozen(t, 4))
	notices := must[[]Notice](t)(s.Notices(ctx))
	if len(notices) != 2 || len(notices[0].Lines) != 1 || notices[0].Lines[0].ContactID != "m2x8abcd" {
		t.Errorf("notices %+v", notices)
	}
	for query, want := range map[string]string{
		"SELECT key, ended FROM instruction":             "r1@example.org 1795170020",
		"SELECT what, instruction FROM obeyed":           "r1@example.org/1 r1@example.org",
		"SELECT text, verbatim FROM trouble":             "the digest cannot be made disk full",
		"SELECT count(*) FROM address WHERE bounced = 0": "2",
	} {
		if got := rows(t, s, query); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
}

// What the fifth schema has beyond the fourth.
func TestFifthSchema(t *testing.T) {
	s := reopen(t, frozen(t, 5))
	for query, want := range map[string]string{
		"SELECT hash FROM own":                                           "4711",
		"SELECT sender, class, human FROM overruled":                     "desk@x.example bulk 1",
		"SELECT (SELECT count(*) FROM card), count(*) FROM address_book": "0 0",
	} {
		if got := rows(t, s, query); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
}

// A database that was brought up to date is like one that was made anew.
func TestMigratedIsLikeNew(t *testing.T) {
	const query = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
	fresh := newStore(t)
	all := map[string]*Store{"fresh": fresh}
	for schema := 1; schema < len(migrations); schema++ {
		old := reopen(t, frozen(t, schema))
		all[fmt.Sprint("of schema ", schema)] = old
		if got, want := rows(t, old, query), rows(t, fresh, query); got != want {
			t.Errorf("of schema %d: got\n%s\nwant\n%s", schema, got, want)
		}
	}
	version := fmt.Sprint(len(migrations))
	for what, s := range all {
		if got := rows(t, s, "PRAGMA user_version"); got != version {
			t.Errorf("%s: user_version %s", what, got)
		}
		if got := rows(t, s, "PRAGMA integrity_check") + rows(t, s, "PRAGMA foreign_key_check"); got != "ok" {
			t.Errorf("%s: %s", what, got)
		}
	}
}

// A migration that fails leaves the file as it was, and says which it is.
func TestMigrationFails(t *testing.T) {
	path := frozen(t, 1)
	before := snapshot(t, path)
	defer func(all []string) { migrations = all }(migrations)
	migrations = append(migrations[:len(migrations):len(migrations)], "CREATE TABLE one (x); CREATE TABLE contact (x)")
	want := fmt.Sprintf("migrate the database to schema %d: ", len(migrations))
	if _, err := Open(ctx, path); err == nil || !bytes.Contains([]byte(err.Error()), []byte(want)) {
		t.Errorf("got %v, want %s", err, want)
	}
	migrations = migrations[:len(migrations)-1]
	s := reopen(t, path)
	if got := rows(t, s, "SELECT count(*) FROM sqlite_schema WHERE name = 'one'"); got != "0" {
		t.Error("half a migration was stored")
	}
	if len(before) == 0 || rows(t, s, "SELECT count(*) FROM contact") != "2" {
		t.Error("contacts are lost")
	}
}

// Every connection has the pragmas.
func TestPragmas(t *testing.T) {
	s := newStore(t)
	for range 3 {
		conn, err := s.db.Conn(ctx)
		check(t, err)
		t.Cleanup(func() { conn.Close() })
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "10000"} {
			var got string
			check(t, conn.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got))
			if got != want {
				t.Errorf("%s is %s, want %s", pragma, got, want)
			}
		}
	}
}

// Whoever is removed is found in every table without looking at all of its rows: an
// import of thousands is taken back in seconds.
func TestReferencesToContacts(t *testing.T) {
	s := newStore(t)
	references, err := s.db.QueryContext(ctx, `SELECT m.name || ' ' || f."from" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
		WHERE m.type = 'table' AND f."table" = 'contact' AND m.name <> 'participant'`) // those are few
	all, err := collect(references, err, scanText)
	check(t, err)
	for _, reference := range all {
		table, column, _ := strings.Cut(reference, " ")
		rows, err := s.db.QueryContext(ctx, "EXPLAIN QUERY PLAN SELECT 1 FROM "+table+" WHERE "+column+" = 'x'")
		plan, err := collect(rows, err, func(rows *sql.Rows) (text string, err error) {
			var id, parent, unused int
			return text, rows.Scan(&id, &parent, &unused, &text)
		})
		check(t, err)
		if len(plan) != 1 || !strings.HasPrefix(plan[0], "SEARCH ") {
			t.Errorf("%s: %q", reference, plan)
		}
	}
}
