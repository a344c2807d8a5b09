package store

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regards/contact"
	"regards/plan"
)

// keep records ranges with the address book of this moment.
func keep(t testing.TB, s *Store, scans ...Scan) []contact.Touch {
	t.Helper()
	return must[[]contact.Touch](t)(s.Record(ctx, must[int64](t)(s.BookVersion(ctx)), scans...))
}

func mail(c contact.Contact, key string, dir contact.Direction) contact.Touch {
	return contact.Touch{ContactID: c.ID, At: noon, Direction: dir, Medium: contact.Email, Subject: "Coffee", Key: key, MessageID: key,
		References: []string{"1@x", "2@x"}, Address: c.Addresses[0].Addr, Alone: true, Verified: true, Account: "work", Mailbox: "INBOX", Rule: "from"}
}

func inbox(high uint32, touches ...contact.Touch) Scan {
	return Scan{Account: "work", Mailbox: "INBOX", Cursor: Cursor{7, 1, high}, Messages: high, At: noon, Synced: true, Touches: touches}
}

func TestRecord(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	sc := inbox(40, mail(maria, "a@x", contact.In))
	sc.LeftOut = map[string]int{"list": 3}
	sc.PassedOver = map[string][]PassedOver{maria.ID: {{At: noon, Subject: "News", Reason: "list", Mailbox: "INBOX", Key: "n@x"}}}
	sc.Unreadable = map[uint32]string{9: "no header"}
	if got := keep(t, s, sc); !reflect.DeepEqual(got, sc.Touches) {
		t.Errorf("new: %+v", got)
	}
	want := sc.Touches[0]
	if got := must[[]contact.Touch](t)(s.Touches(ctx, "")); len(got) != 1 || got[0].ID == "" {
		t.Errorf("touches: %+v", got)
	} else if want.ID = got[0].ID; !reflect.DeepEqual(got[0], want) {
		t.Errorf("got %+v, want %+v", got[0], want)
	}
	// A second range, not to the end, adds to what was counted.
	sc = inbox(50)
	sc.LeftOut, sc.Synced, sc.At = map[string]int{"list": 1, "bounce": 2}, false, noon.Add(time.Hour)
	keep(t, s, sc)
	box := Mailbox{Account: "work", Name: "INBOX", Cursor: Cursor{7, 1, 50}, Messages: 50, Touches: 1,
		LeftOut: map[string]int{"list": 4, "bounce": 2}, LastSync: noon}
	if got := must[[]Mailbox](t)(s.Mailboxes(ctx)); len(got) != 1 || !reflect.DeepEqual(got[0], box) {
		t.Errorf("got %+v, want %+v", got, box)
	}
	passed := PassedOver{ContactID: maria.ID, At: noon, Subject: "News", Reason: "list", Mailbox: "INBOX", Key: "n@x", References: []string{}}
	if got, err := s.PassedOver(ctx, maria.ID); err != nil || !reflect.DeepEqual(got, []PassedOver{passed}) {
		t.Errorf("passed over: %+v, %v", got, err)
	}
	if got := rows(t, s, "SELECT uid, reason FROM unreadable"); got != "9 no header" {
		t.Errorf("unreadable: %s", got)
	}
}

// Law 4: a message met again is the same touch.
func TestRecordOnce(t *testing.T) {
	s := newStore(t)
	maria, tom := add(t, s, "Maria"), add(t, s, "Tom")
	keep(t, s, inbox(1, mail(maria, "a@x", contact.In)))
	for name, x := range map[string]struct {
		touch            contact.Touch
		account, mailbox string
		want             int
	}{
		"again":           {mail(maria, "a@x", contact.In), "work", "INBOX", 0},
		"another mailbox": {mail(maria, "a@x", contact.In), "work", "Archive", 0},
		"another account": {mail(maria, "a@x", contact.In), "home", "INBOX", 0},
		"another person":  {mail(tom, "a@x", contact.Out), "work", "Sent", 1},
		"another message": {mail(maria, "b@x", contact.In), "work", "INBOX", 1},
	} {
		sc := inbox(2, x.touch, x.touch)
		sc.Account, sc.Mailbox = x.account, x.mailbox
		if got := keep(t, s, sc); len(got) != x.want {
			t.Errorf("%s: %d touches", name, len(got))
		}
	}
	if got := rows(t, s, "SELECT account, name, touches FROM mailbox ORDER BY 1, 2"); got != "home INBOX 0\nwork Archive 0\nwork INBOX 2\nwork Sent 1" {
		t.Error(got)
	}
}

// Law 4: the touches and the cursor change together or not at all.
func TestRecordIsWhole(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	keep(t, s, inbox(1))
	before := rows(t, s, "SELECT high FROM mailbox") + rows(t, s, "SELECT * FROM touch")
	book := must[int64](t)(s.BookVersion(ctx))
	nobody := maria
	nobody.ID = "nobody"
	bad := inbox(3, mail(nobody, "b@x", contact.In))
	for name, x := range map[string]struct {
		book  int64
		scans []Scan
		want  error
	}{
		"a touch of nobody":       {book, []Scan{inbox(2, mail(maria, "a@x", contact.In)), bad}, nil},
		"an older address book":   {book - 1, []Scan{inbox(2, mail(maria, "a@x", contact.In))}, ErrStale},
		"an address book to come": {book + 1, []Scan{inbox(2, mail(maria, "a@x", contact.In))}, ErrStale},
	} {
		if added, err := s.Record(ctx, x.book, x.scans...); err == nil || x.want != nil && !errors.Is(err, x.want) {
			t.Errorf("%s: %v, %v", name, added, err)
		}
		if after := rows(t, s, "SELECT high FROM mailbox") + rows(t, s, "SELECT * FROM touch"); after != before {
			t.Errorf("%s: got %s, want %s", name, after, before)
		}
	}
	if got := keep(t, s, inbox(2, mail(maria, "a@x", contact.In))); len(got) != 1 {
		t.Errorf("afterwards: %+v", got)
	}
}

func TestRecordEnds(t *testing.T) {
	s := newStore(t)
	for _, l := range []struct {
		key   string
		state contact.State
		tried bool
	}{{"needs", contact.Needs, false}, {"queued", contact.Queued, false}, {"tried", contact.Queued, true}, {"drafted", contact.Drafted, false},
		{"edited", contact.Edited, false}, {"dismissed", contact.Dismissed, false}, {"sent", contact.Drafted, false}} {
		putIn(t, s, l.key, l.state, l.tried)
	}
	sc := inbox(2)
	for _, key := range []string{"needs", "queued", "tried", "drafted", "edited"} {
		sc.Ends = append(sc.Ends, contact.Ending{Key: key, State: contact.Superseded, Reason: "you wrote"})
	}
	for _, key := range []string{"dismissed", "sent", "not there"} {
		sc.Ends = append(sc.Ends, contact.Ending{Key: key, State: contact.Sent, Reason: "sent"})
	}
	keep(t, s, sc)
	want := "dismissed sent 0 sent\ndrafted drafted 1 you wrote\nedited edited 0 new\nneeds superseded 0 you wrote\n" +
		"queued superseded 0 you wrote\nsent sent 0 sent\ntried queued 1 you wrote"
	if got := rows(t, s, "SELECT key, state, take_back, reason FROM letter ORDER BY key"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestReset(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	full := func(mailbox string) Scan {
		sc := inbox(40, mail(maria, mailbox, contact.In))
		sc.Mailbox, sc.LeftOut, sc.Unreadable = mailbox, map[string]int{"list": 3}, map[uint32]string{9: "x"}
		sc.Peers = map[string]*Peer{"eve@x": {Addr: "eve@x", In: History{Count: 5, At: noon, Key: "k"}}}
		return sc
	}
	keep(t, s, full("INBOX"), full("Archive"))
	again := inbox(3)
	again.Reset, again.Cursor.UIDValidity, again.LeftOut = true, 8, map[string]int{"list": 1}
	keep(t, s, again)
	for query, want := range map[string]string{
		"SELECT name, uid_validity, high, touches FROM mailbox ORDER BY 1":                                      "Archive 7 40 1\nINBOX 8 3 0",
		"SELECT name, count FROM left_out JOIN mailbox ON id = mailbox_id ORDER BY 1":                           "Archive 3\nINBOX 1",
		"SELECT name, uid FROM unreadable JOIN mailbox ON id = mailbox_id":                                      "Archive 9",
		"SELECT mailbox.name, in_count FROM correspondent JOIN mailbox ON id = mailbox_id":                      "Archive 5",
		"SELECT key FROM touch ORDER BY 1":                                                                      "Archive\nINBOX",
		"SELECT count(*) FROM (SELECT 1 FROM correspondent WHERE mailbox_id NOT IN (SELECT id FROM mailbox))":   "0",
		"SELECT uid_validity || ' ' || low || ' ' || high || ' ' || messages FROM mailbox WHERE name = 'INBOX'": "8 1 3 3",
	} {
		if got := rows(t, s, query); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

func TestForgetMailboxes(t *testing.T) {
	s := newStore(t)
	maria := add(t, s, "Maria")
	for _, name := range []string{"work/INBOX", "work/Old", "work/Older", "home/Old"} {
		sc := inbox(1, mail(maria, name, contact.In))
		sc.Account, sc.Mailbox, _ = strings.Cut(name, "/")
		sc.LeftOut, sc.Unreadable = map[string]int{"list": 1}, map[uint32]string{1: "x"}
		sc.Peers = map[string]*Peer{"eve@x": {Addr: "eve@x", In: History{Count: 1, At: noon, Key: "k"}}}
		keep(t, s, sc)
	}
	check(t, s.ForgetMailboxes(ctx, "work", []string{"Old", "Older", "never there"}))
	for _, table := range []string{"left_out", "unreadable", "correspondent"} {
		if got := rows(t, s, "SELECT count(*) FROM "+table); got != "2" {
			t.Errorf("%s has %s rows", table, got)
		}
	}
	if got := rows(t, s, "SELECT account, name FROM mailbox ORDER BY 1, 2"); got != "home Old\nwork INBOX" {
		t.Error(got)
	}
	if got := rows(t, s, "SELECT count(*) FROM touch"); got != "4" {
		t.Errorf("%s touches are left", got)
	}
}

func TestHistoryAdd(t *testing.T) {
	var h History
	for _, m := range []History{
		{At: noon, Key: "b"}, {At: noon.Add(-time.Hour), Key: "c"}, {At: noon, Key: "a"},
		{At: noon.Add(time.Second), Key: "a", Subject: "x", Alone: true}, {At: noon.Add(time.Second + time.Millisecond), Key: "0"},
		{At: noon.Add(time.Second), Key: "b", Subject: "y"},
	} {
		h.Add(m)
	}
	if want := (History{Count: 6, At: noon.Add(time.Second), Key: "b", Subject: "y"}); h != want {
		t.Errorf("got %+v, want %+v", h, want)
	}
	h = History{}
	if h.Add(History{Subject: "no time"}); h.Subject != "no time" || h.Count != 1 {
		t.Errorf("got %+v", h)
	}
}

// drawRange makes what a range of messages says of two correspondents. What a
// message says follows from its key, as it does in life.
func drawRange(t *rapid.T) map[string]*Peer {
	history := func(label string) (h History) {
		for range rapid.IntRange(0, 3).Draw(t, label+" messages") {
			at := rapid.IntRange(0, 2).Draw(t, "at")
			key := fmt.Sprint(label, at, rapid.IntRange(0, 2).Draw(t, "key"))
			h.Add(History{At: noon.Add(time.Duration(at) * time.Second), Key: key, Subject: "about " + key, Alone: key[len(key)-1] == '0'})
		}
		return h
	}
	peers := map[string]*Peer{}
	for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"eve@x", "tom@x"}), 0, 2, rapid.ID).Draw(t, "peers") {
		peers[key] = &Peer{Addr: rapid.SampledFrom([]string{"", "E"}).Draw(t, "spelling") + key,
			Name: rapid.SampledFrom([]string{"", "Eve", "Eve Doe", "eve@x"}).Draw(t, "name"), In: history("in"), Out: history("out")}
	}
	return peers
}

// In whatever order the same ranges are read, the correspondents are the same:
// the first scan runs backwards, news come forwards.
func TestCorrespondentsInAnyOrder(t *testing.T) {
	s := newStore(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		ranges := rapid.SliceOfN(rapid.Custom(drawRange), 1, 5).Draw(t, "ranges")
		read := func(order []int) string {
			n++
			mailbox := fmt.Sprint("order", n)
			for _, i := range order {
				sc := inbox(1)
				sc.Mailbox, sc.Peers = mailbox, ranges[i]
				if _, err := s.Record(ctx, 1, sc); err != nil {
					t.Fatal(err)
				}
			}
			rows, err := s.db.Query(`SELECT c.key || '|' || addr || '|' || c.name || '|' || name_at || '|' || in_count || '|' || in_at || '|' || in_subject
				|| '|' || in_id || '|' || in_alone || '|' || out_count || '|' || out_at || '|' || out_subject || '|' || out_id || '|' || out_alone
				FROM correspondent c JOIN mailbox m ON m.id = mailbox_id WHERE m.name = ? ORDER BY c.key`, mailbox)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var all strings.Builder
			for rows.Next() {
				var line string
				if err := rows.Scan(&line); err != nil {
					t.Fatal(err)
				}
				fmt.Fprintln(&all, line)
			}
			return all.String()
		}
		inOrder := make([]int, len(ranges))
		for i := range inOrder {
			inOrder[i] = i
		}
		forwards, otherwise := read(inOrder), read(rapid.Permutation(inOrder).Draw(t, "order"))
		if forwards != otherwise {
			t.Fatalf("in order\n%sotherwise\n%s", forwards, otherwise)
		}
	})
}

func TestCorrespondents(t *testing.T) {
	s := newStore(t)
	add(t, s, "Maria")
	day := 24 * time.Hour
	sent := func(n int, at time.Duration) History { return History{Count: n, At: noon.Add(at), Key: "k@x"} }
	about := func(subject string, h History) History { h.Subject = subject; return h }
	in, out := inbox(9), inbox(9)
	out.Mailbox = "Sent"
	in.Peers = map[string]*Peer{
		"maria@x.example": {Addr: "maria@x.example", Name: "Maria", In: sent(90, 0)},
		"tom@x.example":   {Addr: "tom@x.example", Name: "Tom Lee", In: sent(3, 0)},
		"eve@x.example":   {Addr: "Eve+x@x.example", Name: "Eve", In: sent(30, -9*day)},
		"joe@x.example":   {Addr: "joe@x.example", Name: "", In: about("from Joe", sent(3, day))},
		"news@x.example":  {Addr: "news@x.example", Name: "News", In: sent(500, 0)},
		"anne@x.example":  {Addr: "anne@x.example", Name: "Anne", In: sent(1, 0), Out: sent(1, 0)},
	}
	out.Peers = map[string]*Peer{
		"maria@x.example": {Addr: "maria@x.example", Name: "maria", Out: sent(90, 0)},
		"tom@x.example":   {Addr: "tom@x.example", Name: "tom@x.example", Out: sent(200, -day)},
		"eve@x.example":   {Addr: "eve@x.example", Name: "", Out: about("to Eve", sent(4, -day))},
		"joe@x.example":   {Addr: "joe@x.example", Name: "Joe", Out: about("to Joe", sent(3, 0))},
		"desk@x.example":  {Addr: "desk@x.example", Name: "Desk", Out: sent(70, 0)},
	}
	keep(t, s, in, out)
	strangers, people, err := s.Correspondents(ctx)
	check(t, err)
	want := []plan.Stranger{
		{Address: "anne@x.example", Name: "Anne", In: 1, Out: 1, Last: noon},
		{Address: "eve@x.example", Name: "Eve", In: 30, Out: 4, Last: noon.Add(-day), Subject: "to Eve"},
		{Address: "joe@x.example", Name: "Joe", In: 3, Out: 3, Last: noon.Add(day), Subject: "from Joe"},
		{Address: "tom@x.example", Name: "Tom Lee", In: 3, Out: 200, Last: noon},
	}
	if !reflect.DeepEqual(strangers, want) || people != 5 {
		t.Errorf("got %d people,\n%v, want\n%v", people, strangers, want)
	}

	// Whom the owner ruled out is not among them until that is taken back. Their
	// verdicts are another matter.
	s.Command("contact discover --never", noon)
	check(t, s.NeverPropose(ctx, []string{"joe@x.example", "tom@x.example"}, noon))
	check(t, s.NeverPropose(ctx, []string{"joe@x.example"}, noon))
	left, people, err := s.Correspondents(ctx)
	check(t, err)
	if !reflect.DeepEqual(left, want[:2]) || people != 5 {
		t.Errorf("got %d people, %v", people, left)
	}
	if verdicts, err := s.Overruled(ctx); err != nil || len(verdicts) != 0 {
		t.Errorf("verdicts: %v, %v", verdicts, err)
	}
	if _, err := s.Undo(ctx, noon); err != nil {
		t.Fatal(err)
	}
	if left, _, err = s.Correspondents(ctx); err != nil || !reflect.DeepEqual(left, want) {
		t.Errorf("taken back: %v, %v", left, err)
	}
}

// Who is never to come back is not proposed by another address, when mail from there
// has the name.
func TestCorrespondentsNeverAgain(t *testing.T) {
	for _, never := range []bool{false, true} {
		s := newStore(t)
		check(t, s.Forget(ctx, newcomer("Tom Lee", "tom@x.example"), never, noon))
		in, once := inbox(9), History{Count: 1, At: noon, Key: "k@x"}
		in.Peers = map[string]*Peer{
			"tom@y.example": {Addr: "tom@y.example", Name: "Dr. Tom Lee", In: once, Out: once},
			"joe@y.example": {Addr: "joe@y.example", Name: "Joe", In: once, Out: once},
		}
		keep(t, s, in)
		found, people, err := s.Correspondents(ctx)
		check(t, err)
		if want := map[bool]int{false: 2, true: 1}[never]; len(found) != want || found[0].Name != "Joe" || people != 2 {
			t.Errorf("never again is %t: got %d people, %v", never, people, found)
		}
	}
}

func TestAccountStates(t *testing.T) {
	s := newStore(t)
	for _, a := range []AccountState{
		{Name: "work", Connected: true, LastSync: noon, RoundTrips: 5, BytesIn: 1 << 40},
		{Name: "home", Problem: "login refused"},
		{Name: "work", Connected: false, RoundTrips: 1, Problem: "away"},
	} {
		check(t, s.SetAccountState(ctx, a))
	}
	want := map[string]AccountState{"work": {Name: "work", LastSync: noon, RoundTrips: 1, Problem: "away"},
		"home": {Name: "home", Problem: "login refused"}}
	if got, err := s.AccountStates(ctx); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Since when an account is out of reach is told from its first failure on, until it
// is connected or was read, also across a service that ends.
func TestOfflineSince(t *testing.T) {
	s := newStore(t)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	lost := func(minutes int) AccountState {
		return AccountState{Problem: "away", OfflineSince: at(minutes), OfflineSeen: at(minutes)}
	}
	for i, x := range []struct {
		tell        AccountState
		since, seen time.Time
	}{
		{AccountState{Connected: true}, time.Time{}, time.Time{}},
		{lost(1), at(1), at(1)},
		{lost(5), at(1), at(5)},
		{AccountState{}, at(1), at(5)}, // the service ends
		{lost(9), at(1), at(9)},
		{AccountState{LastSync: at(10)}, time.Time{}, time.Time{}},
		{lost(11), at(11), at(11)},
		{AccountState{Connected: true}, time.Time{}, time.Time{}},
	} {
		x.tell.Name = "home"
		check(t, s.SetAccountState(ctx, x.tell))
		got := must[map[string]AccountState](t)(s.AccountStates(ctx))["home"]
		if !got.OfflineSince.Equal(x.since) || !got.OfflineSeen.Equal(x.seen) {
			t.Errorf("step %d: since %v, seen %v", i+1, got.OfflineSince, got.OfflineSeen)
		}
	}
}
