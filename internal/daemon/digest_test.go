package daemon

import (
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
		if err := d.store.SetAccountState(ctx, store.AccountState{Name: name, LastSync: last, Problem: "no route to " + name}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.store.SetTrouble(ctx, "outbox/home", "strange mail", noon); err != nil {
		t.Fatal(err)
	}
	peer := func(addr string, in, out int, last time.Time) *store.Peer {
		return &store.Peer{Addr: addr, In: store.History{Count: in, At: last}, Out: store.History{Count: out, At: last}}
	}
	book, err := d.store.BookVersion(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.store.Record(ctx, book, store.Scan{Account: "home", Mailbox: "INBOX", At: noon, Peers: map[string]*store.Peer{
		"new@x.example": peer("new@x.example", 3, 4, noon), "one@x.example": peer("one@x.example", 9, 0, noon)}})
	if err != nil {
		t.Fatal(err)
	}
	news, err := newsOf(ctx, d.store, d.settings, noon, week)
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.Line{{Says: "trouble", Text: "strange mail", At: noon}, {Says: "offline", Who: "work", Text: "no route to work", At: noon.Add(-49 * time.Hour)}}
	if !slices.Equal(news.Strangers, []plan.Stranger{{Address: "new@x.example", In: 3, Out: 4, Last: noon}}) || len(news.Troubles) != 2 || news.Troubles[0] != want[0] || news.Troubles[1] != want[1] {
		t.Errorf("%+v", news)
	}
}
