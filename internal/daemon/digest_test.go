package daemon

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"regards/plan"
	"regards/store"
)

// What is not in the records: what only the owner can mend, an account that has been
// out of reach for long, and new correspondents.
func TestNews(t *testing.T) {
	d := newDaemon(t, Account{Name: "home"}, Account{Name: "work"})
	ctx := t.Context()
	week := noon.AddDate(0, 0, -7)
	for name, last := range map[string]time.Time{"home": noon.Add(-time.Hour), "work": noon.Add(-49 * time.Hour), "gone": noon.Add(-99 * time.Hour)} {
		if err := d.store.SetAccountState(ctx, store.AccountState{Name: name, LastSync: last, Problem: "no route to " + name + "; next try at 12:00:30"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.store.SetTrouble(ctx, "outbox/home", "in Regards Outbox lies mail: “Strange mail”", "Strange mail", noon); err != nil {
		t.Fatal(err)
	}
	peer := func(addr string, in, out int, last time.Time) *store.Peer {
		return &store.Peer{Addr: addr, In: store.History{Count: in, At: last}, Out: store.History{Count: out, At: last}}
	}
	book, err := d.store.BookVersion(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.store.SetMailboxProblem(ctx, "home", "Lists", "no permission"); err != nil {
		t.Fatal(err)
	}
	_, err = d.store.Record(ctx, book,
		store.Scan{Account: "home", Mailbox: "INBOX", At: week, Unreadable: map[uint32]string{3: "long ago"}},
		store.Scan{Account: "home", Mailbox: "INBOX", At: noon, Unreadable: map[uint32]string{3: "again", 5: "no header", 6: "no header at all"}},
		store.Scan{Account: "work", Mailbox: "INBOX", At: noon, Unreadable: map[uint32]string{1: "garbled"}},
		store.Scan{Account: "home", Mailbox: "INBOX", At: noon, Peers: map[string]*store.Peer{
			"new@x.example": peer("new@x.example", 3, 4, noon), "one@x.example": peer("one@x.example", 9, 0, noon)}})
	if err != nil {
		t.Fatal(err)
	}
	news, err := newsOf(ctx, d.store, d.settings, noon, week)
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.Line{
		{Says: "trouble.outbox", Who: "home", Text: "in Regards Outbox lies mail: “Strange mail”", Verbatim: "Strange mail", At: noon},
		{Says: "offline", Who: "work", Verbatim: "no route to work", At: noon.Add(-49 * time.Hour)},
		{Says: "closed", Who: "home/Lists", Verbatim: "no permission"},
		{Says: "unreadable", Who: "home/INBOX", Verbatim: "no header at all", Count: 2},
		{Says: "unreadable", Who: "work/INBOX", Verbatim: "garbled", Count: 1},
	}
	if !reflect.DeepEqual(news.Strangers, []plan.Stranger{{Address: "new@x.example", In: 3, Out: 4, Last: noon}}) || !slices.Equal(news.Troubles, want) {
		t.Errorf("%+v", news)
	}
}
