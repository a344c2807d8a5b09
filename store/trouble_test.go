package store

import (
	"slices"
	"testing"
	"time"
)

// A trouble keeps the time since when it is known, whatever is said of it, until it
// is over.
func TestTroubles(t *testing.T) {
	s := newStore(t)
	after := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	for i, x := range []struct {
		about, text, verbatim string
		want                  []Trouble
	}{
		{"smtp/work", "", "", []Trouble{}},
		{"smtp/work", "letters cannot be sent: no", "no", []Trouble{{"smtp/work", "letters cannot be sent: no", "no", after(1)}}},
		{"smtp/work", "letters cannot be sent: no", "no", []Trouble{{"smtp/work", "letters cannot be sent: no", "no", after(1)}}},
		{"smtp/work", "letters cannot be sent: no", "", []Trouble{{"smtp/work", "letters cannot be sent: no", "", after(1)}}},
		{"digest", "it cannot be made", "why", []Trouble{{"smtp/work", "letters cannot be sent: no", "", after(1)}, {"digest", "it cannot be made", "why", after(4)}}},
		{"smtp/work", "", "", []Trouble{{"digest", "it cannot be made", "why", after(4)}}},
		{"smtp/work", "again", "", []Trouble{{"digest", "it cannot be made", "why", after(4)}, {"smtp/work", "again", "", after(6)}}},
	} {
		check(t, s.SetTrouble(ctx, x.about, x.text, x.verbatim, after(i)))
		if got := must[[]Trouble](t)(s.Troubles(ctx)); !slices.Equal(got, x.want) {
			t.Errorf("step %d: got %v, want %v", i, got, x.want)
		}
	}
}

// When a message could first not be read is known, however often it is tried.
func TestUnreadables(t *testing.T) {
	s := newStore(t)
	for i, all := range []map[uint32]string{{9: "no header"}, {9: "no header at all", 12: "garbled"}} {
		sc := inbox(40)
		sc.Unreadable, sc.At = all, noon.Add(time.Duration(i)*time.Hour)
		keep(t, s, sc)
	}
	want := []Unreadable{{"work", "INBOX", 12, "garbled", noon.Add(time.Hour)}, {"work", "INBOX", 9, "no header at all", noon}}
	if got := must[[]Unreadable](t)(s.Unreadables(ctx)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
